// Package port is an open byte channel to a device: a serial line, the kernel's USB
// printer node, a TCP connection or (for reading) a USB HID device. Drivers know only this interface; devices/port/portreg turns
// an address such as "serial:/dev/ttyS0?baud=115200" into an Opener.
package port

import (
	"context"
	"io"
	"time"
)

// Port is an open channel. Reading and writing may go on at the same time from two goroutines.
// Nothing blocks beyond its deadline, and Close (which may be called more than once and from
// any goroutine) ends a blocked Read and a blocked Write at once. After Close every call fails
// with ErrClosed and no byte reaches anything. Errors are faults of this package; a passed
// deadline is ErrTimeout, which also is os.ErrDeadlineExceeded. Write returns how many bytes
// were handed over; a short count always comes with an error. A deadline of the zero time
// means none.
type Port interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
	// String names the port for people: its address.
	String() string
}

// Opener opens the channel anew each time it is called; the caller owns and closes the
// result. It returns when ctx ends at the latest.
type Opener func(ctx context.Context) (Port, error)

// Drainer is what ports offer whose accepted bytes may still wait in the kernel.
type Drainer interface {
	// Drain waits until every accepted byte has left the kernel towards the device. It
	// fails with ErrTimeout at the deadline; the port stays usable. What a device
	// has in its own buffer is unknown even then.
	Drain(deadline time.Time) error
}

// Within runs open, which may hang in the kernel, and gives up when ctx ends. A port
// that opens too late is closed at once.
func Within(ctx context.Context, name string, open func() (Port, error)) (Port, error) {
	if err := ctx.Err(); err != nil {
		return nil, OpenFault(name, err)
	}
	type opened struct {
		port Port
		err  error
	}
	done := make(chan opened, 1)
	go func() {
		p, err := open()
		done <- opened{p, err}
	}()
	select {
	case o := <-done:
		return o.port, OpenFault(name, o.err)
	case <-ctx.Done():
		go func() {
			if o := <-done; o.err == nil {
				_ = o.port.Close()
			}
		}()
		return nil, OpenFault(name, ctx.Err())
	}
}
