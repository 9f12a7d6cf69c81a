package ticket

import (
	"image"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestHanIsTwoColumnsAndControlsAreNone(t *testing.T) {
	for r, want := range map[rune]int{'a': 1, '宫': 2, '￥': 2, '…': 2, 'é': 2, '\x1b': 0, '\u200d': 0, '\u0301': 0, '\u00a0': 1, '\u3000': 2, '🌶': 2, 0x85: 0} {
		if got := Columns(r); got != want {
			t.Errorf("U+%04X: %d columns, want %d", r, got, want)
		}
	}
}

func TestCleanWritesWhatPrintersDoNotHaveWithWhatTheyHave(t *testing.T) {
	for in, want := range map[string]string{
		"合计 ¥28.00": "合计 ￥28.00", "½份": "1/2份", "jalapeño": "jalapeno", "cafe\u0301": "café", "• 少油": "· 少油",
		"a\u00a0b\u3000c": "a b\u3000c", "\x1bp\x00\x19\xfa": "p�", "微\u200d辣": "微辣", "✓ ok": "√ ok", "ﾗｰﾒﾝ": "ラーメン", "a\tb\nc": "a b c",
		"〜": "～", "③": "③", "㸆": "㸆", "ﬁsh": "fish", "\u202e反": "反",
	} {
		if got := Clean(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if got := string(Unprintable("㸆大肠¥½🌶🌶")); got != "㸆🌶" {
		t.Errorf("unprintable: %q", got)
	}
}

func TestWrapBreaksAtSpacesOfLatinWordsAndBetweenHan(t *testing.T) {
	for _, c := range []struct {
		in      string
		columns int
		want    []string
	}{
		{"宫保鸡丁盖浇饭", 6, []string{"宫保鸡", "丁盖浇", "饭"}},
		{"宫保鸡丁", 5, []string{"宫保", "鸡丁"}},
		{"hot chili sauce", 10, []string{"hot chili", "sauce"}},
		{"supercalifragilistic", 8, []string{"supercal", "ifragili", "stic"}},
		{"a\n\nb", 8, []string{"a", "", "b"}},
		{"", 8, []string{""}},
		{"宫", 1, []string{"宫"}},
		{"宫保鸡，丁", 6, []string{"宫保", "鸡，丁"}},
		{"合计 128.00", 10, []string{"合计", "128.00"}},
	} {
		if got := Wrap(c.in, c.columns); !slices.Equal(got, c.want) {
			t.Errorf("%q in %d: %q, want %q", c.in, c.columns, got, c.want)
		}
	}
}

func TestWrapLosesNoRuneAndKeepsTheWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.RuneFrom([]rune("宫保 ab1¥½é🌶\n\x1b-/"), unicode.Han)).Draw(t, "text")
		columns := rapid.IntRange(1, 60).Draw(t, "columns")
		lines := Wrap(s, columns)
		solid := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if solid(strings.Join(lines, "")) != solid(Clean(s)) {
			t.Fatalf("%q lost text: %q", s, lines)
		}
		for _, l := range lines {
			if Width(l) > columns && utf8.RuneCountInString(l) > 1 {
				t.Fatalf("%q is wider than %d", l, columns)
			}
		}
	})
}

func TestRowsKeepEveryRuneAndTheWidthOfThePaper(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var row Row
		var all string
		for range rapid.IntRange(1, 5).Draw(t, "cells") {
			c := Cell{Text: rapid.StringOf(rapid.RuneFrom([]rune("宫保鸡丁x8. "))).Draw(t, "text"), Width: rapid.IntRange(-1, 60).Draw(t, "width"), Align: Align(rapid.IntRange(0, 3).Draw(t, "align"))}
			row.Cells = append(row.Cells, c)
			all += c.Text
		}
		row.Style.Wide = rapid.IntRange(0, 3).Draw(t, "wide")
		columns := rapid.IntRange(12, 64).Draw(t, "columns")
		wide, _ := row.Style.Magnify()
		lines := row.Lines(columns)
		got := map[rune]int{}
		for _, l := range lines {
			if Width(l) > columns/wide {
				t.Fatalf("%q is %d wide on %d columns at %d", l, Width(l), columns, wide)
			}
			for _, r := range l {
				got[r]++
			}
		}
		for _, r := range all {
			if got[r]--; r != ' ' && got[r] < 0 {
				t.Fatalf("%c lost from %q", r, lines)
			}
		}
	})
}

func TestLinesOfAWholeTicket(t *testing.T) {
	tk := Ticket{Name: "receipt", Items: []Item{
		Text{Style: Style{Bold: true, Wide: 2, High: 2, Align: Centre}, Text: "稳单小馆"},
		Rule{},
		Row{Cells: []Cell{{Text: "菜品"}, {Text: "数量", Width: 6, Align: Right}, {Text: "金额", Width: 10, Align: Right}}},
		Row{Cells: []Cell{{Text: "宫保鸡丁（大份、免辣、加花生）"}, {Text: "2", Width: 6, Align: Right}, {Text: "¥56.00", Width: 10, Align: Right}}},
		Rule{Heavy: true},
		Text{Style: Style{Align: Right}, Text: "合计 ¥56.00"},
		QR{Data: "https://example.test/o/1"}, Barcode{Data: "A-1024"},
		Image{Gray: image.NewGray(image.Rect(0, 0, 64, 8))}, Buzz{Times: 2}, Feed{Lines: 1}, Cut{Partial: true},
	}}
	want := `        稳单小馆
--------------------------------
菜品              数量      金额
宫保鸡丁（大         2   ￥56.00
份、免辣、加花
生）
================================
                    合计 ￥56.00
 [QR https://example.test/o/1]
          [||| A-1024]
          [image 64x8]
[buzz 2]

[partial cut]`
	if got := strings.Join(Lines(tk, 32), "\n"); got != want {
		t.Fatalf("got:\n%s\nwant:\n%s", got, want)
	}
}
