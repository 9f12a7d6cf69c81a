package till

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/faultfs"
	"wendan/store/journal"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/shift"
	"wendan/store/staff"
)

// acked is what a caller was told, kept in the record of the file system.
type acked struct {
	head fact.Head // of the last fact of the act
	key  fact.Key
}

// commitEarly is the broken twin of commit: it answers before it writes.
func (t *Till) commitEarly() {
	defer t.stopped.Done()
	for b := range t.write {
		t.publish(b)
		time.Sleep(time.Millisecond)
		var err error
		switch {
		case len(b.facts) == 0:
		case b.roll:
			err = t.journal.Roll(b.facts)
		default:
			err = t.journal.Append(b.facts)
		}
		if err != nil {
			panic(err)
		}
	}
}

// mixedDay does a short day with every kind of act and tells after each act what was answered.
func mixedDay(t *testing.T, ti *Till, clock *handClock, tell func(act.Act, act.Answer, error)) {
	t.Helper()
	do := func(by act.By, i act.Intent) act.Answer {
		a := act.Act{Key: ti.NewKey(), By: by, Intent: i}
		got, err := ti.Do(context.Background(), a)
		tell(a, got, err)
		clock.pass(time.Second)
		return got
	}
	cash := func(n money.Amount) []pay.Tender { return []pay.Tender{{Way: pay.Cash, Given: n}} }
	do(screen, staff.SignIn{Person: cashier, PIN: "1234"})
	for _, day := range []fact.Day{20261122, 20261123} {
		do(tool, shift.OpenDay{Day: day})
		do(screen, order.Place{Cart: cart(chicken(2)), Tender: cash(10000)})
		left := int32(5)
		do(tool, menu.SetLimit{Dish: 103, Left: &left})
		open := do(screen, order.Place{Cart: cart(order.Item{Dish: 102, Qty: 1, Methods: []uint16{1, 3}})})
		clock.step(-time.Hour)
		do(screen, order.Place{Cart: cart(order.Item{Dish: 103, Size: 1, Qty: 2}), Tender: cash(2000)})
		do(screen, order.Pay{Number: open.Order, Tender: []pay.Tender{{Way: pay.WeChat, Given: 1000}, {Way: pay.Cash, Given: 5000}}})
		do(screen, shift.OpenDrawer{Reason: shift.NoSale})
		do(act.By{Source: fact.SourceSystem}, order.Confirm{Printed: order.Printed{Job: order.Job{Epoch: 1, Seq: 5, Slip: 1}, Outcome: order.Proven}})
		m := testMenu()
		m.Dishes[0].Price += money.Amount(day % 100)
		do(tool, menu.Import{Menu: *m})
		do(tool, shift.CloseDay{})
		clock.pass(24 * time.Hour)
	}
	do(screen, staff.SignOut{Person: cashier})
}

// crashes runs a mixed day on a recording file system and opens the till after every power cut. It returns how many
// states there were and the first promise broken.
func crashes(t *testing.T, commit func(*Till), random int) (int, error) {
	t.Helper()
	clock := newHandClock()
	rec, err := faultfs.New(faultfs.NewMem())
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Dir: "/till", FS: rec, Clock: clock, Journal: journal.Options{WitnessEvery: -1, Step: 1 << 16}}
	cfg.fill()
	if err := rec.MkdirAll("/till"); err != nil {
		t.Fatal(err)
	}
	j, err := create(cfg, setup())
	if err != nil {
		t.Fatal(err)
	}
	ti, err := start(cfg, j, commit)
	if err != nil {
		t.Fatal(err)
	}
	rec.Mark(acked{head: ti.Head()})
	mixedDay(t, ti, clock, func(a act.Act, got act.Answer, err error) {
		if err != nil {
			t.Fatalf("%s: %v", a.Intent.Act(), err)
		}
		rec.Mark(acked{head: ti.Head(), key: a.Key})
	})
	if err := ti.Close(); err != nil {
		t.Fatal(err)
	}
	return rec.Crashes(faultfs.Crash{Seed: 7, Random: random}, func(s faultfs.State) error {
		if len(s.Marks) == 0 {
			return nil // nothing was promised yet; the journal's own suite looks at creation
		}
		if err := survives(s, clock); err != nil {
			return fmt.Errorf("%v: %w", s, err)
		}
		return nil
	})
}

// survives opens what a power cut left and looks for everything that was acknowledged, then sells once more.
func survives(s faultfs.State, clock *handClock) error {
	cfg := Config{Dir: "/till", FS: s.FS, Clock: clock, Journal: journal.Options{WitnessEvery: -1, Step: 1 << 16}}
	ti, _, err := Open(cfg)
	if err != nil {
		return err
	}
	defer ti.Close()
	hashes := map[uint64]fact.Hash{}
	replayed, err := Replay(context.Background(), 1, func(ctx context.Context, after uint64, fn func(*fact.Fact) error) error {
		return ti.Journal().Iterate(ctx, after, func(f *fact.Fact) error {
			hashes[f.Seq] = f.Hash
			return fn(f)
		})
	})
	if err != nil {
		return err
	}
	for _, m := range s.Marks {
		if a := m.(acked); hashes[a.head.Seq] != a.head.Hash {
			return fmt.Errorf("fact %d was acknowledged and is gone or altered", a.head.Seq)
		}
	}
	if replayed.Head != ti.Head() {
		return fmt.Errorf("replay ends at %v, the till at %v", replayed.Head, ti.Head())
	}
	if !replayed.DayOpen {
		return nil
	}
	by := act.By{Staff: cashier, Source: fact.SourceLAN}
	got, err := ti.Do(context.Background(), act.Act{By: by, Intent: order.Place{Cart: cart(chicken(1)), Tender: []pay.Tender{{Way: pay.Cash, Given: 10000}}}})
	if err == nil && got.Order.N != replayed.Orders+1 {
		err = fmt.Errorf("next order is %v after %d", got.Order, replayed.Orders)
	}
	return err
}

func TestEveryAcknowledgedActSurvivesEveryPowerCut(t *testing.T) {
	n, err := crashes(t, (*Till).commit, 40)
	if err != nil {
		t.Fatal(err)
	}
	if n < 400 {
		t.Fatalf("only %d crash states were looked at", n)
	}
	t.Logf("%d distinct crash states", n)
}

func TestAnsweringBeforeTheCommitIsCaught(t *testing.T) {
	if n, err := crashes(t, (*Till).commitEarly, 4); err == nil {
		t.Fatalf("the broken twin passed %d crash states", n)
	}
}

func TestEveryFailingOperationIsSettledWithoutLossOrDouble(t *testing.T) {
	made := faultfs.NewMem()
	made.MkdirAll("/till")
	ti, err := Create(Config{Dir: "/till", FS: made, Clock: newHandClock(), Journal: journal.Options{WitnessEvery: -1, Step: 1 << 14}}, setup())
	if err != nil {
		t.Fatal(err)
	}
	if err := ti.Close(); err != nil {
		t.Fatal(err)
	}
	for _, what := range faultfs.Failures {
		n := 1
		for failingDay(t, made.Clone(), what, n) {
			n++
		}
		if n < 10 {
			t.Fatalf("failure %v was hit only %d times", what, n)
		}
	}
}

// failingDay lets the n-th operation of a mixed day fail and reports whether it was reached.
func failingDay(t *testing.T, disk *faultfs.Mem, what faultfs.Failure, n int) bool {
	t.Helper()
	clock := newHandClock()
	rec, err := faultfs.New(disk, "/till")
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Dir: "/till", FS: rec, Clock: clock, Journal: journal.Options{WitnessEvery: -1, Step: 1 << 14}}
	ti, _, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	type told struct {
		act    act.Act
		answer act.Answer
		err    error
	}
	var all []told
	rec.FailAt(n, what, false)
	mixedDay(t, ti, clock, func(a act.Act, got act.Answer, err error) {
		if err != nil { // as a person does: press again, same key
			got, err = ti.Do(context.Background(), a)
		}
		all = append(all, told{a, got, err})
	})
	err = ti.Close()
	hit := rec.Hit()
	if err != nil && !hit {
		t.Fatal(err)
	}
	rec.FailAt(0, what, false)
	ti, _, err = Open(cfg)
	if err != nil {
		t.Fatalf("%v at operation %d: %v", what, n, err)
	}
	defer ti.Close()
	count := map[fact.Key]int{}
	_, err = Replay(context.Background(), 1, func(ctx context.Context, after uint64, fn func(*fact.Fact) error) error {
		return ti.Journal().Iterate(ctx, after, func(f *fact.Fact) error {
			if f.Off == 0 && f.Key != (fact.Key{}) {
				count[f.Key]++
			}
			return fn(f)
		})
	})
	if err != nil {
		t.Fatalf("%v at operation %d: %v", what, n, err)
	}
	for _, a := range all {
		switch c := count[a.act.Key]; {
		case a.err == nil && c != 1:
			t.Fatalf("%v at operation %d: %s was answered and stands %d times", what, n, a.act.Intent.Act(), c)
		case c > 1:
			t.Fatalf("%v at operation %d: %s stands %d times", what, n, a.act.Intent.Act(), c)
		case a.err != nil && !errors.Is(a.err, journal.ErrDiskFull) && hit:
			t.Fatalf("%v at operation %d: %s still fails when repeated: %v", what, n, a.act.Intent.Act(), a.err)
		}
	}
	return hit
}
