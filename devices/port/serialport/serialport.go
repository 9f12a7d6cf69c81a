// Package serialport opens serial lines (RS-232, USB-ACM, USB adapters, pseudo-terminals)
// with go.bug.st/serial and keeps every byte away from that library: it configures the
// line and holds it exclusively, while reading and writing go through a companion
// descriptor of the same node.
//
// Walled in that way, of version 1.8.0: a Write after Close that lands in whatever file has
// the descriptor now, a blocked Write that nothing can end, short writes without an error, the
// crash of a Read when the descriptor is above 1023, missing flow control, and errors that are
// no system errors.
package serialport

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"

	"wendan/devices/port"
	"wendan/devices/port/node"
)

type line struct {
	*node.File
	lib serial.Port
}

// Open opens the line at path. name is the address shown to people.
func Open(ctx context.Context, path, name string, mode Mode) (port.Port, error) {
	return port.Within(ctx, name, func() (port.Port, error) { return open(path, name, mode) })
}

func open(path, name string, mode Mode) (_ port.Port, err error) {
	// The library takes the line exclusively, so the companion comes first.
	companion, err := node.Open(path, name, pending, discard)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = companion.Close()
		}
	}()
	// Root is let past the exclusive mode of the tty; the lock stops a second register even then.
	err = companion.Control(func(fd uintptr) error { return unix.Flock(int(fd), unix.LOCK_EX|unix.LOCK_NB) })
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, port.ErrBusy.With(name).Wrap(err)
	}
	if err != nil {
		return nil, fmt.Errorf("lock serial line: %w", err)
	}
	lib, err := configure(path, mode)
	if err != nil {
		return nil, libraryFault(name, err)
	}
	if err := companion.Control(func(fd uintptr) error { return setFlow(int(fd), mode.Flow) }); err != nil {
		_ = lib.Close()
		return nil, fmt.Errorf("set flow control: %w", err)
	}
	return &line{File: companion, lib: lib}, nil
}

// configure runs the library with its panics caught.
func configure(path string, mode Mode) (p serial.Port, err error) {
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("serial library panicked: %v", r)
		}
	}()
	stop := serial.OneStopBit
	if mode.Stop == 2 {
		stop = serial.TwoStopBits
	}
	return serial.Open(path, &serial.Mode{BaudRate: mode.Baud, DataBits: mode.Bits, Parity: mode.Parity, StopBits: stop})
}

// Close ends blocked calls, closes the companion and gives the line free.
func (l *line) Close() error {
	err := l.File.Close()
	if lerr := l.lib.Close(); err == nil { // does nothing the second time
		err = lerr
	}
	return err
}

// setFlow changes only the flow control of the line: the library switches it off when
// it opens and leaves these bits alone afterwards.
func setFlow(fd int, flow Flow) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err
	}
	t.Cflag &^= unix.CRTSCTS
	t.Iflag &^= unix.IXON | unix.IXOFF | unix.IXANY
	switch flow {
	case FlowRTSCTS:
		t.Cflag |= unix.CRTSCTS
	case FlowXONXOFF:
		t.Iflag |= unix.IXON | unix.IXOFF
		t.Cc[unix.VSTART], t.Cc[unix.VSTOP] = 0x11, 0x13
	}
	return unix.IoctlSetTermios(fd, unix.TCSETS, t)
}

func pending(f *os.File) (bool, error) {
	n := 0
	err := node.Control(f, func(fd uintptr) (err error) {
		n, err = unix.IoctlGetInt(int(fd), unix.TIOCOUTQ)
		return err
	})
	return n > 0, err
}

// discard drops what the line has not sent: the kernel would hold the close up to 30
// seconds for a device that stopped.
func discard(f *os.File) {
	_ = node.Control(f, func(fd uintptr) error { return unix.IoctlSetInt(int(fd), unix.TCFLSH, unix.TCOFLUSH) })
}

func libraryFault(name string, err error) error {
	var p *serial.PortError
	if errors.As(err, &p) {
		switch p.Code() {
		case serial.PortBusy:
			return port.ErrBusy.With(name).Wrap(err)
		case serial.PermissionDenied:
			return port.ErrPermission.With(name).Wrap(err)
		case serial.PortNotFound:
			return port.ErrAbsent.With(name).Wrap(err)
		case serial.InvalidSpeed, serial.InvalidDataBits, serial.InvalidParity, serial.InvalidStopBits:
			return port.ErrAddress.With(name).Wrap(err)
		}
	}
	return port.OpenFault(name, err)
}
