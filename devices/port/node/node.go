// Package node is a device node of the kernel opened without blocking: what serial and USB ports
// have in common. All reads and writes go through one non-blocking os.File, whose own
// lock guarantees that nothing is ever written to a descriptor after Close, when
// its number may belong to another file. A blocking descriptor is never used: a signal would make
// usblp print the same data again.
package node

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"wendan/devices/port"
)

// settle is how long Close waits at most for bytes that are still on their way.
const settle = 300 * time.Millisecond

// poll is the interval between looks at a queue that cannot be waited for.
const poll = 3 * time.Millisecond

// File is an open node. It is a port.Port and a port.Drainer.
type File struct {
	name    string
	file    *os.File
	pending func(*os.File) (bool, error) // does the kernel still hold bytes?
	discard func(*os.File)               // drops them, or nil

	closing sync.Once
	closed  atomic.Bool
	err     error
	writers atomic.Int32 // writes under way
	stuck   atomic.Bool  // the last write did not get through
}

// Open opens the node at path; name is the address shown to people. pending reports whether accepted
// bytes are still in the kernel; discard, which may be nil, drops them before the
// close so that the kernel does not wait for a device that stopped.
func Open(path, name string, pending func(*os.File) (bool, error), discard func(*os.File)) (*File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, port.OpenFault(name, err)
	}
	// Only a pollable file honours deadlines; a plain file would block.
	if err := f.SetDeadline(time.Time{}); err != nil {
		_ = f.Close()
		return nil, port.ErrFailed.With(name).Wrap(err)
	}
	return &File{name: name, file: f, pending: pending, discard: discard}, nil
}

// Control runs fn on the descriptor, which stays open while fn runs; fn must not keep
// it.
func (f *File) Control(fn func(fd uintptr) error) error { return Control(f.file, fn) }

// Control runs fn on the descriptor of an os.File.
func Control(file *os.File, fn func(fd uintptr) error) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = fn(fd) }); err != nil {
		return err
	}
	return inner
}

func (f *File) Read(p []byte) (int, error) {
	n, err := f.file.Read(p)
	if errors.Is(err, io.EOF) && f.closed.Load() {
		err = os.ErrClosed
	}
	return n, port.UseFault(f.name, err)
}

func (f *File) Write(p []byte) (int, error) {
	if f.closed.Load() {
		return 0, port.ErrClosed.With(f.name)
	}
	f.writers.Add(1)
	n, err := f.file.Write(p)
	f.writers.Add(-1)
	f.stuck.Store(err != nil)
	return n, port.UseFault(f.name, err)
}

// SetReadDeadline sets the deadline of the Read under way and of later ones.
func (f *File) SetReadDeadline(t time.Time) error {
	return port.UseFault(f.name, f.file.SetReadDeadline(t))
}

// SetWriteDeadline sets the deadline of the Write under way and of later ones.
func (f *File) SetWriteDeadline(t time.Time) error {
	return port.UseFault(f.name, f.file.SetWriteDeadline(t))
}

// Drain waits until the kernel holds no accepted byte any more.
func (f *File) Drain(deadline time.Time) error {
	for {
		if f.closed.Load() {
			return port.ErrClosed.With(f.name)
		}
		waiting, err := f.pending(f.file)
		if err != nil || !waiting {
			return port.UseFault(f.name, err)
		}
		if !time.Now().Before(deadline) {
			f.stuck.Store(true)
			return port.ErrTimeout.With(f.name).Wrap(os.ErrDeadlineExceeded)
		}
		time.Sleep(poll)
	}
}

// Close waits a moment for bytes still on their way, unless the device has stopped
// taking them, and closes. It ends a blocked Read and a blocked Write.
func (f *File) Close() error {
	f.closing.Do(func() {
		if f.writers.Load() == 0 && !f.stuck.Load() {
			_ = f.Drain(time.Now().Add(settle))
		}
		f.closed.Store(true)
		if f.discard != nil {
			f.discard(f.file)
		}
		f.err = f.file.Close()
	})
	return f.err
}

func (f *File) String() string { return f.name }
