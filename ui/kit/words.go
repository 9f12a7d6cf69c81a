package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"wendan/ui/theme"
)

// Words is a text of one or more lines that stays within its width: what does not fit
// ends in an ellipsis.
type Words struct {
	widget.BaseWidget
	look  *theme.Look
	full  string
	size  float32
	bold  bool
	align fyne.TextAlign
	ink   color.NRGBA
	lines []*canvas.Text
}

// NewWords makes a text of at most lines lines with a text height in dp.
func NewWords(l *theme.Look, dp float32, ink color.NRGBA, bold bool, align fyne.TextAlign, lines int, text string) *Words {
	b := &Words{look: l, full: text, size: dp, bold: bold, align: align, ink: ink}
	for range max(1, lines) {
		b.lines = append(b.lines, newText(dp, ink, bold))
	}
	b.ExtendBaseWidget(b)
	return b
}

// Set changes the text; the same text costs nothing.
func (b *Words) Set(text string) {
	if b.full != text {
		b.full = text
		b.arrange(b.Size())
	}
}

// SetInk changes the colour.
func (b *Words) SetInk(ink color.NRGBA) {
	b.ink = ink
	for _, t := range b.lines {
		setInk(t, ink)
	}
}

// Text returns the whole text.
func (b *Words) Text() string { return b.full }

// Natural is the width the text needs on one line.
func (b *Words) Natural() float32 { return measure(b.full, b.size, b.bold) }

func (b *Words) step() float32 { return b.size * 1.35 }

func (b *Words) arrange(s fyne.Size) {
	if s.Width <= 0 {
		return
	}
	rest, used := b.full, 0
	for i, t := range b.lines {
		part := ""
		switch {
		case rest == "":
		case i == len(b.lines)-1:
			part, rest = fit(rest, b.size, b.bold, s.Width), ""
		default:
			part, rest = splitLine(rest, b.size, b.bold, s.Width)
		}
		setText(t, part)
		if part != "" {
			used = i + 1
		}
	}
	top := (s.Height - float32(used)*b.step()) / 2
	for i, t := range b.lines {
		w := t.MinSize().Width
		x := float32(0)
		switch b.align {
		case fyne.TextAlignCenter:
			x = (s.Width - w) / 2
		case fyne.TextAlignTrailing:
			x = s.Width - w
		}
		placeText(t, x, top+float32(i)*b.step(), w, b.step())
	}
}

// splitLine cuts off the first line of s.
func splitLine(s string, size float32, bold bool, width float32) (line, rest string) {
	if measure(s, size, bold) <= width {
		return s, ""
	}
	runes := []rune(s)
	n := max(1, fitting(runes, size, bold, width))
	if n < len(runes) && inWord(runes[n-1]) && inWord(runes[n]) {
		for k := n - 1; k > 0; k-- {
			if !inWord(runes[k]) {
				n = k + 1
				break
			}
		}
	}
	for n < len(runes) && runes[n] == ' ' {
		n++
	}
	return string(runes[:n]), string(runes[n:])
}

// CreateRenderer is called by Fyne.
func (b *Words) CreateRenderer() fyne.WidgetRenderer {
	objects := make([]fyne.CanvasObject, len(b.lines))
	for i, t := range b.lines {
		objects[i] = t
	}
	return &face{objects: objects, layout: b.arrange, min: func() fyne.Size {
		if len(b.lines) > 1 {
			return fyne.NewSize(theme.MinTouch, b.step()*float32(len(b.lines)))
		}
		return fyne.NewSize(b.Natural(), b.step())
	}, refresh: func() { b.arrange(b.Size()) }}
}
