package printer_test

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wendan/devices/emu"
	"wendan/devices/escpos"
	"wendan/devices/port/portreg"
	"wendan/devices/printer"
	"wendan/devices/ticket"
)

// These tests hold the driver against the virtual printer, which shares no code with it,
// over real TCP and real pseudo-terminals.

var patience = printer.Options{Name: "前台", Answer: 300 * time.Millisecond, Send: 300 * time.Millisecond, Proof: time.Second, Repair: 20 * time.Second}

func lines(t *testing.T) map[string]func(*emu.Printer) string {
	return map[string]func(*emu.Printer) string{
		"tcp": func(e *emu.Printer) string {
			a, err := e.ServeTCP("127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			return "tcp:" + a
		},
		"pty": func(e *emu.Printer) string {
			link := filepath.Join(t.TempDir(), "printer")
			if _, err := e.ServePTY(link); err != nil {
				t.Fatal(err)
			}
			return "pty:" + link
		},
	}
}

func connect(t *testing.T, e *emu.Printer, address string, profile escpos.Profile) *printer.Printer {
	t.Helper()
	open, err := portreg.Opener(strings.Replace(address, "tcp:tcp:", "tcp:", 1))
	if err != nil {
		t.Fatal(err)
	}
	p := printer.New(open, profile, patience)
	t.Cleanup(func() { p.Close(); e.Close() })
	return p
}

// onPaper counts how often text stands on the paper, cut or not.
func onPaper(e *emu.Printer, text string) int {
	n := strings.Count(e.Current().Text, text)
	for _, p := range e.Papers() {
		n += strings.Count(p.Text, text)
	}
	return n
}

func TestThePaperShowsTheLinesOfTheTicket(t *testing.T) {
	t.Parallel()
	tk := ticket.Ticket{Name: "receipt", Items: []ticket.Item{
		ticket.Text{Style: ticket.Style{Bold: true, Align: ticket.Centre}, Text: "稳单小馆"},
		ticket.Rule{},
		ticket.Row{Cells: []ticket.Cell{{Text: "宫保鸡丁（大份、免辣、加花生、少油少盐不要葱）"}, {Text: "2", Width: 6, Align: ticket.Right}, {Text: "¥56.00", Width: 10, Align: ticket.Right}}},
		ticket.Text{Text: "备注：\x1bp\x00\x19\xfa不要 🌶 辣½ jalapeño"},
		ticket.Rule{Heavy: true},
		ticket.Text{Style: ticket.Style{Align: ticket.Right}, Text: "合计 ¥56.00"},
		ticket.Cut{Partial: true},
	}}
	for name, serve := range lines(t) {
		t.Run(name, func(t *testing.T) {
			for _, profile := range []escpos.Profile{escpos.Default80(), escpos.Default58()} {
				if profile.Columns == 32 {
					profile.Cut = escpos.CutGSV
				}
				e := emu.NewPrinter(emu.Options{Narrow: profile.Columns == 32})
				p := connect(t, e, serve(e), profile)
				if proof, err := p.Print(context.Background(), 7, tk); proof != printer.Confirmed || err != nil {
					t.Fatalf("%v, %v", proof, err)
				}
				want := ticket.Lines(tk, profile.Columns)
				want = want[:len(want)-1] // the cut
				var got []string
				for _, l := range strings.Split(strings.TrimRight(e.Papers()[0].Text, "\n"), "\n") {
					got = append(got, strings.TrimSpace(l))
				}
				if len(got) != len(want) {
					t.Fatalf("paper:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
				for i := range want {
					if w := strings.TrimSpace(strings.ReplaceAll(want[i], "🌶", "〓")); got[i] != strings.ReplaceAll(w, "\ufffd", "〓") {
						t.Errorf("line %d: %q, want %q", i, got[i], w)
					}
				}
				if n := e.Pulses(2) + e.Pulses(5); n != 0 {
					t.Errorf("a note opened the drawer %d times", n)
				}
				if u := e.Unknown(); len(u) > 0 {
					t.Errorf("commands the printer does not know: %v", u)
				}
			}
		})
	}
}

func TestPulledCablesNeverLieAboutThePaper(t *testing.T) {
	t.Parallel()
	for name, serve := range lines(t) {
		t.Run(name, func(t *testing.T) {
			e := emu.NewPrinter(emu.Options{})
			p := connect(t, e, serve(e), escpos.Default80())
			random := rand.New(rand.NewPCG(1, 2))
			seen := map[printer.Proof]int{}
			for i := range uint32(40) {
				text := fmt.Sprintf("JOB-%04d", i)
				e.UnplugAfter(random.IntN(5200), random.IntN(2) == 0)
				tk := ticket.Ticket{Items: []ticket.Item{ticket.Text{Text: text}, ticket.Text{Text: strings.Repeat("长", 200)}, ticket.Cut{}}}
				proof, err := p.Print(context.Background(), i, tk)
				seen[proof]++
				n := onPaper(e, text)
				switch {
				case proof == printer.Confirmed && (err != nil || n != 1),
					proof == printer.NotStarted && (err == nil || n != 0),
					proof == printer.Uncertain && (err == nil || n > 1),
					proof == printer.Unproven:
					t.Fatalf("%s is %d times on paper, but was %v, %v", text, n, proof, err)
				}
				e.Set(emu.Unplugged, false)
				for end := time.Now().Add(10 * time.Second); len(e.Addresses()) == 0 && time.Now().Before(end); {
					time.Sleep(time.Millisecond) // the terminal comes back by itself
				}
			}
			if seen[printer.Confirmed] == 0 || seen[printer.NotStarted] == 0 || seen[printer.Uncertain] == 0 {
				t.Fatalf("not every outcome was met: %v", seen)
			}
			if proof, err := p.Print(context.Background(), 1000, ticket.Ticket{Items: []ticket.Item{ticket.Text{Text: "LAST"}}}); proof != printer.Confirmed || onPaper(e, "LAST") != 1 {
				t.Fatalf("afterwards: %v, %v", proof, err)
			}
		})
	}
}

func TestCodesOnThePaperAreReadByAnIndependentReader(t *testing.T) {
	t.Parallel()
	zbar, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Skip("zbarimg (package zbar-tools) is not installed")
	}
	for _, native := range []bool{true, false} {
		profile := escpos.Default58()
		profile.QRNative, profile.Code128, profile.Cut = native, native, escpos.CutGSV
		e := emu.NewPrinter(emu.Options{Narrow: true})
		a, err := e.ServeTCP("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		p := connect(t, e, "tcp:"+a, profile)
		proof, err := p.Print(context.Background(), 1, ticket.Ticket{Items: []ticket.Item{
			ticket.Text{Text: "取餐"}, ticket.QR{Data: "https://example.test/o/A-000123?x=56&y=7f3a", Level: ticket.LevelQ}, ticket.Feed{Lines: 2}, ticket.Barcode{Data: "A{000123"}, ticket.Cut{}}})
		if proof != printer.Confirmed {
			t.Fatal(proof, err)
		}
		file := filepath.Join(t.TempDir(), "paper.png")
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, e.Papers()[0].Picture()); err != nil {
			t.Fatal(err)
		}
		f.Close()
		out, err := exec.Command(zbar, "-q", file).Output()
		if err != nil || !strings.Contains(string(out), "QR-Code:https://example.test/o/A-000123?x=56&y=7f3a") || !strings.Contains(string(out), "CODE-128:A{000123") {
			t.Errorf("native %v: read %q, %v", native, out, err)
		}
	}
}

func TestPaperThatEndsMidTicketIsConfirmedOnceAfterTheNewRoll(t *testing.T) {
	t.Parallel()
	e := emu.NewPrinter(emu.Options{})
	a, err := e.ServeTCP("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan error, 4)
	opts := patience
	opts.Proof = 20 * time.Second
	opts.Trouble = func(err error) { told <- err }
	open, err := portreg.Opener("tcp:" + strings.TrimPrefix(a, "tcp:"))
	if err != nil {
		t.Fatal(err)
	}
	p := printer.New(open, escpos.Default80(), opts)
	defer e.Close()
	defer p.Close()
	e.LoadPaper(400)
	done := make(chan printer.Proof, 1)
	go func() {
		proof, _ := p.Print(context.Background(), 1, ticket.Ticket{Items: []ticket.Item{ticket.Text{Text: "HEAD"}, ticket.Feed{Lines: 40}, ticket.Text{Text: "TAIL"}, ticket.Cut{}}})
		done <- proof
	}()
	if err := <-told; !errors.Is(err, printer.ErrPaperOut) {
		t.Fatal(err)
	}
	if proof, err := p.Status(expired()); err == nil {
		t.Fatalf("a status passed a printing ticket: %+v", proof)
	}
	e.Set(emu.PaperOut, false)
	if proof := <-done; proof != printer.Confirmed || onPaper(e, "TAIL") != 1 || onPaper(e, "HEAD") != 1 {
		t.Fatalf("%v, %d heads, %d tails", proof, onPaper(e, "HEAD"), onPaper(e, "TAIL"))
	}
	if err := <-told; err != nil {
		t.Fatal(err)
	}
}

func TestALongTicketThatFillsAStoppedPrinterIsFinishedOnceAfterTheNewRoll(t *testing.T) {
	t.Parallel()
	e := emu.NewPrinter(emu.Options{Buffer: 512})
	open, err := portreg.Opener(lines(t)["pty"](e))
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan error, 8)
	opts := patience
	opts.Trouble = func(err error) { told <- err }
	p := printer.New(open, escpos.Default80(), opts)
	defer e.Close()
	defer p.Close()
	e.LoadPaper(600)
	var items []ticket.Item
	for i := range 2000 {
		items = append(items, ticket.Text{Text: fmt.Sprintf("LINE-%04d", i)})
	}
	done := make(chan printer.Proof, 1)
	go func() {
		proof, err := p.Print(context.Background(), 1, ticket.Ticket{Items: items})
		t.Log(proof, err)
		done <- proof
	}()
	select {
	case err := <-told:
		if !errors.Is(err, printer.ErrStalled) && !errors.Is(err, printer.ErrPaperOut) {
			t.Fatal(err)
		}
	case proof := <-done:
		t.Fatal(proof)
	}
	e.Set(emu.PaperOut, false)
	if proof := <-done; proof != printer.Confirmed || onPaper(e, "LINE-") != 2000 || onPaper(e, "LINE-1999") != 1 {
		t.Fatalf("%v, %d lines", proof, onPaper(e, "LINE-"))
	}
}

func TestALateAnswerOfAnEarlierTicketProvesNothingForTheNext(t *testing.T) {
	t.Parallel()
	for name, serve := range lines(t) {
		t.Run(name, func(t *testing.T) {
			e := emu.NewPrinter(emu.Options{DotsPerSecond: 8000})
			open, err := portreg.Opener(strings.Replace(serve(e), "tcp:tcp:", "tcp:", 1))
			if err != nil {
				t.Fatal(err)
			}
			profile := escpos.Default80()
			profile.Proof = escpos.OrderedStatus
			opts := patience
			opts.Answer, opts.Proof = 200*time.Millisecond, 200*time.Millisecond // far less than the long ticket takes
			p := printer.New(open, profile, opts)
			defer e.Close()
			defer p.Close()
			long := ticket.Ticket{Items: []ticket.Item{ticket.Feed{Lines: 200}, ticket.Text{Text: "LONG"}}}
			if proof, err := p.Print(context.Background(), 1, long); proof != printer.Uncertain || !errors.Is(err, printer.ErrNoProof) {
				t.Fatal(proof, err)
			}
			for i := range uint32(4) {
				text := fmt.Sprintf("NEXT-%d", i)
				proof, err := p.Print(context.Background(), 2+i, ticket.Ticket{Items: []ticket.Item{ticket.Feed{Lines: 5}, ticket.Text{Text: text}}})
				if n := onPaper(e, text); proof == printer.Confirmed && n != 1 {
					t.Fatalf("%s was called %v (%v) and is %d times on paper", text, proof, err, n)
				}
			}
		})
	}
}

func TestAPrinterWhoseProofsGetLostPrintsAndIsBelievedAgainLater(t *testing.T) {
	t.Parallel()
	e := emu.NewPrinter(emu.Options{})
	open, err := portreg.Opener(lines(t)["pty"](e))
	if err != nil {
		t.Fatal(err)
	}
	profile := escpos.Default80()
	profile.Proof = escpos.OrderedStatus
	opts := patience
	opts.Answer, opts.Proof = 60*time.Millisecond, 60*time.Millisecond
	p := printer.New(open, profile, opts)
	defer e.Close()
	defer p.Close()
	e.Set(emu.Swallow, true)
	for i, want := range []printer.Proof{printer.Uncertain, printer.Uncertain, printer.Confirmed, printer.Confirmed} {
		e.Set(emu.Swallow, i < 2)
		text := fmt.Sprintf("PAPER-%d", i)
		proof, err := p.Print(context.Background(), uint32(i), ticket.Ticket{Items: []ticket.Item{ticket.Text{Text: text}}})
		if proof != want || onPaper(e, text) != 1 || want == printer.Uncertain && !errors.Is(err, printer.ErrNoProof) {
			t.Fatalf("%s: %v, %v, %d times on paper", text, proof, err, onPaper(e, text))
		}
	}
}

func expired() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
