package kittest

import (
	"fmt"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"wendan/ui/theme"
)

// diary writes down every event it gets.
type diary struct {
	widget.BaseWidget
	events []string
}

func newDiary() *diary {
	d := &diary{}
	d.ExtendBaseWidget(d)
	return d
}

func (d *diary) note(format string, args ...any) {
	d.events = append(d.events, fmt.Sprintf(format, args...))
}
func (d *diary) MouseDown(e *desktop.MouseEvent) { d.note("down %v,%v", e.Position.X, e.Position.Y) }
func (d *diary) MouseUp(*desktop.MouseEvent)     { d.note("up") }
func (d *diary) Tapped(*fyne.PointEvent)         { d.note("tap") }
func (d *diary) DragEnd()                        { d.note("end") }
func (d *diary) Dragged(e *fyne.DragEvent) {
	d.note("drag %v,%v by %v,%v", e.Position.X, e.Position.Y, e.Dragged.DX, e.Dragged.DY)
}
func (d *diary) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(canvas.NewRectangle(theme.Light().Card))
}

func place(c *fyne.Container, o fyne.CanvasObject, x, y, w, h float32) {
	o.Resize(fyne.NewSize(w, h))
	o.Move(fyne.NewPos(x, y))
	c.Add(o)
}

func TestFingerSendsTheEventsOfTheDesktopDriver(t *testing.T) {
	root := &fyne.Container{}
	w := Window(t, theme.NewLook(false, 1, false), root, 300, 300)
	d, other := newDiary(), newDiary()
	place(root, d, 10, 10, 100, 100)
	place(root, other, 150, 10, 100, 100)
	f := On(w.Canvas())
	for _, c := range []struct {
		name string
		do   func()
		want []string
	}{
		{"still tap", func() { f.Tap(30, 40) }, []string{"down 20,30", "up", "tap"}},
		{"under two dp", func() { f.Down(30, 40); f.Move(31, 41); f.Up() }, []string{"down 20,30", "up", "tap"}},
		{"shaking tap", func() { f.Down(30, 40); f.Move(33, 40); f.Up() }, []string{"down 20,30", "drag 23,30 by 3,0", "up", "end"}},
		{"slide onto a neighbour", func() { f.Down(30, 40); f.Move(200, 40); f.Up() }, []string{"down 20,30", "drag 190,30 by 170,0", "up", "end"}},
	} {
		d.events, other.events = nil, nil
		c.do()
		if !slices.Equal(d.events, c.want) || len(other.events) > 0 {
			t.Errorf("%s: got %v, neighbour got %v", c.name, d.events, other.events)
		}
	}
}

func TestCoveredAndHiddenObjectsCannotBeTapped(t *testing.T) {
	root := &fyne.Container{}
	w := Window(t, theme.NewLook(false, 1, false), root, 300, 300)
	below, above := newDiary(), newDiary()
	place(root, below, 10, 10, 100, 100)
	f := On(w.Canvas())
	if !f.TapOn(below) {
		t.Fatal("a free object cannot be tapped")
	}
	place(root, above, 0, 0, 200, 200)
	if f.TapOn(below) {
		t.Error("a covered object was tapped")
	}
	above.Hide()
	if !f.TapOn(below) || f.TapOn(above) {
		t.Error("hidden objects count as cover or can be tapped")
	}
	overlay := newDiary()
	w.Canvas().Overlays().Add(overlay)
	if f.TapOn(below) {
		t.Error("an object under an overlay was tapped")
	}
}
