package book

import (
	"bytes"
	"context"
	"fmt"
	"io"
)

// Pages of a tree: a branch page (flag 1) holds elements of position, key size (4 each) and
// child page (8); a leaf page (flag 2) elements of flags, position, key size and value size (4
// each). Positions count from the element. A leaf element with flag 1 is a bucket: its value is
// root page and sequence (8 each), and when the root is 0 a leaf page follows in place.
const (
	branchPage  = 1
	leafPage    = 2
	element     = 16
	bucketEntry = 1
	bucketHead  = 16
)

// walk reads the trees of a book file page by page as a file, so that nothing it meets, a
// page that names itself its child included, can harm the process.
type walk struct {
	ctx  context.Context
	file io.ReaderAt
	meta
	seen   map[uint64]bool
	todo   []uint64
	upper  bool     // leave the leaves of large trees out
	leaves []uint64 // left out
}

// walkPages visits every page in use of the file whose newest meta page is m.
func walkPages(ctx context.Context, file io.ReaderAt, m meta) error {
	w := walk{ctx: ctx, file: file, meta: m, seen: map[uint64]bool{}, todo: []uint64{m.root}}
	return w.all()
}

// walkUpper visits the branch pages only, about one page in a hundred, and finds every
// circle: bbolt would follow one until the process dies.
func walkUpper(ctx context.Context, file io.ReaderAt, m meta) error {
	w := walk{ctx: ctx, file: file, meta: m, seen: map[uint64]bool{}, todo: []uint64{m.root}, upper: true}
	if err := w.all(); err != nil {
		return err
	}
	for _, id := range w.leaves {
		if id < 2 || id >= m.high || w.seen[id] {
			return fmt.Errorf("page %d is named as a leaf", id)
		}
	}
	return nil
}

func (w *walk) all() error {
	for len(w.todo) > 0 {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		id := w.todo[len(w.todo)-1]
		w.todo = w.todo[:len(w.todo)-1]
		if err := w.page(id); err != nil {
			return fmt.Errorf("page %d: %w", id, err)
		}
	}
	return nil
}

func (w *walk) page(id uint64) error {
	if id < 2 || id >= w.high {
		return fmt.Errorf("outside of %d pages", w.high)
	}
	b := make([]byte, w.pageSize)
	if _, err := w.file.ReadAt(b, int64(id)*int64(w.pageSize)); err != nil {
		return err
	}
	more := uint64(native.Uint32(b[12:]))
	if native.Uint64(b) != id || more >= w.high-id {
		return fmt.Errorf("says it is page %d with %d more", native.Uint64(b), more)
	}
	for i := id; i <= id+more; i++ {
		if w.seen[i] {
			return fmt.Errorf("page %d is named twice", i)
		}
		w.seen[i] = true
	}
	if more > 0 {
		b = append(b, make([]byte, more*uint64(w.pageSize))...)
		if _, err := w.file.ReadAt(b[w.pageSize:], int64(id+1)*int64(w.pageSize)); err != nil {
			return err
		}
	}
	return w.elements(b)
}

// elements checks that every element lies inside the page and that keys rise.
func (w *walk) elements(b []byte) error {
	flags, n := native.Uint16(b[8:]), int(native.Uint16(b[10:]))
	if flags != branchPage && flags != leafPage || pageHead+n*element > len(b) {
		return fmt.Errorf("flags %x with %d elements", flags, n)
	}
	below := len(w.todo)
	var last []byte
	for i := range n {
		at := pageHead + i*element
		e := b[at : at+element]
		var pos, ksize, vsize uint64
		if flags == branchPage {
			pos, ksize = uint64(native.Uint32(e)), uint64(native.Uint32(e[4:]))
			w.todo = append(w.todo, native.Uint64(e[8:]))
		} else {
			pos, ksize, vsize = uint64(native.Uint32(e[4:])), uint64(native.Uint32(e[8:])), uint64(native.Uint32(e[12:]))
		}
		from := uint64(at) + pos
		if from+ksize+vsize > uint64(len(b)) {
			return fmt.Errorf("element %d leaves the page", i)
		}
		key, value := b[from:from+ksize], b[from+ksize:from+ksize+vsize]
		if i > 0 && bytes.Compare(key, last) <= 0 {
			return fmt.Errorf("key %x after %x", key, last)
		}
		last = key
		if flags == leafPage && native.Uint32(e)&bucketEntry != 0 {
			if err := w.bucket(value); err != nil {
				return fmt.Errorf("bucket %q: %w", key, err)
			}
		}
	}
	if w.upper && flags == branchPage && len(w.todo) > below {
		return w.skipLeaves(below)
	}
	return nil
}

// skipLeaves takes the children of a branch page off the list when they are leaves. All
// leaves of a tree are equally deep, so one child speaks for its siblings.
func (w *walk) skipLeaves(below int) error {
	head := make([]byte, pageHead)
	if id := w.todo[below]; id < w.high {
		if _, err := w.file.ReadAt(head, int64(id)*int64(w.pageSize)); err != nil {
			return err
		}
	}
	if native.Uint16(head[8:]) == leafPage {
		w.leaves = append(w.leaves, w.todo[below:]...)
		w.todo = w.todo[:below]
	}
	return nil
}

func (w *walk) bucket(v []byte) error {
	if len(v) < bucketHead {
		return fmt.Errorf("%d bytes", len(v))
	}
	if root := native.Uint64(v); root != 0 {
		w.todo = append(w.todo, root)
		return nil
	}
	if v = v[bucketHead:]; len(v) < pageHead || native.Uint16(v[8:]) != leafPage {
		return fmt.Errorf("no leaf page in place")
	}
	return w.elements(v)
}
