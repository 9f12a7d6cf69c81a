package desk

import (
	"context"
	"strings"

	"wendan/store/book"
	"wendan/store/fact"
	"wendan/store/menu"
	"wendan/store/order"
	"wendan/ui/cashier"
)

type limit = menu.Limit

// searchDepth bounds how many orders of a day a text search reads.
const searchDepth = 5000

// Orders lists a day's orders, newest first.
func (d *Desk) Orders(ctx context.Context, day fact.Day, before uint64, most int) ([]cashier.Row, error) {
	b, err := d.m.CaughtUp(ctx)
	if err != nil {
		return nil, err
	}
	filed, err := b.OrdersOfDay(day, before, most)
	if err != nil {
		return nil, err
	}
	return d.rows(filed), nil
}

// Find looks for a number, 取餐号 or amount among the day's orders.
func (d *Desk) Find(ctx context.Context, day fact.Day, text string, most int) ([]cashier.Row, error) {
	b, err := d.m.CaughtUp(ctx)
	if err != nil {
		return nil, err
	}
	text = strings.ToUpper(strings.TrimSpace(text))
	var found []book.Filed
	for before, read := uint64(0), 0; read < searchDepth && len(found) < most; {
		filed, err := b.OrdersOfDay(day, before, 200)
		if err != nil {
			return nil, err
		}
		if len(filed) == 0 {
			break
		}
		for i := range filed {
			o := &filed[i].Order
			if matches(o, text) && len(found) < most {
				found = append(found, filed[i])
			}
		}
		read += len(filed)
		before = filed[len(filed)-1].Order.Number.N
	}
	return d.rows(found), nil
}

// matches looks in what a person reads off a slip.
func matches(o *order.Order, text string) bool {
	if strings.Contains(o.Number.String(), text) || strings.Contains(o.Pickup, text) {
		return true
	}
	total := o.Bill().Total.String()
	return total == text || strings.TrimSuffix(total, ".00") == text
}

// rows adds what the book does not know: alarms of printers, and whether head office has the order.
func (d *Desk) rows(filed []book.Filed) []cashier.Row {
	up, paired := d.m.Uplink()
	alarm := false
	for _, p := range d.m.Slips().Printers {
		alarm = alarm || p.Alarm
	}
	rows := make([]cashier.Row, len(filed))
	for i := range filed {
		r := cashier.Row{Order: filed[i].Order, Print: cashier.PrintDone, Booked: paired && up.Booked.Seq >= filed[i].Order.LastSeq}
		if filed[i].Waiting() > 0 {
			r.Print = cashier.PrintWaiting
			if alarm {
				r.Print = cashier.PrintAlarm
			}
		}
		rows[i] = r
	}
	return rows
}
