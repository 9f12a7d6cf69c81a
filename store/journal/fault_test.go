package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

// smallStore makes one sealed and one open day in memory and closes it.
func smallStore(t *testing.T, pack bool) (*faultfs.Mem, fact.Head) {
	t.Helper()
	mem := faultfs.NewMem()
	id := newTestIdentity(t)
	m := &maker{id.Start()}
	j, err := Create(mem, dataDir, id, m.group(2, 30), testTime, Options{WitnessEvery: -1, Step: 512})
	must(t, err)
	must(t, j.Roll(m.group(1, 30)))
	must(t, j.Append(m.group(1, 30)))
	if pack {
		must(t, j.Compress(context.Background(), nil))
	}
	must(t, j.Close())
	return mem, m.head
}

func TestAnyFlippedBitIsFoundByVerify(t *testing.T) {
	t.Parallel()
	for _, pack := range []bool{false, true} {
		mem, head := smallStore(t, pack)
		r, err := Verify(context.Background(), mem, nil, dataDir)
		must(t, err)
		if !r.OK() || r.Head != head {
			t.Fatalf("before: %+v", r)
		}
		files := 0
		for name, b := range mem.Files(dataDir + "/e") {
			files++
			for i := range b {
				b[i] ^= 1 << (i % 8)
				mem.Put(name, b)
				r, err := Verify(context.Background(), mem, nil, dataDir)
				if err == nil && r.OK() {
					t.Fatalf("%s: bit %d of byte %d of %d flipped unnoticed: %+v", filepath.Base(name), i%8, i, len(b), r)
				}
				b[i] ^= 1 << (i % 8)
			}
			mem.Put(name, b)
		}
		if files != 2 {
			t.Fatalf("%d files", files)
		}
	}
}

func TestAnyFlippedBitIsRefusedOrHarmlessAtOpening(t *testing.T) {
	t.Parallel()
	mem, head := smallStore(t, false)
	for name, b := range mem.Files(dataDir + "/") {
		for i := 0; i < len(b); i += 3 {
			c := mem.Clone()
			b[i] ^= 1 << (i % 8)
			c.Put(name, b)
			b[i] ^= 1 << (i % 8)
			j, _, err := Open(c, dataDir, Options{WitnessEvery: -1, Step: 512, Witness: head})
			if err != nil {
				continue
			}
			if j.Head() != head {
				t.Fatalf("%s byte %d: opened at %v", name, i, j.Head())
			}
			if strings.HasSuffix(name, "2.s01.wdj") { // the open file was read whole
				readBack(t, j, head)
			}
			must(t, j.Close())
		}
	}
}

func TestOlderOrMissingOrEmptyStoreIsRefused(t *testing.T) {
	mem, head := smallStore(t, false)
	first, second := dataDir+"/e0001-000000000001.s01.wdj", dataDir+"/e0001-000000000003.s01.wdj"
	all := mem.Files("/")
	other := head
	other.Hash[3]++
	for name, c := range map[string]struct {
		do   func(m *faultfs.Mem)
		o    fact.Head
		want error
	}{
		"no day file":         {func(m *faultfs.Mem) { must(t, errors.Join(m.Remove(first), m.Remove(second))) }, head, ErrMissing},
		"newest file gone":    {func(m *faultfs.Mem) { must(t, m.Remove(second)) }, head, ErrMissing},
		"first file gone":     {func(m *faultfs.Mem) { must(t, m.Remove(first)) }, head, ErrMissing},
		"empty file":          {func(m *faultfs.Mem) { m.Put(second, nil) }, head, ErrDamaged},
		"zeros":               {func(m *faultfs.Mem) { m.Put(second, make([]byte, 512)) }, head, ErrDamaged},
		"no identity":         {func(m *faultfs.Mem) { must(t, m.Remove(dataDir+"/identity")) }, head, ErrNoIdentity},
		"no key":              {func(m *faultfs.Mem) { must(t, m.Remove(dataDir+"/key")) }, head, ErrKey},
		"nothing at all":      {func(m *faultfs.Mem) { *m = *faultfs.NewMem() }, head, ErrAbsent},
		"ahead elsewhere":     {func(m *faultfs.Mem) {}, fact.Head{Epoch: 1, Seq: head.Seq + 1}, ErrDamaged},
		"other hash":          {func(m *faultfs.Mem) {}, other, ErrForked},
		"a later epoch known": {func(m *faultfs.Mem) {}, fact.Head{Epoch: 2, Seq: 1}, ErrForked},
		"header of the first file": {func(m *faultfs.Mem) {
			b := all[first]
			b[60] ^= 4
			m.Put(first, b)
			b[60] ^= 4
		}, head, ErrDamaged},
	} {
		m := mem.Clone()
		c.do(m)
		before := m.Files("/")
		_, _, err := Open(m, dataDir, Options{WitnessEvery: -1, Witness: c.o})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		for n, b := range m.Files("/") {
			if string(before[n]) != string(b) {
				t.Errorf("%s: %s was changed", name, n)
			}
		}
		if name == "nothing at all" {
			continue
		}
		id := newTestIdentity(t)
		mk := &maker{id.Start()}
		if _, err := Create(m, dataDir, id, mk.group(1, 9), testTime, small); err == nil {
			t.Errorf("%s: a new store was made over it", name)
		}
	}
}

func TestDamageInTheMiddleIsNeverCut(t *testing.T) {
	mem := faultfs.NewMem()
	id := newTestIdentity(t)
	m := &maker{id.Start()}
	j, err := Create(mem, dataDir, id, m.group(1, 30), testTime, small)
	must(t, err)
	must(t, j.Append(m.group(1, 30)))
	at := j.end
	must(t, j.Append(m.group(1, 30)))
	must(t, j.Append(m.group(1, 30)))
	must(t, j.Close())
	must(t, mem.Remove(dataDir+"/witness")) // nobody remembers how far it went
	name := dataDir + "/e0001-000000000001.s01.wdj"
	b := mem.Files(name)[name]
	for _, off := range []int64{at - 20, at, at + 1, at + 5, at + 20} {
		b[off] ^= 16
		mem.Put(name, b)
		if _, _, err := Open(mem, dataDir, small); !errors.Is(err, ErrDamaged) {
			t.Fatalf("offset %d: %v", off-at, err)
		}
		b[off] ^= 16
	}
}

func TestSecondProgramIsLockedOut(t *testing.T) {
	dir := t.TempDir()
	id := newTestIdentity(t)
	m := &maker{id.Start()}
	j, err := Create(OS{}, dir, id, m.group(1, 10), testTime, small)
	must(t, err)
	if _, _, err := Open(OS{}, dir, small); !errors.Is(err, ErrLocked) {
		t.Fatalf("second open: %v", err)
	}
	if i, err := os.Stat(filepath.Join(dir, keyName)); err != nil || i.Mode().Perm() != 0o600 {
		t.Fatalf("key file: %v %v", i.Mode(), err)
	}
	must(t, j.Close())
	j, _, err = Open(OS{}, dir, small)
	must(t, err)
	must(t, j.Close())
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

func TestDamageInASealedDayIsFoundByScrubAndByReading(t *testing.T) {
	for _, pack := range []bool{false, true} {
		mem := faultfs.NewMem()
		id := newTestIdentity(t)
		m := &maker{id.Start()}
		j, err := Create(mem, dataDir, id, m.group(1, 30), testTime, small)
		must(t, err)
		must(t, j.Append(m.group(4, 300)))
		must(t, j.Roll(m.group(1, 30)))
		if pack {
			must(t, j.Compress(context.Background(), nil))
		}
		r, err := j.Scrub(context.Background(), nil)
		must(t, err)
		if !r.OK() || r.Head != m.head {
			t.Fatalf("before: %+v", r)
		}
		name := j.DayFiles()[0].Path
		b := mem.Files(name)[name]
		at := len(b) - sealSize - 40 // in the last group of the plain file
		if pack {
			at = len(b) - 30
		}
		b[at] ^= 8
		mem.Put(name, b)
		j.ring = ring{}
		r, err = j.Scrub(context.Background(), nil)
		must(t, err)
		if r.OK() || r.Bad == nil || r.Bad.File != filepath.Base(name) {
			t.Fatalf("scrub: %+v", r)
		}
		if err := j.Iterate(context.Background(), 0, func(*fact.Fact) error { return nil }); !errors.Is(err, ErrDamaged) {
			t.Fatalf("read: %v", err)
		}
		must(t, j.Append(m.group(1, 30))) // selling goes on
		must(t, j.Close())
	}
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
