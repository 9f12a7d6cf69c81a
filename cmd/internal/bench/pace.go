package bench

import (
	"context"
	"errors"
	"sync"
	"time"
)

// pace sells 50 orders a second, not at the screen, which never waits for the book, their slips confirmed as they come out, and counts the acts that had to wait for the book.
func pace(ctx context.Context, b *bench) (rows []Row, err error) {
	dir, err := b.dir("pace")
	if err != nil {
		return nil, err
	}
	c, err := newCounter(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	span := b.Pace
	if b.Short {
		span = min(span, 20*time.Second)
	}
	const every = time.Second / 50
	var slips sync.WaitGroup
	var mu sync.Mutex
	var printing error
	var spent []time.Duration
	var lag uint64
	began := time.Now()
	for due := began; due.Sub(began) < span; due = due.Add(every) {
		select {
		case <-time.After(time.Until(due)):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		start := time.Now()
		a, err := c.sell(ctx, waiter)
		if err != nil {
			return nil, err
		}
		spent = append(spent, time.Since(start))
		lag = max(lag, c.book.Lag(c.till.Head().Seq))
		slips.Go(func() {
			if err := c.print(ctx, a); err != nil {
				mu.Lock()
				printing = err
				mu.Unlock()
			}
		})
	}
	slips.Wait()
	if printing != nil {
		return nil, printing
	}
	return []Row{
		atMost("till_waits_for_book", float64(c.till.LagWaits()), "waits in "+span.String(), 0,
			"%d orders at 50/s, slips confirmed; median %.2f, p99 %.2f ms; book at most %d facts behind", len(spent), ms(median(spent)), ms(quantile(spent, 990)), lag),
	}, nil
}
