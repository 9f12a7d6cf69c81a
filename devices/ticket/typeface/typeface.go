// Package typeface embeds the one font of the register, for the screens and for pictures
// of the paper: Noto Sans SC in two weights, cut down to the characters a Chinese
// restaurant writes. README.md says how it was made and what it draws.
package typeface

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font/sfnt"
)

var (
	//go:embed regular.ttf
	regular []byte
	//go:embed bold.ttf
	bold []byte
	//go:embed OFL.txt
	licence string
)

// Regular returns the TrueType file of the regular weight. It must not be modified.
func Regular() []byte { return regular }

// Bold returns the TrueType file of the bold weight. It must not be modified.
func Bold() []byte { return bold }

// Licence returns the text of the SIL Open Font License the fonts come under.
func Licence() string { return licence }

var parsed = sync.OnceValue(func() *sfnt.Font {
	f, err := sfnt.Parse(regular)
	if err != nil {
		panic("typeface: embedded font: " + err.Error())
	}
	return f
})

// Covers reports whether both weights draw r with a glyph of its own.
func Covers(r rune) bool {
	i, err := parsed().GlyphIndex(nil, r)
	return err == nil && i != 0
}

// Missing returns the runes of s that the fonts cannot draw, each once, in order of
// appearance. Control characters, which nobody draws, are not counted. Use it when a
// menu is saved.
func Missing(s string) []rune {
	var missing []rune
	for _, r := range s {
		if !unicode.IsControl(r) && !Covers(r) && !strings.ContainsRune(string(missing), r) {
			missing = append(missing, r)
		}
	}
	return missing
}
