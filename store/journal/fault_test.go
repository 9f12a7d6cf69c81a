package journal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/faultfs"
)

// TestAnySingleFailureIsSettledWithoutLossOrDouble lets each operation of a mixed run fail in each way, settles as the till does, and cuts the power at the end:
// what a sync dropped is then really gone.
func TestAnySingleFailureIsSettledWithoutLossOrDouble(t *testing.T) {
	t.Parallel()
	tried := 0
	for _, what := range faultfs.Failures {
		for n, hit := 1, true; hit; n++ {
			r := newRun(t, plain)
			must(t, r.create())
			r.rec.FailAt(n, what, false)
			err := r.failing()
			hit = r.rec.Hit()
			r.rec.FailAt(0, 0, false)
			if err != nil && !hit {
				t.Fatalf("failure %d at %d: %v", what, n, err)
			}
			if err != nil { // the process gives up and a new one starts
				if e := fault.Of(err); e.Code == fault.Internal && !strings.Contains(err.Error(), "input/output") && !strings.Contains(err.Error(), "no space") {
					t.Fatalf("failure %d at %d: an error without a cause: %v", what, n, err)
				}
				must(t, r.j.Close())
			}
			last := lastState(t, r.rec)
			s := faultfs.State{FS: last}
			for _, o := range r.rec.Ops() {
				if o.Kind == faultfs.Mark {
					s.Marks = append(s.Marks, o.Note)
				}
			}
			if err := r.check(s, last); err != nil {
				t.Fatalf("failure %d at operation %d: %v", what, n, err)
			}
			tried++
		}
	}
	if tried < 150 {
		t.Fatalf("only %d failures tried", tried)
	}
	t.Logf("%d failures", tried)
}

// failing is a run with every sort of operation in which callers try again what was surely not stored.
func (r *run) failing() error {
	again := func(n, size int, roll bool) error {
		err := r.save(n, size, roll)
		if err != nil && !errors.Is(err, ErrUnsettled) { // known not to be stored: the same group once more
			g := r.sent[len(r.sent)-n:]
			if r.j.Head().Seq >= g[0].Seq {
				return fmt.Errorf("reported as not stored, but it is: %w", err)
			}
			if roll {
				err = r.j.Roll(g)
			} else {
				err = r.j.Append(g)
			}
			err = r.ack(err)
		}
		return err
	}
	maintain := func() error {
		err := r.j.Maintain()
		if errors.Is(err, ErrUnsettled) || errors.Is(err, ErrFailed) {
			_, err = r.j.Reopen()
		}
		return err
	}
	for _, step := range []func() error{
		func() error { return again(2, 300, false) },
		func() error { return again(1, 900, false) },
		maintain,
		func() error { return again(1, 60, true) },
		maintain,
		func() error { return again(2, 1200, false) },
		func() error { _ = r.j.Compress(context.Background(), nil); return nil }, // packing may fail: it is tried again
		func() error { return again(1, 60, false) },
		func() error { return r.j.Compress(context.Background(), nil) },
		func() error { return again(1, 60, true) },
		maintain,
		func() error { return r.j.Close() },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func TestFullDiskIsRefusedBeforeWritingAndWorksAgainWithSpace(t *testing.T) {
	mem := faultfs.NewMem()
	id := newTestIdentity(t)
	m := &maker{id.Start()}
	j, err := Create(mem, dataDir, id, m.group(1, 30), testTime, Options{WitnessEvery: -1, Step: 4096})
	must(t, err)
	must(t, j.Maintain())
	for _, b := range mem.Files("/") {
		mem.Limit += int64(len(b))
	}
	saved := 0
	for {
		before := m.head
		err := j.Append(m.group(1, 200))
		must(t, j.Maintain())
		if err != nil {
			m.head = before
			if !errors.Is(err, ErrDiskFull) {
				t.Fatal(err)
			}
			break
		}
		saved++
	}
	if s := j.Space(); saved < 10 || !s.Low || !s.Critical {
		t.Fatalf("%d saved, %+v", saved, s)
	}
	before := m.head
	if err := j.Roll(m.group(1, 10)); !errors.Is(err, ErrDiskFull) {
		t.Fatalf("roll on a full disk: %v", err)
	}
	m.head = before
	readBack(t, j, m.head)
	must(t, j.Close())
	j, rec, err := Open(mem, dataDir, small)
	must(t, err)
	if !rec.Clean || j.Head() != m.head {
		t.Fatalf("opened at %v: %+v", j.Head(), rec)
	}
	mem.Limit = 0
	must(t, j.Append(m.group(1, 200)))
	must(t, j.Roll(m.group(1, 200)))
	if s := j.Space(); s.Low {
		t.Fatalf("with space again: %+v", s)
	}
	readBack(t, j, m.head)
	must(t, j.Close())
}

func TestStoreOpensForReadingOnAFullDiskAndSellsOnceThereIsSpace(t *testing.T) {
	mem := faultfs.NewMem()
	id := newTestIdentity(t)
	m := &maker{id.Start()}
	j, err := Create(mem, dataDir, id, m.group(1, 30), testTime, small)
	must(t, err)
	for range 5 {
		must(t, j.Append(m.group(1, 700)))
	}
	must(t, errors.Join(j.file.Close(), j.lock.Close())) // killed
	for _, b := range mem.Files("/") {
		mem.Limit += int64(len(b))
	}
	j, _, err = Open(mem, dataDir, small)
	must(t, err)
	readBack(t, j, m.head)
	before := m.head
	if err := j.Append(m.group(1, 30)); !errors.Is(err, ErrDiskFull) {
		t.Fatalf("append on a full disk: %v", err)
	}
	must(t, j.Maintain())
	if !j.Space().Critical {
		t.Fatalf("%+v", j.Space())
	}
	mem.Limit = 0
	must(t, j.Maintain())
	m.head = before
	must(t, j.Append(m.group(1, 30)))
	readBack(t, j, m.head)
	must(t, j.Close())
}

func TestManyPowerCutsDoNotFillTheDisk(t *testing.T) {
	mem := faultfs.NewMem()
	id := newTestIdentity(t)
	m := &maker{id.Start()}
	j, err := Create(mem, dataDir, id, m.group(1, 30), testTime, small)
	must(t, err)
	for range 9 {
		must(t, j.Append(m.group(1, 30)))
		must(t, errors.Join(j.file.Close(), j.lock.Close())) // killed
		j, _, err = Open(mem, dataDir, small)
		must(t, err)
	}
	if n := len(mem.Files(dataDir + "/e")); n != 3 {
		t.Fatalf("%d segments of the open day", n)
	}
	must(t, j.Roll(m.group(1, 30)))
	if n := len(mem.Files(dataDir + "/e")); n != 2 {
		t.Fatalf("%d files after the day was sealed", n)
	}
	must(t, j.Close())
}

func TestDiskThatComesBackGoesOnWithoutLossOrDouble(t *testing.T) {
	for n := 1; n <= 8; n++ {
		r := newRun(t, plain)
		must(t, r.create())
		must(t, r.save(1, 300, false))
		r.rec.FailAt(n, faultfs.EIO, true)
		var g []fact.Fact
		var err error
		for err == nil { // until the disk is gone
			g = r.group(1, 300)
			if err = r.ack(r.j.Append(g)); err == nil {
				err = r.j.Maintain()
			}
		}
		for range 3 {
			if _, err := r.j.Reopen(); err == nil {
				t.Fatal("reopened without a disk")
			}
			if err := r.j.Append(g); !errors.Is(err, ErrFailed) {
				t.Fatalf("append without a disk: %v", err)
			}
		}
		r.rec.FailAt(0, 0, false)
		_, err = r.j.Reopen()
		must(t, err)
		if r.j.Head().Seq < g[0].Seq {
			must(t, r.ack(r.j.Append(g)))
		}
		must(t, r.save(2, 300, true))
		must(t, r.j.Close())
		last := lastState(t, r.rec)
		must(t, r.check(faultfs.State{FS: last, Marks: []any{r.j.Head()}}, last))
	}
}
