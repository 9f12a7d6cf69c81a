package spool

import (
	"context"
	"time"

	"wendan/devices/printer"
	"wendan/store/fault"
)

// bookers is how many outcomes the ledger may be writing at once: they share its group commit.
const bookers = 8

// hold puts a job aside for a person. s.mu is held.
func (s *Spool) hold(e *entry, kind EventKind, f *fault.Error) {
	e.state, e.fault = Held, f
	s.held = append(s.held, e)
	s.tell(Event{Kind: kind, Printer: e.lane.name, ID: e.ID, Fault: f})
	s.settled.Broadcast()
}

// PrintOld sends held jobs to their printers after all: old ones, and those the printer did not prove or refused. Those that may have come
// out before come marked. Without ids it means all of them. ErrUnknown tells of an id that is not held; the
// others are sent.
func (s *Spool) PrintOld(ids ...ID) error {
	return s.release(ids, func(e *entry) {
		e.allowed, e.state, e.fault = true, Intended, nil
		if e.doubt {
			e.state = Uncertain
		}
		e.lane.queue = append(e.lane.queue, e)
		e.lane.stir()
	})
}

// AbandonOld gives held jobs up; each becomes an abandoned outcome. Without ids it means all of
// them. ErrUnknown is as for PrintOld.
func (s *Spool) AbandonOld(ids ...ID) error {
	return s.release(ids, func(e *entry) { s.abandon(e) })
}

func (s *Spool) abandon(e *entry) {
	proof := printer.NotStarted
	if e.doubt {
		proof = printer.Uncertain
	}
	s.finish(e, Outcome{ID: e.ID, State: Abandoned, Proof: proof, Moved: e.moved, Papers: e.papers})
}

func (s *Spool) release(ids []ID, f func(*entry)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return ErrClosed
	}
	want := map[ID]bool{}
	for _, id := range ids {
		want[id] = true
	}
	var stay, leave []*entry
	for _, e := range s.held {
		if len(ids) == 0 || want[e.ID] {
			delete(want, e.ID)
			leave = append(leave, e)
		} else {
			stay = append(stay, e)
		}
	}
	s.held = stay
	for _, e := range leave {
		f(e)
	}
	s.tell(Event{Kind: Changed})
	if len(want) > 0 {
		return ErrUnknown
	}
	return nil
}

// Abandon gives up a job that waits or is held. One that is being printed right now cannot be
// given up: ErrUnknown.
func (s *Spool) Abandon(id ID) error {
	s.mu.Lock()
	e := s.jobs[id]
	if e == nil || e.state == Sent || e.state == Printed || e.lane.current == e {
		s.mu.Unlock()
		return ErrUnknown
	}
	if e.state == Held {
		s.mu.Unlock()
		return s.AbandonOld(id)
	}
	defer s.mu.Unlock()
	for i, other := range e.lane.queue {
		if other == e {
			e.lane.queue = append(e.lane.queue[:i:i], e.lane.queue[i+1:]...)
			break
		}
	}
	s.abandon(e)
	return nil
}

// Retry makes the printer try again at once: a person has helped, or a device was plugged in. With "" it
// means every printer.
func (s *Spool) Retry(printer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lanes {
		if printer != "" && l.name != printer {
			continue
		}
		if l.trouble != nil {
			l.trouble.bad, l.trouble.next = false, time.Now()
			l.trouble.look = time.Now().Add(firstPoll)
			l.trouble.pause, l.trouble.poll = firstPause, firstPoll
		}
		l.stir()
	}
}

// finish hands a done job to the ledger. s.mu is held.
func (s *Spool) finish(e *entry, o Outcome) {
	o.At = s.options.Now()
	e.state, e.outcome = Printed, o
	e.Render = nil
	s.unbooked = append(s.unbooked, e)
	s.tell(Event{Kind: Changed, Printer: o.Printer, ID: e.ID})
	s.bookable.Signal()
}

// book gives outcomes to the ledger until the spool closes and none is left. An outcome
// that is refused is offered again after a growing pause; its paper is not printed again.
func (s *Spool) book() {
	first := min(firstPause, s.options.MaxPause)
	pause := first
	for {
		e := s.bookNext()
		if e == nil {
			return
		}
		err := s.options.Ledger.Confirmed(s.ctx, e.outcome)
		s.mu.Lock()
		if err == nil {
			s.booked(e)
		} else {
			s.unbooked = append([]*entry{e}, s.unbooked...)
			s.tell(Event{Kind: NotRecorded, Printer: e.outcome.Printer, ID: e.ID, Fault: fault.Of(err)})
		}
		s.mu.Unlock()
		if err == nil {
			pause = first
			continue
		}
		if !wait(s.ctx, pause) {
			return
		}
		pause = min(pause*2, s.options.MaxPause)
	}
}

// bookNext waits for an outcome; nil at the end.
func (s *Spool) bookNext() *entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.unbooked) == 0 {
		if s.ctx.Err() != nil || s.closing && s.quiet() {
			return nil
		}
		s.bookable.Wait()
	}
	e := s.unbooked[0]
	s.unbooked[0] = nil
	s.unbooked = s.unbooked[1:]
	return e
}

// quiet reports whether no attempt is running any more. s.mu is held.
func (s *Spool) quiet() bool {
	for _, l := range s.lanes {
		if l.current != nil {
			return false
		}
	}
	return true
}

// booked forgets a finished job but for its id. s.mu is held.
func (s *Spool) booked(e *entry) {
	delete(s.jobs, e.ID)
	s.finished[e.ID] = true
	s.order = append(s.order, e.ID)
	if len(s.order) > s.options.Remember {
		delete(s.finished, s.order[0])
		s.order = s.order[1:]
	}
	e.state = e.outcome.State
	s.tell(Event{Kind: Finished, Printer: e.outcome.Printer, ID: e.ID})
	s.settled.Broadcast()
}

// wait pauses; false when ctx ended first.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
