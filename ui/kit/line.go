package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"wendan/ui/theme"
)

// Line is what a LineRow shows. It is compared with ==.
type Line struct {
	Lead  string // quantity, "2×", or a pickup number
	Title string // dish or order
	Note  string // second line: methods, notes; empty centres the title
	Trail string // amount at the right end
	Tag   string // small mark before the amount: 已送, 赠, 退
	Tone  Tone   // colour of the tag
	Dim   bool   // voided or closed: muted text
}

// LineRow is a row for TouchList: lead, title over note, tag and amount.
type LineRow struct {
	widget.BaseWidget
	look                           *theme.Look
	shown                          Line
	lead, title, note, trail, mark *canvas.Text
	chip                           *canvas.Rectangle
	leadW                          float32
}

// NewLineRow makes a row; leadWidth in dp is the room for Lead, 0 for a quantity.
func NewLineRow(l *theme.Look, leadWidth float32) *LineRow {
	if leadWidth == 0 {
		leadWidth = 44 * l.Scale
	}
	r := &LineRow{look: l, leadW: leadWidth, lead: newText(l.Body, l.AccentText, true), title: newText(l.Body, l.Text, true),
		note: newText(l.Small, l.Muted, false), trail: newText(l.Body, l.Text, false),
		mark: newText(l.Small, l.Muted, true), chip: newRect(l.Key, 5*l.Scale)}
	r.ExtendBaseWidget(r)
	return r
}

// Set shows a line; an equal line costs nothing.
func (r *LineRow) Set(n Line) {
	if n != r.shown {
		r.shown = n
		r.arrange(r.Size())
	}
}

func (r *LineRow) arrange(s fyne.Size) {
	if s.Width <= 0 {
		return
	}
	l, k, n := r.look, r.look.Scale, &r.shown
	ink, lead := l.Text, l.AccentText
	if n.Dim {
		ink, lead = l.Muted, l.Muted
	}
	setInk(r.title, ink)
	setInk(r.trail, ink)
	setInk(r.lead, lead)
	right := s.Width - l.Pad
	setText(r.trail, n.Trail)
	w := r.trail.MinSize().Width
	if n.Trail == "" {
		w = 0
	}
	right -= w
	placeText(r.trail, right, 0, w, s.Height)
	setText(r.mark, n.Tag)
	setShown(r.chip, n.Tag != "")
	if n.Tag != "" {
		bed, tagInk := n.Tone.soft(l)
		setFill(r.chip, bed)
		setInk(r.mark, tagInk)
		m := r.mark.MinSize().Width
		right -= m + 18*k
		place(r.chip, right, (s.Height-24*k)/2, m+10*k, 24*k)
		placeText(r.mark, right+5*k, 0, m, s.Height)
	}
	setText(r.lead, fit(n.Lead, l.Body, true, r.leadW))
	x := l.Pad + r.leadW
	if n.Lead == "" {
		x = l.Pad
	}
	room := right - x - 8*k
	setText(r.title, fit(n.Title, l.Body, true, room))
	setText(r.note, fit(n.Note, l.Small, false, room))
	if n.Note == "" {
		placeText(r.title, x, 0, room, s.Height)
		placeText(r.lead, l.Pad, 0, r.leadW, s.Height)
		return
	}
	top := (s.Height - l.Body*1.3 - l.Small*1.3) / 2
	placeText(r.title, x, top, room, l.Body*1.3)
	placeText(r.lead, l.Pad, top, r.leadW, l.Body*1.3)
	placeText(r.note, x, top+l.Body*1.3, room, l.Small*1.3)
}

// CreateRenderer is called by Fyne.
func (r *LineRow) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: []fyne.CanvasObject{r.lead, r.title, r.note, r.chip, r.mark, r.trail}, layout: r.arrange,
		min:     func() fyne.Size { return fyne.NewSize(r.leadW+4*r.look.RowH, theme.MinTouch) },
		refresh: func() { r.arrange(r.Size()) }}
}
