package book

import (
	"os"
	"testing"

	"pgregory.net/rapid"

	"wendan/store/fact"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/shift"
	"wendan/store/staff"
)

// wild makes well-chained facts of every kind in any order: orders settled twice or placed in
// an older epoch, slips confirmed that nobody asked for, keys used again, bodies nobody can
// read.
type wild struct {
	t      *rapid.T
	head   fact.Head
	day    fact.Day
	number uint64
	at     int64
	jobs   []order.Job
	keys   []fact.Key
	facts  []fact.Fact
}

func (w *wild) some() order.Number {
	n := order.Number{Register: "A", Epoch: 2, N: rapid.Uint64Range(1, w.number+1).Draw(w.t, "n")}
	if rapid.IntRange(0, 9).Draw(w.t, "old epoch") == 0 {
		n.Epoch = 1
	}
	if n.N > w.number {
		n.Epoch = 1
	}
	return n
}

func (w *wild) draft() fact.Draft {
	switch rapid.IntRange(0, 17).Draw(w.t, "kind") {
	case 0, 1, 2, 3, 4:
		w.number++
		p := order.Placed{Number: order.Number{Register: "A", Epoch: 2, N: w.number}, Channel: order.DineIn}
		for range rapid.IntRange(1, 3).Draw(w.t, "lines") {
			id := rapid.Uint32Range(1, 4).Draw(w.t, "dish")
			p.Lines = append(p.Lines, order.Line{Dish: id, Name: "菜", Qty: 1, Price: money.Amount(100 * id), Category: 1, Stations: []uint16{uint16(id)}})
		}
		p.Total = order.BillOf(p.Lines, nil).Total
		return order.PlacedKind.Draft(p)
	case 5, 6, 7:
		total := money.Amount(rapid.Int64Range(0, 5000).Draw(w.t, "total"))
		return order.SettledKind.Draft(order.Settled{Number: w.some(), Total: total, Portions: 1, PlacedOn: 20261120,
			Payments: []pay.Payment{{Way: pay.Cash, Amount: total, Check: pay.Sure}}})
	case 8, 9, 10, 11:
		j := order.Job{Epoch: 2, Seq: rapid.Uint64Range(1, 200).Draw(w.t, "seq"), Slip: order.ReceiptSlip}
		if len(w.jobs) > 0 {
			j = rapid.SampledFrom(w.jobs).Draw(w.t, "job")
		}
		return order.PrintedKind.Draft(order.Printed{Job: j, Outcome: rapid.SampledFrom([]order.Outcome{1, 2, 3}).Draw(w.t, "outcome")})
	case 12:
		return order.ReprintedKind.Draft(order.Reprinted{Number: w.some(), Slip: order.Kitchen(2)})
	case 13:
		last := w.day
		if w.day == 0 {
			w.day = 20261121
		} else {
			w.day = w.day.Add(rapid.IntRange(1, 3).Draw(w.t, "days"))
		}
		return shift.OpenedKind.Draft(shift.Opened{Day: w.day, Previous: last})
	case 14:
		return shift.ClosedKind.Draft(shift.Closed{Day: w.day, Unpaid: 1})
	case 15:
		kind := rapid.SampledFrom([]fact.Number{order.PlacedKind.Number, order.SettledKind.Number, order.PrintedKind.Number, order.ReprintedKind.Number,
			shift.OpenedKind.Number, shift.ClosedKind.Number, 65_000}).Draw(w.t, "broken")
		return fact.Draft{Kind: kind, Ver: 1, Body: fact.Marshal("unreadable")}
	case 16:
		return staff.SignedInKind.Draft(staff.Signed{Person: 1})
	}
	return menu.KindLimited.Draft(menu.Limited{Dish: 1})
}

func (w *wild) act() {
	n := rapid.IntRange(1, 4).Draw(w.t, "facts of the act")
	for i := range n {
		d := w.draft()
		f := fact.Fact{At: w.at, Day: w.day, Source: fact.SourceScreen, Kind: d.Kind, Ver: d.Ver, Body: d.Body, Off: uint32(i)}
		w.at += 1000
		if i == 0 && rapid.Bool().Draw(w.t, "keyed") {
			f.Key = fact.NewKey(w.day, [12]byte{byte(len(w.keys)), byte(len(w.keys) >> 8)})
			if len(w.keys) > 0 && rapid.IntRange(0, 4).Draw(w.t, "again") == 0 {
				f.Key = rapid.SampledFrom(w.keys).Draw(w.t, "key")
			}
			w.keys = append(w.keys, f.Key)
			f.Sum = uint64(len(w.keys))
		}
		f, w.head = w.head.Next(f)
		w.facts = append(w.facts, f)
		if jobs, err := order.JobsOf(&f); err == nil {
			w.jobs = append(w.jobs, jobs...)
		}
	}
}

func TestAnyBatchingOfAnyFactsEqualsARebuild(t *testing.T) {
	opt := Options{Epoch: 2, Identity: "wild", fast: true} // the disk is not the subject here
	dir := t.TempDir()
	one, two := dir+"/one.db", dir+"/two.db"
	rapid.Check(t, func(t *rapid.T) {
		w := wild{t: t, head: fact.Head{Epoch: 2}, at: 1_795_305_600_000}
		for range rapid.IntRange(1, 60).Draw(t, "acts") {
			w.act()
		}
		_, _ = os.Remove(one), os.Remove(two)
		a, err := Open(one, opt)
		okay(t, err)
		defer a.Close()
		for at := 0; at < len(w.facts); {
			n := rapid.IntRange(1, min(40, len(w.facts)-at)).Draw(t, "batch")
			back := rapid.IntRange(0, min(5, at)).Draw(t, "overlap")
			okay(t, a.Apply(w.facts[at-back:at+n]))
			at += n
			if rapid.IntRange(0, 9).Draw(t, "reopen") == 0 {
				okay(t, a.Close())
				a, err = Open(one, opt)
				okay(t, err)
				defer a.Close()
			}
		}
		b, err := Rebuild(ctx, two, opt, tape(w.facts).Each, nil)
		okay(t, err)
		defer b.Close()
		if diff, equal, err := a.Compare(b); err != nil || !equal {
			t.Fatalf("%s %v", diff, err)
		}
		okay(t, a.Check(ctx))
		okay(t, b.Check(ctx))
	})
}

func okay(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
