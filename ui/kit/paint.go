// Package kit holds the register's own touch widgets.
//
// Rules they share: feedback on finger-down, action on finger-up, a finger that slides
// off cancels; a shaking finger still taps; fast repeated taps all count; nothing a
// finger is meant to hit is under 48 dp; only texts and rectangles that changed are
// refreshed, because on a till without a GPU every refresh repaints the window.
//
// All methods must be called on Fyne's goroutine (use fyne.Do elsewhere). Callbacks run
// on it too: they must not wait for disk, device or network.
package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"wendan/ui/theme"
)

// face is the renderer of every widget here: a flat list of objects and three functions.
type face struct {
	objects []fyne.CanvasObject
	layout  func(fyne.Size)
	min     func() fyne.Size
	refresh func()
}

func (f *face) Objects() []fyne.CanvasObject { return f.objects }
func (f *face) Layout(s fyne.Size)           { f.layout(s) }
func (f *face) MinSize() fyne.Size           { return f.min() }
func (f *face) Destroy()                     {}
func (f *face) Refresh() {
	if f.refresh != nil {
		f.refresh()
	}
}

func newRect(fill color.Color, radius float32) *canvas.Rectangle {
	r := canvas.NewRectangle(fill)
	r.CornerRadius = radius
	return r
}

func newText(size float32, c color.Color, bold bool) *canvas.Text {
	t := canvas.NewText("", c)
	t.TextSize = size
	t.TextStyle.Bold = bold
	return t
}

func cardShadow(l *theme.Look) canvas.Shadow {
	if l.Lite {
		return canvas.Shadow{}
	}
	return canvas.Shadow{Color: l.Shadow, BlurRadius: 3 * l.Scale, Offset: fyne.NewPos(0, l.Scale), Variant: canvas.DropShadow}
}

func setText(t *canvas.Text, s string) {
	if t.Text != s {
		t.Text = s
		t.Refresh()
	}
}

func setInk(t *canvas.Text, c color.NRGBA) {
	if t.Color != c {
		t.Color = c
		t.Refresh()
	}
}

func setFill(r *canvas.Rectangle, c color.NRGBA) {
	if r.FillColor != c {
		r.FillColor = c
		r.Refresh()
	}
}

func setEdge(r *canvas.Rectangle, c color.NRGBA, width float32) {
	if r.StrokeColor != c || r.StrokeWidth != width {
		r.StrokeColor, r.StrokeWidth = c, width
		r.Refresh()
	}
}

func setShown(o fyne.CanvasObject, shown bool) {
	switch {
	case shown && !o.Visible():
		o.Show()
	case !shown && o.Visible():
		o.Hide()
	}
}

func place(o fyne.CanvasObject, x, y, w, h float32) {
	o.Resize(fyne.NewSize(w, h))
	o.Move(fyne.NewPos(x, y))
}

// optical is how far, in text heights, the middle of the typeface's signs stands below
// the middle of its line.
const optical = 0.06

// placeText puts a text with its left edge at x, centred to the eye on the height from y.
func placeText(t *canvas.Text, x, y, w, h float32) {
	m := t.MinSize()
	place(t, x, y+(h-m.Height)/2-optical*t.TextSize, w, m.Height)
}
