package emu

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// dial connects to the printer with a deadline for everything.
func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.DialTimeout("tcp", address, 2*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(5 * time.Second))
	t.Cleanup(func() { c.Close() })
	return c
}

func onTCP(t *testing.T, o Options) (*Printer, string) {
	t.Helper()
	p := NewPrinter(o)
	t.Cleanup(func() { p.Close() })
	address, err := p.ServeTCP("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return p, address
}

func answer(t *testing.T, c io.Reader, n int) []byte {
	t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(c, b); err != nil {
		t.Fatalf("answer: %v", err)
	}
	return b
}

// until waits for a change of the printer that makes ok true.
func until(t *testing.T, p *Printer, ok func() bool) {
	t.Helper()
	changes, stop := p.Subscribe()
	defer stop()
	late := time.After(5 * time.Second)
	for !ok() {
		select {
		case <-changes:
		case <-time.After(20 * time.Millisecond): // not every byte is a change
		case <-late:
			t.Fatalf("did not happen: %+v", p.State())
		}
	}
}

func TestStatusTellsEachFault(t *testing.T) {
	p, address := onTCP(t, Options{})
	c := dial(t, address)
	ask := func() [4]byte {
		c.Write([]byte("\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04"))
		return [4]byte(answer(t, c, 4))
	}
	d := NewDrawer()
	p.Attach(2, d)
	good := [4]byte{0x12, 0x12, 0x12, 0x12}
	if got := ask(); got != good {
		t.Fatalf("good printer: % X", got)
	}
	for f, want := range map[Fault][4]byte{PaperOut: {0x1a, 0x32, 0x12, 0x7e}, PaperNearEnd: {0x12, 0x12, 0x12, 0x1e},
		CoverOpen: {0x1a, 0x16, 0x12, 0x12}, Offline: {0x1a, 0x12, 0x12, 0x12}} {
		p.Set(f, true)
		if got := ask(); got != want {
			t.Errorf("%v: % X, want % X", f, got, want)
		}
		p.Set(f, false)
	}
	p.Set(CutterError, true)
	c.Write([]byte("x\n\x1dV\x42\x00"))
	until(t, p, func() bool { return p.State().Stopped })
	if got, want := ask(), [4]byte{0x1a, 0x52, 0x1a, 0x12}; got != want {
		t.Errorf("cutter: % X, want % X", got, want)
	}
	p.Set(CutterError, false)
	if p.Count() != 1 {
		t.Errorf("the freed cutter did not finish its cut: %d", p.Count())
	}
	c.Write([]byte("\x1bp\x00\x19\xfa"))
	until(t, p, d.Opened)
	if got := ask(); got[0] != 0x16 {
		t.Errorf("open drawer: % X", got)
	}
	d.Push()
	if got := ask(); got != good {
		t.Errorf("closed drawer: % X", got)
	}
	if p.Pulses(2) != 1 || p.Pulses(5) != 0 {
		t.Errorf("pulses %v", p.State().Pulses)
	}
}

func TestRealTimeStatusIsAnsweredInsideARasterAndWithoutPaper(t *testing.T) {
	p, address := onTCP(t, Options{})
	c := dial(t, address)
	c.Write([]byte("before\n\x1dv0\x00\x08\x00\x01\x00\xff\x10\x04\x01"))
	answer(t, c, 1)
	p.Set(PaperOut, true)
	c.Write([]byte("\xff\xff\xff\xffnext\n\x1dr\x01\x10\x04\x04"))
	if got := answer(t, c, 1); got[0] != 0x7e {
		t.Fatalf("status % X", got)
	}
	if text := p.Current().Text; text != "before\n[image 64x1]" {
		t.Fatalf("printed without paper: %q", text)
	}
	p.Set(PaperOut, false)
	if got := answer(t, c, 1); got[0] != 0 { // GS r 1, in its turn
		t.Fatalf("ordered status % X", got)
	}
	if text := p.Current().Text; text != "[image 64x1]\nnext" {
		t.Fatalf("after new paper: %q", text)
	}
	if papers := p.Papers(); len(papers) != 1 || papers[0].Cut != Torn || papers[0].Text != "before" {
		t.Fatalf("the old end was not torn off: %+v", papers)
	}
}

func TestProcessIdIsAnsweredOnlyWhenEverythingBeforeItIsOnPaper(t *testing.T) {
	p, address := onTCP(t, Options{})
	c := dial(t, address)
	p.LoadPaper(100)
	c.Write([]byte("1\n2\n3\n4\n5\n6\n\x1d(H\x06\x0000abcd\x10\x04\x04"))
	if got := answer(t, c, 1); got[0] != 0x7e {
		t.Fatalf("first answer % X, want paper out", got)
	}
	if n := len(p.Confirmed()); n != 0 {
		t.Fatalf("%d confirmed without paper", n)
	}
	p.LoadPaper(-1)
	if got := answer(t, c, 7); !bytes.Equal(got, []byte("7\"abcd\x00")) {
		t.Fatalf("process id answer % X", got)
	}
	if text := p.Papers()[0].Text + "\n" + p.Current().Text; text != "1\n2\n3\n4\n5\n6" {
		t.Fatalf("text %q", text)
	}
}

func TestCableCutAtAByteTakesExactlyThatMany(t *testing.T) {
	for _, power := range []bool{false, true} {
		p, address := onTCP(t, Options{})
		c := dial(t, address)
		p.UnplugAfter(7, power)
		c.Write([]byte("abc\ndefgh\n"))
		if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("line still up: %v", err)
		}
		if n := p.State().Received; n != 7 {
			t.Fatalf("received %d", n)
		}
		if _, err := net.DialTimeout("tcp", address, time.Second); err == nil {
			t.Fatal("an unplugged printer took a connection")
		}
		p.Set(Unplugged, false)
		until(t, p, func() bool { return len(p.Addresses()) == 1 })
		c = dial(t, address)
		c.Write([]byte("X\n\x10\x04\x01"))
		answer(t, c, 1)
		want := "abc\ndefX"
		if power {
			want = "abc\nX"
		}
		if text := p.Current().Text; text != want {
			t.Fatalf("power %v: %q, want %q", power, text, want)
		}
	}
}

func TestMuteAndSwallowPrintWithoutTelling(t *testing.T) {
	p, address := onTCP(t, Options{})
	c := dial(t, address)
	job := []byte("x\n\x1d(H\x06\x0000abcd\x1dr\x01\x10\x04\x01")
	p.Set(Swallow, true)
	c.Write(job)
	if got := answer(t, c, 1); got[0] != 0x12 {
		t.Fatalf("swallow: % X", got)
	}
	p.Set(Mute, true)
	c.Write(job)
	until(t, p, func() bool { return p.State().Confirms == 2 })
	p.Set(Mute, false)
	p.Set(Swallow, false)
	c.Write(job)
	if got := answer(t, c, 9); !bytes.Equal(got, []byte("7\"abcd\x00\x00\x12")) {
		t.Fatalf("after both: % X", got)
	}
}

func TestStalledPrinterTakesNothing(t *testing.T) {
	p, address := onTCP(t, Options{})
	c := dial(t, address)
	p.Set(Stalled, true)
	c.Write([]byte("x\n\x10\x04\x01"))
	c.SetReadDeadline(time.Now().Add(30 * time.Millisecond))
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("answered: %v", err)
	}
	if p.State().Received != 0 {
		t.Fatal("took bytes")
	}
	p.Set(Stalled, false)
	c.SetReadDeadline(time.Now().Add(5 * time.Second))
	answer(t, c, 1)
}

func TestFullBufferStopsTheLine(t *testing.T) {
	p, address := onTCP(t, Options{Buffer: 1000})
	c := dial(t, address)
	p.Set(CoverOpen, true)
	go c.Write(bytes.Repeat([]byte("0123456789\n"), 500))
	until(t, p, func() bool { return p.State().Waiting == 1000 })
	p.Set(CoverOpen, false)
	until(t, p, func() bool { return p.State().Received == 5500 })
	if n := strings.Count(p.Current().Text, "0123456789"); n != 500 {
		t.Fatalf("%d lines of 500", n)
	}
}

func TestAutomaticStatusComesWithTheChange(t *testing.T) {
	p, address := onTCP(t, Options{})
	c := dial(t, address)
	c.Write([]byte{gs, 'a', 0xff})
	if got := answer(t, c, 4); !bytes.Equal(got, []byte{0x10, 0, 0, 0}) {
		t.Fatalf("first % X", got)
	}
	p.Set(CoverOpen, true)
	if got := answer(t, c, 4); !bytes.Equal(got, []byte{0x38, 0, 0, 0}) {
		t.Fatalf("cover % X", got)
	}
	p.Set(CoverOpen, false)
	answer(t, c, 4)
	p.Set(PaperOut, true)
	if got := answer(t, c, 4); !bytes.Equal(got, []byte{0x18, 0, 0x0f, 0}) {
		t.Fatalf("paper % X", got)
	}
}

func TestTerminalComesBackUnderItsLinkAfterUnplugging(t *testing.T) {
	p := NewPrinter(Options{})
	defer p.Close()
	link := filepath.Join(t.TempDir(), "printer")
	if _, err := p.ServePTY(link); err != nil {
		t.Fatal(err)
	}
	talk := func(text string) {
		f, err := os.OpenFile(link, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		f.SetDeadline(time.Now().Add(5 * time.Second))
		if _, err := f.WriteString(text + "\r\n\x10\x04\x01"); err != nil {
			t.Fatal(err)
		}
		if got := answer(t, f, 1); got[0] != 0x12 {
			t.Fatalf("status % X", got)
		}
	}
	talk("one")
	p.UnplugAfter(0, false)
	if _, err := os.Lstat(link); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("link while unplugged: %v", err)
	}
	p.Set(Unplugged, false)
	until(t, p, func() bool { return len(p.Addresses()) == 1 })
	talk("two")
	if text := p.Current().Text; text != "one\ntwo" {
		t.Fatalf("text %q", text)
	}
}

func TestSpeedOfPaperDelaysTheProof(t *testing.T) {
	_, address := onTCP(t, Options{DotsPerSecond: 20000})
	c := dial(t, address)
	start := time.Now()
	c.Write([]byte(strings.Repeat("line\n", 50) + "\x1d(H\x06\x0000abcd"))
	answer(t, c, 7)
	if took := time.Since(start); took < 70*time.Millisecond { // 1500 dots
		t.Fatalf("1500 dots at 20000 dots/s took %v", took)
	}
}

func TestScannerTypesItsCodesOnTheLine(t *testing.T) {
	s, err := NewScanner("")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.BytesPerSecond = 9600
	f, err := os.OpenFile(s.Path(), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.SetDeadline(time.Now().Add(5 * time.Second))
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	go func() {
		s.Scan(ctx, "6901234567892")
		s.Scan(ctx, "wd:会员")
	}()
	want := "6901234567892\rwd:会员\r"
	if got := answer(t, f, len(want)); string(got) != want {
		t.Fatalf("got %q", got)
	}
}

func TestDrawerOnItsOwnLineOpensUnlessJammed(t *testing.T) {
	d := NewDrawer()
	path, err := d.ServePTY("")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	opened := make(chan struct{}, 4)
	d.onChange(func() { opened <- struct{}{} })
	f.Write([]byte{bel})
	<-opened
	if !d.Opened() || d.Kicks() != 1 {
		t.Fatal("did not open")
	}
}

func TestAlbumShowsTheNewestPaper(t *testing.T) {
	dir := t.TempDir()
	a, err := NewAlbum(dir)
	if err != nil {
		t.Fatal(err)
	}
	p := NewPrinter(Options{Narrow: true})
	p.OnPaper(a.Add)
	feed(p, []byte("one\n\x1dV\x42\x00two\n\x1dV\x42\x00"))
	p.Close()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := os.ReadFile(filepath.Join(dir, "paper-0002.png"))
	if err != nil {
		t.Fatal(err)
	}
	latest, _ := os.ReadFile(filepath.Join(dir, "latest.png"))
	if !bytes.Equal(second, latest) {
		t.Fatal("latest.png is not the newest paper")
	}
	if names, _ := filepath.Glob(filepath.Join(dir, "*")); len(names) != 4 {
		t.Fatalf("files %v", names)
	}
}

func TestAlbumGoesOnAfterThePapersOfAnEarlierRun(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		a, err := NewAlbum(dir)
		if err != nil {
			t.Fatal(err)
		}
		p := NewPrinter(Options{Narrow: true})
		p.OnPaper(a.Add)
		feed(p, []byte("one\n\x1dV\x42\x00two\n\x1dV\x42\x00"))
		p.Close()
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if names, _ := filepath.Glob(filepath.Join(dir, "paper-*.png")); len(names) != 4 || filepath.Base(names[3]) != "paper-0004.png" {
		t.Fatalf("papers %v", names)
	}
}
