// Package shift is about the business day and the till's drawer: the register's first fact, opening
// and closing a day, clock eras and drawer openings. It is pure.
package shift

import (
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/money"
)

// Created is the body of the first fact of a journal.
type Created struct {
	Branch    string    `cbor:"1,keyasint" json:"branch"`                     // shop code, [a-z0-9-]
	Register  string    `cbor:"2,keyasint" json:"register"`                   // register letter, A to Z
	Name      string    `cbor:"3,keyasint" json:"name"`                       // shop name for paper and screens
	PublicKey []byte    `cbor:"4,keyasint" json:"public_key"`                 // Ed25519, 32 bytes
	Before    fact.Head `cbor:"5,keyasint,omitempty" json:"before,omitempty"` // last known head of the old epoch, from epoch 2 on
}

// Opened is the body of the fact that a business day was opened.
type Opened struct {
	Day      fact.Day `cbor:"1,keyasint" json:"day"`
	Previous fact.Day `cbor:"2,keyasint,omitempty" json:"previous,omitempty"`
	Asked    bool     `cbor:"3,keyasint,omitempty" json:"asked,omitempty"` // a person confirmed a date that is not the day after the last
}

// Carried is the body of the fact right after Opened: everything selling needs, so that it can
// resume from here without older files. State is the till's state in deterministic CBOR and is checked against replay.
type Carried struct {
	State []byte `cbor:"1,keyasint" json:"-"`
}

// Closed is the body of the fact that a business day was closed (日结).
type Closed struct {
	Day    fact.Day     `cbor:"1,keyasint" json:"day"`
	Orders uint32       `cbor:"2,keyasint" json:"orders"`                     // orders settled on the day
	Total  money.Amount `cbor:"3,keyasint" json:"total"`                      // their sum
	Unpaid uint32       `cbor:"4,keyasint,omitempty" json:"unpaid,omitempty"` // orders carried to the next day
	Head   fact.Hash    `cbor:"5,keyasint" json:"head"`                       // hash of the fact before, printed short on the report
}

// Era is the body of the fact that the clock stepped by more than five minutes.
type Era struct {
	From int64 `cbor:"1,keyasint" json:"from"` // UTC milliseconds the register expected
	To   int64 `cbor:"2,keyasint" json:"to"`   // UTC milliseconds the clock showed
}

// Reason is why a drawer was opened. Numbers are stored and only grow.
type Reason uint8

// Reasons.
const (
	CashSale Reason = 1
	NoSale   Reason = 2 // opened by hand without a sale
	Test     Reason = 3 // by a technician
)

// DrawerOpened is the body of the fact that precedes every drawer pulse.
type DrawerOpened struct {
	Reason Reason `cbor:"1,keyasint" json:"reason"`
	Order  uint64 `cbor:"2,keyasint,omitempty" json:"order,omitempty"` // number of the order it was opened for
}

// Kinds of facts about the register, its day and its drawer.
var (
	CreatedKind = fact.Define[Created](1, "register.created", 1)
	OpenedKind  = fact.Define[Opened](2, "day.opened", 1)
	CarriedKind = fact.Define[Carried](3, "day.carried", 1)
	ClosedKind  = fact.Define[Closed](4, "day.closed", 1)
	EraKind     = fact.Define[Era](5, "clock.era", 1)
	DrawerKind  = fact.Define[DrawerOpened](170, "drawer.opened", 1)
)

// OpenDay is the intent to open a business day.
type OpenDay struct {
	Day       fact.Day `cbor:"1,keyasint" json:"day"`
	Confirmed bool     `cbor:"2,keyasint,omitempty" json:"confirmed,omitempty"` // a person was asked about an unusual date
}

// Act names the intent.
func (OpenDay) Act() string { return "day.open" }

// CloseDay is the intent to close the business day that is open.
type CloseDay struct{}

// Act names the intent.
func (CloseDay) Act() string { return "day.close" }

// OpenDrawer is the intent to open the drawer without a sale.
type OpenDrawer struct {
	Reason Reason `cbor:"1,keyasint" json:"reason"`
}

// Act names the intent.
func (OpenDrawer) Act() string { return "drawer.open" }

// Faults of the business day.
var (
	ErrNotOpen = fault.New("day.not_open", "还没有开班，请先开始营业", "The business day is not open; open it first",
		"Selling needs an open business day.")
	ErrIsOpen = fault.New("day.is_open", "%s 的营业还没有结束，请先日结", "The day %s is still open; close it first",
		"Close the open day before opening the next; days are never merged silently.")
	ErrDate = fault.New("day.date", "营业日期 %s 不是上一个营业日的后一天，请确认", "The date %s is not the day after the last business day; please confirm",
		"Opening such a date asks a person. Check the clock first.")
	ErrBackwards = fault.New("day.backwards", "营业日期 %s 早于上一个营业日，不能营业", "The date %s lies before the last business day and cannot be opened",
		"Business dates never fall; set the clock right.")
	ErrReason = fault.New("drawer.reason", "请选择开钱箱的原因", "Choose why the drawer is opened",
		"Only no-sale and test openings can be asked for; a sale opens the drawer by itself.")
)

// Check decides whether day may be opened after last. asked tells that a person confirmed. The
// answer is nil, ErrDate (ask a person) or ErrBackwards.
func Check(last, day fact.Day, asked bool) error {
	switch {
	case !day.Valid():
		return fact.ErrDay.With(day.String())
	case last == 0 || day == last.Add(1):
		return nil
	case day <= last:
		return ErrBackwards.With(day.String())
	case !asked:
		return ErrDate.With(day.String())
	}
	return nil
}
