// Package money counts in fen, the hundredth part of a yuan, and never in floats.
//
// Every operation that can lose a fraction names its rounding, and every split adds
// up to what was split.
package money

import (
	"math/bits"
	"strconv"
	"strings"

	"wendan/store/fault"
)

// Amount is a sum of money in fen. Negative amounts are refunds and reductions. The
// range that Parse accepts and the register ever shows is ±Max.
type Amount int64

// Max bounds an amount typed or imported: one hundred million yuan.
const Max Amount = 100_000_000 * Yuan

// Units of Amount.
const (
	Fen  Amount = 1
	Jiao Amount = 10
	Yuan Amount = 100
)

var (
	// ErrSyntax refuses a text that is not a decimal amount with at most two places.
	ErrSyntax = fault.New("money.syntax", "金额“%s”看不懂，请写成 12.50 这样", "The amount %q is not understood; write it like 12.50",
		"Digits, at most one decimal point and at most two places; no currency sign, no exponent.")
	// ErrRange refuses an amount beyond Max.
	ErrRange = fault.New("money.range", "金额“%s”超出范围", "The amount %q is out of range",
		"Amounts are limited to one hundred million yuan either way.")
)

// Parse reads decimal text such as "12", "12.5", "-0.05" or "1,234.50" as yuan. It never goes
// through a float. Surrounding spaces are ignored; thousands separators are accepted
// only where they belong.
func Parse(s string) (Amount, error) {
	text := strings.TrimSpace(s)
	digits, negative := strings.CutPrefix(text, "-")
	whole, places, dotted := strings.Cut(digits, ".")
	if !grouped(&whole) || whole == "" || len(places) > 2 || (dotted && places == "") || !onlyDigits(whole) || !onlyDigits(places) {
		return 0, ErrSyntax.With(s)
	}
	places += "00"[len(places):]
	if len(strings.TrimLeft(whole, "0")) > 12 {
		return 0, ErrRange.With(s)
	}
	n, err := strconv.ParseInt(whole+places, 10, 64)
	if err != nil || Amount(n) > Max {
		return 0, ErrRange.With(s)
	}
	if negative {
		n = -n
	}
	return Amount(n), nil
}

// grouped removes thousands separators and reports whether they stood rightly.
func grouped(whole *string) bool {
	parts := strings.Split(*whole, ",")
	for i, p := range parts {
		if len(parts) > 1 && (i == 0 && (len(p) == 0 || len(p) > 3) || i > 0 && len(p) != 3) {
			return false
		}
	}
	*whole = strings.Join(parts, "")
	return true
}

func onlyDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// String writes yuan with two places: "-0.05", "1234.50".
func (a Amount) String() string {
	sign, u := "", uint64(a)
	if a < 0 {
		sign, u = "-", uint64(-a)
	}
	places := strconv.FormatUint(u%100, 10)
	if len(places) == 1 {
		places = "0" + places
	}
	return sign + strconv.FormatUint(u/100, 10) + "." + places
}

// Times multiplies by a count of portions. It panics on overflow, which validated
// amounts and counts cannot reach.
func (a Amount) Times(n int64) Amount {
	p := int64(a) * n
	if n != 0 && (p/n != int64(a) || (n == -1 && int64(a) == -1<<63)) {
		panic("money: overflow")
	}
	return Amount(p)
}

// Rate is a proportion in basis points: 10000 is the whole, 8800 is 88 % (八八折).
type Rate int64

// Whole is the rate of 100 %.
const Whole Rate = 10_000

// Part returns the rate's part of a, rounded half away from zero to the fen.
func (r Rate) Part(a Amount) Amount { return ratio(a, int64(r), int64(Whole)) }

// ratio returns a×num/den rounded half away from zero; den > 0.
func ratio(a Amount, num, den int64) Amount {
	negative := (a < 0) != (num < 0)
	hi, lo := bits.Mul64(magnitude(int64(a)), magnitude(num))
	lo, carry := bits.Add64(lo, uint64(den)/2, 0)
	hi += carry
	if hi >= uint64(den) {
		panic("money: overflow")
	}
	q, _ := bits.Div64(hi, lo, uint64(den))
	if q > 1<<63-1 {
		panic("money: overflow")
	}
	if negative {
		return Amount(-int64(q))
	}
	return Amount(q)
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return uint64(-n)
	}
	return uint64(n)
}

// Split cuts a into n parts that add up to a: n−1 equal parts rounded towards zero and
// the remainder on the last. It panics when n < 1.
func Split(a Amount, n int) []Amount {
	if n < 1 {
		panic("money: split into less than one part")
	}
	parts := make([]Amount, n)
	each := a / Amount(n)
	for i := range parts {
		parts[i] = each
	}
	parts[n-1] = a - each*Amount(n-1)
	return parts
}

// Share shares a out in proportion to the weights; the parts add up to a, with the
// rounding remainder on the last part of non-zero weight. Weights must not be negative; when
// all are zero the shares are as equal as Split makes them. No weights, no parts.
func Share(a Amount, weights []Amount) []Amount {
	if len(weights) == 0 {
		return nil
	}
	var total Amount
	last := -1
	for i, w := range weights {
		if w < 0 {
			panic("money: negative weight")
		}
		total += w
		if w > 0 {
			last = i
		}
	}
	if total == 0 {
		return Split(a, len(weights))
	}
	parts := make([]Amount, len(weights))
	rest := a
	for i, w := range weights {
		if i == last {
			continue
		}
		parts[i] = ratio(a, int64(w), int64(total))
		rest -= parts[i]
	}
	parts[last] = rest
	return parts
}

// Notes are the Chinese banknotes a guest may hand over, smallest first.
var Notes = []Amount{1 * Yuan, 5 * Yuan, 10 * Yuan, 20 * Yuan, 50 * Yuan, 100 * Yuan}

// NextNotes proposes what a guest is likely to hand over for due: up to n distinct sums
// above due, smallest first, each the next multiple of a banknote of ten yuan or more,
// and the next five yuan for small sums. It returns nothing for due ≤ 0.
func NextNotes(due Amount, n int) []Amount {
	if due <= 0 {
		return nil
	}
	var out []Amount
	for _, note := range Notes[1:] {
		sum := (due + note - 1) / note * note
		if sum == due {
			continue
		}
		if len(out) == 0 || sum > out[len(out)-1] {
			out = append(out, sum)
		}
		if len(out) == n {
			break
		}
	}
	return out
}
