package book

import (
	"bytes"

	bolt "go.etcd.io/bbolt"

	"wendan/store/fact"
	"wendan/store/order"
	"wendan/store/report"
)

// Order is one order by its number, with its slips: one read. ErrAbsent when the book does
// not have it.
func (b *Book) Order(n order.Number) (doc Filed, err error) {
	err = b.view(func(tx *bolt.Tx) error {
		have, err := filedIn(tx, idOf(n))
		if err != nil {
			return err
		}
		if have == nil || have.Order.Number != n {
			return ErrAbsent.With(n.String())
		}
		doc = *have
		return nil
	})
	return doc, err
}

// JobsOf lists the slips an order called for and what became of each, oldest first.
func (b *Book) JobsOf(n order.Number) ([]Paper, error) {
	doc, err := b.Order(n)
	return doc.Papers, err
}

// OrdersOfDay reads up to limit orders placed on day, newest first: those with numbers below
// before, or the newest when before is 0. It reads one run of keys. To page on, give the
// lowest number seen.
func (b *Book) OrdersOfDay(day fact.Day, before uint64, limit int) (docs []Filed, err error) {
	err = b.view(func(tx *bolt.Tx) error {
		docs = nil
		sheet, err := sheetIn(tx, b.opt.Epoch, day)
		if err != nil || sheet == nil || sheet.Last == 0 {
			return err
		}
		last := sheet.Last
		if before != 0 {
			last = min(last, before-1)
		}
		c := tx.Bucket(bOrders).Cursor()
		first := keyNumber(b.opt.Epoch, sheet.First)
		var v []byte
		k, _ := c.Seek(keyNumber(b.opt.Epoch, last+1))
		if k == nil {
			k, v = c.Last()
		} else {
			k, v = c.Prev()
		}
		for ; k != nil && bytes.Compare(k, first) >= 0 && len(docs) < limit; k, v = c.Prev() {
			var doc Filed
			if err := read(bOrders, k, v, &doc); err != nil {
				return err
			}
			if doc.Order.Day == day {
				docs = append(docs, doc)
			}
		}
		return nil
	})
	return docs, err
}

// OpenOrders reads the unpaid orders of all days, oldest first.
func (b *Book) OpenOrders() (docs []Filed, err error) {
	err = b.view(func(tx *bolt.Tx) error {
		docs = nil
		c := tx.Bucket(bOpen).Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			if _, err := unseal(bOpen, k, v); err != nil {
				return err
			}
			var doc Filed
			if err := read(bOrders, k, tx.Bucket(bOrders).Get(k), &doc); err != nil {
				return err
			}
			docs = append(docs, doc)
		}
		return nil
	})
	return docs, err
}

// Totals are the running figures of a business day, empty for a day the book does not know: one
// read, whatever the day sold. Day 0 holds what came before the first day.
func (b *Book) Totals(day fact.Day) (t *report.Totals, err error) {
	err = b.view(func(tx *bolt.Tx) error {
		sheet, err := sheetIn(tx, b.opt.Epoch, day)
		if err == nil {
			if sheet == nil {
				sheet = emptySheet(day)
			}
			t = &sheet.Totals
		}
		return err
	})
	return t, err
}

// Ledger reads the totals of all days from first to last, both included.
func (b *Book) Ledger(first, last fact.Day) (l report.Ledger, err error) {
	err = b.view(func(tx *bolt.Tx) error {
		l = report.Ledger{}
		return eachDay(tx, first, last, func(d fact.Day, sheet *daySheet) { l[d] = &sheet.Totals })
	})
	return l, err
}

// Days lists the business days the book has facts of, earliest first, without day 0.
func (b *Book) Days() (days []fact.Day, err error) {
	err = b.view(func(tx *bolt.Tx) error {
		days = nil
		c := tx.Bucket(bDays).Cursor()
		for k, _ := c.First(); k != nil; k, _ = c.Next() {
			d, err := readDay(k)
			if err != nil {
				return ErrRot.Wrap(err)
			}
			if d != 0 {
				days = append(days, d)
			}
		}
		return nil
	})
	return days, err
}

func eachDay(tx *bolt.Tx, first, last fact.Day, fn func(fact.Day, *daySheet)) error {
	c := tx.Bucket(bDays).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		d, err := readDay(k)
		if err != nil {
			return ErrRot.Wrap(err)
		}
		if d < first || d > last {
			continue
		}
		sheet := &daySheet{}
		if err := read(bDays, k, v, sheet); err != nil {
			return err
		}
		fn(d, sheet)
	}
	return nil
}

// Key looks up an idempotency key of the open business day or the one before it. Older keys
// are not kept.
func (b *Book) Key(k fact.Key) (e Entry, have bool, err error) {
	err = b.view(func(tx *bolt.Tx) (err error) {
		e, have, err = entryIn(tx, b.opt.Epoch, k)
		return err
	})
	return e, have, err
}

// Jobs lists the print jobs nobody has confirmed or given up, oldest first. They survive a
// restart and a rebuild: after either, each is uncertain and prints marked 可能重复.
func (b *Book) Jobs() (jobs []order.Job, err error) {
	err = b.view(func(tx *bolt.Tx) error {
		jobs = nil
		c := tx.Bucket(bJobs).Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			if _, err := unseal(bJobs, k, v); err != nil {
				return err
			}
			j, err := readJob(k)
			if err != nil {
				return ErrRot.Wrap(err)
			}
			jobs = append(jobs, j)
		}
		return nil
	})
	return jobs, err
}
