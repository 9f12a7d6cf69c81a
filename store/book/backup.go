package book

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"

	bolt "go.etcd.io/bbolt"

	"wendan/store/fact"
)

// Backup writes a copy of the book as it stands to path: to a temporary file, synced, read
// back and checked, renamed, the folder synced. It returns the head the copy reaches. Applying
// goes on meanwhile. ErrBackup when the copy does not check.
func (b *Book) Backup(ctx context.Context, path string) (fact.Head, error) {
	tmp := path + ".new"
	var st state
	err := b.view(func(tx *bolt.Tx) (err error) {
		if st, err = b.stateIn(tx); err != nil {
			return err
		}
		return writeCopy(tx, tmp)
	})
	if err == nil {
		err = ioFault("sync the backup", syncFile(tmp))
	}
	if err == nil {
		err = b.checkCopy(ctx, tmp, st.Head)
	}
	if err == nil {
		err = ioFault("put the backup in place", install(tmp, path))
	}
	if err != nil {
		_ = os.Remove(tmp)
		return fact.Head{}, err
	}
	return st.Head, nil
}

func writeCopy(tx *bolt.Tx, path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	_, err = tx.WriteTo(w)
	return errors.Join(err, w.Flush(), f.Close())
}

func (b *Book) checkCopy(ctx context.Context, path string, head fact.Head) error {
	c, err := open(path, Options{Epoch: b.opt.Epoch, Identity: b.opt.Identity, ReadOnly: true})
	if err != nil {
		return ErrBackup.Wrap(err)
	}
	err = c.Check(ctx)
	if have := c.Applied(); err == nil && have != head {
		err = fmt.Errorf("reaches %v, not %v", have, head)
	}
	if err = errors.Join(err, c.Close()); err != nil {
		return ErrBackup.Wrap(err)
	}
	return nil
}
