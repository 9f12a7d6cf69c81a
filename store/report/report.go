// Package report turns facts into totals: X and Z of a business day, day by day and over
// many days. The register's book and head office both use it, so that both sides compute
// the same thing once. It is pure.
package report

import (
	"bytes"

	"wendan/store/fact"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/shift"
	"wendan/store/staff"
)

// Sales counts orders, their portions and their amount in fen.
type Sales struct {
	Orders   uint64       `cbor:"1,keyasint,omitempty" json:"orders"`
	Portions int64        `cbor:"2,keyasint,omitempty" json:"portions"`
	Amount   money.Amount `cbor:"3,keyasint,omitempty" json:"amount"`
}

func (s Sales) plus(o Sales) Sales {
	return Sales{s.Orders + o.Orders, s.Portions + o.Portions, s.Amount + o.Amount}
}

// Taken is what came in by one way of paying.
type Taken struct {
	Count         uint64       `cbor:"1,keyasint,omitempty" json:"count"`          // payments
	Amount        money.Amount `cbor:"2,keyasint,omitempty" json:"amount"`         // that stayed: received minus change
	Change        money.Amount `cbor:"3,keyasint,omitempty" json:"change"`         // handed back (找零)
	Pending       uint64       `cbor:"4,keyasint,omitempty" json:"pending"`        // of Count: 待核对
	PendingAmount money.Amount `cbor:"5,keyasint,omitempty" json:"pending_amount"` // of Amount: 待核对
}

// Received is what guests handed over, change included.
func (t Taken) Received() money.Amount { return t.Amount + t.Change }

func (t Taken) plus(o Taken) Taken {
	return Taken{t.Count + o.Count, t.Amount + o.Amount, t.Change + o.Change, t.Pending + o.Pending, t.PendingAmount + o.PendingAmount}
}

// Hour is one local hour of the day: orders placed in it and orders settled in it.
type Hour struct {
	Placed  Sales `cbor:"1,keyasint,omitempty" json:"placed"`
	Settled Sales `cbor:"2,keyasint,omitempty" json:"settled"`
}

// Dish is what was placed of one dish. Name is the latest one it was placed under.
type Dish struct {
	Name     string       `cbor:"1,keyasint,omitempty" json:"name"`
	Category uint16       `cbor:"2,keyasint,omitempty" json:"category"`
	Qty      int64        `cbor:"3,keyasint,omitempty" json:"qty"`    // portions
	Amount   money.Amount `cbor:"4,keyasint,omitempty" json:"amount"` // of its lines, methods included
}

// Part is what was placed of one category.
type Part struct {
	Qty    int64        `cbor:"1,keyasint,omitempty" json:"qty"`
	Amount money.Amount `cbor:"2,keyasint,omitempty" json:"amount"`
}

// Totals are the figures of one business day. The zero Totals is ready for Add and neutral
// in Merge. Counts never fall. Two rules always hold, whatever the facts were:
//
//	sum of ByDish + Other = sum of ByCategory + Other = Placed.Amount
//	sum of ByWay = Settled.Amount, when every settlement was paid in full
type Totals struct {
	Day   fact.Day `cbor:"1,keyasint,omitempty" json:"day"`   // of the facts; 0 when they are of several days, or from before the first day
	Facts uint64   `cbor:"2,keyasint,omitempty" json:"facts"` // of all kinds
	First int64    `cbor:"3,keyasint,omitempty" json:"first"` // earliest time of a fact, UTC milliseconds
	Last  int64    `cbor:"4,keyasint,omitempty" json:"last"`  // latest time of a fact, UTC milliseconds
	Other uint64   `cbor:"5,keyasint,omitempty" json:"other"` // facts of kinds this program does not count, or cannot read

	Placed  Sales        `cbor:"10,keyasint,omitempty" json:"placed"`  // orders placed (下单) on the day
	Settled Sales        `cbor:"11,keyasint,omitempty" json:"settled"` // orders settled on the day, whenever placed; Amount is the turnover (营业额)
	Earlier Sales        `cbor:"12,keyasint,omitempty" json:"earlier"` // of Settled: placed on an earlier day
	Rest    money.Amount `cbor:"13,keyasint,omitempty" json:"rest"`    // Placed.Amount minus the sum of all lines: reductions and additions per order
	Carried uint64       `cbor:"14,keyasint,omitempty" json:"carried"` // unpaid orders carried over when the day closed; several days: their sum
	Closed  int64        `cbor:"15,keyasint,omitempty" json:"closed"`  // time of the (latest) day close, UTC milliseconds; 0 while open

	ByWay      map[pay.Way]Taken       `cbor:"20,keyasint,omitempty" json:"by_way,omitempty"`
	ByChannel  map[order.Channel]Sales `cbor:"21,keyasint,omitempty" json:"by_channel,omitempty"` // of Placed
	ByHour     map[uint8]Hour          `cbor:"22,keyasint,omitempty" json:"by_hour,omitempty"`    // 0 to 23, by the register's clock zone
	ByCategory map[uint16]Part         `cbor:"23,keyasint,omitempty" json:"by_category,omitempty"`
	ByDish     map[uint32]Dish         `cbor:"24,keyasint,omitempty" json:"by_dish,omitempty"`

	Drawer      map[shift.Reason]uint64 `cbor:"30,keyasint,omitempty" json:"drawer,omitempty"` // openings by reason
	Reprints    uint64                  `cbor:"31,keyasint,omitempty" json:"reprints"`         // 补打 asked for
	Confirmed   uint64                  `cbor:"32,keyasint,omitempty" json:"confirmed"`        // slips proven on paper
	Unproven    uint64                  `cbor:"33,keyasint,omitempty" json:"unproven"`         // slips sent to printers that prove nothing
	Abandoned   uint64                  `cbor:"34,keyasint,omitempty" json:"abandoned"`        // slips given up (放弃)
	Marked      uint64                  `cbor:"35,keyasint,omitempty" json:"marked"`           // slips that carried 可能重复
	SignIns     uint64                  `cbor:"36,keyasint,omitempty" json:"sign_ins"`
	PINFailures uint64                  `cbor:"37,keyasint,omitempty" json:"pin_failures"`
	StaffEdits  uint64                  `cbor:"38,keyasint,omitempty" json:"staff_edits"`
	MenuChanges uint64                  `cbor:"39,keyasint,omitempty" json:"menu_changes"` // whole menus put in force
	Limits      uint64                  `cbor:"40,keyasint,omitempty" json:"limits"`       // 估清, 沽清 set or lifted
	Eras        uint64                  `cbor:"41,keyasint,omitempty" json:"eras"`         // clock steps over five minutes
}

// Turnover (营业额) is the sum of the orders settled on the day, in fen.
func (t *Totals) Turnover() money.Amount { return t.Settled.Amount }

// Unpaid is how many of the orders placed on the day are not settled yet, as far as this
// day's facts tell.
func (t *Totals) Unpaid() uint64 {
	if paid := t.Settled.Orders - t.Earlier.Orders; paid < t.Placed.Orders {
		return t.Placed.Orders - paid
	}
	return 0
}

// Add takes one fact in. Facts of kinds it does not know are only counted. So is a fact
// whose body cannot be read: Add then returns fact.ErrDecode with t still consistent, and
// whoever must not stop there goes on.
func (t *Totals) Add(f *fact.Fact) error {
	switch f.Kind {
	case order.PlacedKind.Number:
		p, err := order.PlacedKind.Read(f)
		if err != nil {
			return t.unread(f, err)
		}
		t.AddPlaced(f, &p)
		return nil
	case order.SettledKind.Number:
		s, err := order.SettledKind.Read(f)
		if err != nil {
			return t.unread(f, err)
		}
		t.AddSettled(f, &s)
		return nil
	case shift.ClosedKind.Number:
		c, err := shift.ClosedKind.Read(f)
		if err != nil {
			return t.unread(f, err)
		}
		t.Carried += uint64(c.Unpaid)
		t.Closed = max(t.Closed, f.At)
	case shift.DrawerKind.Number:
		d, err := shift.DrawerKind.Read(f)
		if err != nil {
			return t.unread(f, err)
		}
		add(&t.Drawer, d.Reason, 1, func(a, b uint64) uint64 { return a + b })
	case order.PrintedKind.Number:
		p, err := order.PrintedKind.Read(f)
		if err != nil {
			return t.unread(f, err)
		}
		t.printed(&p)
	case order.ReprintedKind.Number:
		t.Reprints++
	case staff.SignedInKind.Number:
		t.SignIns++
	case staff.PINFailedKind.Number:
		t.PINFailures++
	case staff.ChangedKind.Number:
		t.StaffEdits++
	case menu.KindChanged.Number:
		t.MenuChanges++
	case menu.KindLimited.Number:
		t.Limits++
	case shift.EraKind.Number:
		t.Eras++
	case shift.CreatedKind.Number, shift.OpenedKind.Number, shift.CarriedKind.Number, staff.SignedOutKind.Number:
	default:
		t.Other++
	}
	t.count(f)
	return nil
}

// AddPlaced is Add for a placed fact whose body is decoded already.
func (t *Totals) AddPlaced(f *fact.Fact, p *order.Placed) {
	s := Sales{Orders: 1, Amount: p.Total}
	t.Rest += p.Total
	for i := range p.Lines {
		l := &p.Lines[i]
		amount := l.Amount()
		s.Portions += int64(l.Qty)
		t.Rest -= amount
		add(&t.ByCategory, l.Category, Part{int64(l.Qty), amount}, Part.plus)
		add(&t.ByDish, l.Dish, Dish{l.Name, l.Category, int64(l.Qty), amount}, Dish.plus)
	}
	t.Placed = t.Placed.plus(s)
	add(&t.ByChannel, p.Channel, s, Sales.plus)
	add(&t.ByHour, localHour(f), Hour{Placed: s}, Hour.plus)
	t.count(f)
}

// AddSettled is Add for a settled fact whose body is decoded already.
func (t *Totals) AddSettled(f *fact.Fact, b *order.Settled) {
	s := Sales{1, int64(b.Portions), b.Total}
	t.Settled = t.Settled.plus(s)
	if b.PlacedOn != 0 && b.PlacedOn != f.Day {
		t.Earlier = t.Earlier.plus(s)
	}
	add(&t.ByHour, localHour(f), Hour{Settled: s}, Hour.plus)
	for i := range b.Payments {
		p := &b.Payments[i]
		k := Taken{Count: 1, Amount: p.Amount, Change: p.Change()}
		if p.Check == pay.Pending {
			k.Pending, k.PendingAmount = 1, p.Amount
		}
		add(&t.ByWay, p.Way, k, Taken.plus)
	}
	t.count(f)
}

func (t *Totals) printed(p *order.Printed) {
	switch p.Outcome {
	case order.Proven:
		t.Confirmed++
	case order.Unproven:
		t.Unproven++
	case order.Given:
		t.Abandoned++
	}
	if p.Marked {
		t.Marked++
	}
}

func (t *Totals) unread(f *fact.Fact, err error) error {
	t.Other++
	t.count(f)
	return err
}

func (t *Totals) count(f *fact.Fact) { t.span(f.Day, 1, f.At, f.At) }

// span counts n facts of day between first and last.
func (t *Totals) span(day fact.Day, n uint64, first, last int64) {
	if n == 0 {
		return
	}
	if t.Facts == 0 {
		t.Day, t.First, t.Last = day, first, last
	} else if t.Day != day {
		t.Day = 0
	}
	t.Facts += n
	t.First, t.Last = min(t.First, first), max(t.Last, last)
}

// Equal reports whether two totals agree in every figure.
func (t *Totals) Equal(o *Totals) bool { return bytes.Equal(fact.Marshal(t), fact.Marshal(o)) }

func localHour(f *fact.Fact) uint8 {
	const hour, day = 3_600_000, 86_400_000
	ms := (f.At + int64(f.Zone)*60_000) % day
	if ms < 0 {
		ms += day
	}
	return uint8(ms / hour)
}
