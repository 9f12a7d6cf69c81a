package book

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
	"golang.org/x/sys/unix"

	"wendan/store/fault"
)

// guard runs fn and turns a panic into ErrDamaged, a memory fault (SIGBUS on a short file or
// an unreadable page) included.
func guard(fn func() error) (err error) {
	old := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(old)
	defer func() {
		if r := recover(); r != nil {
			err = ErrDamaged.Wrap(fmt.Errorf("panic: %v", r))
		}
	}()
	return fn()
}

// view runs fn in a short read transaction. What fn keeps must be copied.
func (b *Book) view(fn func(*bolt.Tx) error) error {
	if err := b.Err(); err != nil {
		return err
	}
	err := guard(func() error { return b.db.View(fn) })
	return b.judge("read the book", err)
}

// update runs fn in the one write transaction; the caller holds b.mu.
func (b *Book) update(fn func(*bolt.Tx) error) error {
	if err := b.Err(); err != nil {
		return err
	}
	err := guard(func() error { return b.db.Update(fn) })
	if err = b.judge("write the book", err); err != nil {
		b.sheet = nil // it may have been counted on already
		b.fail(err)
	}
	return err
}

// judge names err, counts rot and remembers damage.
func (b *Book) judge(doing string, err error) error {
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	err = ioFault(doing, err)
	if errors.Is(err, ErrRot) {
		b.count.rot.Add(1)
	}
	if errors.Is(err, ErrDamaged) {
		b.fail(err)
	}
	return err
}

// fail closes the book for everything but Close. Only the first cause is kept.
func (b *Book) fail(err error) {
	if b.failed.CompareAndSwap(nil, fault.Of(err)) {
		b.wake()
	}
}

// syncDir makes the names in path's folder durable.
func syncDir(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(unix.Fsync(int(d.Fd())), d.Close())
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
