package machine

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"wendan/sync/control"
	"wendan/sync/headoffice"
	"wendan/sync/uplink"
)

// join starts a head office and pairs the shop with it.
func (s *shop) join(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	open := func(listen string) {
		t.Helper()
		var err error
		if s.office, err = headoffice.Open(t.Context(), headoffice.Options{Dir: dir, Listen: listen}); err != nil {
			t.Fatal(err)
		}
	}
	open("127.0.0.1:0")
	p, err := s.office.Pair(t.Context(), "demo", "A", 1, s.Till.Journal().PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	if err := SavePairing(s.cfg.Dir, p); err != nil {
		t.Fatal(err)
	}
	s.cfg.Uplink = uplink.Options{PauseMin: 10 * time.Millisecond, PauseMax: 50 * time.Millisecond, Patience: time.Second}
	s.cfg.Control = true
	s.reopen(t)
}

func (s *shop) complete(t *testing.T) {
	t.Helper()
	settled(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		head := s.Till.Head()
		if up, _ := s.Uplink(); up.Complete() && up.Booked == head {
			if booked, ok := s.office.Booked("demo", "A"); !ok || booked != head {
				t.Fatalf("the register says %v is booked, head office says %v", head, booked)
			}
			return
		}
		select {
		case <-ctx.Done():
			up, _ := s.Uplink()
			t.Fatalf("head office never had everything: %+v", up)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestHeadOfficeHasEverySaleOnceAlsoAfterANetworkLossAndARestart(t *testing.T) {
	s := newShop(t)
	s.join(t)
	s.sell(t)
	s.complete(t)
	s.office.Close()
	for range 5 {
		s.sell(t) // selling never waits for a network
	}
	s.reopen(t)
	s.sell(t)
	s.office = nil
	s.join(t) // another head office that knows nothing yet
	s.complete(t)
	totals, err := s.office.Totals(t.Context(), "demo", 20261122, 20261122)
	if err != nil || totals.Settled.Orders != 7 {
		t.Fatalf("head office's totals: %+v, %v", totals, err)
	}
	b, err := s.CaughtUp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	own, err := b.Totals(20261122)
	if err != nil || own.Settled.Amount != totals.Settled.Amount {
		t.Fatalf("register %v, head office %v, %v", own.Settled, totals.Settled, err)
	}
}

func TestToolSendsIntentsAndReadsFactsThroughTheSocket(t *testing.T) {
	s := newShop(t)
	s.join(t)
	c, err := control.Dial(SocketPath(s.cfg.Dir))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	d := plainDish(s.Till)
	body, _ := json.Marshal(map[string]any{"dish": d, "left": 0})
	if err := c.Do(t.Context(), control.Request{Name: "menu.limit", Body: body}, nil); err != nil {
		t.Fatal(err)
	}
	var st State
	if err := c.Status(t.Context(), "", &st); err != nil || st.Head != s.Till.Head() || !st.DayOpen || len(st.Printers) != 2 {
		t.Fatalf("status %+v, %v", st, err)
	}
	r, err := c.Journal(t.Context(), "facts", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	lines := json.NewDecoder(r)
	var last Row
	n := uint64(0)
	for lines.More() {
		if err := lines.Decode(&last); err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n < st.Head.Seq || last.Kind == "" {
		t.Fatalf("%d facts streamed of %d, the last one %+v", n, st.Head.Seq, last)
	}
}
