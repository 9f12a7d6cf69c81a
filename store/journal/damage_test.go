package journal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wendan/store/fact"
	"wendan/store/faultfs"
)

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
