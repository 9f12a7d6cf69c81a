package bench

import (
	"context"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/journal"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/shift"
)

// seller appends the facts of believable days to a journal, faster than a till decides them.
type seller struct {
	journal *journal.Journal
	head    fact.Head
	day     fact.Day
	at      int64
	number  uint64 // orders so far
	today   uint32 // of those, on the open day
	turn    money.Amount
	keys    uint64
	lines   [][]order.Line
	bills   []order.Bill
	carry   map[uint64]cbor.RawMessage // state at the first opening
	group   []fact.Fact
	bytes   int
}

// Keys of the carried state that change from day to day; the others stay as the till wrote them. They are the
// till's stored form, which never changes its numbers.
const (
	carryDay    = 4
	carryBefore = 5
	carryAt     = 8
	carryOrders = 9
)

// newSeller goes on behind a journal whose last facts opened the first day.
func newSeller(ctx context.Context, j *journal.Journal, ix *menu.Index, at int64) (*seller, error) {
	s := &seller{journal: j, head: j.Head(), day: firstDay, at: at}
	var err error
	if s.lines, err = frozen(ix); err != nil {
		return nil, err
	}
	for _, l := range s.lines {
		s.bills = append(s.bills, order.BillOf(l, nil))
	}
	last, err := j.ReadAfter(ctx, s.head.Seq-1, 1)
	if err != nil {
		return nil, err
	}
	body, err := shift.CarriedKind.Read(&last[0])
	if err != nil {
		return nil, err
	}
	return s, fact.Unmarshal(body.State, &s.carry)
}

// add makes the facts of one act.
func (s *seller) add(by act.By, drafts ...fact.Draft) (first uint64) {
	for i, d := range drafts {
		f := fact.Fact{At: s.at, Zone: 480, Day: s.day, Staff: by.Staff, Source: by.Source, Kind: d.Kind, Ver: d.Ver, Body: d.Body, Off: uint32(i)}
		if i == 0 {
			s.keys++
			f.Key, f.Sum = keyOf(s.day, s.keys), s.keys*0x9e3779b97f4a7c15
			first = s.head.Seq + 1
		}
		f, s.head = s.head.Next(f)
		s.group = append(s.group, f)
		s.bytes += len(f.Raw)
	}
	return first
}

// sell makes n orders, paid at once, and their printed slips, and appends them.
func (s *seller) sell(ctx context.Context, n int) error {
	for range n {
		s.number++
		s.today++
		s.at += 24_000
		i := int(s.number) % len(s.lines)
		o := order.Placed{Number: order.Number{Register: setup.Register, Epoch: 1, N: s.number}, Pickup: fmt.Sprintf("A%03d", (s.today-1)%999+1),
			Channel: order.DineIn, Lines: s.lines[i], Total: s.bills[i].Total}
		p := pay.Payment{Way: pay.WeChat, Amount: o.Total, Check: pay.Pending, Ref: fmt.Sprintf("42%010d", s.number)}
		cash := s.number%3 == 0
		if cash {
			p = pay.Payment{Way: pay.Cash, Amount: o.Total, Given: o.Total + 300, Check: pay.Sure}
		}
		s.turn += o.Total
		drafts := []fact.Draft{order.PlacedKind.Draft(o),
			order.SettledKind.Draft(order.Settled{Number: o.Number, Payments: []pay.Payment{p}, Total: o.Total, Portions: s.bills[i].Portions})}
		if cash {
			drafts = append(drafts, shift.DrawerKind.Draft(shift.DrawerOpened{Reason: shift.CashSale, Order: s.number}))
		}
		placed := s.add(screen, drafts...)
		s.at += 1500
		for _, station := range order.Stations(o.Lines) {
			s.printed(placed, order.Kitchen(station))
		}
		s.printed(placed+1, order.ReceiptSlip)
		if s.bytes > 1<<20 {
			if err := s.append(ctx); err != nil {
				return err
			}
		}
	}
	return s.append(ctx)
}

func (s *seller) printed(seq uint64, slip order.Slip) {
	s.add(system, order.PrintedKind.Draft(order.Printed{Job: order.Job{Epoch: 1, Seq: seq, Slip: slip}, Outcome: order.Proven}))
}

func (s *seller) append(ctx context.Context) error {
	err := s.journal.Append(s.group)
	s.group, s.bytes = s.group[:0:0], 0
	return errors.Join(err, s.journal.Maintain(), ctx.Err())
}

// nextDay closes the day and opens the next one in a new day file, with its carry.
func (s *seller) nextDay() error {
	closed := s.add(screen, shift.ClosedKind.Draft(shift.Closed{Day: s.day, Orders: s.today, Total: s.turn, Head: s.head.Hash}))
	s.printed(closed, order.DaySlip)
	if err := s.append(context.Background()); err != nil {
		return err
	}
	before := s.day
	s.day, s.today, s.turn = s.day.Add(1), 0, 0
	s.at += 6 * 3_600_000
	s.carry[carryDay], s.carry[carryBefore] = fact.Marshal(s.day), fact.Marshal(before)
	s.carry[carryAt], s.carry[carryOrders] = fact.Marshal(s.at), fact.Marshal(s.number)
	s.add(screen, shift.OpenedKind.Draft(shift.Opened{Day: s.day, Previous: before}), shift.CarriedKind.Draft(shift.Carried{State: fact.Marshal(s.carry)}))
	err := s.journal.Roll(s.group)
	s.group, s.bytes = s.group[:0:0], 0
	return err
}
