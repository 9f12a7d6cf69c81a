package till

import (
	"context"
	"errors"
	"fmt"
	"time"

	"wendan/store/fact"
	"wendan/store/journal"
)

// recover settles a group whose write failed. The journal is reopened, both states are read
// again, and what the journal holds decides: callers whose group is there are answered, the
// others are decided once more; whoever fails twice hears that nothing was saved.
func (t *Till) recover(f failure, waiting *batch) *batch {
	b := &batch{}
	if errors.Is(f.err, journal.ErrDiskFull) || errors.Is(f.err, journal.ErrTooLarge) {
		t.cfg.Log.Error("group refused before anything was written", "err", f.err)
		t.decided = t.durable.clone()
		t.resume <- struct{}{}
		for _, w := range append(f.batch.waiting, waiting.waiting...) {
			o, again := t.decided.repeated(&w.prepared) // what was saved before stays saved
			if !again {
				o.err = f.err
			}
			w.done <- o
		}
		return b
	}
	t.cfg.Log.Error("write failed, reopening the journal", "err", f.err)
	doubt := map[fact.Key]bool{}
	for _, w := range append(f.batch.waiting, waiting.waiting...) {
		doubt[w.Key] = w.Key != (fact.Key{})
	}
	t.doubt.Store(&doubt)
	state := t.reopen(func() {
		for _, w := range append(f.batch.waiting, waiting.waiting...) {
			w.done <- outcome{err: ErrUnknown.Wrap(f.err)} // settled by its key when it is asked again
		}
		f.batch.waiting, waiting.waiting = nil, nil
	})
	if state == nil {
		t.resume <- struct{}{}
		return b
	}
	t.doubt.Store(nil)
	saved := len(f.batch.facts) == 0
	if n := len(f.batch.facts); n > 0 {
		last := &f.batch.facts[n-1]
		saved = state.Head == fact.Head{Epoch: last.Epoch, Seq: last.Seq, Hash: last.Hash}
	}
	t.cfg.Log.Info("journal reopened", "head", state.Head.String(), "saved", saved)
	t.mu.Lock()
	t.durable = state
	t.tell()
	t.mu.Unlock()
	t.decided = state.clone()
	var redo []*request
	for _, w := range f.batch.waiting {
		o, again := t.decided.repeated(&w.prepared)
		switch {
		case saved:
			w.done <- w.outcome
		case again: // a repeated act that was saved before
			w.done <- o
		case w.again:
			w.done <- outcome{err: ErrUnsaved.Wrap(f.err)}
		default:
			w.again = true
			redo = append(redo, w.request)
		}
	}
	for _, w := range waiting.waiting {
		redo = append(redo, w.request)
	}
	t.resume <- struct{}{}
	for _, r := range redo {
		b = t.take(b, r)
	}
	return b
}

// refuse is the outcome while the journal cannot be reopened: what was saved stays saved, and an act whose outcome is open
// stays so.
func (t *Till) refuse(p *prepared, cause error) outcome {
	var o outcome
	again := false
	t.View(func(s *State) { o, again = s.repeated(p) })
	if again {
		return o
	}
	if doubt := t.doubt.Load(); doubt != nil && (*doubt)[p.Key] {
		return outcome{err: ErrUnknown.Wrap(cause)}
	}
	return outcome{err: ErrStorage.Wrap(cause)}
}

// patience is how long callers wait for a journal that does not reopen before they hear that the outcome is unknown.
const patience = 3 * time.Second

// reopen tries until the journal is open again or the till closes (nil). When that takes longer than callers wait, it calls
// giveUp once and refuses new acts meanwhile.
func (t *Till) reopen(giveUp func()) *State {
	began := t.cfg.Clock.Passed()
	told := false
	tell := func() {
		if !told {
			told = true
			giveUp()
		}
	}
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		_, err := t.journal.Reopen()
		if err == nil {
			var state *State
			if state, err = load(t.journal); err == nil {
				t.broken.Store(nil)
				return state
			}
		}
		t.broken.Store(&err)
		t.cfg.Log.Error("journal cannot be reopened, trying again", "err", err)
		if t.cfg.Clock.Passed()-began >= patience {
			tell()
		}
		for wait := time.After(pause); wait != nil; {
			select {
			case r := <-t.cashier:
				r.done <- t.refuse(&r.prepared, err)
			case r := <-t.others:
				r.done <- t.refuse(&r.prepared, err)
			case <-wait:
				wait = nil
			case <-t.quit:
				tell()
				return nil
			}
		}
	}
}

// load reads the state from the last carry and the facts after it, or from the first
// fact when no day was opened yet.
func load(j *journal.Journal) (*State, error) {
	start := j.OpenDayStart()
	state := newState(j.Head().Epoch)
	var opened *fact.Fact
	err := j.Iterate(context.Background(), start-1, func(f *fact.Fact) error {
		switch {
		case start == 1:
			return state.Apply(f)
		case f.Seq == start:
			c := *f
			opened = &c
			return nil
		case f.Seq == start+1:
			var err error
			state, err = resume(opened, f)
			return err
		}
		return state.Apply(f)
	})
	if err == nil && state.Head != j.Head() {
		err = fmt.Errorf("read up to %v of %v", state.Head, j.Head())
	}
	if err != nil {
		return nil, ErrReplay.Wrap(err)
	}
	return state, nil
}
