package spool

import (
	"errors"
	"time"

	"wendan/store/fault"
)

// trouble is a printer that does not print.
type trouble struct {
	fault   *fault.Error
	since   time.Time
	alarmed bool
	pause   time.Duration // between attempts, growing
	next    time.Time     // no attempt before
	poll    time.Duration // between looks at the status, growing
	look    time.Time     // the next one
	bad     bool          // the status was seen bad: no attempt before it turns good or a person asks
	timers  []*time.Timer
}

const (
	firstPause = 200 * time.Millisecond
	firstPoll  = 20 * time.Millisecond
	longPoll   = time.Second
)

// fail notes that the printer did not print and sets the pause. s.mu is held.
func (s *Spool) fail(l *lane, err error, since time.Time) {
	if errors.Is(err, ErrClosed) || s.closing {
		return
	}
	now := time.Now()
	s.enter(l, fault.Of(err), since)
	t := l.trouble
	t.fault = fault.Of(err)
	t.bad = false
	t.next = now.Add(min(t.pause, s.options.MaxPause))
	t.look = now.Add(min(t.poll, t.pause))
	t.pause = min(t.pause*2, s.options.MaxPause)
	s.tell(Event{Kind: Changed, Printer: l.name, Fault: t.fault})
}

// enter begins a trouble, unless one is going on. s.mu is held.
func (s *Spool) enter(l *lane, f *fault.Error, since time.Time) {
	if l.trouble != nil {
		return
	}
	t := &trouble{fault: f, since: since, pause: min(firstPause, s.options.MaxPause), poll: firstPoll, next: time.Now(), look: time.Now().Add(firstPoll)}
	check := func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if l.trouble != t || s.closing {
			return
		}
		if !t.alarmed && time.Since(t.since) >= s.options.AlarmAfter {
			t.alarmed = true
			s.tell(Event{Kind: Alarm, Printer: l.name, Fault: t.fault})
		}
		s.divert()
	}
	for _, d := range []time.Duration{s.options.AlarmAfter, s.options.BackupAfter} {
		t.timers = append(t.timers, time.AfterFunc(time.Until(since.Add(d))+time.Millisecond, check))
	}
	l.trouble = t
}

// recovered ends a trouble and its alarm. s.mu is held.
func (s *Spool) recovered(l *lane) {
	t := l.trouble
	if t == nil {
		return
	}
	l.trouble = nil
	for _, timer := range t.timers {
		timer.Stop()
	}
	kind := Changed
	if t.alarmed {
		kind = AlarmOver
	}
	s.tell(Event{Kind: kind, Printer: l.name})
	s.divert() // others may have waited for this one
}

// Trouble tells the spool what a driver finds in the middle of a ticket: the fault that keeps the
// printer from going on, or nil when it goes on. Hand it to printer.Options.Trouble. It returns at once.
func (s *Spool) Trouble(printer string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lanes[printer]
	if l == nil || s.closing {
		return
	}
	if err == nil {
		s.recovered(l)
		return
	}
	s.enter(l, fault.Of(err), time.Now())
	l.trouble.fault = fault.Of(err)
	s.tell(Event{Kind: Changed, Printer: printer, Fault: l.trouble.fault})
}

// slow notes that an attempt takes very long without the driver saying why.
func (s *Spool) slow(l *lane, attempt uint32, start time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.current == nil || l.attempt != attempt || l.trouble != nil || s.closing {
		return
	}
	s.enter(l, ErrSlow.With(l.name), start)
	s.tell(Event{Kind: Changed, Printer: l.name, Fault: l.trouble.fault})
}

// divert sends the waiting jobs of printers that have been in trouble for long to their
// backup printers, and those that were sent to a backup home again, as far as the other
// printer is well. s.mu is held.
func (s *Spool) divert() {
	for _, l := range s.lanes {
		if l.trouble == nil || len(l.queue) == 0 || time.Since(l.trouble.since) < s.options.BackupAfter {
			continue
		}
		stay := make([]*entry, 0, len(l.queue))
		for _, e := range l.queue {
			to, moved := s.refuge(e)
			if to == nil || to == l || to.trouble != nil || s.tooOld(e) {
				stay = append(stay, e)
				continue
			}
			e.lane, e.moved = to, moved
			to.queue = append(to.queue, e)
			to.stir()
		}
		if len(stay) != len(l.queue) {
			l.queue = stay
			s.tell(Event{Kind: Changed, Printer: l.name})
		}
	}
}

// refuge is where a job can go from its printer, and the mark it gets there.
func (s *Spool) refuge(e *entry) (to *lane, moved string) {
	r, _ := s.options.route(e.Role)
	if e.moved != "" {
		return s.lanes[r.Printer], ""
	}
	return s.lanes[r.Backup], e.lane.name
}
