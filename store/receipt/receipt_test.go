package receipt

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wendan/devices/ticket"
	"wendan/store/fact"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/shift"
)

// hostile draws texts a menu, a note or a person's name should never hold.
func hostile(name string) func(t *rapid.T) string {
	return func(t *rapid.T) string {
		return rapid.StringOfN(rapid.SampledFrom([]rune("宫保鸡丁面，。（）ab 1.05¥½é🌶\n\r\t\x1b\x00\u202e\u200d\u0301\ufffd")), 0, 40, -1).Draw(t, name)
	}
}

func hostileOrder(t *rapid.T) order.Order {
	o := order.Order{Number: order.Number{Register: "A", Epoch: 1, N: 7}, Channel: order.Channel(rapid.IntRange(1, 2).Draw(t, "channel")),
		Pickup: hostile("pickup")(t), Note: hostile("note")(t)}
	price := rapid.Custom(func(t *rapid.T) money.Amount {
		return money.Amount(rapid.SampledFrom([]int64{0, 1, 5, 250, 2800, 9_999_999}).Draw(t, "fen"))
	})
	for range rapid.IntRange(1, 6).Draw(t, "lines") {
		l := order.Line{Name: hostile("dish")(t), Size: hostile("size")(t), Note: hostile("wish")(t), Qty: int32(rapid.IntRange(1, order.MaxQty).Draw(t, "qty")), Price: price.Draw(t, "price"),
			Stations: rapid.SliceOfN(rapid.Uint16Range(1, 3), 0, 2).Draw(t, "stations")}
		for i := range rapid.IntRange(0, 3).Draw(t, "methods") {
			l.Methods = append(l.Methods, order.Method{ID: uint16(i + 1), Name: hostile("method")(t), Price: price.Draw(t, "extra"), Times: rapid.Bool().Draw(t, "times")})
		}
		o.Lines = append(o.Lines, l)
	}
	if total := o.Bill().Total; total > 0 {
		o.Payments = []pay.Payment{{Way: pay.Cash, Amount: total, Check: pay.Sure}}
	}
	o.PaidAt = noon
	return o
}

func TestHostileTextsNeverLeaveThePaperOrDriveThePrinter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := hostileOrder(t)
		s := Source{Order: o, Staff: hostile("staff")(t), Shop: Shop{Name: hostile("shop")(t), Branch: hostile("branch")(t), Footer: hostile("footer")(t)},
			Stations: map[uint16]string{1: hostile("station")(t)}, Copy: Copy{Rerouted: hostile("role")(t)},
			Fact: settledFact(order.Settled{Number: o.Number, Total: o.Bill().Total, Payments: o.Payments})}
		for _, slip := range append([]order.Slip{order.ReceiptSlip}, slipsOf(o.Lines)...) {
			s.Slip = slip
			tk, err := Render(s)
			if err != nil {
				t.Fatal(err)
			}
			for _, columns := range []int{32, 42, 48} {
				for _, item := range tk.Items {
					checkItem(t, item, columns)
				}
			}
		}
	})
}

func slipsOf(lines []order.Line) (out []order.Slip) {
	for _, s := range order.Stations(lines) {
		out = append(out, order.Kitchen(s))
	}
	return out
}

// checkItem fails when an item is wider than the paper at its size or holds anything but
// printable text.
func checkItem(t *rapid.T, item ticket.Item, columns int) {
	var lines []string
	wide := 1
	switch v := item.(type) {
	case ticket.Text:
		lines = v.Lines(columns)
		wide, _ = v.Style.Magnify()
		if strings.ContainsAny(v.Text, "\n\r") {
			t.Fatalf("a text from outside makes lines of its own: %q", v.Text)
		}
	case ticket.Row:
		lines = v.Lines(columns)
		wide, _ = v.Style.Magnify()
	}
	for _, l := range lines {
		if ticket.Width(l)*wide > columns {
			t.Fatalf("%q at %d× leaves %d columns", l, wide, columns)
		}
		for _, r := range l {
			if ticket.Columns(r) == 0 {
				t.Fatalf("%q carries %U", l, r)
			}
		}
	}
}

// printedSums reads the amounts at the right edge between the head of the dishes and the
// rule below them, as a guest would who adds them up.
func printedSums(t *rapid.T, tk ticket.Ticket, columns int) (sum money.Amount) {
	inside := false
	for _, item := range tk.Items {
		row, ok := item.(ticket.Row)
		if !ok {
			if _, rule := item.(ticket.Rule); rule && inside {
				return sum
			}
			continue
		}
		last := row.Cells[len(row.Cells)-1]
		if last.Text == "金额" {
			inside = true
			continue
		}
		if !inside || last.Align != ticket.Right {
			continue
		}
		lines := row.Lines(columns)
		if !strings.HasSuffix(lines[0], last.Text) || ticket.Width(lines[0]) != columns {
			t.Fatalf("%q does not end with %q at the right edge of %d columns", lines[0], last.Text, columns)
		}
		a, err := money.Parse(last.Text)
		if err != nil {
			t.Fatal(err)
		}
		count, each, _ := strings.Cut(row.Cells[len(row.Cells)-2].Text, "×")
		n, err1 := strconv.ParseInt(count, 10, 64)
		price, err2 := money.Parse(each)
		if err1 != nil || err2 != nil || price.Times(n) != a {
			t.Fatalf("%s × %s is not %s", count, each, last.Text)
		}
		sum += a
	}
	return sum
}

func TestPrintedAmountsAddUpToTheBill(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := hostileOrder(t)
		tk, err := Render(Source{Slip: order.ReceiptSlip, Order: o, Fact: settledFact(order.Settled{Number: o.Number})})
		if err != nil {
			t.Fatal(err)
		}
		for _, columns := range []int{32, 42, 48} {
			if sum := printedSums(t, tk, columns); sum != o.Bill().Total {
				t.Fatalf("the paper adds up to %s, the bill is %s", sum, o.Bill().Total)
			}
		}
	})
}

func TestMarksOfACopyStandAtTopAndBottomInverted(t *testing.T) {
	for _, slip := range []order.Slip{order.ReceiptSlip, order.Kitchen(1), order.DaySlip} {
		s := source(slip)
		if slip == order.DaySlip {
			s = evening()
		}
		s.Copy = Copy{Reprint: 3, Doubtful: true, Rerouted: "receipt"}
		tk, err := Render(s)
		if err != nil {
			t.Fatal(err)
		}
		n := len(tk.Items)
		for i, want := range []string{"可能重复", "补打(第3次)", "转印:前台"} {
			for _, at := range []int{i, n - 4 + i} {
				text, ok := tk.Items[at].(ticket.Text)
				if !ok || strings.TrimSpace(text.Text) != want || !text.Style.Invert || text.Style.High < 2 {
					t.Errorf("slip %d item %d of %d is %+v, want %s large and inverted", slip, at, n, tk.Items[at], want)
				}
			}
		}
		if _, cut := tk.Items[n-1].(ticket.Cut); !cut {
			t.Errorf("slip %d does not end with a cut", slip)
		}
	}
}

func TestTheFirstCopyCarriesNoMark(t *testing.T) {
	for name, tk := range everySlip(t) {
		text := strings.Join(ticket.Lines(tk, 48), "\n")
		marked := strings.HasSuffix(name, "-copy") || strings.HasSuffix(name, "-moved")
		if strings.Contains(text, "可能重复") != marked {
			t.Errorf("%s marked: %v", name, !marked)
		}
	}
}

func TestAKitchenSlipHoldsExactlyTheLinesOfItsStation(t *testing.T) {
	want := map[uint16][]string{1: {"宫保鸡丁", "米饭"}, 2: {"老坛酸菜红烧牛肉面配溏心蛋"}, 3: {"凉拌黄瓜"}}
	for station := uint16(1); station <= 3; station++ {
		tk, err := Render(source(order.Kitchen(station)))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(ticket.Lines(tk, 96), "\n")
		for at, names := range want {
			for _, name := range names {
				if strings.Contains(text, name) != (at == station) {
					t.Errorf("station %d and %s:\n%s", station, name, text)
				}
			}
		}
		if !strings.Contains(text, "少盐，餐具两份") {
			t.Errorf("station %d misses the order's note", station)
		}
		if !strings.Contains(text, strconv.Itoa(int(station))+"/3 张") {
			t.Errorf("station %d misses its count among the slips", station)
		}
	}
}

func TestWhatTheOrderDoesNotHaveIsRefused(t *testing.T) {
	unpaid := source(order.ReceiptSlip)
	unpaid.Order.PaidAt = 0
	wrong := evening()
	wrong.Fact = source(order.ReceiptSlip).Fact
	for name, c := range map[string]struct {
		s    Source
		want error
	}{
		"receipt of an unpaid order":  {unpaid, order.ErrNoSlip},
		"station without a line":      {source(order.Kitchen(9)), order.ErrNoSlip},
		"unknown slip":                {source(77), ErrSlip},
		"day report without its fact": {Source{Slip: order.DaySlip}, order.ErrJob},
		"day report of another fact":  {wrong, fact.ErrDecode},
	} {
		if tk, err := Render(c.s); !errors.Is(err, c.want) || len(tk.Items) != 0 {
			t.Errorf("%s: %v with %d items, want %v", name, err, len(tk.Items), c.want)
		}
	}
}

func TestEveryJobOfAFactCanBeRendered(t *testing.T) {
	o := lunch()
	placed := order.PlacedKind.Draft(order.Placed{Number: o.Number, Pickup: o.Pickup, Channel: o.Channel, Lines: o.Lines, Note: o.Note, Total: o.Bill().Total})
	again := order.ReprintedKind.Draft(order.Reprinted{Number: o.Number, Slip: order.Kitchen(2)})
	printed := 0
	for _, d := range []fact.Draft{placed, again} {
		f, _ := fact.Head{Epoch: 1, Seq: 9}.Next(fact.Fact{At: noon, Kind: d.Kind, Ver: d.Ver, Body: d.Body, Source: fact.SourceScreen})
		jobs, err := order.JobsOf(&f)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range jobs {
			s := source(j.Slip)
			if _, err := Render(s); err != nil {
				t.Errorf("job %s: %v", j, err)
			}
			printed++
		}
	}
	if printed != 4 {
		t.Fatalf("%d slips, want three stations and a copy", printed)
	}
	if f := evening().Fact; !shift.ClosedKind.Is(&f) {
		t.Fatal("the day's fixture is no closing fact")
	} else if jobs, err := order.JobsOf(&f); err != nil || len(jobs) != 1 || jobs[0].Slip != order.DaySlip {
		t.Fatalf("jobs of a closed day: %v %v", jobs, err)
	}
}

func TestTheRulerIsAsLongAsThePaper(t *testing.T) {
	for _, columns := range []int{32, 42, 48} {
		tk := Sample(shop, "x", columns, "")
		found := 0
		for _, item := range tk.Items {
			if text, ok := item.(ticket.Text); ok && strings.HasPrefix(text.Text, "....+") {
				found++
				if ticket.Width(text.Text) != columns || !strings.HasSuffix(text.Text, "|") {
					t.Errorf("ruler %q on %d columns", text.Text, columns)
				}
			}
		}
		if found != 1 {
			t.Errorf("%d rulers", found)
		}
	}
}

func TestTimesOnPaperAreThoseOfTheRegistersZone(t *testing.T) {
	for zone, want := range map[int16]string{480: "2026-11-22 12:05", 0: "2026-11-22 04:05", -300: "2026-11-21 23:05", 345: "2026-11-22 09:50"} {
		s := source(order.ReceiptSlip)
		s.Fact.Zone = zone
		tk, err := Render(s)
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(ticket.Lines(tk, 48), "\n"); !strings.Contains(text, "时间 "+want) {
			t.Errorf("%d minutes east:\n%s", zone, text)
		}
	}
}

func BenchmarkRenderAndLayOutAReceiptOf30Lines(b *testing.B) {
	s := source(order.ReceiptSlip)
	for len(s.Order.Lines) < 30 {
		s.Order.Lines = append(s.Order.Lines, s.Order.Lines[len(s.Order.Lines)%5])
	}
	b.ReportAllocs()
	for b.Loop() {
		tk, err := Render(s)
		if err != nil {
			b.Fatal(err)
		}
		if len(ticket.Lines(tk, 48)) < 30 {
			b.Fatal("lines are missing")
		}
	}
}
