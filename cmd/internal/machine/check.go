package machine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"wendan/store/book"
	"wendan/store/fact"
	"wendan/store/journal"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/till"
)

// Checked is what a check of journal and book found.
type Checked struct {
	Head      fact.Head    `json:"head"`
	Facts     uint64       `json:"facts"`
	Days      int          `json:"days"` // opened
	Orders    uint64       `json:"orders"`
	Settled   uint64       `json:"settled"`
	Open      int          `json:"open"`
	Amount    money.Amount `json:"amount"`    // of the settled orders, in fen
	ChainOK   bool         `json:"chain_ok"`  // frames, hashes, seals and signatures
	ReplayOK  bool         `json:"replay_ok"` // sums, numbers without gap, carries
	BookOK    bool         `json:"book_ok"`   // the book is sound and has the same sums
	Rebuilt   *bool        `json:"rebuilt_equal,omitempty"`
	Problem   string       `json:"problem,omitempty"`
	ProblemZH string       `json:"problem_zh,omitempty"`
}

// OK reports that everything that was looked at is right.
func (c *Checked) OK() bool {
	return c.ChainOK && c.ReplayOK && c.BookOK && (c.Rebuilt == nil || *c.Rebuilt)
}

// Step is told how far a check is: facts read of facts to read, in the step of that name.
type Step func(name string, done, total uint64)

// Check reads all of j three ways: as bytes, as facts that must fit each other, and against the book. With rebuild the book
// is also made anew in scratch and compared. It may run beside selling. What it finds is in the
// result; an error means that checking itself failed.
func Check(ctx context.Context, j *journal.Journal, b *book.Book, rebuild bool, scratch string, step Step) (Checked, error) {
	c := Checked{Head: j.Head()}
	report, err := j.Scrub(ctx, func(done, total int64) { step("verify", uint64(done), uint64(total)) })
	if err != nil {
		return c, fmt.Errorf("read the journal: %w", err)
	}
	c.ChainOK = report.OK()
	if report.Bad != nil {
		c.tell(journal.ErrDamaged.With(report.Bad.File, report.Bad.Offset, report.Bad.Seq-1, c.Head.Seq))
		return c, nil
	}
	sums := map[fact.Day]*daySum{}
	state, err := till.Replay(ctx, c.Head.Epoch, func(ctx context.Context, after uint64, take func(*fact.Fact) error) error {
		return j.Iterate(ctx, after, func(f *fact.Fact) error {
			if f.Seq%4096 == 0 {
				step("replay", f.Seq, c.Head.Seq)
			}
			if err := take(f); err != nil {
				return err
			}
			return add(sums, f)
		})
	})
	if ctx.Err() != nil {
		return c, ctx.Err()
	}
	if err != nil {
		c.tell(err)
		return c, nil
	}
	c.ReplayOK, c.Head, c.Facts, c.Orders, c.Open = true, state.Head, state.Head.Seq, state.Orders, len(state.Open)
	for day, s := range sums {
		if day != 0 {
			c.Days++
		}
		c.Settled += s.orders
		c.Amount += s.amount
	}
	if err := c.compare(ctx, b, sums); err != nil || !rebuild {
		return c, err
	}
	equal, err := again(ctx, j, b, scratch, func(seq uint64) { step("rebuild", seq, c.Head.Seq) })
	if err != nil && ctx.Err() != nil {
		return c, err
	}
	if err != nil {
		c.tell(err)
	}
	c.Rebuilt = &equal
	return c, nil
}

func (c *Checked) tell(err error) {
	if c.Problem == "" {
		c.Problem, c.ProblemZH = texts(err)
	}
}

type daySum struct {
	orders uint64
	amount money.Amount
}

// add counts a fact by hand, unlike store/report does, so that both must be right.
func add(sums map[fact.Day]*daySum, f *fact.Fact) error {
	s := sums[f.Day]
	if s == nil {
		s = &daySum{}
		sums[f.Day] = s
	}
	if f.Kind != order.SettledKind.Number {
		return nil
	}
	b, err := order.SettledKind.Read(f)
	if err == nil {
		s.orders++
		s.amount += b.Total
	}
	return err
}

// compare holds the days that ended against the book, and the open one when the book stands where the replay ended.
func (c *Checked) compare(ctx context.Context, b *book.Book, sums map[fact.Day]*daySum) error {
	if b == nil {
		c.tell(till.ErrBookBusy)
		return nil
	}
	if err := b.Check(ctx); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		c.tell(err)
		return nil
	}
	var last fact.Day
	for day := range sums {
		last = max(last, day)
	}
	for day, want := range sums {
		t, err := b.Totals(day)
		if err != nil {
			c.tell(err)
			return nil
		}
		moved := day == last && b.Applied() != c.Head // sold on meanwhile, or not caught up
		if !moved && (t.Settled.Orders != want.orders || t.Settled.Amount != want.amount) {
			c.tell(ErrBookSum.With(day.String(), t.Settled.Amount.String(), want.amount.String()))
			return nil
		}
	}
	c.BookOK = true
	return nil
}

// errEnough ends reading early.
var errEnough = errors.New("enough")

// again makes the book anew in scratch and compares. While selling goes on it follows until both
// stand at the same fact.
func again(ctx context.Context, j *journal.Journal, b *book.Book, scratch string, progress func(uint64)) (bool, error) {
	dir, err := os.MkdirTemp(scratch, "rebuild-")
	if err != nil {
		return false, fmt.Errorf("make a folder for the rebuilt book: %w", err)
	}
	defer os.RemoveAll(dir)
	end := b.Applied().Seq // the book may be behind the journal
	o := optionsOf(j.Identity())
	o.Booked = b.Booked()
	made, err := book.Rebuild(ctx, filepath.Join(dir, "book.db"), o, func(ctx context.Context, after uint64, take func(*fact.Fact) error) error {
		err := j.Iterate(ctx, after, func(f *fact.Fact) error {
			if f.Seq > end {
				return errEnough
			}
			return take(f)
		})
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	}, progress)
	if err != nil {
		return false, fmt.Errorf("rebuild the book: %w", err)
	}
	defer made.Close()
	var diff string
	for range 20 {
		before := b.Applied()
		for before.Seq > made.Applied().Seq {
			facts, err := j.ReadAfter(ctx, made.Applied().Seq, int(min(before.Seq-made.Applied().Seq, 1000)))
			if err == nil {
				err = made.Apply(facts)
			}
			if err != nil {
				return false, fmt.Errorf("catch up with the journal: %w", err)
			}
		}
		if before != made.Applied() {
			continue
		}
		var equal bool
		if diff, equal, err = b.Compare(made); err != nil || equal {
			return equal, err
		}
		if b.Applied() == before {
			break // nothing moved: they do differ
		}
	}
	return false, errors.Join(ErrBookDiffers.Wrap(errors.New(diff)), ctx.Err())
}
