package till

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/faultfs"
	"wendan/store/journal"
	"wendan/store/order"
	"wendan/store/shift"
	"wendan/store/staff"
)

// still is a till whose goroutines do not run: the test does their work step by step.
func still(t *testing.T) *Till {
	t.Helper()
	cfg := Config{Dir: t.TempDir(), Clock: newHandClock()}
	cfg.fill()
	j, err := create(cfg, setup())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	state, err := load(j)
	if err != nil {
		t.Fatal(err)
	}
	return &Till{cfg: cfg, journal: j, durable: state, decided: state.clone(), watchers: map[chan struct{}]bool{}, resume: make(chan struct{}, 1)}
}

func (t *Till) asked(tt *testing.T, a act.Act) *request {
	tt.Helper()
	p, again, err := t.prepare(context.Background(), a)
	if err != nil || again.First != 0 {
		tt.Fatalf("prepared: %+v, %v", again, err)
	}
	return &request{prepared: p, done: make(chan outcome, 1)}
}

// commitNow decides and writes one act.
func (t *Till) commitNow(tt *testing.T, a act.Act) act.Answer {
	tt.Helper()
	r := t.asked(tt, a)
	b := t.take(&batch{}, r)
	write := t.journal.Append
	if b.roll {
		write = t.journal.Roll
	}
	if err := errors.Join(write(b.facts), t.publish(b)); err != nil {
		tt.Fatal(err)
	}
	o := <-r.done
	if o.err != nil {
		tt.Fatal(o.err)
	}
	return o.answer
}

func (t *Till) openNow(tt *testing.T, day fact.Day) {
	tt.Helper()
	t.commitNow(tt, act.Act{By: tool, Intent: shift.OpenDay{Day: day}})
	t.commitNow(tt, act.Act{By: screen, Intent: staff.SignIn{Person: cashier, PIN: "1234"}})
}

func TestRepeatedSaleInAGroupThatFailsIsStillAnsweredAsSaved(t *testing.T) {
	for _, failed := range []error{journal.ErrDiskFull, journal.ErrUnsettled} {
		ti := still(t)
		ti.openNow(t, 20261122)
		first := sale(ti)
		saved := ti.commitNow(t, first)
		repeated, fresh := ti.asked(t, first), ti.asked(t, sale(ti))
		repeated.again, fresh.again = true, true // both lost a group before
		b := ti.take(ti.take(&batch{}, repeated), fresh)
		ti.recover(failure{b, failed}, &batch{})
		if o := <-repeated.done; o.err != nil || !o.answer.Again || o.answer.Order != saved.Order {
			t.Fatalf("%v: the saved sale was answered %+v", failed, o)
		}
		if o := <-fresh.done; o.err == nil {
			t.Fatalf("%v: a sale that was never written was answered %+v", failed, o)
		}
	}
}

func TestRepeatedSaleThatMeetsTheNextDayIsNotDecidedAgain(t *testing.T) {
	ti := still(t)
	ti.openNow(t, 20261122)
	first := sale(ti)
	ti.commitNow(t, first)
	repeated := ti.asked(t, first)
	ti.commitNow(t, act.Act{By: tool, Intent: shift.CloseDay{}})
	ti.openNow(t, 20261123)
	b := ti.take(&batch{}, repeated)
	if o := b.waiting[0].outcome; !errors.Is(o.err, ErrUnknown) || len(b.facts) != 0 {
		t.Fatalf("%+v with %d facts", o, len(b.facts))
	}
	if n := ti.decided.Orders; n != 1 {
		t.Fatalf("%d orders", n)
	}
}

func TestTillOpenedOnAFullDiskSellsAgainWhenThereIsSpace(t *testing.T) {
	ti, disk := tillOn(t, func(m *faultfs.Mem) journal.FS { return m }, newHandClock())
	if _, err := ti.Do(context.Background(), sale(ti)); err != nil {
		t.Fatal(err)
	}
	cut := disk.Clone()
	cut.SetLimit(1)
	again, _, err := Open(Config{Dir: "/till", FS: cut, Clock: newHandClock(), Journal: journal.Options{WitnessEvery: -1, Step: 1 << 14}})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if _, err := again.Do(context.Background(), sale(again)); !errors.Is(err, journal.ErrDiskFull) {
		t.Fatalf("on a full disk: %v", err)
	}
	cut.SetLimit(0)
	next := sale(again)
	got, err := again.Do(context.Background(), next)
	if err != nil { // the journal was mended behind it
		got, err = again.Do(context.Background(), next)
	}
	if err != nil || got.Order.N != 2 {
		t.Fatalf("with space again: %+v, %v", got, err)
	}
}

func TestClockSetBackWhileEverybodyIsLockedOutEndsTheDelayInTime(t *testing.T) {
	b := newTill(t)
	try := func(pin string, want error) {
		t.Helper()
		_, err := b.Do(context.Background(), act.Act{Key: b.NewKey(), By: screen, Intent: staff.SignIn{Person: manager, PIN: pin}})
		if !errors.Is(err, want) {
			t.Fatalf("%v instead of %v", err, want)
		}
	}
	for range staff.Free - 1 {
		try("0000", staff.ErrPIN)
	}
	try("0000", staff.ErrWait)
	b.clock.step(-365 * 24 * time.Hour)
	try("8888", staff.ErrWait)
	b.clock.pass(staff.First * time.Millisecond)
	try("8888", nil)
}

func TestCartThatBecameAnOrderIsForgottenOnTheDiskToo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carts")
	sold, held := order.Cart{Key: fact.NewKey(20261122, [12]byte{1})}, order.Cart{Key: fact.NewKey(20261122, [12]byte{2})}
	open := func(known ...fact.Key) []order.Cart {
		c, kept := OpenCarts(path, func(k fact.Key) bool {
			for _, w := range known {
				if k == w {
					return true
				}
			}
			return false
		}, slog.New(slog.DiscardHandler))
		if len(known) == 0 && len(kept) == 0 {
			c.Save([]order.Cart{sold, held})
		}
		c.Close()
		c.Save([]order.Cart{sold}) // a late caller changes nothing
		return kept
	}
	open()
	if kept := open(sold.Key); len(kept) != 1 || kept[0].Key != held.Key {
		t.Fatalf("kept %+v", kept)
	}
	if kept := open(); len(kept) != 1 || kept[0].Key != held.Key {
		t.Fatalf("days later, when no key is known any more: %+v", kept)
	}
}

func TestGuestsNeitherGuessPINsNorSignTheCashierOut(t *testing.T) {
	b := newTill(t)
	b.open(t)
	for _, source := range []fact.Source{fact.SourceGuest, fact.SourceUpstream} {
		by := act.By{Source: source}
		b.refuse(t, by, staff.SignIn{Person: manager, PIN: "0000"}, staff.ErrRight)
		b.refuse(t, by, staff.SignOut{Person: cashier}, staff.ErrRight)
	}
	b.must(t, screen, order.Place{Cart: cart(chicken(1))})
}
