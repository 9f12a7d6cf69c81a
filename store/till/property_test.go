package till

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/faultfs"
	"wendan/store/journal"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/shift"
	"wendan/store/staff"
)

// TestAnySequenceOfActsKeepsNumbersSumsAndReplay does random acts of every kind, right and wrong, with clock steps, restarts and
// repeated keys, and compares the till with a simple model after each.
func TestAnySequenceOfActsKeepsNumbersSumsAndReplay(t *testing.T) {
	made := faultfs.NewMem()
	made.MkdirAll("/till")
	first, err := Create(Config{Dir: "/till", FS: made, Clock: newHandClock(), Journal: journal.Options{WitnessEvery: -1, Step: 1 << 14}}, setup())
	if err != nil {
		t.Fatal(err)
	}
	first.Close()
	rapid.Check(t, func(t *rapid.T) {
		clock := newHandClock()
		cfg := Config{Dir: "/till", FS: made.Clone(), Clock: clock, Journal: journal.Options{WitnessEvery: -1, Step: 1 << 14}}
		ti, _, err := Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { ti.Close() }()
		var orders uint64
		var turnover money.Amount
		var last act.Act
		var lastAnswer act.Answer
		open := map[uint64]money.Amount{}
		day := fact.Day(20261121)
		for range rapid.IntRange(5, 40).Draw(t, "acts") {
			var in act.Intent
			by := act.By{Source: fact.SourceTool}
			switch rapid.IntRange(0, 11).Draw(t, "what") {
			case 0:
				in = shift.OpenDay{Day: day.Add(1)}
			case 1:
				in = shift.CloseDay{}
			case 2, 3, 4:
				p := order.Place{Cart: cart(order.Item{Dish: rapid.SampledFrom([]uint32{101, 102, 103, 999}).Draw(t, "dish"),
					Qty: rapid.Int32Range(0, 5).Draw(t, "qty"), Methods: rapid.SampledFrom([][]uint16{nil, {1}, {2, 3}, {77}}).Draw(t, "methods")})}
				if rapid.Bool().Draw(t, "paid") {
					p.Tender = []pay.Tender{{Way: rapid.SampledFrom(pay.Ways).Draw(t, "way"), Given: money.Amount(rapid.Int64Range(0, 40000).Draw(t, "given"))}}
				}
				in = p
			case 5, 6:
				n := uint64(rapid.IntRange(1, int(orders)+2).Draw(t, "number"))
				in = order.Pay{Number: order.Number{Register: "A", Epoch: 1, N: n}, Tender: []pay.Tender{{Way: pay.Cash, Given: money.Amount(rapid.Int64Range(1, 60000).Draw(t, "given"))}}}
			case 7:
				left := rapid.Int32Range(0, 6).Draw(t, "left")
				in = menu.SetLimit{Dish: 101, Left: &left, UntilLifted: rapid.Bool().Draw(t, "keep")}
			case 8:
				in, by = staff.SignIn{Person: cashier, PIN: rapid.SampledFrom([]string{"1234", "0000"}).Draw(t, "pin")}, screen
			case 9:
				clock.step(time.Duration(rapid.Int64Range(-100000, 100000).Draw(t, "step")) * time.Second)
				continue
			case 10:
				if err := ti.Close(); err != nil {
					t.Fatal(err)
				}
				if ti, _, err = Open(cfg); err != nil {
					t.Fatal(err)
				}
				continue
			case 11:
				if last.Intent == nil || last.Key.Day() != day {
					continue
				}
				again, err := ti.Do(context.Background(), last)
				if err != nil || again.First != lastAnswer.First || again.Order != lastAnswer.Order || !again.Again {
					t.Fatalf("repeat gave %+v, %v; first %+v", again, err, lastAnswer)
				}
				continue
			}
			a := act.Act{Key: ti.NewKey(), By: by, Intent: in}
			got, err := ti.Do(context.Background(), a)
			if err != nil {
				continue
			}
			if got.First != 0 {
				last, lastAnswer = a, got
			}
			switch in := in.(type) {
			case shift.OpenDay:
				day, turnover = in.Day, 0
				last = act.Act{}
			case order.Place:
				if orders++; got.Order.N != orders {
					t.Fatalf("order %d follows %d", got.Order.N, orders-1)
				}
				if len(in.Tender) > 0 {
					turnover += got.Total
				} else {
					open[orders] = got.Total
				}
			case order.Pay:
				if open[in.Number.N] != got.Total || got.Change != in.Tender[0].Given-got.Total {
					t.Fatalf("order %v of %v paid: %+v", in.Number, open[in.Number.N], got)
				}
				turnover += got.Total
				delete(open, in.Number.N)
			}
		}
		s, err := Replay(context.Background(), 1, ti.Journal().Iterate)
		if err != nil {
			t.Fatal(err)
		}
		ti.View(func(live *State) {
			if live.Orders != orders || live.Turnover != turnover || len(live.Open) != len(open) || string(s.carry()) != string(live.carry()) || s.Head != live.Head {
				t.Fatalf("till: %d orders, %v, %d open; model: %d, %v, %d", live.Orders, live.Turnover, len(live.Open), orders, turnover, len(open))
			}
		})
	})
}
