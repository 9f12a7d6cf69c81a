package headoffice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/sync/wire"
)

// Faults of booking. They reach the register in its mark and stand on head office's page.
var (
	ErrFork = fault.New("headoffice.fork", "收银台 %s 从第 %d 条起与已入账的记录不一致，请联系技术员",
		"Register %s differs from what is booked from fact %d on; call the technician",
		"Two journals send under the same register and epoch, or one was restored from an old copy and sold on. The other facts are kept as contested.")
	ErrForeign = fault.New("headoffice.foreign", "收银台 %s 发来了别人的数据，已拒收", "Register %s sent facts of another register; they were refused",
		"Branch and register in the signed header do not match the subject they came on.")
)

// delivery is one message on its way into the books.
type delivery struct {
	branch, register string // from the subject
	run              wire.Run
	err              error // why it cannot be booked at all
	ack              func() error
}

// entry is where a register's epoch stands while a batch is being booked.
type entry struct {
	branch, register string
	head, old        fact.Head
	fault            string
	reason           wire.Reason
	contested        bool // an older epoch: a machine that was replaced
	known            bool // the epoch was granted
	epoch            uint32
	facts            int64
}

// batch is one transaction of booking.
type batch struct {
	ctx     context.Context
	tx      *sql.Tx
	at      int64
	entries map[[3]string]*entry
	facts   rows
	others  rows
	views   *viewDelta
}

var errStale = errors.New("another process moved the mark")

// book writes deliveries, in order, in one transaction: facts, marks, views and alarms
// together. It returns where every register touched stands afterwards; the caller
// acknowledges and answers only then. Booking the same again changes nothing.
func (g *ledger) book(ctx context.Context, d *desk, at int64, ds []delivery) ([]*entry, error) {
	var done []*entry
	err := g.change(ctx, "book facts", func(tx *sql.Tx) error {
		b := &batch{ctx: ctx, tx: tx, at: at, entries: map[[3]string]*entry{}, views: newViewDelta(),
			facts:  rows{head: `INSERT INTO facts (branch, register, epoch, seq, kind, day, contested, hash, raw) VALUES `, columns: 9},
			others: rows{head: `INSERT INTO contested (branch, register, epoch, seq, hash, kind, day, at, raw) VALUES `, tail: ` ON CONFLICT (branch, register, epoch, seq, hash) DO NOTHING`, columns: 9},
		}
		for i := range ds {
			if err := b.take(d, &ds[i]); err != nil {
				return err
			}
		}
		if err := b.close(); err != nil {
			return err
		}
		done = done[:0]
		for _, e := range b.entries {
			done = append(done, e)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range done {
		if l := d.find(e.branch, e.register); l != nil && l.epochs[e.head.Epoch] != nil {
			c := l.epochs[e.head.Epoch]
			if c.fault = e.fault; e.head != e.old {
				c.head, c.at = e.head, at
			}
		}
	}
	return done, nil
}

// entry finds or opens the state of one register and epoch.
func (b *batch) entry(d *desk, branch, register string, epoch uint32) *entry {
	d.mu.RLock()
	defer d.mu.RUnlock()
	l := d.find(branch, register)
	if epoch == 0 && l != nil {
		epoch = l.epoch // a message that could not be read at all
	}
	key := [3]string{branch, register, fmt.Sprint(epoch)}
	if e := b.entries[key]; e != nil {
		return e
	}
	e := &entry{branch: branch, register: register, head: fact.Head{Epoch: epoch}, reason: wire.ReasonBooked}
	if l != nil {
		e.epoch, e.contested = l.epoch, epoch < l.epoch
		if c := l.epochs[epoch]; c != nil {
			e.head, e.fault, e.known = c.head, c.fault, true
		}
	}
	e.old = e.head
	b.entries[key] = e
	return e
}

func (b *batch) take(d *desk, dv *delivery) error {
	r := &dv.run
	e := b.entry(d, dv.branch, dv.register, r.Epoch)
	switch {
	case dv.err != nil:
		e.fault, e.reason = fault.Code(dv.err), wire.ReasonRefused
		return b.alarm(e, r.First, e.fault)
	case r.First > e.head.Seq+1:
		e.reason = wire.ReasonGap
		return nil
	case e.follows(r):
		e.fault, e.reason = "", wire.ReasonBooked
		return b.extend(e, r)
	case r.Last <= e.head.Seq:
		same, err := b.same(r)
		if err != nil || same {
			return err
		}
	}
	return b.fork(e, r)
}

// follows reports whether the run continues the booked chain, with or without overlap.
func (e *entry) follows(r *wire.Run) bool {
	switch {
	case r.Last <= e.head.Seq:
		return false
	case r.First <= e.head.Seq:
		return r.Facts[e.head.Seq-r.First].Hash == e.head.Hash
	case e.head.Seq == 0 && e.head.Epoch > 1:
		return true // a new epoch starts from the hash it last knew of the old one
	}
	return r.Prev == e.head.Hash
}

func (b *batch) extend(e *entry, r *wire.Run) error {
	contested := 0
	if e.contested {
		contested = 1
	}
	fresh := r.Facts[e.head.Seq+1-r.First:]
	for i := range fresh {
		f := &fresh[i]
		if err := b.facts.add(b.ctx, b.tx, e.branch, e.register, f.Epoch, int64(f.Seq), int(f.Kind), int(f.Day), contested, f.Hash[:], f.Raw); err != nil {
			return err
		}
		b.views.add(e.branch, e.register, f, e.contested)
	}
	e.head = r.After()
	e.facts += int64(len(fresh))
	return nil
}

// same reports whether a run that lies wholly below the mark is the one booked: the chain
// makes the last hash speak for all.
func (b *batch) same(r *wire.Run) (bool, error) {
	if err := b.facts.flush(b.ctx, b.tx); err != nil {
		return false, err
	}
	var hash []byte
	err := b.tx.QueryRowContext(b.ctx, `SELECT hash FROM facts WHERE branch = ? AND register = ? AND epoch = ? AND seq = ?`,
		r.Branch, r.Register, r.Epoch, int64(r.Last)).Scan(&hash)
	return err == nil && string(hash) == string(r.Head[:]), err
}

// fork keeps what differs from the books as contested and raises the alarm.
func (b *batch) fork(e *entry, r *wire.Run) error {
	if err := b.facts.flush(b.ctx, b.tx); err != nil {
		return err
	}
	booked := map[int64]string{}
	found, err := b.tx.QueryContext(b.ctx, `SELECT seq, hash FROM facts WHERE branch = ? AND register = ? AND epoch = ? AND seq BETWEEN ? AND ?`,
		r.Branch, r.Register, r.Epoch, int64(r.First), int64(r.Last))
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		var seq int64
		var hash []byte
		if err := found.Scan(&seq, &hash); err != nil {
			return err
		}
		booked[seq] = string(hash)
	}
	if err := found.Err(); err != nil {
		return err
	}
	first := uint64(0)
	for i := range r.Facts {
		f := &r.Facts[i]
		if booked[int64(f.Seq)] == string(f.Hash[:]) {
			continue
		}
		if first == 0 {
			first = f.Seq
		}
		if err := b.others.add(b.ctx, b.tx, e.branch, e.register, f.Epoch, int64(f.Seq), f.Hash[:], int(f.Kind), int(f.Day), b.at, f.Raw); err != nil {
			return err
		}
	}
	e.fault, e.reason = ErrFork.Code, wire.ReasonRefused
	return b.alarm(e, first, ErrFork.Code)
}

func (b *batch) alarm(e *entry, seq uint64, code string) error {
	_, err := b.tx.ExecContext(b.ctx, `INSERT INTO alarms (branch, register, epoch, seq, code, first, latest, times) VALUES (?, ?, ?, ?, ?, ?, ?, 1)
		ON CONFLICT (branch, register, epoch, seq, code) DO UPDATE SET latest = excluded.latest, times = alarms.times + 1`,
		e.branch, e.register, e.head.Epoch, int64(seq), code, b.at, b.at)
	return err
}

// close writes what is still collected and moves the marks, each only from where it was.
func (b *batch) close() error {
	if err := errors.Join(b.facts.flush(b.ctx, b.tx), b.others.flush(b.ctx, b.tx)); err != nil {
		return err
	}
	if err := b.views.write(b.ctx, b.tx); err != nil {
		return err
	}
	for _, e := range b.entries {
		if !e.known {
			continue
		}
		q, args := `UPDATE marks SET fault = ? WHERE branch = ? AND register = ? AND epoch = ? AND seq = ?`,
			[]any{e.fault, e.branch, e.register, e.head.Epoch, int64(e.old.Seq)}
		if e.head != e.old {
			q = `UPDATE marks SET seq = ?, hash = ?, at = ?, fault = ? WHERE branch = ? AND register = ? AND epoch = ? AND seq = ?`
			args = append([]any{int64(e.head.Seq), e.head.Hash[:], b.at}, args...)
		}
		done, err := b.tx.ExecContext(b.ctx, q, args...)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n != 1 {
			return errors.Join(errStale, err)
		}
	}
	return nil
}
