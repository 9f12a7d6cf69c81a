package serialport

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"wendan/devices/port"
	"wendan/devices/port/porttest"
)

func connectMode(t *testing.T, mode Mode) (port.Port, *os.File) {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Open(context.Background(), slave.Name(), "pty:test", mode)
	slave.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(); master.Close() })
	return p, master
}

func TestSerialPortConforms(t *testing.T) {
	porttest.Conform(t, func(t *testing.T) (port.Port, io.ReadWriteCloser) { return connectMode(t, Default) })
}

func TestSecondOpenerIsToldThatTheLineIsBusy(t *testing.T) {
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	defer slave.Close()
	first, err := Open(context.Background(), slave.Name(), "pty:first", Default)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := Open(context.Background(), slave.Name(), "pty:second", Default); !errors.Is(err, port.ErrBusy) || p != nil {
		t.Fatalf("%v %v", p, err)
	}
	first.Close()
	again, err := Open(context.Background(), slave.Name(), "pty:second", Default)
	if err != nil {
		t.Fatalf("still busy after close: %v", err)
	}
	again.Close()
}

func TestFlowControlBitsAreSetAsAsked(t *testing.T) {
	for flow, want := range map[Flow][2]uint32{FlowNone: {0, 0}, FlowRTSCTS: {unix.CRTSCTS, 0}, FlowXONXOFF: {0, unix.IXON | unix.IXOFF}} {
		mode := Default
		mode.Flow = flow
		p, _ := connectMode(t, mode)
		err := p.(*line).Control(func(fd uintptr) error {
			got, err := unix.IoctlGetTermios(int(fd), unix.TCGETS)
			if err == nil && (uint32(got.Cflag)&unix.CRTSCTS != want[0] || uint32(got.Iflag)&(unix.IXON|unix.IXOFF) != want[1]) {
				t.Errorf("flow %d: cflag %x iflag %x", flow, got.Cflag, got.Iflag)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestXOFFStopsTheWriterUntilXON(t *testing.T) {
	mode := Default
	mode.Flow = FlowXONXOFF
	p, master := connectMode(t, mode)
	if _, err := master.Write([]byte{0x13}); err != nil {
		t.Fatal(err)
	}
	// The line discipline takes the XOFF asynchronously: write until it has.
	stopped := false
	for end := time.Now().Add(10 * time.Second); !stopped && time.Now().Before(end); {
		p.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
		_, err := p.Write([]byte("x"))
		stopped = errors.Is(err, port.ErrTimeout)
	}
	if !stopped {
		t.Fatal("XOFF did not stop the writer")
	}
	if _, err := master.Write([]byte{0x11}); err != nil {
		t.Fatal(err)
	}
	p.SetWriteDeadline(time.Now().Add(10 * time.Second))
	if _, err := p.Write([]byte("y")); err != nil {
		t.Fatalf("after XON: %v", err)
	}
}

func TestLineWorksWithDescriptorsAbove1023(t *testing.T) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Cur < 1200 {
		t.Skipf("descriptor limit %d is too low to try", limit.Cur)
	}
	for range 1100 {
		f, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
	}
	p, master := connectMode(t, Default)
	go master.Write([]byte("hello"))
	b := make([]byte, 5)
	p.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.ReadFull(p, b); err != nil || string(b) != "hello" {
		t.Fatalf("%q, %v", b, err)
	}
}

func TestWrongNodesAreRefusedWithAFault(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := Open(context.Background(), plain, "serial:file", Default); !errors.Is(err, port.ErrFailed) || p != nil {
		t.Fatalf("plain file: %v", err)
	}
	if p, err := Open(context.Background(), os.DevNull, "serial:null", Default); err == nil || p != nil {
		t.Fatal("a node that is no line was accepted")
	}
	bad := Default
	bad.Bits = 3
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	defer slave.Close()
	if _, err := Open(context.Background(), slave.Name(), "pty:test", bad); !errors.Is(err, port.ErrFailed) && !errors.Is(err, port.ErrAddress) {
		t.Fatalf("impossible mode: %v", err)
	}
}
