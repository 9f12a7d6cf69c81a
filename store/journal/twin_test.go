package journal

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"wendan/store/faultfs"
)

// Broken twins: file systems that turn the journal into one with a known mistake.

type twin struct {
	FS
	on      bool // creation is honest, so that a twin is caught by what it loses
	sync    func(name string, f File) error
	syncDir func(dir string) error
}

type twinFile struct {
	File
	name string
	t    *twin
}

func (f twinFile) Sync() error {
	if !f.t.on {
		return f.File.Sync()
	}
	return f.t.sync(f.name, f.File)
}

func (t *twin) Open(name string) (File, error) {
	f, err := t.FS.Open(name)
	return twinFile{f, name, t}, err
}

func (t *twin) Create(name string, perm fs.FileMode) (File, error) {
	f, err := t.FS.Create(name, perm)
	return twinFile{f, name, t}, err
}

func (t *twin) SyncDir(dir string) error {
	if !t.on {
		return t.FS.SyncDir(dir)
	}
	return t.syncDir(dir)
}

func honest(f FS) *twin {
	return &twin{f, false, func(_ string, h File) error { return h.Sync() }, f.SyncDir}
}

// blind hides the side witness.
type blind struct{ FS }

func (b blind) Stat(name string) (int64, error) {
	if strings.HasSuffix(name, "/"+witnessName) {
		return 0, fs.ErrNotExist
	}
	return b.FS.Stat(name)
}

var errEnough = errors.New("caught often enough")

func TestBrokenTwinsAreCaught(t *testing.T) {
	t.Parallel()
	for name, twist := range map[string]func(*faultfs.FS) *twin{
		"acknowledged before the sync": func(f *faultfs.FS) *twin {
			w := honest(f)
			w.sync = func(name string, h File) error {
				if strings.HasSuffix(name, daySuffix+tmpSuffix) || strings.HasSuffix(name, daySuffix) {
					return nil
				}
				return h.Sync()
			}
			return w
		},
		"no folder sync after a rename": func(f *faultfs.FS) *twin {
			w := honest(f)
			w.syncDir = func(string) error { return nil }
			return w
		},
		"a failed sync is tried again": func(f *faultfs.FS) *twin {
			w := honest(f)
			w.sync = func(_ string, h File) error {
				if h.Sync() == nil {
					return nil
				}
				return h.Sync()
			}
			return w
		},
	} {
		r := newRun(t, func(f *faultfs.FS) FS { return f })
		w := twist(r.rec)
		r.fs, r.created = w, func() { w.on = true }
		must(t, r.mixed())
		bad := 0
		n, err := r.rec.Crashes(faultfs.Crash{Seed: 1, Random: 2}, func(s faultfs.State) error {
			if err := r.check(s, s.FS); err != nil && len(s.Marks) > 0 {
				if bad++; bad == 1 {
					t.Logf("%s: %v: %v", name, s, err)
				}
			}
			if bad == 10 {
				return errEnough
			}
			return nil
		})
		if err != errEnough {
			must(t, err)
		}
		if bad == 0 {
			t.Errorf("%s: not caught in %d states", name, n)
		}
		t.Logf("%s: %d of %d states bad", name, bad, n)
	}
}

func TestTornTailIsCutOnlyBeyondTheWitness(t *testing.T) {
	r := newRun(t, plain)
	must(t, r.create())
	must(t, r.save(1, 200, false))
	must(t, r.save(1, 200, false))
	must(t, r.j.WriteWitness())
	end := r.j.end
	mem := lastState(t, r.rec)
	name := dataDir + "/e0001-000000000001.s01.wdj"
	b := mem.Files(name)[name]
	b[end-50] ^= 1 // a bit of the last saved fact
	mem.Put(name, b)
	before := mem.Files("/")
	s := faultfs.State{Marks: []any{r.j.Head()}, FS: mem}
	if err := r.check(s, mem); !errors.Is(err, ErrDamaged) {
		t.Fatalf("damage behind the witness: %v", err)
	}
	for n, was := range mem.Files("/") {
		if string(before[n]) != string(was) {
			t.Fatalf("%s was changed", n)
		}
	}
	if err := r.check(s, blind{mem.Clone()}); err == nil || !strings.Contains(err.Error(), "LOST") {
		t.Fatalf("the twin that does not ask the witness was not caught: %v", err)
	}
	s.Marks = append(s.Marks, s.Marks[0]) // an even number of marks: the book is asked
	if err := r.check(s, blind{mem}); !errors.Is(err, ErrDamaged) {
		t.Fatalf("the book's head alone must protect: %v", err)
	}
}

// lastState is what is on the disk when everything survives.
func lastState(t testing.TB, f *faultfs.FS) *faultfs.Mem {
	t.Helper()
	var last *faultfs.Mem
	_, err := f.Crashes(faultfs.Crash{From: len(f.Ops()) - 1}, func(s faultfs.State) error {
		if last == nil || s.How == "everything survived" {
			last = s.FS
		}
		return nil
	})
	must(t, err)
	return last
}
