package till

import (
	"strconv"
	"unicode/utf8"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/shift"
	"wendan/store/staff"
)

// lastPickup is the largest 取餐号 of a day before it starts again at 1 (规则 23).
const lastPickup = 999

// prepared is an act with what had to be looked up or computed before deciding, outside
// the deciding goroutine.
type prepared struct {
	act.Act
	sum     uint64
	day     fact.Day      // open when the key was looked up in the book
	pin     pinCheck      // for sign-in
	secret  *staff.Secret // for a changed PIN
	printed *order.Order  // for a reprint
}

// pinCheck is the result of comparing a PIN.
type pinCheck uint8

const (
	pinUnchecked pinCheck = 0
	pinRight     pinCheck = 1
	pinWrong     pinCheck = 2
)

// refusal is an error that still leaves facts behind, such as a wrong PIN.
type refusal struct {
	drafts []fact.Draft
	err    error
}

// decide turns an act into facts or a refusal. It reads s and changes nothing.
func (s *State) decide(p *prepared, now int64) ([]fact.Draft, *refusal) {
	drafts, err := s.rule(p, now)
	if err != nil {
		return nil, &refusal{drafts, err}
	}
	return drafts, nil
}

func (s *State) rule(p *prepared, now int64) ([]fact.Draft, error) {
	switch in := p.Intent.(type) {
	case staff.SignIn:
		return s.signIn(in, p.pin, now)
	case staff.SignOut:
		if !s.SignedIn[in.Person] {
			return nil, nil
		}
		return one(staff.SignedOutKind.Draft(staff.Signed(in))), nil
	}
	if err := s.may(p.By, rightOf(p.Intent)); err != nil {
		return nil, err
	}
	switch in := p.Intent.(type) {
	case order.Place:
		return s.place(&in, p.By)
	case order.Pay:
		return s.pay(&in)
	case order.Confirm:
		return one(order.PrintedKind.Draft(in.Printed)), nil
	case order.Reprint:
		return reprint(&in, p.printed)
	case menu.Import:
		return s.importMenu(&in)
	case menu.SetLimit:
		body, err := in.Decide(s.Menu)
		if err != nil {
			return nil, err
		}
		return one(menu.KindLimited.Draft(body)), nil
	case staff.Change:
		return s.changeStaff(&in, p.secret)
	case shift.OpenDay:
		return s.openDay(&in)
	case shift.CloseDay:
		return s.closeDay()
	case shift.OpenDrawer:
		if in.Reason != shift.NoSale && in.Reason != shift.Test {
			return nil, shift.ErrReason
		}
		return one(shift.DrawerKind.Draft(shift.DrawerOpened{Reason: in.Reason})), nil
	}
	return nil, act.ErrIntent.With(p.Intent.Act())
}

func one(d fact.Draft) []fact.Draft { return []fact.Draft{d} }

// rightOf is the right an intent needs.
func rightOf(i act.Intent) staff.Right {
	switch in := i.(type) {
	case menu.Import:
		return staff.EditMenu
	case menu.SetLimit:
		return staff.LimitDish
	case staff.Change:
		return staff.EditStaff
	case shift.OpenDay:
		return staff.OpenDay
	case shift.CloseDay:
		return staff.CloseDay
	case order.Confirm:
		return staff.Service
	case shift.OpenDrawer:
		if in.Reason == shift.Test {
			return staff.Service
		}
		return staff.OpenDrawer
	}
	return staff.Sell
}

// may checks the author: the register itself and the machine's owner at a tool may do
// everything; everybody else needs the right, and at the screen must be signed in.
func (s *State) may(by act.By, want staff.Right) error {
	if by.Staff == 0 && (by.Source == fact.SourceSystem || by.Source == fact.SourceTool) {
		return nil
	}
	p, ok := s.Staff[by.Staff]
	switch {
	case by.Source == fact.SourceGuest && want != staff.Sell:
		return staff.ErrRight.With("客人")
	case !ok || p.Left:
		return staff.ErrUnknown
	case by.Source == fact.SourceScreen && !s.SignedIn[by.Staff]:
		return staff.ErrSignedOut
	case !p.Role.May(want):
		return staff.ErrRight.With(p.Role.Label())
	}
	return nil
}

func (s *State) signIn(in staff.SignIn, pin pinCheck, now int64) ([]fact.Draft, error) {
	if p, ok := s.Staff[in.Person]; !ok || p.Left {
		return nil, staff.ErrUnknown
	}
	if wait := s.Attempts.Wait(in.Person, now); wait > 0 {
		return nil, staff.ErrWait.With((wait + 999) / 1000)
	}
	if pin == pinUnchecked { // the delay ended, or the clock was set, while the act was under way
		return nil, staff.ErrWait.With(1)
	}
	if pin != pinRight {
		failed := one(staff.PINFailedKind.Draft(staff.PINFailed{Person: in.Person}))
		after := s.Attempts.Clone()
		after.Failed(in.Person, now)
		if wait := after.Wait(in.Person, now); wait > 0 { // tell of the delay now, not at the next try
			return failed, staff.ErrWait.With((wait + 999) / 1000)
		}
		return failed, staff.ErrPIN
	}
	return one(staff.SignedInKind.Draft(staff.Signed{Person: in.Person})), nil
}

// place decides 下单, and 收款 in the same breath when tenders are given.
func (s *State) place(in *order.Place, by act.By) ([]fact.Draft, error) {
	if !s.DayOpen {
		return nil, shift.ErrNotOpen
	}
	lines, err := in.Cart.Freeze(s.Menu)
	if err != nil {
		return nil, err
	}
	if err := s.enough(lines); err != nil {
		return nil, err
	}
	total := order.BillOf(lines, nil).Total
	if in.Expect != 0 && in.Expect != total {
		return nil, order.ErrPriceChanged.With(total.String())
	}
	placed := order.Placed{Number: order.Number{Register: s.Register, Epoch: s.Head.Epoch, N: s.Orders + 1},
		Pickup: s.nextPickup(), Channel: in.Cart.Channel, Lines: lines, Note: in.Cart.Note, Total: total}
	drafts := one(order.PlacedKind.Draft(placed))
	if len(in.Tender) == 0 && total > 0 {
		return drafts, nil // an order that costs nothing is settled at once
	}
	o := order.Order{Number: placed.Number, Lines: lines, Day: s.Day}
	settled, err := s.settle(&o, in.Tender)
	if err != nil {
		return nil, err // a refused payment leaves no order behind
	}
	return append(drafts, settled...), nil
}

// enough checks the limits over all lines of a cart, dish by dish (规则 14).
func (s *State) enough(lines []order.Line) error {
	if len(s.Limits) == 0 {
		return nil
	}
	want := map[uint32]int32{}
	for i := range lines {
		want[lines[i].Dish] += lines[i].Qty
		if d, ok := s.Menu.Dish(lines[i].Dish); ok {
			if err := s.Limits.Check(d, want[d.ID]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *State) pay(in *order.Pay) ([]fact.Draft, error) {
	if !s.DayOpen {
		return nil, shift.ErrNotOpen
	}
	o, ok := s.Open[in.Number.N]
	if !ok || o.Number != in.Number {
		if in.Number.N <= s.Orders && in.Number.Register == s.Register && in.Number.Epoch == s.Head.Epoch && in.Number.N > 0 {
			return nil, order.ErrPaid.With(in.Number.String())
		}
		return nil, order.ErrUnknown.With(in.Number.String())
	}
	return s.settle(o, in.Tender)
}

// settle decides the settlement of o, and the drawer when cash is in it.
func (s *State) settle(o *order.Order, tenders []pay.Tender) ([]fact.Draft, error) {
	bill := o.Bill()
	payments, err := pay.Settle(bill.Due, tenders)
	if err != nil {
		return nil, err
	}
	settled := order.Settled{Number: o.Number, Payments: payments, Total: bill.Total, Portions: bill.Portions}
	if o.Day != s.Day {
		settled.PlacedOn = o.Day
	}
	drafts := one(order.SettledKind.Draft(settled))
	for i := range payments {
		if payments[i].Way == pay.Cash {
			drafts = append(drafts, shift.DrawerKind.Draft(shift.DrawerOpened{Reason: shift.CashSale, Order: o.Number.N}))
		}
	}
	return drafts, nil
}

// nextPickup is the next 取餐号 that no open order waits with.
func (s *State) nextPickup() string {
	waiting := make(map[string]bool, len(s.Open))
	for _, o := range s.Open {
		waiting[o.Pickup] = true
	}
	n := s.Pickup
	for range lastPickup {
		if n++; n > lastPickup {
			n = 1
		}
		if p := pickup(s.Register, n); !waiting[p] {
			return p
		}
	}
	return pickup(s.Register, n)
}

func pickup(register string, n uint32) string {
	digits := strconv.Itoa(int(n))
	return register + "000"[min(3, len(digits)):] + digits
}

// pickupOf reads the number back; a text it cannot read leaves the count where it was.
func pickupOf(text string, before uint32) uint32 {
	i := 0
	for i < len(text) && (text[i] < '0' || text[i] > '9') {
		i++
	}
	n, err := strconv.ParseUint(text[i:], 10, 32)
	if err != nil {
		return before
	}
	return uint32(n)
}

func reprint(in *order.Reprint, o *order.Order) ([]fact.Draft, error) {
	if o == nil {
		return nil, order.ErrUnknown.With(in.Number.String())
	}
	ok := in.Slip == order.ReceiptSlip && o.Paid()
	if station, kitchen := in.Slip.Station(); kitchen {
		for _, s := range order.Stations(o.Lines) {
			ok = ok || s == station
		}
	}
	if !ok {
		return nil, order.ErrNoSlip.With(in.Number.String())
	}
	return one(order.ReprintedKind.Draft(order.Reprinted{Number: in.Number, Slip: in.Slip})), nil
}

func (s *State) importMenu(in *menu.Import) ([]fact.Draft, error) {
	for _, p := range menu.Validate(&in.Menu, nil) {
		if !p.Warning {
			return nil, p.Fault
		}
	}
	hash := in.Menu.Hash()
	if hash == s.Menu.Menu().Hash() {
		return nil, nil // the same menu again changes nothing
	}
	return one(menu.KindChanged.Draft(menu.Changed{Menu: in.Menu, Hash: hash})), nil
}

func (s *State) changeStaff(in *staff.Change, secret *staff.Secret) ([]fact.Draft, error) {
	p := in.Person
	old, known := s.Staff[p.ID]
	switch {
	case p.ID == 0 || utf8.RuneCountInString(p.Name) > 20 || p.Name == "" || !order.CleanNote(p.Name) || !order.CleanNote(p.NameEN) || p.Role < staff.Cashier || p.Role > staff.Technician:
		return nil, staff.ErrName
	case secret != nil:
		p.PIN = *secret
	case known:
		p.PIN = old.PIN
	default:
		return nil, staff.ErrPINForm
	}
	if known && old.Role == staff.Manager && (p.Role != staff.Manager || p.Left) {
		others := 0
		for id, q := range s.Staff {
			if id != p.ID && q.Role == staff.Manager && !q.Left {
				others++
			}
		}
		if others == 0 {
			return nil, staff.ErrLastManager
		}
	}
	return one(staff.ChangedKind.Draft(staff.Changed{Person: p})), nil
}

// openDay decides the opened fact; the carry is added when the state after it is known.
func (s *State) openDay(in *shift.OpenDay) ([]fact.Draft, error) {
	if s.DayOpen {
		return nil, shift.ErrIsOpen.With(s.Day.String())
	}
	if err := shift.Check(s.Day, in.Day, in.Confirmed); err != nil {
		return nil, err
	}
	return one(shift.OpenedKind.Draft(shift.Opened{Day: in.Day, Previous: s.Day, Asked: s.Day != 0 && in.Day != s.Day.Add(1)})), nil
}

func (s *State) closeDay() ([]fact.Draft, error) {
	if !s.DayOpen {
		return nil, shift.ErrNotOpen
	}
	return one(shift.ClosedKind.Draft(shift.Closed{Day: s.Day, Orders: s.Settled, Total: money.Amount(s.Turnover),
		Unpaid: uint32(len(s.Open)), Head: s.Head.Hash})), nil
}
