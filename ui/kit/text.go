package kit

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
)

const ellipsis = "…"

// hair is what float arithmetic may take from the room of a text that was measured before.
const hair = 0.25

func measure(s string, size float32, bold bool) float32 {
	if s == "" {
		return 0
	}
	return fyne.MeasureText(s, size, fyne.TextStyle{Bold: bold}).Width
}

// fit returns s, or the longest beginning of it that stays within width when followed
// by an ellipsis.
func fit(s string, size float32, bold bool, width float32) string {
	if measure(s, size, bold) <= width+hair {
		return s
	}
	runes := []rune(s)
	n := fitting(runes, size, bold, width-measure(ellipsis, size, bold))
	return strings.TrimRightFunc(string(runes[:n]), unicode.IsSpace) + ellipsis
}

// fitting is the number of leading runes that stay within width.
func fitting(runes []rune, size float32, bold bool, width float32) int {
	low, high := 0, len(runes)
	for low < high {
		mid := (low + high + 1) / 2
		if measure(string(runes[:mid]), size, bold) <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return low
}

// wrapTwo breaks s into at most two lines within width. Chinese may break between any
// two characters, words of other scripts only at a space unless one alone is too wide.
// What does not fit ends in an ellipsis.
func wrapTwo(s string, size float32, bold bool, width float32) (string, string) {
	if measure(s, size, bold) <= width {
		return s, ""
	}
	runes := []rune(s)
	n := fitting(runes, size, bold, width)
	if n == 0 {
		n = 1
	}
	if n < len(runes) && inWord(runes[n-1]) && inWord(runes[n]) {
		for k := n - 1; k > 0; k-- {
			if !inWord(runes[k]) || runes[k] == '-' {
				n = k + 1
				break
			}
		}
	}
	for n > 1 && n < len(runes) && strings.ContainsRune("）》」』】，。、！？：；)", runes[n]) {
		n-- // no line begins with what closes or ends the one before
	}
	first := strings.TrimRightFunc(string(runes[:n]), unicode.IsSpace)
	rest := strings.TrimLeftFunc(string(runes[n:]), unicode.IsSpace)
	return first, fit(rest, size, bold, width)
}

func inWord(r rune) bool {
	return r < 0x2E80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '\'' || r == '-')
}
