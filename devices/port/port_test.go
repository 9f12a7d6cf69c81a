package port

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func TestErrorsOfTheSystemBecomeFaultsAPersonCanActOn(t *testing.T) {
	open := map[error]error{
		&os.PathError{Op: "open", Err: syscall.ENOENT}: ErrAbsent, syscall.ENODEV: ErrAbsent, syscall.ECONNREFUSED: ErrAbsent,
		&net.DNSError{Err: "no such host"}: ErrAbsent, syscall.EBUSY: ErrBusy, syscall.EACCES: ErrPermission, syscall.EMFILE: ErrDescriptor,
		context.DeadlineExceeded: ErrTimeout, context.Canceled: ErrTimeout, syscall.ENOTTY: ErrFailed, ErrAddress.With("x"): ErrAddress,
	}
	for err, want := range open {
		if got := OpenFault("usb:x", err); !errors.Is(got, want) || !errors.Is(got, err) {
			t.Errorf("opening: %v became %v", err, got)
		}
	}
	use := map[error]error{
		os.ErrDeadlineExceeded: ErrTimeout, os.ErrClosed: ErrClosed, net.ErrClosed: ErrClosed, io.EOF: ErrUnplugged, syscall.EIO: ErrUnplugged, syscall.ENODEV: ErrUnplugged,
		syscall.ECONNRESET: ErrUnplugged, syscall.EPIPE: ErrUnplugged, syscall.ETIMEDOUT: ErrUnplugged, syscall.ENOSPC: ErrPaper, syscall.EINVAL: ErrOneWay, syscall.ENOMEM: ErrFailed,
		fmt.Errorf("wrapped: %w", ErrBusy.With("x")): ErrBusy,
	}
	for err, want := range use {
		if got := UseFault("usb:x", err); !errors.Is(got, want) || !errors.Is(got, err) {
			t.Errorf("using: %v became %v", err, got)
		}
	}
	if OpenFault("x", nil) != nil || UseFault("x", nil) != nil {
		t.Error("nil must stay nil")
	}
}

// late is a port that is only closed.
type late struct {
	Port
	closed chan struct{}
}

func (l late) Close() error { close(l.closed); return nil }

func TestAnOpenThatHangsIsGivenUpAndItsLatePortClosed(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	release, l := make(chan struct{}), late{closed: make(chan struct{})}
	time.AfterFunc(10*time.Millisecond, cancel)
	p, err := Within(ctx, "usb:x", func() (Port, error) { <-release; return l, nil })
	if p != nil || !errors.Is(err, ErrTimeout) {
		t.Fatalf("%v, %v", p, err)
	}
	close(release)
	select {
	case <-l.closed:
	case <-time.After(10 * time.Second):
		t.Fatal("the late port stayed open")
	}
}

func TestAnEndedContextOpensNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var opened atomic.Bool
	if _, err := Within(ctx, "usb:x", func() (Port, error) { opened.Store(true); return nil, nil }); !errors.Is(err, ErrTimeout) || opened.Load() {
		t.Fatal(err, opened.Load())
	}
}
