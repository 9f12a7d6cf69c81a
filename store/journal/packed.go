package journal

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/zstd"

	"wendan/store/fact"
)

// A packed day file begins with a skippable zstd frame, so that any zstd tool unpacks it,
// yet header and seal can be read without unpacking. Its payload is: length of the
// header frame (4), header frame, seal frame, length (8) and CRC-32C (4) of the zstd frame
// behind it, CRC-32C (4) of all before.
const skippable = 0x184D2A50

// front is the decoded start of a packed file.
type front struct {
	header header
	seal   seal
	signed []byte // payload of the seal
	size   int64  // of the front itself
	length int64  // of the zstd frame
	sum    uint32
}

func makeFront(headerFrame, sealFrame []byte, length int64, sum uint32) []byte {
	b := binary.LittleEndian.AppendUint32(nil, skippable)
	b = binary.LittleEndian.AppendUint32(b, uint32(4+len(headerFrame)+len(sealFrame)+8+4+4))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(headerFrame)))
	b = append(append(b, headerFrame...), sealFrame...)
	b = binary.LittleEndian.AppendUint64(b, uint64(length))
	b = binary.LittleEndian.AppendUint32(b, sum)
	return guarded(b)
}

// isPacked goes by the contents, so that a copy may have any name.
func isPacked(r io.ReaderAt) bool {
	var b [4]byte
	_, err := r.ReadAt(b[:], 0)
	return err == nil && binary.LittleEndian.Uint32(b[:]) == skippable
}

func readFront(r io.ReaderAt, size int64) (front, error) {
	var p front
	top := make([]byte, 8)
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, size), top); err != nil {
		return p, fmt.Errorf("%w: packed file cut short: %v", errFrame, err)
	}
	n := int64(binary.LittleEndian.Uint32(top[4:]))
	if binary.LittleEndian.Uint32(top) != skippable || n > size-8 || n > 1<<20 || n < 4+sealSize+16 {
		return p, fmt.Errorf("%w: start of packed file", errFrame)
	}
	b := make([]byte, 8+n)
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, size), b); err != nil {
		return p, fmt.Errorf("read the packed header: %w", err)
	}
	b, ok := unguarded(b)
	if !ok {
		return p, fmt.Errorf("%w: checksum of the packed header", errFrame)
	}
	at := 12 + int64(binary.LittleEndian.Uint32(b[8:]))
	if at+sealSize+12 != int64(len(b)) {
		return p, fmt.Errorf("%w: lengths in the packed header", errFrame)
	}
	typ, payload, _, err := parseFrame(b[12:at])
	if err == nil && typ == typeHeader {
		p.header, err = readHeader(payload)
	}
	if err != nil {
		return p, fmt.Errorf("read the packed header: %w", err)
	}
	if _, payload, _, err = parseFrame(b[at : at+sealSize]); err == nil {
		p.seal, err = glanceSeal(payload, &p.header)
		p.signed = payload
	}
	if err != nil {
		return p, fmt.Errorf("read the packed seal: %w", err)
	}
	p.size = 8 + n
	p.length = int64(binary.LittleEndian.Uint64(b[at+sealSize:]))
	p.sum = binary.LittleEndian.Uint32(b[at+sealSize+8:])
	if p.size+p.length != size {
		return p, fmt.Errorf("%w: packed file of %d bytes, not %d", errFrame, size, p.size+p.length)
	}
	return p, nil
}

func newUnpacker(r io.Reader) (*zstd.Decoder, error) {
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20), zstd.WithDecoderLowmem(true))
}

// summed counts and sums what passes.
type summed struct {
	r   io.Reader
	n   int64
	sum uint32
}

func (s *summed) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.n += int64(n)
	s.sum = crc32.Update(s.sum, castagnoli, p[:n])
	return n, err
}

// scanPacked scans a packed file whole: every byte of it is covered by a checksum, and
// the contents by hashes and signatures.
func scanPacked(r io.ReaderAt, size int64, see func(*fact.Fact) error) (scanned, error) {
	p, err := readFront(r, size)
	if err == nil {
		_, err = readSeal(p.signed, &p.header)
	}
	if err != nil {
		return scanned{}, err
	}
	in := &summed{r: io.NewSectionReader(r, p.size, p.length)}
	dec, err := newUnpacker(in)
	if err != nil {
		return scanned{}, fmt.Errorf("unpack: %w", err)
	}
	defer dec.Close()
	rest := bufio.NewReaderSize(dec, 64<<10)
	s, err := scanReader(rest, see)
	if err != nil {
		return s, err
	}
	if s.stop != nil {
		s.later = true
		return s, nil
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return s, fmt.Errorf("read the packed file: %w", err)
	}
	if in.n != p.length || in.sum != p.sum || s.seal == nil || *s.seal != p.seal {
		s.stop, s.later = fmt.Errorf("%w: packed contents differ from their checksum or seal", errFrame), true
	}
	return s, nil
}
