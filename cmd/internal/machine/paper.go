package machine

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"wendan/devices/printer"
	"wendan/devices/spool"
	"wendan/devices/ticket"
	"wendan/store/act"
	"wendan/store/book"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/order"
	"wendan/store/shift"
	"wendan/store/till"
)

// PrintOptions bound the patience of the print queue; zero values are right for a shop.
type PrintOptions struct {
	AlarmAfter, BackupAfter, OldAfter, MaxPause time.Duration
	MaxJobs                                     int
}

// freshPulse is how old a drawer fact may be to still pulse: a drawer must not spring open
// long after the sale.
const freshPulse = 10 * time.Second

// paper follows the journal with the print queue: each fact's slips are handed in after
// the sync, and outcomes become facts.
type paper struct {
	m     *Machine
	ctx   context.Context         // ends with the machine
	since fact.Head               // facts up to here are the last run's
	open  map[uint64]*order.Order // of follow alone
	done  atomic.Uint64           // facts up to here were handed in, or are the last run's

	change    sync.Mutex // one change of the printers at a time
	closed    bool
	mu        sync.Mutex
	printers  *printers
	spool     *spool.Spool
	endEvents func()
	late      []lateSlip // found no place in the queue
}

// lateSlip is a slip that is handed in when the queue of its printer has a place again.
type lateSlip struct {
	job       order.Job
	uncertain bool
}

// newPaper starts the print queue. Printer settings that cannot be used stop nobody from selling: the slips wait, and
// Damage tells why.
func newPaper(ctx context.Context, m *Machine) (*paper, error) {
	p := &paper{m: m, ctx: ctx, open: map[uint64]*order.Order{}}
	m.Till.View(func(s *till.State) {
		p.since = s.Head
		for n, o := range s.Open {
			p.open[n] = o
		}
	})
	p.done.Store(p.since.Seq)
	list, err := LoadPrinters(m.cfg.Dir)
	if err == nil {
		err = p.equip(list)
	}
	if err == nil {
		return p, nil
	}
	m.log.Error("no printers", "err", err)
	m.mu.Lock()
	m.damage = fault.Of(err)
	m.mu.Unlock()
	return p, p.equip(nil)
}

// equip puts printers into service. Jobs of the queue before are handed over as uncertain.
func (p *paper) equip(list []Printer) error {
	devices, err := openPrinters(list)
	if err != nil {
		return err
	}
	o := p.m.cfg.Print
	s, err := spool.New(spool.Options{Printers: devices.ports(), Routes: devices.routes, Ledger: p,
		AlarmAfter: o.AlarmAfter, BackupAfter: o.BackupAfter, OldAfter: o.OldAfter, MaxPause: o.MaxPause, MaxJobs: o.MaxJobs})
	if err != nil {
		devices.close()
		return err
	}
	p.mu.Lock()
	devices.queue.Store(s)
	if p.endEvents != nil {
		p.endEvents()
	}
	p.printers, p.spool = devices, s
	events, end := s.Subscribe()
	done := make(chan struct{})
	p.endEvents = func() {
		end()
		close(done)
	}
	p.mu.Unlock()
	go func() {
		for {
			select {
			case <-events:
				p.m.changed()
			case <-done:
				return
			}
		}
	}()
	return nil
}

func (p *paper) queue() *spool.Spool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.spool
}

// follow hands in what new facts call for.
func (p *paper) follow(ctx context.Context) {
	j := p.m.Till.Journal()
	for seq := p.since.Seq; ctx.Err() == nil; {
		facts, err := j.ReadAfter(ctx, seq, 256)
		if err == nil && len(facts) == 0 {
			err = j.Wait(ctx, seq)
		}
		if err != nil {
			if ctx.Err() == nil {
				p.m.log.Error("printing cannot read the journal, trying again", "err", err)
				time.Sleep(200 * time.Millisecond)
			}
			continue
		}
		for i := range facts { // the drawer first: the cashier waits for it
			if f := &facts[i]; shift.DrawerKind.Is(f) && (time.Since(time.UnixMilli(f.At)) < freshPulse || p.m.cfg.Clock != nil) {
				p.pulse(ctx)
			}
		}
		for i := range facts {
			p.take(ctx, &facts[i])
			seq = facts[i].Seq
			p.done.Store(seq)
		}
	}
}

// take hands in the slips of one fact.
func (p *paper) take(ctx context.Context, f *fact.Fact) {
	var paid *order.Order
	switch f.Kind {
	case order.PlacedKind.Number:
		if b, err := order.PlacedKind.Read(f); err == nil {
			p.open[b.Number.N] = b.Apply(f)
		}
	case order.SettledKind.Number:
		if b, err := order.SettledKind.Read(f); err == nil && p.open[b.Number.N] != nil {
			o := *p.open[b.Number.N]
			b.Apply(&o, f)
			paid = &o
			delete(p.open, b.Number.N)
		}
	}
	jobs, err := order.JobsOf(f)
	if err != nil {
		p.m.log.Error("no slips from a fact that cannot be read", "fact", f.Seq, "err", err)
		return
	}
	for _, j := range jobs {
		p.submit(ctx, j, p.job(j, f, paid, false))
	}
}

// submit hands a job in. One that finds the queue full is put off, so that the slips of a dead printer hold up neither
// those of the others nor the drawer.
func (p *paper) submit(ctx context.Context, job order.Job, j spool.Job) {
	for ctx.Err() == nil {
		err := p.queue().Submit(j)
		if err == nil {
			return
		}
		p.m.log.Warn("slip not taken by the print queue", "job", j.ID, "err", err)
		if errors.Is(err, spool.ErrFull) {
			p.mu.Lock()
			p.late = append(p.late, lateSlip{job, j.Uncertain})
			p.mu.Unlock()
			return
		}
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// latePause is how often slips that were put off are offered again.
const latePause = time.Second

// offer hands in what was put off, the oldest first, until ctx ends.
func (p *paper) offer(ctx context.Context) {
	for {
		select {
		case <-time.After(latePause):
		case <-ctx.Done():
			return
		}
		p.mu.Lock()
		late := p.late
		p.late = nil
		p.mu.Unlock()
		full := map[string]bool{} // roles
		var still []lateSlip
		for _, l := range late {
			role := l.job.Slip.Role()
			if !full[role] {
				f, err := p.m.factAt(ctx, l.job.Seq)
				if err == nil {
					err = p.queue().Submit(p.job(l.job, &f, nil, l.uncertain))
				}
				if err == nil {
					continue
				}
				full[role] = true
			}
			still = append(still, l)
		}
		p.mu.Lock()
		p.late = append(still, p.late...)
		p.mu.Unlock()
	}
}

// pulse opens the drawer once, beside the queue.
func (p *paper) pulse(ctx context.Context) {
	p.mu.Lock()
	s, name := p.spool, p.printers.drawer
	p.mu.Unlock()
	if name == "" {
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(ctx, freshPulse)
		defer cancel()
		if err := s.Pulse(ctx, name, 0); err != nil {
			p.m.log.Warn("the drawer was not opened", "err", err)
		}
	}()
}

// restore hands in what is unconfirmed of the facts up to upTo, marked as perhaps printed unless it is among fresh. A book
// that breaks meanwhile is waited for: no slip is forgotten.
func (p *paper) restore(ctx context.Context, upTo uint64, fresh map[spool.ID]bool) {
	for {
		b, err := p.m.history.caughtUp(ctx, upTo)
		if err == nil {
			err = p.resubmit(ctx, b, upTo, fresh)
		}
		if err == nil || ctx.Err() != nil {
			return
		}
		p.m.log.Error("unconfirmed slips cannot be listed, trying again", "err", err)
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// resubmit hands in the unconfirmed slips that b lists.
func (p *paper) resubmit(ctx context.Context, b *book.Book, upTo uint64, fresh map[spool.ID]bool) error {
	jobs, err := b.Jobs()
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if j.Seq > upTo {
			continue // the journal's follower hands it in
		}
		f, err := p.m.factAt(ctx, j.Seq)
		if err != nil {
			p.m.log.Error("unconfirmed slip cannot be read", "job", j.String(), "err", err)
			continue
		}
		p.submit(ctx, j, p.job(j, &f, nil, !fresh[idOf(j)]))
	}
	return nil
}

func idOf(j order.Job) spool.ID { return spool.ID{Fact: j.Seq, Slip: j.String()} }

// job describes a slip for the queue. paid is the order that f settled, or nil: then the book is asked.
func (p *paper) job(j order.Job, f *fact.Fact, paid *order.Order, uncertain bool) spool.Job {
	src := &source{m: p.m, job: j, fact: *f, order: paid}
	label := ""
	switch f.Kind {
	case order.PlacedKind.Number:
		if b, err := order.PlacedKind.Read(f); err == nil {
			src.order, label = b.Apply(f), b.Pickup
		}
	case order.SettledKind.Number:
		if b, err := order.SettledKind.Read(f); err == nil {
			label = b.Number.String()
		}
	case order.ReprintedKind.Number:
		if b, err := order.ReprintedKind.Read(f); err == nil {
			label = b.Number.String()
		}
	}
	return spool.Job{ID: idOf(j), Role: j.Slip.Role(), Title: j.Slip.Role(), Order: label, Uncertain: uncertain,
		Made: time.UnixMilli(f.At), Render: func(mark spool.Mark) ticket.Ticket {
			t, err := src.render(mark)
			if err != nil {
				panic(err) // the queue holds the slip and shows the reason
			}
			return t
		}}
}

// Confirmed makes an outcome a fact. The key follows from the job and all that is recorded of it, so that a repeated call
// records nothing twice, and a second paper of the same slip is recorded as well.
func (p *paper) Confirmed(ctx context.Context, o spool.Outcome) error {
	j, err := order.ParseJob(o.ID.Slip)
	if err != nil {
		return err
	}
	done := order.Printed{Job: j, Outcome: order.Proven, Marked: o.Marked}
	switch {
	case o.State == spool.Abandoned:
		done.Outcome = order.Given
	case o.Proof != printer.Confirmed:
		done.Outcome = order.Unproven
	}
	if o.Moved != "" {
		done.Printer = o.Printer
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "paper %s %d %t %s", o.ID.Slip, done.Outcome, done.Marked, done.Printer))
	var day fact.Day
	p.m.Till.View(func(s *till.State) { day = s.Day })
	key := [12]byte(sum[:12])
	binary.BigEndian.PutUint32(key[:4], uint32(j.Seq)) // in front, so that the book appends keys in order
	_, err = p.m.Till.Do(ctx, act.Act{Key: fact.NewKey(day, key), By: act.By{Source: fact.SourceSystem}, Intent: order.Confirm{Printed: done}})
	return err
}

func (p *paper) close() {
	p.change.Lock()
	defer p.change.Unlock()
	if p.closed {
		return
	}
	p.closed = true
	p.mu.Lock()
	s, devices := p.spool, p.printers
	p.mu.Unlock()
	if s == nil {
		return
	}
	s.Close(context.Background())
	devices.close()
	p.endEvents()
}

// factAt reads one fact.
func (m *Machine) factAt(ctx context.Context, seq uint64) (fact.Fact, error) {
	facts, err := m.Till.Journal().ReadAfter(ctx, seq-1, 1)
	if err == nil && (len(facts) != 1 || facts[0].Seq != seq) {
		err = fact.ErrChain.With(seq)
	}
	if err != nil {
		return fact.Fact{}, err
	}
	return facts[0], nil
}

var _ spool.Ledger = (*paper)(nil)
