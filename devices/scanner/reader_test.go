package scanner

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/holoplot/go-evdev"

	"wendan/devices/port"
	"wendan/devices/port/porttest"
)

// run runs a reader in the background and returns what it says; stop ends it.
func run(t *testing.T, r *Reader) (scans chan Scan, reports chan error, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	scans, reports = make(chan Scan, 16), make(chan error, 16)
	ended := make(chan struct{})
	go func() {
		r.Run(ctx, func(s Scan) { scans <- s }, func(err error) { reports <- err })
		close(ended)
	}()
	stop = sync.OnceFunc(func() { cancel(); next(t, ended) })
	t.Cleanup(stop)
	return scans, reports, stop
}

func next[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

func TestSerialScannerSurvivesUnplugAndDropsTheHalfCode(t *testing.T) {
	devices := make(chan port.Port, 4)
	absent := make(chan bool, 4)
	open := func(context.Context) (port.Port, error) {
		if <-absent {
			return nil, port.ErrAbsent.With("serial:/dev/scanner")
		}
		device, host, err := porttest.Pair("serial:/dev/scanner")
		devices <- device
		return host, err
	}
	r := Serial("serial:/dev/scanner", open)
	r.retry = time.Millisecond
	scans, reports, stop := run(t, r)
	absent <- true
	if err := next(t, reports); !errors.Is(err, port.ErrAbsent) {
		t.Fatal(err)
	}
	absent <- true // the same trouble is told once
	absent <- false
	if err := next(t, reports); err != nil {
		t.Fatalf("told %v", err)
	}
	device := next(t, devices)
	device.Write([]byte("69012"))
	device.Write([]byte("34567892\r"))
	if s := next(t, scans); s.Code != "6901234567892" || s.From != "serial:/dev/scanner" || s.At.IsZero() {
		t.Fatalf("%+v", s)
	}
	device.Write([]byte("no suffix"))
	if s := next(t, scans); s.Code != "no suffix" {
		t.Fatalf("%+v", s)
	}
	device.Write([]byte("bad\x00\r"))
	if err := next(t, reports); !errors.Is(err, ErrUnreadable) {
		t.Fatal(err)
	}
	device.Write([]byte("half a co"))
	device.Close()
	if err := next(t, reports); !errors.Is(err, port.ErrUnplugged) {
		t.Fatal(err)
	}
	absent <- false
	if err := next(t, reports); err != nil {
		t.Fatal(err)
	}
	next(t, devices).Write([]byte("whole\r"))
	if s := next(t, scans); s.Code != "whole" {
		t.Fatalf("%+v", s)
	}
	stop()
}

// record is the bytes the kernel gives for one key event and the report after it.
func record(code evdev.EvCode, value int32) []byte {
	var b bytes.Buffer
	for _, e := range []evdev.InputEvent{{Type: evdev.EV_MSC, Code: evdev.MSC_SCAN, Value: 0x70004}, {Type: evdev.EV_KEY, Code: code, Value: value}, {Type: evdev.EV_SYN}} {
		_ = binary.Write(&b, binary.NativeEndian, e)
	}
	return b.Bytes()
}

func press(list ...evdev.EvCode) []byte {
	var b []byte
	for _, c := range list {
		b = append(append(b, record(c, 1)...), record(c, 0)...)
	}
	return b
}

// shifted presses keys with a shift key held.
func shifted(shift evdev.EvCode, list ...evdev.EvCode) []byte {
	return append(append(record(shift, 1), press(list...)...), record(shift, 0)...)
}

// keyboard plays event records through a pipe with the kernel's own buffering.
func keyboard(t *testing.T) (*Reader, *os.File) {
	path := filepath.Join(t.TempDir(), "event0")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return newReader("evdev:"+path, func(context.Context) (source, error) {
		f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
		return &keys{events: f, name: path}, err
	}), w
}

func TestKeyboardScannerTypesUSLayoutWithShiftAndCapsLock(t *testing.T) {
	r, w := keyboard(t)
	scans, reports, _ := run(t, r)
	if err := next(t, reports); err != nil {
		t.Fatal(err)
	}
	var b []byte
	b = append(b, shifted(evdev.KEY_LEFTSHIFT, evdev.KEY_A, evdev.KEY_MINUS)...) // A_
	b = append(b, press(evdev.KEY_Z, evdev.KEY_1, evdev.KEY_SLASH)...)           // z1/
	b = append(b, press(evdev.KEY_CAPSLOCK, evdev.KEY_B, evdev.KEY_2)...)        // B2
	b = append(b, shifted(evdev.KEY_RIGHTSHIFT, evdev.KEY_C, evdev.KEY_3)...)    // c#
	b = append(b, press(evdev.KEY_CAPSLOCK, evdev.KEY_KP7, evdev.KEY_KP0)...)    // 70
	b = append(b, record(evdev.KEY_X, 1)...)
	b = append(b, record(evdev.KEY_X, 2)...) // auto-repeat counts once
	b = append(b, record(evdev.KEY_X, 0)...)
	b = append(b, press(evdev.KEY_ENTER)...)
	for len(b) > 0 { // in pieces that cut records
		n := min(len(b), 100)
		if _, err := w.Write(b[:n]); err != nil {
			t.Fatal(err)
		}
		b = b[n:]
	}
	if s := next(t, scans); s.Code != "A_z1/B2c#70x" {
		t.Fatalf("%q", s.Code)
	}
}

func TestKeysThatNoCodeConsistsOfMakeTheScanUnreadable(t *testing.T) {
	r, w := keyboard(t)
	scans, reports, _ := run(t, r)
	next(t, reports)
	w.Write(press(evdev.KEY_6, evdev.KEY_LEFTCTRL, evdev.KEY_9, evdev.KEY_ENTER))
	if err := next(t, reports); !errors.Is(err, ErrUnreadable) {
		t.Fatal(err)
	}
	w.Write(press(evdev.KEY_6, evdev.KEY_9, evdev.KEY_TAB))
	if s := next(t, scans); s.Code != "69" {
		t.Fatalf("%q", s.Code)
	}
}

func TestEveryPrintableCharacterIsOnTheKeyboard(t *testing.T) {
	typed := map[byte]bool{}
	for _, pair := range us {
		typed[pair[0]], typed[pair[1]] = true, true
	}
	for c := byte(0x20); c < 0x7f; c++ {
		if !typed[c] {
			t.Errorf("%q cannot be typed", c)
		}
	}
}

func TestWhatIsNoKeyboardIsRefusedWithAFault(t *testing.T) {
	for path, want := range map[string]error{filepath.Join(t.TempDir(), "gone"): port.ErrAbsent, os.DevNull: port.ErrFailed} {
		r := Keyboard(path)
		r.retry = time.Hour
		_, reports, _ := run(t, r)
		if err := next(t, reports); !errors.Is(err, want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func FuzzKeyEventsGiveTextOrNothing(f *testing.F) {
	f.Add(press(evdev.KEY_1, evdev.KEY_LEFTSHIFT, evdev.KEY_ENTER))
	f.Fuzz(func(t *testing.T, b []byte) {
		k := &keys{events: nowhere{bytes.NewReader(b)}, name: "fuzz"}
		buf := make([]byte, 64)
		for {
			n, err := k.Read(buf)
			for _, c := range buf[:n] {
				if c >= 0x7f || c < 0x20 && c != '\r' && c != '\t' && c != 0x1a {
					t.Fatalf("%02X", c)
				}
			}
			if err != nil {
				return
			}
		}
	})
}

type nowhere struct{ *bytes.Reader }

func (nowhere) SetReadDeadline(time.Time) error { return nil }
func (nowhere) Close() error                    { return nil }
