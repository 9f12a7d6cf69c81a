package porttest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"wendan/devices/port"
)

// patience is how long the suite waits for what must happen.
const patience = 10 * time.Second

// Conform is the suite that every port passes. connect opens a port and returns it with
// the other side of the cable, which the suite closes.
func Conform(t *testing.T, connect func(*testing.T) (port.Port, io.ReadWriteCloser)) {
	run := func(name string, test func(*testing.T, port.Port, io.ReadWriteCloser)) {
		t.Run(name, func(t *testing.T) {
			p, peer := connect(t)
			defer peer.Close()
			defer p.Close()
			test(t, p, peer)
		})
	}
	run("EveryByteValuePassesBothWays", func(t *testing.T, p port.Port, peer io.ReadWriteCloser) {
		all := make([]byte, 1024)
		for i := range all {
			all[i] = byte(i)
		}
		transfer(t, p, peer, all)
		transfer(t, peer, p, all)
	})
	run("ReadGivesUpAtItsDeadlineAndWorksAgainLater", func(t *testing.T, p port.Port, peer io.ReadWriteCloser) {
		must(t, p.SetReadDeadline(time.Now().Add(20*time.Millisecond)))
		_, err := p.Read(make([]byte, 8))
		if !errors.Is(err, port.ErrTimeout) || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("read from a silent device: %v", err)
		}
		must(t, p.SetReadDeadline(time.Time{}))
		transfer(t, peer, p, []byte("later"))
	})
	run("WriteToAStoppedDeviceGivesUpAtItsDeadline", func(t *testing.T, p port.Port, _ io.ReadWriteCloser) {
		flood := make([]byte, 64<<20)
		must(t, p.SetWriteDeadline(time.Now().Add(50*time.Millisecond)))
		n, err := p.Write(flood)
		if !errors.Is(err, port.ErrTimeout) || n >= 64<<20 {
			t.Fatalf("wrote %d, %v", n, err)
		}
	})
	run("CloseEndsABlockedRead", func(t *testing.T, p port.Port, _ io.ReadWriteCloser) {
		ended := make(chan error, 1)
		go func() { _, err := p.Read(make([]byte, 8)); ended <- err }()
		closeSoon(t, p)
		if err := within(t, ended); !errors.Is(err, port.ErrClosed) {
			t.Fatalf("blocked read ended with %v", err)
		}
	})
	run("CloseEndsABlockedWrite", func(t *testing.T, p port.Port, _ io.ReadWriteCloser) {
		ended := make(chan error, 1)
		go func() { _, err := p.Write(make([]byte, 64<<20)); ended <- err }()
		closeSoon(t, p)
		if err := within(t, ended); !errors.Is(err, port.ErrClosed) {
			t.Fatalf("blocked write ended with %v", err)
		}
	})
	run("NothingIsWrittenAfterClose", func(t *testing.T, p port.Port, _ io.ReadWriteCloser) {
		must(t, p.Close())
		other, err := os.CreateTemp(t.TempDir(), "other") // likely to own the old descriptor now
		must(t, err)
		defer other.Close()
		if n, err := p.Write([]byte("receipt")); n != 0 || !errors.Is(err, port.ErrClosed) {
			t.Fatalf("write after close: %d, %v", n, err)
		}
		if _, err := p.Read(make([]byte, 1)); !errors.Is(err, port.ErrClosed) {
			t.Fatalf("read after close: %v", err)
		}
		if info, err := other.Stat(); err != nil || info.Size() != 0 {
			t.Fatalf("%d bytes went into another file", info.Size())
		}
		must(t, p.Close())
	})
	run("AVanishedDeviceIsUnplugged", func(t *testing.T, p port.Port, peer io.ReadWriteCloser) {
		must(t, peer.Close())
		must(t, p.SetReadDeadline(time.Now().Add(patience)))
		if _, err := p.Read(make([]byte, 8)); !errors.Is(err, port.ErrUnplugged) {
			t.Fatalf("read from a vanished device: %v", err)
		}
	})
	run("HasAName", func(t *testing.T, p port.Port, _ io.ReadWriteCloser) {
		if p.String() == "" {
			t.Fatal("no name")
		}
	})
}

func transfer(t *testing.T, from io.Writer, to io.Reader, data []byte) {
	t.Helper()
	sent := make(chan error, 1)
	go func() { _, err := from.Write(data); sent <- err }()
	got := make(chan []byte, 1)
	go func() {
		b := make([]byte, len(data))
		n, _ := io.ReadFull(to, b)
		got <- b[:n]
	}()
	if err := within(t, sent); err != nil {
		t.Fatal(err)
	}
	if b := within(t, got); !bytes.Equal(b, data) {
		t.Fatalf("got % X", b)
	}
}

func within[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatal("still blocked")
		panic("unreachable")
	}
}

// closeSoon closes after giving the blocked call a moment to begin; the outcome does
// not depend on it.
func closeSoon(t *testing.T, p port.Port) {
	t.Helper()
	done := make(chan error, 1)
	time.AfterFunc(20*time.Millisecond, func() { done <- p.Close() })
	must(t, within(t, done))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
