package till

import (
	"bytes"
	"fmt"
	"sort"

	"wendan/store/fact"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/shift"
	"wendan/store/staff"
)

// carried is the stored shape of a State at the opening of a day. Lists are sorted, so
// equal states have equal bytes and a replay can be checked against the carry.
type carried struct {
	Branch   string                `cbor:"1,keyasint,omitempty"`
	Register string                `cbor:"2,keyasint,omitempty"`
	Shop     string                `cbor:"3,keyasint,omitempty"`
	Day      fact.Day              `cbor:"4,keyasint,omitempty"`
	Before   fact.Day              `cbor:"5,keyasint,omitempty"`
	DayOpen  bool                  `cbor:"6,keyasint,omitempty"`
	Era      uint32                `cbor:"7,keyasint,omitempty"`
	At       int64                 `cbor:"8,keyasint,omitempty"`
	Orders   uint64                `cbor:"9,keyasint,omitempty"`
	Pickup   uint32                `cbor:"10,keyasint,omitempty"`
	Settled  uint32                `cbor:"11,keyasint,omitempty"`
	Turnover money.Amount          `cbor:"12,keyasint,omitempty"`
	Open     []*order.Order        `cbor:"13,keyasint,omitempty"`
	Menu     menu.Menu             `cbor:"14,keyasint,omitempty"`
	Limits   map[uint32]menu.Limit `cbor:"15,keyasint,omitempty"`
	Staff    []staff.Person        `cbor:"16,keyasint,omitempty"`
	SignedIn []uint32              `cbor:"17,keyasint,omitempty"`
	Attempts staff.Attempts        `cbor:"18,keyasint,omitempty"`
}

// carry encodes all of s but its head and keys.
func (s *State) carry() []byte {
	c := carried{s.Branch, s.Register, s.Shop, s.Day, s.Before, s.DayOpen, s.Era, s.At, s.Orders, s.Pickup, s.Settled, s.Turnover,
		s.OpenOrders(), *s.Menu.Menu(), s.Limits, nil, nil, s.Attempts}
	for _, p := range s.Staff {
		c.Staff = append(c.Staff, p)
	}
	sort.Slice(c.Staff, func(i, j int) bool { return c.Staff[i].ID < c.Staff[j].ID })
	for id := range s.SignedIn {
		c.SignedIn = append(c.SignedIn, id)
	}
	sort.Slice(c.SignedIn, func(i, j int) bool { return c.SignedIn[i] < c.SignedIn[j] })
	return fact.Marshal(c)
}

// checkCarry compares a carry with the state that replay reached.
func (s *State) checkCarry(b []byte) error {
	if !bytes.Equal(b, s.carry()) {
		return fmt.Errorf("the carry differs from what the facts before it add up to")
	}
	return nil
}

// resume makes the state after the first two facts of a day file, opened and carried, without
// anything older.
func resume(opened, carry *fact.Fact) (*State, error) {
	if !shift.OpenedKind.Is(opened) || !shift.CarriedKind.Is(carry) {
		return nil, ErrReplay.Wrap(fmt.Errorf("facts %d and %d do not open a day", opened.Seq, carry.Seq))
	}
	body, err := shift.CarriedKind.Read(carry)
	if err != nil {
		return nil, err
	}
	var c carried
	if err := fact.Unmarshal(body.State, &c); err != nil {
		return nil, err
	}
	s := newState(carry.Epoch)
	s.Branch, s.Register, s.Shop, s.Day, s.Before, s.DayOpen = c.Branch, c.Register, c.Shop, c.Day, c.Before, c.DayOpen
	s.Orders, s.Pickup, s.Settled, s.Turnover = c.Orders, c.Pickup, c.Settled, c.Turnover
	s.Menu, s.Attempts = c.Menu.Index(), c.Attempts
	for _, o := range c.Open {
		s.Open[o.Number.N] = o
	}
	for d, l := range c.Limits {
		s.Limits[d] = l
	}
	for _, p := range c.Staff {
		s.Staff[p.ID] = p
	}
	for _, id := range c.SignedIn {
		s.SignedIn[id] = true
	}
	for _, f := range []*fact.Fact{opened, carry} {
		s.Head = fact.Head{Epoch: f.Epoch, Seq: f.Seq, Hash: f.Hash}
		s.At, s.Era = f.At, f.Era
		s.note(f)
		s.keep()
	}
	return s, nil
}
