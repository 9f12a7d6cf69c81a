package booktest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"wendan/store/fact"
	"wendan/store/report"
	"wendan/store/shift"
)

func TestShopMakesOneChainThatClosesWithItsOwnTotals(t *testing.T) {
	facts, again := Days(1, 3, 50), Days(1, 3, 50)
	head, l := fact.Head{Epoch: 1}, report.Ledger{}
	for i := range facts {
		f, next, err := head.Follow(facts[i].Raw)
		if err != nil || f.Hash != facts[i].Hash || !bytes.Equal(f.Raw, again[i].Raw) {
			t.Fatalf("fact %d: %v", i+1, err)
		}
		if err := l.Add(&f); err != nil {
			t.Fatal(err)
		}
		if shift.ClosedKind.Is(&f) {
			c, _ := shift.ClosedKind.Read(&f)
			if got := l.Of(f.Day); got.Turnover() != c.Total || got.Settled.Orders != uint64(c.Orders) || c.Total == 0 {
				t.Fatalf("%v closed with %v of %d orders, facts say %v of %d", f.Day, c.Total, c.Orders, got.Turnover(), got.Settled.Orders)
			}
		}
		head = next
	}
}

func TestTapeWakesWhoWaitsAndHandsOutEverythingOnce(t *testing.T) {
	facts := Days(2, 1, 5)
	var tape Tape
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- tape.Wait(ctx, 0) }()
	tape.Append(facts...)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	seq := uint64(3)
	err := tape.Each(ctx, seq, func(f *fact.Fact) error {
		if seq++; f.Seq != seq {
			t.Fatalf("fact %d where %d was due", f.Seq, seq)
		}
		return nil
	})
	if err != nil || seq != uint64(len(facts)) {
		t.Fatalf("handed out up to %d, %v", seq, err)
	}
	stop()
	if err := tape.Wait(ctx, seq); !errors.Is(err, context.Canceled) {
		t.Fatalf("wait ended with %v", err)
	}
}
