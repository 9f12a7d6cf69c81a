package journal

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"wendan/store/fact"
)

// maker makes groups of facts that chain, as the till does.
type maker struct{ head fact.Head }

func (m *maker) group(n, size int) []fact.Fact {
	out := make([]fact.Fact, 0, n)
	for range n {
		body := bytes.Repeat([]byte(fmt.Sprint(m.head.Seq+1, " ")), size)[:size]
		var f fact.Fact
		f, m.head = m.head.Next(fact.Fact{At: 1_800_000_000_000 + int64(m.head.Seq), Day: 20261122, Source: fact.SourceScreen,
			Kind: 60, Ver: 1, Body: fact.Marshal(body)})
		out = append(out, f)
	}
	return out
}

var testTime = time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)

func newTestIdentity(t testing.TB) Identity {
	t.Helper()
	id, err := NewIdentity(rand.Reader, "0012", "A", 1)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func readBack(t testing.TB, j *Journal, want fact.Head) {
	t.Helper()
	h := j.id.Start()
	must(t, j.Iterate(context.Background(), 0, func(f *fact.Fact) error {
		next, head, err := h.Follow(f.Raw)
		if err == nil && next.Hash != f.Hash {
			err = fmt.Errorf("hash of %d differs", f.Seq)
		}
		h = head
		return err
	}))
	if h != want {
		t.Fatalf("read back to %v, want %v", h, want)
	}
}

func TestWhatWasAppendedIsThereAfterReopening(t *testing.T) {
	dir := t.TempDir() + "/data"
	id := newTestIdentity(t)
	m := &maker{id.Start()}
	o := Options{WitnessEvery: -1, Step: 64 << 10}
	j, err := Create(OS{}, dir, id, m.group(2, 100), testTime, o)
	must(t, err)
	for day := range 3 {
		must(t, j.Roll(m.group(1, 300)))
		for range 20 {
			must(t, j.Append(m.group(1+day, 400)))
			must(t, j.Maintain())
		}
		if day == 1 {
			must(t, j.Compress(context.Background(), nil))
		}
	}
	readBack(t, j, m.head)
	j.ring = ring{}
	readBack(t, j, m.head)
	r, err := j.Scrub(context.Background(), nil)
	must(t, err)
	if !r.OK() || r.Head != m.head || r.Facts != m.head.Seq {
		t.Fatalf("scrub: %+v", r)
	}
	must(t, j.Close())
	j, rec, err := Open(OS{}, dir, o)
	must(t, err)
	if !rec.Clean {
		t.Fatalf("recovery after a close: %+v", rec)
	}
	must(t, j.Append(m.group(3, 100)))
	readBack(t, j, m.head)
	r, err = j.Backup(context.Background(), OS{}, dir+"/../copy", nil)
	must(t, err)
	if r.Head != m.head || r.Files != 4 {
		t.Fatalf("backup: %+v", r)
	}
	must(t, j.lock.Close()) // as when the process dies
	j, rec, err = Open(OS{}, dir, o)
	must(t, err)
	if rec.Clean || rec.Segment == "" || j.Head() != m.head {
		t.Fatalf("recovery after a kill: %+v", rec)
	}
	must(t, j.Append(m.group(3, 100)))
	readBack(t, j, m.head)
	must(t, j.Close())
	r, err = Verify(context.Background(), OS{}, nil, dir)
	must(t, err)
	if !r.OK() || r.Head != m.head || r.Key != Fingerprint(id.Public) {
		t.Fatalf("verify: %+v %+v", r, r.Bad)
	}
}
