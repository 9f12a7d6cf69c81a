package book

import (
	"bytes"
	"context"
	"errors"

	bolt "go.etcd.io/bbolt"

	"wendan/store/fact"
)

// KeepYears is how long whole orders are kept unless the settings say otherwise. Daily
// totals are kept for ever.
const KeepYears = 2

// Prune removes settled orders placed before day, in small steps between which applying goes
// on, and returns how many. Unpaid orders stay. It may be stopped at any time and goes on where
// it was when called again. The file does not shrink; its pages are used again.
func (b *Book) Prune(ctx context.Context, before fact.Day) (removed int, err error) {
	next := keyEpoch(b.opt.Epoch)
	for next != nil {
		if err := ctx.Err(); err != nil {
			return removed, err
		}
		var n int
		if n, next, err = b.pruneStep(before, next); err != nil {
			return removed, err
		}
		removed += n
	}
	return removed, nil
}

// pruneStep looks at one run of orders from key from on.
func (b *Book) pruneStep(before fact.Day, from []byte) (removed int, next []byte, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var old [][]byte
	st := b.st
	err = b.view(func(tx *bolt.Tx) error {
		c := tx.Bucket(bOrders).Cursor()
		k, v := c.Seek(from)
		for looked := 0; k != nil; k, v = c.Next() {
			var doc Filed
			if err := read(bOrders, k, v, &doc); err != nil {
				return err
			}
			o := &doc.Order
			if o.Number.Epoch == b.opt.Epoch && o.Day >= before {
				return nil
			}
			if looked++; looked > step {
				next = bytes.Clone(k)
				return nil
			}
			if !o.Paid() || o.Day >= before {
				continue
			}
			old = append(old, bytes.Clone(k))
			if o.Number.Epoch == b.opt.Epoch {
				st.Floor = max(st.Floor, o.Number.N+1)
			}
			st.PrunedTo = max(st.PrunedTo, o.Day, o.PaidDay)
		}
		return nil
	})
	if err != nil || len(old) == 0 {
		return 0, next, err
	}
	st.Orders -= uint64(len(old))
	err = b.update(func(tx *bolt.Tx) error {
		for _, k := range old {
			err := errors.Join(tx.Bucket(bOrders).Delete(k), tx.Bucket(bOpen).Delete(k))
			if err != nil {
				return err
			}
		}
		return put(tx, bState, keyEpoch(b.opt.Epoch), fact.Marshal(st))
	})
	if err == nil {
		b.st = st
	}
	return len(old), next, err
}
