package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"wendan/ui/theme"
)

func toneDot(l *theme.Look, t Tone) color.NRGBA {
	switch t {
	case Accent:
		return l.Accent
	case Good:
		return l.PayText
	case Caution:
		return l.Warn
	case Bad:
		return l.DangerText
	}
	return l.Disabled
}

// StatusDot is a dot with a text that says the same: 在线, 打印机缺纸. The dot's shape
// changes with its tone too: round when all is well, square when something is wrong.
type StatusDot struct {
	widget.BaseWidget
	look *theme.Look
	dot  *canvas.Rectangle
	text *canvas.Text
}

// NewStatusDot makes a status.
func NewStatusDot(l *theme.Look, tone Tone, text string) *StatusDot {
	d := &StatusDot{look: l, dot: newRect(toneDot(l, tone), 0), text: newText(l.Small, l.Muted, false)}
	d.text.Text = text
	d.shape(tone)
	d.ExtendBaseWidget(d)
	return d
}

// Set changes the status; the same status costs nothing.
func (d *StatusDot) Set(tone Tone, text string) {
	d.shape(tone)
	if d.text.Text != text {
		setText(d.text, text)
		d.arrange(d.Size())
	}
}

func (d *StatusDot) shape(tone Tone) {
	ink, radius := d.look.Muted, float32(6)*d.look.Scale
	if tone == Bad || tone == Caution {
		ink, radius = d.look.Text, 2*d.look.Scale
	}
	setInk(d.text, ink)
	if d.dot.CornerRadius != radius {
		d.dot.CornerRadius = radius
		d.dot.Refresh()
	}
	setFill(d.dot, toneDot(d.look, tone))
}

func (d *StatusDot) arrange(s fyne.Size) {
	k := d.look.Scale
	place(d.dot, 0, (s.Height-12*k)/2, 12*k, 12*k)
	placeText(d.text, 18*k, 0, s.Width-18*k, s.Height)
}

// CreateRenderer is called by Fyne.
func (d *StatusDot) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: []fyne.CanvasObject{d.dot, d.text}, layout: d.arrange,
		min:     func() fyne.Size { m := d.text.MinSize(); return fyne.NewSize(m.Width+18*d.look.Scale, m.Height) },
		refresh: func() { d.arrange(d.Size()) }}
}

// StatusChip is a StatusDot that opens its details when tapped.
type StatusChip struct {
	touch
	OnTap func()

	look *theme.Look
	bed  *canvas.Rectangle
	dot  *StatusDot
}

// NewStatusChip makes a tappable status.
func NewStatusChip(l *theme.Look, tone Tone, text string, tap func()) *StatusChip {
	c := &StatusChip{OnTap: tap, look: l, bed: newRect(color.NRGBA{}, l.Radius), dot: NewStatusDot(l, tone, text)}
	c.lit = func(on bool) {
		if on {
			setFill(c.bed, l.Press)
		} else {
			setFill(c.bed, color.NRGBA{})
		}
	}
	c.act = func(fyne.Position) {
		if c.OnTap != nil {
			c.OnTap()
		}
	}
	c.ExtendBaseWidget(c)
	return c
}

// Set changes the status.
func (c *StatusChip) Set(tone Tone, text string) { c.dot.Set(tone, text) }

func (c *StatusChip) arrange(s fyne.Size) {
	c.bed.Resize(s)
	place(c.dot, c.look.Pad, 0, s.Width-2*c.look.Pad, s.Height)
}

// CreateRenderer is called by Fyne.
func (c *StatusChip) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: []fyne.CanvasObject{c.bed, c.dot}, layout: c.arrange, min: func() fyne.Size {
		return fyne.NewSize(max(c.look.Touch, c.dot.MinSize().Width+2*c.look.Pad), c.look.Touch)
	}, refresh: func() { c.arrange(c.Size()) }}
}
