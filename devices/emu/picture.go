package emu

import (
	"image"
	"image/color"
	"image/draw"
)

// The look of a paper lying on a grey table.
var (
	tableColour = color.RGBA{222, 224, 228, 255}
	paperColour = color.RGBA{252, 251, 246, 255}
	inkColour   = color.RGBA{38, 38, 42, 255}
)

const (
	sideMargin = 32 // 4 mm on both sides of the print, as on 80 mm paper
	tableEdge  = 24 // around the paper
	tooth      = 6  // of an edge
)

// Picture draws the paper as it lies on the table: warm white, with its edges and a soft
// shadow; nil when the drawing is gone.
func (p Paper) Picture() *image.RGBA {
	dots := p.Dots()
	if dots == nil {
		return nil
	}
	return lay([]Paper{p}, []*image.Gray{dots})
}

// Roll draws the papers below each other as one long roll with their cuts, oldest on top; papers no longer drawn
// are left out. It is nil when none is left.
func Roll(papers []Paper) *image.RGBA {
	var kept []Paper
	var dots []*image.Gray
	for _, p := range papers {
		if d := p.Dots(); d != nil {
			kept, dots = append(kept, p), append(dots, d)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return lay(kept, dots)
}

// gap is the table between two papers of a roll.
const gap = 20

func lay(papers []Paper, dots []*image.Gray) *image.RGBA {
	width, height := 0, 2*tableEdge-gap
	for _, d := range dots {
		width = max(width, d.Rect.Dx()+2*sideMargin)
		height += d.Rect.Dy() + 2*tooth + gap
	}
	img := image.NewRGBA(image.Rect(0, 0, width+2*tableEdge, height))
	draw.Draw(img, img.Rect, image.NewUniform(tableColour), image.Point{}, draw.Src)
	y := tableEdge
	before := FullCut
	for i, d := range dots {
		box := image.Rect(tableEdge, y, tableEdge+d.Rect.Dx()+2*sideMargin, y+d.Rect.Dy()+2*tooth)
		shade(img, box)
		sheet(img, box, before, papers[i].Cut)
		ink(img, d, box.Min.Add(image.Pt(sideMargin, tooth)))
		if papers[i].Cut == PartialCut && i+1 < len(dots) {
			bridge := image.Rect((box.Min.X+box.Max.X)/2-5, box.Max.Y-tooth, (box.Min.X+box.Max.X)/2+5, box.Max.Y+gap+tooth)
			draw.Draw(img, bridge, image.NewUniform(paperColour), image.Point{}, draw.Src)
		}
		before = papers[i].Cut
		y = box.Max.Y + gap
	}
	return img
}

// shade darkens the table around the paper.
func shade(img *image.RGBA, box image.Rectangle) {
	const reach = 12
	around := box.Inset(-reach).Add(image.Pt(0, 3)).Intersect(img.Rect)
	for y := around.Min.Y; y < around.Max.Y; y++ {
		for x := around.Min.X; x < around.Max.X; x++ {
			dx := max(box.Min.X-x, x-box.Max.X+1, 0)
			dy := max(box.Min.Y+3-y, y-box.Max.Y-2, 0)
			far := dx*dx + dy*dy
			if far == 0 || far >= reach*reach {
				continue
			}
			dark := 24 * (reach*reach - far) / (reach * reach)
			at := img.PixOffset(x, y)
			for c := range 3 {
				img.Pix[at+c] -= byte(min(dark, int(img.Pix[at+c])))
			}
		}
	}
}

// sheet lays the paper: a blade leaves fine teeth, a torn edge is rough.
func sheet(img *image.RGBA, box image.Rectangle, top, bottom CutKind) {
	for x := box.Min.X; x < box.Max.X; x++ {
		from := box.Min.Y + edge(x, top)
		to := box.Max.Y - edge(x+3, bottom)
		for y := from; y < to; y++ {
			img.SetRGBA(x, y, paperColour)
		}
	}
}

// edge is how deep the edge goes in at column x.
func edge(x int, kind CutKind) int {
	switch kind {
	case Torn:
		wave := (x*x/97+x*13)%11 - 5 // rough but the same every time
		saw := x % 22
		if saw > 11 {
			saw = 22 - saw
		}
		return min(max(saw/3+wave/3+1, 0), tooth)
	case Uncut:
		return 0
	}
	saw := x % 6
	if saw > 3 {
		saw = 6 - saw
	}
	return saw / 2
}

// ink prints the dots on the paper.
func ink(img *image.RGBA, dots *image.Gray, at image.Point) {
	for y := range dots.Rect.Dy() {
		row := dots.Pix[y*dots.Stride:][:dots.Rect.Dx()]
		for x, v := range row {
			if v == 255 {
				continue
			}
			o := img.PixOffset(at.X+x, at.Y+y)
			mix := func(paper, ink byte) byte {
				return byte((int(paper)*int(v) + int(ink)*(255-int(v))) / 255)
			}
			img.Pix[o] = mix(paperColour.R, inkColour.R)
			img.Pix[o+1] = mix(paperColour.G, inkColour.G)
			img.Pix[o+2] = mix(paperColour.B, inkColour.B)
		}
	}
}
