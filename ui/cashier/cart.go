package cashier

import (
	"strconv"
	"strings"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
)

// cart is an order being rung up, with its lines frozen against the menu in force.
type cart struct {
	order.Cart
	lines     []frozen
	unsettled *act.Act // sent with its key and not answered: only this may be sent again
}

type frozen struct {
	line order.Line
	err  *fault.Error
}

// Line is a line of the current order as the panel shows it.
type Line struct {
	Qty    int32
	Name   string
	Detail string // size, methods, note
	Amount money.Amount
	Fault  *fault.Error // why it cannot be sold any more, or nil
}

func (m *Model) freeze(c *cart, i int) {
	f := frozen{}
	if m.view.Menu == nil {
		f.err = order.ErrNoDish.With(c.Items[i].Dish)
	} else if line, err := c.Items[i].Freeze(m.view.Menu); err != nil {
		f.err = fault.Of(err)
	} else {
		f.line = line
	}
	c.lines[i] = f
}

// freezeAll prices every cart again, after the menu changed.
func (m *Model) freezeAll() {
	for _, c := range append([]*cart{m.cur}, m.held...) {
		c.lines = make([]frozen, len(c.Items))
		for i := range c.Items {
			m.freeze(c, i)
		}
	}
	m.sum()
}

func (c *cart) bill() order.Bill {
	lines := make([]order.Line, 0, len(c.lines))
	for i := range c.lines {
		if c.lines[i].err == nil {
			lines = append(lines, c.lines[i].line)
		}
	}
	return order.BillOf(lines, nil)
}

// sum counts the current order again.
func (m *Model) sum() {
	m.bill = m.cur.bill()
	clear(m.counts)
	for i := range m.cur.Items {
		m.counts[m.cur.Items[i].Dish] += m.cur.Items[i].Qty
	}
}

// edited ends every change of the current order: counts, screen, saving in the background.
func (m *Model) edited() {
	m.sum()
	m.save()
	m.touch(PartLines | PartTiles | PartRail)
}

// editable refuses changes of an order that is on its way to the till.
func (m *Model) editable() bool {
	if m.me == nil || !m.view.DayOpen {
		m.say(m.tr("sale.notready"))
		return false
	}
	if m.busy[m.cur.Key] || m.cur.unsettled != nil {
		m.say(m.tr("sale.saving"))
		return false
	}
	return true
}

// Tap adds one portion, or opens the sheet of a dish that asks for a size or a required method.
func (m *Model) Tap(id uint32) {
	m.change(func() {
		m.seen()
		if !m.editable() {
			return
		}
		d, ok := m.view.Menu.Dish(id)
		m.find.done = m.page == PageFind
		switch {
		case !ok:
			m.fail(order.ErrNoDish.With(id))
		case d.Off:
			m.fail(order.ErrOff.With(d.Name))
		case m.asks(d):
			if err := m.view.Limits.Check(d, m.counts[id]+1); err != nil {
				m.fail(err)
				return
			}
			m.choice = newChoice(m, d, -1)
			m.touch(PartChoice)
		default:
			m.add(order.Item{Dish: id, Qty: 1})
		}
	})
}

// asks reports whether a dish cannot be added without a choice.
func (m *Model) asks(d *menu.Dish) bool {
	if len(d.Sizes) > 0 {
		return true
	}
	for _, id := range d.Groups {
		if g, ok := m.view.Menu.Group(id); ok && g.Required {
			return true
		}
	}
	return false
}

// add puts an item into the order: it counts up an equal line or becomes the newest one.
func (m *Model) add(it order.Item) bool {
	d, ok := m.view.Menu.Dish(it.Dish)
	if !ok {
		m.fail(order.ErrNoDish.With(it.Dish))
		return false
	}
	if err := m.view.Limits.Check(d, m.counts[it.Dish]+it.Qty); err != nil {
		m.fail(err)
		return false
	}
	at := -1
	for i := range m.cur.Items {
		if m.cur.Items[i].Same(&it) && m.cur.Items[i].Qty+it.Qty <= order.MaxQty {
			at = i
		}
	}
	switch {
	case at >= 0:
		m.cur.Items[at].Qty += it.Qty
	case len(m.cur.Items) >= order.MaxLines:
		m.fail(order.ErrTooLong)
		return false
	default:
		at = len(m.cur.Items)
		m.cur.Items = append(m.cur.Items, it)
		m.cur.lines = append(m.cur.lines, frozen{})
	}
	m.freeze(m.cur, at)
	m.selected = at
	m.typing, m.entry = false, ""
	m.beep(SoundTap)
	m.edited()
	return true
}

// Lines is how many lines the current order has.
func (m *Model) Lines() int { return len(m.cur.Items) }

// Line is the i-th line.
func (m *Model) Line(i int) Line {
	it, f := &m.cur.Items[i], &m.cur.lines[i]
	l := Line{Qty: it.Qty, Fault: f.err}
	if f.err == nil {
		l.Name, l.Amount = f.line.Name, f.line.Amount()
	}
	l.Name, l.Detail = m.describe(it, l.Name)
	return l
}

// describe names an item and what was chosen for it in the screen's language.
func (m *Model) describe(it *order.Item, name string) (string, string) {
	var parts []string
	if m.view.Menu != nil {
		if d, ok := m.view.Menu.Dish(it.Dish); ok {
			name = m.name(d.Name, d.NameEN)
			if int(it.Size) < len(d.Sizes) {
				parts = append(parts, m.name(d.Sizes[it.Size].Name, d.Sizes[it.Size].NameEN))
			}
		}
		for _, id := range it.Methods {
			if o, _, ok := m.view.Menu.Method(id); ok {
				parts = append(parts, m.name(o.Name, o.NameEN))
			}
		}
	}
	if it.Note != "" {
		parts = append(parts, it.Note)
	}
	if name == "" {
		name = "#" + strconv.FormatUint(uint64(it.Dish), 10)
	}
	return name, strings.Join(parts, " · ")
}

// Bill is the current order's bill.
func (m *Model) Bill() order.Bill { return m.bill }

// Selected is the line that quantity, methods and delete act on, or -1.
func (m *Model) Selected() int { return m.selected }

// Select chooses a line.
func (m *Model) Select(i int) {
	m.change(func() {
		if i >= 0 && i < len(m.cur.Items) && i != m.selected {
			m.selected, m.typing, m.entry = i, false, ""
			m.touch(PartLines)
		}
	})
}

// SetQty changes the selected line's portions; 0 removes the line.
func (m *Model) SetQty(n int32) {
	m.change(func() {
		if m.selected < 0 || !m.editable() {
			return
		}
		it := &m.cur.Items[m.selected]
		if n == 0 {
			m.remove(m.selected)
			return
		}
		d, ok := m.view.Menu.Dish(it.Dish)
		if !ok {
			m.fail(order.ErrNoDish.With(it.Dish))
			return
		}
		if n < 0 || n > order.MaxQty {
			m.fail(order.ErrQty.With(d.Name, n))
			return
		}
		if n > it.Qty {
			if err := m.view.Limits.Check(d, m.counts[it.Dish]-it.Qty+n); err != nil {
				m.fail(err)
				return
			}
		}
		it.Qty = n
		m.freeze(m.cur, m.selected)
		m.edited()
	})
}

// Step changes the selected line's portions by one; less than one removes it.
func (m *Model) Step(by int32) {
	if m.selected >= 0 {
		m.SetQty(m.cur.Items[m.selected].Qty + by)
	}
}

// Delete removes the selected line; the toast offers it back.
func (m *Model) Delete() {
	m.change(func() {
		if m.selected >= 0 && m.editable() {
			m.remove(m.selected)
		}
	})
}

func (m *Model) remove(i int) {
	c, it := m.cur, m.cur.Items[i]
	name := m.Line(i).Name
	c.Items = append(c.Items[:i:i], c.Items[i+1:]...)
	c.lines = append(c.lines[:i:i], c.lines[i+1:]...)
	m.selected = min(i, len(c.Items)-1)
	m.typing, m.entry = false, ""
	m.edited()
	m.offer(m.tr("line.removed", name), m.tr("act.undo"), func() {
		m.change(func() {
			if m.cur != c || !m.editable() || len(c.Items) >= order.MaxLines {
				return
			}
			at := min(i, len(c.Items))
			c.Items = append(c.Items[:at:at], append([]order.Item{it}, c.Items[at:]...)...)
			m.selected = at
			m.freezeAll()
			m.edited()
		})
	})
}

// Clear empties the order; the toast offers it back while the new one is empty.
func (m *Model) Clear() {
	m.change(func() {
		if len(m.cur.Items) == 0 && m.cur.Note == "" || !m.editable() {
			return
		}
		old := m.cur
		m.fresh(old.Channel)
		m.offer(m.tr("order.cleared"), m.tr("act.undo"), func() {
			m.change(func() {
				if len(m.cur.Items) == 0 && !m.busy[m.cur.Key] {
					m.cur = old
					m.selected = len(old.Items) - 1
					m.renew()
					m.freezeAll()
					m.edited()
				}
			})
		})
	})
}

// fresh begins an empty order with a key of its own.
func (m *Model) fresh(ch order.Channel) {
	m.cur = &cart{Cart: order.Cart{Key: m.doors.Till.NewKey(), Channel: ch}}
	m.selected = -1
	m.typing, m.entry = false, ""
	m.edited()
}

// Channel is how the guest of the current order eats.
func (m *Model) Channel() order.Channel { return m.cur.Channel }

// SetChannel changes it; the lines stay.
func (m *Model) SetChannel(ch order.Channel) {
	m.change(func() {
		if m.cur.Channel != ch && m.editable() {
			m.cur.Channel = ch
			m.save()
			m.touch(PartLines)
		}
	})
}

// Note is the note of the whole order.
func (m *Model) Note() string { return m.cur.Note }

// SetNote changes the note of the whole order; a note that cannot be printed is refused.
func (m *Model) SetNote(s string) {
	m.change(func() {
		switch {
		case !m.editable():
		case !order.CleanNote(s):
			m.fail(order.ErrNote)
		default:
			m.cur.Note = strings.TrimSpace(s)
			m.save()
			m.touch(PartLines)
		}
	})
}

// zeroKey is no key.
var zeroKey fact.Key
