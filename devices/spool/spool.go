// Package spool is the print queue (打印队列): it sends each slip to the printer its role wants,
// waits for the proof that it is on paper, and hands the outcome to a ledger.
//
// What was partly sent or is unproven comes again marked 可能重复; only what certainly never started comes
// again unmarked. So nothing is lost, and no second paper looks like a first one. The queue lives in memory:
// after a restart the till hands in every job that is neither confirmed nor abandoned as uncertain. Drawer
// pulses (钱箱) are asked once and never repeated.
package spool

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"wendan/devices/printer"
	"wendan/store/fault"
)

// Spool is the print queue. All methods may be called from any goroutine; none but Close,
// Wait and Pulse blocks.
type Spool struct {
	options Options
	judge   func(printer.Proof, error) verdict // what an attempt means

	mu       sync.Mutex
	lanes    map[string]*lane
	jobs     map[ID]*entry // every job that has not reached the ledger
	finished map[ID]bool   // against doubles
	order    []ID          // of finished, oldest first
	held     []*entry      // waiting for a person, oldest first
	unbooked []*entry      // done, to be taken by the ledger, oldest first
	bookable *sync.Cond    // something is unbooked, or the spool ends
	settled  *sync.Cond    // a job left, or the spool ends
	watchers map[chan Event]bool
	attempt  uint32
	closing  bool

	ctx    context.Context // ends when Close has no more patience
	cancel context.CancelFunc
	closed chan struct{} // no new attempts
	work   sync.WaitGroup
}

// entry is a job in the spool.
type entry struct {
	Job
	state   State
	doubt   bool // it may be on paper
	papers  int  // attempts that put bytes on a printer
	lane    *lane
	moved   string
	allowed bool         // a person wants it now, whatever its age
	fault   *fault.Error // why it is held
	outcome Outcome
}

// lane is one printer with its queue.
type lane struct {
	name    string
	printer Printer
	queue   []*entry
	current *entry
	stop    context.CancelFunc // of the current attempt or look
	attempt uint32             // its number
	wake    chan struct{}
	trouble *trouble // nil while all is well
	warning *fault.Error
	drawer  printer.Drawer
	doubted bool // its proofs fail to come: each job gets one paper only
}

// New starts a spool. The caller closes it.
func New(o Options) (*Spool, error) {
	o.fill()
	for _, r := range o.Routes {
		if o.Printers[r.Printer] == nil {
			return nil, ErrNoRoute.With(r.Printer)
		}
		if r.Backup != "" && o.Printers[r.Backup] == nil {
			return nil, ErrNoRoute.With(r.Backup)
		}
	}
	s := &Spool{options: o, judge: judge, lanes: map[string]*lane{}, jobs: map[ID]*entry{}, finished: map[ID]bool{},
		watchers: map[chan Event]bool{}, attempt: rand.Uint32(), closed: make(chan struct{})}
	s.settled, s.bookable = sync.NewCond(&s.mu), sync.NewCond(&s.mu)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	context.AfterFunc(s.ctx, s.over)
	for name, p := range o.Printers {
		s.lanes[name] = &lane{name: name, printer: p, wake: make(chan struct{}, 1)}
	}
	for _, l := range s.lanes {
		s.work.Go(func() { s.run(l) })
	}
	for range bookers {
		s.work.Go(s.book)
	}
	return s, nil
}

// Submit hands jobs in, in the order they are to be printed. A job whose ID is waiting or was
// finished is taken as done and not printed twice. On an error (ErrNoRoute, ErrFull, ErrClosed) that
// job and the ones after it were not taken.
func (s *Spool) Submit(jobs ...Job) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range jobs {
		if s.closing {
			return ErrClosed
		}
		if s.jobs[j.ID] != nil || s.finished[j.ID] {
			continue
		}
		r, ok := s.options.route(j.Role)
		if !ok {
			return ErrNoRoute.With(j.Role)
		}
		if len(s.jobs) >= s.options.MaxJobs || len(s.lanes[r.Printer].queue) >= max(1, s.options.MaxJobs/len(s.lanes)) {
			return ErrFull
		}
		e := &entry{Job: j, state: Intended, doubt: j.Uncertain, lane: s.lanes[r.Printer]}
		if e.doubt {
			e.state = Uncertain
		}
		s.jobs[j.ID] = e
		e.lane.queue = append(e.lane.queue, e)
		e.lane.stir()
	}
	s.divert()
	s.tell(Event{Kind: Changed})
	return nil
}

// stir wakes the lane's worker.
func (l *lane) stir() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Wait returns when no job waits to be printed or recorded, held ones aside, or when ctx ends.
func (s *Spool) Wait(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		s.settled.Broadcast()
		s.mu.Unlock()
	})
	defer stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.jobs) > len(s.held) && !s.closing {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.settled.Wait()
	}
	if s.closing && len(s.jobs) > len(s.held) {
		return ErrClosed
	}
	return nil
}

// Close ends the spool within two seconds, or when ctx ends, even with every device dead. A job in
// the middle of printing gets one second to be proven. What is not recorded then is for the next start, as uncertain.
func (s *Spool) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, closeLimit)
	defer cancel()
	s.mu.Lock()
	if !s.closing {
		s.closing = true
		close(s.closed)
		time.AfterFunc(closeGrace, s.cancel)
		for _, l := range s.lanes {
			if l.stop != nil && (l.trouble != nil || l.current == nil) {
				l.stop() // a look, or a wait for a repair that will not come in time
			}
		}
		s.settled.Broadcast()
		s.bookable.Broadcast()
	}
	s.mu.Unlock()
	done := make(chan struct{})
	go func() {
		s.work.Wait()
		close(done)
	}()
	select {
	case <-done:
		s.cancel()
		return nil
	case <-ctx.Done():
		s.cancel()
		return ctx.Err()
	}
}

// over wakes everybody who waits when the patience ends.
func (s *Spool) over() {
	s.mu.Lock()
	s.bookable.Broadcast()
	s.settled.Broadcast()
	s.mu.Unlock()
}

// Pulse opens the cash drawer on the printer of a role, or on the printer of that name; pin is 2, 5 or 0
// for the profile's. It goes before every waiting slip. It is asked once and never repeated:
// after an error the drawer may or may not have opened.
func (s *Spool) Pulse(ctx context.Context, roleOrPrinter string, pin int) error {
	s.mu.Lock()
	l := s.lanes[roleOrPrinter]
	if r, ok := s.options.route(roleOrPrinter); l == nil && ok {
		l = s.lanes[r.Printer]
	}
	closing := s.closing
	s.mu.Unlock()
	switch {
	case closing:
		return ErrClosed
	case l == nil:
		return ErrNoRoute.With(roleOrPrinter)
	}
	return l.printer.Pulse(ctx, pin)
}

const (
	closeGrace = time.Second
	closeLimit = 1900 * time.Millisecond
)
