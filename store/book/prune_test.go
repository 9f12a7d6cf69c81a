package book

import (
	"context"
	"errors"
	"testing"

	"wendan/store/book/booktest"
	"wendan/store/order"
	"wendan/store/report"
)

func TestPruneRemovesOldSettledOrdersAndKeepsEveryTotal(t *testing.T) {
	facts := booktest.Days(30, 4, 300)
	b := sound(t, newPath(t), mine)
	must(t, b.Apply(facts))
	whole := rebuilt(t, facts)
	before, err := b.Ledger(0, 20991231)
	must(t, err)
	unpaid, err := b.OpenOrders()
	must(t, err)

	stopped, stop := context.WithCancel(ctx)
	stop()
	if _, err := b.Prune(stopped, 20261124); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped prune: %v", err)
	}
	n, err := b.Prune(ctx, 20261124)
	must(t, err)
	if n < 590 || n > 600 {
		t.Fatalf("%d orders removed of two days with 300", n)
	}
	if again, err := b.Prune(ctx, 20261124); err != nil || again != 0 {
		t.Fatalf("second prune removed %d, %v", again, err)
	}
	if _, err := b.Order(order.Number{Register: "A", Epoch: 1, N: 1}); !errors.Is(err, ErrAbsent) {
		t.Fatalf("pruned order: %v", err)
	}
	after, err := b.Ledger(0, 20991231)
	must(t, err)
	var a, z report.Totals
	for _, d := range before.Days() {
		a.Merge(before[d])
		z.Merge(after.Of(d))
	}
	if !a.Equal(&z) {
		t.Fatal("pruning changed a total")
	}
	still, err := b.OpenOrders()
	must(t, err)
	if len(still) != len(unpaid) {
		t.Fatalf("%d unpaid orders, %d before", len(still), len(unpaid))
	}
	s, err := b.Stats()
	must(t, err)
	if s.Orders != uint64(1200-n) {
		t.Fatalf("%d orders left after %d went", s.Orders, n)
	}
	if _, err := whole.Prune(ctx, 20991231); err != nil {
		t.Fatal(err)
	}
	if left, err := whole.Stats(); err != nil || left.Orders != uint64(len(unpaid)) || left.Open != len(unpaid) || len(unpaid) == 0 {
		t.Fatalf("all pruned, yet %+v stay (%v); %d are unpaid", left, err, len(unpaid))
	}
	same(t, b, whole) // what both should have is the same
	more := booktest.Days(30, 5, 300)
	must(t, b.Apply(more[len(facts):]))
	same(t, b, rebuilt(t, more))
}
