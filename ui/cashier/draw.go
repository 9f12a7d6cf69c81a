package cashier

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"wendan/ui/kit"
	"wendan/ui/theme"
)

// frame is a layout by a plain function that places the objects itself.
type frame struct {
	arrange func(fyne.Size)
	least   func() fyne.Size
}

func (f frame) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	if s.Width > 0 && s.Height > 0 {
		f.arrange(s)
	}
}

func (f frame) MinSize([]fyne.CanvasObject) fyne.Size {
	if f.least != nil {
		return f.least()
	}
	return fyne.Size{}
}

func framed(arrange func(fyne.Size), objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(frame{arrange: arrange}, objects...)
}

// sized is framed for the content of a sheet, which asks how large it wants to be.
func sized(least func() fyne.Size, arrange func(fyne.Size), objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(frame{arrange, least}, objects...)
}

func put(o fyne.CanvasObject, x, y, w, h float32) {
	o.Resize(fyne.NewSize(max(0, w), max(0, h)))
	o.Move(fyne.NewPos(x, y))
}

func show(o fyne.CanvasObject, on bool) {
	switch {
	case on && !o.Visible():
		o.Show()
	case !on && o.Visible():
		o.Hide()
	}
}

func fill(c color.Color, radius float32) *canvas.Rectangle {
	r := canvas.NewRectangle(c)
	r.CornerRadius = radius
	return r
}

func heading(l *theme.Look, text string) *kit.Words {
	return kit.NewWords(l, l.Title, l.Text, true, fyne.TextAlignLeading, 1, text)
}

func body(l *theme.Look, text string) *kit.Words {
	return kit.NewWords(l, l.Body, l.Text, false, fyne.TextAlignLeading, 1, text)
}

func muted(l *theme.Look, text string) *kit.Words {
	return kit.NewWords(l, l.Small, l.Muted, false, fyne.TextAlignLeading, 1, text)
}

func centred(l *theme.Look, dp float32, ink color.NRGBA, bold bool, lines int, text string) *kit.Words {
	return kit.NewWords(l, dp, ink, bold, fyne.TextAlignCenter, lines, text)
}

// row places objects of equal width side by side.
func row(gap, x, y, w, h float32, objects ...fyne.CanvasObject) {
	each := (w - gap*float32(len(objects)-1)) / float32(len(objects))
	for i, o := range objects {
		put(o, x+float32(i)*(each+gap), y, each, h)
	}
}

// grid places objects in columns, row by row, and returns the height used.
func grid(gap, x, y, w, h float32, cols int, objects ...fyne.CanvasObject) float32 {
	each := (w - gap*float32(cols-1)) / float32(cols)
	for i, o := range objects {
		put(o, x+float32(i%cols)*(each+gap), y+float32(i/cols)*(h+gap), each, h)
	}
	rows := (len(objects) + cols - 1) / cols
	return float32(rows)*(h+gap) - gap
}

func tone(g Grade) kit.Tone {
	switch g {
	case GradeGood:
		return kit.Good
	case GradeWarn:
		return kit.Caution
	case GradeBad:
		return kit.Bad
	}
	return kit.Quiet
}
