package cashier

import (
	"slices"

	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
)

// Choice is the sheet of sizes, methods and note of one dish: a new line, or the selected one changed.
type Choice struct {
	Dish *menu.Dish
	Item order.Item
	Line int // line being changed, or -1 for a new one
	ix   *menu.Index
}

// Choice is the open sheet, or nil.
func (m *Model) Choice() *Choice { return m.choice }

func newChoice(m *Model, d *menu.Dish, line int) *Choice {
	c := &Choice{Dish: d, Line: line, ix: m.view.Menu, Item: order.Item{Dish: d.ID, Qty: 1}}
	if line >= 0 {
		c.Item = m.cur.Items[line]
		c.Item.Methods = slices.Clone(c.Item.Methods)
	} else if len(d.Sizes) > 0 {
		c.Item.Size = noSize
		if len(d.Sizes) == 1 {
			c.Item.Size = 0
		}
	}
	return c
}

// noSize is an index no dish has: no size chosen yet.
const noSize = 255

// Groups lists the method groups of the dish, required ones first.
func (c *Choice) Groups() []*menu.Group {
	var out []*menu.Group
	for _, required := range []bool{true, false} {
		for _, id := range c.Dish.Groups {
			if g, ok := c.ix.Group(id); ok && g.Required == required {
				out = append(out, g)
			}
		}
	}
	return out
}

// Has reports whether a method is chosen.
func (c *Choice) Has(method uint16) bool { return slices.Contains(c.Item.Methods, method) }

// Chosen counts the methods of a group that are chosen.
func (c *Choice) Chosen(g *menu.Group) int {
	n := 0
	for i := range g.Methods {
		if c.Has(g.Methods[i].ID) {
			n++
		}
	}
	return n
}

// Missing counts the required questions still open: the size and required groups.
func (c *Choice) Missing() int {
	n := 0
	if c.SizeMissing() {
		n++
	}
	for _, g := range c.Groups() {
		if g.Required && c.Chosen(g) == 0 {
			n++
		}
	}
	return n
}

// SizeMissing reports whether a size must still be chosen.
func (c *Choice) SizeMissing() bool {
	return int(c.Item.Size) >= len(c.Dish.Sizes) && len(c.Dish.Sizes) > 0
}

// Price is what the line costs as chosen so far.
func (c *Choice) Price() money.Amount {
	it := c.Item
	if c.SizeMissing() {
		it.Size = 0
	}
	l := order.Line{Qty: it.Qty, Price: c.Dish.Price}
	if len(c.Dish.Sizes) > 0 {
		l.Price = c.Dish.Sizes[it.Size].Price
	}
	for _, id := range it.Methods {
		if o, _, ok := c.ix.Method(id); ok {
			l.Methods = append(l.Methods, order.Method{ID: o.ID, Price: o.Price, Times: o.Times})
		}
	}
	return l.Amount()
}

// ChooseSize picks a size.
func (m *Model) ChooseSize(i int) {
	m.choosing(func(c *Choice) {
		if i >= 0 && i < len(c.Dish.Sizes) {
			c.Item.Size = uint8(i)
		}
	})
}

// ChooseMethod picks a method or takes it back; in a group of one answer it replaces the one before.
func (m *Model) ChooseMethod(g *menu.Group, method uint16) {
	m.choosing(func(c *Choice) {
		if i := slices.Index(c.Item.Methods, method); i >= 0 {
			if !g.Required || g.Many {
				c.Item.Methods = slices.Delete(c.Item.Methods, i, i+1)
			}
			return
		}
		if !g.Many {
			c.Item.Methods = slices.DeleteFunc(c.Item.Methods, func(id uint16) bool {
				return slices.ContainsFunc(g.Methods, func(o menu.Method) bool { return o.ID == id })
			})
		}
		c.Item.Methods = append(c.Item.Methods, method)
		slices.Sort(c.Item.Methods)
	})
}

// ChooseQty sets the portions of the sheet.
func (m *Model) ChooseQty(n int32) {
	m.choosing(func(c *Choice) {
		if n >= 1 && n <= order.MaxQty {
			c.Item.Qty = n
		}
	})
}

// ChooseNote sets the note of the line, or clears it when it is the same.
func (m *Model) ChooseNote(s string) {
	m.choosing(func(c *Choice) {
		switch {
		case !order.CleanNote(s):
			m.fail(order.ErrNote)
		case c.Item.Note == s:
			c.Item.Note = ""
		default:
			c.Item.Note = s
		}
	})
}

func (m *Model) choosing(f func(*Choice)) {
	m.change(func() {
		if m.choice != nil {
			f(m.choice)
			m.touch(PartChoice)
		}
	})
}

// EndChoice puts the choice into the order. It refuses while a required question is open.
func (m *Model) EndChoice() {
	m.change(func() {
		c := m.choice
		if c == nil || !m.editable() {
			return
		}
		if _, err := c.Item.Freeze(m.view.Menu); err != nil {
			m.fail(err)
			return
		}
		switch {
		case c.Line < 0:
			if !m.add(c.Item) {
				return
			}
		case c.Line < len(m.cur.Items):
			if m.cur.Items[c.Line].Qty < c.Item.Qty {
				if err := m.view.Limits.Check(c.Dish, m.counts[c.Dish.ID]-m.cur.Items[c.Line].Qty+c.Item.Qty); err != nil {
					m.fail(err)
					return
				}
			}
			m.cur.Items[c.Line] = c.Item
			m.freeze(m.cur, c.Line)
			m.edited()
		}
		m.choice = nil
		m.touch(PartChoice)
	})
}

// OpenChoice opens the sheet of the selected line.
func (m *Model) OpenChoice() {
	m.change(func() {
		if m.selected < 0 || !m.editable() {
			return
		}
		d, ok := m.view.Menu.Dish(m.cur.Items[m.selected].Dish)
		if !ok {
			m.fail(order.ErrNoDish.With(m.cur.Items[m.selected].Dish))
			return
		}
		m.choice = newChoice(m, d, m.selected)
		m.touch(PartChoice)
	})
}

// QuickNotes lists the menu's notes for a tap.
func (m *Model) QuickNotes() []string {
	if m.view.Menu == nil {
		return nil
	}
	return m.view.Menu.Menu().Notes
}
