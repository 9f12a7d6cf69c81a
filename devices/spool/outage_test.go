package spool

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wendan/devices/emu"
	"wendan/devices/escpos"
	"wendan/devices/port/portreg"
	"wendan/devices/printer"
	"wendan/devices/ticket"
)

var everyByte = flag.Bool("every-byte", false, "unplug at every byte instead of a sample")

// receipt is a slip whose paper can be checked for wholeness: a first line, numbered lines, a
// picture and a last line.
func receipt(n int, role string) Job {
	j := slip(n, role)
	j.Render = func(m Mark) ticket.Ticket {
		first := fmt.Sprintf("START %d", n)
		if m.Again {
			first += " 可能重复"
		}
		if m.Moved != "" {
			first += " 转印"
		}
		items := []ticket.Item{ticket.Text{Text: first}}
		for i := range bodyLines {
			items = append(items, ticket.Row{Cells: []ticket.Cell{{Text: body(n, i)}, {Text: "28.00", Width: 8, Align: ticket.Right}}})
		}
		return ticket.Ticket{Name: "receipt", Items: append(items, ticket.QR{Data: fmt.Sprint("wd:", n)}, ticket.Text{Text: fmt.Sprintf("END %d", n)}, ticket.Cut{})}
	}
	return j
}

const bodyLines = 6

func body(n, i int) string { return fmt.Sprintf("宫保鸡丁 %d-%d", n, i) }

// shop is a spool over the real driver and a virtual printer.
type shop struct {
	*Spool
	paper  *emu.Printer
	ledger *ledger
	end    func()
}

func openShop(t testing.TB, o emu.Options, pty bool, change func(*Options, *printer.Options)) *shop {
	t.Helper()
	p := emu.NewPrinter(o)
	var address string
	var err error
	if pty {
		address, err = p.ServePTY(filepath.Join(t.TempDir(), "printer"))
		address = "pty:" + address
	} else {
		address, err = p.ServeTCP("127.0.0.1:0")
		address = "tcp:" + address
	}
	if err != nil {
		t.Fatal(err)
	}
	opener, err := portreg.Opener(address)
	if err != nil {
		t.Fatal(err)
	}
	sh := &shop{paper: p, ledger: &ledger{}}
	so := Options{Routes: map[string]Route{"": {Printer: "a"}}, Ledger: sh.ledger, MaxPause: 5 * time.Millisecond}
	po := printer.Options{Name: "a", Answer: 150 * time.Millisecond, Send: 50 * time.Millisecond, Proof: 150 * time.Millisecond, Repair: 150 * time.Millisecond,
		Trouble: func(err error) { sh.Trouble("a", err) }}
	if change != nil {
		change(&so, &po)
	}
	driver := printer.New(opener, escpos.Default80(), po)
	so.Printers = map[string]Printer{"a": driver}
	if sh.Spool, err = New(so); err != nil {
		t.Fatal(err)
	}
	sh.end = sync.OnceFunc(func() {
		sh.Close(context.Background())
		driver.Close()
		p.Close()
	})
	t.Cleanup(sh.end)
	return sh
}

// heal plugs the printer in again whenever it is found unplugged, until the returned
// function is called.
func (s *shop) heal() func() {
	changes, stop := s.paper.Subscribe()
	end := make(chan struct{})
	go func() {
		for {
			select {
			case <-changes:
			case <-end:
				return
			}
			if s.paper.Has(emu.Unplugged) {
				s.paper.Set(emu.Unplugged, false)
			}
		}
	}()
	return func() { stop(); close(end) }
}

// audit checks all paper against the promise for the given jobs: each came out whole at least
// once, at most one began unmarked, and each is confirmed.
func (s *shop) audit(jobs ...int) error {
	var lines []string
	for _, p := range append(s.paper.Papers(), s.paper.Current()) {
		lines = append(lines, strings.Split(p.Text, "\n")...)
	}
	for _, n := range jobs {
		originals, whole := 0, 0
		for i, l := range lines {
			first, isStart := strings.CutPrefix(l, fmt.Sprintf("START %d", n))
			if !isStart || first != "" && first[0] != ' ' {
				continue
			}
			if first == "" {
				originals++
			}
			if isWhole(lines[i+1:], n) {
				whole++
			}
		}
		s.ledger.mu.Lock()
		o, told := s.ledger.outcomes[id(n)]
		s.ledger.mu.Unlock()
		switch {
		case whole == 0:
			return fmt.Errorf("job %d lost (outcome %+v)", n, o)
		case originals > 1:
			return fmt.Errorf("job %d has %d unmarked papers", n, originals)
		case !told || o.State != Confirmed:
			return fmt.Errorf("job %d is not confirmed: %+v", n, o)
		}
	}
	return nil
}

func isWhole(lines []string, n int) bool {
	want := make([]string, 0, bodyLines+2)
	for i := range bodyLines {
		want = append(want, body(n, i))
	}
	want = append(want, fmt.Sprintf("[QR wd:%d]", n), fmt.Sprintf("END %d", n))
	if len(lines) < len(want) {
		return false
	}
	for i, w := range want {
		if !strings.HasPrefix(lines[i], w) {
			return false
		}
	}
	return true
}

func (s *shop) finish(t testing.TB) error {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	if err := s.Wait(ctx); err != nil {
		return fmt.Errorf("wait: %w, %+v, %+v", err, s.Snapshot(), s.paper.State())
	}
	return nil
}

// trouble waits until the spool knows that its printer does not print.
func (s *shop) trouble(t testing.TB) {
	t.Helper()
	events, stop := s.Subscribe()
	defer stop()
	late := time.After(10 * time.Second)
	for s.Snapshot().Printers[0].Fault == nil {
		select {
		case <-events:
		case <-late:
			t.Fatal("no fault was noticed")
		}
	}
}

// length is how many bytes two receipts take on a line without faults.
func length(t testing.TB, pty bool) int {
	s := openShop(t, emu.Options{}, pty, nil)
	if err := s.Submit(receipt(1, ""), receipt(2, "")); err != nil {
		t.Fatal(err)
	}
	if err := s.finish(t); err != nil {
		t.Fatal(err)
	}
	if err := s.audit(1, 2); err != nil {
		t.Fatal(err)
	}
	return int(s.paper.State().Received)
}

// unplugAt prints two receipts and pulls the cable at byte n.
func unplugAt(t testing.TB, n int, pty, power bool, change func(*Spool)) error {
	s := openShop(t, emu.Options{}, pty, nil)
	if change != nil {
		change(s.Spool)
	}
	defer s.end()
	defer s.heal()()
	s.paper.UnplugAfter(n, power)
	if err := s.Submit(receipt(1, ""), receipt(2, "")); err != nil {
		return err
	}
	if err := s.finish(t); err != nil {
		return err
	}
	return s.audit(1, 2)
}

func TestUnpluggingAtAnyByteLosesNothingAndLeavesNoSecondOriginal(t *testing.T) {
	for _, pty := range []bool{false, true} {
		total := length(t, pty)
		step := func(n int) int {
			switch {
			case *everyByte:
				return 1
			case n < total-1200: // the NULs that wake a printer of unknown state
				return total / 3
			case pty:
				return 61
			}
			return 127
		}
		for _, power := range []bool{false, true} {
			t.Run(fmt.Sprintf("pty=%v,power=%v", pty, power), func(t *testing.T) {
				t.Parallel()
				for n := 1; n < total; n += step(n) {
					if err := unplugAt(t, n, pty, power, nil); err != nil {
						t.Errorf("unplugged after %d of %d bytes: %v", n, total, err)
					}
				}
			})
		}
	}
}

func TestSpoolThatConfirmsBeforeTheProofIsCaught(t *testing.T) {
	total := length(t, false)
	caught := 0
	for n := total / 2; n < total && caught == 0; n += max(total/30, 1) {
		hasty := func(s *Spool) { s.judge = func(printer.Proof, error) verdict { return done } }
		if err := unplugAt(t, n, false, true, hasty); err != nil {
			caught++
		}
	}
	if caught == 0 {
		t.Fatal("a spool that confirms without proof passed every audit")
	}
}

func TestSpoolThatForgetsTheMarkIsCaught(t *testing.T) {
	total := length(t, false)
	caught := 0
	for n := total / 2; n < total && caught == 0; n += max(total/30, 1) {
		bold := func(s *Spool) {
			s.judge = func(p printer.Proof, err error) verdict {
				if v := judge(p, err); v != doubtful {
					return v
				}
				return retry
			}
		}
		if err := unplugAt(t, n, false, false, bold); err != nil {
			caught++
		}
	}
	if caught == 0 {
		t.Fatal("a spool that repeats without the mark passed every audit")
	}
}

func TestPaperOutInTheMiddleEndsWithWholePapers(t *testing.T) {
	for _, repair := range []time.Duration{30 * time.Millisecond, 5 * time.Second} {
		s := openShop(t, emu.Options{}, false, func(_ *Options, o *printer.Options) {
			o.Repair, o.Proof, o.Answer = repair, 5*time.Second, 30*time.Millisecond
		})
		s.paper.LoadPaper(200)
		if err := s.Submit(receipt(1, ""), receipt(2, "")); err != nil {
			t.Fatal(err)
		}
		s.trouble(t)
		if c := s.Snapshot().Printers[0].Fault.Code; c != "printer.paper_out" && c != "printer.stalled" {
			t.Errorf("fault %q", c)
		}
		time.AfterFunc(60*time.Millisecond, func() { s.paper.LoadPaper(-1) })
		if err := s.finish(t); err != nil {
			t.Fatal(err)
		}
		if repair < time.Second { // the first copy is torn in two; a marked one follows whole
			if err := s.audit(1, 2); err != nil {
				t.Error(err)
			}
		} else if o := s.ledger.of(1); o.Papers != 1 || o.Marked {
			t.Errorf("the buffer went on after the new roll, yet the job was sent again: %+v", o)
		}
	}
}

func TestStallAndOpenCoverDelayButLoseNothing(t *testing.T) {
	for _, f := range []emu.Fault{emu.Stalled, emu.CoverOpen, emu.Offline, emu.Mute} {
		s := openShop(t, emu.Options{}, false, nil)
		s.paper.Set(f, true)
		if err := s.Submit(receipt(1, ""), receipt(2, "")); err != nil {
			t.Fatal(err)
		}
		s.trouble(t)
		s.paper.Set(f, false)
		if err := s.finish(t); err != nil {
			t.Fatal(f, err)
		}
		if err := s.audit(1, 2); err != nil {
			t.Error(f, err)
		}
		if f != emu.Mute && f != emu.Stalled {
			if o := s.ledger.of(1); o.Marked {
				t.Errorf("%v: a job that never started came marked", f)
			}
		}
	}
}

func TestSwallowedProofsBringMarkedCopiesAndThenAPerson(t *testing.T) {
	s := openShop(t, emu.Options{}, false, nil)
	s.paper.Set(emu.Swallow, true)
	if err := s.Submit(receipt(1, ""), receipt(2, "")); err != nil {
		t.Fatal(err)
	}
	if err := s.finish(t); err != nil {
		t.Fatal(err)
	}
	if n := s.paper.Count(); n != 4 {
		t.Errorf("%d papers, want three of the first job and one of the second", n)
	}
	if held := s.Snapshot().Held; len(held) != 2 {
		t.Errorf("held %+v", held)
	}
	s.paper.Set(emu.Swallow, false)
	if err := s.PrintOld(); err != nil {
		t.Fatal(err)
	}
	if err := s.finish(t); err != nil {
		t.Fatal(err)
	}
	if err := s.audit(1, 2); err != nil {
		t.Error(err)
	}
}

func TestPulsePassesATicketThatWaitsForPaperAndIsNeverRepeated(t *testing.T) {
	s := openShop(t, emu.Options{}, false, func(_ *Options, o *printer.Options) {
		o.Repair, o.Proof, o.Answer = 10*time.Second, 5*time.Second, 30*time.Millisecond
	})
	d := emu.NewDrawer()
	s.paper.Attach(2, d)
	s.paper.LoadPaper(200)
	if err := s.Submit(receipt(1, ""), receipt(2, "")); err != nil {
		t.Fatal(err)
	}
	s.trouble(t)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.Pulse(ctx, "", 0); err != nil {
		t.Fatal(err)
	}
	s.paper.LoadPaper(-1)
	if err := s.finish(t); err != nil {
		t.Fatal(err)
	}
	if !d.Opened() || d.Kicks() != 1 {
		t.Errorf("drawer open %v after %d pulses", d.Opened(), d.Kicks())
	}
}

func BenchmarkReceipts(b *testing.B) {
	s := openShop(b, emu.Options{}, false, func(o *Options, p *printer.Options) {
		*p = printer.Options{Name: "a", Trouble: p.Trouble}
	})
	b.ResetTimer()
	for i := range b.N {
		if err := s.Submit(receipt(i+1, "")); err != nil {
			if err := s.finish(b); err != nil {
				b.Fatal(err)
			}
			s.Submit(receipt(i+1, ""))
		}
	}
	if err := s.finish(b); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
	if s.paper.Count() != b.N {
		b.Fatalf("%d papers of %d", s.paper.Count(), b.N)
	}
}
