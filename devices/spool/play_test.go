package spool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"wendan/devices/printer"
	"wendan/devices/ticket"
)

// played is a printer that does what the test says.
type played struct {
	mu     sync.Mutex
	papers []string // whole papers, in order
	torn   []string // papers that broke off
	next   func(n int) (printer.Proof, error)
	state  error // told by Status
	tries  int
	pulses int
	block  chan struct{} // while not nil, Print waits for it or its context
	inside int
}

func (p *played) Print(ctx context.Context, _ uint32, t ticket.Ticket) (printer.Proof, error) {
	p.mu.Lock()
	p.tries++
	n, block := p.tries, p.block
	p.inside++
	p.mu.Unlock()
	defer func() { p.mu.Lock(); p.inside--; p.mu.Unlock() }()
	if block != nil {
		select {
		case <-block:
		case <-ctx.Done():
			return printer.Uncertain, ctx.Err()
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	proof, err := printer.Confirmed, error(nil)
	if p.next != nil {
		proof, err = p.next(n)
	}
	text := t.Items[0].(ticket.Text).Text
	if proof == printer.Confirmed || proof == printer.Unproven || errors.Is(err, printer.ErrNoProof) {
		p.papers = append(p.papers, text)
	} else if proof == printer.Uncertain {
		p.torn = append(p.torn, text)
	}
	return proof, err
}

func (p *played) Status(context.Context) (printer.Status, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return printer.Status{Known: true, Fault: p.state}, nil
}

func (p *played) Pulse(context.Context, int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pulses++
	return p.state
}

func (p *played) set(f func()) { p.mu.Lock(); f(); p.mu.Unlock() }

func (p *played) out() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.papers, " ")
}

// ledger remembers outcomes.
type ledger struct {
	mu       sync.Mutex
	outcomes map[ID]Outcome
	refuse   int // how many calls fail first
	twice    int
}

func (l *ledger) Confirmed(_ context.Context, o Outcome) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refuse > 0 {
		l.refuse--
		return io.ErrShortWrite
	}
	if l.outcomes == nil {
		l.outcomes = map[ID]Outcome{}
	}
	if _, again := l.outcomes[o.ID]; again {
		l.twice++
	}
	l.outcomes[o.ID] = o
	return nil
}

func (l *ledger) of(n int) Outcome {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.outcomes[id(n)]
}

func id(n int) ID { return ID{Fact: uint64(n), Slip: "receipt"} }

// slip is a job whose paper reads its number, with * when marked and > when moved.
func slip(n int, role string) Job {
	return Job{ID: id(n), Role: role, Title: fmt.Sprint("slip ", n), Render: func(m Mark) ticket.Ticket {
		text := fmt.Sprint(n)
		if m.Again {
			text += "*"
		}
		if m.Moved != "" {
			text += ">" + m.Moved
		}
		return ticket.Ticket{Name: "slip", Items: []ticket.Item{ticket.Text{Text: text}, ticket.Cut{}}}
	}}
}

type rig struct {
	*Spool
	t      *testing.T
	a, b   *played
	ledger *ledger
	events <-chan Event
}

// newRig starts a spool with printers a (role "receipt", backup b) and b (role "kitchen").
func newRig(t *testing.T, change func(*Options)) *rig {
	r := &rig{t: t, a: &played{}, b: &played{}, ledger: &ledger{}}
	o := Options{Printers: map[string]Printer{"a": r.a, "b": r.b}, Ledger: r.ledger, MaxPause: 20 * time.Millisecond,
		Routes: map[string]Route{"receipt": {Printer: "a", Backup: "b"}, "kitchen": {Printer: "b"}}}
	if change != nil {
		change(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	r.Spool = s
	r.events, _ = s.Subscribe()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return r
}

func (r *rig) submit(jobs ...Job) {
	r.t.Helper()
	if err := r.Submit(jobs...); err != nil {
		r.t.Fatal(err)
	}
}

// wait waits until nothing is to be done.
func (r *rig) wait() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := r.Wait(ctx); err != nil {
		r.t.Fatalf("wait: %v, %+v", err, r.Snapshot())
	}
}

// event waits for an event of the kind.
func (r *rig) event(k EventKind) Event {
	r.t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case e := <-r.events:
			if e.Kind == k {
				return e
			}
		case <-late:
			r.t.Fatalf("event %d never came", k)
		}
	}
}

// until waits for a condition, looking at every event.
func (r *rig) until(what string, ok func() bool) {
	r.t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); {
		if time.Now().After(end) {
			r.t.Fatalf("%s never happened: %+v", what, r.Snapshot())
		}
		select {
		case <-r.events:
		case <-time.After(time.Millisecond):
		}
	}
}

func (r *rig) papers(p *played, want string) {
	r.t.Helper()
	if got := p.out(); got != want {
		r.t.Errorf("papers %q, want %q", got, want)
	}
}
