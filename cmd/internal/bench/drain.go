package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"wendan/cmd/internal/machine"
	"wendan/store/fact"
	"wendan/store/journal"
	"wendan/sync/headoffice"
	"wendan/sync/uplink"
)

// mark is an uplink's place, in memory.
type mark struct{ at atomic.Pointer[fact.Head] }

func newMark(h fact.Head) *mark {
	m := &mark{}
	m.at.Store(&h)
	return m
}

// Booked is the mark.
func (m *mark) Booked() fact.Head { return *m.at.Load() }

// SetBooked moves it.
func (m *mark) SetBooked(_ context.Context, h fact.Head) error {
	m.at.Store(&h)
	return nil
}

// accepting notes when the stream has accepted a fact with at least the number last.
type accepting struct {
	uplink.Link
	runs *atomic.Int64
	when *atomic.Int64 // of the newest acceptance, nanoseconds since began
	from time.Time
}

// Publish sends a run and notes its acceptance.
func (a accepting) Publish(run []byte, id string, expect uint64) (<-chan error, error) {
	in, err := a.Link.Publish(run, id, expect)
	if err != nil {
		return nil, err
	}
	out := make(chan error, 1)
	go func() {
		err := <-in
		if err == nil {
			a.runs.Add(1)
			a.when.Store(int64(time.Since(a.from)))
		}
		out <- err
	}()
	return out, nil
}

// drain sends the backlog of a register that was offline for weeks to a head office that syncs every write.
func drain(ctx context.Context, b *bench) (rows []Row, err error) {
	orders := 100_000
	if b.Short {
		orders = 10_000
	}
	h, err := b.history(ctx, orders)
	if err != nil {
		return nil, err
	}
	dir, err := h.copy(b, "backlog")
	if err != nil {
		return nil, err
	}
	j, _, err := journal.Open(journal.OS{}, machine.JournalDir(dir), journal.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	place, err := b.dir("office")
	if err != nil {
		return nil, err
	}
	office, err := headoffice.Open(ctx, headoffice.Options{Dir: place})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, office.Close()) }()
	p, err := office.Pair(ctx, setup.Branch, setup.Register, 1, j.PublicKey())
	if err != nil {
		return nil, err
	}
	wire, err := newRelay(p.URL)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, wire.close()) }()
	var runs, when atomic.Int64
	dial := uplink.NATS(wire.url(), p.Branch, p.Register, p.Seed)
	began := time.Now()
	up, err := uplink.New(uplink.Options{Branch: p.Branch, Register: p.Register, Facts: j, Mark: newMark(fact.Head{Epoch: 1}), Signer: j,
		Dial: func(ctx context.Context) (uplink.Link, error) {
			l, err := dial(ctx)
			return accepting{l, &runs, &when, began}, err
		}})
	if err != nil {
		return nil, err
	}
	if err := complete(ctx, up, 5*time.Minute); err != nil {
		return nil, err
	}
	took := time.Since(began)
	if at, ok := office.Booked(p.Branch, p.Register); !ok || at != h.Head {
		return nil, fmt.Errorf("head office booked up to %v of %v", at, h.Head)
	}
	totals, err := office.Totals(ctx, p.Branch, firstDay, h.Day)
	if err != nil {
		return nil, err
	}
	if int(totals.Settled.Orders) != orders {
		return nil, fmt.Errorf("head office counts %d orders of %d", totals.Settled.Orders, orders)
	}
	perOrder := float64(h.Head.Seq) / float64(orders)
	return []Row{
		atLeast("backlog_accepted", float64(orders)/time.Duration(when.Load()).Seconds(), "orders/s", 20_000, "%d orders, %d facts, %d runs, every message synced", orders, h.Head.Seq, runs.Load()),
		atLeast("backlog_booked", float64(orders)/took.Seconds(), "orders/s", 5_000, "every transaction synced; amounts counted again at head office"),
		atMost("sale_on_the_wire", float64(wire.up.Load())/float64(orders), "bytes/order", 200, "all %.1f facts of an order, counted on the socket with everything the protocol adds", perOrder),
	}, nil
}

// complete runs the uplink until head office has booked everything.
func complete(ctx context.Context, up *uplink.Uplink, most time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	news, end := up.Subscribe()
	defer end()
	ended := make(chan struct{})
	defer func() { cancel(); <-ended }()
	go func() { defer close(ended); _ = up.Run(ctx) }() // its trouble is in Status
	for !up.Status().Complete() {
		select {
		case <-news:
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			s := up.Status()
			return fmt.Errorf("head office has %d of %d facts: %w", s.Booked.Seq, s.Made.Seq, errors.Join(ctx.Err(), faultOf(s)))
		}
	}
	return nil
}

func faultOf(s uplink.Status) error {
	switch {
	case s.Alarm != nil:
		return s.Alarm
	case s.Err != nil:
		return s.Err
	}
	return nil
}

// relay is a socket on the way that counts the bytes going up.
type relay struct {
	listener net.Listener
	target   string
	up       atomic.Int64
	all      sync.WaitGroup
}

func newRelay(url string) (*relay, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &relay{listener: l, target: strings.TrimPrefix(url, "nats://")}
	r.all.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", r.target)
			if err != nil {
				_ = near.Close() // the caller sees it end
				continue
			}
			r.all.Go(func() { r.carry(far, near, &r.up) })
			r.all.Go(func() { r.carry(near, far, nil) })
		}
	})
	return r, nil
}

func (r *relay) carry(to, from net.Conn, count *atomic.Int64) {
	defer to.Close()
	buf := make([]byte, 256<<10)
	for {
		n, err := from.Read(buf)
		if count != nil {
			count.Add(int64(n))
		}
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (r *relay) url() string { return "nats://" + r.listener.Addr().String() }

func (r *relay) close() error {
	err := r.listener.Close()
	r.all.Wait()
	return err
}
