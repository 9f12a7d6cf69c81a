package cashier

import (
	"context"
	"sort"
	"time"

	"wendan/store/fact"
	"wendan/store/menu"
)

// Daypart is a part of the business day in which guests order alike (早市、午市、下午茶、晚市、夜宵).
type Daypart uint8

// Dayparts.
const (
	Breakfast Daypart = 1 // 5 to 10
	Lunch     Daypart = 2 // 10 to 14
	Afternoon Daypart = 3 // 14 to 17
	Dinner    Daypart = 4 // 17 to 21
	Night     Daypart = 5
)

// DaypartOf is the daypart of a time on the shop's clock.
func DaypartOf(t time.Time) Daypart {
	switch h := t.Hour(); {
	case h >= 5 && h < 10:
		return Breakfast
	case h >= 10 && h < 14:
		return Lunch
	case h >= 14 && h < 17:
		return Afternoon
	case h >= 17 && h < 21:
		return Dinner
	}
	return Night
}

const (
	learnDays   = 7   // past business days looked at
	learnOrders = 200 // newest orders of each
	favourites  = 24  // dishes on the first page that sales decide; hot dishes of the menu follow
)

// favourite is what the first page is made for.
type favourite struct {
	day     fact.Day
	part    Daypart
	dishes  []uint32 // best first
	waiting bool     // learned while an order was being rung up: shown with the next one
}

// learn finds, behind the screen, what sold best in this daypart on the past days. The page changes only between
// two orders and then stays for the daypart, so that no dish moves under a finger.
func (m *Model) learn() {
	now := favourite{day: m.view.Day, part: DaypartOf(m.loop.Now())}
	if !m.view.DayOpen || m.fav.day == now.day && m.fav.part == now.part {
		m.showFavourites()
		return
	}
	m.fav.day, m.fav.part = now.day, now.part
	h, zone := m.doors.History, m.loop.Now().Location()
	m.loop.Go(func() {
		sold := map[uint32]int64{}
		ctx, cancel := context.WithTimeout(context.Background(), slowReads)
		defer cancel()
		for back := 1; back <= learnDays; back++ {
			rows, err := h.Orders(ctx, now.day.Add(-back), 0, learnOrders)
			if err != nil {
				break // the page stays as the menu has it
			}
			for i := range rows {
				o := &rows[i].Order
				if DaypartOf(time.UnixMilli(o.At).In(zone)) != now.part {
					continue
				}
				for k := range o.Lines {
					sold[o.Lines[k].Dish] += int64(o.Lines[k].Qty)
				}
			}
		}
		for id := range sold {
			now.dishes = append(now.dishes, id)
		}
		sort.Slice(now.dishes, func(i, j int) bool {
			a, b := now.dishes[i], now.dishes[j]
			return sold[a] > sold[b] || sold[a] == sold[b] && a < b
		})
		now.dishes = now.dishes[:min(len(now.dishes), favourites)]
		m.loop.Post(func() {
			m.change(func() {
				if m.fav.day == now.day && m.fav.part == now.part {
					now.waiting = true
					m.fav = now
					m.showFavourites()
				}
			})
		})
	})
}

func (m *Model) showFavourites() {
	if m.fav.waiting && len(m.cur.Items) == 0 {
		m.fav.waiting = false
		m.shown = m.fav.dishes
		m.catalogue()
	}
}

// firstPage lists the dishes of the first page: what sells best now, then the menu's hot dishes.
func (m *Model) firstPage() []*menu.Dish {
	var out []*menu.Dish
	seen := map[uint32]bool{}
	add := func(d *menu.Dish) {
		if !d.Off && !seen[d.ID] {
			seen[d.ID] = true
			out = append(out, d)
		}
	}
	for _, id := range m.shown {
		if d, ok := m.view.Menu.Dish(id); ok {
			add(d)
		}
	}
	all := m.view.Menu.Menu().Dishes
	for i := range all {
		if all[i].Hot {
			add(&all[i])
		}
	}
	return out
}
