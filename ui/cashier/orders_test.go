package cashier_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"wendan/devices/ticket"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/ui/cashier"
	"wendan/ui/cashier/cashiertest"
)

func (b *till) sell(n int) {
	for range n {
		b.Tap(pork)
		b.StartPay()
		b.TakeWay(pay.WeChat)
		b.settle()
	}
	b.follow()
}

func TestTodaysOrdersComeNewestFirstInPages(t *testing.T) {
	b := open(t, nil)
	b.sell(95)
	b.ShowTab(cashier.TabToday)
	b.settle()
	l := b.List()
	if len(l.Rows) != 40 || !l.More || l.Rows[0].Order.Number.N != 95 {
		t.Fatalf("%d rows, first %v", len(l.Rows), l.Rows[0].Order.Number)
	}
	b.MoreRows()
	b.MoreRows() // while reading
	b.settle()
	b.MoreRows()
	b.settle()
	if len(l.Rows) != 95 || l.More || l.Rows[94].Order.Number.N != 1 {
		t.Errorf("%d rows, more %v", len(l.Rows), l.More)
	}
}

func TestAnOrderIsFoundPreviewedAndReprinted(t *testing.T) {
	b := open(t, nil)
	b.sell(12)
	b.ShowTab(cashier.TabToday)
	b.settle()
	for _, k := range "A007" {
		b.TypeList(string(k))
		b.settle()
	}
	l := b.List()
	if len(l.Rows) != 1 || b.Picked().Order.Pickup != "A007" || l.Slip != order.ReceiptSlip {
		t.Fatalf("%d rows, picked %+v", len(l.Rows), b.Picked())
	}
	if text := strings.Join(l.Paper, "\n"); !strings.Contains(text, "稳单红烧肉") || strings.Contains(text, "[cut]") {
		t.Errorf("preview:\n%s", text)
	}
	shop := strings.TrimLeft(l.Paper[0], " ") // printed twice as wide, shown at the size of the rest
	if left, right := len(l.Paper[0])-len(shop), 42-ticket.Width(l.Paper[0]); left < right-1 || left > right+1 {
		t.Errorf("the shop's name stands askew: %d blanks before it, %d after", left, right)
	}
	slips := b.Slips()
	b.Preview(slips[1])
	b.settle()
	b.Reprint()
	b.Reprint() // still on its way
	b.settle()
	calls := b.reg.Calls("paper.reprint")
	if len(calls) != 1 || calls[0].Intent.(order.Reprint) != (order.Reprint{Number: l.Rows[0].Order.Number, Slip: slips[1]}) {
		t.Errorf("reprinted %+v", calls)
	}
	b.said(t, "已补打")
	b.Go(cashier.PageSale)
	b.ReprintLast()
	b.settle()
	if n := len(b.reg.Calls("paper.reprint")); n != 2 {
		t.Errorf("%d reprints", n)
	}
}

func TestUnpaidOrdersAreListedAndPaid(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.Place()
	b.settle()
	b.follow()
	b.ShowTab(cashier.TabUnpaid)
	b.settle()
	if len(b.List().Rows) != 1 || b.Picked() == nil {
		t.Fatalf("rows %+v", b.List().Rows)
	}
	if s := b.Slips(); len(s) == 0 || s[0] == order.ReceiptSlip {
		t.Error("an unpaid order offers a receipt")
	}
	o := b.Picked().Order
	b.PayOrder(&o)
	b.TakeWay(pay.Card)
	b.settle()
	b.follow()
	if len(b.Shop().Open) != 0 || b.Page() != cashier.PageSale {
		t.Errorf("open %d, page %d", len(b.Shop().Open), b.Page())
	}
}

// dead is a history whose disk does not answer well.
type dead struct{}

var errRead = fault.New("test.read", "读不出来，请稍后再试", "Cannot be read; try again later", "A stand-in for a book that is being rebuilt.")

func (dead) Orders(context.Context, fact.Day, uint64, int) ([]cashier.Row, error) {
	return nil, errRead
}
func (dead) Find(context.Context, fact.Day, string, int) ([]cashier.Row, error) { return nil, errRead }
func (dead) Preview(context.Context, order.Number, order.Slip) (ticket.Ticket, error) {
	return ticket.Ticket{}, errRead
}

func TestAHistoryThatCannotBeReadSaysWhyAndSellingGoesOn(t *testing.T) {
	b := closed(t, nil)
	doors := b.reg.Doors()
	doors.History = dead{}
	b.Model = cashier.NewModel(doors, b.loop())
	b.ChoosePerson(b.People()[0])
	b.SignIn("1234")
	b.settle()
	b.ShowTab(cashier.TabToday)
	b.settle()
	if f := b.List().Fault; f == nil || f.Code != errRead.Code {
		t.Errorf("fault %v", b.List().Fault)
	}
	b.Go(cashier.PageSale)
	b.sell(1)
	if b.Last() == nil {
		t.Error("selling stopped with the history")
	}
}

func TestTheListFollowsWhatHeadOfficeBooks(t *testing.T) {
	b := open(t, nil)
	b.sell(3)
	b.ShowTab(cashier.TabToday)
	b.settle()
	if b.List().Rows[2].Booked {
		t.Fatal("booked before head office said so")
	}
	b.reg.Edit(func(r *cashiertest.Register) { r.State.Booked = 1000 })
	b.follow()
	b.pass(time.Second)
	for _, r := range b.List().Rows {
		if !r.Booked {
			t.Errorf("%s is not shown as booked", r.Order.Number)
		}
	}
}
