package cashier_test

import (
	"testing"
	"time"

	"wendan/store/order"
	"wendan/ui/cashier"
	"wendan/ui/cashier/cashiertest"
)

// sold is a past order of one dish.
func sold(r *cashiertest.Register, daysAgo int, at time.Time, dish uint32, qty int32) {
	n := uint64(len(r.Rows) + 1)
	r.Rows = append(r.Rows, cashier.Row{Order: order.Order{Number: order.Number{Register: "A", Epoch: 1, N: n}, Day: r.View.Day.Add(-daysAgo),
		At: at.AddDate(0, 0, -daysAgo).UnixMilli(), Lines: []order.Line{{Dish: dish, Qty: qty}}}})
}

func TestTheFirstPageIsWhatSellsInThisPartOfTheDay(t *testing.T) {
	now := time.UnixMilli(noon).UTC()
	at := func(hour int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day(), hour, 30, 0, 0, time.UTC)
	}
	b := closed(t, func(r *cashiertest.Register) {
		sold(r, 1, at(12), 204, 3)
		sold(r, 2, at(11), shreds, 9)
		sold(r, 1, at(19), 301, 500) // another part of the day
		sold(r, 9, at(12), 302, 500) // too long ago
	})
	b.now = at(12)
	b.ChoosePerson(b.People()[0])
	b.SignIn("1234")
	b.settle()
	if b.Dish(0).Dish.ID != shreds || b.Dish(1).Dish.ID != 204 || !b.Dish(2).Dish.Hot {
		t.Fatalf("first page: %s %s %s", b.Dish(0).Name, b.Dish(1).Name, b.Dish(2).Name)
	}
	b.Tap(pork)
	b.now = at(19)
	b.Tick()
	b.settle()
	if b.Dish(0).Dish.ID != shreds {
		t.Error("dishes moved while an order was being rung up")
	}
	b.Clear()
	b.Tick()
	if b.Dish(0).Dish.ID != 301 {
		t.Errorf("at dinner the first page begins with %s", b.Dish(0).Name)
	}
}

func TestEveryHourBelongsToADaypart(t *testing.T) {
	var changes int
	for h := range 24 {
		a, b := cashier.DaypartOf(time.Date(2026, 1, 1, h, 59, 0, 0, time.UTC)), cashier.DaypartOf(time.Date(2026, 1, 1, h+1, 0, 0, 0, time.UTC))
		if a < cashier.Breakfast || a > cashier.Night {
			t.Errorf("%d h is in no daypart", h)
		}
		if a != b {
			changes++
		}
	}
	if changes != 5 {
		t.Errorf("%d changes of daypart in a day", changes)
	}
}
