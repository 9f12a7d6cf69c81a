package menu

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// row is a dish prepared for searching.
type row struct {
	dish     *Dish
	number   string
	initials string // upper case
	name     string // upper case where it has letters
	english  string // upper case
}

func rowsOf(m *Menu) []row {
	rows := make([]row, 0, len(m.Dishes))
	for i := range m.Dishes {
		d := &m.Dishes[i]
		if d.Off {
			continue
		}
		rows = append(rows, row{d, strconv.FormatUint(uint64(d.ID), 10), strings.ToUpper(d.Initials), strings.ToUpper(d.Name), strings.ToUpper(d.NameEN)})
	}
	return rows
}

// Ranks of a hit, best first.
const (
	rankExact    = 1 // the dish number or the barcode, whole
	rankInitials = 2 // pinyin initials begin with the query
	rankName     = 3 // the name begins with it
	rankNumber   = 4 // the dish number begins with it
	rankInside   = 5 // somewhere inside name, initials or English name
	rankNone     = 6
)

func (r *row) rank(q string, digits bool) int {
	switch {
	case digits && (r.number == q || r.dish.Barcode == q):
		return rankExact
	case strings.HasPrefix(r.initials, q):
		return rankInitials
	case strings.HasPrefix(r.name, q):
		return rankName
	case digits && strings.HasPrefix(r.number, q):
		return rankNumber
	case strings.Contains(r.name, q), strings.Contains(r.initials, q), strings.Contains(r.english, q):
		return rankInside
	}
	return rankNone
}

// Search finds at most max dishes by what a cashier types: dish number or barcode, pinyin
// initials, a piece of the Chinese or English name, in either letter case. Better hits come first: the whole
// number, then initials from the start, the name from the start, a number's start, then
// anything inside; within a rank hot dishes (热销) first and then menu order. Sold-out
// dishes keep their place; dishes taken off the menu are not found. An empty query finds
// nothing.
func (x *Index) Search(query string, max int) []*Dish {
	q := strings.ToUpper(strings.TrimSpace(query))
	if q == "" || max <= 0 {
		return nil
	}
	digits := strings.Trim(q, "0123456789") == ""
	type hit struct {
		order int
		dish  *Dish
	}
	var hits []hit
	for i := range x.rows {
		r := &x.rows[i]
		rank := r.rank(q, digits)
		if rank == rankNone {
			continue
		}
		order := 2 * rank
		if !r.dish.Hot {
			order++
		}
		hits = append(hits, hit{order, r.dish})
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.order, b.order) })
	if len(hits) > max {
		hits = hits[:max]
	}
	found := make([]*Dish, len(hits))
	for i, h := range hits {
		found[i] = h.dish
	}
	return found
}
