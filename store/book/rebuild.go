package book

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"wendan/store/fact"
)

// Facts hands the durable facts behind number after to fn, in order, until there are no more
// or fn fails. The facts must stay unchanged after fn returned.
type Facts func(ctx context.Context, after uint64, fn func(*fact.Fact) error) error

const (
	bigBatch = 16384    // facts a transaction of Rebuild takes
	bigGrow  = 64 << 20 // bytes the file grows by during Rebuild
)

// Rebuild makes the book anew from facts into a temporary file and puts it in the place of
// path when it is whole: nothing is synced on the way, everything before the rename. Selling
// goes on meanwhile; what became durable after facts ended is for Apply or Follow. A book that
// is open at path must be closed before it is used again: its file is replaced.
//
// progress, when not nil, is told the number of the last fact taken in, a few times a second;
// it must not block. Marks are not made of facts: opt.Booked is the booked mark the book begins
// with, and every fact behind it is copied. When ctx ends or facts fails, the old file is
// as it was.
func Rebuild(ctx context.Context, path string, opt Options, facts Facts, progress func(seq uint64)) (*Book, error) {
	tmp := path + ".rebuild"
	for _, name := range []string{tmp, tmp + flag} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, ioFault("rebuild the book", err)
		}
	}
	fast := opt
	fast.fast = true
	b, err := Open(tmp, fast)
	if err != nil {
		return nil, err
	}
	b.db.AllocSize = bigGrow
	err = b.applyAll(ctx, facts, progress)
	if err == nil {
		err = ioFault("sync the rebuilt book", guard(b.db.Sync))
	}
	err = errors.Join(err, b.Close())
	if err == nil {
		err = ioFault("put the rebuilt book in place", install(tmp, path))
	}
	if err != nil {
		_, _ = os.Remove(tmp), os.Remove(tmp+flag)
		return nil, err
	}
	_ = os.Remove(path + flag) // it spoke of the old file
	return Open(path, opt)
}

// applyAll reads ahead in a goroutine of its own while the batch before is applied.
func (b *Book) applyAll(ctx context.Context, facts Facts, progress func(uint64)) error {
	ctx, stop := context.WithCancel(ctx)
	batches, end := make(chan []fact.Fact, 1), make(chan error, 1)
	go func() {
		defer close(batches)
		next := make([]fact.Fact, 0, bigBatch)
		hand := func() error {
			select {
			case batches <- next:
				next = make([]fact.Fact, 0, bigBatch)
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		err := facts(ctx, b.Applied().Seq, func(f *fact.Fact) error {
			if next = append(next, *f); len(next) == bigBatch {
				return hand()
			}
			return nil
		})
		if err == nil {
			err = hand()
		}
		end <- err
	}()
	var failed error
	for next := range batches {
		if failed != nil {
			continue
		}
		if failed = b.Apply(next); failed != nil {
			stop()
		} else if progress != nil {
			progress(b.Applied().Seq)
		}
	}
	stop()
	if err := <-end; failed == nil {
		failed = err
	}
	return failed
}

// Ensure opens the book, or rebuilds it when it is absent, damaged, of another shape or of
// another register; rebuilt tells which. See Open and Rebuild.
func Ensure(ctx context.Context, path string, opt Options, facts Facts, progress func(seq uint64)) (b *Book, rebuilt bool, err error) {
	b, err = Open(path, opt)
	if err == nil && b.Applied().Seq > 0 {
		return b, false, nil
	}
	switch {
	case err == nil: // new: large batches are faster than following
		err = b.Close()
	case Rebuildable(err):
		err = nil
	}
	if err != nil {
		return nil, false, err
	}
	b, err = Rebuild(ctx, path, opt, facts, progress)
	return b, err == nil, err
}

// Rebuildable reports whether err says that the file at hand must be made anew, rather than
// that something around it must change.
func Rebuildable(err error) bool {
	for _, f := range []error{ErrDamaged, ErrRot, ErrForked, ErrForeign, ErrShape} {
		if errors.Is(err, f) {
			return true
		}
	}
	return false
}
