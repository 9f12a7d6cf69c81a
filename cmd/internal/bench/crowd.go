package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"wendan/cmd/internal/memory"
	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/order"
	"wendan/store/shift"
	"wendan/store/till"
)

const callers = 1000

// crowd lets 1,000 callers sell at once and counts what became of every order, then measures how long the
// cashier at the screen waits beside them.
func crowd(ctx context.Context, b *bench) (rows []Row, err error) {
	dir, err := b.dir("crowd")
	if err != nil {
		return nil, err
	}
	c, err := newCounter(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	tended, end := context.WithCancel(ctx)
	var tend sync.WaitGroup
	tend.Go(func() { memory.Tend(tended, func() uint64 { return c.till.Head().Seq }) }) // as cmd/register does
	defer func() {
		end()
		tend.Wait()
		debug.SetGCPercent(100)
		debug.SetMemoryLimit(math.MaxInt64)
	}()
	row, err := c.once(ctx, b.scaled(10))
	if err != nil {
		return nil, err
	}
	lane, err := c.lane(ctx, b.rounds(), b.scaled(200))
	return append([]Row{row}, lane...), err
}

// once has every caller place so many orders, and each order twice under its key, and compares the answers with
// the journal and the book.
func (c *counter) once(ctx context.Context, each int) (Row, error) {
	from := c.till.Head().Seq
	var all sync.WaitGroup
	var mu sync.Mutex
	var failed error
	answers := map[order.Number]int{}
	began := time.Now()
	for range callers {
		all.Go(func() {
			for range each {
				a := c.sale(waiter)
				first, err := c.till.Do(ctx, a)
				again, err2 := c.till.Do(ctx, a)
				mu.Lock()
				if err := errors.Join(err, err2); err != nil {
					failed = err
				}
				answers[first.Order]++
				if again.Order != first.Order || !again.Again {
					answers[again.Order]++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	if failed != nil {
		return Row{}, failed
	}
	kept := map[order.Number]int{}
	err := c.till.Journal().Iterate(ctx, from, func(f *fact.Fact) error {
		p, err := order.PlacedKind.Read(f)
		if err == nil {
			kept[p.Number]++
		}
		return nil
	})
	if err == nil {
		err = c.caughtUp(ctx)
	}
	if err != nil {
		return Row{}, err
	}
	wrong := 0
	for n, times := range answers {
		if _, err := c.book.Order(n); times != 1 || kept[n] != 1 || err != nil {
			wrong++
		}
	}
	for n := range kept {
		if answers[n] == 0 {
			wrong++
		}
	}
	made := callers * each
	wrong += max(made-len(answers), 0)
	return atMost("callers_1000_lost_or_doubled", float64(wrong), fmt.Sprintf("of %d orders", made), 0,
		"each sent twice under its key; answers, journal and book compared; %.0f acts/s", 2*float64(made)/took.Seconds()), nil
}

// lane compares the cashier's waiting time alone with that beside 1,000 others, in alternated rounds.
func (c *counter) lane(ctx context.Context, rounds, n int) ([]Row, error) {
	var alone, beside []time.Duration
	var sold atomic.Int64
	var crowded time.Duration
	for range rounds {
		if err := c.nextDay(ctx); err != nil { // a day sells thousands of orders, not hundreds of thousands
			return nil, err
		}
		d, err := c.one(ctx, screen, n)
		if err != nil {
			return nil, err
		}
		alone = append(alone, d...)
		crowdCtx, leave := context.WithCancel(ctx)
		var others sync.WaitGroup
		var failed atomic.Pointer[error]
		for range callers {
			others.Go(func() {
				for crowdCtx.Err() == nil {
					if _, err := c.sell(ctx, waiter); err != nil {
						failed.Store(&err)
						return
					}
					sold.Add(1)
				}
			})
		}
		took, err := timed(func() error { d, err = c.one(ctx, screen, n); return err })
		crowded += took
		leave()
		others.Wait()
		if p := failed.Load(); p != nil {
			err = *p
		}
		if err != nil {
			return nil, err
		}
		beside = append(beside, d...)
		if err := c.caughtUp(ctx); err != nil {
			return nil, err
		}
	}
	a, w := quantile(alone, 990), quantile(beside, 990)
	return []Row{
		atMost("cashier_lane_p99", ratio(w, a), "ratio to lone caller", 3, "p99 alone %.2f, beside 1,000 callers %.2f ms; medians %.2f and %.2f; the others sell %.0f/s",
			ms(a), ms(w), ms(median(alone)), ms(median(beside)), float64(sold.Load())/crowded.Seconds()),
	}, nil
}

// nextDay closes the business day and opens the one after it.
func (c *counter) nextDay(ctx context.Context) error {
	var day fact.Day
	c.till.View(func(s *till.State) { day = s.Day })
	for _, i := range []act.Intent{shift.CloseDay{}, shift.OpenDay{Day: day.Add(1)}} {
		if _, err := c.till.Do(ctx, act.Act{Key: c.till.NewKey(), By: tool, Intent: i}); err != nil {
			return err
		}
	}
	return c.caughtUp(ctx)
}

// one sells n orders one after another, a few milliseconds apart, and returns how long each took.
func (c *counter) one(ctx context.Context, by act.By, n int) ([]time.Duration, error) {
	var out []time.Duration
	for range n {
		d, err := timed(func() error { _, err := c.sell(ctx, by); return err })
		if err != nil {
			return nil, err
		}
		out = append(out, d)
		time.Sleep(3 * time.Millisecond)
	}
	return out, nil
}
