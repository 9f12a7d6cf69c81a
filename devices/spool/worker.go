package spool

import (
	"context"
	"errors"
	"fmt"
	"time"

	"wendan/devices/escpos"
	"wendan/devices/printer"
	"wendan/devices/ticket"
	"wendan/store/fault"
)

// verdict is what an attempt means for the job.
type verdict uint8

const (
	done     verdict = 1
	retry    verdict = 2 // certainly nothing printed: again unmarked
	doubtful verdict = 3 // again marked
)

// judge decides: only a proof, or a printer that by its profile has none to give, ends a job.
func judge(p printer.Proof, err error) verdict {
	switch {
	case err == nil && (p == printer.Confirmed || p == printer.Unproven):
		return done
	case p == printer.NotStarted:
		return retry
	}
	return doubtful
}

// run serves one printer until the spool closes.
func (s *Spool) run(l *lane) {
	look := time.Now().Add(s.options.Watch) // at the idle printer
	for {
		s.mu.Lock()
		if s.closing {
			s.mu.Unlock()
			return
		}
		now, t := time.Now(), l.trouble
		at, watched := look, s.options.Watch > 0
		if t != nil {
			at, watched = t.look, true
		}
		if watched && !now.Before(at) && (t != nil || len(l.queue) == 0) {
			s.mu.Unlock()
			s.look(l)
			look = time.Now().Add(s.options.Watch)
			continue
		}
		ready := t == nil || !t.bad && !now.Before(t.next)
		if ready {
			if e := s.next(l); e != nil {
				s.mu.Unlock()
				s.print(l, e)
				look = time.Now().Add(s.options.Watch)
				continue
			}
		}
		pause := time.Hour
		if watched {
			pause = at.Sub(now)
		}
		if !ready && !t.bad && len(l.queue) > 0 {
			pause = min(pause, t.next.Sub(now))
		}
		s.mu.Unlock()
		s.rest(l, max(pause, time.Millisecond))
	}
}

// rest waits for work, the given time or the end.
func (s *Spool) rest(l *lane, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-l.wake:
	case <-timer.C:
	case <-s.closed:
	}
}

// next takes the first job that may be printed; old ones are put aside for a person. s.mu is held.
func (s *Spool) next(l *lane) *entry {
	for len(l.queue) > 0 {
		e := l.queue[0]
		l.queue[0] = nil
		l.queue = l.queue[1:]
		if s.tooOld(e) {
			s.hold(e, AskOld, ErrOld.With(e.Title))
			continue
		}
		l.current = e
		return e
	}
	return nil
}

func (s *Spool) tooOld(e *entry) bool {
	return !e.allowed && s.options.OldAfter > 0 && !e.Made.IsZero() && s.options.Now().Sub(e.Made) > s.options.OldAfter
}

// print makes one attempt.
func (s *Spool) print(l *lane, e *entry) {
	ctx, cancel := context.WithTimeout(s.ctx, s.options.Attempt)
	defer cancel()
	s.mu.Lock()
	mark := Mark{Again: e.doubt, Moved: e.moved}
	e.state = Sent
	s.attempt++
	id := s.attempt
	l.stop, l.attempt = cancel, id
	s.mu.Unlock()

	t, err := render(e, mark)
	start := time.Now()
	proof := printer.NotStarted
	if err == nil {
		slow := time.AfterFunc(min(s.options.AlarmAfter, s.options.BackupAfter), func() { s.slow(l, id, start) })
		proof, err = l.printer.Print(ctx, id, t)
		slow.Stop()
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.bookable.Broadcast() // Close waits for the last attempt
	l.current, l.stop = nil, nil
	v := s.judge(proof, err)
	if err == nil && v != done {
		err = ErrUnproven
	}
	if v != retry {
		e.papers++
	}
	if v == done {
		l.doubted = false
		s.recovered(l)
		s.finish(e, Outcome{ID: e.ID, State: Confirmed, Proof: proof, Printer: l.name, Marked: mark.Again, Moved: e.moved, Papers: e.papers})
		return
	}
	e.state = Intended
	if e.doubt = e.doubt || v == doubtful; e.doubt {
		e.state = Uncertain
	}
	if v == retry && (errors.Is(err, escpos.ErrCode) || errors.Is(err, ErrRender)) {
		s.hold(e, AskRefused, fault.Of(err)) // the printer has nothing to do with it
		return
	}
	silent := errors.Is(err, printer.ErrNoProof)
	if v == doubtful && (silent && (l.doubted || e.papers >= s.options.MaxPapers) || e.papers >= 4*s.options.MaxPapers) {
		l.doubted = l.doubted || silent
		s.hold(e, AskUnproven, ErrUnproven.Wrap(err))
	} else {
		l.queue = append([]*entry{e}, l.queue...) // its turn stays
	}
	s.fail(l, err, start)
}

// render draws the slip; a panic of the drawing is an error of this job only.
func render(e *entry, m Mark) (t ticket.Ticket, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = ErrRender.Wrap(fmt.Errorf("%v", r))
		}
	}()
	if e.Render == nil {
		return t, ErrRender.Wrap(errors.New("no drawing"))
	}
	return e.Render(m), nil
}

// lookLimit bounds one look at a status.
const lookLimit = 3 * time.Second

// look asks the printer how it is.
func (s *Spool) look(l *lane) {
	ctx, cancel := context.WithTimeout(s.ctx, lookLimit)
	defer cancel()
	s.mu.Lock()
	l.stop = cancel
	s.mu.Unlock()
	st, err := l.printer.Status(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	l.stop = nil
	if s.closing {
		return
	}
	if err == nil {
		err = st.Fault
		warning := fault.Of(st.Warning)
		if l.drawer != st.Drawer || code(warning) != code(l.warning) {
			l.drawer, l.warning = st.Drawer, warning
			s.tell(Event{Kind: Changed, Printer: l.name, Fault: warning})
		}
	}
	now := time.Now()
	t := l.trouble
	if err != nil {
		if t == nil {
			s.fail(l, err, now)
			t = l.trouble
		}
		if f := fault.Of(err); f.Code != t.fault.Code {
			t.fault = f
			s.tell(Event{Kind: Changed, Printer: l.name, Fault: f})
		}
		t.bad = true // an attempt is of no use before the status turns good
	} else if t != nil {
		switch {
		case len(l.queue) == 0:
			s.recovered(l)
			return
		case t.bad:
			t.bad, t.next = false, now // somebody helped
		}
	}
	if t != nil {
		t.poll = min(t.poll*3/2, longPoll)
		t.look = now.Add(t.poll)
	}
}

func code(f *fault.Error) string {
	if f == nil {
		return ""
	}
	return f.Code
}
