package cashier

import (
	"strings"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
)

// PayState is how far a payment is.
type PayState uint8

// Payment states.
const (
	PayOpen    PayState = 1 // the cashier enters tenders
	PaySaving  PayState = 2 // on its way to the till
	PayUnknown PayState = 3 // no answer: asked again with the same key
)

// Payment is the payment page: of the current order, or of an order placed before.
type Payment struct {
	Order   *order.Order // placed before and unpaid, or nil for the current cart
	Total   money.Amount
	Due     money.Amount // before the tenders
	Tenders []pay.Tender
	Entry   string  // amount being typed, decimal
	Ref     string  // reference for the next tender that is not cash
	Hint    pay.Way // way that a scanned payment code belongs to, or 0
	State   PayState
	Tries   int
	Fault   *fault.Error

	cart  *cart
	key   fact.Key
	act   act.Act
	aside bool // left while its outcome was not known
}

// Saving reports whether the till has the payment and nothing may be changed.
func (p *Payment) Saving() bool { return p.State != PayOpen }

// Rest is what is still to pay after the tenders so far.
func (p *Payment) Rest() money.Amount {
	rest := p.Due
	for _, t := range p.Tenders {
		rest -= t.Given
	}
	return max(0, rest)
}

// Typed is the amount in the keypad.
func (p *Payment) Typed() (money.Amount, bool) {
	if p.Entry == "" {
		return 0, false
	}
	a, err := money.Parse(strings.TrimSuffix(p.Entry, "."))
	return a, err == nil && a > 0
}

// Change is what cash of the typed amount would give back.
func (p *Payment) Change() money.Amount {
	if a, ok := p.Typed(); ok {
		return max(0, a-p.Rest())
	}
	return 0
}

// Notes proposes what a guest may hand over.
func (p *Payment) Notes() []money.Amount { return money.NextNotes(p.Rest(), 4) }

// Payment is the open payment, or nil.
func (m *Model) Payment() *Payment { return m.pay }

// StartPay opens the payment page for the current order.
func (m *Model) StartPay() {
	m.change(func() {
		m.seen()
		if m.me == nil || m.pay != nil || m.busy[m.cur.Key] {
			return
		}
		if a := m.cur.unsettled; a != nil {
			p := &Payment{cart: m.cur, key: m.cur.Key, act: *a, Total: m.bill.Total, Due: m.bill.Total, State: PayUnknown}
			m.pay = p
			m.turn(PagePay)
			m.again(p)
			return
		}
		if !m.editable() || !m.sellable() {
			return
		}
		m.pay = &Payment{cart: m.cur, key: m.cur.Key, Total: m.bill.Total, Due: m.bill.Total, State: PayOpen}
		m.turn(PagePay)
		m.touch(PartPay)
	})
}

// sellable refuses an order that the till would refuse, with the same words.
func (m *Model) sellable() bool {
	c := m.cur.Cart
	if _, err := c.Freeze(m.view.Menu); err != nil {
		m.fail(err)
		return false
	}
	for i := range c.Items {
		d, _ := m.view.Menu.Dish(c.Items[i].Dish)
		if err := m.view.Limits.Check(d, m.counts[d.ID]); err != nil {
			m.selected = i
			m.touch(PartLines)
			m.fail(err)
			return false
		}
	}
	return true
}

// PayOrder opens the payment page for an order placed before.
func (m *Model) PayOrder(o *order.Order) {
	m.change(func() {
		if m.me == nil || m.pay != nil && m.pay.Saving() || o.Paid() {
			return
		}
		if !m.view.DayOpen {
			m.Go(PageDay)
			return
		}
		due := o.Bill().Due
		m.pay = &Payment{Order: o, key: m.doors.Till.NewKey(), Total: o.Bill().Total, Due: due, State: PayOpen}
		m.turn(PagePay)
		m.touch(PartPay)
	})
}

func (m *Model) paying(f func(p *Payment)) {
	m.change(func() {
		if p := m.pay; p != nil && !p.Saving() {
			p.Fault = nil
			f(p)
			m.touch(PartPay)
		}
	})
}

// TypePay takes a key of the payment keypad.
func (m *Model) TypePay(code string) {
	m.paying(func(p *Payment) {
		switch code {
		case keyBack:
			if p.Entry != "" {
				p.Entry = p.Entry[:len(p.Entry)-1]
			}
		case keyClear:
			p.Entry = ""
		case "+50", "+100":
			add := 50 * money.Yuan
			if code == "+100" {
				add = 100 * money.Yuan
			}
			if a, _ := p.Typed(); a+add <= pay.MaxTender {
				p.Entry = strings.TrimSuffix((a + add).String(), ".00")
			}
		default:
			next := p.Entry + code
			if next[0] == '.' {
				next = "0" + next
			}
			if len(next) > 1 && next[0] == '0' && next[1] != '.' {
				next = strings.TrimLeft(next, "0")
			}
			if next == "" {
				next = "0"
			}
			if a, err := money.Parse(strings.TrimSuffix(next, ".")); err != nil || a > pay.MaxTender || strings.Count(next, ".") > 1 {
				return
			}
			p.Entry = next
		}
	})
}

// SetRef sets the reference of the next tender that is not cash.
func (m *Model) SetRef(ref string) { m.paying(func(p *Payment) { p.Ref = strings.TrimSpace(ref) }) }

// Untake takes back the i-th tender.
func (m *Model) Untake(i int) {
	m.paying(func(p *Payment) {
		if i >= 0 && i < len(p.Tenders) {
			p.Tenders = append(p.Tenders[:i:i], p.Tenders[i+1:]...)
		}
	})
}

// TakeWay takes the typed amount, or all that is left, by a way. When nothing is left the payment is sent.
func (m *Model) TakeWay(w pay.Way) {
	m.paying(func(p *Payment) {
		a, ok := p.Typed()
		if !ok {
			a = p.Rest()
		}
		m.take(p, pay.Tender{Way: w, Given: a})
	})
}

// TakeCash takes a sum in cash, such as the next note.
func (m *Model) TakeCash(a money.Amount) {
	m.paying(func(p *Payment) { m.take(p, pay.Tender{Way: pay.Cash, Given: a}) })
}

func (m *Model) take(p *Payment, t pay.Tender) {
	rest := p.Rest()
	tenders := append([]pay.Tender(nil), p.Tenders...)
	if t.Way == pay.Cash {
		for i := range tenders { // cash is one sum, however often the guest adds a note
			if tenders[i].Way == pay.Cash {
				t.Given += tenders[i].Given
				rest += tenders[i].Given
				tenders = append(tenders[:i], tenders[i+1:]...)
				break
			}
		}
	} else {
		if t.Given > rest { // even beside cash: only cash gives change
			p.Fault = pay.ErrOver.With(t.Way.Label(), rest.String())
			m.beep(SoundError)
			return
		}
		t.Ref = p.Ref
	}
	tenders = append(tenders, t)
	if _, err := pay.Settle(p.Due, tenders); err != nil && fault.Code(err) != pay.ErrShort.Code {
		p.Fault = fault.Of(err)
		m.beep(SoundError)
		return
	}
	if t.Given < rest {
		p.Tenders, p.Entry, p.Ref, p.Hint = tenders, "", "", 0
		return
	}
	m.submit(p, tenders)
}
