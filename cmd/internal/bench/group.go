package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"wendan/store/fact"
	"wendan/store/journal"
)

const writers = 64

// grouped lets 64 writers wait for one order each, over and over: everything that queued up while the last group was
// being synced goes into the next. It returns orders a second.
func grouped(span time.Duration, commit func([][]byte) error, after func() error, body []byte) (float64, error) {
	queue := make(chan chan error, writers)
	ended := make(chan error, 1)
	go func() {
		var failed error
		for first := range queue {
			waiting := []chan error{first}
			for more := true; more; {
				select {
				case c, ok := <-queue:
					if more = ok; ok {
						waiting = append(waiting, c)
					}
				default:
					more = false
				}
			}
			records := make([][]byte, len(waiting))
			for i := range records {
				records[i] = body
			}
			err := commit(records)
			for _, c := range waiting {
				c <- err
			}
			failed = errors.Join(failed, err, after())
		}
		ended <- failed
	}()
	var done atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for range writers {
		all.Go(func() {
			answer := make(chan error, 1)
			for time.Since(began) < span {
				queue <- answer
				if err := <-answer; err != nil {
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	close(queue)
	return float64(done.Load()) / took.Seconds(), <-ended
}

// chained commits records as facts of a journal: numbered, hashed, one frame, one sync.
func chained(j *journal.Journal, d fact.Draft) func([][]byte) error {
	return func(records [][]byte) error {
		group := make([]fact.Fact, len(records))
		h := j.Head()
		for i, body := range records {
			d.Body = body
			group[i], h = h.Next(stamped(d))
		}
		return j.Append(group)
	}
}

// groups compares the journal under 64 waiting writers with a bare append log and with SQLite, each given the same
// group commit, and shows what the whole till reaches.
func groups(ctx context.Context, b *bench) (rows []Row, err error) {
	dir, err := b.dir("group")
	if err != nil {
		return nil, err
	}
	d := kib()
	raw := rawOf(d)
	j, err := journalOf(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	log, err := newBare(dir + "/plain")
	if err != nil {
		return nil, err
	}
	defer log.close()
	sqlite, err := newLite(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer sqlite.close()
	shop, err := b.dir("group-till")
	if err != nil {
		return nil, err
	}
	c, err := newCounter(ctx, shop)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	nothing := func() error { return nil }
	span := time.Duration(b.scaled(1500)) * time.Millisecond
	ways := []func() (float64, error){
		func() (float64, error) { return grouped(span, chained(j, d), j.Maintain, d.Body) },
		func() (float64, error) { return grouped(span, log.group, log.prepare, raw) },
		func() (float64, error) {
			return grouped(span, func(r [][]byte) error { return sqlite.group(ctx, r) }, nothing, raw)
		},
		func() (float64, error) { return c.busy(ctx, span, writers) },
	}
	speeds := make([][]float64, len(ways))
	var toLog, toLite []float64
	for range b.rounds() {
		var now [4]float64
		for i, way := range ways {
			runtime.GC()
			if now[i], err = way(); err != nil {
				return nil, err
			}
			speeds[i] = append(speeds[i], now[i])
		}
		toLog, toLite = append(toLog, now[0]/now[1]), append(toLite, now[0]/now[2])
	}
	shown := fmt.Sprintf("orders/s: journal %.0f, append log %.0f, SQLite %.0f", middle(speeds[0]), middle(speeds[1]), middle(speeds[2]))
	return []Row{
		atLeast("group_64_vs_append_log", middle(toLog), "ratio", 0.6, "%s", shown),
		atLeast("group_64_vs_sqlite", middle(toLite), "ratio", 1, ""),
		told("till_64_callers", middle(speeds[3]), "orders/s", "whole sales through till.Do with the book behind"),
	}, nil
}

// busy lets so many callers sell without pause and returns orders a second.
func (c *counter) busy(ctx context.Context, span time.Duration, callers int) (float64, error) {
	var done atomic.Int64
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	began := time.Now()
	for range callers {
		all.Go(func() {
			for time.Since(began) < span && failed.Load() == nil {
				if _, err := c.sell(ctx, waiter); err != nil {
					failed.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	speed := float64(done.Load()) / time.Since(began).Seconds()
	if err := failed.Load(); err != nil {
		return speed, *err
	}
	return speed, c.caughtUp(ctx)
}
