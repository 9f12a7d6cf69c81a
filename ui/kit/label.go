package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"wendan/ui/theme"
)

// Label is one line of text that ends in an ellipsis when its room is too narrow. Its
// least width is small on purpose, so that a long text never pushes a layout apart.
type Label struct {
	widget.BaseWidget
	look  *theme.Look
	align fyne.TextAlign
	full  string
	text  *canvas.Text
}

// NewLabel makes a label of a text height in dp: look.Small, Body, Title, Total or Huge.
func NewLabel(l *theme.Look, dp float32, bold bool, align fyne.TextAlign, text string) *Label {
	b := &Label{look: l, align: align, full: text, text: newText(dp, l.Text, bold)}
	b.text.Alignment = align
	b.ExtendBaseWidget(b)
	return b
}

// Set changes the text; the same text costs nothing.
func (b *Label) Set(text string) {
	if b.full != text {
		b.full = text
		b.arrange(b.Size())
	}
}

// Text returns the text set last, never shortened.
func (b *Label) Text() string { return b.full }

// SetColor changes the colour and returns the label.
func (b *Label) SetColor(c color.NRGBA) *Label {
	setInk(b.text, c)
	return b
}

// FullWidth returns the width in dp the whole text needs.
func (b *Label) FullWidth() float32 { return measure(b.full, b.text.TextSize, b.text.TextStyle.Bold) }

func (b *Label) arrange(s fyne.Size) {
	if s.Width <= 0 {
		return
	}
	setText(b.text, fit(b.full, b.text.TextSize, b.text.TextStyle.Bold, s.Width))
	placeText(b.text, 0, 0, s.Width, s.Height)
}

// CreateRenderer is called by Fyne.
func (b *Label) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: []fyne.CanvasObject{b.text}, layout: b.arrange, min: func() fyne.Size {
		return fyne.NewSize(b.text.TextSize*2, b.text.TextSize*1.45)
	}, refresh: func() { b.arrange(b.Size()) }}
}
