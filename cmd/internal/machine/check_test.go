package machine

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"wendan/store/fact"
)

func quiet(string, uint64, uint64) {}

func TestCheckFindsABookWithOtherSumsAndAFlippedBit(t *testing.T) {
	s := newShop(t)
	for range 3 {
		s.sell(t)
	}
	settled(t, s)
	b, err := s.CaughtUp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	j := s.Till.Journal()
	c, err := Check(t.Context(), j, b, true, t.TempDir(), quiet)
	if err != nil || !c.OK() || c.Settled != 3 || c.Days != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	wrong := Checked{Head: c.Head}
	if err := wrong.compare(t.Context(), b, map[fact.Day]*daySum{20261122: {orders: 3, amount: c.Amount + 1}}); err != nil || wrong.BookOK || wrong.Problem == "" || wrong.ProblemZH == "" {
		t.Fatalf("a book that is one fen short passes: %+v, %v", wrong, err)
	}
	files, err := filepath.Glob(filepath.Join(JournalDir(s.cfg.Dir), "*.wdj"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	last := files[len(files)-1]
	raw, err := os.ReadFile(last)
	if err != nil {
		t.Fatal(err)
	}
	raw[bytes.LastIndexFunc(raw, func(r rune) bool { return r != 0 })-20] ^= 1
	if err := os.WriteFile(last, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err = Check(t.Context(), j, b, false, t.TempDir(), quiet); err != nil || c.OK() || c.Problem == "" {
		t.Fatalf("a flipped bit passes: %+v, %v", c, err)
	}
}

func TestCheckBesideSellingStillAgrees(t *testing.T) {
	s := newShop(t)
	for range 20 {
		s.sell(t)
	}
	b, err := s.CaughtUp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	type result struct {
		Checked
		error
	}
	done := make(chan result)
	go func() {
		c, err := Check(t.Context(), s.Till.Journal(), b, false, t.TempDir(), quiet)
		done <- result{c, err}
	}()
	for {
		select {
		case r := <-done:
			if r.error != nil || !r.OK() || r.Settled < 20 {
				t.Fatalf("%+v, %v", r.Checked, r.error)
			}
			return
		default:
			s.sell(t)
		}
	}
}
