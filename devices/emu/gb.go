package emu

import (
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// notDrawn stands for a code the printer's font does not hold; it prints as an empty box.
const notDrawn = '\u25a1'

// hanTable holds the two-byte characters of GB18030 (GBK, 汉字内码扩展规范).
var hanTable = sync.OnceValue(func() *[126 * 190]rune {
	table := new([126 * 190]rune)
	decode := simplifiedchinese.GB18030.NewDecoder()
	for lead := 0x81; lead <= 0xfe; lead++ {
		for trail := 0x40; trail <= 0xfe; trail++ {
			if trail == 0x7f {
				continue
			}
			r := rune(notDrawn)
			if out, err := decode.Bytes([]byte{byte(lead), byte(trail)}); err == nil {
				if d, _ := utf8.DecodeRune(out); d != utf8.RuneError {
					r = d
				}
			}
			table[hanIndex(byte(lead), byte(trail))] = r
		}
	}
	return table
})

func hanIndex(lead, trail byte) int {
	t := int(trail) - 0x40
	if trail > 0x7f {
		t--
	}
	return (int(lead)-0x81)*190 + t
}

// leads reports whether b begins a two- or four-byte character.
func leads(b byte) bool { return b >= 0x81 && b <= 0xfe }

// trails reports whether b can end a two-byte character.
func trails(b byte) bool { return b >= 0x40 && b <= 0xfe && b != 0x7f }

// hanRune decodes a two-byte character.
func hanRune(lead, trail byte) rune { return hanTable()[hanIndex(lead, trail)] }

// longRune decodes a four-byte character of GB18030.
func longRune(code []byte) rune {
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(code)
	if r, n := utf8.DecodeRune(out); err == nil && r != utf8.RuneError && n == len(out) {
		return r
	}
	return notDrawn
}

// codePages are the tables of ESC t that x/text knows, by Epson's numbers.
var codePages = map[byte]*charmap.Charmap{
	0: charmap.CodePage437, 2: charmap.CodePage850, 3: charmap.CodePage860, 4: charmap.CodePage863,
	5: charmap.CodePage865, 14: charmap.Windows1253, 16: charmap.Windows1252, 17: charmap.CodePage866,
	18: charmap.CodePage852, 19: charmap.CodePage858, 45: charmap.Windows1250, 46: charmap.Windows1251,
	48: charmap.Windows1254, 49: charmap.Windows1255, 50: charmap.Windows1256, 51: charmap.Windows1257,
}

// pageRune decodes a single byte in the code page.
func pageRune(page, b byte) rune {
	if b < 0x80 {
		return rune(b)
	}
	if m, ok := codePages[page]; ok {
		if r := m.DecodeByte(b); r != utf8.RuneError {
			return r
		}
	}
	return notDrawn
}
