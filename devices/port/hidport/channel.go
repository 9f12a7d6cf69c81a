package hidport

import (
	"bytes"
	"io"
	"os"
	"sync"
	"time"

	"wendan/devices/port"
)

const (
	// longest is the largest packet of an interrupt endpoint (USB 2.0, 5.7.3); scanners send 64 bytes.
	longest = 1024
	// settle is how long Close lets a read of the library get from its call to its wait. The library
	// frees what a read uses when it is closed in between.
	settle = 100 * time.Millisecond
	// grace is how long Close waits at most for the library to let the device go.
	grace = 500 * time.Millisecond
)

// channel is an open device. One goroutine, pump, does the library's blocking reads.
type channel struct {
	name    string
	handle  handle
	reports chan []byte
	closed  chan struct{} // by Close
	gone    chan struct{} // after a failed read; failure is set before
	failure error
	pumped  chan struct{} // when pump has returned

	closing sync.Once
	release func() // closes the handle, once

	mu       sync.Mutex
	deadline time.Time
	moved    chan struct{} // closed and replaced when the deadline changes
}

func newChannel(h handle, name string) *channel {
	c := &channel{name: name, handle: h, reports: make(chan []byte), closed: make(chan struct{}), gone: make(chan struct{}),
		pumped: make(chan struct{}), moved: make(chan struct{})}
	c.release = sync.OnceFunc(func() { _ = h.Close() })
	go c.pump()
	return c
}

// pump hands reports over one by one; meanwhile the library queues up to 30 and then drops the oldest. It
// returns when a read fails or the port is closed, and lets the device go.
func (c *channel) pump() {
	defer close(c.pumped)
	defer c.release()
	buf := make([]byte, longest)
	for {
		select {
		case <-c.closed:
			return
		default:
		}
		n, err := c.handle.Read(buf)
		if err != nil {
			c.failure = err
			close(c.gone)
			return
		}
		if n == 0 {
			continue
		}
		select {
		case c.reports <- bytes.Clone(buf[:n]):
		case <-c.closed:
			return
		}
	}
}

// Read gives one report. A report longer than b fails, as its rest would be lost; 1024 bytes are always enough.
func (c *channel) Read(b []byte) (int, error) {
	for {
		select {
		case <-c.closed:
			return 0, port.ErrClosed.With(c.name)
		default:
		}
		c.mu.Lock()
		deadline, moved := c.deadline, c.moved
		c.mu.Unlock()
		var late <-chan time.Time
		if !deadline.IsZero() {
			timer := time.NewTimer(time.Until(deadline))
			defer timer.Stop()
			late = timer.C
		}
		select {
		case r := <-c.reports:
			n := copy(b, r)
			if n < len(r) {
				return n, port.UseFault(c.name, io.ErrShortBuffer)
			}
			return n, nil
		case <-c.gone:
			select {
			case <-c.closed: // the failure is our own doing
				return 0, port.ErrClosed.With(c.name)
			default:
			}
			// The library has one message for everything, and only a lost device ends its reads.
			return 0, port.ErrUnplugged.With(c.name).Wrap(c.failure)
		case <-c.closed:
		case <-moved:
		case <-late:
			return 0, port.UseFault(c.name, os.ErrDeadlineExceeded)
		}
	}
}

// SetReadDeadline sets the deadline of the Read under way and of later ones.
func (c *channel) SetReadDeadline(t time.Time) error {
	select {
	case <-c.closed:
		return port.ErrClosed.With(c.name)
	default:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = t
	close(c.moved)
	c.moved = make(chan struct{})
	return nil
}

// Write refuses: a scanner is only read.
func (c *channel) Write([]byte) (int, error) {
	select {
	case <-c.closed:
		return 0, port.ErrClosed.With(c.name)
	default:
		return 0, ErrReadOnly.With(c.name)
	}
}

// SetWriteDeadline accepts any deadline; a write never waits.
func (c *channel) SetWriteDeadline(time.Time) error {
	select {
	case <-c.closed:
		return port.ErrClosed.With(c.name)
	default:
		return nil
	}
}

// Close ends a blocked Read at once. It waits a moment for the library to let the device go; a library
// that hangs keeps its goroutine, not the caller.
func (c *channel) Close() error {
	c.closing.Do(func() {
		close(c.closed)
		let := make(chan struct{})
		go func() {
			defer close(let)
			select {
			case <-c.pumped:
			case <-time.After(settle):
				c.release() // ends the read that is waiting
				<-c.pumped
			}
		}()
		select {
		case <-let:
		case <-time.After(settle + grace):
		}
	})
	return nil
}

func (c *channel) String() string { return c.name }
