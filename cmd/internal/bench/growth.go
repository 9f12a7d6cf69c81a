package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"wendan/cmd/internal/machine"
	"wendan/store/book"
	"wendan/store/fact"
	"wendan/store/till"
)

// pair is a small register and a large one, side by side.
type pair struct {
	b            *bench
	small, large *history
}

// sizes are the numbers of orders that growth is measured between.
func (b *bench) sizes() (small, large int) {
	if b.Short {
		return 10_000, 50_000
	}
	return 10_000, 1_000_000
}

// growth compares a register of 10,000 orders with one of 1,000,000: both have sold perDay orders on the open day.
func growth(ctx context.Context, b *bench) ([]Row, error) {
	few, many := b.sizes()
	p := &pair{b: b}
	var err error
	if p.small, err = b.history(ctx, few); err != nil {
		return nil, err
	}
	if p.large, err = b.history(ctx, many); err != nil {
		return nil, err
	}
	var rows []Row
	var failed []error
	for _, measure := range []func(context.Context) ([]Row, error){p.opening, p.selling, p.rebuild} {
		got, err := measure(ctx)
		rows, failed = append(rows, got...), append(failed, err)
	}
	return rows, errors.Join(failed...)
}

// copies makes working copies of both.
func (p *pair) copies() (small, large string, err error) {
	if small, err = p.small.copy(p.b, "small"); err != nil {
		return "", "", err
	}
	large, err = p.large.copy(p.b, "large")
	return small, large, err
}

func (p *pair) sizesText() string {
	return fmt.Sprintf("%d against %d orders", p.large.Orders, p.small.Orders)
}

// opening opens whole registers, till, book, print queue and followers, until they would sell.
func (p *pair) opening(ctx context.Context) ([]Row, error) {
	small, large, err := p.copies()
	if err != nil {
		return nil, err
	}
	open := func(dir string) func() (time.Duration, error) {
		return func() (time.Duration, error) {
			var m *machine.Machine
			took, err := timed(func() error { m, err = machine.Open(machine.Config{Dir: dir}); return err })
			if err != nil {
				return 0, err
			}
			return took, m.Close()
		}
	}
	medians, all, err := rounds(p.b.rounds(), 1, open(small), open(large))
	if err != nil {
		return nil, err
	}
	return []Row{atMost("open_large_vs_small", ratios(medians[1], medians[0]), "ratio", 2, "%s: %.0f and %.0f ms", p.sizesText(), ms(median(all[1])), ms(median(all[0])))}, nil
}

// selling compares till.Do, book.Apply and a day's totals.
func (p *pair) selling(ctx context.Context) (rows []Row, err error) {
	small, large, err := p.copies()
	if err != nil {
		return nil, err
	}
	var c [2]*counter
	for i, dir := range []string{small, large} {
		if c[i], err = openCounter(dir); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, c[i].close()) }()
	}
	do := func(c *counter) func() (time.Duration, error) {
		return func() (time.Duration, error) {
			a := c.sale(screen)
			took, err := timed(func() error { _, err := c.till.Do(ctx, a); return err })
			return took, errors.Join(err, c.caughtUp(ctx))
		}
	}
	sold, allSold, err := rounds(p.b.rounds(), p.b.scaled(100), do(c[0]), do(c[1]))
	if err != nil {
		return nil, err
	}
	for i := range c {
		if err := c[i].stop(); err != nil {
			return nil, err
		}
		c[i].till.UseBook(archive{c[i].book}, false)
	}
	apply := func(c *counter) func() (time.Duration, error) {
		return func() (time.Duration, error) { return c.apply(ctx, 64) }
	}
	applied, allApplied, err := rounds(p.b.rounds(), p.b.scaled(20), apply(c[0]), apply(c[1]))
	if err != nil {
		return nil, err
	}
	z := func(b *book.Book, day fact.Day) func() (time.Duration, error) {
		return func() (time.Duration, error) {
			return timed(func() error {
				t, err := b.Totals(day)
				if err == nil && t.Placed.Orders != perDay {
					err = fmt.Errorf("a Z of %d orders on %v, not %d", t.Placed.Orders, day, perDay)
				}
				return err
			})
		}
	}
	totals, allTotals, err := rounds(p.b.rounds(), p.b.scaled(2000), z(c[0].book, p.small.Full), z(c[1].book, p.large.Full))
	if err != nil {
		return nil, err
	}
	return []Row{
		atMost("till_do_large_vs_small", ratios(sold[1], sold[0]), "ratio", 1.2, "%s: %.3f and %.3f ms", p.sizesText(), ms(median(allSold[1])), ms(median(allSold[0]))),
		atMost("book_apply_64_large_vs_small", ratios(applied[1], applied[0]), "ratio", 1.5, "%.2f and %.2f ms", ms(median(allApplied[1])), ms(median(allApplied[0]))),
		atMost("z_total_large_vs_small", ratios(totals[1], totals[0]), "ratio", 1.2, "the same, 0.2 allowed for noise: %.4f and %.4f ms", ms(median(allTotals[1])), ms(median(allTotals[0]))),
	}, nil
}

// apply sells n orders that the book does not hear of, and then has it apply their facts at once.
func (c *counter) apply(ctx context.Context, n int) (time.Duration, error) {
	var all sync.WaitGroup
	var failed atomic.Pointer[error]
	for range n {
		all.Go(func() {
			if _, err := c.sell(ctx, waiter); err != nil {
				failed.Store(&err)
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	facts, err := c.till.Journal().ReadAfter(ctx, c.book.Applied().Seq, 1<<20)
	if err != nil {
		return 0, err
	}
	return timed(func() error { return c.book.Apply(facts) })
}

// rebuild makes the whole book of the large register anew while its till sells five orders a second.
func (p *pair) rebuild(ctx context.Context) (rows []Row, err error) {
	dir, err := p.large.copy(p.b, "large")
	if err != nil {
		return nil, err
	}
	t, _, err := till.Open(till.Config{Dir: machine.JournalDir(dir)})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	c := &counter{till: t}
	t.View(func(s *till.State) { c.carts = carts(s.Menu) })
	selling, stop := context.WithCancel(ctx)
	defer stop()
	var told atomic.Int64
	ended := make(chan error, 1)
	var sales []time.Duration
	began := time.Now()
	go func() {
		for selling.Err() == nil {
			d, err := timed(func() error { _, err := c.sell(ctx, screen); return err })
			if err != nil {
				ended <- err
				return
			}
			sales = append(sales, d)
			select {
			case <-time.After(200 * time.Millisecond):
			case <-selling.Done():
			}
		}
		ended <- nil
	}()
	k, err := book.Rebuild(ctx, filepath.Join(p.b.work, "rebuilt.db"), book.Options{Epoch: 1, Booked: p.large.Booked}, t.Journal().Iterate,
		func(uint64) { told.Add(1) })
	took := time.Since(began)
	stop()
	if err := errors.Join(err, <-ended); err != nil {
		return nil, err
	}
	facts := k.Applied().Seq
	if err := k.Close(); err != nil {
		return nil, err
	}
	row := atLeast("book_rebuild", float64(facts)/took.Seconds(), "facts/s", 50_000, "%d facts in %.0f s, progress told %d times; %d orders sold meanwhile, median %.2f, slowest %.1f ms",
		facts, took.Seconds(), told.Load(), len(sales), ms(median(sales)), ms(quantile(sales, 1000)))
	row.Holds = row.Holds && told.Load() > 0 && len(sales) > 0
	return []Row{row}, nil
}
