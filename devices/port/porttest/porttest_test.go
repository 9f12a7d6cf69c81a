package porttest

import (
	"bytes"
	"errors"
	"io"
	"syscall"
	"testing"
	"time"

	"wendan/devices/port"
)

func connect(t *testing.T) (port.Port, port.Port) {
	device, host, err := Pair("test:pair")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { device.Close(); host.Close() })
	return device, host
}

func TestPairConforms(t *testing.T) {
	Conform(t, func(t *testing.T) (port.Port, io.ReadWriteCloser) {
		device, host := connect(t)
		return host, device
	})
}

func TestRecorderConformsAndFaultyConformsUntilItBreaks(t *testing.T) {
	Conform(t, func(t *testing.T) (port.Port, io.ReadWriteCloser) {
		device, host := connect(t)
		return Record(Stall(host, 128<<20)), device
	})
}

func TestRecorderJoinsNeighbours(t *testing.T) {
	device, host := connect(t)
	r := Record(host)
	for _, s := range []string{"\x10", "\x04\x01"} {
		if _, err := r.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	go device.Write([]byte{0x12})
	if _, err := io.ReadFull(r, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	ops := r.Ops()
	if len(ops) != 2 || string(ops[0].Write) != "\x10\x04\x01" || string(ops[1].Read) != "\x12" || string(r.Written()) != "\x10\x04\x01" {
		t.Fatalf("%q", ops)
	}
}

func TestPlaybackAnswersInOrderAndInsistsOnItsScript(t *testing.T) {
	script := []Op{{Write: []byte("ask")}, {Read: []byte("answer")}, {Write: []byte("bye")}}
	p := Playback("test:script", script...)
	got := make(chan []byte, 1)
	go func() { b := make([]byte, 6); io.ReadFull(p, b); got <- b }()
	if _, err := p.Write([]byte("ask")); err != nil {
		t.Fatal(err)
	}
	if b := <-got; string(b) != "answer" {
		t.Fatalf("%q", b)
	}
	if _, err := p.Write([]byte("bye")); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}

	left := Playback("test:script", script...)
	if _, err := left.Write([]byte("as")); err != nil {
		t.Fatal(err)
	}
	if left.Close() == nil {
		t.Fatal("closed with operations left")
	}
	wrong := Playback("test:script", script...)
	if _, err := wrong.Write([]byte("aXk")); err == nil {
		t.Fatal("accepted another write")
	}
	if wrong.Close() == nil {
		t.Fatal("closed after leaving the script")
	}
	silent := Playback("test:script", script...)
	silent.SetReadDeadline(time.Now().Add(time.Millisecond))
	if _, err := silent.Read(make([]byte, 1)); !errors.Is(err, port.ErrTimeout) {
		t.Fatal(err)
	}
}

func TestUnplugDeliversExactlyTheBytesBeforeIt(t *testing.T) {
	device, host := connect(t)
	f := Unplug(host, 5)
	n, err := f.Write([]byte("0123456789"))
	if n != 5 || !errors.Is(err, port.ErrUnplugged) {
		t.Fatalf("%d, %v", n, err)
	}
	got, _ := io.ReadAll(device)
	if !bytes.Equal(got, []byte("01234")) {
		t.Fatalf("%q", got)
	}
	if _, err := f.Read(make([]byte, 1)); !errors.Is(err, port.ErrUnplugged) {
		t.Fatal(err)
	}
}

func TestStallEndsAtTheDeadlineAndAtClose(t *testing.T) {
	_, host := connect(t)
	f := Stall(host, 3)
	f.SetWriteDeadline(time.Now().Add(5 * time.Millisecond))
	if n, err := f.Write([]byte("abcdef")); n != 3 || !errors.Is(err, port.ErrTimeout) {
		t.Fatalf("%d, %v", n, err)
	}
	f.SetWriteDeadline(time.Time{})
	ended := make(chan error, 1)
	go func() { _, err := f.Write([]byte("x")); ended <- err }()
	f.Close()
	if err := within(t, ended); !errors.Is(err, port.ErrClosed) {
		t.Fatal(err)
	}
}

func TestFailIsAnInputOutputErrorOnce(t *testing.T) {
	_, host := connect(t)
	f := Fail(host, 2)
	if n, err := f.Write([]byte("abc")); n != 2 || !errors.Is(err, syscall.EIO) {
		t.Fatalf("%d, %v", n, err)
	}
	if n, err := f.Write([]byte("def")); n != 3 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
}
