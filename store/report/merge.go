package report

import (
	"maps"
	"slices"

	"wendan/store/fact"
)

// add puts v beside what the map holds under k, making the map when it is nil.
func add[K comparable, V any](m *map[K]V, k K, v V, plus func(V, V) V) {
	if *m == nil {
		*m = map[K]V{}
	}
	if old, ok := (*m)[k]; ok {
		v = plus(old, v)
	}
	(*m)[k] = v
}

func addAll[K comparable, V any](m *map[K]V, o map[K]V, plus func(V, V) V) {
	for k, v := range o {
		add(m, k, v, plus)
	}
}

func (h Hour) plus(o Hour) Hour { return Hour{h.Placed.plus(o.Placed), h.Settled.plus(o.Settled)} }

func (p Part) plus(o Part) Part { return Part{p.Qty + o.Qty, p.Amount + o.Amount} }

func (d Dish) plus(o Dish) Dish { return Dish{o.Name, o.Category, d.Qty + o.Qty, d.Amount + o.Amount} }

// Merge takes in what o counted, which must be later facts than those of t for the dishes'
// names to be the latest. Adding facts one by one and merging the totals of any cut of them
// give the same. o is not changed and shares nothing with t afterwards.
func (t *Totals) Merge(o *Totals) {
	t.span(o.Day, o.Facts, o.First, o.Last)
	t.Other += o.Other
	t.Placed, t.Settled, t.Earlier = t.Placed.plus(o.Placed), t.Settled.plus(o.Settled), t.Earlier.plus(o.Earlier)
	t.Rest += o.Rest
	t.Carried += o.Carried
	t.Closed = max(t.Closed, o.Closed)

	count := func(a, b uint64) uint64 { return a + b }
	addAll(&t.ByWay, o.ByWay, Taken.plus)
	addAll(&t.ByChannel, o.ByChannel, Sales.plus)
	addAll(&t.ByHour, o.ByHour, Hour.plus)
	addAll(&t.ByCategory, o.ByCategory, Part.plus)
	addAll(&t.ByDish, o.ByDish, Dish.plus)
	addAll(&t.Drawer, o.Drawer, count)

	t.Reprints += o.Reprints
	t.Confirmed += o.Confirmed
	t.Unproven += o.Unproven
	t.Abandoned += o.Abandoned
	t.Marked += o.Marked
	t.SignIns += o.SignIns
	t.PINFailures += o.PINFailures
	t.StaffEdits += o.StaffEdits
	t.MenuChanges += o.MenuChanges
	t.Limits += o.Limits
	t.Eras += o.Eras
}

// Clone is a copy that shares nothing with t.
func (t *Totals) Clone() *Totals {
	c := *t
	c.ByWay, c.ByChannel, c.ByHour = maps.Clone(t.ByWay), maps.Clone(t.ByChannel), maps.Clone(t.ByHour)
	c.ByCategory, c.ByDish, c.Drawer = maps.Clone(t.ByCategory), maps.Clone(t.ByDish), maps.Clone(t.Drawer)
	return &c
}

// Ledger holds the totals of many business days. Facts from before the first day stand
// under day 0. Make one with make or Ledger{}.
type Ledger map[fact.Day]*Totals

// Of is the totals of day, made empty when there are none yet.
func (l Ledger) Of(day fact.Day) *Totals {
	t, ok := l[day]
	if !ok {
		t = &Totals{Day: day}
		l[day] = t
	}
	return t
}

// Add takes one fact into the totals of its day; see Totals.Add for the error.
func (l Ledger) Add(f *fact.Fact) error { return l.Of(f.Day).Add(f) }

// Merge takes in what o counted, day by day.
func (l Ledger) Merge(o Ledger) {
	for day, t := range o {
		l.Of(day).Merge(t)
	}
}

// Days lists the days that have totals, earliest first.
func (l Ledger) Days() []fact.Day { return slices.Sorted(maps.Keys(l)) }

// Between is the sum of the days from first to last, both included.
func (l Ledger) Between(first, last fact.Day) *Totals {
	sum := &Totals{}
	for _, day := range l.Days() {
		if day >= first && day <= last {
			sum.Merge(l[day])
		}
	}
	return sum
}
