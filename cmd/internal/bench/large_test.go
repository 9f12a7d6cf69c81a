package bench

import (
	"context"
	"testing"

	"wendan/cmd/internal/machine"
	"wendan/store/journal"
	"wendan/store/till"
)

// TestGeneratedHistoryIsWhatTheTillWouldHaveWritten replays every fact: sums, numbers and each day's carry.
func TestGeneratedHistoryIsWhatTheTillWouldHaveWritten(t *testing.T) {
	h, err := makeHistory(t.Context(), t.TempDir(), 2*perDay+100)
	if err != nil {
		t.Fatal(err)
	}
	s, err := till.Replay(t.Context(), 1, h.iterate)
	if err != nil {
		t.Fatal(err)
	}
	if s.Orders != uint64(h.Orders) || s.Settled != 100 || len(s.Open) != 0 || s.Head != h.Head || s.Day != h.Day || !s.DayOpen {
		t.Fatalf("replayed to %d orders, %d today, day %v, %v; expected %+v", s.Orders, s.Settled, s.Day, s.Head, h)
	}
	o, _, err := till.Open(till.Config{Dir: machine.JournalDir(h.dir), Journal: journal.Options{Witness: h.Head}})
	if err != nil {
		t.Fatal(err)
	}
	if a, err := (&counter{till: o, carts: carts(s.Menu)}).sell(t.Context(), screen); err != nil || a.Order.N != uint64(h.Orders)+1 {
		t.Errorf("the next order is %v, %v", a.Order, err)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestMemoryDiskIsRefused(t *testing.T) {
	if err := realDisk("/dev/shm"); err == nil {
		t.Skip("/dev/shm is on a disk here")
	}
	if _, err := Run(context.Background(), Options{Folder: "/dev/shm/wendan-bench", Only: []string{"none"}}); err == nil {
		t.Fatal("a disk in memory was measured")
	}
}

func TestRowsThatWereNotMeasuredDoNotHold(t *testing.T) {
	s := section{name: "x", rows: []string{"a", "b"}}
	rows := s.complete([]Row{atMost("a", 2, "ratio", 1.5, ""), atLeast("c", 2, "ratio", 1.5, "")}, context.Canceled)
	if len(rows) != 3 || rows[0].Holds || !rows[1].Holds || rows[2].Name != "b" || rows[2].Holds {
		t.Fatalf("%+v", rows)
	}
}
