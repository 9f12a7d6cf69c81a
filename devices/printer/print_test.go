package printer

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"wendan/devices/escpos"
	"wendan/devices/port"
	"wendan/devices/port/porttest"
	"wendan/devices/ticket"
)

var background = context.Background()

func expect(t *testing.T, proof, want Proof, err, fault error) {
	t.Helper()
	if proof != want || !errors.Is(err, fault) || fault == nil && err != nil {
		t.Fatalf("got %v, %v; want %v, %v", proof, err, want, fault)
	}
}

func TestTicketsAreConfirmedByTheProofOfTheirOwnJob(t *testing.T) {
	for name, kind := range map[string]escpos.Proof{"process id": escpos.ProcessID, "ordered status": escpos.OrderedStatus} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			p := start(t, m, func(c *escpos.Profile) { c.Proof = kind }, quick)
			for id := range uint32(3) {
				proof, err := p.Print(background, id, slip("A"))
				expect(t, proof, Confirmed, err, nil)
			}
			if got := m.bytes(); bytes.Count(got, []byte("A\n")) != 3 || m.opened != 1 {
				t.Fatalf("%d connections, % X", m.opened, got)
			}
		})
	}
}

func TestAFirstConnectionFlushesHalfACommandOfAnEarlierLife(t *testing.T) {
	m := newMachine(t)
	p := start(t, m, nil, quick)
	proof, err := p.Print(background, 1, slip("A"))
	expect(t, proof, Confirmed, err, nil)
	if got := m.bytes(); !bytes.HasPrefix(got, escpos.Recover()) {
		t.Fatalf("began with % X", got[:16])
	}
	proof, err = p.Print(background, 2, slip("B"))
	expect(t, proof, Confirmed, err, nil)
	if got := m.bytes(); bytes.Count(got, make([]byte, 4000)) != 1 {
		t.Fatal("flushed again without need")
	}
}

func TestAPrinterThatCannotPrintGetsNoByteOfTheTicket(t *testing.T) {
	for _, c := range []struct {
		n    int
		b    byte
		want error
	}{{2, 0x16, ErrCoverOpen}, {4, 0x7e, ErrPaperOut}, {3, 0x1a, ErrCutter}, {3, 0x32, ErrBroken}, {3, 0x52, ErrPausing}, {1, 0x1a, ErrOffline}} {
		m := newMachine(t)
		m.status[c.n] = c.b
		p := start(t, m, nil, quick)
		proof, err := p.Print(background, 1, slip("SECRET"))
		expect(t, proof, NotStarted, err, c.want)
		if s, err := p.Status(background); err != nil || !errors.Is(s.Fault, c.want) {
			t.Fatalf("status %+v, %v", s, err)
		}
		if bytes.Contains(m.bytes(), []byte("SECRET")) {
			t.Fatalf("%v: the ticket was sent", c.want)
		}
		m.set(func() { m.status[c.n] = 0x12 })
		proof, err = p.Print(background, 1, slip("SECRET"))
		expect(t, proof, Confirmed, err, nil)
	}
}

func TestASilentPrinterIsNotStartedWithinItsDeadline(t *testing.T) {
	m := newMachine(t)
	m.mute = true
	p := start(t, m, nil, quick)
	proof, err := p.Print(background, 1, slip("A"))
	expect(t, proof, NotStarted, err, ErrStalled)
	if bytes.Contains(m.bytes(), []byte("A\n")) {
		t.Fatal("the ticket was sent to a silent printer")
	}
}

func TestAnAbsentPrinterIsUnpluggedAndNotStarted(t *testing.T) {
	p := New(func(context.Context) (port.Port, error) { return nil, port.ErrAbsent.With("usb:x") }, escpos.Default80(), quick)
	defer p.Close()
	proof, err := p.Print(background, 1, slip("A"))
	expect(t, proof, NotStarted, err, ErrUnplugged)
	if !errors.Is(err, port.ErrAbsent) {
		t.Fatal("the cause is lost")
	}
}

// warm prints a ticket so that the connection and the flush are behind us.
func warm(t *testing.T, p *Printer) {
	t.Helper()
	proof, err := p.Print(background, 99, slip("W"))
	expect(t, proof, Confirmed, err, nil)
}

func TestACableThatIsPulledMidTicketIsUncertainAndTheNextTicketWorks(t *testing.T) {
	m := newMachine(t)
	head := len(escpos.Recover()) + 8*3 // flush and two rounds of status
	m.broken = func(p port.Port) port.Port { return porttest.Unplug(p, head+30) }
	p := start(t, m, nil, quick)
	proof, err := p.Print(background, 1, slip(strings.Repeat("长", 50)))
	expect(t, proof, Uncertain, err, ErrUnplugged)
	proof, err = p.Print(background, 1, slip("again"))
	expect(t, proof, Confirmed, err, nil)
	got, nulls := m.bytes(), make([]byte, 4000)
	if flush := bytes.LastIndex(got, nulls); bytes.Count(got, nulls) != 2 || flush < 4000 || bytes.Index(got, []byte("again")) < flush || m.opened != 2 {
		t.Fatalf("%d connections, %d flushes: the half ticket was not flushed before the next", m.opened, bytes.Count(got, nulls))
	}
}

func TestACableThatIsPulledBeforeTheFirstByteIsNotStarted(t *testing.T) {
	m := newMachine(t)
	head := len(escpos.Recover()) + 8*3
	m.broken = func(p port.Port) port.Port { return porttest.Unplug(p, head) }
	p := start(t, m, nil, quick)
	proof, err := p.Print(background, 1, slip("SECRET"))
	expect(t, proof, NotStarted, err, ErrUnplugged)
	if bytes.Contains(m.bytes(), []byte("SECRET")) {
		t.Fatal("bytes left all the same")
	}
}

func TestAPrinterThatStopsTakingBytesIsUncertain(t *testing.T) {
	m := newMachine(t)
	head := len(escpos.Recover()) + 8*3
	m.broken = func(p port.Port) port.Port { return porttest.Stall(p, head+30) }
	told := make(chan error, 4)
	opts := quick
	opts.Repair = 300 * time.Millisecond
	opts.Trouble = func(err error) { told <- err }
	p := start(t, m, nil, opts)
	proof, err := p.Print(background, 1, slip(strings.Repeat("长", 50)))
	expect(t, proof, Uncertain, err, ErrStalled)
	if first, second := <-told, <-told; !errors.Is(first, ErrStalled) || second != nil {
		t.Fatalf("told %v, %v", first, second)
	}
}

func TestAKeptConnectionThatDiedIsReplacedBeforeTheTicket(t *testing.T) {
	m := newMachine(t)
	p := start(t, m, nil, quick)
	warm(t, p)
	m.set(func() { m.device.Close() }) // the printer was switched off and on
	proof, err := p.Print(background, 2, slip("A"))
	expect(t, proof, Confirmed, err, nil)
	if m.opened != 2 {
		t.Fatalf("%d connections", m.opened)
	}
}

func TestPaperThatRunsOutMidTicketIsWaitedForAndConfirmedOnce(t *testing.T) {
	m := newMachine(t)
	var mu sync.Mutex
	var told []error
	opts := quick
	opts.Answer, opts.Proof = 50*time.Millisecond, 10*time.Second
	opts.Trouble = func(err error) { mu.Lock(); told = append(told, err); mu.Unlock() }
	p := start(t, m, nil, opts)
	warm(t, p)
	m.set(func() { m.holding = true })
	type result struct {
		proof Proof
		err   error
	}
	done := make(chan result, 1)
	go func() {
		proof, err := p.Print(background, 1, slip("LONG"))
		done <- result{proof, err}
	}()
	eventually(t, "the ticket", func() bool { return bytes.Contains(m.bytes(), []byte("LONG")) })
	m.set(func() { m.status[1], m.status[2], m.status[4] = 0x1a, 0x32, 0x7e })
	eventually(t, "the alarm", func() bool { mu.Lock(); defer mu.Unlock(); return len(told) == 1 })
	// The drawer opens even now, by the real-time command.
	if err := p.Pulse(background, 2); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the pulse", func() bool { return bytes.Contains(m.bytes(), []byte("\x10\x14\x01\x00\x01")) })
	m.release()
	r := <-done
	expect(t, r.proof, Confirmed, r.err, nil)
	mu.Lock()
	defer mu.Unlock()
	if len(told) != 2 || !errors.Is(told[0], ErrPaperOut) || told[1] != nil {
		t.Fatalf("told %v", told)
	}
	if n := bytes.Count(m.bytes(), []byte("LONG")); n != 1 {
		t.Fatalf("sent %d times", n)
	}
}

func TestNobodyMendingThePrinterEndsUncertainWithTheCause(t *testing.T) {
	m := newMachine(t)
	opts := quick
	opts.Answer, opts.Proof, opts.Repair = 50*time.Millisecond, 10*time.Second, 400*time.Millisecond
	p := start(t, m, nil, opts)
	warm(t, p)
	m.set(func() { m.holding = true })
	go func() {
		eventually(t, "the ticket", func() bool { return bytes.Contains(m.bytes(), []byte("LONG")) })
		m.set(func() { m.status[2] = 0x16 })
	}()
	proof, err := p.Print(background, 1, slip("LONG"))
	expect(t, proof, Uncertain, err, ErrCoverOpen)
}

func TestAHealthyPrinterWithoutTheProofIsUncertain(t *testing.T) {
	m := newMachine(t)
	p := start(t, m, nil, quick)
	warm(t, p)
	m.set(func() { m.holding = true })
	proof, err := p.Print(background, 1, slip("A"))
	expect(t, proof, Uncertain, err, ErrNoProof)
}

func TestTheProofOfAnotherJobProvesNothing(t *testing.T) {
	m := newMachine(t)
	p := start(t, m, nil, quick)
	warm(t, p)
	m.set(func() { m.holding = true })
	go func() {
		eventually(t, "the ticket", func() bool { return bytes.Contains(m.bytes(), []byte("A\n")) })
		m.set(func() { m.device.Write([]byte("\x37\x22    \x00")) }) // job 0
	}()
	proof, err := p.Print(background, 1, slip("A"))
	expect(t, proof, Uncertain, err, ErrNoProof)
}

func TestWithoutProofATicketIsUnproven(t *testing.T) {
	for _, status := range []bool{false, true} {
		m := newMachine(t)
		m.mute = !status
		p := start(t, m, func(c *escpos.Profile) { c.Proof, c.Status = escpos.ProofNone, status }, quick)
		proof, err := p.Print(background, 1, slip("A"))
		expect(t, proof, Unproven, err, nil)
	}
}

func TestATicketThatCannotBeEncodedIsNotStarted(t *testing.T) {
	m := newMachine(t)
	p := start(t, m, nil, quick)
	proof, err := p.Print(background, 1, ticket.Ticket{Items: []ticket.Item{ticket.Barcode{Data: "条"}}})
	expect(t, proof, NotStarted, err, escpos.ErrCode)
	if m.opened != 0 {
		t.Fatal("the printer was bothered")
	}
}

func TestContextAndCloseEndAPrintWithItsHonestOutcome(t *testing.T) {
	for name, end := range map[string]func(p *Printer, cancel func()){
		"context": func(_ *Printer, cancel func()) { cancel() }, "close": func(p *Printer, _ func()) { p.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			p := start(t, m, nil, Options{})
			warm(t, p)
			m.set(func() { m.holding = true })
			ctx, cancel := context.WithCancel(background)
			defer cancel()
			go func() {
				eventually(t, "the ticket", func() bool { return bytes.Contains(m.bytes(), []byte("A\n")) })
				end(p, cancel)
			}()
			proof, err := p.Print(ctx, 1, slip("A"))
			if proof != Uncertain || err == nil {
				t.Fatalf("%v, %v", proof, err)
			}
		})
	}
}

func TestNoGoroutineSurvivesClose(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 5 {
		m := newMachine(t)
		opts := quick
		opts.Keep = time.Millisecond
		p := start(t, m, nil, opts)
		warm(t, p)
		if err := p.Pulse(background, 0); err != nil {
			t.Fatal(err)
		}
		p.Close()
		p.Close()
		m.device.Close()
		proof, err := p.Print(background, 1, slip("A"))
		expect(t, proof, NotStarted, err, ErrClosed)
	}
	eventually(t, "the end of all goroutines", func() bool { return runtime.NumGoroutine() <= before })
}

func TestThePortIsGivenFreeWhenIdle(t *testing.T) {
	m := newMachine(t)
	opts := quick
	opts.Keep = time.Millisecond
	p := start(t, m, nil, opts)
	warm(t, p)
	eventually(t, "closing", func() bool {
		var one [1]byte
		m.mu.Lock()
		device := m.device
		m.mu.Unlock()
		_, err := device.Write(one[:])
		return err != nil
	})
	warm(t, p)
	if m.opened < 2 {
		t.Fatal("not opened again")
	}
}

func TestPulseOpensTheDrawerOnceAndStatusReadsItsSensor(t *testing.T) {
	m := newMachine(t)
	p := start(t, m, nil, quick)
	if err := p.Pulse(background, 5); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the pulse", func() bool { return bytes.Count(m.bytes(), []byte("\x1bp\x01\x32\xfa")) == 1 })
	m.set(func() { m.status[1] = 0x16; m.status[4] = 0x1e })
	s, err := p.Status(background)
	if err != nil || s.Drawer != DrawerOpen || !errors.Is(s.Warning, ErrNearEnd) || s.Fault != nil || !s.Known {
		t.Fatalf("%+v, %v", s, err)
	}
}

func TestManyCallersTakeTurns(t *testing.T) {
	m := newMachine(t)
	p := start(t, m, nil, Options{})
	var wg sync.WaitGroup
	for id := range uint32(8) {
		wg.Add(2)
		go func() {
			defer wg.Done()
			if proof, err := p.Print(background, id, slip("TURN")); proof != Confirmed {
				t.Errorf("%v, %v", proof, err)
			}
		}()
		go func() {
			defer wg.Done()
			if err := p.Pulse(background, 0); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	eventually(t, "all tickets and pulses", func() bool {
		got := m.bytes()
		pulses := bytes.Count(got, []byte("\x1bp\x00")) + bytes.Count(got, []byte("\x10\x14\x01"))
		return bytes.Count(got, []byte("TURN\n")) == 8 && pulses == 8
	})
}
