package till

import (
	"fmt"
	"sort"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/shift"
	"wendan/store/staff"
)

// State is what the facts so far add up to, as far as selling needs it: the open day, counters, open
// orders, menu, limits and staff. It is pure: Apply takes in a fact, nothing else changes it. Its
// size depends on the open day, never on the history.
//
// A State handed out by Till.View must only be read.
type State struct {
	Head     fact.Head // last fact taken in
	Branch   string
	Register string   // register letter
	Shop     string   // name for paper and screens
	Day      fact.Day // business date opened last; 0 before the first
	Before   fact.Day // the business date before that
	DayOpen  bool
	Era      uint32
	At       int64                   // time of the last fact, UTC milliseconds
	Orders   uint64                  // order numbers given so far in this epoch
	Pickup   uint32                  // 取餐号 given last, on this business day
	Settled  uint32                  // orders settled on this business day
	Turnover money.Amount            // their sum
	Open     map[uint64]*order.Order // placed and not yet paid, by number
	Menu     *menu.Index
	Limits   menu.Limits
	Staff    map[uint32]staff.Person
	SignedIn map[uint32]bool
	Attempts staff.Attempts

	keys   map[fact.Key]answered // of this business day's file
	key    fact.Key              // of the act being applied
	sum    uint64                // its checksum
	answer act.Answer            // and what it leads to
}

// answered is what a key led to.
type answered struct {
	sum    uint64
	answer act.Answer
}

// newState is the state before the first fact of an epoch.
func newState(epoch uint32) *State {
	return &State{Head: fact.Head{Epoch: epoch}, Open: map[uint64]*order.Order{}, Menu: (&menu.Menu{}).Index(), Limits: menu.Limits{},
		Staff: map[uint32]staff.Person{}, SignedIn: map[uint32]bool{}, keys: map[fact.Key]answered{}}
}

// clone copies s so that the copies change apart. Orders, menu and people are shared:
// Apply replaces them and never writes through them.
func (s *State) clone() *State {
	c := *s
	c.Open = make(map[uint64]*order.Order, len(s.Open))
	for n, o := range s.Open {
		c.Open[n] = o
	}
	c.Limits = make(menu.Limits, len(s.Limits))
	for d, l := range s.Limits {
		c.Limits[d] = l
	}
	c.Staff = make(map[uint32]staff.Person, len(s.Staff))
	for id, p := range s.Staff {
		c.Staff[id] = p
	}
	c.SignedIn = make(map[uint32]bool, len(s.SignedIn))
	for id := range s.SignedIn {
		c.SignedIn[id] = true
	}
	c.Attempts = s.Attempts.Clone()
	c.keys = make(map[fact.Key]answered, len(s.keys))
	for k, a := range s.keys {
		c.keys[k] = a
	}
	return &c
}

// Apply takes in the fact that follows Head. Kinds it does not know only move the head.
// An error means that the fact contradicts the state: the journal or this program is
// broken, and s must not be used further.
func (s *State) Apply(f *fact.Fact) error {
	if f.Epoch != s.Head.Epoch || f.Seq != s.Head.Seq+1 {
		return fact.ErrChain.With(s.Head.Seq + 1)
	}
	s.Head = fact.Head{Epoch: f.Epoch, Seq: f.Seq, Hash: f.Hash}
	s.At, s.Era = f.At, f.Era
	s.note(f)
	if err := s.take(f); err != nil {
		return err
	}
	s.keep()
	return nil
}

func (s *State) take(f *fact.Fact) error {
	switch f.Kind {
	case shift.CreatedKind.Number:
		return with(f, shift.CreatedKind, func(b *shift.Created) error {
			s.Branch, s.Register, s.Shop = b.Branch, b.Register, b.Name
			return nil
		})
	case shift.OpenedKind.Number:
		return with(f, shift.OpenedKind, s.opened)
	case shift.CarriedKind.Number:
		return with(f, shift.CarriedKind, func(b *shift.Carried) error { return s.checkCarry(b.State) })
	case shift.ClosedKind.Number:
		s.DayOpen = false
		return nil
	case shift.EraKind.Number:
		return with(f, shift.EraKind, func(b *shift.Era) error {
			s.Attempts.Stepped(b.From, b.To)
			return nil
		})
	case staff.ChangedKind.Number:
		return with(f, staff.ChangedKind, func(b *staff.Changed) error {
			s.Staff[b.Person.ID] = b.Person
			if b.Person.Left {
				delete(s.SignedIn, b.Person.ID)
			}
			return nil
		})
	case staff.SignedInKind.Number:
		return with(f, staff.SignedInKind, func(b *staff.Signed) error {
			s.SignedIn[b.Person] = true
			s.Attempts.Passed(b.Person)
			return nil
		})
	case staff.SignedOutKind.Number:
		return with(f, staff.SignedOutKind, func(b *staff.Signed) error {
			delete(s.SignedIn, b.Person)
			return nil
		})
	case staff.PINFailedKind.Number:
		return with(f, staff.PINFailedKind, func(b *staff.PINFailed) error {
			s.Attempts.Failed(b.Person, f.At)
			return nil
		})
	case menu.KindChanged.Number:
		return with(f, menu.KindChanged, func(b *menu.Changed) error {
			s.Menu = b.Menu.Index()
			s.Limits.Keep(s.Menu)
			return nil
		})
	case menu.KindLimited.Number:
		return with(f, menu.KindLimited, func(b *menu.Limited) error { return s.Limits.Apply(*b) })
	case order.PlacedKind.Number:
		return with(f, order.PlacedKind, func(b *order.Placed) error { return s.placed(f, b) })
	case order.SettledKind.Number:
		return with(f, order.SettledKind, func(b *order.Settled) error { return s.settled(f, b) })
	}
	return nil
}

// with decodes a fact's body and hands it to take.
func with[T any](f *fact.Fact, kind fact.Kind[T], take func(*T) error) error {
	b, err := kind.Read(f)
	if err == nil {
		err = take(&b)
	}
	if err != nil {
		return fmt.Errorf("apply fact %d (%s): %w", f.Seq, kind.Name, err)
	}
	return nil
}

// note starts or lengthens the answer of the act that f belongs to.
func (s *State) note(f *fact.Fact) {
	if f.Off == 0 {
		s.key, s.sum = f.Key, f.Sum
		s.answer = act.Answer{First: f.Seq, At: f.At}
	}
	s.answer.Last = f.Seq
}

// keep remembers the answer under the act's key.
func (s *State) keep() {
	if s.key != (fact.Key{}) {
		s.keys[s.key] = answered{s.sum, s.answer}
	}
}

func (s *State) opened(b *shift.Opened) error {
	s.Before, s.Day, s.DayOpen = s.Day, b.Day, true
	s.Pickup, s.Settled, s.Turnover = 0, 0, 0
	s.Limits.NewDay()
	clear(s.keys) // the book answers for the day before
	return nil
}

func (s *State) placed(f *fact.Fact, b *order.Placed) error {
	if b.Number.N != s.Orders+1 {
		return fmt.Errorf("order %d placed after %d", b.Number.N, s.Orders)
	}
	o := b.Apply(f)
	if got := o.Bill().Total; got != b.Total {
		return fmt.Errorf("order %s adds up to %s, not %s", b.Number, got, b.Total)
	}
	s.Orders = b.Number.N
	s.Pickup = pickupOf(b.Pickup, s.Pickup)
	s.Open[b.Number.N] = o
	for i := range b.Lines {
		if d, ok := s.Menu.Dish(b.Lines[i].Dish); ok {
			if err := s.Limits.Take(d, b.Lines[i].Qty); err != nil {
				return err
			}
		}
	}
	s.answer.Order, s.answer.Pickup, s.answer.Total = b.Number, b.Pickup, b.Total
	return nil
}

func (s *State) settled(f *fact.Fact, b *order.Settled) error {
	o, ok := s.Open[b.Number.N]
	if !ok {
		return fmt.Errorf("order %s settled but not open", b.Number)
	}
	paid := *o
	b.Apply(&paid, f)
	if bill := paid.Bill(); bill.Due != 0 || bill.Total != b.Total {
		return fmt.Errorf("order %s: %s of %s still due after settlement", b.Number, bill.Due, b.Total)
	}
	delete(s.Open, b.Number.N)
	s.Settled++
	s.Turnover += b.Total
	s.answer.Order, s.answer.Pickup, s.answer.Total, s.answer.Change = b.Number, o.Pickup, b.Total, paid.Change()
	return nil
}

// OpenOrders lists the unpaid orders, oldest first.
func (s *State) OpenOrders() []*order.Order {
	out := make([]*order.Order, 0, len(s.Open))
	for _, o := range s.Open {
		out = append(out, o)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Number.N < out[j].Number.N })
	return out
}

// People lists those who can sign in, by staff number.
func (s *State) People() []staff.Person {
	var out []staff.Person
	for _, p := range s.Staff {
		if !p.Left {
			out = append(out, p)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}
