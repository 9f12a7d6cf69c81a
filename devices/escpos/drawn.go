package escpos

import (
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"wendan/devices/ticket"
	"wendan/devices/ticket/gb"
	"wendan/devices/ticket/typeface"
)

// A drawn line has the measures of font A: 12 by 24 dots a column, and the gap that the
// default line spacing of 1/6 inch leaves.
const (
	cellWidth  = 12
	cellHeight = 24
	baseline   = 21
	lineGap    = 6
)

// undrawable reports whether the printer has no code for a rune of the cleaned text that the embedded
// typeface could draw, such as 㸆 or 鮰 on a GBK printer.
func (j *job) undrawable(text string) bool {
	for _, r := range text {
		if r < 0x7f {
			continue
		}
		if _, ok := gb.Code(r); ok {
			continue
		}
		if _, ok := gb.Four(r); ok && j.profile.Chinese == GB18030 {
			continue
		}
		if typeface.Covers(r) {
			return true
		}
	}
	return false
}

var (
	regular = sync.OnceValue(func() *sfnt.Font { return mustParse(typeface.Regular()) })
	bold    = sync.OnceValue(func() *sfnt.Font { return mustParse(typeface.Bold()) })
)

func mustParse(data []byte) *sfnt.Font {
	f, err := opentype.Parse(data)
	if err != nil {
		panic("escpos: embedded font: " + err.Error())
	}
	return f
}

// draw prints a line as a picture, in the columns where its characters would stand.
func (j *job) draw(s ticket.Style, text string) {
	wide, high := s.Magnify()
	f := regular()
	if s.Bold {
		f = bold()
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: cellHeight, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic("escpos: embedded font: " + err.Error())
	}
	defer func() { _ = face.Close() }()
	width := ticket.Width(text) * cellWidth
	ink := make([]bool, width*cellHeight)
	left := 0
	for _, r := range text {
		if !typeface.Covers(r) {
			r = gb.Replacement
		}
		cell := ticket.Columns(r) * cellWidth
		dots, mask, at, advance, ok := face.Glyph(fixed.P(0, baseline), r)
		if ok {
			// A letter wider than its cell is squeezed, a narrower one stands in the middle.
			natural := max(advance.Ceil(), dots.Max.X, 1)
			shift := max(cell-natural, 0) / 2
			for y := max(dots.Min.Y, 0); y < min(dots.Max.Y, cellHeight); y++ {
				for x := max(dots.Min.X, 0); x < dots.Max.X; x++ {
					if _, _, _, a := mask.At(at.X+x-dots.Min.X, at.Y+y-dots.Min.Y).RGBA(); a >= 0x7000 {
						ink[y*width+left+shift+x*min(cell, natural)/natural] = true
					}
				}
			}
		}
		left += cell
	}
	margin := 0
	switch s.Align {
	case ticket.Centre:
		margin = max(j.profile.Dots-width*wide, 0) / 2
	case ticket.Right:
		margin = max(j.profile.Dots-width*wide, 0)
	}
	j.picture(bitmap{width: j.profile.Dots, height: cellHeight*high + lineGap, dark: func(x, y int) bool {
		x, y = (x-margin)/wide, y/high
		if x < 0 || x >= width || y >= cellHeight {
			return false
		}
		dark := ink[y*width+x] || s.Underline && y == cellHeight-1
		return dark != s.Invert
	}})
}
