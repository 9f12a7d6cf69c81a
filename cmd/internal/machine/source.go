package machine

import (
	"context"
	"time"

	"wendan/devices/spool"
	"wendan/devices/ticket"
	"wendan/store/fact"
	"wendan/store/order"
	"wendan/store/receipt"
	"wendan/store/till"
)

// renderWait bounds how long a slip that needs the book waits for it before it is held.
const renderWait = 10 * time.Second

// source gathers what a slip is rendered from. A fresh order's slips need no book; copies, day reports
// and slips of an earlier run read it.
type source struct {
	m     *Machine
	job   order.Job
	fact  fact.Fact
	order *order.Order // of a fresh order, else nil
}

func (s *source) render(mark spool.Mark) (ticket.Ticket, error) {
	ctx, cancel := context.WithTimeout(context.Background(), renderWait)
	defer cancel()
	src := receipt.Source{Slip: s.job.Slip, Shop: s.m.Shop, Fact: s.fact, Copy: receipt.Copy{Doubtful: mark.Again}}
	if mark.Moved != "" {
		src.Copy.Rerouted = s.job.Slip.Role()
	}
	if err := s.fill(ctx, &src); err != nil {
		return ticket.Ticket{}, err
	}
	s.m.names(&src)
	return receipt.Render(src)
}

// fill finds the order, the fact the paper vouches for, and the totals of a day report.
func (s *source) fill(ctx context.Context, src *receipt.Source) error {
	if s.job.Slip == order.DaySlip {
		b, err := s.m.history.caughtUp(ctx, s.job.Seq)
		if err != nil {
			return err
		}
		totals, err := b.Totals(s.fact.Day)
		if err == nil {
			src.Totals = *totals
		}
		return err
	}
	if s.order != nil {
		src.Order = *s.order
		return nil
	}
	number, copied := order.Number{}, false
	if b, err := order.SettledKind.Read(&s.fact); err == nil {
		number = b.Number
	} else if b, err := order.ReprintedKind.Read(&s.fact); err == nil {
		number, copied = b.Number, true
	} else {
		return order.ErrJob.With(s.job.String())
	}
	b, err := s.m.history.caughtUp(ctx, s.job.Seq)
	if err != nil {
		return err
	}
	filed, err := b.Order(number)
	if err != nil {
		return err
	}
	src.Order = filed.Order
	if !copied {
		return nil
	}
	src.Copy.Reprint = -1 // the original does not count
	for _, p := range filed.Papers {
		if p.Job.Slip == s.job.Slip && p.Job.Seq <= s.job.Seq {
			src.Copy.Reprint++
		}
	}
	return s.m.original(ctx, src)
}

// original puts the fact that the slip vouches for into src: the placing, or the settling.
func (m *Machine) original(ctx context.Context, src *receipt.Source) error {
	seq := src.Order.Seq
	if src.Slip == order.ReceiptSlip {
		seq = src.Order.SettledSeq
	}
	var err error
	src.Fact, err = m.factAt(ctx, seq)
	return err
}

// names fills in the names of people, stations and categories.
func (m *Machine) names(src *receipt.Source) {
	m.Till.View(func(s *till.State) {
		src.Staff = s.Staff[src.Fact.Staff].Name
		mn := s.Menu.Menu()
		src.Stations = make(map[uint16]string, len(mn.Stations))
		for _, st := range mn.Stations {
			src.Stations[st.ID] = st.Name
		}
		src.Categories = make(map[uint16]string, len(mn.Categories))
		for _, c := range mn.Categories {
			src.Categories[c.ID] = c.Name
		}
	})
}

// Preview is the slip of an order as it would be printed again.
func (m *Machine) Preview(ctx context.Context, n order.Number, slip order.Slip) (ticket.Ticket, error) {
	b, err := m.CaughtUp(ctx)
	if err != nil {
		return ticket.Ticket{}, err
	}
	filed, err := b.Order(n)
	if err != nil {
		return ticket.Ticket{}, err
	}
	src := receipt.Source{Slip: slip, Shop: m.Shop, Order: filed.Order}
	if slip == order.ReceiptSlip && !filed.Order.Paid() {
		return ticket.Ticket{}, order.ErrNoSlip.With(n.String())
	}
	if err := m.original(ctx, &src); err != nil {
		return ticket.Ticket{}, err
	}
	m.names(&src)
	return receipt.Render(src)
}
