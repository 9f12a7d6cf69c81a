package escpos

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"math/bits"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"wendan/devices/ticket"
)

func encode(t testing.TB, p Profile, items ...ticket.Item) []byte {
	t.Helper()
	b, err := Encode(ticket.Ticket{Name: "test", Items: items}, p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// plainPrefix is what hennedo/escpos v0.0.1 sends for a plain style, byte for byte.
const plainPrefix = "\x1bE0\x1b-\x00\x1dB0\x1bV0\x1b{0\x1ba\x00\x1d!\x00"

func TestLibraryPrefixIsThe21BytesWeRelyOn(t *testing.T) {
	if len(plainPrefix) != 21 {
		t.Fatal("the prefix has 21 bytes")
	}
	want := "\x1b@\x1c&" + plainPrefix + "\x1c-\x00" + "OK\n"
	if got := encode(t, Default80(), ticket.Text{Text: "OK"}); string(got) != want {
		t.Fatalf("got  % X\nwant % X", got, want)
	}
}

func TestWholeReceiptGolden(t *testing.T) {
	got := encode(t, Default80(),
		ticket.Text{Style: ticket.Style{Bold: true, Underline: true, Invert: true, Wide: 8, High: 3, Align: ticket.Right}, Text: "店"},
		ticket.Row{Cells: []ticket.Cell{{Text: "饭"}, {Text: "¥8.00", Width: 8, Align: ticket.Right}}},
		ticket.Feed{Lines: 2}, ticket.Buzz{Times: 3}, ticket.Cut{Partial: true}, ticket.Cut{})
	want := "\x1b@\x1c&" +
		"\x1bE1\x1b-\x01\x1dB1\x1bV0\x1b{0\x1ba\x02\x1d!\x72\x1c-\x01\xb5\xea\n" +
		plainPrefix + "\x1c-\x00\xb7\xb9" + strings.Repeat(" ", 40) + "\xa3\xa48.00\n" +
		"\x1bd\x02\x1bB\x03\x02\x1dV\x42\x00\x1dV\x41\x00"
	if string(got) != strings.Replace(want, strings.Repeat(" ", 40), strings.Repeat(" ", 48-2-6), 1) {
		t.Fatalf("got  % X\nwant % X", got, want)
	}
}

func TestEveryCutterIsCommandedInItsWay(t *testing.T) {
	for cut, want := range map[Cut][2]string{
		CutNone: {"\x1bd\x04", "\x1bd\x04"}, CutGSV: {"\x1dV\x41\x00", "\x1dV\x42\x00"}, CutGSVFull: {"\x1dV\x41\x00", "\x1dV\x41\x00"},
		CutGSVPartial: {"\x1dV\x42\x00", "\x1dV\x42\x00"}, CutESC: {"\x1bd\x04\x1bi", "\x1bd\x04\x1bm"}, CutGSVNoFeeder: {"\x1bd\x04\x1dV\x00", "\x1bd\x04\x1dV\x01"},
	} {
		p := Default80()
		p.Cut = cut
		for i, partial := range []bool{false, true} {
			if got := encode(t, p, ticket.Cut{Partial: partial}); !bytes.HasSuffix(got, []byte(want[i])) || bytes.Contains(got[len(got)-len(want[i]):], []byte("\x1b@")) {
				t.Errorf("cut %d partial %v: % X", cut, partial, got)
			}
		}
	}
}

func TestKanjiSizeFollowsTheSizeWhereTheModelNeedsIt(t *testing.T) {
	p := Default80()
	p.KanjiSize = true
	got := encode(t, p, ticket.Text{Style: ticket.Style{Wide: 2, High: 2, Underline: true}, Text: "大"}, ticket.Text{Text: "小"})
	if !bytes.Contains(got, []byte("\x1c!\x8c\xb4\xf3\n")) || !bytes.Contains(got, []byte("\x1c!\x00\xd0\xa1\n")) {
		t.Fatalf("% X", got)
	}
}

func TestPulseIsInNoTicketAndHasTheAskedPinAndTimes(t *testing.T) {
	p := Default80()
	if got := Pulse(p, 0); string(got) != "\x1bp\x00\x32\xfa" {
		t.Fatalf("% X", got)
	}
	p.PulseOn, p.PulseOff = 50, 510
	if got := Pulse(p, 5); string(got) != "\x1bp\x01\x19\xff" {
		t.Fatalf("% X", got)
	}
	if got := PulseNow(p, 5); string(got) != "\x10\x14\x01\x01\x01" {
		t.Fatalf("% X", got)
	}
}

func TestLinesOfTroublesomeCharactersPrintWithVisibleReplacements(t *testing.T) {
	for in, want := range map[string]string{
		"合计 ¥28.00 元": "合计 ￥28.00 元", "微辣🌶少油": "微辣〓少油", "• 葱": "· 葱", "½份": "1/2份", "a\u00a0b": "a b", "〜": "～", "𠮷": "〓", "㸆大肠": "〓大肠", "焗啫炆粿馃囍": "焗啫炆粿馃囍",
		"\x1a": "", "100€": "100€",
	} {
		coded := Default80()
		coded.DrawMissing = false
		lines := texts(parse(t, encode(t, coded, ticket.Text{Text: in})))
		got, err := simplifiedchinese.GB18030.NewDecoder().Bytes(lines[0])
		if err != nil || string(got) != want || len(lines) != 1 {
			t.Errorf("%q printed as %q (%v), want %q", in, got, err, want)
		}
	}
	p := Default80()
	p.Chinese = GB18030 // draws it by itself
	if got := encode(t, p, ticket.Text{Text: "㸆"}); !bytes.HasSuffix(got, []byte("\x82\x32\xa8\x35\n")) && len(got) != len("\x1b@\x1c&"+plainPrefix+"\x1c-\x00")+5 {
		t.Errorf("four-byte code missing: % X", got)
	}
}

var hostile = rapid.StringOf(rapid.OneOf(
	rapid.SampledFrom([]rune("\x00\x01\n\r\t\x10\x04\x14\x05\x1b\x1c\x1d\x1ap@ViB!\x7f\u0085\u009b¥½•🌶𠮷\u200d\u0301\ufffd\u00a0\u3000")),
	rapid.RuneFrom(nil, unicode.Han), rapid.Rune()))

func TestNoTextChangesTheSequenceOfCommands(t *testing.T) {
	for _, chinese := range []Chinese{GBK, GB18030} {
		p := Default80()
		p.Chinese = chinese
		p.DrawMissing = false // a drawn line is other commands, by design
		rapid.Check(t, func(rt *rapid.T) {
			s := hostile.Draw(rt, "text")
			build := func(s string) []ticket.Item {
				return []ticket.Item{ticket.Text{Style: ticket.Style{Bold: true, Wide: 2}, Text: s}, ticket.Row{Cells: []ticket.Cell{{Text: s}, {Text: s, Width: 10, Align: ticket.Right}}}, ticket.Rule{}, ticket.Cut{}}
			}
			got := parse(t, encode(t, p, build(s)...))
			want := commands(parse(t, encode(t, p, build("x")...)))
			if !slices.Equal(commands(got), want) {
				rt.Fatalf("%q changed the commands to %q", s, commands(got))
			}
			for _, c := range got {
				if c.name == "text" && bytes.ContainsFunc(c.args, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
					rt.Fatalf("control byte in % X", c.args)
				}
			}
		})
	}
}

func TestEveryVisibleTextGivesVisibleLines(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := hostile.Draw(rt, "text")
		visible := strings.ContainsFunc(s, func(r rune) bool { return ticket.Columns(r) > 0 && !unicode.IsSpace(r) })
		ink := false
		list := parse(t, encode(t, Default58(), ticket.Text{Text: s}))
		for _, c := range list {
			ink = ink || c.name == "raster data" && bytes.ContainsFunc(c.args, func(r rune) bool { return r != 0 })
		}
		for _, l := range texts(list) {
			ink = ink || len(bytes.Trim(bytes.ReplaceAll(l, []byte("\xa1\xa1"), nil), " ")) > 0 // A1A1 is the wide space
		}
		if visible != ink {
			rt.Fatalf("%q: visible %v, printed %v", s, visible, ink)
		}
	})
}

func TestLinesWithCharactersThePrinterLacksAreDrawn(t *testing.T) {
	for _, style := range []ticket.Style{{}, {Bold: true, Wide: 2, High: 3, Align: ticket.Centre}, {Invert: true, Underline: true, Align: ticket.Right}} {
		_, high := style.Magnify()
		var rows, dots int
		for _, c := range parse(t, encode(t, Default80(), ticket.Text{Style: style, Text: "㸆大肠 Wm 鮰鱼 ¥8"})) {
			switch c.name {
			case "raster":
				rows += int(c.args[2])
				if int(c.args[0]) != 576/8 {
					t.Errorf("width %d", c.args[0])
				}
			case "raster data":
				for _, b := range c.args {
					dots += bits.OnesCount8(b)
				}
			case "text", "LF":
				t.Errorf("%+v: text beside the picture", style)
			}
		}
		if rows != 24*high+6 || dots < 500 || dots > 576*rows/2 {
			t.Errorf("%+v: %d rows, %d dots", style, rows, dots)
		}
	}
	for _, text := range []string{"宫保鸡丁", "微辣🌶", "¥8"} { // nothing missing, or nothing to draw it with
		for _, c := range parse(t, encode(t, Default80(), ticket.Text{Text: text})) {
			if c.name == "raster" {
				t.Errorf("%q was drawn", text)
			}
		}
	}
}

func TestPicturesKeepTheirPromisedRowsAndAreSliced(t *testing.T) {
	for _, size := range []image.Point{{7, 7}, {16, 12}, {575, 300}, {700, 60}, {1, 1}} {
		g := image.NewGray(image.Rectangle{Min: image.Pt(3, 5), Max: image.Pt(3, 5).Add(size)})
		for i := range g.Pix {
			g.Pix[i] = 0xff
		}
		g.SetGray(3, 5, color.Gray{})
		rows, dots := 0, 0
		for _, c := range parse(t, encode(t, Default80(), ticket.Image{Gray: g})) {
			if c.name == "raster" {
				if c.args[1] != 0 || c.args[3] != 0 || int(c.args[0]) != (min(size.X, 576)+7)/8 {
					t.Fatalf("%v: header % X", size, c.args)
				}
				rows += int(c.args[2])
			} else if c.name == "raster data" {
				if len(c.args) > slice {
					t.Fatalf("slice of %d bytes", len(c.args))
				}
				for i, b := range c.args {
					if dots += map[bool]int{true: 1}[b != 0]; b != 0 && (b != 0x80 || i != 0) {
						t.Fatalf("%v: dot %02X at %d", size, b, i)
					}
				}
			}
		}
		if rows != size.Y || dots != 1 {
			t.Fatalf("%v: %d rows and %d dots sent", size, rows, dots)
		}
	}
	if got := parse(t, encode(t, Default80(), ticket.Image{}, ticket.Image{Gray: &image.Gray{}})); slices.ContainsFunc(got, func(c command) bool { return c.name == "raster" }) {
		t.Fatal("an empty picture was sent")
	}
}

func TestPicturesNeverSpellARealTimeCommand(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		data := rapid.SliceOf(rapid.SampledFrom([]byte{0x10, 0x04, 0x05, 0x14, 0x00, 0x30})).Draw(rt, "data")
		before := bytes.Clone(data)
		calm(data)
		for i := range data {
			if i+1 < len(data) && data[i] == 0x10 && bytes.IndexByte([]byte{4, 5, 0x14}, data[i+1]) >= 0 {
				rt.Fatalf("% X still in % X", data[i:i+2], data)
			}
			if data[i] != before[i] && data[i] != before[i]|0x20 {
				rt.Fatalf("% X became % X", before, data)
			}
		}
	})
}

func TestCodesAreNativeOrPicturesAndFitThePaper(t *testing.T) {
	native := encode(t, Default80(), ticket.QR{Data: "https://example.test/1", Size: 16, Level: ticket.LevelH})
	for _, want := range []string{"\x1d(k\x04\x001A2\x00", "\x1d(k\x03\x001C\x0f", "\x1d(k\x03\x001E3", "\x1d(k\x19\x001P0https://example.test/1", "\x1d(k\x03\x001Q0"} {
		if !bytes.Contains(native, []byte(want)) {
			t.Errorf("% X misses % X", native, want)
		}
	}
	p := Default58()
	p.QRNative, p.Code128 = false, false
	for _, c := range parse(t, encode(t, p, ticket.QR{Data: strings.Repeat("长", 60), Size: 16}, ticket.Barcode{Data: "A-1024"})) {
		if c.name == "raster" && int(c.args[0])*8 > 384 {
			t.Errorf("wider than the paper: % X", c.args)
		}
		if strings.HasPrefix(c.name, "GS (") || c.name == "GS k" {
			t.Errorf("native command %s", c.name)
		}
	}
	if got := encode(t, Default80(), ticket.Barcode{Data: "A{1"}); !bytes.Contains(got, []byte("\x1dkI\x06{BA{{1")) {
		t.Errorf("% X", got)
	}
	if got := encode(t, Default80(), ticket.QR{Data: "a\x1bp\x00"}); bytes.Contains(got, []byte("\x1bp")) {
		t.Error("control bytes of a QR code reached the printer")
	}
	for _, bad := range []ticket.Item{ticket.QR{Data: strings.Repeat("x", 3000)}, ticket.QR{}, ticket.Barcode{}, ticket.Barcode{Data: "条码"}, ticket.Barcode{Data: strings.Repeat("1", 60)}} {
		if b, err := Encode(ticket.Ticket{Items: []ticket.Item{bad}}, Default80()); !errors.Is(err, ErrCode) || b != nil {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestImpossibleProfilesAreRefused(t *testing.T) {
	for _, p := range []Profile{Default58(), Default80()} {
		if err := p.Check(); err != nil {
			t.Fatal(err)
		}
	}
	for _, change := range []func(*Profile){func(p *Profile) { p.Columns = 0 }, func(p *Profile) { p.Dots = 100 }, func(p *Profile) { p.Chinese = 0 }, func(p *Profile) { p.Cut = 9 }, func(p *Profile) { p.Proof = 7 }, func(p *Profile) { p.DrawerPin = 3 }, func(p *Profile) { p.PulseOn = 900 }, func(p *Profile) { p.FeedToCut = -1 }, func(p *Profile) { p.Buzzer = 4 }} {
		p := Default80()
		change(&p)
		if _, err := Encode(ticket.Ticket{}, p); !errors.Is(err, ErrProfile) {
			t.Errorf("%+v accepted", p)
		}
	}
}

func BenchmarkEncodeReceiptOf30Lines(b *testing.B) {
	items := []ticket.Item{ticket.Text{Style: ticket.Style{Wide: 2, High: 2, Align: ticket.Centre}, Text: "稳单小馆"}}
	for range 30 {
		items = append(items, ticket.Row{Cells: []ticket.Cell{{Text: "宫保鸡丁（大份、免辣）"}, {Text: "2", Width: 6, Align: ticket.Right}, {Text: "¥56.00", Width: 10, Align: ticket.Right}}})
	}
	items = append(items, ticket.QR{Data: "https://example.test/order/A-000123"}, ticket.Cut{})
	for b.Loop() {
		encode(b, Default80(), items...)
	}
}
