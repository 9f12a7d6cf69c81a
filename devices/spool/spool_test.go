package spool

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"wendan/devices/escpos"
	"wendan/devices/printer"
	"wendan/devices/ticket"
	"wendan/store/fault"
)

func TestJobsComeOutInOrderAndAreRecordedOnce(t *testing.T) {
	r := newRig(t, nil)
	r.submit(slip(1, "receipt"), slip(2, "kitchen:3"), slip(3, "receipt"), slip(1, "receipt"))
	r.wait()
	r.submit(slip(3, "receipt"))
	r.wait()
	r.papers(r.a, "1 3")
	r.papers(r.b, "2")
	if o := r.ledger.of(3); o.State != Confirmed || o.Proof != printer.Confirmed || o.Printer != "a" || o.Marked || o.Papers != 1 || r.ledger.twice != 0 {
		t.Errorf("outcome %+v", o)
	}
	if err := r.Submit(slip(9, "bar")); !errors.Is(err, ErrNoRoute) {
		t.Errorf("unknown role: %v", err)
	}
}

func TestJobThatNeverStartedComesUnmarkedAndOneThatDidComesMarked(t *testing.T) {
	r := newRig(t, nil)
	r.a.next = func(n int) (printer.Proof, error) {
		switch n {
		case 1:
			return printer.NotStarted, printer.ErrPaperOut.With("a")
		case 3:
			return printer.Uncertain, printer.ErrUnplugged.With("a")
		}
		return printer.Confirmed, nil
	}
	r.submit(slip(1, "receipt"), slip(2, "receipt"), slip(3, "receipt"))
	r.wait()
	r.papers(r.a, "1 2* 3")
	if o := r.ledger.of(2); !o.Marked || o.Papers != 2 {
		t.Errorf("outcome %+v", o)
	}
	if o := r.ledger.of(1); o.Marked || o.Papers != 1 {
		t.Errorf("outcome %+v", o)
	}
}

func TestRestoredJobComesMarked(t *testing.T) {
	r := newRig(t, nil)
	j := slip(1, "receipt")
	j.Uncertain = true
	r.submit(j)
	r.wait()
	r.papers(r.a, "1*")
}

func TestPrinterThatCannotProveCountsAsUnproven(t *testing.T) {
	r := newRig(t, nil)
	r.a.next = func(int) (printer.Proof, error) { return printer.Unproven, nil }
	r.submit(slip(1, "receipt"))
	r.wait()
	if o := r.ledger.of(1); o.State != Confirmed || o.Proof != printer.Unproven {
		t.Errorf("outcome %+v", o)
	}
}

func TestDeadPrinterDelaysNobodyElse(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Routes = map[string]Route{"receipt": {Printer: "a"}, "kitchen": {Printer: "b"}} })
	r.a.block = make(chan struct{})
	r.submit(slip(1, "receipt"), slip(2, "kitchen"))
	r.until("the other printer's paper", func() bool { return r.b.out() == "2" })
	close(r.a.block)
	r.wait()
}

func TestLongTroubleRaisesTheAlarmAndMovesWaitingJobsMarked(t *testing.T) {
	r := newRig(t, func(o *Options) { o.AlarmAfter, o.BackupAfter = 40*time.Millisecond, 60*time.Millisecond })
	r.a.next = func(n int) (printer.Proof, error) { return printer.Uncertain, printer.ErrUnplugged.With("a") }
	r.a.state = printer.ErrUnplugged.With("a")
	r.submit(slip(1, "receipt"), slip(2, "receipt"))
	if e := r.event(Alarm); e.Printer != "a" || e.Fault.Code != "printer.unplugged" {
		t.Errorf("alarm %+v", e)
	}
	r.wait()
	r.papers(r.b, "1*>a 2>a")
	if o := r.ledger.of(2); o.Printer != "b" || o.Moved != "a" || o.Marked {
		t.Errorf("outcome %+v", o)
	}
	r.a.set(func() { r.a.next, r.a.state = nil, nil })
	r.event(AlarmOver)
	r.submit(slip(3, "receipt"))
	r.wait()
	r.papers(r.a, "3")
}

func TestJobGoesHomeWhenItsBackupDiesAndItsPrinterIsWellAgain(t *testing.T) {
	r := newRig(t, func(o *Options) { o.BackupAfter = 20 * time.Millisecond })
	dead := func(int) (printer.Proof, error) { return printer.NotStarted, printer.ErrUnplugged.With("x") }
	for _, p := range []*played{r.a, r.b} {
		p.next, p.state = dead, printer.ErrUnplugged.With("x")
	}
	r.submit(slip(1, "receipt"))
	r.until("the move to the backup", func() bool { return len(r.Queue("b", 1)) == 1 })
	r.a.set(func() { r.a.next, r.a.state = nil, nil })
	r.wait()
	r.papers(r.a, "1")
	if o := r.ledger.of(1); o.Printer != "a" || o.Moved != "" {
		t.Errorf("outcome %+v", o)
	}
}

func TestTroubleInTheMiddleOfATicketMovesTheOnesBehindIt(t *testing.T) {
	r := newRig(t, func(o *Options) { o.AlarmAfter, o.BackupAfter = 20*time.Millisecond, 30*time.Millisecond })
	block := make(chan struct{})
	r.a.block = block
	r.submit(slip(1, "receipt"), slip(2, "receipt"))
	r.until("the start", func() bool { return r.Snapshot().Printers[0].Current != nil })
	r.Trouble("a", printer.ErrPaperOut.With("a"))
	r.event(Alarm)
	r.until("the moved slip", func() bool { return r.b.out() == "2>a" })
	r.Trouble("a", nil)
	close(block)
	r.wait()
	r.papers(r.a, "1")
}

func TestSilentAttemptBecomesATroubleAfterTheAlarmTime(t *testing.T) {
	r := newRig(t, func(o *Options) { o.AlarmAfter = 30 * time.Millisecond })
	block := make(chan struct{})
	r.a.block = block
	r.submit(slip(1, "receipt"))
	if e := r.event(Alarm); e.Fault.Code != "spool.slow" {
		t.Errorf("alarm %+v", e)
	}
	close(block)
	r.wait()
	if v := r.Snapshot().Printers[0]; v.Fault != nil || v.Alarm {
		t.Errorf("after it: %+v", v)
	}
}

func TestGoodStatusResumesAtOnceAndBadStatusKeepsPaperOut(t *testing.T) {
	r := newRig(t, func(o *Options) { o.MaxPause = time.Hour })
	gone := printer.ErrPaperOut.With("a")
	r.a.state = gone
	r.a.next = func(int) (printer.Proof, error) {
		if r.a.state != nil {
			return printer.NotStarted, gone
		}
		return printer.Confirmed, nil
	}
	r.submit(slip(1, "receipt"))
	r.until("a bad look", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.lanes["a"].trouble != nil && r.lanes["a"].trouble.bad
	})
	r.a.set(func() { r.a.state = nil })
	r.wait()
	if r.a.tries != 2 {
		t.Errorf("%d attempts, want 2", r.a.tries)
	}
}

func TestRetryByAPersonTriesAtOnce(t *testing.T) {
	r := newRig(t, func(o *Options) { o.MaxPause = time.Hour })
	fails := 5
	r.a.next = func(n int) (printer.Proof, error) {
		if n <= fails {
			return printer.NotStarted, printer.ErrStalled.With("a")
		}
		return printer.Confirmed, nil
	}
	r.submit(slip(1, "receipt"))
	for n := 1; n <= fails; n++ {
		r.until("an attempt", func() bool {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.a.mu.Lock()
			defer r.a.mu.Unlock()
			return r.a.tries >= n && r.lanes["a"].current == nil
		})
		r.Retry("a")
	}
	r.wait()
}

func TestNeverProvenJobStopsAfterThreePapersAndAsks(t *testing.T) {
	r := newRig(t, nil)
	r.a.next = func(int) (printer.Proof, error) { return printer.Uncertain, printer.ErrNoProof.With("a") }
	r.submit(slip(1, "receipt"), slip(2, "receipt"))
	if e := r.event(AskUnproven); e.ID != id(1) {
		t.Errorf("event %+v", e)
	}
	r.wait()
	r.papers(r.a, "1 1* 1* 2")
	r.a.set(func() { r.a.next = nil })
	if err := r.PrintOld(id(2)); err != nil {
		t.Fatal(err)
	}
	if err := r.AbandonOld(id(1)); err != nil {
		t.Fatal(err)
	}
	r.wait()
	r.papers(r.a, "1 1* 1* 2 2*")
	if o := r.ledger.of(1); o.State != Abandoned || o.Proof != printer.Uncertain {
		t.Errorf("outcome %+v", o)
	}
	if err := r.AbandonOld(id(1)); !errors.Is(err, ErrUnknown) {
		t.Errorf("abandon twice: %v", err)
	}
}

func TestOldJobsWaitForAPerson(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	r := newRig(t, func(o *Options) { o.Now = func() time.Time { return now } })
	old1, old2, fresh := slip(1, "receipt"), slip(2, "receipt"), slip(3, "receipt")
	old1.Made, old2.Made, fresh.Made = now.Add(-time.Hour), now.Add(-31*time.Minute), now.Add(-29*time.Minute)
	r.submit(old1, old2, fresh)
	r.event(AskOld)
	r.wait()
	r.papers(r.a, "3")
	if held := r.Snapshot().Held; len(held) != 2 || held[0].ID != id(1) {
		t.Fatalf("held %+v", held)
	}
	if err := r.PrintOld(id(1)); err != nil {
		t.Fatal(err)
	}
	if err := r.AbandonOld(); err != nil {
		t.Fatal(err)
	}
	r.wait()
	r.papers(r.a, "3 1")
	if o := r.ledger.of(2); o.State != Abandoned || o.Proof != printer.NotStarted || o.Papers != 0 {
		t.Errorf("outcome %+v", o)
	}
}

func TestSlipThatCannotBeDrawnBlocksNobody(t *testing.T) {
	r := newRig(t, nil)
	bad := slip(1, "receipt")
	bad.Render = func(Mark) ticket.Ticket { panic("no such dish") }
	r.a.next = func(n int) (printer.Proof, error) {
		if n == 1 {
			return printer.NotStarted, escpos.ErrCode.With("x")
		}
		return printer.Confirmed, nil
	}
	r.submit(bad, slip(2, "receipt"), slip(3, "receipt"))
	r.event(AskRefused)
	r.wait()
	r.papers(r.a, "3")
	if held := r.Snapshot().Held; len(held) != 2 || held[0].Fault.Code != "spool.render" || held[1].Fault.Code != "escpos.code" {
		t.Errorf("held %+v", held)
	}
}

func TestOutcomeIsOfferedUntilTheLedgerTakesItAndThePaperIsNotRepeated(t *testing.T) {
	r := newRig(t, nil)
	r.ledger.refuse = 3
	r.submit(slip(1, "receipt"))
	r.event(NotRecorded)
	r.submit(slip(1, "receipt"))
	r.wait()
	r.papers(r.a, "1")
	if r.ledger.of(1).State != Confirmed || r.ledger.twice != 0 {
		t.Errorf("outcome %+v", r.ledger.of(1))
	}
}

func TestPulseIsAskedOnceAndNeverRepeated(t *testing.T) {
	r := newRig(t, nil)
	r.a.block = make(chan struct{})
	r.submit(slip(1, "receipt"), slip(2, "receipt"))
	r.a.set(func() { r.a.state = printer.ErrUnplugged.With("a") })
	if err := r.Pulse(context.Background(), "receipt", 0); fault.Code(err) != "printer.unplugged" {
		t.Fatalf("pulse: %v", err)
	}
	r.a.set(func() { r.a.state = nil })
	if err := r.Pulse(context.Background(), "a", 2); err != nil {
		t.Fatal(err)
	}
	close(r.a.block)
	r.wait()
	if r.a.pulses != 2 {
		t.Errorf("%d pulses", r.a.pulses)
	}
}

func TestAbandonedJobLeavesTheQueue(t *testing.T) {
	r := newRig(t, nil)
	r.a.block = make(chan struct{})
	r.submit(slip(1, "receipt"), slip(2, "receipt"), slip(3, "receipt"))
	r.until("the start", func() bool { return r.Snapshot().Printers[0].Current != nil })
	if err := r.Abandon(id(1)); !errors.Is(err, ErrUnknown) {
		t.Errorf("abandon in print: %v", err)
	}
	if err := r.Abandon(id(2)); err != nil {
		t.Fatal(err)
	}
	if q := r.Queue("a", 10); len(q) != 2 || q[0].ID != id(1) || q[1].ID != id(3) {
		t.Errorf("queue %+v", q)
	}
	close(r.a.block)
	r.wait()
	r.papers(r.a, "1 3")
}

// deaf is a printer whose calls never end, whatever their context.
type deaf struct{ never chan struct{} }

func (d deaf) Print(context.Context, uint32, ticket.Ticket) (printer.Proof, error) {
	<-d.never
	return printer.Uncertain, printer.ErrStalled
}
func (d deaf) Status(context.Context) (printer.Status, error) {
	<-d.never
	return printer.Status{}, nil
}
func (d deaf) Pulse(context.Context, int) error { <-d.never; return nil }

func TestCloseEndsInTimeWithEveryDeviceDead(t *testing.T) {
	d := deaf{make(chan struct{})}
	defer close(d.never)
	s, err := New(Options{Printers: map[string]Printer{"a": d, "b": d}, Routes: map[string]Route{"": {Printer: "a"}, "x": {Printer: "b"}}, Ledger: &ledger{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Submit(slip(1, ""), slip(2, "x")); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	s.Close(context.Background())
	if took := time.Since(start); took > 2*time.Second {
		t.Fatalf("close took %v", took)
	}
	if err := s.Submit(slip(3, "")); !errors.Is(err, ErrClosed) {
		t.Fatalf("submit after close: %v", err)
	}
}

func TestCloseLetsTheCurrentTicketBeProven(t *testing.T) {
	r := newRig(t, nil)
	block := make(chan struct{})
	r.a.block = block
	r.submit(slip(1, "receipt"), slip(2, "receipt"))
	r.until("the start", func() bool { return r.Snapshot().Printers[0].Current != nil })
	time.AfterFunc(20*time.Millisecond, func() { close(block) })
	if err := r.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	r.papers(r.a, "1")
	if r.ledger.of(1).State != Confirmed || r.ledger.of(2).State != 0 {
		t.Errorf("outcomes %+v", r.ledger.outcomes)
	}
}

func TestMemoryOfQueueAndFinishedIdsIsBounded(t *testing.T) {
	r := newRig(t, func(o *Options) { o.MaxJobs, o.Remember = 6, 3 })
	r.a.block = make(chan struct{})
	taken := 0
	for r.Submit(slip(taken+1, "receipt")) == nil {
		taken++
	}
	if taken < 3 || taken > 4 { // half of the places, and the one being printed
		t.Fatalf("%d slips were taken for one of two printers", taken)
	}
	if err := r.Submit(slip(taken+1, "receipt")); !errors.Is(err, ErrFull) {
		t.Fatalf("full: %v", err)
	}
	if err := r.Submit(slip(100, "kitchen:1")); err != nil {
		t.Fatalf("a dead printer takes the places of the others: %v", err)
	}
	close(r.a.block)
	r.wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.finished) != 3 || len(r.order) != 3 || len(r.jobs) != 0 {
		t.Errorf("kept %d %d %d", len(r.finished), len(r.order), len(r.jobs))
	}
}

func TestFaultTextsNameTheSlip(t *testing.T) {
	if s := ErrOld.With("收银小票").Text(fault.ZH); !strings.Contains(s, "收银小票") {
		t.Error(s)
	}
}
