package menu

import (
	"sort"
	"strconv"
	"strings"
)

// row is a dish prepared for searching. The texts are parts of one string.
type row struct {
	initials, name, number, barcode string // upper case
	end                             int    // of this row in words.all
	dish                            *Dish
}

// words holds the dishes on sale, hot ones first and otherwise in menu order, and all
// their texts in one string, row after row.
type words struct {
	rows []row
	all  string
}

const gap = "\x00" // between texts; no query holds it

func wordsOf(m *Menu) words {
	var w words
	var all strings.Builder
	for _, hot := range []bool{true, false} {
		for i := range m.Dishes {
			if d := &m.Dishes[i]; d.Hot == hot && !d.Off {
				number := strconv.FormatUint(uint64(d.ID), 10)
				w.rows = append(w.rows, row{initials: strings.ToUpper(d.Initials), name: strings.ToUpper(d.Name), number: number, barcode: strings.ToUpper(d.Barcode), dish: d})
				r := &w.rows[len(w.rows)-1]
				all.WriteString(r.initials + gap + r.name + gap + strings.ToUpper(d.NameEN) + gap)
				r.end = all.Len()
			}
		}
	}
	w.all = all.String()
	start := 0
	for i := range w.rows { // share the memory, so that a scan runs through one block
		r := &w.rows[i]
		r.initials = w.all[start : start+len(r.initials)]
		start += len(r.initials) + len(gap)
		r.name = w.all[start : start+len(r.name)]
		start = r.end
	}
	return w
}

// Ranks of a hit, best first.
const (
	rankExact    = 0 // the dish number or the barcode, whole
	rankInitials = 1 // pinyin initials begin with the query
	rankName     = 2 // the name begins with it
	rankNumber   = 3 // the dish number begins with it
	rankInside   = 4 // somewhere inside initials, name or English name
)

// rank of a row by the beginnings of its texts; rankInside when none begins with q.
func (r *row) rank(q string, number bool) int {
	switch {
	case number && r.number == q, r.barcode == q:
		return rankExact
	case strings.HasPrefix(r.initials, q):
		return rankInitials
	case strings.HasPrefix(r.name, q):
		return rankName
	case number && strings.HasPrefix(r.number, q):
		return rankNumber
	}
	return rankInside
}

// Search finds at most max dishes by what a cashier types: dish number or barcode, pinyin
// initials, a piece of the Chinese or English name, in either letter case. Better hits
// come first: the whole number or barcode, then initials from the start, the name from
// the start, the number from the start, then anything inside a text. Within a rank hot
// dishes (热销) come first and then menu order. Sold-out dishes keep their place; dishes
// taken off the menu are not found. An empty query finds nothing.
func (x *Index) Search(query string, max int) []*Dish {
	q := strings.ToUpper(strings.TrimSpace(query))
	if q == "" || max <= 0 || strings.Contains(q, gap) {
		return nil
	}
	number := strings.Trim(q, "0123456789") == ""
	var ranked [rankInside][]*Dish
	for i := range x.words.rows {
		r := &x.words.rows[i]
		if n := r.rank(q, number); n < rankInside && len(ranked[n]) < max {
			ranked[n] = append(ranked[n], r.dish)
		}
	}
	var found []*Dish
	for _, dishes := range ranked {
		found = append(found, dishes...)
	}
	found = x.inside(found, q, number, max)
	return found[:min(max, len(found))]
}

// inside adds dishes that hold q somewhere but begin with it nowhere, until there are max.
func (x *Index) inside(found []*Dish, q string, number bool, max int) []*Dish {
	w := &x.words
	for from := 0; len(found) < max; {
		at := strings.Index(w.all[from:], q)
		if at < 0 {
			break
		}
		at += from
		i := sort.Search(len(w.rows), func(i int) bool { return w.rows[i].end > at })
		if r := &w.rows[i]; r.rank(q, number) == rankInside {
			found = append(found, r.dish)
		}
		from = w.rows[i].end
	}
	return found
}
