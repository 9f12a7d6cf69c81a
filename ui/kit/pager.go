package kit

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"wendan/ui/theme"
)

// Pager turns the pages of a TileGrid in page mode: ‹ 1 / 4 ›.
type Pager struct {
	widget.BaseWidget
	look *theme.Look
	back *Button
	next *Button
	text *canvas.Text
}

// NewPager makes a pager for g and takes over g.OnPages.
func NewPager(l *theme.Look, g *TileGrid) *Pager {
	p := &Pager{look: l, text: newText(l.Body, l.Muted, true)}
	p.back = NewIconButton(l, Plain, IconLeft, "", func() { g.Turn(-1) })
	p.next = NewIconButton(l, Plain, IconRight, "", func() { g.Turn(1) })
	g.OnPages = p.show
	p.ExtendBaseWidget(p)
	p.show(g.pageNow(), g.pages())
	return p
}

func (p *Pager) show(page, pages int) {
	setText(p.text, strconv.Itoa(page+1)+" / "+strconv.Itoa(pages))
	p.back.SetEnabled(page > 0)
	p.next.SetEnabled(page+1 < pages)
	p.arrange(p.Size())
}

func (p *Pager) arrange(s fyne.Size) {
	if s.Width <= 0 {
		return
	}
	m := p.text.MinSize()
	side := (s.Width - max(m.Width+2*p.look.Pad, s.Width/5)) / 2
	place(p.back, 0, 0, side, s.Height)
	place(p.next, s.Width-side, 0, side, s.Height)
	placeText(p.text, (s.Width-m.Width)/2, 0, m.Width, s.Height)
}

// CreateRenderer is called by Fyne.
func (p *Pager) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: []fyne.CanvasObject{p.back, p.text, p.next}, layout: p.arrange, min: func() fyne.Size {
		return fyne.NewSize(4*p.look.Touch, p.look.RowH)
	}}
}
