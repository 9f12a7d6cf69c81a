package netport

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"wendan/devices/port"
	"wendan/devices/port/porttest"
)

func connect(t *testing.T) (port.Port, io.ReadWriteCloser) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p, err := Open(context.Background(), l.Addr().String(), "tcp:test")
	if err != nil {
		t.Fatal(err)
	}
	peer, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return p, peer
}

func TestNetworkPortConforms(t *testing.T) { porttest.Conform(t, connect) }

func TestConnectingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, "192.0.2.1:9100", "tcp:nowhere"); !errors.Is(err, port.ErrTimeout) {
		t.Fatal(err)
	}
}

func TestDrainWaitsUntilThePeerHasTheBytes(t *testing.T) {
	p, peer := connect(t)
	defer p.Close()
	defer peer.Close()
	if _, err := p.Write(make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	if err := p.(port.Drainer).Drain(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	flood := make([]byte, 64<<20)
	p.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	if _, err := p.Write(flood); !errors.Is(err, port.ErrTimeout) { // nobody reads: the window fills
		t.Fatal(err)
	}
	if err := p.(port.Drainer).Drain(time.Now().Add(10 * time.Millisecond)); !errors.Is(err, port.ErrTimeout) {
		t.Fatal(err)
	}
}

func TestCloseOverUnreadAnswersEndsWithoutAReset(t *testing.T) {
	p, peer := connect(t)
	defer peer.Close()
	ticket := make([]byte, 100_000)
	if _, err := peer.Write([]byte("an automatic status nobody asked for")); err != nil {
		t.Fatal(err)
	}
	type end struct {
		n   int64
		err error
	}
	got := make(chan end, 1)
	go func() {
		n, err := io.Copy(io.Discard, peer)
		got <- end{n, err}
	}()
	if _, err := p.Write(ticket); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if e := <-got; e.n != int64(len(ticket)) || e.err != nil { // a reset is an error here
		t.Fatalf("%d of %d bytes arrived, then %v", e.n, len(ticket), e.err)
	}
}

func TestDrainEndsAtOnceWhenThePeerResetsTheConnection(t *testing.T) {
	p, peer := connect(t)
	defer p.Close()
	p.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
	p.Write(make([]byte, 64<<20)) // more than the peer's window takes
	go func() {
		time.Sleep(50 * time.Millisecond)
		peer.(*net.TCPConn).SetLinger(0)
		peer.Close()
	}()
	done := make(chan error, 1)
	go func() { done <- p.(port.Drainer).Drain(time.Now().Add(time.Minute)) }()
	select {
	case err := <-done:
		if !errors.Is(err, port.ErrUnplugged) {
			t.Fatalf("drain of a reset connection: %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("drain waits for a peer that is gone")
	}
}
