// Package order holds what a guest orders: carts, lines, bills and orders, the intents
// that change them and the facts that remain. It is pure.
package order

import (
	"fmt"
	"strconv"
	"strings"

	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/money"
	"wendan/store/pay"
)

// Channel is how the guest eats. Numbers are stored and only grow.
type Channel uint8

// Channels.
const (
	DineIn   Channel = 1 // 堂食
	Takeaway Channel = 2 // 外带
)

// Number is an order's number, unique for ever: the register's letter, the epoch and a
// number that has no gap within register and epoch.
type Number struct {
	Register string `cbor:"1,keyasint,omitempty" json:"register"`
	Epoch    uint32 `cbor:"2,keyasint,omitempty" json:"epoch"`
	N        uint64 `cbor:"3,keyasint,omitempty" json:"n"`
}

// ErrNumber refuses a text that is no order number.
var ErrNumber = fault.New("order.number", "单号“%s”不对，请写成 A-000123", "%q is not an order number; write it like A-000123",
	"Register letter, the epoch when it is 2 or more, a dash and the number: A-000123, A2-000007.")

// String writes "A-000123", or "A2-000123" in epoch 2. The zero Number is "".
func (n Number) String() string {
	if n.N == 0 {
		return ""
	}
	epoch := ""
	if n.Epoch > 1 {
		epoch = strconv.FormatUint(uint64(n.Epoch), 10)
	}
	return fmt.Sprintf("%s%s-%06d", n.Register, epoch, n.N)
}

// ParseNumber reads what String writes, in capitals or not.
func ParseNumber(s string) (Number, error) {
	left, right, ok := strings.Cut(strings.ToUpper(strings.TrimSpace(s)), "-")
	letters := strings.TrimRight(left, "0123456789")
	n := Number{Register: letters, Epoch: 1}
	var err error
	if digits := left[len(letters):]; digits != "" {
		var e uint64
		if e, err = strconv.ParseUint(digits, 10, 32); err != nil || e < 2 {
			return Number{}, ErrNumber.With(s)
		}
		n.Epoch = uint32(e)
	}
	n.N, err = strconv.ParseUint(right, 10, 63)
	if !ok || err != nil || n.N == 0 || letters == "" || strings.Trim(letters, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return Number{}, ErrNumber.With(s)
	}
	return n, nil
}

// Method is a 做法 as chosen on a line, with its price frozen.
type Method struct {
	ID    uint16       `cbor:"1,keyasint" json:"id"`
	Name  string       `cbor:"2,keyasint" json:"name"`
	Price money.Amount `cbor:"3,keyasint,omitempty" json:"price,omitempty"`
	Times bool         `cbor:"4,keyasint,omitempty" json:"times,omitempty"` // price multiplies with the quantity
}

// Line is one position of an order. Names, prices and stations are frozen when it is
// placed, so that a later menu change cannot alter it.
type Line struct {
	Dish     uint32       `cbor:"1,keyasint" json:"dish"` // dish number
	Name     string       `cbor:"2,keyasint" json:"name"`
	Size     string       `cbor:"3,keyasint,omitempty" json:"size,omitempty"`
	Unit     string       `cbor:"4,keyasint,omitempty" json:"unit,omitempty"`
	Qty      int32        `cbor:"5,keyasint" json:"qty"`   // portions, 1 to MaxQty
	Price    money.Amount `cbor:"6,keyasint" json:"price"` // of one portion, without methods
	Methods  []Method     `cbor:"7,keyasint,omitempty" json:"methods,omitempty"`
	Note     string       `cbor:"8,keyasint,omitempty" json:"note,omitempty"`
	Category uint16       `cbor:"9,keyasint,omitempty" json:"category,omitempty"`
	Stations []uint16     `cbor:"10,keyasint,omitempty" json:"stations,omitempty"` // where it is cooked
}

// Amount is the line's price: portions with their multiplying methods, then the methods
// that count once (规则 10).
func (l *Line) Amount() money.Amount {
	each, once := l.Price, money.Amount(0)
	for _, m := range l.Methods {
		if m.Times {
			each += m.Price
		} else {
			once += m.Price
		}
	}
	return each.Times(int64(l.Qty)) + once
}

// Bill is every amount of an order. BillOf is the one place that computes it.
type Bill struct {
	Portions int32        `json:"portions"` // sum of the quantities
	Dishes   money.Amount `json:"dishes"`   // sum of the lines
	Total    money.Amount `json:"total"`    // what the order costs
	Paid     money.Amount `json:"paid"`     // what payments have settled
	Due      money.Amount `json:"due"`      // what is still to pay, never negative
}

// BillOf computes the bill of lines and payments.
func BillOf(lines []Line, payments []pay.Payment) Bill {
	var b Bill
	for i := range lines {
		b.Portions += lines[i].Qty
		b.Dishes += lines[i].Amount()
	}
	b.Total = b.Dishes
	for i := range payments {
		b.Paid += payments[i].Amount
	}
	b.Due = b.Total - b.Paid
	return b
}

// Order is an order as it stands after the facts so far.
type Order struct {
	Number     Number        `cbor:"1,keyasint" json:"number"`
	Pickup     string        `cbor:"2,keyasint,omitempty" json:"pickup,omitempty"` // 取餐号: short, per business day
	Channel    Channel       `cbor:"3,keyasint" json:"channel"`
	Lines      []Line        `cbor:"4,keyasint" json:"lines"`
	Note       string        `cbor:"5,keyasint,omitempty" json:"note,omitempty"`
	Payments   []pay.Payment `cbor:"6,keyasint,omitempty" json:"payments,omitempty"`
	Day        fact.Day      `cbor:"7,keyasint" json:"day"`                       // business date of placing
	At         int64         `cbor:"8,keyasint" json:"at"`                        // placed, UTC milliseconds
	Staff      uint32        `cbor:"9,keyasint,omitempty" json:"staff,omitempty"` // who placed it
	PaidAt     int64         `cbor:"10,keyasint,omitempty" json:"paid_at,omitempty"`
	PaidDay    fact.Day      `cbor:"11,keyasint,omitempty" json:"paid_day,omitempty"`
	Seq        uint64        `cbor:"12,keyasint" json:"seq"`                             // number of its first fact
	LastSeq    uint64        `cbor:"13,keyasint" json:"last_seq"`                        // number of its latest fact
	Reprints   uint16        `cbor:"14,keyasint,omitempty" json:"reprints,omitempty"`    // 补打 asked for so far
	SettledSeq uint64        `cbor:"15,keyasint,omitempty" json:"settled_seq,omitempty"` // number of the fact that settled it
}

// Bill computes the order's amounts.
func (o *Order) Bill() Bill { return BillOf(o.Lines, o.Payments) }

// Paid reports whether nothing is due any more.
func (o *Order) Paid() bool { return o.PaidAt != 0 }

// Change is the change given over all payments.
func (o *Order) Change() money.Amount {
	var sum money.Amount
	for i := range o.Payments {
		sum += o.Payments[i].Change()
	}
	return sum
}

// Placed is the body of the fact that an order was placed (下单). The lines go to the
// kitchen. The register's letter and the epoch are those of the fact.
type Placed struct {
	Number  Number       `cbor:"1,keyasint" json:"number"`
	Pickup  string       `cbor:"2,keyasint,omitempty" json:"pickup,omitempty"`
	Channel Channel      `cbor:"3,keyasint" json:"channel"`
	Lines   []Line       `cbor:"4,keyasint" json:"lines"`
	Note    string       `cbor:"5,keyasint,omitempty" json:"note,omitempty"`
	Total   money.Amount `cbor:"6,keyasint" json:"total"` // BillOf at placing, checked on every replay
}

// Settled is the body of the fact that an order was paid in full.
type Settled struct {
	Number   Number        `cbor:"1,keyasint" json:"number"`
	Payments []pay.Payment `cbor:"2,keyasint" json:"payments"`
	Total    money.Amount  `cbor:"3,keyasint" json:"total"`
	Portions int32         `cbor:"4,keyasint,omitempty" json:"portions,omitempty"`
	PlacedOn fact.Day      `cbor:"5,keyasint,omitempty" json:"placed_on,omitempty"` // when another day than the fact's
}

// Kinds of facts about orders.
var (
	PlacedKind  = fact.Define[Placed](60, "order.placed", 1)
	SettledKind = fact.Define[Settled](61, "order.settled", 1)
)

// Apply makes the order that a placed fact describes.
func (p *Placed) Apply(f *fact.Fact) *Order {
	return &Order{Number: p.Number, Pickup: p.Pickup, Channel: p.Channel, Lines: p.Lines, Note: p.Note,
		Day: f.Day, At: f.At, Staff: f.Staff, Seq: f.Seq, LastSeq: f.Seq}
}

// Apply takes the payments of a settled fact into o.
func (s *Settled) Apply(o *Order, f *fact.Fact) {
	o.Payments = append(o.Payments[:len(o.Payments):len(o.Payments)], s.Payments...)
	o.PaidAt, o.PaidDay, o.LastSeq, o.SettledSeq = f.At, f.Day, f.Seq, f.Seq
}
