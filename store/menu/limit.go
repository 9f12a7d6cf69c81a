package menu

import "wendan/store/fault"

// Limit says how many portions of a dish may still be sold.
type Limit struct {
	Left        int32 `cbor:"1,keyasint,omitempty" json:"left"`                   // portions left; 0 is stopped (沽清), never negative
	UntilLifted bool  `cbor:"2,keyasint,omitempty" json:"until_lifted,omitempty"` // stays at the new business day
}

// MaxLeft is the largest number of portions a limit can be set to.
const MaxLeft int32 = 100_000

var (
	// ErrSoldOut refuses a dish of which nothing is left.
	ErrSoldOut = fault.New("menu.sold_out", "“%s”已沽清，请换一道菜", "%s is sold out; choose another dish",
		"The limit of the dish is 0. Whoever has the right lifts it under 估清.")
	// ErrNotEnough refuses more portions than are left.
	ErrNotEnough = fault.New("menu.not_enough", "“%s”只剩 %d 份，请减少数量", "Only %[2]d of %[1]s left; order fewer",
		"The limit of the dish is lower than the quantity sent. Set a new limit under 估清 when the kitchen has more.")
	// ErrPortions refuses a number of portions out of range.
	ErrPortions = fault.New("menu.portions", "份数“%d”不对，请填 0 到 %d", "%d portions is not possible; enter 0 to %d",
		"A limit or a quantity was negative or too large.")
	// ErrNoDish refuses a dish number that is not on the menu.
	ErrNoDish = fault.New("menu.no_dish", "菜单里没有编号 %d，请核对", "There is no dish number %d on the menu; check the number",
		"The intent names a dish that the menu in force does not have; the sender may hold an older menu.")
)

// Limits holds the limited dishes by number. A dish that is absent is not limited. The
// zero map is ready to read; make one before the first Set. It belongs to one writer.
type Limits map[uint32]Limit

// Left returns the portions left of a dish and whether it is limited at all.
func (l Limits) Left(dish uint32) (int32, bool) {
	limit, limited := l[dish]
	return limit.Left, limited
}

// Check reports whether qty more portions of d may be sold, without taking them: nil,
// ErrSoldOut, ErrNotEnough with name and number left, or ErrPortions when qty < 1.
func (l Limits) Check(d *Dish, qty int32) error {
	if qty < 1 {
		return ErrPortions.With(qty, MaxLeft)
	}
	limit, limited := l[d.ID]
	switch {
	case !limited || qty <= limit.Left:
		return nil
	case limit.Left <= 0:
		return ErrSoldOut.With(d.Name)
	}
	return ErrNotEnough.With(d.Name, limit.Left)
}

// Take counts qty portions of d as sold when an order is sent, never earlier. On an
// error, which is that of Check, nothing is taken.
func (l Limits) Take(d *Dish, qty int32) error {
	if err := l.Check(d, qty); err != nil {
		return err
	}
	if limit, limited := l[d.ID]; limited {
		limit.Left -= qty
		l[d.ID] = limit
	}
	return nil
}

// Put gives qty portions of a dish back, as when a line is returned before it was
// cooked. A dish without a limit stays without; the count never exceeds MaxLeft.
func (l Limits) Put(dish uint32, qty int32) {
	if limit, limited := l[dish]; limited && qty > 0 {
		limit.Left = min(MaxLeft, limit.Left+min(qty, MaxLeft))
		l[dish] = limit
	}
}

// Set limits a dish to limit.Left portions; 0 stops it. ErrPortions when Left is out of
// 0…MaxLeft.
func (l Limits) Set(dish uint32, limit Limit) error {
	if limit.Left < 0 || limit.Left > MaxLeft {
		return ErrPortions.With(limit.Left, MaxLeft)
	}
	l[dish] = limit
	return nil
}

// Lift frees a dish from its limit.
func (l Limits) Lift(dish uint32) { delete(l, dish) }

// NewDay drops the limits of the day before and keeps those marked UntilLifted as they
// stand.
func (l Limits) NewDay() {
	for id, limit := range l {
		if !limit.UntilLifted {
			delete(l, id)
		}
	}
}

// Apply takes a "menu.limited" body in.
func (l Limits) Apply(b Limited) error {
	if b.Limit == nil {
		l.Lift(b.Dish)
		return nil
	}
	return l.Set(b.Dish, *b.Limit)
}

// Keep drops the limits of dishes that x does not have, after the menu changed.
func (l Limits) Keep(x *Index) {
	for id := range l {
		if _, ok := x.Dish(id); !ok {
			delete(l, id)
		}
	}
}

// Decide turns the intent into the body of a "menu.limited" fact: ErrNoDish when the
// menu does not have the dish, ErrPortions when the number is out of range.
func (s SetLimit) Decide(x *Index) (Limited, error) {
	if _, ok := x.Dish(s.Dish); !ok {
		return Limited{}, ErrNoDish.With(s.Dish)
	}
	if s.Left == nil {
		return Limited{Dish: s.Dish}, nil
	}
	limit := Limit{*s.Left, s.UntilLifted}
	if err := (Limits{}).Set(s.Dish, limit); err != nil {
		return Limited{}, err
	}
	return Limited{s.Dish, &limit}, nil
}
