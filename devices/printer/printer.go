// Package printer drives one ESC/POS receipt printer over any port and says of every
// ticket whether it is on paper.
package printer

import (
	"context"
	"errors"
	"sync"
	"time"

	"wendan/devices/escpos"
	"wendan/devices/port"
)

// Options are the patience of a driver; a zero field takes its default.
type Options struct {
	Name   string        // in messages, such as 前台小票机; "打印机" when empty
	Answer time.Duration // for the answer to a status request; 1 s
	Send   time.Duration // for the printer to take more bytes; 10 s
	Proof  time.Duration // for the proof after the last byte, while nothing is wrong; 20 s
	Repair time.Duration // for somebody to mend a printer that has a ticket, or a part of one (paper out, cover open); 2 min
	Keep   time.Duration // how long the port stays open after use; 5 s
	// Trouble, when set, is called from inside Print when a printer that has a ticket or
	// a part of one cannot go on (with the fault) and when that is over (with nil). It must return at
	// once and must not call the driver.
	Trouble func(error)
}

func (o Options) filled() Options {
	set := func(d *time.Duration, otherwise time.Duration) {
		if *d <= 0 {
			*d = otherwise
		}
	}
	set(&o.Answer, time.Second)
	set(&o.Send, 10*time.Second)
	set(&o.Proof, 20*time.Second)
	set(&o.Repair, 2*time.Minute)
	set(&o.Keep, 5*time.Second)
	if o.Name == "" {
		o.Name = "打印机"
	}
	if o.Trouble == nil {
		o.Trouble = func(error) {}
	}
	return o
}

// Printer is the driver of one printer. Its methods may be called from any goroutine
// and take turns; only Pulse may pass a Print that is waiting for its proof. Every method
// returns soon after its context ends.
type Printer struct {
	open    port.Opener
	profile escpos.Profile
	opts    Options

	base    context.Context // ends with Close
	cancel  context.CancelFunc
	turn    chan struct{} // holds one token for whoever uses the fields below
	pulses  chan pulse    // taken by a Print that waits for its proof
	port    port.Port     // nil when not open
	decoder escpos.Decoder
	dirty   bool // the printer may hold half a command
	owed    bool // an ordered answer to an earlier job may still come
	deaf    bool // the printer answered no ordered request lately, so nobody knows how many may come
	idle    *time.Timer
	timers  sync.WaitGroup // idle timers that may still fire
}

// New returns a driver. Nothing is opened before the first use. The caller owns it and
// calls Close. profile must pass its Check.
func New(open port.Opener, profile escpos.Profile, opts Options) *Printer {
	p := &Printer{open: open, profile: profile, opts: opts.filled(), turn: make(chan struct{}, 1), pulses: make(chan pulse), dirty: true, owed: true}
	p.base, p.cancel = context.WithCancel(context.Background())
	return p
}

// Profile returns the profile the driver works with.
func (p *Printer) Profile() escpos.Profile { return p.profile }

// Name returns the name used in messages.
func (p *Printer) Name() string { return p.opts.Name }

// begin waits for the turn and returns a context that also ends with Close. end gives the
// turn back.
func (p *Printer) begin(ctx context.Context) (_ context.Context, end func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(p.base, cancel)
	release := func() { stop(); cancel() }
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		release()
		return nil, nil, p.ended(ctx)
	}
	if ctx.Err() != nil {
		<-p.turn
		release()
		return nil, nil, p.ended(ctx)
	}
	p.rest()
	return ctx, func() { release(); p.schedule(); <-p.turn }, nil
}

// ended is the error of a call whose context is over.
func (p *Printer) ended(ctx context.Context) error {
	if p.base.Err() != nil {
		return ErrClosed.With(p.opts.Name)
	}
	return ErrStalled.With(p.opts.Name).Wrap(ctx.Err())
}

// rest stops the idle timer.
func (p *Printer) rest() {
	if p.idle != nil && p.idle.Stop() {
		p.timers.Done()
	}
	p.idle = nil
}

// schedule closes the port later, unless it is used before.
func (p *Printer) schedule() {
	if p.port == nil || p.base.Err() != nil {
		return
	}
	p.timers.Add(1)
	var mine *time.Timer
	mine = time.AfterFunc(p.opts.Keep, func() {
		defer p.timers.Done()
		select {
		case p.turn <- struct{}{}:
			if p.idle == mine {
				p.idle = nil
				p.drop()
			}
			<-p.turn
		default: // in use again
		}
	})
	p.idle = mine
}

// drop closes the port.
func (p *Printer) drop() {
	if p.port != nil {
		_ = p.port.Close()
		p.port = nil
	}
}

// fail closes the port after a failure in the middle of something.
func (p *Printer) fail() {
	p.dirty = true
	p.drop()
}

// Close ends whatever is under way, closes the port and leaves no goroutine behind. A Print
// under way returns its honest outcome first.
func (p *Printer) Close() error {
	p.cancel()
	p.turn <- struct{}{}
	p.rest()
	p.drop()
	<-p.turn
	p.timers.Wait()
	return nil
}

// ready opens the port if needed, makes sure that the printer listens and holds nothing half
// received, and returns its status, which the caller judges.
func (p *Printer) ready(ctx context.Context) (escpos.Status, error) {
	kept := p.port != nil
	s, err := p.prepare(ctx)
	if err != nil && kept && p.port == nil && ctx.Err() == nil {
		s, err = p.prepare(ctx) // the kept connection had died meanwhile
	}
	return s, err
}

// prepare is one attempt of ready. It leaves the port closed when talking failed.
func (p *Printer) prepare(ctx context.Context) (s escpos.Status, err error) {
	if p.port == nil {
		o, err := p.open(ctx)
		if err != nil {
			return s, explain(p.opts.Name, err)
		}
		p.port = o
	}
	defer func() {
		if err != nil {
			p.fail()
		}
	}()
	if err := p.discard(); err != nil {
		return s, err
	}
	if p.profile.Status {
		s, err = p.ask(ctx)
		if err == nil && !s.Ready() {
			return s, nil // of no use to flush now; the caller sees why
		}
		if err != nil && !(p.dirty && errors.Is(err, ErrStalled)) {
			return s, err
		}
	}
	if !p.dirty {
		return s, nil
	}
	// Half a picture of an earlier life may be swallowing everything, status requests too.
	if _, err := p.send(ctx, escpos.Recover()); err != nil {
		return s, err
	}
	if err := p.drain(ctx, p.opts.Send); err != nil {
		return s, err
	}
	if p.profile.Status {
		if s, err = p.ask(ctx); err != nil {
			return s, err
		}
	}
	if p.owed && s.Ready() {
		if err := p.settle(ctx); err != nil {
			return s, err
		}
	}
	p.dirty = false
	return s, nil
}

// send writes b piece by piece and returns how many bytes the port took. It gives up
// when there was no progress for Options.Send.
func (p *Printer) send(ctx context.Context, b []byte) (sent int, err error) {
	return p.push(ctx, b, nil)
}

// push is send with patience: when a printer that has taken a part stops taking more, which is
// what running out of paper looks like through flow control, stalled is told and decides
// whether to wait on.
func (p *Printer) push(ctx context.Context, b []byte, stalled func(since time.Duration) bool) (sent int, err error) {
	const piece, look = 1024, 100 * time.Millisecond
	progress := time.Now()
	for sent < len(b) {
		if ctx.Err() != nil {
			return sent, p.ended(ctx)
		}
		if err := p.port.SetWriteDeadline(p.until(ctx, min(look, p.opts.Send))); err != nil {
			return sent, explain(p.opts.Name, err)
		}
		n, err := p.port.Write(b[sent:min(sent+piece, len(b))])
		sent += n
		if n > 0 {
			progress = time.Now()
		}
		if err == nil {
			continue
		}
		if idle := time.Since(progress); errors.Is(err, port.ErrTimeout) && ctx.Err() == nil {
			if idle < p.opts.Send || sent > 0 && stalled != nil && stalled(idle) {
				continue
			}
		}
		return sent, explain(p.opts.Name, err)
	}
	return sent, nil
}

// until is d from now or the end of ctx, whichever is first.
func (p *Printer) until(ctx context.Context, d time.Duration) time.Time {
	t := time.Now().Add(d)
	if end, ok := ctx.Deadline(); ok && end.Before(t) {
		return end
	}
	return t
}
