package cashier_test

import (
	"errors"
	"testing"
	"time"

	"wendan/store/act"
	"wendan/store/fault"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/ui/cashier"
	"wendan/ui/cashier/cashiertest"
)

// errLost stands for the till's fault of an outcome nobody knows; its code is the till's.
var errLost = fault.New("till.unknown", "不确定", "not known", "Stands in for the till's own fault, whose package screens must not import.")

func TestACommonSaleTakesDishesPlusTwoTaps(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.StartPay()
	b.TakeWay(pay.WeChat)
	if b.Last() != nil {
		t.Fatal("saved was shown before the till answered")
	}
	b.settle()
	s := b.Last()
	if s == nil || !s.Paid || s.Pickup != "A001" || !s.Fresh || b.Page() != cashier.PageSale || b.Lines() != 0 {
		t.Fatalf("sale %+v, page %d, %d lines", s, b.Page(), b.Lines())
	}
	p := b.places()[0]
	if p.Tender[0] != (pay.Tender{Way: pay.WeChat, Given: 5800}) || p.Expect != 5800 {
		t.Errorf("sent %+v", p)
	}
	if r := b.reg.Rows[0].Order; r.Payments[0].Check != pay.Pending {
		t.Error("a payment recorded by hand is not marked 待核对")
	}
}

func TestCashGivesChangeThatStaysUntilTheNextTap(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.StartPay()
	if notes := b.Payment().Notes(); len(notes) == 0 || notes[len(notes)-1] != 100*money.Yuan {
		t.Errorf("proposed %v for 58.00", notes)
	}
	b.TakeCash(100 * money.Yuan)
	b.settle()
	s := b.Last()
	if s.Change != 4200 || s.Given != 10000 || !s.Fresh {
		t.Fatalf("%+v", s)
	}
	b.Tap(shreds)
	if b.Last().Fresh || b.Lines() != 1 {
		t.Error("the next tap did not end the display and add its dish")
	}
}

func TestTypedCashAndMixedTendersAddUp(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.StartPay()
	p := b.Payment()
	for _, k := range []string{"2", "0", ".", "5"} {
		b.TypePay(k)
	}
	b.TakeWay(pay.Cash) // 20.50 first
	if p.Rest() != 3750 || len(p.Tenders) != 1 || p.Entry != "" {
		t.Fatalf("rest %s, %+v", p.Rest(), p.Tenders)
	}
	b.SetRef("T-9001")
	b.TypePay("3")
	b.TypePay("0")
	b.TakeWay(pay.Card)
	if p.Rest() != 750 || p.Tenders[1].Ref != "T-9001" {
		t.Fatalf("rest %s, %+v", p.Rest(), p.Tenders)
	}
	b.TypePay("9")
	b.TakeWay(pay.Card)
	if p.Fault == nil || p.Fault.Code != pay.ErrOver.Code {
		t.Fatalf("too much by card: %v", p.Fault)
	}
	b.TypePay("clear")
	b.TypePay("1")
	b.TypePay("0")
	b.TakeWay(pay.Cash) // the same cash, one more note
	b.settle()
	if b.Last() == nil || b.Last().Change != 250 || b.Last().Given != 6050 { // 30.50 in cash and 30.00 by card
		t.Fatalf("%+v", b.Last())
	}
	if sent := b.places()[0].Tender; len(sent) != 2 {
		t.Errorf("sent %+v", sent)
	}
}

func TestACardNumberIsNeverSentAsReference(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.StartPay()
	b.SetRef("4111 1111 1111 1111")
	b.TakeWay(pay.Card)
	b.settle()
	if len(b.places()) != 0 || b.Payment().Fault.Code != pay.ErrRef.Code {
		t.Errorf("sent %v, fault %v", b.places(), b.Payment().Fault)
	}
}

func TestAThousandDoubleTapsSubmitEachOrderOnce(t *testing.T) {
	b := open(t, nil)
	for range 1000 {
		b.Tap(pork)
		b.StartPay()
		b.TakeWay(pay.Alipay)
		b.TakeWay(pay.Alipay)
		b.TakeCash(10000)
		b.StartPay()
		b.Place()
		b.settle()
	}
	keys := map[string]int{}
	for _, a := range b.reg.Calls("order.place") {
		keys[a.Key.String()]++
	}
	if len(keys) != 1000 || len(b.reg.Rows) != 1000 || len(b.places()) != 1000 {
		t.Errorf("%d keys, %d calls, %d orders", len(keys), len(b.places()), len(b.reg.Rows))
	}
}

func TestPlacingTwiceSendsOnce(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.Place()
	b.Place()
	b.Tap(shreds) // locked while on its way
	if b.Lines() != 1 {
		t.Error("an order on its way was changed")
	}
	b.settle()
	b.follow()
	if len(b.places()) != 1 || b.Last().Paid || len(b.Shop().Open) != 1 {
		t.Errorf("%d calls, %+v", len(b.places()), b.Last())
	}
	b.PayOrder(b.Shop().Open[0])
	b.TakeCash(b.Payment().Rest())
	b.settle()
	b.follow()
	if len(b.reg.Calls("order.pay")) != 1 || len(b.Shop().Open) != 0 || !b.Last().Paid {
		t.Errorf("open %d, last %+v", len(b.Shop().Open), b.Last())
	}
}

func TestARefusalKeepsEverythingAndSaysWhy(t *testing.T) {
	b := open(t, func(r *cashiertest.Register) {
		r.Answer = func(a act.Act) (act.Answer, error, bool) {
			return act.Answer{}, menu.ErrSoldOut.With("稳单红烧肉"), a.Intent.Act() == "order.place"
		}
	})
	b.Tap(pork)
	b.StartPay()
	b.TakeWay(pay.WeChat)
	b.settle()
	p := b.Payment()
	if p == nil || p.Saving() || p.Fault.Code != menu.ErrSoldOut.Code || b.Lines() != 1 || b.Last() != nil {
		t.Fatalf("payment %+v", p)
	}
	b.reg.Answer = nil
	b.TakeWay(pay.WeChat)
	b.settle()
	calls := b.reg.Calls("order.place")
	if b.Last() == nil || len(calls) != 2 || calls[0].Key != calls[1].Key {
		t.Error("the order could not be sent again under its key")
	}
}

func TestALostAnswerIsAskedAgainWithTheSameKeyAndNeverDoubled(t *testing.T) {
	lost := 0
	b := open(t, nil)
	b.reg.Lose = func(a act.Act) error {
		if lost++; lost <= 1 && a.Intent.Act() == "order.place" {
			return errLost
		}
		return nil
	}
	b.Tap(pork)
	b.StartPay()
	b.TakeCash(5800)
	b.settle()
	if p := b.Payment(); p == nil || p.State != cashier.PayUnknown || b.Last() != nil {
		t.Fatalf("payment %+v", p)
	}
	b.Tap(shreds)
	if b.Lines() != 1 {
		t.Error("an order of unknown outcome was changed")
	}
	b.pass(2 * time.Second)
	calls := b.reg.Calls("order.place")
	if b.Last() == nil || len(b.reg.Rows) != 1 || len(calls) != 2 || calls[0].Key != calls[1].Key || act.Sum(calls[0].Intent) != act.Sum(calls[1].Intent) {
		t.Errorf("%d orders after %d calls", len(b.reg.Rows), len(calls))
	}
}

func TestARefusalThatNeverLookedAtTheKeyLeavesAnUnknownOutcomeUnknown(t *testing.T) {
	storage := fault.Rebuild(fault.Internal, nil, "")
	storage.Code = "till.storage" // what the till says while its disk is gone
	tries := 0
	b := open(t, nil)
	b.reg.Lose = func(a act.Act) error {
		if a.Intent.Act() == "order.place" && tries == 1 {
			return errLost // recorded, and the answer lost
		}
		return nil
	}
	b.reg.Answer = func(a act.Act) (act.Answer, error, bool) {
		if a.Intent.Act() == "order.place" {
			tries++
		}
		return act.Answer{}, storage, tries == 2
	}
	b.Tap(pork)
	b.StartPay()
	b.TakeCash(5800)
	b.settle()
	b.pass(2 * time.Second)
	if p := b.Payment(); p == nil || p.State != cashier.PayUnknown {
		t.Fatalf("after a refusal of the storage: %+v", p)
	}
	b.pass(time.Minute)
	calls := b.reg.Calls("order.place")
	if b.Last() == nil || len(b.reg.Rows) != 1 || len(calls) != 3 || calls[0].Key != calls[2].Key {
		t.Errorf("%d orders after %d calls", len(b.reg.Rows), len(calls))
	}
}

func TestSellingGoesOnBesideAnUnknownOutcome(t *testing.T) {
	b := open(t, nil)
	silent := true
	b.reg.Answer = func(a act.Act) (act.Answer, error, bool) {
		p, ok := a.Intent.(order.Place)
		return act.Answer{}, errors.New("no answer"), silent && ok && p.Cart.Items[0].Dish == pork
	}
	b.Tap(pork)
	b.StartPay()
	b.TakeCash(5800)
	b.settle()
	b.Aside()
	if b.Page() != cashier.PageSale || b.HeldCount() != 1 || b.Lines() != 0 {
		t.Fatalf("page %d, %d held", b.Page(), b.HeldCount())
	}
	b.Tap(shreds)
	b.StartPay()
	b.TakeWay(pay.Card)
	b.settle()
	if len(b.reg.Rows) != 1 {
		t.Fatal("the next guest could not pay")
	}
	silent = false
	b.pass(time.Minute)
	if len(b.reg.Rows) != 2 || b.HeldCount() != 0 {
		t.Errorf("%d orders, %d held", len(b.reg.Rows), b.HeldCount())
	}
}

func TestAChangedPriceIsShownAndAskedAgain(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.StartPay()
	dear := *menu.Demo()
	dear.Dishes = append([]menu.Dish(nil), dear.Dishes...)
	for i := range dear.Dishes {
		if dear.Dishes[i].ID == pork {
			dear.Dishes[i].Price = 6000
		}
	}
	b.reg.Edit(func(r *cashiertest.Register) { r.View.Menu = dear.Index() })
	b.TakeCash(5800)
	b.settle()
	p := b.Payment()
	if p == nil || p.Due != 6000 || p.Fault.Code != order.ErrPriceChanged.Code || len(b.reg.Rows) != 0 {
		t.Fatalf("payment %+v", p)
	}
	b.TakeCash(6000)
	b.settle()
	if len(b.reg.Rows) != 1 || b.Last().Total != 6000 {
		t.Errorf("%d orders, last %+v", len(b.reg.Rows), b.Last())
	}
}

func TestTheDrawerOpensOncePerAsking(t *testing.T) {
	b := open(t, nil)
	b.OpenDrawer()
	b.settle()
	if len(b.reg.Calls("drawer.open")) != 0 {
		t.Error("the drawer opened unasked")
	}
	b.AskDrawer()
	b.OpenDrawer()
	b.OpenDrawer()
	b.settle()
	b.OpenDrawer()
	b.settle()
	if n := len(b.reg.Calls("drawer.open")); n != 1 {
		t.Errorf("the drawer opened %d times", n)
	}
}

func TestStorageTroubleStaysInTheBannerUntilItIsOver(t *testing.T) {
	b := open(t, nil)
	trouble := fault.New("till.storage", "磁盘故障", "disk trouble", "Stands in for the till's own fault.")
	b.reg.Answer = func(a act.Act) (act.Answer, error, bool) { return act.Answer{}, trouble, true }
	b.Tap(pork)
	b.Place()
	b.settle()
	if a := b.Alarm(); a == nil || a.Grade != cashier.GradeBad || b.Lines() != 1 {
		t.Fatalf("alarm %+v, %d lines", a, b.Lines())
	}
	b.reg.Answer = nil
	b.Place()
	b.settle()
	if b.Alarm() != nil || b.Last() == nil {
		t.Errorf("alarm %+v after the disk is well", b.Alarm())
	}
}
