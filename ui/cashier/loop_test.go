package cashier_test

import (
	"testing"
	"time"

	"wendan/store/act"
	"wendan/store/menu"
	"wendan/store/staff"
	"wendan/ui/cashier"
	"wendan/ui/cashier/cashiertest"
)

// TestThreeHundredSalesOnRealGoroutinesAreNeitherLostNorDoubled runs the model as the screen does: acts and saves
// elsewhere, answers back through one queue. Under the race detector it also proves that nothing is shared.
func TestThreeHundredSalesOnRealGoroutinesAreNeitherLostNorDoubled(t *testing.T) {
	reg := cashiertest.New(menu.Demo(), noon)
	queue := make(chan func(), 1024)
	m := cashier.NewModel(reg.Doors(), cashier.Loop{
		Go:   func(f func()) { go f() },
		Post: func(f func()) { queue <- f },
		After: func(d time.Duration, f func()) func() {
			timer := time.AfterFunc(d/20, func() { queue <- f })
			return func() { timer.Stop() }
		},
		Now: time.Now,
	})
	wait := func(what string, done func() bool) {
		t.Helper()
		limit := time.After(20 * time.Second)
		for !done() {
			select {
			case f := <-queue:
				f()
			case <-time.After(2 * time.Millisecond): // something elsewhere may have finished
			case <-limit:
				t.Fatalf("no %s", what)
			}
		}
	}
	m.ChoosePerson(m.People()[0])
	m.SignIn("1234")
	wait("sign-in", func() bool { return m.Me() != nil })
	lost := 0
	reg.Edit(func(r *cashiertest.Register) {
		r.Lose = func(act.Act) error { // every seventh answer is lost on its way
			if lost++; lost%7 == 0 {
				return errLost
			}
			return nil
		}
	})
	for n := 1; n <= 300; n++ {
		m.Tap(pork)
		m.StartPay()
		m.TakeCash(10000)
		m.TakeCash(10000)
		wait("answer", func() bool { return m.Payment() == nil && m.Lines() == 0 })
		if m.Last() == nil || m.Last().Number.N != uint64(n) {
			t.Fatalf("sale %d is shown as %+v", n, m.Last())
		}
	}
	m.Tap(shreds)
	wait("saved cart", func() bool {
		kept := reg.Kept()
		return len(kept) == 1 && len(kept[0].Items) == 1 && kept[0].Items[0].Dish == shreds
	})
	if v := reg.Look(); v.Settled != 300 || v.Turnover != 300*5800 {
		t.Errorf("%d sales of %s", v.Settled, v.Turnover)
	}
}

func TestARegisterThatKnowsNobodyAsksForThePIN(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.reg.Answer = func(act.Act) (act.Answer, error, bool) { return act.Answer{}, staff.ErrSignedOut, true }
	b.Place()
	b.settle()
	if b.Page() != cashier.PageSign || b.Lines() != 1 {
		t.Errorf("page %d with %d lines", b.Page(), b.Lines())
	}
	b.saidFault(t, staff.ErrSignedOut)
}
