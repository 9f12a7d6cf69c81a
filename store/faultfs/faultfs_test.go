package faultfs

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T) (*FS, *Mem) {
	t.Helper()
	m := NewMem()
	must(t, m.MkdirAll("/d"))
	f, err := New(m, "/d")
	must(t, err)
	return f, m
}

func put(t *testing.T, f *FS, name, text string, sync bool) File {
	t.Helper()
	h, err := f.Create(name, 0o600)
	must(t, err)
	_, err = h.WriteAt([]byte(text), 0)
	must(t, err)
	if sync {
		must(t, h.Sync())
	}
	return h
}

// contents collects every form in which name is met at the last cut; "-" when it is not there.
func contents(t *testing.T, f *FS, name string) map[string]bool {
	t.Helper()
	got := map[string]bool{}
	last := len(f.Ops()) - 1
	_, err := f.Crashes(Crash{Seed: 1, Random: 50, From: last}, func(s State) error {
		if b, ok := s.FS.Files("/d/")[name]; ok {
			got[string(b)] = true
		} else {
			got["-"] = true
		}
		return nil
	})
	must(t, err)
	return got
}

func TestSyncedDataWithoutFolderSyncMayHaveNoName(t *testing.T) {
	f, _ := start(t)
	put(t, f, "/d/a", "hello", true)
	if got := contents(t, f, "/d/a"); !got["-"] || !got["hello"] || len(got) != 2 {
		t.Fatalf("states: %v", got)
	}
	must(t, f.SyncDir("/d"))
	if got := contents(t, f, "/d/a"); len(got) != 1 || !got["hello"] {
		t.Fatalf("states after the folder sync: %v", got)
	}
}

func TestRenameMayVanishOrStayWholeUntilTheFolderIsSynced(t *testing.T) {
	f, _ := start(t)
	put(t, f, "/d/a", "old", true)
	must(t, f.SyncDir("/d"))
	put(t, f, "/d/a.tmp", "new", true)
	must(t, f.Rename("/d/a.tmp", "/d/a"))
	if got := contents(t, f, "/d/a"); !got["old"] || !got["new"] || len(got) != 2 {
		t.Fatalf("states: %v", got)
	}
}

func TestUnsyncedWriteIsLostTornOrWhole(t *testing.T) {
	f, _ := start(t)
	h := put(t, f, "/d/a", "aaaa", true)
	must(t, f.SyncDir("/d"))
	_, err := h.WriteAt([]byte("bbbb"), 0)
	must(t, err)
	got := contents(t, f, "/d/a")
	if !got["aaaa"] || !got["bbbb"] || !got["bbaa"] {
		t.Fatalf("states: %v", got)
	}
	must(t, h.Sync())
	if got := contents(t, f, "/d/a"); len(got) != 1 || !got["bbbb"] {
		t.Fatalf("states after the sync: %v", got)
	}
}

func TestLostSyncDropsDataThoughALaterSyncSucceeds(t *testing.T) {
	f, m := start(t)
	h := put(t, f, "/d/a", "aaaa", true)
	must(t, f.SyncDir("/d"))
	_, err := h.WriteAt([]byte("bbbb"), 0)
	must(t, err)
	f.FailAt(1, SyncLost, false)
	if err := h.Sync(); !errors.Is(err, unix.EIO) || !f.Hit() {
		t.Fatalf("sync: %v", err)
	}
	must(t, h.Sync())
	if got := contents(t, f, "/d/a"); len(got) != 1 || !got["aaaa"] {
		t.Fatalf("states: %v", got)
	}
	if string(m.Files("/d/")["/d/a"]) != "bbbb" {
		t.Fatal("the running program must still read its data")
	}
}

func TestChosenOperationFails(t *testing.T) {
	for _, what := range Failures {
		f, m := start(t)
		h := put(t, f, "/d/a", "", false)
		f.FailAt(2, what, false)
		_, err := h.WriteAt([]byte("first"), 0)
		must(t, err)
		n, err := h.WriteAt([]byte("xxxx"), 5)
		if err == nil || n != map[bool]int{true: 2, false: 0}[what == Short] {
			t.Fatalf("failure %d: wrote %d, %v", what, n, err)
		}
		if got := len(m.Files("/d/")["/d/a"]); got != 5+n {
			t.Fatalf("failure %d: file of %d bytes", what, got)
		}
		_, err = h.WriteAt([]byte("later"), 0)
		must(t, err)
	}
}

func TestLimitFillsUpAndFails(t *testing.T) {
	m := NewMem()
	m.Limit = 10
	must(t, m.MkdirAll("/d"))
	h, err := m.Create("/d/a", 0o600)
	must(t, err)
	if n, err := h.WriteAt(make([]byte, 12), 0); n != 10 || !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("wrote %d, %v", n, err)
	}
	if _, err := h.WriteAt([]byte("in place"), 0); err != nil {
		t.Fatal(err)
	}
}

func TestSameSeedGivesTheSameStates(t *testing.T) {
	f, _ := start(t)
	put(t, f, "/d/a", "some text", false)
	put(t, f, "/d/b", "other text, longer than a single sector of the disk", false)
	var runs [2][]string
	for i := range runs {
		_, err := f.Crashes(Crash{Seed: 7, Random: 5}, func(s State) error {
			line := s.String()
			for _, n := range []string{"/d/a", "/d/b"} {
				line += " " + string(s.FS.Files("/d/")[n])
			}
			runs[i] = append(runs[i], line)
			return nil
		})
		must(t, err)
	}
	if len(runs[0]) < 8 || len(runs[0]) != len(runs[1]) {
		t.Fatalf("%d and %d states", len(runs[0]), len(runs[1]))
	}
	for i := range runs[0] {
		if runs[0][i] != runs[1][i] {
			t.Fatalf("state %d differs:\n%s\n%s", i, runs[0][i], runs[1][i])
		}
	}
}

// dirBase is the least a real folder needs to be wrapped.
type dirBase struct{ *Mem }

func (dirBase) Open(name string) (File, error) {
	h, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (dirBase) Create(name string, perm fs.FileMode) (File, error) {
	h, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, perm)
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (dirBase) Stat(name string) (int64, error) {
	i, err := os.Stat(name)
	if err != nil {
		return 0, err
	}
	return i.Size(), nil
}

func (dirBase) ReadDir(dir string) ([]string, error) {
	list, err := os.ReadDir(dir)
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names, err
}

func TestRealFolderCanBeWrapped(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(dir+"/a", []byte("before"), 0o600))
	f, err := New(dirBase{NewMem()}, dir)
	must(t, err)
	h, err := f.Open(dir + "/a")
	must(t, err)
	_, err = h.WriteAt([]byte("BEFORE"), 0)
	must(t, err)
	seen := map[string]bool{}
	_, err = f.Crashes(Crash{}, func(s State) error {
		seen[string(s.FS.Files(dir)[dir+"/a"])] = true
		return nil
	})
	must(t, err)
	if !seen["before"] || !seen["BEFORE"] {
		t.Fatalf("states: %v", seen)
	}
	must(t, h.Close())
}
