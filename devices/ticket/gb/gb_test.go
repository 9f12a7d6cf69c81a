package gb

import (
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func TestCodesDecodeToTheRuneTheyCameFrom(t *testing.T) {
	n := 0
	for r := rune(0); r < 0x11000; r++ {
		code, ok := Code(r)
		if !ok {
			continue
		}
		n++
		lead, trail := byte(code>>8), byte(code)
		if lead < 0x81 || lead == 0xff || trail < 0x40 || trail == 0x7f || trail == 0xff {
			t.Fatalf("U+%04X has the impossible code %04X", r, code)
		}
		for _, dec := range []func([]byte) ([]byte, error){simplifiedchinese.GBK.NewDecoder().Bytes, simplifiedchinese.GB18030.NewDecoder().Bytes} {
			if s, err := dec([]byte{lead, trail}); err == nil && string(s) == string(r) {
				code = 0
			}
		}
		if code != 0 {
			t.Fatalf("U+%04X became %04X, which is another character", r, code)
		}
	}
	if n < 21000 {
		t.Fatalf("only %d runes have a code", n)
	}
}

func TestKnownCodes(t *testing.T) {
	for r, want := range map[rune]uint16{'啊': 0xb0a1, '￥': 0xa3a4, '〓': 0xa1fe, '焗': 0x9f68, '€': 0xa2e3, '·': 0xa1a4, '—': 0xa1aa, '①': 0xa2d9, '√': 0xa1cc} {
		if got, ok := Code(r); !ok || got != want {
			t.Errorf("%c: %04X, want %04X", r, got, want)
		}
	}
	for _, r := range "¥½㸆𠮷🌶A\u00a0" {
		if code, ok := Code(r); ok {
			t.Errorf("%c must have no two-byte code, got %04X", r, code)
		}
	}
}

func TestFourByteCodesAreOnlyThoseWithoutAShorterOne(t *testing.T) {
	if c, ok := Four('㸆'); !ok || c[0] < 0x81 || c[1] < 0x30 || c[1] > 0x39 {
		t.Fatalf("㸆: % X %v", c, ok)
	}
	for _, r := range "A啊\u0085\ufffd\ue000" {
		if c, ok := Four(r); ok {
			t.Errorf("U+%04X: % X", r, c)
		}
	}
}
