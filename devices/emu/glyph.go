package emu

import (
	"image"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"wendan/devices/ticket/typeface"
)

// stamp is a character drawn in its cell: 255 is ink.
type stamp struct {
	w, h int
	ink  []byte
}

type stampKey struct {
	r    rune
	w, h int
	bold bool
	han  bool
}

// stamps caches drawn characters for all printers of the process.
var stamps = struct {
	sync.Mutex
	drawn         map[stampKey]stamp
	regular, bold *sfnt.Font
	buffer        sfnt.Buffer
}{drawn: map[stampKey]stamp{}}

// stampLimit bounds the cache: about 8 MB of common sizes.
const stampLimit = 8192

// stampOf returns the character drawn for a cell of w×h dots, in the printer's Chinese or
// Latin font.
func stampOf(r rune, w, h int, bold, han bool) stamp {
	s := &stamps
	s.Lock()
	defer s.Unlock()
	key := stampKey{r, w, h, bold, han}
	if st, ok := s.drawn[key]; ok {
		return st
	}
	if len(s.drawn) >= stampLimit {
		clear(s.drawn)
	}
	if s.regular == nil {
		s.regular, _ = sfnt.Parse(typeface.Regular())
		s.bold, _ = sfnt.Parse(typeface.Bold())
	}
	face := s.regular
	if bold {
		face = s.bold
	}
	st := stamp{w: w, h: h, ink: make([]byte, w*h)}
	if face != nil {
		st.draw(face, &s.buffer, r, han)
	}
	s.drawn[key] = st
	return st
}

// Where a character stands in its cell, as parts of the cell: printers draw Latin in 12 by
// 24 dots with capitals of 16.6 dots, Chinese in 24 by 24.
const (
	latinBaseline = 19.3 / 24
	latinEm       = 22.6 / 24 // of the height
	latinWide     = 21.2 / 12 // em of the width: a digit fills eleven of twelve dots
	hanBaseline   = 20.9 / 24
	hanEm         = 24.0 / 24
)

// draw fills the stamp with the outline of r, stretched to the cell like the printer's own font.
func (st *stamp) draw(face *sfnt.Font, buffer *sfnt.Buffer, r rune, han bool) {
	index, err := face.GlyphIndex(buffer, r)
	if err != nil || index == 0 && r != ' ' {
		if index, err = face.GlyphIndex(buffer, notDrawn); err != nil {
			return
		}
	}
	const unit = 1000 // outlines are read at 1000 dots per em
	ppem := fixed.I(unit)
	advance, err := face.GlyphAdvance(buffer, index, ppem, font.HintingNone)
	if err != nil {
		return
	}
	segments, err := face.LoadGlyph(buffer, index, ppem, nil)
	if err != nil || len(segments) == 0 {
		return
	}
	w, h := float32(st.w), float32(st.h)
	adv := float32(advance) / 64
	sx, sy, baseline := w*hanEm/unit, h*hanEm/unit, h*hanBaseline
	if !han {
		sx, sy, baseline = w*latinWide/unit, h*latinEm/unit, h*latinBaseline
	}
	if adv*sx > w {
		sx = w / adv
	}
	dx := (w - adv*sx) / 2
	z := vector.NewRasterizer(st.w, st.h)
	x := func(p fixed.Point26_6) float32 { return dx + float32(p.X)/64*sx }
	y := func(p fixed.Point26_6) float32 { return baseline + float32(p.Y)/64*sy }
	for _, s := range segments {
		a := s.Args
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			z.ClosePath()
			z.MoveTo(x(a[0]), y(a[0]))
		case sfnt.SegmentOpLineTo:
			z.LineTo(x(a[0]), y(a[0]))
		case sfnt.SegmentOpQuadTo:
			z.QuadTo(x(a[0]), y(a[0]), x(a[1]), y(a[1]))
		case sfnt.SegmentOpCubeTo:
			z.CubeTo(x(a[0]), y(a[0]), x(a[1]), y(a[1]), x(a[2]), y(a[2]))
		}
	}
	z.ClosePath()
	mask := image.NewAlpha(image.Rect(0, 0, st.w, st.h))
	z.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	copy(st.ink, mask.Pix)
}
