package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"wendan/store/fact"
)

// onDisk gives a folder in the current one, on a real disk; it skips on a file system in memory.
func onDisk(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(".", "testdata-")
	must(t, err)
	dir, err = filepath.Abs(dir)
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	var s unix.Statfs_t
	must(t, unix.Statfs(dir, &s))
	if s.Type == unix.TMPFS_MAGIC {
		t.Skip("SKIPPED: the current folder is in memory, a real disk is needed")
	}
	return dir
}

// TestMain lets the test binary be the child that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("JOURNAL_CHILD"); dir != "" {
		fmt.Println("ended:", appendForEver(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// appendForEver opens the store and prints every number once it is saved.
func appendForEver(dir string) error {
	o := Options{Step: 16 << 10, WitnessEvery: 5 * time.Millisecond}
	j, _, err := Open(OS{}, dir, o)
	if err != nil {
		return err
	}
	m := &maker{j.Head()}
	for i := 1; ; i++ {
		g := m.group(1+i%3, 200)
		if i%40 == 0 {
			err = j.Roll(g)
		} else {
			err = j.Append(g)
		}
		if err != nil {
			return err
		}
		fmt.Println(j.Head().Seq, j.Head().Hash)
		if err := j.Maintain(); err != nil {
			return err
		}
		if i%100 == 0 {
			if err := j.Compress(context.Background(), nil); err != nil {
				return err
			}
		}
	}
}

func TestKilledProcessLosesNothingItReported(t *testing.T) {
	dir := filepath.Join(onDisk(t), "data")
	id := newTestIdentity(t)
	m := &maker{id.Start()}
	j, err := Create(OS{}, dir, id, m.group(1, 10), testTime, Options{})
	must(t, err)
	must(t, j.Close())
	for round := range 5 {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), "JOURNAL_CHILD="+dir)
		out, err := c.StdoutPipe()
		must(t, err)
		must(t, c.Start())
		r := bufio.NewReader(out)
		last, lines := "", 0
		for {
			line, err := r.ReadString('\n')
			if err == io.EOF { // also after the kill: what was printed before it counts
				break
			}
			must(t, err)
			if strings.HasPrefix(line, "ended") {
				t.Fatal(line)
			}
			last = line
			if lines++; lines == 60+round*17 {
				must(t, c.Process.Kill())
			}
		}
		_ = c.Wait() // it was killed
		var seq uint64
		var hash string
		if _, err := fmt.Sscan(last, &seq, &hash); err != nil {
			t.Fatal(err)
		}
		j, rec, err := Open(OS{}, dir, Options{})
		must(t, err)
		found := false
		must(t, j.Iterate(context.Background(), 0, func(f *fact.Fact) error {
			found = found || f.Seq == seq && f.Hash.String() == hash
			return nil
		}))
		if !found || rec.Clean {
			t.Fatalf("round %d: number %d is not there as it was reported (%+v)", round, seq, rec)
		}
		must(t, j.Close())
	}
	r, err := Verify(context.Background(), OS{}, nil, dir)
	must(t, err)
	if !r.OK() {
		t.Fatalf("%+v %+v", r, r.Bad)
	}
}

func TestReadersSeeOnlyWhatIsDurableWhileOneAppends(t *testing.T) {
	dir := t.TempDir()
	id := newTestIdentity(t)
	m := &maker{id.Start()}
	j, err := Create(OS{}, dir, id, m.group(1, 10), testTime, Options{Step: 32 << 10, WitnessEvery: time.Millisecond})
	must(t, err)
	const end = 600
	var wg sync.WaitGroup
	for reader := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			h := id.Start()
			for h.Seq < end {
				if err := j.Wait(context.Background(), h.Seq); err != nil {
					t.Error(err)
					return
				}
				facts, err := j.ReadAfter(context.Background(), h.Seq, 7+reader)
				if err != nil || len(facts) == 0 {
					t.Errorf("after %d: %d facts, %v", h.Seq, len(facts), err)
					return
				}
				for _, f := range facts {
					var next fact.Fact
					if next, h, err = h.Follow(f.Raw); err != nil || next.Hash != f.Hash {
						t.Errorf("fact %d: %v", f.Seq, err)
						return
					}
				}
				j.DayFiles()
				j.Space()
			}
		}()
	}
	for m.head.Seq < end {
		g := m.group(1+int(m.head.Seq%4), 50)
		if g[0].Seq%50 == 1 {
			must(t, j.Roll(g))
		} else {
			must(t, j.Append(g))
		}
		if g[0].Seq%200 < 4 {
			j.view.Lock()
			j.ring = ring{} // send readers to the files
			j.view.Unlock()
			must(t, j.Compress(context.Background(), nil))
		}
		must(t, j.Maintain())
	}
	wg.Wait()
	must(t, j.Close())
	if err := j.Wait(context.Background(), m.head.Seq); !errors.Is(err, ErrClosed) {
		t.Fatalf("wait after close: %v", err)
	}
}

func TestBackupFollowsALiveJournalAndRefusesADamagedCopy(t *testing.T) {
	dir := t.TempDir()
	id := newTestIdentity(t)
	m := &maker{id.Start()}
	j, err := Create(OS{}, dir+"/data", id, m.group(1, 10), testTime, small)
	must(t, err)
	copyDir := dir + "/copy"
	for day := range 4 {
		must(t, j.Roll(m.group(1, 100)))
		must(t, j.Append(m.group(5, 100)))
		if day == 2 {
			must(t, j.Compress(context.Background(), nil))
		}
		r, err := j.Backup(context.Background(), OS{}, copyDir, nil)
		must(t, err)
		if r.Head != m.head || r.First != 1 || r.Files != day+2 {
			t.Fatalf("day %d: %+v", day, r)
		}
	}
	if _, err := os.Stat(copyDir + "/" + keyName); !os.IsNotExist(err) {
		t.Fatal("the private key must not be in a backup")
	}
	later := m.head
	later.Seq++
	if _, err := RestoreCheck(context.Background(), OS{}, copyDir, later, nil); !errors.Is(err, ErrBackup) {
		t.Fatalf("a backup that is too old: %v", err)
	}
	files := j.DayFiles()
	name := copyDir + "/" + filepath.Base(files[1].Path)
	b, err := os.ReadFile(name)
	must(t, err)
	b[len(b)/2] ^= 1
	must(t, os.WriteFile(name, b, 0o600))
	if _, err := RestoreCheck(context.Background(), OS{}, copyDir, m.head, nil); !errors.Is(err, ErrBackup) {
		t.Fatalf("a damaged backup: %v", err)
	}
	_, err = j.Backup(context.Background(), OS{}, copyDir, nil)
	must(t, err) // the damaged file was copied again
	must(t, j.Close())
	one, err := Verify(context.Background(), OS{}, nil, name)
	must(t, err)
	if !one.OK() || one.Sealed != 1 || one.Key != Fingerprint(id.Public) {
		t.Fatalf("a single file: %+v", one)
	}
}

func TestSignaturesStandOnlyForSignedData(t *testing.T) {
	j, err := Create(OS{}, t.TempDir(), newTestIdentity(t), (&maker{fact.Head{Epoch: 1}}).group(1, 5), testTime, small)
	must(t, err)
	data := []byte("run of facts 1 to 20")
	sig := j.Sign(data)
	if !CheckSignature(j.PublicKey(), data, sig) || CheckSignature(j.PublicKey(), data[1:], sig) {
		t.Fatal("signature does not fit its data alone")
	}
	h := newHeader(&j.id, j.id.Start(), 0, testTime)
	body := fact.Marshal(h)
	forged := append(append([]byte{}, body...), j.Sign(body)...)
	if _, err := readHeader(forged); err == nil {
		t.Fatal("signed data passed as a header")
	}
	must(t, j.Close())
}
