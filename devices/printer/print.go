package printer

import (
	"context"
	"errors"
	"time"

	"wendan/devices/escpos"
	"wendan/devices/ticket"
)

// Proof is what is known about a ticket after Print.
type Proof uint8

// The outcomes of Print. The numbers are stored and never change.
const (
	NotStarted Proof = 1 // certainly nothing is on paper; printing again cannot double
	Confirmed  Proof = 2 // the printer said that it is on paper
	Unproven   Proof = 3 // sent whole, and the printer cannot prove more
	Uncertain  Proof = 4 // some or all bytes left, no proof: it may be on paper, whole or in part
)

// String names the outcome for logs.
func (p Proof) String() string {
	return map[Proof]string{NotStarted: "not started", Confirmed: "confirmed", Unproven: "unproven", Uncertain: "uncertain"}[p]
}

// Print prints t. jobID goes to the printer as the process id of the proof; neighbouring
// jobs must differ in it. The error is nil for Confirmed and Unproven and a fault of
// this package, of port or of escpos (ErrCode) for NotStarted and Uncertain.
//
// The printer is asked first, and gets no byte of a ticket it cannot print now. A
// printer that runs out of paper in the middle keeps its buffer and goes on after the
// new roll, so Print then waits (Options.Repair) instead of sending again, and tells Options.Trouble.
func (p *Printer) Print(ctx context.Context, jobID uint32, t ticket.Ticket) (Proof, error) {
	job, err := escpos.Encode(t, p.profile)
	if err != nil {
		return NotStarted, err
	}
	job = append(job, escpos.ProofRequest(p.profile, jobID)...)
	ctx, end, err := p.begin(ctx)
	if err != nil {
		return NotStarted, err
	}
	defer end()
	s, err := p.ready(ctx)
	if err != nil {
		return NotStarted, err
	}
	if err := trouble(p.opts.Name, s); err != nil {
		return NotStarted, err
	}
	if err := p.discard(); err != nil {
		p.fail()
		return NotStarted, err
	}
	told := false
	sent, err := p.push(ctx, job, func(since time.Duration) bool {
		if !told {
			told = true
			p.opts.Trouble(ErrStalled.With(p.opts.Name))
		}
		return since < p.opts.Repair
	})
	if told {
		p.opts.Trouble(nil)
	}
	p.owed = p.owed || sent > 0
	if err != nil {
		p.fail()
		if sent == 0 {
			return NotStarted, err
		}
		return Uncertain, err
	}
	proof, err := p.prove(ctx, jobID)
	if err != nil {
		p.fail()
	}
	return proof, err
}

// prove waits until the job that was sent whole is proven, or cannot be any more.
func (p *Printer) prove(ctx context.Context, jobID uint32) (Proof, error) {
	if p.profile.Proof == escpos.ProofNone {
		if err := p.drain(ctx, p.opts.Send); err != nil {
			return Uncertain, err
		}
		return p.unproven(ctx)
	}
	w := watch{p: p, heard: time.Now(), quiet: time.Now().Add(p.opts.Proof), limit: time.Now().Add(p.opts.Repair), next: time.Now().Add(p.opts.Answer)}
	defer w.mended()
	for {
		answers, err := p.listen(ctx)
		if err != nil {
			return Uncertain, err
		}
		for _, a := range answers {
			if a.Proves(p.profile, jobID) && !p.deaf {
				p.owed = false
				return Confirmed, nil
			}
			w.hear(a)
		}
		if err := w.look(ctx); err != nil {
			return Uncertain, err
		}
		p.passPulse(ctx, w.trouble == nil)
	}
}

// unproven asks a printer that cannot prove anything at least whether it stands still
// now.
func (p *Printer) unproven(ctx context.Context) (Proof, error) {
	if !p.profile.Status {
		return Unproven, nil
	}
	s, err := p.ask(ctx)
	if err == nil {
		err = trouble(p.opts.Name, s)
	}
	if err != nil && !errors.Is(err, ErrPausing) {
		return Uncertain, err
	}
	return Unproven, nil
}

// passPulse sends a drawer pulse between the job and its proof. A printer that cannot
// go on would keep an ordinary one until it is mended and gets the real-time form.
func (p *Printer) passPulse(ctx context.Context, running bool) {
	select {
	case r := <-p.pulses:
		command := escpos.Pulse(p.profile, r.pin)
		if !running {
			command = escpos.PulseNow(p.profile, r.pin)
		}
		_, err := p.send(ctx, command)
		r.done <- err
	default:
	}
}

// watch looks after a printer that holds a sent ticket.
type watch struct {
	p       *Printer
	quiet   time.Time // give up when nothing is wrong and no proof came
	limit   time.Time // give up on a printer that nobody mends
	next    time.Time // ask the next status
	asked   int       // the status asked for and not answered yet, or 0
	heard   time.Time // the last answer of any kind
	state   escpos.Status
	trouble error
}

// hear takes an answer that is no proof.
func (w *watch) hear(a escpos.Answer) {
	w.heard = time.Now()
	if errors.Is(w.trouble, ErrStalled) {
		w.mended()
	}
	switch {
	case a.Kind == escpos.Auto:
		w.state = a.Auto()
	case a.Kind == escpos.RealTime && w.asked > 0:
		if w.asked == 1 {
			w.state = escpos.Status{} // a new round
		}
		w.state.RealTime(w.asked, a.Bytes[0])
		if w.asked++; w.asked <= 4 {
			w.next = time.Time{}
			return
		}
		w.asked = 0
	default:
		return
	}
	if err := trouble(w.p.opts.Name, w.state); err != nil {
		w.tell(err)
	} else {
		w.mended()
	}
}

// tell tells a trouble that is new.
func (w *watch) tell(err error) {
	if w.trouble == nil || !errors.Is(err, w.trouble) {
		w.trouble = err
		w.p.opts.Trouble(err)
	}
}

// mended tells the end of a trouble and gives the printer its time again.
func (w *watch) mended() {
	if w.trouble != nil {
		w.trouble = nil
		w.quiet = time.Now().Add(w.p.opts.Proof)
		w.p.opts.Trouble(nil)
	}
}

// look asks for the next status when it is time and gives up when it is too late.
func (w *watch) look(ctx context.Context) error {
	now := time.Now()
	if w.asked > 0 && now.Sub(w.heard) >= w.p.opts.Send {
		// Not even a status: the request waits behind the ticket in a line that stands still.
		w.tell(ErrStalled.With(w.p.opts.Name))
	}
	if w.trouble != nil && now.After(w.limit) {
		return w.trouble
	}
	if w.trouble == nil && now.After(w.quiet) {
		return ErrNoProof.With(w.p.opts.Name)
	}
	if !w.p.profile.Status || now.Before(w.next) {
		return nil
	}
	if !w.next.IsZero() || w.asked == 0 {
		w.asked = 1 // an unanswered round begins again
	}
	w.next = now.Add(w.p.opts.Answer)
	_, err := w.p.send(ctx, escpos.StatusRequest(w.asked))
	return err
}
