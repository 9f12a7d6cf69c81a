package book

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	bolt "go.etcd.io/bbolt"

	"wendan/store/fact"
	"wendan/store/order"
	"wendan/store/report"
)

// most is how many findings Check lists.
const most = 20

// Check reads the whole book: every page, every checksum, the day's figures against the
// orders, the indexes against each other, the copies against their chain. nil means sound;
// ErrDamaged or ErrRot say what is wrong, with up to twenty findings. Applying goes on
// meanwhile, in a file that grows a little more.
//
// Pages are read as a file before bbolt walks them, so that damage is found without a memory
// fault; still, tools should check a doubtful file in a child process.
func (b *Book) Check(ctx context.Context) error {
	c := check{ctx: ctx, b: b, days: report.Ledger{}, wait: map[order.Job]order.Number{}, open: map[id]bool{}, part: map[id]bool{}}
	b.mu.Lock() // so that the transaction and the newest meta page are of one commit
	release := sync.OnceFunc(b.mu.Unlock)
	defer release()
	err := b.view(func(tx *bolt.Tx) error {
		m, _, err := newestMeta(b.file)
		release()
		if err == nil && m.txn != uint64(tx.ID()) {
			err = fmt.Errorf("meta page of commit %d, not %d", m.txn, tx.ID())
		}
		if err == nil {
			err = walkPages(ctx, b.file, m)
		}
		if err != nil && ctx.Err() == nil {
			return ErrDamaged.Wrap(err)
		} else if err != nil {
			return err
		}
		c.tx = tx
		return c.all()
	})
	if err == nil && len(c.found) == 0 {
		c.found, err = b.structure()
	}
	if err == nil && len(c.found) > 0 {
		err = b.judge("check the book", ErrDamaged.Wrap(errors.Join(c.found...)))
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

type check struct {
	ctx   context.Context
	b     *Book
	tx    *bolt.Tx
	st    state
	found []error
	days  report.Ledger // recounted from the orders
	wait  map[order.Job]order.Number
	open  map[id]bool
	count uint64
	part  map[id]bool // orders of another epoch: only their payment is known
	vague bool        // an order was settled more than once, perhaps on two days
}

func (c *check) say(format string, args ...any) {
	if len(c.found) < most {
		c.found = append(c.found, fmt.Errorf(format, args...))
	}
}

func (c *check) all() (err error) {
	if c.st, err = c.b.stateIn(c.tx); err != nil {
		return err
	}
	for _, walk := range []struct {
		bucket []byte
		fn     func(k, body []byte) error
	}{{bState, nil}, {bMarks, nil}, {bOrders, c.order}, {bOpen, c.unpaid}, {bJobs, c.job}, {bKeys, c.key}, {bDays, c.day}} {
		if err := c.walk(walk.bucket, walk.fn); err != nil {
			return err
		}
	}
	for i := range c.open {
		c.say("order %d-%d is unpaid but not in the index", i.epoch, i.n)
	}
	for j := range c.wait {
		c.say("job %v waits at its order but is not in the list", j)
	}
	if c.count != c.st.Orders {
		c.say("%d orders, %d counted", c.count, c.st.Orders)
	}
	if err := c.copies(); err != nil {
		return err
	}
	return nil
}

// structure lets bbolt look over its pages. It compares a reader's pages with the free list of this moment, which a commit
// beside it moves; so what it finds counts only when it finds it again while nobody applies.
func (b *Book) structure() (found []error, err error) {
	look := func() error {
		return b.view(func(tx *bolt.Tx) error {
			found = nil
			for err := range tx.Check() {
				found = append(found, fmt.Errorf("structure: %w", err))
			}
			return nil
		})
	}
	if err = look(); err != nil || len(found) == 0 {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	err = look()
	return found, err
}

func (c *check) walk(bucket []byte, fn func(k, body []byte) error) error {
	cur := c.tx.Bucket(bucket).Cursor()
	for k, v := cur.First(); k != nil; k, v = cur.Next() {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		body, err := unseal(bucket, k, v)
		if err == nil && fn != nil {
			err = fn(k, body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *check) order(k, body []byte) error {
	var doc Filed
	if err := fact.Unmarshal(body, &doc); err != nil {
		return ErrRot.Wrap(err)
	}
	o, i := &doc.Order, idOf(doc.Order.Number)
	if !bytes.Equal(k, i.key()) {
		c.say("order %v stands under %x", o.Number, k)
	}
	c.count++
	c.vague = c.vague || doc.Settled > 1
	for _, p := range doc.Papers {
		if p.Outcome == 0 {
			c.wait[p.Job] = o.Number
		}
	}
	if len(o.Lines) == 0 {
		c.part[i] = true
		c.days.Of(o.PaidDay).AddSettled(&fact.Fact{Day: o.PaidDay}, &order.Settled{Payments: o.Payments})
		return nil
	}
	c.days.Of(o.Day).AddPlaced(&fact.Fact{Day: o.Day}, &order.Placed{Lines: o.Lines})
	if o.Paid() {
		c.days.Of(o.PaidDay).AddSettled(&fact.Fact{Day: o.PaidDay}, &order.Settled{Payments: o.Payments})
	} else {
		c.open[i] = true
	}
	return nil
}

func (c *check) unpaid(k, _ []byte) error {
	epoch, n, err := readNumber(k)
	if err != nil {
		return ErrRot.Wrap(err)
	}
	if !c.open[id{epoch, n}] {
		c.say("the index has order %d-%d as unpaid", epoch, n)
	}
	delete(c.open, id{epoch, n})
	return nil
}

func (c *check) job(k, body []byte) error {
	j, err := readJob(k)
	if err != nil {
		return ErrRot.Wrap(err)
	}
	var n order.Number
	if err := fact.Unmarshal(body, &n); err != nil {
		return ErrRot.Wrap(err)
	}
	if at, ok := c.wait[j]; ok && at != n {
		c.say("job %v belongs to order %v and to %v", j, n, at)
	} else if !ok && n.N != 0 && !c.part[idOf(n)] && c.tx.Bucket(bOrders).Get(idOf(n).key()) != nil {
		c.say("job %v waits, its order %v does not know", j, n)
	}
	if j.Seq > c.st.Head.Seq {
		c.say("job %v is of a fact after the head", j)
	}
	delete(c.wait, j)
	return nil
}

func (c *check) key(k, body []byte) error {
	var e Entry
	if err := fact.Unmarshal(body, &e); err != nil {
		return ErrRot.Wrap(err)
	}
	if e.First == 0 || e.First > e.Last || e.Last > c.st.Head.Seq {
		c.say("key %x answers with facts %d to %d of %d", k, e.First, e.Last, c.st.Head.Seq)
	}
	return nil
}

// day compares what can be recounted: sales of days without pruned orders.
func (c *check) day(k, body []byte) error {
	d, err := readDay(k)
	if err != nil {
		return ErrRot.Wrap(err)
	}
	var sheet daySheet
	if err := fact.Unmarshal(body, &sheet); err != nil {
		return ErrRot.Wrap(err)
	}
	if d <= c.st.PrunedTo {
		return nil
	}
	have, want := &sheet.Totals, c.days.Of(d)
	a := &report.Totals{Placed: report.Sales{Orders: have.Placed.Orders, Portions: have.Placed.Portions}, Settled: report.Sales{Orders: have.Settled.Orders},
		ByWay: have.ByWay, ByCategory: have.ByCategory}
	z := &report.Totals{Placed: report.Sales{Orders: want.Placed.Orders, Portions: want.Placed.Portions}, Settled: report.Sales{Orders: want.Settled.Orders},
		ByWay: want.ByWay, ByCategory: want.ByCategory}
	if c.vague {
		a.Settled, a.ByWay, z.Settled, z.ByWay = report.Sales{}, nil, report.Sales{}, nil
	}
	for id, dish := range have.ByDish {
		if w := want.ByDish[id]; dish.Qty != w.Qty || dish.Amount != w.Amount {
			c.say("%v: dish %d %+v, orders say %+v", d, id, dish, w)
		}
	}
	if !a.Equal(z) || len(have.ByDish) != len(want.ByDish) {
		c.say("%v: totals %+v, orders say %+v", d, a, z)
	}
	return nil
}

// copies makes sure that every fact behind the booked mark is there, chained to the head.
func (c *check) copies() error {
	var last *fact.Fact
	want := c.st.Copied
	cur := c.tx.Bucket(bCopies).Cursor()
	for k, v := cur.Seek(keyNumber(c.b.opt.Epoch, want)); k != nil; k, v = cur.Next() {
		f, err := readCopy(k, v)
		if err != nil {
			return err
		}
		if f.Seq != want || last != nil && link(last.Hash, f.Raw) != f.Hash {
			c.say("copy %d does not follow %d", f.Seq, want-1)
			return nil
		}
		last, want = &f, f.Seq+1
	}
	switch {
	case want <= c.st.Head.Seq:
		c.say("copies end at %d of %d", want-1, c.st.Head.Seq)
	case last != nil && last.Seq == c.st.Head.Seq && last.Hash != c.st.Head.Hash:
		c.say("copy %d has another hash than the head", last.Seq)
	case last != nil && last.Seq > c.st.Head.Seq:
		c.say("copy %d is after the head %d", last.Seq, c.st.Head.Seq)
	}
	return nil
}
