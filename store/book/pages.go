package book

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// The file format of bbolt (version 2), as far as it must be checked before the file is
// mapped into memory, where a short file or an unreadable page would kill the process. A page
// begins with its number (8), flags (2), count (2) and overflow (4). Pages 0 and 1 are meta
// pages and hold, after that: magic, version, page size, flags (4 each), root page, root
// sequence, freelist page, high-water mark, transaction (8 each) and FNV-1a of those 56 bytes
// (8). Numbers are in the machine's byte order.
const (
	pageHead   = 16
	metaSize   = 64
	metaMagic  = 0xED0CDAED
	metaFormat = 2
	freelistIn = 0x10
	noFreelist = ^uint64(0)
)

var native = binary.NativeEndian

// meta is one valid meta page.
type meta struct {
	pageSize                  uint32
	root, freelist, high, txn uint64
}

func readMeta(b []byte) (meta, error) {
	b = b[pageHead : pageHead+metaSize]
	h := fnv.New64a()
	h.Write(b[:56])
	switch {
	case native.Uint32(b) != metaMagic:
		return meta{}, errors.New("no magic number")
	case native.Uint32(b[4:]) != metaFormat:
		return meta{}, fmt.Errorf("format %d", native.Uint32(b[4:]))
	case native.Uint64(b[56:]) != h.Sum64():
		return meta{}, errors.New("checksum")
	}
	return meta{native.Uint32(b[8:]), native.Uint64(b[16:]), native.Uint64(b[32:]), native.Uint64(b[40:]), native.Uint64(b[48:])}, nil
}

// health is what inspect found in a file that can be opened.
type health struct {
	meta
	lame bool // one of the two meta pages is damaged: the file may be one commit behind
}

// inspect reads the meta pages, the size and the free pages of the file at path without
// mapping it. It fails when the file cannot be a whole book.
func inspect(path string) (health, error) {
	f, err := os.Open(path)
	if err != nil {
		return health{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return health{}, err
	}
	m, lame, err := newestMeta(f)
	if err != nil {
		return health{}, err
	}
	switch size := uint64(info.Size()); {
	case m.high < 4 || m.high > size/uint64(m.pageSize):
		return health{}, fmt.Errorf("%d pages of %d bytes claimed in a file of %d bytes", m.high, m.pageSize, size)
	case m.root < 2 || m.root >= m.high:
		return health{}, fmt.Errorf("root page %d of %d", m.root, m.high)
	case m.freelist != noFreelist && (m.freelist < 2 || m.freelist >= m.high):
		return health{}, fmt.Errorf("freelist page %d of %d", m.freelist, m.high)
	}
	if m.freelist != noFreelist {
		if err := readFreelist(f, m); err != nil {
			return health{}, err
		}
	}
	return health{m, lame}, nil
}

// newestMeta reads page 0, and page 1 where page 0 says it is or, without that, at every
// page size bbolt may have used.
func newestMeta(f io.ReaderAt) (m meta, lame bool, err error) {
	b := make([]byte, pageHead+metaSize)
	at := func(off int64) (meta, error) {
		if _, err := f.ReadAt(b, off); err != nil {
			return meta{}, err
		}
		m, err := readMeta(b)
		if err == nil && (m.pageSize < 1024 || m.pageSize > 1<<24 || m.pageSize&(m.pageSize-1) != 0) {
			err = fmt.Errorf("page size %d", m.pageSize)
		}
		return m, err
	}
	m0, err0 := at(0)
	if err0 == nil {
		m1, err1 := at(int64(m0.pageSize))
		if err1 != nil {
			return m0, true, nil
		}
		if m1.txn > m0.txn {
			return m1, false, nil
		}
		return m0, false, nil
	}
	for size := int64(1024); size <= 1<<24; size *= 2 {
		if m1, err := at(size); err == nil && int64(m1.pageSize) == size {
			return m1, true, nil
		}
	}
	return meta{}, true, fmt.Errorf("both meta pages: %w", err0)
}

// readFreelist makes sure that the free pages are in order, inside the file and leave the
// pages in use alone that are known here. A wrong one would be written over.
func readFreelist(f io.ReaderAt, m meta) error {
	head := make([]byte, pageHead+8)
	at := int64(m.freelist) * int64(m.pageSize)
	if _, err := f.ReadAt(head, at); err != nil {
		return fmt.Errorf("read the freelist: %w", err)
	}
	flags, overflow := native.Uint16(head[8:]), native.Uint32(head[12:])
	n, from := uint64(native.Uint16(head[10:])), int64(pageHead)
	if n == 0xFFFF {
		n, from = native.Uint64(head[pageHead:]), pageHead+8
	}
	room := uint64(overflow) + 1
	if native.Uint64(head) != m.freelist || flags != freelistIn || m.freelist+room > m.high || n > room*uint64(m.pageSize)/8 {
		return fmt.Errorf("page %d is no freelist", m.freelist)
	}
	ids := make([]byte, n*8)
	if _, err := f.ReadAt(ids, at+from); err != nil {
		return fmt.Errorf("read the freelist: %w", err)
	}
	last := uint64(1)
	for ; len(ids) > 0; ids = ids[8:] {
		id := native.Uint64(ids)
		if id <= last || id >= m.high || id == m.root || id >= m.freelist && id < m.freelist+room {
			return fmt.Errorf("freelist names page %d after %d", id, last)
		}
		last = id
	}
	return nil
}
