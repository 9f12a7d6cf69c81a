package money

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestParseReadsDecimalTextExactly(t *testing.T) {
	for text, want := range map[string]Amount{
		"0": 0, "12": 1200, "12.5": 1250, "12.95": 1295, "-0.05": -5, " 7.00 ": 700, "1,234.50": 123450, "100000000": Max, "007": 700,
	} {
		got, err := Parse(text)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestParseRefusesWhatItCannotHold(t *testing.T) {
	for text, want := range map[string]error{
		"": ErrSyntax, ".5": ErrSyntax, "1.": ErrSyntax, "1.234": ErrSyntax, "¥12": ErrSyntax, "1e3": ErrSyntax, "--1": ErrSyntax,
		"12,34": ErrSyntax, "1.2.3": ErrSyntax, "１２": ErrSyntax, "+1": ErrSyntax, ",123": ErrSyntax,
		"100000000.01": ErrRange, "99999999999999999999": ErrRange,
	} {
		if _, err := Parse(text); !errors.Is(err, want) {
			t.Errorf("Parse(%q) = %v, want %v", text, err, want)
		}
	}
}

func TestStringAndParseAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Amount(rapid.Int64Range(int64(-Max), int64(Max)).Draw(t, "a"))
		back, err := Parse(a.String())
		if err != nil || back != a {
			t.Fatalf("%d -> %q -> %d, %v", a, a.String(), back, err)
		}
	})
}

func TestSplitAndShareAddUpToTheFen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Amount(rapid.Int64Range(int64(-Max), int64(Max)).Draw(t, "a"))
		var sum Amount
		for _, p := range Split(a, rapid.IntRange(1, 20).Draw(t, "n")) {
			sum += p
		}
		if sum != a {
			t.Fatalf("split sums to %v, not %v", sum, a)
		}
		var weights []Amount
		for _, w := range rapid.SliceOfN(rapid.Int64Range(0, 1_000_000), 1, 12).Draw(t, "w") {
			weights = append(weights, Amount(w))
		}
		sum = 0
		for i, p := range Share(a, weights) {
			sum += p
			if weights[i] == 0 && p != 0 && !allZero(weights) {
				t.Fatalf("part %d has no weight but gets %v", i, p)
			}
		}
		if sum != a {
			t.Fatalf("shares sum to %v, not %v", sum, a)
		}
	})
}

func allZero(ws []Amount) bool {
	for _, w := range ws {
		if w != 0 {
			return false
		}
	}
	return true
}

func TestRateRoundsHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		a    Amount
		r    Rate
		want Amount
	}{{1000, 8800, 880}, {5, 5000, 3}, {-5, 5000, -3}, {1, 4999, 0}, {12345, Whole, 12345}, {Max, Whole, Max}} {
		if got := c.r.Part(c.a); got != c.want {
			t.Errorf("%d of %v = %v, want %v", c.r, c.a, got, c.want)
		}
	}
}

func TestNextNotesAreWhatGuestsHandOver(t *testing.T) {
	for _, c := range []struct {
		due  Amount
		want []Amount
	}{
		{2380, []Amount{2500, 3000, 4000, 5000}},
		{20910, []Amount{21000, 22000, 25000, 30000}},
		{10000, nil},
		{0, nil},
	} {
		got := NextNotes(c.due, 4)
		if len(got) != len(c.want) {
			t.Errorf("NextNotes(%v) = %v, want %v", c.due, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("NextNotes(%v) = %v, want %v", c.due, got, c.want)
			}
		}
	}
}

func TestTimesRefusesToOverflow(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Fatal("overflow went unnoticed")
		}
	}()
	Amount(1 << 62).Times(3)
}
