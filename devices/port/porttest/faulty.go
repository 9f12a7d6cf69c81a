package porttest

import (
	"os"
	"sync"
	"syscall"
	"time"

	"wendan/devices/port"
)

type breakage uint8

const (
	unplug breakage = 1
	stall  breakage = 2
	eio    breakage = 3
)

// Faulty is a port that works until a given number of bytes was written and then breaks.
type Faulty struct {
	port.Port
	kind breakage

	mu       sync.Mutex
	left     int
	changed  chan struct{}
	closed   bool
	deadline time.Time
}

// Unplug returns p with a cable that is pulled after n more bytes were written: that
// write fails, p is closed, and everything later is port.ErrUnplugged.
func Unplug(p port.Port, n int) *Faulty { return faulty(p, unplug, n) }

// Stall returns p with a device that takes no byte after n more: writes wait for their
// deadline or for Close. Reading goes on.
func Stall(p port.Port, n int) *Faulty { return faulty(p, stall, n) }

// Fail returns p with an input/output error (EIO) at the n-th byte, once; later writes
// work again.
func Fail(p port.Port, n int) *Faulty { return faulty(p, eio, n) }

func faulty(p port.Port, kind breakage, n int) *Faulty {
	return &Faulty{Port: p, kind: kind, left: n, changed: make(chan struct{})}
}

func (f *Faulty) wake() { close(f.changed); f.changed = make(chan struct{}) }

func (f *Faulty) Write(b []byte) (int, error) {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return 0, port.ErrClosed.With(f.String())
	}
	m := len(b)
	broken := f.left >= 0 && m > f.left
	if broken {
		m = f.left
	}
	if f.left >= 0 {
		f.left -= m
	}
	f.mu.Unlock()
	n := 0
	var err error
	if m > 0 {
		n, err = f.Port.Write(b[:m])
	}
	if err != nil || !broken {
		return n, err
	}
	switch f.kind {
	case unplug:
		_ = f.Port.Close()
		return n, port.UseFault(f.String(), syscall.ENODEV)
	case eio:
		f.mu.Lock()
		f.left = -1 // healed
		f.mu.Unlock()
		return n, port.UseFault(f.String(), syscall.EIO)
	}
	return n, f.standStill()
}

// standStill waits for the deadline or for Close.
func (f *Faulty) standStill() error {
	for {
		f.mu.Lock()
		closed, deadline, changed := f.closed, f.deadline, f.changed
		f.mu.Unlock()
		if closed {
			return port.ErrClosed.With(f.String())
		}
		if err := wait(f.String(), deadline, changed); err != nil {
			return err
		}
	}
}

func (f *Faulty) Read(b []byte) (int, error) {
	n, err := f.Port.Read(b)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil && f.kind == unplug && f.left == 0 && !f.closed {
		err = port.ErrUnplugged.With(f.String()).Wrap(os.ErrClosed)
	}
	return n, err
}

// SetWriteDeadline sets the deadline of the Write under way and of later ones.
func (f *Faulty) SetWriteDeadline(t time.Time) error {
	f.mu.Lock()
	f.deadline = t
	f.wake()
	f.mu.Unlock()
	return f.Port.SetWriteDeadline(t)
}

// Close closes the port inside and ends a write that stands still.
func (f *Faulty) Close() error {
	f.mu.Lock()
	f.closed = true
	f.wake()
	f.mu.Unlock()
	return f.Port.Close()
}
