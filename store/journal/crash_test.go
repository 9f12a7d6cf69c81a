package journal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"wendan/store/fact"
	"wendan/store/faultfs"
)

const dataDir = "/shop/data"

// small makes files of a few sectors, so that a run has many cut points and little to copy.
var small = Options{WitnessEvery: -1, Step: 2048}

// run is a mixed run on a recording file system, and what it was told was saved.
type run struct {
	rec  *faultfs.FS
	fs   FS // what the journal sees: rec, or a broken twin over it
	m    maker
	sent []fact.Fact // every fact handed over, by number
	id   Identity
	j    *Journal

	created func() // called after the creation, or nil
}

func newRun(t testing.TB, twist func(*faultfs.FS) FS) *run {
	t.Helper()
	rec, err := faultfs.New(faultfs.NewMem())
	must(t, err)
	id, err := NewIdentity(strings.NewReader(strings.Repeat("seed", 8)), "0012", "A", 1)
	must(t, err)
	return &run{rec: rec, fs: twist(rec), m: maker{id.Start()}, id: id}
}

func (r *run) group(n, size int) []fact.Fact {
	g := r.m.group(n, size)
	r.sent = append(r.sent, g...)
	return g
}

// ack notes in the record that everything up to the head was answered as saved.
func (r *run) ack(err error) error {
	if err == nil {
		r.rec.Mark(r.j.Head())
	}
	return err
}

func (r *run) create() (err error) {
	r.j, err = Create(r.fs, dataDir, r.id, r.group(2, 40), testTime, small)
	if r.created != nil {
		r.created()
	}
	return r.ack(err)
}

// save appends or rolls; after an unknown outcome it settles as the till does: by what is there.
func (r *run) save(n, size int, roll bool) error {
	g := r.group(n, size)
	do := r.j.Append
	if roll {
		do = r.j.Roll
	}
	err := do(g)
	if errors.Is(err, ErrUnsettled) || errors.Is(err, ErrFailed) {
		if _, err = r.j.Reopen(); err == nil && r.j.Head().Seq < g[0].Seq {
			do = r.j.Append
			if roll {
				do = r.j.Roll
			}
			err = do(g)
		}
	}
	return r.ack(err)
}

// kill opens the store again as after the death of the process.
func (r *run) kill() (err error) {
	if err := errors.Join(r.j.file.Close(), r.j.lock.Close()); err != nil {
		return err
	}
	r.j, _, err = Open(r.fs, dataDir, small)
	return r.ack(err)
}

// mixed is a few days in small: groups, a sync that fails and drops its data, rolls, packing, a clean restart and a killed process.
func (r *run) mixed() error {
	steps := []func() error{
		r.create,
		func() error { return r.save(1, 30, false) },
		func() error { return r.save(3, 300, false) },
		r.lunch,
		func() error { return r.save(1, 100, true) },
		r.lunch,
		func() error { return r.save(2, 700, false) },
		r.j0(func(j *Journal) error { return j.Maintain() }),
		func() error {
			r.rec.FailNext(faultfs.Sync, faultfs.SyncLost)
			return r.save(2, 90, false)
		},
		func() error { return r.save(1, 60, true) },
		r.j0(func(j *Journal) error { return j.Compress(context.Background(), nil) }),
		func() error { return r.save(1, 1500, false) },
		r.kill,
		func() error { return r.save(1, 80, false) },
		func() error { return r.save(1, 50, true) },
		func() error {
			if err := r.j.Close(); err != nil {
				return err
			}
			var err error
			r.j, _, err = Open(r.fs, dataDir, small)
			return r.ack(err)
		},
		func() error { return r.save(2, 64, false) },
		func() error { return r.save(1, 500, true) },
		r.j0(func(j *Journal) error { return j.Compress(context.Background(), nil) }),
		func() error { return r.j.Close() },
	}
	for i, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return nil
}

// lunch is many groups of all sizes, with the file growing on the way.
func (r *run) lunch() error {
	for i := range 25 {
		if err := r.save(1+i%3, 40+i*i*3, false); err != nil {
			return err
		}
		if err := r.j.Maintain(); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) j0(do func(*Journal) error) func() error { return func() error { return do(r.j) } }

// check opens a crash state and looks for everything that was answered as saved, then sells on.
func (r *run) check(s faultfs.State, look FS) error {
	var acked fact.Head
	for _, n := range s.Marks {
		acked = n.(fact.Head)
	}
	there, err := Exists(look, dataDir)
	if err != nil {
		return err
	}
	if !there {
		if acked.Seq > 0 {
			return errors.New("the store is gone")
		}
		m := maker{r.id.Start()}
		j, err := Create(look, dataDir, r.id, m.group(1, 20), testTime, small)
		if err != nil {
			return fmt.Errorf("create again: %w", err)
		}
		return j.Close()
	}
	o := small
	if len(s.Marks)%2 == 0 {
		o.Witness = acked // the book knows it
	}
	j, _, err := Open(look, dataDir, o)
	if err != nil {
		return err
	}
	h := j.id.Start()
	err = j.Iterate(context.Background(), 0, func(f *fact.Fact) error {
		if f.Seq > uint64(len(r.sent)) || r.sent[f.Seq-1].Hash != f.Hash {
			return fmt.Errorf("fact %d was never handed over like this", f.Seq)
		}
		_, h, err = h.Follow(f.Raw)
		return err
	})
	switch {
	case err != nil:
		return err
	case h != j.Head():
		return fmt.Errorf("read to %v, head is %v", h, j.Head())
	case h.Seq < acked.Seq:
		return fmt.Errorf("LOST: saved to %v, there is %v", acked, h)
	}
	m := maker{h}
	err = j.Append(m.group(1, 40))
	if err == nil && s.Cut%3 == 0 {
		err = j.Roll(m.group(1, 40))
	}
	if err = errors.Join(err, j.Close()); err != nil {
		return fmt.Errorf("sell on: %w", err)
	}
	if s.Cut%3 != 0 {
		return nil
	}
	rep, err := Verify(context.Background(), look, nil, dataDir)
	if err == nil && (!rep.OK() || rep.Head != m.head) {
		err = fmt.Errorf("verify: %+v %+v", rep, rep.Bad)
	}
	return err
}

func plain(f *faultfs.FS) FS { return f }

func TestNoPowerCutLosesWhatWasSaved(t *testing.T) {
	t.Parallel()
	r := newRun(t, plain)
	must(t, r.mixed())
	random, least := 48, 2000
	if testing.Short() {
		random, least = 2, 400
	}
	n, err := r.rec.Crashes(faultfs.Crash{Seed: 20261122, Random: random}, func(s faultfs.State) error {
		if err := r.check(s, s.FS); err != nil {
			return fmt.Errorf("%v: %w", s, err)
		}
		return nil
	})
	must(t, err)
	if n < least {
		t.Fatalf("only %d states", n)
	}
	t.Logf("%d operations, %d facts, %d distinct states", len(r.rec.Ops()), len(r.sent), n)
}

func TestNoPowerCutDuringRecoveryLosesWhatWasSaved(t *testing.T) {
	t.Parallel()
	r := newRun(t, plain)
	must(t, r.mixed())
	var states []faultfs.State
	_, err := r.rec.Crashes(faultfs.Crash{Seed: 3, Random: 1}, func(s faultfs.State) error {
		if len(s.Marks) > 0 {
			states = append(states, s)
		}
		return nil
	})
	must(t, err)
	n := 0
	for i := 0; i < len(states); i += len(states)/25 + 1 {
		s := states[i]
		rec, err := faultfs.New(s.FS, dataDir)
		must(t, err)
		for _, note := range s.Marks {
			rec.Mark(note)
		}
		j, _, err := Open(rec, dataDir, small)
		must(t, err)
		rec.Mark(j.Head())
		m := maker{j.Head()}
		must(t, j.Roll(m.group(1, 10)))
		must(t, j.Close())
		again := &run{rec: rec, id: r.id, sent: append(append([]fact.Fact{}, r.sent[:m.head.Seq-1]...), m.group(0, 0)...)}
		must(t, j.headFact(&again.sent))
		k, err := rec.Crashes(faultfs.Crash{Seed: 4, Random: 2, From: len(s.Marks)}, func(s2 faultfs.State) error {
			if err := again.check(s2, s2.FS); err != nil {
				return fmt.Errorf("%v, then %v: %w", s, s2, err)
			}
			return nil
		})
		must(t, err)
		n += k
	}
	if n < 500 {
		t.Fatalf("only %d states", n)
	}
	t.Logf("%d states of power cuts during recovery", n)
}

// headFact appends the newest fact in memory.
func (j *Journal) headFact(to *[]fact.Fact) error {
	*to = append(*to, j.ring.facts[len(j.ring.facts)-1])
	return nil
}
