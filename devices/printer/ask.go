package printer

import (
	"context"
	"errors"
	"time"

	"wendan/devices/escpos"
	"wendan/devices/port"
)

// glance is the longest single wait for a byte, after which contexts and pulses are
// looked at.
const glance = 20 * time.Millisecond

// discard throws away answers that nobody waits for any more. It fails when the port
// turns out to be dead.
func (p *Printer) discard() error {
	p.decoder = escpos.Decoder{}
	buf := make([]byte, 256)
	for range 16 {
		if err := p.port.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
			return explain(p.opts.Name, err)
		}
		_, err := p.port.Read(buf)
		if errors.Is(err, port.ErrTimeout) || errors.Is(err, port.ErrOneWay) && !p.profile.Status {
			return nil
		}
		if err != nil {
			return explain(p.opts.Name, err)
		}
	}
	return nil
}

// drain waits until what was sent has left the machine, on ports that can tell.
func (p *Printer) drain(ctx context.Context, d time.Duration) error {
	if o, ok := p.port.(port.Drainer); ok {
		return explain(p.opts.Name, o.Drain(p.until(ctx, d)))
	}
	return nil
}

// listen reads what arrives within a glance; nothing is no error.
func (p *Printer) listen(ctx context.Context) ([]escpos.Answer, error) {
	if ctx.Err() != nil {
		return nil, p.ended(ctx)
	}
	if err := p.port.SetReadDeadline(p.until(ctx, glance)); err != nil {
		return nil, explain(p.opts.Name, err)
	}
	var buf [256]byte
	n, err := p.port.Read(buf[:])
	if err != nil && !errors.Is(err, port.ErrTimeout) {
		return nil, explain(p.opts.Name, err)
	}
	return p.decoder.Feed(buf[:n]), nil
}

// settle lets a late ordered answer of the job before pass: it carries no number and
// would prove the wrong job. It asks once more; as no more than one job is outstanding,
// the second answer follows the first at once. A printer that answers nothing
// gets its tickets all the same, but proves none of them until a long silence has passed.
func (p *Printer) settle(ctx context.Context) error {
	if p.profile.Proof != escpos.OrderedStatus {
		p.owed = false
		return nil
	}
	if _, err := p.send(ctx, escpos.ProofRequest(p.profile, 0)); err != nil {
		return err
	}
	wait, silence := p.opts.Proof, p.opts.Answer/2
	if p.deaf {
		wait, silence = p.opts.Answer, p.opts.Proof
	}
	came := false
	for end := time.Now().Add(wait); time.Now().Before(end); {
		answers, err := p.listen(ctx)
		if err != nil {
			return err
		}
		for _, a := range answers {
			if a.Kind == escpos.Ordered {
				came, end = true, time.Now().Add(silence)
			}
		}
	}
	p.deaf, p.owed = !came, !came
	return nil
}

// ask asks for all four real-time statuses. The first must be answered; a model that
// knows only some of the others is taken as it is.
func (p *Printer) ask(ctx context.Context) (s escpos.Status, err error) {
	for n := 1; n <= 4; n++ {
		b, err := p.askOne(ctx, n)
		if errors.Is(err, ErrStalled) && n > 1 && ctx.Err() == nil {
			return s, nil
		}
		if err != nil {
			return s, err
		}
		s.RealTime(n, b)
	}
	return s, nil
}

func (p *Printer) askOne(ctx context.Context, n int) (byte, error) {
	if _, err := p.send(ctx, escpos.StatusRequest(n)); err != nil {
		return 0, err
	}
	if err := p.drain(ctx, p.opts.Answer); err != nil {
		return 0, err
	}
	for end := time.Now().Add(p.opts.Answer); time.Now().Before(end); {
		answers, err := p.listen(ctx)
		if err != nil {
			return 0, err
		}
		for _, a := range answers {
			if a.Kind == escpos.RealTime {
				return a.Bytes[0], nil
			}
		}
	}
	return 0, ErrStalled.With(p.opts.Name)
}

// Drawer is what the sensor in the drawer says.
type Drawer uint8

// The states of a drawer. Without a sensor it always reads closed.
const (
	DrawerUnknown Drawer = 0
	DrawerClosed  Drawer = 1
	DrawerOpen    Drawer = 2
)

// Status is the state of a printer.
type Status struct {
	escpos.Status
	Known   bool   // false when the profile has no status: everything else is then empty
	Fault   error  // why it cannot print now, or nil
	Warning error  // ErrNearEnd, or nil
	Drawer  Drawer // by the profile's sensor sense
}

// Status asks the printer how it is. An error means that it could not be asked; what is wrong
// with a printer that answers is in Fault. A printer without status (Profile.Status false) is
// only opened.
func (p *Printer) Status(ctx context.Context) (Status, error) {
	ctx, end, err := p.begin(ctx)
	if err != nil {
		return Status{}, err
	}
	defer end()
	s, err := p.ready(ctx)
	if err != nil || !p.profile.Status {
		return Status{}, err
	}
	return p.status(s), nil
}

func (p *Printer) status(s escpos.Status) Status {
	out := Status{Status: s, Known: true, Fault: trouble(p.opts.Name, s), Drawer: DrawerClosed}
	if s.PaperNearEnd && !s.PaperOut {
		out.Warning = ErrNearEnd.With(p.opts.Name)
	}
	if s.DrawerOpen(p.profile) {
		out.Drawer = DrawerOpen
	}
	return out
}

// pulse is a drawer opening handed to the Print that has the turn.
type pulse struct {
	pin  int
	done chan error
}

// Pulse opens the drawer on pin 2 or 5 of the printer's drawer connector; 0 means the
// profile's. It returns when the command was sent; nobody can know whether a drawer is
// there. It is sent once and never repeated: after an error the drawer may or may not have
// opened. A printer that is off-line for paper or cover gets the real-time form.
func (p *Printer) Pulse(ctx context.Context, pin int) error {
	request := pulse{pin: pin, done: make(chan error, 1)}
	turn, cancel := context.WithCancel(ctx)
	defer cancel()
	type held struct {
		ctx context.Context
		end func()
		err error
	}
	mine := make(chan held, 1)
	go func() {
		c, end, err := p.begin(turn)
		mine <- held{c, end, err}
	}()
	select {
	case h := <-mine:
		if h.err != nil {
			return h.err
		}
		defer h.end()
		return p.pulse(h.ctx, pin)
	case p.pulses <- request:
		cancel()
		if h := <-mine; h.err == nil {
			h.end() // the turn came at the same moment
		}
		return <-request.done
	}
}

func (p *Printer) pulse(ctx context.Context, pin int) error {
	s, err := p.ready(ctx)
	if err != nil {
		return err
	}
	command := escpos.Pulse(p.profile, pin)
	if !s.Ready() {
		command = escpos.PulseNow(p.profile, pin)
	}
	if _, err := p.send(ctx, command); err != nil {
		p.fail()
		return err
	}
	return nil
}
