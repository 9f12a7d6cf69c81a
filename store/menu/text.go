package menu

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Widths of texts, in printer columns: half the width of a Chinese character.
const (
	MaxNameColumns = 24 // a wider name wraps on the tile and on a 58 mm slip: a warning
	MaxTextColumns = 96 // a wider text is refused
)

// Columns is the width of a text on a receipt printer in Chinese mode: two columns for a
// Chinese character or full-width sign, one for a Latin one. Characters of ambiguous
// width, which the Chinese character sets hold, count two.
func Columns(s string) int {
	n := 0
	for _, r := range s {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth, width.EastAsianAmbiguous:
			n += 2
		default:
			n++
		}
	}
	return n
}

// unfit reports runes that have no place in a printed text: controls, invisible format
// characters such as direction overrides, line separators, private and unassigned ones.
func unfit(r rune) bool {
	return r == utf8.RuneError || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs)
}

// plain replaces runes that could play tricks on a terminal or a log.
func plain(r rune) rune {
	if unfit(r) {
		return '?'
	}
	return r
}
