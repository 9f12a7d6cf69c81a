package cashier

import (
	"wendan/store/menu"
	"wendan/store/money"
)

// Category is an entry of the rail. The first is 热销, the dishes that sell best.
type Category struct {
	Name   string
	Colour int
	Dishes []*menu.Dish
}

// Tile is a dish as the grid shows it.
type Tile struct {
	Dish    *menu.Dish
	Name    string
	Price   money.Amount
	From    bool  // sizes at several prices: Price is the lowest
	Colour  int   // of its category
	InOrder int32 // portions in the current order
	Limited bool
	Left    int32 // portions that can still be added, when Limited
}

// SoldOut reports whether the dish cannot be added.
func (t *Tile) SoldOut() bool { return t.Limited && t.Left <= 0 }

// leastHot is how many hot dishes make a page of their own.
const leastHot = 4

// catalogue builds the categories of the menu in force. Dishes keep their place whatever is sold out.
func (m *Model) catalogue() {
	chosen := ""
	if m.cat < len(m.cats) {
		chosen = m.cats[m.cat].Name
	}
	m.cats, m.cat = nil, 0
	m.made++
	if m.view.Menu == nil {
		m.tiles = nil
		return
	}
	all := m.view.Menu.Menu()
	hot := Category{Name: m.tr("menu.hot"), Dishes: m.firstPage()}
	if len(hot.Dishes) >= leastHot {
		hot.Colour = -1
		m.cats = append(m.cats, hot)
	}
	for i := range all.Categories {
		c := &all.Categories[i]
		entry := Category{Name: m.name(c.Name, c.NameEN), Colour: int(c.Colour)}
		for _, d := range m.view.Menu.In(c.ID) {
			if !d.Off {
				entry.Dishes = append(entry.Dishes, d)
			}
		}
		if len(entry.Dishes) > 0 {
			m.cats = append(m.cats, entry)
		}
	}
	for i := range m.cats {
		if m.cats[i].Name == chosen {
			m.cat = i
		}
	}
	m.touch(PartRail | PartTiles)
}

// Categories lists the rail.
func (m *Model) Categories() []Category { return m.cats }

// Chosen is the chosen category.
func (m *Model) Chosen() int { return m.cat }

// Choose turns the grid to a category.
func (m *Model) Choose(i int) {
	m.change(func() {
		m.seen()
		if i >= 0 && i < len(m.cats) && i != m.cat {
			m.cat = i
			m.touch(PartRail | PartTiles)
		}
	})
}

// Dishes is how many dishes the chosen category shows.
func (m *Model) Dishes() int {
	if m.cat >= len(m.cats) {
		return 0
	}
	return len(m.cats[m.cat].Dishes)
}

// Dish is the i-th tile of the chosen category.
func (m *Model) Dish(i int) Tile { return m.tile(m.cats[m.cat].Dishes[i]) }

// InCategory counts the portions in the order that belong to category i of the rail; the hot page counts none.
func (m *Model) InCategory(i int) int32 {
	if i >= len(m.cats) || m.cats[i].Colour < 0 || len(m.counts) == 0 {
		return 0
	}
	var n int32
	for _, d := range m.cats[i].Dishes {
		n += m.counts[d.ID]
	}
	return n
}

func (m *Model) tile(d *menu.Dish) Tile {
	t := Tile{Dish: d, Name: m.name(d.Name, d.NameEN), Price: d.From(), InOrder: m.counts[d.ID]}
	for _, s := range d.Sizes {
		t.From = t.From || s.Price != t.Price
	}
	if c, ok := m.view.Menu.Category(d.Category); ok {
		t.Colour = int(c.Colour)
	}
	if left, limited := m.view.Limits.Left(d.ID); limited {
		t.Limited, t.Left = true, max(0, left-t.InOrder)
	}
	return t
}

func sameLimits(a, b menu.Limits) bool {
	if len(a) != len(b) {
		return false
	}
	for id, l := range a {
		if other, ok := b[id]; !ok || other != l {
			return false
		}
	}
	return true
}

// Yuan writes an amount as screens show it: ¥1234.50.
func Yuan(a money.Amount) string {
	if a < 0 {
		return "-¥" + (-a).String()
	}
	return "¥" + a.String()
}

// HotPage reports whether the grid shows the page of dishes that sell best, where a mark on each would say nothing.
func (m *Model) HotPage() bool {
	return m.page == PageSale && m.cat < len(m.cats) && m.cats[m.cat].Colour < 0
}
