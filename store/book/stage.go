package book

import (
	"bytes"
	"maps"
	"slices"

	bolt "go.etcd.io/bbolt"

	"wendan/store/fact"
	"wendan/store/order"
	"wendan/store/shift"
)

// stage collects what a batch of facts changes, so that an order placed, paid and printed
// in one batch is written once, and every bucket in the order of its keys.
type stage struct {
	b      *Book
	tx     *bolt.Tx
	st     state
	booked uint64
	orders map[id]*Filed
	open   map[id]bool // true: became unpaid, false: was settled
	sheets map[fact.Day]*daySheet
	keys   map[fact.Key]Entry
	older  fact.Day                    // keys of days before this one go
	jobs   map[order.Job]*order.Number // nil: done
	copies []*fact.Fact
}

// id is an order number within the register.
type id struct {
	epoch uint32
	n     uint64
}

func (i id) key() []byte { return keyNumber(i.epoch, i.n) }

func idOf(n order.Number) id { return id{n.Epoch, n.N} }

func newStage(b *Book, tx *bolt.Tx, st state) *stage {
	return &stage{b: b, tx: tx, st: st, booked: b.booked.Load().Seq, orders: map[id]*Filed{}, open: map[id]bool{},
		sheets: map[fact.Day]*daySheet{}, keys: map[fact.Key]Entry{}, jobs: map[order.Job]*order.Number{}}
}

// take applies one fact. Only trouble with the file is an error.
func (s *stage) take(f *fact.Fact) error {
	sheet, err := s.sheet(f.Day)
	if err != nil {
		return err
	}
	if err := s.act(f); err != nil {
		return err
	}
	switch f.Kind {
	case order.PlacedKind.Number:
		p, bad := order.PlacedKind.Read(f)
		if bad != nil {
			_ = sheet.Totals.Add(f) // counts it as unread
			break
		}
		err = s.placed(f, &p, sheet)
	case order.SettledKind.Number:
		b, bad := order.SettledKind.Read(f)
		if bad != nil {
			_ = sheet.Totals.Add(f)
			break
		}
		err = s.settled(f, &b, sheet)
	default:
		_ = sheet.Totals.Add(f)
		err = s.other(f)
	}
	if err != nil {
		return err
	}
	if f.Seq > s.booked {
		s.copies = append(s.copies, f)
	}
	s.st.Head = fact.Head{Epoch: f.Epoch, Seq: f.Seq, Hash: f.Hash}
	return nil
}

func (s *stage) placed(f *fact.Fact, p *order.Placed, sheet *daySheet) error {
	sheet.Totals.AddPlaced(f, p)
	if sheet.First == 0 || p.Number.N < sheet.First {
		sheet.First = p.Number.N
	}
	sheet.Last = max(sheet.Last, p.Number.N)
	i := idOf(p.Number)
	old, err := s.filed(i)
	if err != nil {
		return err
	}
	if old == nil {
		s.st.Orders++
	}
	doc := &Filed{Order: *p.Apply(f)}
	for _, station := range order.Stations(p.Lines) {
		s.call(doc, order.Job{Epoch: f.Epoch, Seq: f.Seq, Slip: order.Kitchen(station)})
	}
	s.orders[i] = doc
	s.open[i] = true
	s.st.LastN = max(s.st.LastN, p.Number.N)
	return nil
}

func (s *stage) settled(f *fact.Fact, b *order.Settled, sheet *daySheet) error {
	sheet.Totals.AddSettled(f, b)
	i := idOf(b.Number)
	doc, err := s.filed(i)
	if err != nil {
		return err
	}
	if doc == nil { // placed in another epoch: its payment is all that is known here
		doc = &Filed{Order: order.Order{Number: b.Number, Day: b.PlacedOn, At: f.At, Staff: f.Staff, Seq: f.Seq}}
		s.st.Orders++
		if i.epoch == f.Epoch {
			s.st.LastN = max(s.st.LastN, i.n)
		}
	}
	b.Apply(&doc.Order, f)
	doc.Settled++
	s.call(doc, order.Job{Epoch: f.Epoch, Seq: f.Seq, Slip: order.ReceiptSlip})
	s.orders[i] = doc
	s.open[i] = false
	return nil
}

func (s *stage) other(f *fact.Fact) error {
	switch f.Kind {
	case order.PrintedKind.Number:
		p, err := order.PrintedKind.Read(f)
		if err != nil {
			return nil
		}
		return s.printed(&p)
	case order.ReprintedKind.Number:
		r, err := order.ReprintedKind.Read(f)
		if err != nil {
			return nil
		}
		job := order.Job{Epoch: f.Epoch, Seq: f.Seq, Slip: r.Slip}
		s.jobs[job] = &r.Number
		doc, err := s.filed(idOf(r.Number))
		if err != nil || doc == nil {
			return err
		}
		doc.Order.Reprints++
		doc.Order.LastSeq = f.Seq
		s.call(doc, job)
		s.orders[idOf(r.Number)] = doc
	case shift.OpenedKind.Number:
		o, err := shift.OpenedKind.Read(f)
		if err == nil && o.Previous > s.older {
			s.older = o.Previous
			maps.DeleteFunc(s.keys, func(k fact.Key, _ Entry) bool { return k.Day() < s.older })
		}
	default:
		jobs, err := order.JobsOf(f)
		if err != nil {
			return nil
		}
		for _, j := range jobs {
			s.jobs[j] = &order.Number{}
		}
	}
	return nil
}

// call adds a print job that doc needs.
func (s *stage) call(doc *Filed, j order.Job) {
	s.jobs[j] = &doc.Order.Number
	doc.Papers = append(doc.Papers, Paper{Job: j})
}

// printed takes a job off the list and notes the outcome with its order. Jobs that are off
// the list already keep their first outcome.
func (s *stage) printed(p *order.Printed) error {
	n, staged := s.jobs[p.Job]
	if !staged {
		k := keyJob(p.Job)
		v := s.tx.Bucket(bJobs).Get(k)
		if v == nil {
			return nil
		}
		n = &order.Number{}
		if err := read(bJobs, k, v, n); err != nil {
			return err
		}
	}
	if n == nil {
		return nil
	}
	s.jobs[p.Job] = nil
	if n.N == 0 {
		return nil
	}
	doc, err := s.filed(idOf(*n))
	if err != nil || doc == nil {
		return err
	}
	for i := range doc.Papers {
		if doc.Papers[i].Job == p.Job {
			doc.Papers[i].Outcome = p.Outcome
		}
	}
	s.orders[idOf(*n)] = doc
	return nil
}

// act keeps the idempotency keys: the first fact of an act carries the key, the others
// count on from it.
func (s *stage) act(f *fact.Fact) error {
	if f.Off == 0 {
		s.st.Act, s.st.ActFirst = f.Key, f.Seq
		if f.Key == (fact.Key{}) {
			return nil
		}
		_, have, err := s.entry(f.Key)
		if err != nil {
			return err
		}
		if have { // the first use of a key is the one that counts
			s.st.Act = fact.Key{}
			return nil
		}
		s.keys[f.Key] = Entry{First: f.Seq, Last: f.Seq, Sum: f.Sum}
		return nil
	}
	if s.st.Act == (fact.Key{}) || s.st.ActFirst+uint64(f.Off) != f.Seq {
		return nil
	}
	e, have, err := s.entry(s.st.Act)
	if err != nil || !have {
		return err
	}
	e.Last = f.Seq
	s.keys[s.st.Act] = e
	return nil
}

func (s *stage) entry(k fact.Key) (e Entry, have bool, err error) {
	if e, have = s.keys[k]; have || k.Day() < s.older {
		return e, have, nil
	}
	return entryIn(s.tx, s.b.opt.Epoch, k)
}

func entryIn(tx *bolt.Tx, epoch uint32, key fact.Key) (e Entry, have bool, err error) {
	k := keyIdem(epoch, key)
	v := tx.Bucket(bKeys).Get(k)
	if v == nil {
		return e, false, nil
	}
	return e, true, read(bKeys, k, v, &e)
}

// filed is the order as the batch has it so far, or nil.
func (s *stage) filed(i id) (*Filed, error) {
	if doc, ok := s.orders[i]; ok {
		return doc, nil
	}
	if i.epoch == s.b.opt.Epoch && i.n > s.st.LastN {
		return nil, nil // spares a look-up for every new order
	}
	doc, err := filedIn(s.tx, i)
	return doc, err
}

func filedIn(tx *bolt.Tx, i id) (*Filed, error) {
	k := i.key()
	v := tx.Bucket(bOrders).Get(k)
	if v == nil {
		return nil, nil
	}
	doc := &Filed{}
	if err := read(bOrders, k, v, doc); err != nil {
		return nil, err
	}
	return doc, nil
}

// sheet is the day's running totals. The newest stays in memory between batches.
func (s *stage) sheet(d fact.Day) (*daySheet, error) {
	if sheet, ok := s.sheets[d]; ok {
		return sheet, nil
	}
	if s.b.sheet != nil && s.b.day == d {
		s.sheets[d] = s.b.sheet
		return s.b.sheet, nil
	}
	sheet, err := sheetIn(s.tx, s.b.opt.Epoch, d)
	if err != nil {
		return nil, err
	}
	if sheet == nil {
		sheet = emptySheet(d)
	}
	s.sheets[d], s.b.day, s.b.sheet = sheet, d, sheet
	return sheet, nil
}

func sheetIn(tx *bolt.Tx, epoch uint32, d fact.Day) (*daySheet, error) {
	k := keyDay(epoch, d)
	v := tx.Bucket(bDays).Get(k)
	if v == nil {
		return nil, nil
	}
	sheet := &daySheet{}
	return sheet, read(bDays, k, v, sheet)
}

// flush writes everything.
func (s *stage) flush() error {
	epoch := s.b.opt.Epoch
	for _, name := range [][]byte{bOrders, bCopies, bDays} {
		s.tx.Bucket(name).FillPercent = fill
	}
	for _, i := range slices.SortedFunc(maps.Keys(s.orders), func(a, b id) int { return bytes.Compare(a.key(), b.key()) }) {
		if err := put(s.tx, bOrders, i.key(), fact.Marshal(s.orders[i])); err != nil {
			return err
		}
	}
	for i, unpaid := range s.open {
		if err := s.mark(bOpen, i.key(), unpaid && !s.orders[i].Order.Paid()); err != nil {
			return err
		}
	}
	for d, sheet := range s.sheets {
		if err := put(s.tx, bDays, keyDay(epoch, d), fact.Marshal(sheet)); err != nil {
			return err
		}
	}
	if err := s.flushKeys(); err != nil {
		return err
	}
	for j, n := range s.jobs {
		k := keyJob(j)
		if n == nil {
			if err := s.tx.Bucket(bJobs).Delete(k); err != nil {
				return err
			}
		} else if err := put(s.tx, bJobs, k, fact.Marshal(n)); err != nil {
			return err
		}
	}
	for _, f := range s.copies {
		if err := putCopy(s.tx, f); err != nil {
			return err
		}
	}
	return put(s.tx, bState, keyEpoch(epoch), fact.Marshal(s.st))
}

func (s *stage) mark(bucket, key []byte, set bool) error {
	if !set {
		return s.tx.Bucket(bucket).Delete(key)
	}
	return put(s.tx, bucket, key, nil)
}

func (s *stage) flushKeys() error {
	epoch := s.b.opt.Epoch
	if s.older != 0 {
		c, end := s.tx.Bucket(bKeys).Cursor(), keyDay(epoch, s.older)
		for k, _ := c.Seek(keyEpoch(epoch)); k != nil && bytes.Compare(k, end) < 0; k, _ = c.Seek(keyEpoch(epoch)) {
			if err := s.tx.Bucket(bKeys).Delete(bytes.Clone(k)); err != nil {
				return err
			}
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(s.keys), func(a, b fact.Key) int { return bytes.Compare(a[:], b[:]) }) {
		if err := put(s.tx, bKeys, keyIdem(epoch, key), fact.Marshal(s.keys[key])); err != nil {
			return err
		}
	}
	return nil
}
