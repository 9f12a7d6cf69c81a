package ticket

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"wendan/devices/ticket/gb"
)

// Columns returns how many columns a rune takes on the paper: 0 for what is never
// printed (control, format and combining characters), 1 for ASCII and for every kind of
// space that prints as one, 2 for everything else. Receipt printers with a Chinese font draw each
// two-byte character on 24 dots, including accents, arrows and punctuation that are
// narrow on a screen.
func Columns(r rune) int {
	switch {
	case r >= 0x20 && r < 0x7f:
		return 1
	case han(r):
		return 2
	case r < 0x20 || r >= 0x7f && r < 0xa0:
		return 0
	case r == '\u3000': // ideographic space
		return 2
	case unicode.Is(unicode.Zs, r):
		return 1
	case unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me, unicode.Zl, unicode.Zp):
		return 0
	}
	return 2
}

// Width returns the columns of s after Clean.
func Width(s string) int {
	n := 0
	for _, r := range Clean(s) {
		n += Columns(r)
	}
	return n
}

// Clean prepares text from outside for paper. It removes all control and format
// characters, so that text can never carry a printer command, turns tabs, line ends and
// every one-column space into an ordinary space, and writes signs that GB printers do not have with
// signs they have: the half-width yen sign becomes ￥, ½ becomes 1/2, é stays, ñ becomes n. What
// remains unprintable (see Unprintable) stays in the text.
func Clean(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for _, r := range norm.NFC.String(s) {
		switch n := Columns(r); {
		case n == 0 && (r == '\t' || r == '\n' || r == '\u2028' || r == '\u2029'):
			b.WriteByte(' ')
		case n == 0:
		case n == 1 && r > 0x7e:
			b.WriteByte(' ')
		case n == 1:
			b.WriteRune(r)
		default:
			b.WriteString(printed(r)) // RuneError for invalid UTF-8
		}
	}
	return b.String()
}

// Unprintable returns the runes of s that GB printers have no code for, each once, in order.
// Use it when a menu is saved. A line with one of them prints as a picture where
// ticket/typeface covers it, and with gb.Replacement in its place where not.
func Unprintable(s string) []rune {
	var bad []rune
	for _, r := range Clean(s) {
		if _, ok := gb.Code(r); !ok && r > 0x7e && !slices.Contains(bad, r) {
			bad = append(bad, r)
		}
	}
	return bad
}

// signs are written another way because their own code does not exist in GBK and no
// decomposition leads to one that does.
var signs = map[rune]string{
	'¥': "￥", '•': "·", '‧': "·", '・': "·", '〜': "～", '∼': "～", '−': "－", '‐': "-", '‑': "-", '⁃': "-", '―': "—",
	'✓': "√", '✔': "√", '☑': "√", '✗': "×", '✘': "×", '✕': "×", '✖': "×", '❌': "×", '⨯': "×",
	'«': "《", '»': "》", '„': "“", '‚': "‘", '‹': "〈", '›': "〉", '©': "(C)", '®': "(R)", '£': "￡", '¢': "￠",
	'ß': "ss", 'æ': "ae", 'Æ': "AE", 'œ': "oe", 'Œ': "OE", 'ø': "o", 'Ø': "O", 'đ': "d", 'Đ': "D", 'ł': "l", 'Ł': "L", 'ı': "i",
	'➜': "→", '➔': "→", '⇒': "→", '⭐': "★", '⬆': "↑", '⬇': "↓", '⬅': "←", '➡': "→",
}

// printed returns how r is written on paper: itself where a code exists, otherwise the
// nearest text that is printable, otherwise itself.
func printed(r rune) string {
	if _, ok := gb.Code(r); ok {
		return string(r)
	}
	if s, ok := signs[r]; ok {
		return s
	}
	var b strings.Builder
	for _, d := range norm.NFKD.String(string(r)) {
		_, ok := gb.Code(d)
		switch {
		case unicode.Is(unicode.Mn, d):
		case d == '⁄':
			b.WriteByte('/')
		case ok || d >= 0x20 && d < 0x7f:
			b.WriteRune(d)
		default:
			return string(r)
		}
	}
	if b.Len() == 0 || strings.TrimSpace(b.String()) == "" {
		return string(r)
	}
	return b.String()
}

// plain reports whether Clean has nothing to do, as in most texts.
func plain(s string) bool {
	for _, r := range s {
		if (r < 0x20 || r > 0x7e) && !han(r) {
			return false
		}
	}
	return true
}

// han is true for the unified Chinese characters, which never change in Clean, and for
// the commonest full-width signs.
func han(r rune) bool {
	return r >= 0x4e00 && r <= 0x9fff || r == '￥' || r == '，' || r == '。' || r == '（' || r == '）' || r == '：'
}

// Wrap cleans s and breaks it into lines of at most columns columns. Lines break between
// Han characters, and at spaces between Latin words where one is near enough; no rune is
// ever cut or lost except the spaces at a break. A rune wider than columns gets a line of its own. The
// result has at least one line.
func Wrap(s string, columns int) []string {
	columns = max(columns, 1)
	var lines []string
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	for _, paragraph := range strings.Split(s, "\n") {
		lines = append(lines, wrapParagraph(Clean(paragraph), columns)...)
	}
	return lines
}

// closers are the signs that must not begin a line (避头点).
const closers = "，。、；：！？）】》」』”’〉,.;:!?)]}%"

func wrapParagraph(s string, columns int) []string {
	var lines []string
	for {
		head := Fit(s, columns)
		if head == "" && s != "" {
			_, n := utf8.DecodeRuneInString(s)
			head = s[:n]
		}
		if len(head) == len(s) {
			return append(lines, s)
		}
		cut := len(head)
		if next := s[cut]; next != ' ' && next < utf8.RuneSelf && head[cut-1] < utf8.RuneSelf {
			if i := strings.LastIndexByte(head, ' '); i > 0 && strings.TrimSpace(head[:i]) != "" && asciiWord(head[i+1:]) {
				cut = i
			}
		}
		if next, _ := utf8.DecodeRuneInString(s[cut:]); strings.ContainsRune(closers, next) {
			if last, n := utf8.DecodeLastRuneInString(s[:cut]); n < cut && !strings.ContainsRune(closers, last) {
				cut -= n
			}
		}
		lines = append(lines, strings.TrimRight(s[:cut], " "))
		s = strings.TrimLeft(s[cut:], " ")
		if s == "" {
			return lines
		}
	}
}

// asciiWord reports whether a break inside s would tear a Latin word or number.
func asciiWord(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Fit returns the longest beginning of the cleaned s that takes at most columns columns.
func Fit(s string, columns int) string {
	s = Clean(s)
	n := 0
	for i, r := range s {
		n += Columns(r)
		if n > columns {
			return s[:i]
		}
	}
	return s
}

// Pad fits s into exactly columns columns, filled with spaces as align says.
func Pad(s string, columns int, align Align) string {
	s = Fit(s, columns)
	space := max(columns-Width(s), 0)
	switch align {
	case Right:
		return strings.Repeat(" ", space) + s
	case Centre:
		return strings.Repeat(" ", space/2) + s + strings.Repeat(" ", space-space/2)
	}
	return s + strings.Repeat(" ", space)
}
