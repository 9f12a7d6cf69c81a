package porttest

import (
	"bytes"
	"fmt"
	"os"
	"sync"
	"time"

	"wendan/devices/port"
)

// Op is one step of a conversation, seen from the driver: Write is what the driver
// sends, Read is what the device answers. Exactly one of them is set.
type Op struct {
	Write []byte
	Read  []byte
}

// Recorder is a port that notes everything that passed. Neighbouring writes are one
// operation, and so are neighbouring reads.
type Recorder struct {
	port.Port
	mu  sync.Mutex
	ops []Op
}

// Record returns a recorder around p, which it closes when it is closed.
func Record(p port.Port) *Recorder { return &Recorder{Port: p} }

// Ops returns what has passed so far; the slice belongs to the caller.
func (r *Recorder) Ops() []Op {
	r.mu.Lock()
	defer r.mu.Unlock()
	ops := make([]Op, len(r.ops))
	for i, op := range r.ops {
		ops[i] = Op{Write: bytes.Clone(op.Write), Read: bytes.Clone(op.Read)}
	}
	return ops
}

// Written returns all bytes written so far.
func (r *Recorder) Written() []byte {
	var all []byte
	for _, op := range r.Ops() {
		all = append(all, op.Write...)
	}
	return all
}

func (r *Recorder) Read(p []byte) (int, error) {
	n, err := r.Port.Read(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	if last := len(r.ops) - 1; n > 0 && last >= 0 && r.ops[last].Read != nil {
		r.ops[last].Read = append(r.ops[last].Read, p[:n]...)
	} else if n > 0 {
		r.ops = append(r.ops, Op{Read: bytes.Clone(p[:n])})
	}
	return n, err
}

func (r *Recorder) Write(p []byte) (int, error) {
	n, err := r.Port.Write(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	if last := len(r.ops) - 1; n > 0 && last >= 0 && r.ops[last].Write != nil {
		r.ops[last].Write = append(r.ops[last].Write, p[:n]...)
	} else if n > 0 {
		r.ops = append(r.ops, Op{Write: bytes.Clone(p[:n])})
	}
	return n, err
}

// Player is a port that follows a script and refuses everything else.
type Player struct {
	name          string
	mu            sync.Mutex
	changed       chan struct{} // closed and replaced at every change
	ops           []Op
	wrong         error
	closed        bool
	readDeadline  time.Time
	writeDeadline time.Time
}

// Playback returns a port that expects the driver to keep to ops. A Read waits, up to
// its deadline, until the script has an answer. A write that differs from the script
// fails, and Close fails when the script was left or not finished.
func Playback(name string, ops ...Op) *Player {
	p := &Player{name: name, changed: make(chan struct{})}
	for _, op := range ops {
		p.ops = append(p.ops, Op{Write: bytes.Clone(op.Write), Read: bytes.Clone(op.Read)})
	}
	return p
}

func (p *Player) wake() { close(p.changed); p.changed = make(chan struct{}) }

func (p *Player) Read(b []byte) (int, error) {
	for {
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			return 0, port.ErrClosed.With(p.name)
		}
		if len(p.ops) > 0 && p.ops[0].Read != nil {
			n := copy(b, p.ops[0].Read)
			if p.ops[0].Read = p.ops[0].Read[n:]; len(p.ops[0].Read) == 0 {
				p.ops = p.ops[1:]
				p.wake()
			}
			p.mu.Unlock()
			return n, nil
		}
		deadline, changed := p.readDeadline, p.changed
		p.mu.Unlock()
		if err := wait(p.name, deadline, changed); err != nil {
			return 0, err
		}
	}
}

// wait returns nil when changed is closed and a timeout when deadline comes first.
func wait(name string, deadline time.Time, changed <-chan struct{}) error {
	if deadline.IsZero() {
		<-changed
		return nil
	}
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case <-changed:
		return nil
	case <-timer.C:
		return port.UseFault(name, os.ErrDeadlineExceeded)
	}
}

func (p *Player) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return 0, port.ErrClosed.With(p.name)
	}
	if p.wrong != nil {
		return 0, p.wrong
	}
	if !p.writeDeadline.IsZero() && !time.Now().Before(p.writeDeadline) {
		return 0, port.UseFault(p.name, os.ErrDeadlineExceeded)
	}
	for n := 0; n < len(b); {
		if len(p.ops) == 0 || p.ops[0].Write == nil {
			p.wrong = fmt.Errorf("script expects no write, got % X", b[n:])
			return n, p.wrong
		}
		want := p.ops[0].Write
		m := min(len(want), len(b)-n)
		if !bytes.Equal(want[:m], b[n:n+m]) {
			p.wrong = fmt.Errorf("script expects % X, got % X", want, b[n:])
			return n, p.wrong
		}
		n += m
		if p.ops[0].Write = want[m:]; len(want) == m {
			p.ops = p.ops[1:]
		}
	}
	p.wake()
	return len(b), nil
}

// SetReadDeadline sets the deadline of the Read under way and of later ones.
func (p *Player) SetReadDeadline(t time.Time) error { return p.setDeadline(&p.readDeadline, t) }

// SetWriteDeadline sets the deadline of later writes; a write never waits.
func (p *Player) SetWriteDeadline(t time.Time) error { return p.setDeadline(&p.writeDeadline, t) }

func (p *Player) setDeadline(which *time.Time, t time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return port.ErrClosed.With(p.name)
	}
	*which = t
	p.wake()
	return nil
}

// Close fails when the driver left the script or operations are left.
func (p *Player) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	p.closed = true
	p.wake()
	if p.wrong == nil && len(p.ops) > 0 {
		p.wrong = fmt.Errorf("%d operations of the script are left, next: write % X, read % X", len(p.ops), p.ops[0].Write, p.ops[0].Read)
	}
	return p.wrong
}

func (p *Player) String() string { return p.name }
