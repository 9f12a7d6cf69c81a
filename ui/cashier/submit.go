package cashier

import (
	"errors"
	"time"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/shift"
)

// Sale is the last order that was saved, for its change, its number and a second copy of its slips.
type Sale struct {
	Number order.Number
	Pickup string
	Total  money.Amount
	Given  money.Amount // what the guest gave in all when there was cash among it, else 0
	Change money.Amount
	Paid   bool // false: 下单, to be paid later
	Fresh  bool // nobody has touched the screen since
}

// Last is the last order saved, or nil.
func (m *Model) Last() *Sale { return m.last }

// seen ends the huge display of the change.
func (m *Model) seen() {
	if m.last != nil && m.last.Fresh {
		m.last.Fresh = false
		m.touch(PartLines)
	}
}

// Busy reports whether the current order is on its way to the till.
func (m *Model) Busy() bool { return m.busy[m.cur.Key] }

// Place sends the current order to the kitchen to be paid later (下单).
func (m *Model) Place() {
	m.change(func() {
		m.seen()
		if m.busy[m.cur.Key] || m.pay != nil || m.cur.unsettled == nil && (!m.editable() || !m.sellable()) {
			return
		}
		p := &Payment{cart: m.cur, key: m.cur.Key, Total: m.bill.Total, Due: m.bill.Total, State: PayOpen}
		if a := m.cur.unsettled; a != nil {
			p.act = *a
			m.send(p)
			return
		}
		m.submit(p, nil)
	})
}

// submit locks the order by its key and sends it. Pressing again while it is on its way does nothing.
func (m *Model) submit(p *Payment, tenders []pay.Tender) {
	if m.busy[p.key] {
		return
	}
	p.act = act.Act{Key: p.key, By: act.By{Staff: m.me.ID, Source: fact.SourceScreen}}
	if p.Order != nil {
		p.act.Intent = order.Pay{Number: p.Order.Number, Tender: tenders}
	} else {
		sent := p.cart.Cart
		sent.Items = append([]order.Item(nil), sent.Items...)
		sent.HeldAt, sent.Label, sent.Staff = 0, "", m.me.ID
		p.act.Intent = order.Place{Cart: sent, Tender: tenders, Expect: p.Total}
	}
	m.send(p)
}

func (m *Model) send(p *Payment) {
	if m.busy[p.key] {
		return
	}
	m.busy[p.key] = true
	p.State = PaySaving
	m.touch(PartPay | PartLines)
	m.doAct(p.act, func(a act.Answer, err error) {
		delete(m.busy, p.key)
		m.touch(PartPay | PartLines)
		switch {
		case err == nil:
			m.finish(p, a)
		case unsettled(err), p.Tries > 0 && undecided(err):
			m.unknown(p, err)
		default:
			m.refused(p, err)
		}
	})
}

// unsettled reports an error after which the act may still have been recorded.
func unsettled(err error) bool {
	var f *fault.Error
	return fault.Code(err) == codeUnknown || !errors.As(err, &f)
}

// undecided reports a refusal that says nothing about an earlier call under the same key: the till never looked at it.
func undecided(err error) bool {
	switch fault.Code(err) {
	case codeStorage, codeClosed, act.ErrKeyUnsettled.Code:
		return true
	}
	return false
}

// tenders are those that an act carries.
func tenders(a act.Act) []pay.Tender {
	switch in := a.Intent.(type) {
	case order.Place:
		return in.Tender
	case order.Pay:
		return in.Tender
	}
	return nil
}

// finish shows what was saved and begins the next order.
func (m *Model) finish(p *Payment, a act.Answer) {
	s := &Sale{Number: a.Order, Pickup: a.Pickup, Total: p.Total, Change: a.Change, Paid: p.Order != nil || len(tenders(p.act)) > 0, Fresh: true}
	var given money.Amount
	cash := false
	for _, t := range tenders(p.act) {
		given += t.Given
		cash = cash || t.Way == pay.Cash
	}
	if cash {
		s.Given = given
	}
	if p.Order != nil {
		s.Number, s.Pickup = p.Order.Number, p.Order.Pickup
	}
	m.last = s
	if p.cart != nil {
		p.cart.unsettled = nil
		m.drop(p.cart)
	}
	if m.pay == p {
		m.pay = nil
		m.turn(m.home())
	}
	m.beep(SoundDone)
	m.touch(PartLines | PartCounts)
}

// drop removes a cart whose order was saved.
func (m *Model) drop(c *cart) {
	if c == m.cur {
		m.fresh(order.DineIn)
		return
	}
	for i := range m.held {
		if m.held[i] == c {
			m.held = append(m.held[:i:i], m.held[i+1:]...)
			break
		}
	}
	m.save()
	m.touch(PartCounts)
}

// refused shows why nothing was recorded and keeps everything for another try.
func (m *Model) refused(p *Payment, err error) {
	p.State, p.Fault, p.Tries = PayOpen, fault.Of(err), 0
	if p.cart != nil {
		p.cart.unsettled = nil
	}
	switch fault.Code(err) {
	case order.ErrPriceChanged.Code:
		m.reprice(p)
	case act.ErrKeyReused.Code: // the cashier was told to look; another try is another order
		p.key = m.doors.Till.NewKey()
		if p.cart != nil {
			p.cart.Key = p.key
			m.save()
		}
	}
	m.beep(SoundError)
	if m.pay != p {
		m.fail(err)
	}
}

// reprice takes the menu in force and shows the new total; the last tender must be given again.
func (m *Model) reprice(p *Payment) {
	m.view = m.doors.Shop.Look()
	m.catalogue()
	m.freezeAll()
	m.touch(PartLines | PartTiles | PartRail)
	if p.cart == m.cur {
		p.Total, p.Due = m.bill.Total, m.bill.Total
	}
}

// unknown asks again by itself, with the same key and the same body, until the till knows.
func (m *Model) unknown(p *Payment, err error) {
	p.State, p.Fault = PayUnknown, fault.Of(err)
	p.Tries++
	if p.cart != nil {
		a := p.act
		p.cart.unsettled = &a
		m.save()
		if m.pay == nil && !p.aside {
			m.pay = p
			m.turn(PagePay)
		}
	}
	wait := min(time.Second<<min(p.Tries-1, 4), 10*time.Second)
	m.loop.After(wait, func() {
		m.change(func() {
			if p.State == PayUnknown {
				m.again(p)
			}
		})
	})
}

func (m *Model) again(p *Payment) {
	if p.State == PayUnknown && !m.busy[p.key] {
		m.send(p)
	}
}

// Retry asks again now.
func (m *Model) Retry() {
	m.change(func() {
		if m.pay != nil {
			m.again(m.pay)
		}
	})
}

// Aside leaves a payment whose outcome is not known yet: the order goes on hold, asking goes on, selling too.
func (m *Model) Aside() {
	m.change(func() {
		p := m.pay
		if p == nil || p.State != PayUnknown {
			return
		}
		p.aside = true
		m.pay = nil
		if p.cart != nil && p.cart == m.cur {
			m.hold()
		}
		m.turn(m.home())
	})
}

// OpenDrawer opens the cash drawer without a sale. AskDrawer made the key, so that pressing twice opens once.
func (m *Model) OpenDrawer() {
	m.change(func() {
		key := m.drawer
		if key == zeroKey || m.busy[key] || m.me == nil {
			return
		}
		m.busy[key] = true
		m.do(key, shift.OpenDrawer{Reason: shift.NoSale}, func(_ act.Answer, err error) {
			delete(m.busy, key)
			if err != nil {
				m.fail(err)
				return
			}
			m.drawer = zeroKey
			m.say(m.tr("drawer.opened"))
		})
	})
}

// AskDrawer begins a drawer opening that OpenDrawer confirms.
func (m *Model) AskDrawer() { m.drawer = m.doors.Till.NewKey() }
