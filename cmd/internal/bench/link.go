package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"wendan/sync/headoffice"
	"wendan/sync/linktest"
	"wendan/sync/uplink"
)

// badLine is the line of the bound: 5 s each way, a reset in 30 of 100 stretches of 4 KiB, 16 kbit/s.
var badLine = linktest.Line{Latency: 5 * time.Second, Rate: 16_000 / 8, Reset: 0.3, Within: 4 << 10, Seed: 7}

// drainWithin is how long the backlog may take over the bad line.
const drainWithin = 5 * time.Minute

// link sells at two registers in turn, one on a bad line to head office and one without a network, and then waits
// until the bad line has carried everything.
func link(ctx context.Context, b *bench) (rows []Row, err error) {
	var c [2]*counter
	for i, name := range []string{"linked", "alone"} {
		dir, err := b.dir(name)
		if err != nil {
			return nil, err
		}
		if c[i], err = newCounter(ctx, dir); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, c[i].close()) }()
	}
	linked := c[0]
	place, err := b.dir("far-office")
	if err != nil {
		return nil, err
	}
	office, err := headoffice.Open(ctx, headoffice.Options{Dir: place})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, office.Close()) }()
	p, err := office.Pair(ctx, setup.Branch, setup.Register, 1, linked.till.Journal().PublicKey())
	if err != nil {
		return nil, err
	}
	proxy, err := linktest.NewProxy(strings.TrimPrefix(p.URL, "nats://"), badLine)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, proxy.Close()) }()
	j := linked.till.Journal()
	up, err := uplink.New(uplink.Options{Branch: p.Branch, Register: p.Register, Facts: j, Mark: linked.book, Signer: j,
		Dial: uplink.NATS(proxy.URL(), p.Branch, p.Register, p.Seed)})
	if err != nil {
		return nil, err
	}
	drained := make(chan error, 1)
	selling, done := context.WithCancel(context.Background())
	began := time.Now()
	go func() { drained <- drainBehind(ctx, up, selling.Done()) }()
	sell := func(c *counter) func() (time.Duration, error) {
		return func() (time.Duration, error) {
			time.Sleep(60 * time.Millisecond)
			a := c.sale(screen)
			return timed(func() error { _, err := c.till.Do(ctx, a); return err })
		}
	}
	medians, all, err := rounds(b.rounds(), b.scaled(25), sell(linked), sell(c[1]))
	sold := time.Since(began)
	done()
	left := <-drained
	if err != nil {
		return nil, err
	}
	s := up.Status()
	drain := atMost("bad_link_backlog_left", float64(s.Waiting), fmt.Sprintf("of %d facts", s.Made.Seq), 0, "%s; %d resets, all booked %.0f s after the first sale (%v)", s.Proof("en"), proxy.Resets(), time.Since(began).Seconds(), left)
	drain.Holds = drain.Holds && proxy.Resets() > 0 // a line that never broke proves nothing
	return []Row{
		atMost("saved_on_bad_link_vs_no_network", ratios(medians[0], medians[1]), "ratio", 1.1, "medians %.3f and %.3f ms, %d orders each in %.0f s, the uplink at work", ms(median(all[0])), ms(median(all[1])), len(all[0]), sold.Seconds()),
		drain,
	}, nil
}

// drainBehind runs the uplink until selling is over and head office has booked everything, or time is up.
func drainBehind(ctx context.Context, up *uplink.Uplink, over <-chan struct{}) error {
	run, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	defer func() { cancel(); <-ended }()
	go func() { defer close(ended); _ = up.Run(run) }() // its trouble is in Status
	<-over
	late := time.After(drainWithin)
	for !up.Status().Complete() {
		select {
		case <-time.After(50 * time.Millisecond):
		case <-late:
			return faultOf(up.Status())
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
