package uplink

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/sync/wire"
)

// A new link starts with small runs, one at a time, and grows with every success, so that
// a line that breaks every few seconds still carries something each time.
const (
	firstSize = 60
	smallest  = 5
)

// patientBytes in flight lengthen the wait for an answer by one more patience: with the
// default of 30 s that suits lines down to about 1 kB/s.
const patientBytes = 32 << 10

// stalls is how often the mark may stand still, with everything in the stream, before the
// same facts are sent again.
const stalls = 3

// session is the work on one link. It belongs to one goroutine.
type session struct {
	u     *Uplink
	link  Link
	epoch uint32

	at      fact.Head // cut up to here
	expect  uint64    // number the stream stands at once everything in flight arrived
	flights []flight
	sent    []fact.Head // ends of runs sent on this link, behind the mark: head office names one of these next
	bytes   int         // in flight
	size    int         // facts in the next run at most
	window  int         // runs in flight at most

	ready    chan error // a fact after at exists
	waiting  bool
	wait     sync.WaitGroup
	held     bool // an alarm keeps us from sending; only questions go out
	stalled  int
	pause    time.Duration
	progress bool
}

type flight struct {
	head fact.Head
	size int
	done <-chan error
}

var errLost = errors.New("connection lost")

// work asks for the mark and sends until the link ends or fails. Within a link, trouble
// leads back to the question for the mark, after a pause.
func (s *session) work(ctx context.Context) error {
	if err := s.ask(ctx, true); err != nil {
		return err
	}
	timer := time.NewTimer(s.patience())
	defer timer.Stop()
	for {
		if err := s.fill(ctx); err != nil {
			return err
		}
		timer.Reset(s.patience())
		var err error
		rewind, settled := false, true
		select {
		case <-ctx.Done():
			return ctx.Err()
		case m, ok := <-s.link.Marks():
			if !ok {
				return ErrOffline.Wrap(errLost)
			}
			rewind, settled, err = s.hear(ctx, m)
		case err = <-s.oldest():
			if err = s.landed(err); err != nil {
				s.note(ErrOffline.Wrap(err))
				rewind, settled, err = true, false, nil
			}
		case err = <-s.ready:
			s.waiting = false
			if err != nil {
				return errRead.Wrap(err)
			}
		case <-timer.C:
			rewind, settled = s.impatient(), false
		}
		if err != nil {
			return err
		}
		if !settled {
			if err := s.again(ctx, rewind); err != nil {
				return err
			}
		}
	}
}

// booked is our mark in this epoch: a journal under a new epoch starts with none.
func (s *session) booked() fact.Head {
	if b := s.u.opt.Mark.Booked(); b.Epoch == s.epoch {
		return b
	}
	return fact.Head{Epoch: s.epoch}
}

// patience is how long to wait for the next event before asking.
func (s *session) patience() time.Duration {
	switch {
	case s.held:
		return jitter(s.pause)
	case len(s.flights) > 0:
		return s.u.opt.Patience + s.u.opt.Patience*time.Duration(s.bytes)/patientBytes
	case s.at.Seq > s.booked().Seq:
		return s.u.opt.Patience
	}
	return 4 * s.u.opt.Patience // idle: look whether head office still remembers
}

// impatient handles silence and says whether to cut again from the mark.
func (s *session) impatient() bool {
	if len(s.flights) > 0 || s.held {
		return true
	}
	if s.at.Seq > s.booked().Seq {
		s.stalled++
	}
	return s.stalled >= stalls
}

// oldest is the answer awaited first, or nil, which never comes.
func (s *session) oldest() <-chan error {
	if len(s.flights) == 0 {
		return nil
	}
	return s.flights[0].done
}

// landed takes the stream's answer to the oldest run.
func (s *session) landed(err error) error {
	if err != nil {
		s.size, s.window = max(s.size/2, smallest), 1
		return err
	}
	s.bytes -= s.flights[0].size
	s.flights = s.flights[1:]
	s.size, s.window = min(2*s.size, wire.MaxFacts), min(s.window+1, s.u.opt.Window)
	s.progress = true
	return nil
}

// fill sends runs while the window has room.
func (s *session) fill(ctx context.Context) error {
	for !s.held && len(s.flights) < s.window {
		fs, err := s.u.opt.Facts.ReadAfter(ctx, s.at.Seq, s.size)
		if err != nil {
			return errRead.Wrap(err)
		}
		if len(fs) == 0 {
			s.await(ctx)
			return nil
		}
		run, header, err := wire.Pack(s.u.opt.Branch, s.u.opt.Register, s.at, fs[:wire.Cut(fs)], s.u.opt.Signer.Sign)
		if err != nil {
			return errRead.Wrap(err)
		}
		// The number expected is part of the id: an unchanged retry is recognised by the
		// stream, the same facts sent anew after head office forgot them are not.
		id := fmt.Sprintf("%d.%d.%d.%s.%d", header.Epoch, header.First, header.Last, header.Head.Short(), s.expect)
		done, err := s.link.Publish(run, id, s.expect)
		if err != nil {
			return ErrOffline.Wrap(err)
		}
		s.flights = append(s.flights, flight{header.After(), len(run), done})
		s.sent = append(s.sent, header.After())
		s.bytes += len(run)
		s.at = header.After()
		s.expect++
	}
	return nil
}

// await has ready told when there is a fact after the last one cut.
func (s *session) await(ctx context.Context) {
	if s.waiting {
		return
	}
	s.waiting = true
	s.wait.Add(1)
	go func(seq uint64) {
		defer s.wait.Done()
		err := s.u.opt.Facts.Wait(ctx, seq)
		if ctx.Err() == nil {
			s.ready <- err
		}
	}(s.at.Seq)
}

// hear takes a mark that head office sent by itself. Such marks may be late, repeated or
// out of order, so one that is lower only makes us ask (settled is false).
func (s *session) hear(ctx context.Context, m wire.Mark) (rewind, settled bool, err error) {
	switch booked := s.booked(); {
	case m.Head.Epoch != s.epoch:
		return false, true, nil
	case m.Reason == wire.ReasonGap:
		return true, false, nil
	case m.Reason == wire.ReasonRefused:
		s.alarm(ErrRefused.With(m.Fault))
		return true, true, nil
	case m.Head == booked:
		return false, true, nil
	case m.Head.Seq < booked.Seq:
		return false, false, nil
	}
	return false, true, s.accept(ctx, m)
}

// again asks for the mark once more, after a pause that grows while nothing moves.
func (s *session) again(ctx context.Context, rewind bool) error {
	if !sleep(ctx, jitter(s.pause)) {
		return ctx.Err()
	}
	s.pause = min(2*s.pause, s.u.opt.PauseMax)
	return s.ask(ctx, rewind)
}

// ask asks head office for the mark and takes it over. With rewind, or when the mark fell
// below ours, cutting starts again right after it.
func (s *session) ask(ctx context.Context, rewind bool) error {
	wait, cancel := context.WithTimeout(ctx, s.u.opt.Patience)
	m, err := s.link.Ask(wait, s.epoch)
	cancel()
	if err != nil {
		return ErrOffline.Wrap(err)
	}
	if m.Head.Epoch != s.epoch {
		return ErrRefused.With(m.Fault).Wrap(fmt.Errorf("answer for epoch %d", m.Head.Epoch))
	}
	before := s.booked()
	if err := s.accept(ctx, m); err != nil || s.held {
		return err
	}
	if now := m.Head; rewind || now.Seq < before.Seq {
		s.at, s.expect, s.flights, s.bytes, s.stalled = now, m.Stream, nil, 0, 0
	} else if s.stalled == 0 {
		s.pause = s.u.opt.PauseMin // all is well, we only looked
	}
	return nil
}

// accept moves our mark to head office's if it is our own fact, and raises the alarm if not.
func (s *session) accept(ctx context.Context, m wire.Mark) error {
	if made := s.u.opt.Facts.Head(); m.Head.Seq > made.Seq {
		s.alarm(ErrAhead.With(m.Head.Seq))
		return nil
	}
	own, err := s.own(ctx, m.Head)
	if err != nil {
		return err
	}
	if !own {
		s.alarm(ErrFork.With(m.Head.Seq))
		return nil
	}
	if booked := s.booked(); m.Head != booked {
		if err := s.u.opt.Mark.SetBooked(ctx, m.Head); err != nil {
			return errRead.Wrap(err)
		}
		if m.Head.Seq > booked.Seq {
			s.pause, s.stalled, s.progress = s.u.opt.PauseMin, 0, true
		}
	}
	for len(s.flights) > 0 && s.flights[0].head.Seq <= m.Head.Seq {
		_ = s.landed(nil) // booked, so the stream has it although its answer may be lost
	}
	s.held = false
	s.u.change(func(st *Status) {
		st.BookedAt, st.Err, st.Alarm = m.At, nil, nil
		if m.Epoch > s.epoch {
			st.Alarm = ErrReplaced.With(m.Epoch)
		} else if m.Fault != "" {
			st.Alarm = ErrRefused.With(m.Fault)
		}
	})
	return nil
}

// own reports whether h is our own fact. The end of a run that was sent needs no look into the journal, which
// would unpack half a day for one hash.
func (s *session) own(ctx context.Context, h fact.Head) (bool, error) {
	i := slices.Index(s.sent, h)
	if i < 0 {
		return s.u.check(ctx, h)
	}
	s.sent = append(s.sent[:0], s.sent[i:]...)
	return true, nil
}

// alarm shows e and stops sending until head office answers differently. The mark stays.
func (s *session) alarm(e *fault.Error) {
	s.held = true
	s.u.opt.Log.Error("uplink alarm", "err", e)
	s.u.change(func(st *Status) { st.Alarm = e })
}

func (s *session) note(e *fault.Error) {
	s.u.opt.Log.Warn("uplink trouble", "err", e)
	s.u.change(func(st *Status) { st.Err = e })
}
