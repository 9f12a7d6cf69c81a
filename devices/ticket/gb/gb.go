// Package gb knows the two-byte Chinese codes that receipt printers draw: GBK (GB 2312
// and its extension) and the two-byte part of GB 18030. It is pure and needs no
// conversion tables of the operating system.
package gb

import (
	"sync"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Replacement is printed in place of a rune that has no code: the geta mark, which
// every GB font draws and no text contains by itself.
const Replacement = '〓'

var table = sync.OnceValue(func() *[0x10000]uint16 {
	var t [0x10000]uint16
	gbk, gb18030 := simplifiedchinese.GBK.NewDecoder(), simplifiedchinese.GB18030.NewDecoder()
	fill := func(from, to, trailFrom, trailTo int) {
		for lead := from; lead <= to; lead++ {
			for trail := trailFrom; trail <= trailTo; trail++ {
				pair := []byte{byte(lead), byte(trail)}
				s, err := gbk.Bytes(pair)
				r := []rune(string(s))
				if err != nil || len(r) != 1 || !drawn(r[0]) {
					s, err = gb18030.Bytes(pair)
					r = []rune(string(s))
				}
				if err == nil && len(r) == 1 && drawn(r[0]) && t[r[0]] == 0 {
					t[r[0]] = uint16(lead)<<8 | uint16(trail)
				}
			}
		}
	}
	fill(0xa1, 0xf7, 0xa1, 0xfe) // GB 2312 first, should a rune have two codes
	fill(0x81, 0xfe, 0x40, 0x7e)
	fill(0x81, 0xfe, 0x80, 0xfe)
	return &t
})

// drawn excludes ASCII, the replacement rune, private use (user-defined codes print
// blank) and everything beyond the basic plane, which has no two-byte code.
func drawn(r rune) bool {
	return r > 0x7f && r < 0xffff && r != 0xfffd && (r < 0xe000 || r > 0xf8ff)
}

// Code returns the two-byte code of r, lead byte high. ok is false for ASCII, which
// prints as itself, and for every rune without a two-byte code.
func Code(r rune) (code uint16, ok bool) {
	if r <= 0x7f || r > 0xffff {
		return 0, false
	}
	code = table()[r]
	return code, code != 0
}

// Four returns the four-byte GB 18030 code of r, which only printers with a full font
// draw. ok is false where a shorter code exists or r is no character.
func Four(r rune) (code [4]byte, ok bool) {
	if r <= 0x9f || r == 0xfffd || r >= 0xe000 && r <= 0xf8ff {
		return code, false
	}
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(string(r)))
	if err != nil || len(b) != 4 {
		return code, false
	}
	copy(code[:], b)
	return code, true
}
