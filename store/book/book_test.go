package book

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"wendan/store/book/booktest"
	"wendan/store/fact"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/report"
)

var ctx = context.Background()

var mine = Options{Epoch: 1, Identity: "test-1"}

// sound opens a book that must be sound when the test ends.
func sound(t testing.TB, path string, opt Options) *Book {
	t.Helper()
	b, err := Open(path, opt)
	if err != nil {
		t.Fatal(err)
	}
	keepSound(t, b)
	return b
}

func keepSound(t testing.TB, b *Book) {
	t.Cleanup(func() {
		if err := b.Check(ctx); err != nil && !errors.Is(err, ErrClosed) {
			t.Errorf("the book is not sound at the end: %v", err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "book.db") }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func tape(facts []fact.Fact) *booktest.Tape {
	var t booktest.Tape
	t.Append(facts...)
	return &t
}

func rebuilt(t testing.TB, facts []fact.Fact) *Book {
	t.Helper()
	b, err := Rebuild(ctx, newPath(t), mine, tape(facts).Each, nil)
	must(t, err)
	keepSound(t, b)
	return b
}

func same(t testing.TB, a, b *Book) {
	t.Helper()
	diff, equal, err := a.Compare(b)
	if err != nil || !equal || diff != "" {
		t.Fatalf("books differ: %s (%v)", diff, err)
	}
}

func TestOrdersTotalsKeysAndJobsAreFoundAsTheFactsSay(t *testing.T) {
	facts := booktest.Days(1, 3, 40)
	b := sound(t, newPath(t), mine)
	must(t, b.Apply(facts))

	want := report.Ledger{}
	orders := map[order.Number]*order.Order{}
	jobs := map[order.Job]bool{}
	var days []fact.Day
	for i := range facts {
		f := &facts[i]
		must(t, want.Add(f))
		called, err := order.JobsOf(f)
		must(t, err)
		for _, j := range called {
			jobs[j] = true
		}
		switch {
		case order.PlacedKind.Is(f):
			p, _ := order.PlacedKind.Read(f)
			orders[p.Number] = p.Apply(f)
		case order.SettledKind.Is(f):
			s, _ := order.SettledKind.Read(f)
			s.Apply(orders[s.Number], f)
		case order.PrintedKind.Is(f):
			p, _ := order.PrintedKind.Read(f)
			delete(jobs, p.Job)
		}
		if f.Day != 0 && (len(days) == 0 || days[len(days)-1] != f.Day) {
			days = append(days, f.Day)
		}
	}

	open := 0
	for n, o := range orders {
		doc, err := b.Order(n)
		must(t, err)
		if doc.Order.Bill() != o.Bill() || doc.Order.Day != o.Day || doc.Order.Paid() != o.Paid() || doc.Order.PaidDay != o.PaidDay || doc.Order.Seq != o.Seq {
			t.Fatalf("order %v is %+v, want %+v", n, doc.Order, o)
		}
		if !o.Paid() {
			open++
		}
		papers, err := b.JobsOf(n)
		must(t, err)
		for _, p := range papers {
			if (p.Outcome == 0) != jobs[p.Job] {
				t.Fatalf("slip %v of %v has outcome %d", p.Job, n, p.Outcome)
			}
		}
	}
	unpaid, err := b.OpenOrders()
	must(t, err)
	if len(unpaid) != open || open == 0 {
		t.Fatalf("%d unpaid orders, want %d", len(unpaid), open)
	}
	have, err := b.Jobs()
	must(t, err)
	for _, j := range have {
		if !jobs[j] {
			t.Fatalf("job %v is done but listed", j)
		}
	}
	if len(have) != len(jobs) || len(jobs) == 0 {
		t.Fatalf("%d jobs, want %d", len(have), len(jobs))
	}
	gotDays, err := b.Days()
	must(t, err)
	if len(gotDays) != len(days) {
		t.Fatalf("days %v, want %v", gotDays, days)
	}
	var turnover money.Amount
	for _, d := range append(days, 0) {
		got, err := b.Totals(d)
		must(t, err)
		if !got.Equal(want.Of(d)) {
			t.Fatalf("totals of %v %+v, want %+v", d, got, want.Of(d))
		}
		turnover += got.Turnover()
	}
	l, err := b.Ledger(days[0], days[len(days)-1])
	must(t, err)
	if sum := l.Between(0, days[len(days)-1]); sum.Turnover() != turnover || turnover == 0 {
		t.Fatalf("days together turned over %v, one by one %v", sum.Turnover(), turnover)
	}
}

func TestDayIsReadNewestFirstPageByPage(t *testing.T) {
	b := sound(t, newPath(t), mine)
	must(t, b.Apply(booktest.Days(2, 3, 25)))
	var seen []uint64
	for before := uint64(0); ; {
		docs, err := b.OrdersOfDay(20261123, before, 10)
		must(t, err)
		if len(docs) == 0 {
			break
		}
		for _, d := range docs {
			seen = append(seen, d.Order.Number.N)
		}
		before = seen[len(seen)-1]
	}
	if len(seen) != 25 || seen[0] != 50 || seen[24] != 26 {
		t.Fatalf("second day's orders %v", seen)
	}
	last, err := b.OrdersOfDay(20261124, 0, 100)
	must(t, err)
	if len(last) != 25 || last[0].Order.Number.N != 75 {
		t.Fatalf("last day has %d orders", len(last))
	}
	if none, err := b.OrdersOfDay(20200101, 0, 10); err != nil || none != nil {
		t.Fatalf("unknown day: %v, %v", none, err)
	}
}

func TestKeyAnswersWithItsActUntilTheDayAfterTheNext(t *testing.T) {
	s := booktest.New(3)
	b := sound(t, newPath(t), mine)
	s.Open()
	act := s.Add(fact.SourceScreen, true, order.ReprintedKind.Draft(order.Reprinted{Number: order.Number{Register: "A", Epoch: 1, N: 9}, Slip: 1}),
		order.ReprintedKind.Draft(order.Reprinted{Number: order.Number{Register: "A", Epoch: 1, N: 9}, Slip: 101}))
	key, want := act[0].Key, Entry{First: act[0].Seq, Last: act[1].Seq, Sum: act[0].Sum}
	facts := s.Take()
	must(t, b.Apply(facts[:len(facts)-1])) // the act itself is cut between two batches
	must(t, b.Apply(facts[len(facts)-1:]))
	for day := range 3 {
		e, have, err := b.Key(key)
		must(t, err)
		if day < 2 && (!have || e != want) {
			t.Fatalf("day %d: %+v %v, want %+v", day, e, have, want)
		}
		if day == 2 && have {
			t.Fatal("the key outlived the day after its own")
		}
		s.Close()
		s.Open()
		must(t, b.Apply(s.Take()))
	}
}

func TestOverlapIsIgnoredGapAndForkAreRefused(t *testing.T) {
	facts := booktest.Days(4, 2, 20)
	b := sound(t, newPath(t), mine)
	must(t, b.Apply(facts[:50]))
	must(t, b.Apply(facts[10:50]))
	must(t, b.Apply(facts[30:80]))
	must(t, b.Apply(nil))
	if b.Applied().Seq != 80 || b.Applied().Hash != facts[79].Hash {
		t.Fatalf("applied %v", b.Applied())
	}
	if err := b.Apply(facts[81:90]); !errors.Is(err, ErrGap) {
		t.Fatalf("gap: %v", err)
	}
	other := booktest.Days(5, 2, 20)
	for name, run := range map[string][]fact.Fact{"next": other[80:90], "overlap": other[70:90], "last": other[79:80]} {
		if err := b.Apply(run); !errors.Is(err, ErrForked) {
			t.Fatalf("fork (%s): %v", name, err)
		}
	}
	hole := append(append([]fact.Fact{}, facts[80:85]...), facts[86:90]...)
	if err := b.Apply(hole); !errors.Is(err, ErrGap) {
		t.Fatalf("hole in a batch: %v", err)
	}
	forged := append([]fact.Fact{}, facts[80:90]...)
	forged[4].Raw = append([]byte{}, forged[4].Raw...)
	forged[4].Raw[9]++
	if err := b.Apply(forged); !errors.Is(err, ErrForked) {
		t.Fatalf("changed fact: %v", err)
	}
	must(t, b.Apply(facts[80:]))
	same(t, b, rebuilt(t, facts))
}

func TestBookResumesWhereverItWasClosed(t *testing.T) {
	facts := booktest.Days(6, 3, 15)
	path := newPath(t)
	want := rebuilt(t, facts)
	for at := 0; at < len(facts); {
		b, err := Open(path, mine)
		must(t, err)
		if b.Applied().Seq != uint64(at) {
			t.Fatalf("reopened at %v, want %d", b.Applied(), at)
		}
		n := min(7+at%31, len(facts)-at)
		must(t, b.Apply(facts[at:at+n]))
		must(t, b.Check(ctx))
		must(t, b.Close())
		at += n
	}
	same(t, sound(t, path, mine), want)
}

func TestMovedHeadWithoutTotalsIsCaughtByCompareAndCheck(t *testing.T) {
	facts := booktest.Days(7, 1, 10)
	b, err := Open(newPath(t), mine)
	must(t, err)
	defer b.Close()
	must(t, b.Apply(facts))
	want := rebuilt(t, facts)
	same(t, b, want)
	// The broken twin: a book whose Apply moved everything but the day's totals.
	day := keyDay(1, 20261122)
	before, err := Open(newPath(t), mine)
	must(t, err)
	defer before.Close()
	must(t, before.Apply(facts[:len(facts)-30]))
	must(t, b.update(moveValue(before, bDays, day)))
	if diff, equal, err := b.Compare(want); err != nil || equal || diff == "" {
		t.Fatalf("the twin passed as equal: %q %v", diff, err)
	}
	if err := b.Check(ctx); !errors.Is(err, ErrDamaged) {
		t.Fatalf("the twin passed the check: %v", err)
	}
}

func TestAnotherShapeOrRegisterIsRefused(t *testing.T) {
	path := newPath(t)
	b := sound(t, path, mine)
	if _, err := Open(path, mine); !errors.Is(err, ErrLocked) {
		t.Fatalf("second opening: %v", err)
	}
	must(t, b.Close())
	if _, err := b.Totals(0); !errors.Is(err, ErrClosed) {
		t.Fatalf("closed book: %v", err)
	}
	for _, opt := range []Options{{Epoch: 2, Identity: mine.Identity}, {Epoch: 1, Identity: "test-2"}} {
		if _, err := Open(path, opt); !errors.Is(err, ErrForeign) {
			t.Fatalf("foreign book: %v", err)
		}
	}
	b, err := Open(path, mine)
	must(t, err)
	b.st.Shape = shape + 1
	must(t, b.Apply(booktest.New(8).Take()))
	must(t, b.Close())
	if _, err := Open(path, mine); !errors.Is(err, ErrShape) {
		t.Fatalf("other shape: %v", err)
	}
	b, again, err := Ensure(ctx, path, mine, tape(booktest.Days(8, 1, 3)).Each, nil)
	must(t, err)
	keepSound(t, b)
	if !again || b.Applied().Seq == 0 {
		t.Fatal("Ensure did not rebuild a book of another shape")
	}
}

func TestRebuildStoppedHalfwayLeavesTheOldFile(t *testing.T) {
	facts := booktest.Days(9, 1, 10)
	path := newPath(t)
	b := sound(t, path, mine)
	must(t, b.Apply(facts))
	must(t, b.Close())
	stop := errors.New("stop")
	_, err := Rebuild(ctx, path, mine, func(ctx context.Context, after uint64, fn func(*fact.Fact) error) error {
		for i := range facts[:20] {
			must(t, fn(&facts[i]))
		}
		return stop
	}, nil)
	if !errors.Is(err, stop) {
		t.Fatalf("rebuild: %v", err)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) != 0 {
		t.Fatalf("left behind: %v", left)
	}
	if have := sound(t, path, mine).Applied(); have.Seq != uint64(len(facts)) {
		t.Fatalf("old file reaches %v", have)
	}
}

func TestRebuildGoesOnWhereSellingWentMeanwhile(t *testing.T) {
	facts := booktest.Days(17, 2, 40)
	half := len(facts) / 2
	src := tape(facts[:half])
	var told []uint64
	b, err := Rebuild(ctx, newPath(t), mine, src.Each, func(seq uint64) {
		told = append(told, seq)
		if seq == uint64(half) {
			src.Append(facts[half:]...)
		}
	})
	must(t, err)
	keepSound(t, b)
	if b.Applied().Seq != uint64(half) || len(told) == 0 || told[len(told)-1] != uint64(half) {
		t.Fatalf("rebuilt to %v, told %v", b.Applied(), told)
	}
	if err := b.Follow(ctx, once{src}); !errors.Is(err, errIdle) {
		t.Fatal(err)
	}
	same(t, b, rebuilt(t, facts))
}

func TestFirstFileAppearsWholeOrNotAtAll(t *testing.T) {
	path := newPath(t)
	must(t, os.WriteFile(path+".new", []byte("left by a power cut"), 0o600))
	b := sound(t, path, mine)
	if b.Applied() != (fact.Head{Epoch: 1}) {
		t.Fatalf("a new book has applied %v", b.Applied())
	}
	if _, err := os.Stat(path + ".new"); !os.IsNotExist(err) {
		t.Fatal("the temporary file is still there")
	}
}
