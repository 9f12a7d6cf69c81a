package report

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/shift"
	"wendan/store/staff"
)

// chain numbers drafts as the facts of a register.
type chain struct {
	head  fact.Head
	facts []fact.Fact
}

func (c *chain) add(day fact.Day, at int64, d fact.Draft) *fact.Fact {
	var f fact.Fact
	f, c.head = c.head.Next(fact.Fact{At: at, Zone: 480, Day: day, Era: 1, Source: fact.SourceSystem, Kind: d.Kind, Ver: d.Ver, Body: d.Body})
	c.facts = append(c.facts, f)
	return &c.facts[len(c.facts)-1]
}

// count is what the property test counts by its own, simpler way.
type count struct {
	placed, settled, earlier      int
	portions                      int64
	placedSum, turnover, lines    money.Amount
	cash, change, pending         money.Amount
	opened, reprints, signIns     int
	limits                        int
	confirmed, unproven, abandons int
	strange                       int
}

const noon = 1_795_320_000_000 // 2026-11-22 04:00 UTC, 12:00 in China

func randomLines(t *rapid.T) []order.Line {
	lines := make([]order.Line, rapid.IntRange(1, 4).Draw(t, "lines"))
	for i := range lines {
		id := rapid.Uint32Range(1, 5).Draw(t, "dish")
		lines[i] = order.Line{Dish: id, Name: "菜", Qty: rapid.Int32Range(1, 9).Draw(t, "qty"), Category: uint16(id % 3),
			Price: money.Amount(rapid.Int64Range(0, 9999).Draw(t, "price"))}
		if rapid.Bool().Draw(t, "method") {
			lines[i].Methods = []order.Method{{ID: 1, Name: "加蛋", Price: 200, Times: rapid.Bool().Draw(t, "times")}}
		}
	}
	return lines
}

// randomFacts makes facts of three business days and, beside them, what they amount to by
// day.
func randomFacts(t *rapid.T) ([]fact.Fact, map[fact.Day]*count) {
	c, want := chain{head: fact.Head{Epoch: 1}}, map[fact.Day]*count{}
	type open struct {
		n     uint64
		day   fact.Day
		total money.Amount
		qty   int32
	}
	var unpaid []open
	days := []fact.Day{0, 20261122, 20261123, 20261125}
	n, at := uint64(0), int64(noon)
	for _, day := range days {
		w := &count{}
		want[day] = w
		for range rapid.IntRange(0, 25).Draw(t, "facts") {
			at += int64(rapid.IntRange(-100_000, 9_000_000).Draw(t, "pause"))
			switch k := rapid.IntRange(0, 9).Draw(t, "kind"); {
			case k <= 3:
				lines := randomLines(t)
				bill := order.BillOf(lines, nil)
				n++
				off := money.Amount(rapid.IntRange(-1, 1).Draw(t, "reduction"))
				c.add(day, at, order.PlacedKind.Draft(order.Placed{Number: order.Number{Register: "A", Epoch: 1, N: n}, Channel: order.DineIn,
					Lines: lines, Total: bill.Total + off}))
				unpaid = append(unpaid, open{n, day, bill.Total + off, bill.Portions})
				w.placed++
				w.placedSum += bill.Total + off
				w.lines += bill.Dishes
				w.portions += int64(bill.Portions)
			case k <= 6 && len(unpaid) > 0:
				i := rapid.IntRange(0, len(unpaid)-1).Draw(t, "which")
				o := unpaid[i]
				unpaid = append(unpaid[:i], unpaid[i+1:]...)
				card := o.total / 3
				b := order.Settled{Number: order.Number{Register: "A", Epoch: 1, N: o.n}, Total: o.total, Portions: o.qty, Payments: []pay.Payment{
					{Way: pay.WeChat, Amount: card, Check: pay.Pending}, {Way: pay.Cash, Amount: o.total - card, Given: o.total - card + 5, Check: pay.Sure}}}
				if o.day != day {
					b.PlacedOn = o.day
				}
				c.add(day, at, order.SettledKind.Draft(b))
				w.settled++
				w.turnover += o.total
				w.cash += o.total - card
				w.change += 5
				w.pending += card
				if o.day != day && o.day != 0 {
					w.earlier++
				}
			case k == 7:
				c.add(day, at, shift.DrawerKind.Draft(shift.DrawerOpened{Reason: shift.NoSale}))
				w.opened++
			case k == 8:
				out := rapid.SampledFrom([]order.Outcome{order.Proven, order.Unproven, order.Given}).Draw(t, "outcome")
				c.add(day, at, order.PrintedKind.Draft(order.Printed{Job: order.Job{Epoch: 1, Seq: 1, Slip: 1}, Outcome: out}))
				switch out {
				case order.Proven:
					w.confirmed++
				case order.Unproven:
					w.unproven++
				default:
					w.abandons++
				}
			default:
				switch rapid.IntRange(0, 4).Draw(t, "small") {
				case 4: // kinds that only Merge is asked about
					c.add(day, at, rapid.SampledFrom([]fact.Draft{shift.ClosedKind.Draft(shift.Closed{Unpaid: 2}), shift.EraKind.Draft(shift.Era{}),
						shift.OpenedKind.Draft(shift.Opened{}), staff.PINFailedKind.Draft(staff.PINFailed{Person: 1}), staff.ChangedKind.Draft(staff.Changed{}),
						menu.KindChanged.Draft(menu.Changed{}), order.PrintedKind.Draft(order.Printed{Marked: true})}).Draw(t, "rare"))
				case 3:
					c.add(day, at, menu.KindLimited.Draft(menu.Limited{Dish: 3}))
					w.limits++
				case 0:
					c.add(day, at, order.ReprintedKind.Draft(order.Reprinted{Number: order.Number{N: 1}, Slip: order.ReceiptSlip}))
					w.reprints++
				case 1:
					c.add(day, at, staff.SignedInKind.Draft(staff.Signed{Person: 1}))
					w.signIns++
				default:
					c.add(day, at, fact.Draft{Kind: 64_000, Ver: 9, Body: fact.Marshal("future")})
					w.strange++
				}
			}
		}
	}
	return c.facts, want
}

func TestTotalsAgreeWithAnIndependentCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts, want := randomFacts(t)
		l := Ledger{}
		for i := range facts {
			if err := l.Add(&facts[i]); err != nil {
				t.Fatalf("fact %d: %v", i, err)
			}
		}
		for day, w := range want {
			got := l.Of(day)
			have := count{placed: int(got.Placed.Orders), settled: int(got.Settled.Orders), earlier: int(got.Earlier.Orders), portions: got.Placed.Portions,
				placedSum: got.Placed.Amount, turnover: got.Turnover(), lines: got.Placed.Amount - got.Rest, cash: got.ByWay[pay.Cash].Amount,
				change: got.ByWay[pay.Cash].Received() - got.ByWay[pay.Cash].Amount, pending: got.ByWay[pay.WeChat].PendingAmount,
				opened: int(got.Drawer[shift.NoSale]), reprints: int(got.Reprints), signIns: int(got.SignIns), limits: int(got.Limits), confirmed: int(got.Confirmed),
				unproven: int(got.Unproven), abandons: int(got.Abandoned), strange: int(got.Other)}
			// An order placed before the first day names no day of placing, so it counts as none of an earlier day.
			if have != *w {
				t.Fatalf("%v: counted %+v, want %+v", day, have, *w)
			}
			checkSums(t, got)
		}
	})
}

// checkSums holds the invariants that Totals promises.
func checkSums(t *rapid.T, got *Totals) {
	var dishes, parts, ways money.Amount
	var channels, placed, settled Sales
	var qty int64
	for _, d := range got.ByDish {
		dishes, qty = dishes+d.Amount, qty+d.Qty
	}
	for _, p := range got.ByCategory {
		parts += p.Amount
	}
	for _, k := range got.ByWay {
		ways += k.Amount
	}
	for _, s := range got.ByChannel {
		channels = channels.plus(s)
	}
	for _, h := range got.ByHour {
		placed, settled = placed.plus(h.Placed), settled.plus(h.Settled)
	}
	if dishes+got.Rest != got.Placed.Amount || parts != dishes || qty != got.Placed.Portions || ways != got.Settled.Amount ||
		channels != got.Placed || placed != got.Placed || settled != got.Settled {
		t.Fatalf("parts do not add up: %+v", got)
	}
}

func TestMergeOfAnyCutEqualsAddingOneByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts, _ := randomFacts(t)
		one, all := Ledger{}, &Totals{}
		for i := range facts {
			_ = one.Add(&facts[i])
			_ = all.Add(&facts[i])
		}
		parts, at := []Ledger{}, 0
		for at < len(facts) {
			n := rapid.IntRange(1, len(facts)-at).Draw(t, "cut")
			l := Ledger{}
			for i := at; i < at+n; i++ {
				_ = l.Add(&facts[i])
			}
			parts, at = append(parts, l), at+n
		}
		left, right := Ledger{}, Ledger{}
		for _, p := range parts {
			left.Merge(p)
		}
		for i := len(parts) - 1; i >= 0; i-- { // p1 + (p2 + (p3 …))
			sum := Ledger{}
			sum.Merge(parts[i])
			sum.Merge(right)
			right = sum
		}
		for _, day := range one.Days() {
			if !one[day].Equal(left.Of(day)) || !one[day].Equal(right.Of(day)) {
				t.Fatalf("%v: merged %+v, added %+v", day, left.Of(day), one[day])
			}
		}
		if sum := one.Between(0, 20991231); !sum.Equal(all) {
			t.Fatalf("days together %+v, facts together %+v", sum, all)
		}
	})
}

func TestOrderOfAnEarlierDayIsTurnoverOfTheDayItIsSettled(t *testing.T) {
	c, l := chain{head: fact.Head{Epoch: 1}}, Ledger{}
	n := order.Number{Register: "A", Epoch: 1, N: 1}
	c.add(20261122, noon, order.PlacedKind.Draft(order.Placed{Number: n, Channel: order.Takeaway, Total: 2800,
		Lines: []order.Line{{Dish: 8, Name: "牛肉面", Qty: 1, Price: 2800, Category: 2}}}))
	c.add(20261122, noon+1, shift.ClosedKind.Draft(shift.Closed{Day: 20261122, Unpaid: 1}))
	c.add(20261123, noon+86_400_000, order.SettledKind.Draft(order.Settled{Number: n, Total: 2800, Portions: 1, PlacedOn: 20261122,
		Payments: []pay.Payment{{Way: pay.Cash, Amount: 2800, Given: 5000, Check: pay.Sure}}}))
	for i := range c.facts {
		if err := l.Add(&c.facts[i]); err != nil {
			t.Fatal(err)
		}
	}
	first, second := l.Of(20261122), l.Of(20261123)
	if first.Turnover() != 0 || first.Placed.Amount != 2800 || first.Unpaid() != 1 || first.Carried != 1 || first.Closed != noon+1 {
		t.Fatalf("first day %+v", first)
	}
	same := Totals{}
	if f := c.add(20261123, noon, order.SettledKind.Draft(order.Settled{Number: n, Total: 1, PlacedOn: 20261123})); same.Add(f) != nil || same.Earlier.Orders != 0 {
		t.Fatalf("an order of the day itself counted as earlier: %+v", same)
	}
	if second.Turnover() != 2800 || second.Placed.Orders != 0 || second.Earlier.Orders != 1 || second.Unpaid() != 0 {
		t.Fatalf("second day %+v", second)
	}
	if k := second.ByWay[pay.Cash]; k.Amount != 2800 || k.Received() != 5000 || k.Change != 2200 {
		t.Fatalf("cash %+v", k)
	}
	if first.ByHour[12].Placed.Orders != 1 {
		t.Fatalf("placed at noon in the register's zone, counted %+v", first.ByHour)
	}
}

func TestUnreadableBodyIsCountedAndReported(t *testing.T) {
	c := chain{head: fact.Head{Epoch: 1}}
	f := c.add(20261122, noon, fact.Draft{Kind: order.PlacedKind.Number, Ver: 1, Body: fact.Marshal("no order")})
	var got Totals
	if err := got.Add(f); fault.Code(err) != "fact.decode" {
		t.Fatalf("error %v", err)
	}
	if got.Facts != 1 || got.Other != 1 || got.Placed.Orders != 0 {
		t.Fatalf("counted %+v", got)
	}
}

func TestTotalsSurviveEncoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts, _ := randomFacts(t)
		var sum, back, fromJSON Totals
		for i := range facts {
			_ = sum.Add(&facts[i])
		}
		if err := fact.Unmarshal(fact.Marshal(&sum), &back); err != nil || !back.Equal(&sum) {
			t.Fatalf("CBOR: %v, %+v", err, back)
		}
		b, err := json.Marshal(&sum)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &fromJSON); err != nil || !fromJSON.Equal(&sum) {
			t.Fatalf("JSON: %v, %+v", err, fromJSON)
		}
		c := sum.Clone()
		for i := range facts {
			_ = c.Add(&facts[i])
		}
		if !back.Equal(&sum) || len(facts) > 0 && c.Equal(&sum) {
			t.Fatal("a clone shares figures with its original")
		}
	})
}
