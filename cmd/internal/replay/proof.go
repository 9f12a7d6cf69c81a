package replay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"wendan/cmd/internal/machine"
	"wendan/store/book"
	"wendan/store/fact"
	"wendan/store/journal"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/receipt"
	"wendan/store/saleslog"
	"wendan/store/shift"
	"wendan/store/till"
)

// Result is what a replay counted. Every figure is measured where its name says: in the log, in the
// register's facts, on the paper of the virtual printers, or at head office.
type Result struct {
	OrdersRead    int `json:"orders_read"` // in the log
	LinesRead     int `json:"lines_read"`
	LinesRefused  int `json:"lines_refused"`
	OrdersRefused int `json:"orders_refused"`

	OrdersSold uint64       `json:"orders_sold"` // settled, by the register's facts
	LinesSold  int64        `json:"lines_sold"`  // their portions
	Amount     money.Amount `json:"amount_minor"`
	Days       int          `json:"days"`             // opened and closed
	InOrder    bool         `json:"numbers_in_order"` // order n is the nth of the log, under its key, once

	ReceiptsPrinted   int `json:"receipts_printed"`   // orders whose receipt lies on paper
	ReceiptsConfirmed int `json:"receipts_confirmed"` // orders whose receipt is proven, by facts
	ReceiptsGenuine   int `json:"receipts_genuine"`   // of receipts_printed: the check code on paper fits order, amount, time and hash
	KitchenPrinted    int `json:"kitchen_printed"`
	KitchenConfirmed  int `json:"kitchen_confirmed"`
	ReprintsMarked    int `json:"reprints_marked"` // slips on paper that bear 可能重复
	MarkedConfirmed   int `json:"marked_confirmed"`
	Doubled           int `json:"doubled"`       // orders with two slips that do not: must be 0
	DrawerPulses      int `json:"drawer_pulses"` // never repeated, so some are missing after cuts

	Facts        uint64       `json:"facts"`  // made by the register
	Booked       uint64       `json:"booked"` // at head office, gap-free, and the hash of the last is the register's
	BookedAmount money.Amount `json:"booked_amount_minor"`
	BookedOrders uint64       `json:"booked_orders"`
	ViewAmount   money.Amount `json:"head_office_view_minor"` // the same from head office's totals

	ChainOK      bool    `json:"chain_ok"`      // every file verifies and all facts replay
	RebuiltEqual bool    `json:"rebuilt_equal"` // the book made anew says what the book says
	Lives        int     `json:"register_starts"`
	Cuts         Cuts    `json:"cuts"`
	SellSeconds  float64 `json:"sell_seconds"`
	Seconds      float64 `json:"seconds"`
}

// prove counts everything after the register has closed.
func (s *shop) prove(ctx context.Context, log *saleslog.Log, r *Result, o Options) error {
	r.OrdersRead, r.LinesRead, r.LinesRefused, r.OrdersRefused = log.OrdersRead, log.LinesRead, log.LinesRefused, log.OrdersRefused
	report, err := journal.Verify(ctx, journal.OS{}, func(done, total int64) {
		o.Progress("核对流水 %d %% verifying the journal", done*100/max(total, 1))
	}, machine.JournalDir(s.dir))
	if err != nil {
		return fmt.Errorf("verify the journal: %w", err)
	}
	j, _, err := journal.Open(journal.OS{}, machine.JournalDir(s.dir), journal.Options{WitnessEvery: -1})
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	defer j.Close()
	count := tally{shop: s, log: log, index: log.Menu.Index(), seed: o.Seed, r: r, receipts: map[uint64]bool{}, kitchen: map[uint64]bool{}, settled: map[uint64]uint64{}, placed: map[uint64]uint64{}}
	r.InOrder = true
	state, err := till.Replay(ctx, 1, func(ctx context.Context, after uint64, take func(*fact.Fact) error) error {
		return j.Iterate(ctx, after, func(f *fact.Fact) error {
			if err := take(f); err != nil {
				return err
			}
			return count.add(f)
		})
	})
	if err != nil {
		return err
	}
	r.Facts = j.Head().Seq
	r.ChainOK = report.OK() && report.ChainOK && report.First == 1 && report.Head == j.Head() && state.Head == j.Head() && state.Orders == r.OrdersSold && len(state.Open) == 0
	r.ReceiptsConfirmed, r.KitchenConfirmed = len(count.receipts), len(count.kitchen)
	doubled, marked := 0, 0
	r.ReceiptsPrinted, marked, doubled = s.receipts.count()
	r.ReprintsMarked, r.Doubled = marked, doubled
	r.KitchenPrinted, marked, doubled = s.slips.count()
	r.ReprintsMarked, r.Doubled = r.ReprintsMarked+marked, r.Doubled+doubled
	r.DrawerPulses = s.drawer.Kicks()
	o.Progress("重建账本 rebuilding the book")
	return errors.Join(s.compareBooks(ctx, j, r), s.askOffice(ctx, j, r))
}

// tally counts the register's facts.
type tally struct {
	shop              *shop
	log               *saleslog.Log
	index             *menu.Index
	seed              uint64
	r                 *Result
	receipts, kitchen map[uint64]bool   // proven, by order
	placed, settled   map[uint64]uint64 // order by the number of its fact
}

func (t *tally) add(f *fact.Fact) error {
	switch f.Kind {
	case order.PlacedKind.Number:
		b, err := order.PlacedKind.Read(f)
		if err != nil {
			return err
		}
		t.placed[f.Seq] = b.Number.N
		n := b.Number.N - 1
		if n >= uint64(len(t.log.Orders)) {
			t.r.InOrder = false
			return nil
		}
		s, err := ring(&t.log.Orders[n], t.index, t.seed, false)
		t.r.InOrder = t.r.InOrder && err == nil && f.Key == s.key && f.Day == s.day && b.Total == s.in.Expect && f.At == s.at.UnixMilli()
	case order.SettledKind.Number:
		b, err := order.SettledKind.Read(f)
		if err != nil {
			return err
		}
		t.settled[f.Seq] = b.Number.N
		t.r.OrdersSold++
		t.r.LinesSold += int64(b.Portions)
		t.r.Amount += b.Total
		if t.shop.receipts.genuine(b.Number, receipt.CheckOf(b.Number, b.Total, f)) {
			t.r.ReceiptsGenuine++
		}
	case order.PrintedKind.Number:
		b, err := order.PrintedKind.Read(f)
		if err != nil {
			return err
		}
		if b.Marked {
			t.r.MarkedConfirmed++
		}
		n, receipt := t.settled[b.Job.Seq]
		m, kitchen := t.placed[b.Job.Seq]
		switch {
		case b.Outcome != order.Proven:
		case receipt && b.Job.Slip == order.ReceiptSlip:
			t.receipts[n] = true
		case kitchen:
			t.kitchen[m] = true
		}
	case shift.ClosedKind.Number:
		t.r.Days++
	}
	return nil
}

// compareBooks rebuilds the book beside the register's and compares them.
func (s *shop) compareBooks(ctx context.Context, j *journal.Journal, r *Result) error {
	have, err := book.Open(s.bookPath(), book.Options{Epoch: 1, ReadOnly: true})
	if err != nil {
		return fmt.Errorf("open the book: %w", err)
	}
	defer have.Close()
	path := filepath.Join(s.dir, "rebuilt.db")
	defer os.Remove(path)
	made, err := book.Rebuild(ctx, path, book.Options{Epoch: 1, Booked: have.Booked()}, j.Iterate, nil)
	if err != nil {
		return fmt.Errorf("rebuild the book: %w", err)
	}
	defer made.Close()
	diff, equal, err := have.Compare(made)
	if err == nil && !equal {
		err = ErrSum.With(diff)
	}
	r.RebuiltEqual = err == nil && equal
	return err
}

// askOffice sums what head office has booked, from its facts and from its totals.
func (s *shop) askOffice(ctx context.Context, j *journal.Journal, r *Result) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	head, _ := s.office.Booked(s.branch, s.register)
	if head == j.Head() {
		r.Booked = head.Seq
	}
	const page = 2000
	for after := uint64(0); ; {
		facts, err := s.office.Facts(ctx, s.branch, s.register, 1, after, page)
		if err != nil {
			return fmt.Errorf("read head office's facts: %w", err)
		}
		for i := range facts {
			if facts[i].Kind != order.SettledKind.Number {
				continue
			}
			b, err := order.SettledKind.Read(&facts[i])
			if err != nil {
				return err
			}
			r.BookedOrders++
			r.BookedAmount += b.Total
		}
		if len(facts) < page {
			break
		}
		after = facts[len(facts)-1].Seq
	}
	totals, err := s.office.Totals(ctx, s.branch, 0, 99991231)
	if err != nil {
		return fmt.Errorf("read head office's totals: %w", err)
	}
	r.ViewAmount = totals.Settled.Amount
	return nil
}
