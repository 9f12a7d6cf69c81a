// Package usbport opens the kernel's USB printer node (usblp, /dev/usb/lp0) for receipt
// printers. The node has one opener at a time; its writes never time out by
// themselves, so everything runs non-blocking with deadlines, and Close first waits
// (a moment) for the transfer under way, whose tail the kernel would otherwise throw away.
package usbport

import (
	"context"
	"errors"
	"os"
	"syscall"

	"wendan/devices/port"
	"wendan/devices/port/node"
)

// Open opens the printer node at path. name is the address shown to people.
func Open(ctx context.Context, path, name string) (port.Port, error) {
	return port.Within(ctx, name, func() (port.Port, error) {
		f, err := node.Open(path, name, pending, nil)
		if err != nil {
			return nil, err // not f, which is a nil of another type
		}
		return f, nil
	})
}

// pending writes nothing: usblp refuses even that with EAGAIN while a transfer runs.
func pending(f *os.File) (bool, error) {
	_, err := f.Write(nil)
	return pendingOf(err)
}

func pendingOf(err error) (bool, error) {
	if errors.Is(err, syscall.EAGAIN) {
		return true, nil
	}
	return false, err
}
