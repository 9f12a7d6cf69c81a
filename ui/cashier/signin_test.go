package cashier_test

import (
	"strings"
	"testing"
	"time"

	"wendan/store/act"
	"wendan/store/shift"
	"wendan/store/staff"
	"wendan/ui/cashier"
	"wendan/ui/cashier/cashiertest"
)

func TestAWrongPINSaysSoAndLetsTryAgain(t *testing.T) {
	b := closed(t, nil)
	b.SignIn("1234") // nobody chosen
	b.settle()
	if len(b.reg.Acts) != 0 {
		t.Fatal("a PIN went out for nobody")
	}
	b.ChoosePerson(b.People()[0])
	b.SignIn("9999")
	b.SignIn("9999") // still being checked
	b.settle()
	if b.Me() != nil || b.Sign().Fault == nil || b.Sign().Fault.Code != staff.ErrPIN.Code || len(b.reg.Acts) != 1 {
		t.Fatalf("sign %+v after %d tries", b.Sign(), len(b.reg.Acts))
	}
	b.SignIn("1234")
	b.settle()
	if b.Me() == nil || b.Page() != cashier.PageSale {
		t.Error("the right PIN was refused")
	}
}

func TestADelayCountsDownAndKeepsThePadClosed(t *testing.T) {
	b := closed(t, nil)
	b.reg.Answer = func(a act.Act) (act.Answer, error, bool) {
		return act.Answer{}, staff.ErrWait.With(int64(30)), a.Intent.Act() == "staff.sign_in"
	}
	b.ChoosePerson(b.People()[0])
	b.SignIn("0001")
	b.settle()
	if b.Wait() != 30 {
		t.Fatalf("wait %d", b.Wait())
	}
	b.pass(12 * time.Second)
	b.SignIn("1234")
	b.settle()
	if b.Wait() != 18 || len(b.reg.Acts) != 1 {
		t.Errorf("wait %d after %d tries", b.Wait(), len(b.reg.Acts))
	}
	b.reg.Answer = nil
	b.pass(18 * time.Second)
	b.SignIn("1234")
	b.settle()
	if b.Me() == nil {
		t.Error("after the delay the right PIN was refused")
	}
}

func TestLockingAndSigningOutKeepTheOrder(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.Lock()
	b.Tap(pork) // nobody is signed in
	if b.Page() != cashier.PageSign || b.Lines() != 1 || b.qty() != 1 || len(b.reg.Calls("staff.sign_out")) != 0 {
		t.Errorf("page %d, %d portions", b.Page(), b.qty())
	}
	b.ChoosePerson(b.People()[1])
	b.SignIn("8888")
	b.settle()
	b.SignOut()
	b.settle()
	if out := b.reg.Calls("staff.sign_out"); len(out) != 1 || out[0].By.Staff != 2 || b.Lines() != 1 {
		t.Errorf("signed out %+v, %d lines", out, b.Lines())
	}
}

func TestAnUnusualDateIsAskedAboutBeforeTheDayOpens(t *testing.T) {
	b := closed(t, func(r *cashiertest.Register) { r.View.DayOpen = false })
	b.ChoosePerson(b.People()[0])
	b.SignIn("1234")
	b.settle()
	if b.Page() != cashier.PageDay || b.Day().Date != 20261122 {
		t.Fatalf("page %d, day %s", b.Page(), b.Day().Date)
	}
	b.Tap(pork)
	if b.Lines() != 0 {
		t.Error("sold before the day was open")
	}
	b.MoveDate(3)
	b.OpenDay()
	b.settle()
	if b.Day().Ask == nil || b.Day().Ask.Code != shift.ErrDate.Code || b.Shop().DayOpen {
		t.Fatalf("day %+v", b.Day())
	}
	b.OpenDay()
	b.settle()
	calls := b.reg.Calls("day.open")
	if !b.Shop().DayOpen || b.Page() != cashier.PageSale || !calls[1].Intent.(shift.OpenDay).Confirmed {
		t.Errorf("page %d after %d calls", b.Page(), len(calls))
	}
	b.Tap(pork)
	b.Place()
	b.settle()
	if key := b.reg.Calls("order.place")[0].Key; key.Day() != 20261125 {
		t.Errorf("an order of the new day has a key of %s", key.Day())
	}
}

func TestClosingTheDayLeavesTheSellingPage(t *testing.T) {
	b := open(t, nil)
	b.CloseDay()
	b.CloseDay()
	b.settle()
	if b.Page() != cashier.PageDay || len(b.reg.Calls("day.close")) != 1 || b.Day().Date != 20261123 {
		t.Errorf("page %d, %d calls, proposes %s", b.Page(), len(b.reg.Calls("day.close")), b.Day().Date)
	}
}

func TestAnAuthorIsNamedOnEveryAct(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.Place()
	b.settle()
	for _, a := range b.reg.Acts {
		if a.By.Staff != 1 || a.By.Source != 2 {
			t.Errorf("%s is by %+v", a.Intent.Act(), a.By)
		}
	}
	if strings.Contains(b.Toast().Text, "1234") {
		t.Error("a PIN is on the screen")
	}
}
