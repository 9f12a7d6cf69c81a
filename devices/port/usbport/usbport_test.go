package usbport

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"wendan/devices/port"
	"wendan/devices/port/porttest"
)

// A raw pseudo-terminal stands in for the printer node: both are character devices with
// a small buffer that say when they can take more.
func connect(t *testing.T) (port.Port, io.ReadWriteCloser) {
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	raw.Iflag, raw.Oflag, raw.Lflag = 0, 0, 0
	if err := unix.IoctlSetTermios(int(slave.Fd()), unix.TCSETS, raw); err != nil {
		t.Fatal(err)
	}
	p, err := Open(context.Background(), slave.Name(), "usb:test")
	slave.Close()
	if err != nil {
		t.Fatal(err)
	}
	return p, master
}

func TestPrinterNodeConforms(t *testing.T) { porttest.Conform(t, connect) }

func TestFifoStandsInForAStoppedPrinter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lp0")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := Open(context.Background(), path, "usb:fifo")
	if err != nil {
		t.Fatal(err)
	}
	p.SetWriteDeadline(time.Now().Add(30 * time.Millisecond))
	n, err := p.Write(make([]byte, 1<<20))
	if !errors.Is(err, port.ErrTimeout) || n == 0 || n == 1<<20 {
		t.Fatalf("%d, %v", n, err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestEmptyWriteThatFindsATransferUnderWayIsPending(t *testing.T) {
	if waiting, err := pendingOf(syscall.EAGAIN); !waiting || err != nil {
		t.Fatalf("%v %v", waiting, err)
	}
	if waiting, err := pendingOf(nil); waiting || err != nil {
		t.Fatalf("%v %v", waiting, err)
	}
	if _, err := pendingOf(syscall.ENODEV); !errors.Is(err, syscall.ENODEV) {
		t.Fatal(err)
	}
}

func TestKernelErrorsBecomeFaults(t *testing.T) {
	for errno, want := range map[syscall.Errno]error{syscall.ENOSPC: port.ErrPaper, syscall.EIO: port.ErrUnplugged, syscall.ENODEV: port.ErrUnplugged, syscall.EINVAL: port.ErrOneWay} {
		if got := port.UseFault("usb:x", &os.PathError{Op: "write", Path: "lp0", Err: errno}); !errors.Is(got, want) {
			t.Errorf("%v became %v", errno, got)
		}
	}
	if got := port.OpenFault("usb:x", &os.PathError{Op: "open", Path: "lp0", Err: syscall.EBUSY}); !errors.Is(got, port.ErrBusy) {
		t.Error(got)
	}
	if got := port.OpenFault("usb:x", &os.PathError{Op: "open", Path: "lp0", Err: syscall.EACCES}); !errors.Is(got, port.ErrPermission) {
		t.Error(got)
	}
}
