package receipt

import (
	"encoding/hex"
	"strings"
	"time"

	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/money"
	"wendan/store/order"
)

// Check is what the QR code of a receipt says, so that anybody with the records of the
// shop can tell whether the paper is genuine: order, amount, time and the beginning of the
// hash of the fact that settled it.
type Check struct {
	Number order.Number
	Total  money.Amount
	At     int64  // UTC milliseconds, whole seconds
	Hash   string // fact.Hash.Short
}

// ErrCheck refuses a text that is not a receipt's check code.
var ErrCheck = fault.New("receipt.check", "这不是本店小票的二维码，请核对", "This is not the code of one of our receipts; check the paper",
	"Expected WD1:number:amount:time:hash as printed in the QR code of a receipt.")

// stamp is the form of the time: ISO 8601 basic, UTC.
const stamp = "20060102T150405Z"

// CheckOf is the check of an order of that total settled by f.
func CheckOf(n order.Number, total money.Amount, f *fact.Fact) Check {
	return Check{n, total, f.At - mod(f.At, 1000), f.Hash.Short()}
}

func mod(a, b int64) int64 { return ((a % b) + b) % b }

// String writes "WD1:A-000123:128.00:20261122T040531Z:3FA9C2D1". It uses only the 45 signs of a QR code's alphanumeric
// mode (ISO/IEC 18004, 7.3.4), which keeps the code small.
func (c Check) String() string {
	return strings.ToUpper(strings.Join([]string{"WD1", c.Number.String(), c.Total.String(), time.UnixMilli(c.At).UTC().Format(stamp), c.Hash}, ":"))
}

// ParseCheck reads exactly what String writes; anything else is ErrCheck.
func ParseCheck(s string) (Check, error) {
	parts := strings.Split(s, ":")
	if len(parts) != 5 || parts[0] != "WD1" {
		return Check{}, ErrCheck
	}
	n, err1 := order.ParseNumber(parts[1])
	total, err2 := money.Parse(parts[2])
	at, err3 := time.Parse(stamp, parts[3])
	hash, err4 := hex.DecodeString(parts[4])
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || len(hash) != 4 {
		return Check{}, ErrCheck
	}
	c := Check{n, total, at.UnixMilli(), strings.ToLower(parts[4])}
	if c.String() != s {
		return Check{}, ErrCheck
	}
	return c, nil
}

// Vouches reports whether the fact f, which must have settled the order, is the one the
// paper was printed from.
func (c Check) Vouches(f *fact.Fact) bool {
	s, err := order.SettledKind.Read(f)
	return err == nil && c == CheckOf(s.Number, s.Total, f)
}
