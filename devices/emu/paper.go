package emu

import (
	"image"
	"strings"
)

// CutKind says how a paper left the printer.
type CutKind uint8

// The ways a paper ends. The numbers never change.
const (
	Uncut      CutKind = 1 // still in the printer
	FullCut    CutKind = 2
	PartialCut CutKind = 3 // a bridge of paper holds it
	Torn       CutKind = 4 // the roll ended, or somebody pulled the paper off
)

// Paper is one piece of printed paper. It does not change after the cut and may be kept
// and read from any goroutine.
type Paper struct {
	Number int     // 1 for the first paper of this printer
	Text   string  // the printed lines, one per line, codes and pictures as a word in brackets
	Cut    CutKind // how it ended
	Width  int     // printable dots
	strip  *strip
}

// Drawn reports whether the paper can still be drawn: a printer keeps the drawings of the
// newest papers only (Options.KeepPictures).
func (p Paper) Drawn() bool { return p.strip != nil }

// Height is the length of the paper in dots of 1/203 inch; 0 when it is no longer drawn.
func (p Paper) Height() int {
	if p.strip == nil {
		return 0
	}
	return p.strip.height
}

// Dots draws the printable area, one pixel per dot, white paper and black ink; nil when the
// drawing is gone. Each call draws anew; the caller owns the picture.
func (p Paper) Dots() *image.Gray {
	if p.strip == nil {
		return nil
	}
	return p.strip.draw()
}

// strip is the drawing of a paper: what was printed where, in dots from the top left of
// the printable area. It is drawn only when somebody looks.
type strip struct {
	width, height int
	marks         []mark
	lines         []textLine
}

// textLine is a printed line as plain text, with the place where its print begins.
type textLine struct {
	y    int
	text string
}

// markKind is what a mark draws.
type markKind uint8

const (
	markText    markKind = 1
	markRaster  markKind = 2
	markQR      markKind = 3
	markBarcode markKind = 4
)

// mark is one printed thing with its box.
type mark struct {
	kind       markKind
	x, y, w, h int
	text       string // characters, or the data of a code
	look       look   // of text
	bits       []byte // rows of a raster, stride (w+7)/8
	scale      int    // dots per module of a code; dots per bit across of a raster
	scaleY     int    // dots per bit down of a raster
	level      byte   // error correction of a QR code, 48 to 51
	symbology  byte   // of a bar code, 65 to 73
}

// look is how characters are drawn.
type look struct {
	cell      int  // dots from one character to the next
	body      int  // dots of the character itself
	han       bool // drawn in the Chinese font
	bold      bool
	invert    bool
	underline int // thickness in dots
}

// split takes the first height dots off the strip and returns them; what was printed below
// stays, as on a printer whose blade stands above its print head.
func (s *strip) split(height int) *strip {
	head := &strip{width: s.width, height: height}
	rest := strip{width: s.width, height: s.height - height}
	for _, m := range s.marks {
		if m.y < height {
			head.marks = append(head.marks, m)
		}
		if m.y+m.h > height {
			m.y -= height
			rest.marks = append(rest.marks, m)
		}
	}
	for _, l := range s.lines {
		if l.y < height {
			head.lines = append(head.lines, l)
		} else {
			rest.lines = append(rest.lines, textLine{l.y - height, l.text})
		}
	}
	*s = rest
	return head
}

// String is the printed text without trailing blank lines.
func (s *strip) String() string {
	var b strings.Builder
	for _, l := range s.lines {
		b.WriteString(l.text)
		b.WriteByte('\n')
	}
	return strings.Trim(b.String(), "\n")
}

// copied is a copy that stays as it is while the printer goes on.
func (s *strip) copied() *strip {
	c := *s
	c.marks = append([]mark(nil), s.marks...)
	c.lines = append([]textLine(nil), s.lines...)
	return &c
}
