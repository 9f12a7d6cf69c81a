package cashier

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"wendan/devices/ticket"
)

// Paper is white with dark print in every palette.
var (
	paperWhite = color.NRGBA{R: 255, G: 255, B: 255, A: 255}
	paperInk   = color.NRGBA{R: 28, G: 30, B: 34, A: 255}
)

// paperRow draws a few lines of a slip. Every piece of text stands at its column, as on paper.
type paperRow struct {
	box   *fyne.Container
	s     *Screen
	lines []string
	texts []*canvas.Text
}

func newPaperRow(s *Screen) *paperRow {
	r := &paperRow{s: s}
	r.box = framed(r.arrange)
	return r
}

func (r *paperRow) set(all []string, from int) {
	r.lines = nil
	if from < len(all) {
		r.lines = all[from:min(len(all), from+paperLines)]
	}
	r.arrange(r.box.Size())
}

// piece is a run of text between gaps of two blanks and more.
type piece struct {
	text     string
	from, to int // columns
}

func pieces(line string) []piece {
	var out []piece
	col := 0
	for _, part := range strings.SplitAfter(line, "  ") {
		text := strings.TrimSpace(part)
		lead := len(part) - len(strings.TrimLeft(part, " "))
		if text != "" {
			at := col + lead
			out = append(out, piece{text, at, at + ticket.Width(text)})
		}
		col += ticket.Width(part)
	}
	return out
}

func (r *paperRow) arrange(size fyne.Size) {
	if size.Width <= 0 {
		return
	}
	n := 0
	size.Width -= r.s.look.Pad // the scroll bar
	cell := size.Width / paper
	h := size.Height / paperLines
	dp := min(cell*1.85, r.s.look.Small)
	for i, line := range r.lines {
		if strings.Trim(line, "-=") == "" && len(line) > 10 {
			r.text(n, strings.Repeat("-", 4*paper), dp, 0, float32(i)*h, size.Width, h, fyne.TextAlignLeading)
			n++
			continue
		}
		for _, p := range pieces(line) {
			align, x, w := fyne.TextAlignLeading, float32(p.from)*cell, float32(p.to-p.from)*cell
			if p.to >= paper-1 && p.from > 0 {
				align, x, w = fyne.TextAlignTrailing, 0, size.Width
			} else if lead, trail := p.from, paper-p.to; len(pieces(line)) == 1 && lead > 1 && lead-trail <= 1 && trail-lead <= 1 {
				align, x, w = fyne.TextAlignCenter, 0, size.Width
			}
			r.text(n, p.text, dp, x, float32(i)*h, w, h, align)
			n++
		}
	}
	for ; n < len(r.texts); n++ {
		r.texts[n].Text = ""
		r.texts[n].Refresh()
	}
}

func (r *paperRow) text(n int, s string, dp, x, y, w, h float32, align fyne.TextAlign) {
	for n >= len(r.texts) {
		t := canvas.NewText("", paperInk)
		r.texts = append(r.texts, t)
		r.box.Objects = append(r.box.Objects, t)
	}
	t := r.texts[n]
	t.TextSize, t.Text = dp, s
	m := t.MinSize()
	switch align {
	case fyne.TextAlignTrailing:
		x = w - m.Width
	case fyne.TextAlignCenter:
		x += (w - m.Width) / 2
	default:
		if strings.Trim(s, "-") == "" { // a rule fills the width exactly
			for len(t.Text) > 1 && t.MinSize().Width > w {
				t.Text = t.Text[1:]
			}
			m = t.MinSize()
		}
	}
	t.Resize(m)
	t.Move(fyne.NewPos(x, y+(h-m.Height)/2))
	t.Refresh()
}
