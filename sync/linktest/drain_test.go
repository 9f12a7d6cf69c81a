package linktest_test

import (
	"context"
	"flag"
	"sync/atomic"
	"testing"
	"time"

	"wendan/sync/linktest"
	"wendan/sync/uplink"
)

var backlog = flag.Int("backlog", 2_000, "orders in the backlog that BenchmarkDrain sends")

// counted notes when the stream has accepted a run.
type counted struct {
	uplink.Link
	runs  *atomic.Int64
	last  *atomic.Int64 // when, nanoseconds since start
	start time.Time
}

func (c counted) Publish(run []byte, id string, expect uint64) (<-chan error, error) {
	in, err := c.Link.Publish(run, id, expect)
	if err != nil {
		return nil, err
	}
	out := make(chan error, 1)
	go func() {
		err := <-in
		if err == nil {
			c.runs.Add(1)
			c.last.Store(int64(time.Since(c.start)))
		}
		out <- err
	}()
	return out, nil
}

// BenchmarkDrain sends a backlog over loopback, every message and every transaction
// synced: orders a second accepted by the stream and booked.
func BenchmarkDrain(b *testing.B) {
	j := linktest.NewJournal(1, 9)
	j.Sell(*backlog)
	for b.Loop() {
		b.StopTimer()
		o := office(b, b.TempDir(), "")
		p := pair(b, o, j, "A")
		_ = j.SetBooked(b.Context(), emptyHead)
		var runs, last atomic.Int64
		b.StartTimer()
		start := time.Now()
		dial := uplink.NATS(p.URL, "hz-1", "A", p.Seed)
		u := run(b, j, "A", func(ctx context.Context) (uplink.Link, error) {
			l, err := dial(ctx)
			return counted{l, &runs, &last, start}, err
		})
		complete(b, u)
		took := time.Since(start)
		b.ReportMetric(float64(*backlog)/time.Duration(last.Load()).Seconds(), "accepted-orders/s")
		b.ReportMetric(float64(*backlog)/took.Seconds(), "booked-orders/s")
		b.ReportMetric(float64(runs.Load()), "runs")
		b.StopTimer()
		if err := o.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
