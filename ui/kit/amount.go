package kit

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"wendan/ui/theme"
)

// AmountText is a big number with a smaller currency sign on the same base line.
type AmountText struct {
	widget.BaseWidget
	look      *theme.Look
	align     fyne.TextAlign
	sign, num *canvas.Text
}

// NewAmountText shows an amount such as "¥209.10" at a text height in dp.
func NewAmountText(l *theme.Look, dp float32, align fyne.TextAlign, amount string) *AmountText {
	a := &AmountText{look: l, align: align, sign: newText(dp*0.62, l.Text, true), num: newText(dp, l.Text, true)}
	a.ExtendBaseWidget(a)
	a.Set(amount)
	return a
}

// Set changes the amount. A minus before the sign stays before it.
func (a *AmountText) Set(amount string) {
	sign, num := "", amount
	if i := strings.IndexRune(amount, '¥'); i >= 0 {
		sign, num = amount[:i+len("¥")], amount[i+len("¥"):]
	}
	if a.sign.Text != sign || a.num.Text != num {
		setText(a.sign, sign)
		setText(a.num, num)
		a.arrange(a.Size())
	}
}

// SetColor changes the colour, for instance to DangerText for a refund.
func (a *AmountText) SetColor(c color.NRGBA) {
	setInk(a.sign, c)
	setInk(a.num, c)
}

func (a *AmountText) arrange(s fyne.Size) {
	if s.Width <= 0 {
		return
	}
	sm, nm := a.sign.MinSize(), a.num.MinSize()
	if a.sign.Text == "" {
		sm.Width = 0
	}
	w := sm.Width + nm.Width + 2*a.look.Scale
	x := float32(0)
	switch a.align {
	case fyne.TextAlignTrailing:
		x = s.Width - w
	case fyne.TextAlignCenter:
		x = (s.Width - w) / 2
	}
	top := (s.Height - nm.Height) / 2
	// Both stand on one base line: the typeface keeps it at 0.80 of a line's height.
	place(a.sign, x, top+0.80*(nm.Height-sm.Height), sm.Width, sm.Height)
	place(a.num, x+sm.Width+2*a.look.Scale, top, nm.Width, nm.Height)
}

// CreateRenderer is called by Fyne.
func (a *AmountText) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: []fyne.CanvasObject{a.sign, a.num}, layout: a.arrange, min: func() fyne.Size {
		sm, nm := a.sign.MinSize(), a.num.MinSize()
		return fyne.NewSize(sm.Width+nm.Width+2*a.look.Scale, nm.Height)
	}, refresh: func() { a.arrange(a.Size()) }}
}

// Badge is a small pill with a text: a count, 新, 会员.
type Badge struct {
	widget.BaseWidget
	look *theme.Look
	bed  *canvas.Rectangle
	text *canvas.Text
}

// NewBadge makes a badge in the soft colours of a tone.
func NewBadge(l *theme.Look, tone Tone, text string) *Badge {
	bed, ink := tone.soft(l)
	b := &Badge{look: l, bed: newRect(bed, 6*l.Scale), text: newText(l.Small, ink, true)}
	b.text.Text = text
	b.ExtendBaseWidget(b)
	return b
}

// Set changes tone and text.
func (b *Badge) Set(tone Tone, text string) {
	bed, ink := tone.soft(b.look)
	setFill(b.bed, bed)
	setInk(b.text, ink)
	if b.text.Text != text {
		setText(b.text, text)
		b.arrange(b.Size())
	}
}

func (b *Badge) arrange(s fyne.Size) {
	m := b.least()
	place(b.bed, 0, (s.Height-m.Height)/2, m.Width, m.Height)
	placeText(b.text, 7*b.look.Scale, (s.Height-m.Height)/2, m.Width, m.Height)
}

func (b *Badge) least() fyne.Size {
	return fyne.NewSize(b.text.MinSize().Width+14*b.look.Scale, 26*b.look.Scale)
}

// CreateRenderer is called by Fyne.
func (b *Badge) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: []fyne.CanvasObject{b.bed, b.text}, layout: b.arrange, min: b.least, refresh: func() { b.arrange(b.Size()) }}
}
