package cashier

import "wendan/store/menu"

// Find is a search for dishes by pinyin initials, number, barcode or a piece of the name.
type Find struct {
	Text string
	hits []*menu.Dish
	done bool // a dish was taken: the next letter or digit begins a new search
}

// mostHits bounds the hits shown.
const mostHits = 60

// Find is what was typed and found.
func (m *Model) Find() *Find { return &m.find }

// Hits is how many dishes were found.
func (f *Find) Hits() int { return len(f.hits) }

// Hit is the i-th dish found.
func (m *Model) Hit(i int) Tile { return m.tile(m.find.hits[i]) }

// TypeFind takes a key: a letter, a digit, back or clear.
func (m *Model) TypeFind(code string) {
	m.change(func() {
		t := []rune(m.find.Text)
		if m.find.done && code != keyEnter {
			m.find.done = false
			if code != keyBack {
				t = nil
			}
		}
		switch code {
		case keyBack:
			if len(t) > 0 {
				t = t[:len(t)-1]
			}
		case keyClear:
			t = nil
		case keyEnter:
			if len(m.find.hits) > 0 && m.page == PageFind {
				m.Tap(m.find.hits[0].ID)
			}
		default:
			if len(t) < 20 {
				t = append(t, []rune(code)...)
			}
		}
		m.find.Text = string(t)
		m.findAgain()
	})
}

// findAgain searches; with nothing typed the sold-out page lists the limited dishes first and then all.
func (m *Model) findAgain() {
	m.find.hits = nil
	m.touch(PartFind)
	if m.view.Menu == nil {
		return
	}
	if m.find.Text != "" {
		m.find.hits = m.view.Menu.Search(m.find.Text, mostHits)
		return
	}
	if m.page != PageSoldOut {
		return
	}
	all := m.view.Menu.Menu().Dishes
	for _, limited := range []bool{true, false} {
		for i := range all {
			if _, has := m.view.Limits[all[i].ID]; has == limited && !all[i].Off {
				m.find.hits = append(m.find.hits, &all[i])
			}
		}
	}
}
