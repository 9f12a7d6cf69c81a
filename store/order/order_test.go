package order

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wendan/store/fact"
	"wendan/store/money"
	"wendan/store/pay"
)

func TestOrderNumbersReadBackAsWritten(t *testing.T) {
	for n, want := range map[Number]string{
		{"A", 1, 123}:               "A-000123",
		{"A", 2, 7}:                 "A2-000007",
		{"Z", 4294967295, 1}:        "Z4294967295-000001",
		{"B", 1, 12345678}:          "B-12345678",
		{"B", 1, 1<<63 - 1}:         "B-9223372036854775807",
		{}:                          "",
		{Register: "A", Epoch: 1}:   "",
		{"AB", 3, 999999}:           "AB3-999999",
		{Register: "A", N: 5}:       "A-000005",
		{"A", 1, 1_000_000_000_000}: "A-1000000000000",
	} {
		if n.String() != want {
			t.Errorf("%+v is written %q, want %q", n, n, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := Number{rapid.StringMatching(`[A-Z]{1,3}`).Draw(t, "register"), rapid.Uint32Min(1).Draw(t, "epoch"), rapid.Uint64Range(1, 1<<63-1).Draw(t, "n")}
		back, err := ParseNumber(n.String())
		if err != nil || back != n {
			t.Fatalf("%+v came back as %+v %v", n, back, err)
		}
		if back, err = ParseNumber("  " + strings.ToLower(n.String()) + " "); err != nil || back != n {
			t.Fatalf("typed carelessly: %+v %v", back, err)
		}
	})
	for _, s := range []string{"", "-", "A", "A-", "-1", "A-0", "A1-5", "A0-5", "1-1", "A-1-1", "A-+1", "A-99999999999999999999", "A99999999999-1", "单-x", "宫保-1", "A B-1", "\x00-1"} {
		if n, err := ParseNumber(s); !errors.Is(err, ErrNumber) {
			t.Errorf("%q read as %+v, %v", s, n, err)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	f.Add("A-000123")
	f.Add("a2-7")
	f.Add("ı-1")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseNumber(s)
		if err != nil {
			if !errors.Is(err, ErrNumber) || n != (Number{}) {
				t.Fatalf("%q: %+v %v", s, n, err)
			}
			return
		}
		if back, err := ParseNumber(n.String()); err != nil || back != n {
			t.Fatalf("%q read as %+v, written %q, read back %+v %v", s, n, n, back, err)
		}
	})
}

func drawLine(t *rapid.T) Line {
	fen := rapid.Int64Range(-1000, 10_000_000)
	l := Line{Dish: 1, Name: "菜", Qty: rapid.Int32Range(1, MaxQty).Draw(t, "qty"), Price: money.Amount(fen.Draw(t, "price"))}
	for range rapid.IntRange(0, 4).Draw(t, "methods") {
		l.Methods = append(l.Methods, Method{Price: money.Amount(fen.Draw(t, "extra")), Times: rapid.Bool().Draw(t, "times")})
	}
	return l
}

func TestTheBillIsTheSumOfItsLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(drawLine), 0, 12).Draw(t, "lines")
		var sum money.Amount
		var portions int32
		for i := range lines {
			l := &lines[i]
			each := int64(l.Price) // the rule again, portion by portion
			once := int64(0)
			for _, m := range l.Methods {
				if m.Times {
					each += int64(m.Price)
				} else {
					once += int64(m.Price)
				}
			}
			want := once
			for range l.Qty {
				want += each
			}
			if int64(l.Amount()) != want {
				t.Fatalf("%+v costs %d, counted %d", l, l.Amount(), want)
			}
			sum += l.Amount()
			portions += l.Qty
		}
		b := BillOf(lines, nil)
		if b.Total != sum || b.Dishes != sum || b.Due != sum || b.Paid != 0 || b.Portions != portions {
			t.Fatalf("bill %+v of %s in %d portions", b, sum, portions)
		}
		b = BillOf(lines, []pay.Payment{{Amount: sum / 3}, {Amount: sum - sum/3, Given: sum + 700}})
		if b.Paid != sum || b.Due != 0 {
			t.Fatalf("paid in full, yet %+v", b)
		}
	})
}

func TestMethodsCountOnceOrPerPortion(t *testing.T) {
	l := Line{Qty: 3, Price: 2000, Methods: []Method{{Name: "加蛋", Price: 200, Times: true}, {Name: "打包", Price: 100}, {Name: "微辣"}}}
	if l.Amount() != 3*2200+100 {
		t.Fatalf("three at 20.00 with an egg each and one box cost %s", l.Amount())
	}
}

func TestFactsMakeTheOrderAndPayIt(t *testing.T) {
	p := Placed{Number: Number{"A", 1, 5}, Pickup: "005", Channel: DineIn, Lines: []Line{{Name: "面", Qty: 2, Price: 1500}}, Note: "快", Total: 3000}
	o := p.Apply(&fact.Fact{Seq: 9, At: 1000, Day: 20261122, Staff: 3})
	if o.Paid() || o.Bill().Due != 3000 || o.Seq != 9 || o.LastSeq != 9 || o.Day != 20261122 || o.Staff != 3 || o.Note != "快" {
		t.Fatalf("placed as %+v", o)
	}
	before := *o
	s := Settled{Number: p.Number, Total: 3000, Payments: []pay.Payment{{Way: pay.Card, Amount: 1000}, {Way: pay.Cash, Amount: 2000, Given: 5000}}}
	s.Apply(o, &fact.Fact{Seq: 10, At: 2000, Day: 20261123})
	if !o.Paid() || o.Bill().Due != 0 || o.Change() != 3000 || o.PaidDay != 20261123 || o.Day != 20261122 || o.LastSeq != 10 {
		t.Fatalf("settled as %+v", o)
	}
	if len(before.Payments) != 0 || before.Paid() {
		t.Fatal("a copy taken before the payment changed with it")
	}
}
