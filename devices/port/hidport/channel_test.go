package hidport

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/karalabe/usb"

	"wendan/devices/port"
)

// cable is a handle whose reads wait for what the test sends, as the library's do.
type cable struct {
	sent   chan []byte
	pulled chan struct{}
	closed chan struct{}
	stuck  chan struct{} // Close waits for it
	closes atomic.Int32
	once   sync.Once
}

func newCable() *cable {
	free := make(chan struct{})
	close(free)
	return &cable{sent: make(chan []byte, 64), pulled: make(chan struct{}), closed: make(chan struct{}), stuck: free}
}

func (c *cable) Read(b []byte) (int, error) {
	select { // what was queued comes first
	case r := <-c.sent:
		return copy(b, r), nil
	default:
	}
	select {
	case r := <-c.sent:
		return copy(b, r), nil
	case <-c.pulled:
		return 0, errors.New("hidapi: unknown failure")
	case <-c.closed:
		return 0, usb.ErrDeviceClosed
	}
}

func (c *cable) Close() error {
	c.closes.Add(1)
	<-c.stuck
	c.once.Do(func() { close(c.closed) })
	return nil
}

// ended runs f and fails when it does not come back.
func ended[T any](t *testing.T, f func() T) T {
	t.Helper()
	out := make(chan T, 1)
	go func() { out <- f() }()
	select {
	case v := <-out:
		return v
	case <-time.After(10 * time.Second):
		t.Fatal("still blocked")
		panic("unreachable")
	}
}

func read(t *testing.T, c *channel, size int) (string, error) {
	t.Helper()
	type result struct {
		text string
		err  error
	}
	r := ended(t, func() result {
		b := make([]byte, size)
		n, err := c.Read(b)
		return result{string(b[:n]), err}
	})
	return r.text, r.err
}

func TestEachReadGivesOneReportAndTheLastOnesBeforeAnUnplug(t *testing.T) {
	h := newCable()
	for _, r := range []string{"one", "", "two", "three"} {
		h.sent <- []byte(r)
	}
	close(h.pulled)
	c := newChannel(h, "hid:05e0:1300")
	defer c.Close()
	for _, want := range []string{"one", "two", "three"} {
		if got, err := read(t, c, 64); got != want || err != nil {
			t.Fatalf("%q, %v", got, err)
		}
	}
	for range 2 {
		if _, err := read(t, c, 64); !errors.Is(err, port.ErrUnplugged) {
			t.Fatal(err)
		}
	}
	ended(t, func() struct{} { <-c.pumped; return struct{}{} })
	if h.closes.Load() != 1 {
		t.Fatalf("after the unplug the handle was closed %d times", h.closes.Load())
	}
	if err := ended(t, c.Close); err != nil || h.closes.Load() != 1 {
		t.Fatalf("%v, closed %d times", err, h.closes.Load())
	}
	if _, err := read(t, c, 64); !errors.Is(err, port.ErrClosed) {
		t.Fatal(err)
	}
}

func TestReadGivesUpAtItsDeadlineAndWorksAgainLater(t *testing.T) {
	h := newCable()
	c := newChannel(h, "hid:05e0:1300")
	defer c.Close()
	c.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	if _, err := read(t, c, 64); !errors.Is(err, port.ErrTimeout) || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	c.SetReadDeadline(time.Time{})
	time.AfterFunc(10*time.Millisecond, func() { c.SetReadDeadline(time.Now()) }) // of the read under way
	if _, err := read(t, c, 64); !errors.Is(err, port.ErrTimeout) {
		t.Fatal(err)
	}
	c.SetReadDeadline(time.Time{})
	h.sent <- []byte("later")
	if got, err := read(t, c, 64); got != "later" || err != nil {
		t.Fatalf("%q, %v", got, err)
	}
}

func TestCloseEndsABlockedReadAndLetsTheDeviceGoOnce(t *testing.T) {
	h := newCable()
	c := newChannel(h, "hid:05e0:1300")
	time.AfterFunc(10*time.Millisecond, func() { c.Close() })
	if _, err := read(t, c, 64); !errors.Is(err, port.ErrClosed) {
		t.Fatal(err)
	}
	for range 2 {
		if err := ended(t, c.Close); err != nil {
			t.Fatal(err)
		}
	}
	if h.closes.Load() != 1 {
		t.Fatalf("closed %d times", h.closes.Load())
	}
	ended(t, func() struct{} { <-c.pumped; return struct{}{} })
	if _, err := c.Write([]byte("x")); !errors.Is(err, port.ErrClosed) {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Time{}); !errors.Is(err, port.ErrClosed) {
		t.Fatal(err)
	}
	if err := c.SetWriteDeadline(time.Time{}); !errors.Is(err, port.ErrClosed) {
		t.Fatal(err)
	}
}

func TestCloseComesBackFromALibraryThatHangs(t *testing.T) {
	h := newCable()
	h.stuck = make(chan struct{})
	c := newChannel(h, "hid:05e0:1300")
	if err := ended(t, c.Close); err != nil {
		t.Fatal(err)
	}
	select {
	case <-c.pumped:
		t.Fatal("the library did not hang")
	default:
	}
	close(h.stuck)
	ended(t, func() struct{} { <-c.pumped; return struct{}{} })
}

func TestUnreadReportsDoNotHoldCloseUp(t *testing.T) {
	h := newCable()
	for range 50 {
		h.sent <- []byte("nobody reads this")
	}
	c := newChannel(h, "hid:05e0:1300")
	ended(t, c.Close)
	ended(t, func() struct{} { <-c.pumped; return struct{}{} })
	if h.closes.Load() != 1 {
		t.Fatalf("closed %d times", h.closes.Load())
	}
}

func TestAReportThatDoesNotFitIsNoHalfReport(t *testing.T) {
	h := newCable()
	c := newChannel(h, "hid:05e0:1300")
	defer c.Close()
	h.sent <- []byte("six by")
	if got, err := read(t, c, 3); got != "six" || !errors.Is(err, io.ErrShortBuffer) || !errors.Is(err, port.ErrFailed) {
		t.Fatalf("%q, %v", got, err)
	}
	if n, err := c.Write([]byte("x")); n != 0 || !errors.Is(err, ErrReadOnly) {
		t.Fatal(n, err)
	}
	if err := c.SetWriteDeadline(time.Now()); err != nil || c.String() != "hid:05e0:1300" {
		t.Fatal(err, c)
	}
}
