package pay

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wendan/store/money"
)

func drawTender(t *rapid.T) Tender {
	return Tender{Way: Way(rapid.Uint8Range(0, 6).Draw(t, "way")), Given: money.Amount(rapid.Int64Range(-1, 20_000).Draw(t, "given")),
		Ref: rapid.SampledFrom([]string{"", "", "T-42000019", "4111111111111111", "中"}).Draw(t, "ref")}
}

func TestWhatSettlesAddsUpToTheBillExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		due := money.Amount(rapid.Int64Range(0, 30_000).Draw(t, "due"))
		tenders := rapid.SliceOfN(rapid.Custom(drawTender), 0, 4).Draw(t, "tenders")
		if rapid.Bool().Draw(t, "enough") {
			tenders = append(tenders, Tender{Way: Cash, Given: due + 1})
		}
		given := slices.Clone(tenders)
		payments, err := Settle(due, tenders)
		if !slices.Equal(given, tenders) {
			t.Fatal("the tenders were changed")
		}
		checkSettled(t, due, tenders, payments, err)

		seed := rapid.Uint64().Draw(t, "shuffle")
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(tenders), func(i, j int) { tenders[i], tenders[j] = tenders[j], tenders[i] })
		again, err2 := Settle(due, tenders)
		if (err == nil) != (err2 == nil) {
			t.Fatalf("entered in another order: %v instead of %v", err2, err)
		}
		byText := func(all []Payment) []string {
			var out []string
			for _, p := range all {
				out = append(out, fmt.Sprintf("%+v", p))
			}
			slices.Sort(out)
			return out
		}
		if !slices.Equal(byText(payments), byText(again)) {
			t.Fatalf("entered in another order: %+v instead of %+v", again, payments)
		}
	})
}

// checkSettled holds the outcome against the rules, counted again by hand.
func checkSettled(t *rapid.T, due money.Amount, tenders []Tender, payments []Payment, err error) {
	var cash, other money.Amount
	cashes, valid := 0, true
	for _, x := range tenders {
		valid = valid && x.Way.Valid() && x.Given > 0 && (x.Ref == "" || strings.HasPrefix(x.Ref, "T-"))
		if x.Way == Cash {
			cashes++
			cash += x.Given
		} else {
			other += x.Given
		}
	}
	right := valid && cashes <= 1 && other <= due && other+cash >= due && !(cashes == 1 && other == due)
	if right != (err == nil) {
		t.Fatalf("due %s, %+v: %v", due, tenders, err)
	}
	if err != nil {
		if payments != nil {
			t.Fatalf("refused, yet %+v", payments)
		}
		return
	}
	var sum, back money.Amount
	for i := range payments {
		p := &payments[i]
		sum += p.Amount
		back += p.Change()
		if p.Amount <= 0 || p.Way != Cash && (p.Change() != 0 || p.Check != Pending) || p.Way == Cash && p.Check != Sure {
			t.Fatalf("payment %+v", p)
		}
	}
	if sum != due || back != other+cash-due || len(payments) != len(tenders) {
		t.Fatalf("due %s: settled %s with %s back by %+v", due, sum, back, payments)
	}
}

func TestTendersAreRefusedWithTheReason(t *testing.T) {
	for name, c := range map[string]struct {
		due     money.Amount
		tenders []Tender
		want    error
	}{
		"nothing":               {100, nil, ErrShort},
		"a fen short":           {100, []Tender{{Way: Cash, Given: 99}}, ErrShort},
		"mixed and short":       {100, []Tender{{Way: Card, Given: 50}, {Way: Cash, Given: 49}}, ErrShort},
		"card takes too much":   {100, []Tender{{Way: Card, Given: 101}}, ErrOver},
		"two cards too much":    {100, []Tender{{Way: Card, Given: 60}, {Way: WeChat, Given: 60}}, ErrOver},
		"cash for nothing":      {100, []Tender{{Way: Card, Given: 100}, {Way: Cash, Given: 100}}, ErrOver},
		"cash on a free order":  {0, []Tender{{Way: Cash, Given: 100}}, ErrOver},
		"zero":                  {100, []Tender{{Way: Cash}}, ErrAmount},
		"negative":              {100, []Tender{{Way: Cash, Given: 300}, {Way: Card, Given: -200}}, ErrAmount},
		"beyond the limit":      {100, []Tender{{Way: Cash, Given: MaxTender + 1}}, ErrAmount},
		"unknown way":           {100, []Tender{{Way: 0, Given: 100}}, ErrWay},
		"way of a later time":   {100, []Tender{{Way: 6, Given: 100}}, ErrWay},
		"cash twice":            {100, []Tender{{Way: Cash, Given: 50}, {Way: Cash, Given: 50}}, ErrWay},
		"card number":           {100, []Tender{{Way: Card, Given: 100, Ref: "4111111111111111"}}, ErrRef},
		"command to a printer":  {100, []Tender{{Way: Card, Given: 100, Ref: "\x1b@"}}, ErrRef},
		"reference in Chinese":  {100, []Tender{{Way: Card, Given: 100, Ref: "流水"}}, ErrRef},
		"reference of 41 signs": {100, []Tender{{Way: Card, Given: 100, Ref: strings.Repeat("a", 41)}}, ErrRef},
	} {
		if p, err := Settle(c.due, c.tenders); !errors.Is(err, c.want) || p != nil {
			t.Errorf("%s: %+v %v, want %v", name, p, err, c.want)
		}
	}
	if p, err := Settle(0, nil); err != nil || len(p) != 0 {
		t.Errorf("a free order needs no tender: %+v %v", p, err)
	}
}

// checkDigit completes digits so that they pass the card number check (ISO/IEC 7812-1, annex B), worked out
// from the left, unlike the code under test.
func checkDigit(digits string) string {
	sum := 0
	for i, r := range digits {
		d := int(r - '0')
		if (len(digits)-i)%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}

func TestCardNumbersNeverPassAsAReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		card := checkDigit(rapid.StringMatching(`[1-9][0-9]{11,17}`).Draw(t, "digits"))
		broken := card
		for _, at := range []int{4, 9, 14} {
			sep := rapid.SampledFrom([]string{"", " ", "-", "/"}).Draw(t, "separator")
			if at < len(broken) {
				broken = broken[:at] + sep + broken[at:]
			}
		}
		for _, ref := range []string{card, broken, "No." + card, card + " x"} {
			if p, err := Settle(100, []Tender{{Way: Card, Given: 100, Ref: ref}}); !errors.Is(err, ErrRef) {
				t.Fatalf("card number %q was stored in %+v", ref, p)
			}
		}
		// an expiry date or a number of its own beside it does not hide it
		for _, ref := range []string{card + " 12/27", "12 " + card, "A1-" + card} {
			if len(ref) <= 40 {
				if p, err := Settle(100, []Tender{{Way: Card, Given: 100, Ref: ref}}); !errors.Is(err, ErrRef) {
					t.Fatalf("card number %q was stored in %+v", ref, p)
				}
			}
		}
	})
}

func TestTradeNumbersOfWalletsPassAsAReference(t *testing.T) {
	for _, ref := range []string{"4200001984202611220123456789", "2026112222001456781234567890", "T-000123", "A7F3-22", ""} {
		if _, err := Settle(100, []Tender{{Way: WeChat, Given: 100, Ref: ref}}); err != nil {
			t.Errorf("%q: %v", ref, err)
		}
	}
}

func FuzzSettle(f *testing.F) {
	f.Add(int64(100), uint8(1), int64(150), "", uint8(2), int64(20), "T1")
	f.Add(int64(-1), uint8(3), int64(1<<62), "4111 1111 1111 1111", uint8(1), int64(1<<62), "\xff")
	f.Fuzz(func(t *testing.T, due int64, w1 uint8, g1 int64, r1 string, w2 uint8, g2 int64, r2 string) {
		payments, err := Settle(money.Amount(due), []Tender{{Way(w1), money.Amount(g1), r1}, {Way(w2), money.Amount(g2), r2}})
		if err != nil {
			return
		}
		var sum money.Amount
		for i := range payments {
			sum += payments[i].Amount
			if payments[i].Amount <= 0 || payments[i].Change() < 0 || len(payments[i].Ref) > 40 {
				t.Fatalf("payment %+v", payments[i])
			}
		}
		if sum != money.Amount(due) {
			t.Fatalf("due %d settled by %d", due, sum)
		}
	})
}

func TestEveryWayHasItsNames(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range Ways {
		if !w.Valid() || w.Name() == "unknown" || w.Label() == "其他" || seen[w.Name()] || seen[w.Label()] {
			t.Errorf("way %d: %q %q", w, w.Name(), w.Label())
		}
		seen[w.Name()], seen[w.Label()] = true, true
	}
	if len(Ways) != int(UnionPay) || Way(0).Valid() || Way(99).Valid() {
		t.Error("the list of ways and the valid ways differ")
	}
}
