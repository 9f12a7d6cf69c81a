package spool

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wendan/devices/printer"
)

// TestAnyRunOfFaultsLosesNothingAndLeavesOneOriginal plays random outcomes of attempts, a
// ledger that refuses, restored jobs and backups, and then healthy printers.
func TestAnyRunOfFaultsLosesNothingAndLeavesOneOriginal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		backup := rapid.SampledFrom([]time.Duration{time.Millisecond, time.Hour}).Draw(t, "backup")
		led := &ledger{refuse: rapid.IntRange(0, 2).Draw(t, "refusals")}
		script := func(label string) *played {
			faults := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 6).Draw(t, label)
			return &played{next: func(n int) (printer.Proof, error) {
				if n > len(faults) {
					return printer.Confirmed, nil
				}
				switch faults[n-1] {
				case 1:
					return printer.NotStarted, printer.ErrPaperOut.With("x")
				case 2:
					return printer.Uncertain, printer.ErrUnplugged.With("x")
				case 3:
					return printer.Uncertain, printer.ErrNoProof.With("x")
				case 4:
					return printer.Unproven, nil
				}
				return printer.Confirmed, nil
			}}
		}
		a, b := script("a"), script("b")
		s, err := New(Options{Printers: map[string]Printer{"a": a, "b": b}, Ledger: led, MaxPause: time.Millisecond, AlarmAfter: time.Millisecond,
			BackupAfter: backup, Routes: map[string]Route{"receipt": {Printer: "a", Backup: "b"}, "kitchen": {Printer: "b", Backup: "a"}}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		defer s.Close(ctx)
		count := rapid.IntRange(1, 5).Draw(t, "jobs")
		restored := map[int]bool{}
		for n := 1; n <= count; n++ {
			j := slip(n, rapid.SampledFrom([]string{"receipt", "kitchen"}).Draw(t, "role"))
			j.Uncertain = rapid.Bool().Draw(t, "restored")
			restored[n] = j.Uncertain
			if err := s.Submit(j, j); err != nil {
				t.Fatal(err)
			}
		}
		for { // a person wants every held slip after all
			if err := s.Wait(ctx); err != nil {
				t.Fatalf("wait: %v %+v", err, s.Snapshot())
			}
			if len(s.Snapshot().Held) == 0 {
				break
			}
			s.PrintOld()
		}
		whole := append(append([]string(nil), a.papers...), b.papers...)
		all := append(append(append([]string(nil), whole...), a.torn...), b.torn...)
		for n := 1; n <= count; n++ {
			originals, copies := 0, 0
			for _, p := range all {
				if text, _, _ := strings.Cut(p, ">"); text == fmt.Sprint(n) {
					originals++
				}
			}
			for _, p := range whole {
				if text, _, _ := strings.Cut(p, ">"); strings.TrimSuffix(text, "*") == fmt.Sprint(n) {
					copies++
				}
			}
			if originals > 1 || originals > 0 && restored[n] {
				t.Fatalf("job %d has %d unmarked papers: %v", n, originals, all)
			}
			if copies == 0 || led.of(n).State != Confirmed {
				t.Fatalf("job %d lost: %v %+v", n, all, led.of(n))
			}
		}
		if led.twice > 0 {
			t.Fatal("an outcome was recorded twice")
		}
	})
}
