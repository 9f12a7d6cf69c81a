package emu

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// textOf prints b with a cut behind it on a fresh printer and returns the text.
func textOf(t *testing.T, b string) string {
	t.Helper()
	p := NewPrinter(Options{})
	defer p.Close()
	feed(p, append([]byte(b), gs, 'V', 65, 0))
	papers := p.Papers()
	if len(papers) != 1 {
		t.Fatalf("%q: %d papers, want 1", b, len(papers))
	}
	return papers[0].Text
}

func TestTextComesOutAsSent(t *testing.T) {
	for in, want := range map[string]string{
		"abc\n":                                   "abc",
		string(gb("宫保鸡丁￥28")) + "\n":              "宫保鸡丁￥28",
		string(gb("𠮷野家")) + "\n":                  "𠮷野家",
		"\x1c.\x1bt\x10\x80\n":                    "€",
		"\x1c.\x1bt\x00\x82\n":                    "é",
		"a\x1b$\x78\x00b\n":                       "a         b",
		"a\tb\n":                                  "a       b",
		"\x1bD\x04\x0a\x00a\tb\tc\n":              "a   b     c",
		"\x81\x20x\n":                             "□ x",
		"a\x1bd\x02b\n":                           "a\n\nb",
		strings.Repeat("x", 50) + "\n":            strings.Repeat("x", 48) + "\nxx",
		"\x1d!\x10" + strings.Repeat("x", 25):     strings.Repeat("x", 24) + "\nx",
		"\x1d(k\x08\x001P0hello\x1d(k\x03\x001Q0": "[QR hello]",
		"\x1dk\x49\x06{Bab12\n":                   "[||| ab12]",
		"\x1dk\x04AB12\x00":                       "[||| AB12]",
		"\x1dv0\x00\x02\x00\x01\x00\x10\x04z\n":   "[image 16x1]\nz",
		"\x10\x04\x01q\n":                         "q",
		"\x1b&\x03AA\x02abcdefok\n":               "ok",
	} {
		if got := textOf(t, in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestUnknownCommandIsCountedAndBreaksNothing(t *testing.T) {
	p := NewPrinter(Options{})
	defer p.Close()
	feed(p, []byte("a\x1b~b\x1d~c\x1c~\x1d(Z\x02\x00xx\x01d\n"))
	if got := p.Current().Text; got != "abcd" {
		t.Fatalf("text %q", got)
	}
	if n := p.State().Unknown; n != 5 {
		t.Fatalf("%d unknown, want 5: %v", n, p.Unknown())
	}
}

func TestCutBehindTheHeadKeepsTheLastLinesForTheNextPaper(t *testing.T) {
	p := NewPrinter(Options{})
	defer p.Close()
	feed(p, []byte("one\n\n\n\ntwo\n\x1dV\x00three\n\x1dV\x42\x00"))
	papers := p.Papers()
	if len(papers) != 2 || papers[0].Text != "one" || papers[0].Cut != FullCut || papers[1].Text != "two\nthree" || papers[1].Cut != PartialCut {
		t.Fatalf("papers %+v", papers)
	}
}

func TestOversizedBlocksAreSwallowedWhole(t *testing.T) {
	p := NewPrinter(Options{})
	defer p.Close()
	n := blockLimit + 5
	feed(p, []byte{gs, '8', 'L', byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
	feed(p, bytes.Repeat([]byte{'x'}, n))
	feed(p, []byte("after\n"))
	if got := p.Current().Text; got != "after" {
		t.Fatalf("text %q", got)
	}
	if len(p.in.cmd) != 0 || cap(p.in.cmd) > 1<<20 {
		t.Fatalf("block kept: %d", cap(p.in.cmd))
	}
}

// printed is everything observable, so that two ways of sending can be compared.
func printed(p *Printer) string {
	var b strings.Builder
	for _, paper := range append(p.Papers(), p.Current()) {
		fmt.Fprintf(&b, "%d %d %d %d %q\n", paper.Number, paper.Cut, paper.Height(), len(paper.strip.marks), paper.Text)
	}
	fmt.Fprintf(&b, "%v %v %v %v", p.State().Pulses, p.Confirmed(), p.Unknown(), p.State().Buzzes)
	return b.String()
}

func TestPaperDoesNotDependOnThePiecesTheBytesComeIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"abc\n", string(gb("水煮鱼")), "\x1b@", "\x1d!\x11", "\x1dv0\x00\x01\x00\x03\x00\x10\x14\x01",
			"\x1dV\x42\x08", "\x10\x04\x02", "\x10\x14\x01\x00\x01", "\x1bp\x00\x19\xfa", "\x1d(H\x06\x0000abcd", "\x1c.", "\x1c&", "\xb0", "\x1b"}), 0, 30).Draw(t, "parts")
		all := []byte(strings.Join(parts, ""))
		whole, pieces := NewPrinter(Options{}), NewPrinter(Options{})
		defer whole.Close()
		defer pieces.Close()
		feed(whole, all)
		stop := rapid.Bool().Draw(t, "stop")
		for i := 0; i < len(all); {
			n := min(rapid.IntRange(1, 9).Draw(t, "piece"), len(all)-i)
			if stop && i > 0 {
				pieces.Set(CoverOpen, true)
			}
			feed(pieces, all[i:i+n])
			pieces.Set(CoverOpen, false)
			i += n
		}
		if a, b := printed(whole), printed(pieces); a != b {
			t.Fatalf("whole:\n%s\npieces:\n%s", a, b)
		}
	})
}

func FuzzAnyBytesPrintAndDraw(f *testing.F) {
	f.Add(sample())
	f.Add([]byte("\x1dv0\x03\xff\xff\xff\xff"))
	f.Add([]byte("\x1d(L\x0c\x000p0\x01\x01\x31\x08\x00\x02\x00\xff\xff\x1d(L\x02\x0002"))
	f.Add([]byte("\x1b*\x21\x03\x00abcdefghi\n\x1b3\x00\n\n\x1d\x28\x6b\x03\x00\x31\x51\x30"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := NewPrinter(Options{Narrow: len(data)%2 == 1})
		defer p.Close()
		feed(p, data)
		if c := p.Current(); c.Height() < 20_000 && c.Dots() == nil {
			t.Fatal("no drawing")
		}
		for _, paper := range p.Papers()[:min(3, p.Count())] {
			if paper.Height() < 20_000 && paper.Dots().Rect.Dx() != paper.Width {
				t.Fatal("wrong width")
			}
		}
		// Whatever came before, NULs and ESC @ bring back a printer that prints; an announced
		// raster takes what it announced first.
		for range 16 {
			if p.in.busy() {
				feed(p, make([]byte, 1<<12))
			}
		}
		if p.in.busy() {
			return // a picture of gigabytes was announced
		}
		feed(p, []byte("\x1b@ok\n"))
		if !strings.HasSuffix(p.Current().Text, "ok") {
			t.Fatalf("dead after %q: %q", data, p.Current().Text)
		}
	})
}

func BenchmarkTextOfAReceipt(b *testing.B) {
	p := NewPrinter(Options{})
	defer p.Close()
	data := sample()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		feed(p, data)
	}
}

func BenchmarkPictureOfAReceipt(b *testing.B) {
	p := NewPrinter(Options{})
	defer p.Close()
	feed(p, sample())
	paper := p.Papers()[0]
	for b.Loop() {
		paper.Picture()
	}
}
