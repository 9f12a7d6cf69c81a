// Package kittest drives screens in tests as a finger does, finds what is too small to
// hit, and takes pictures with the software renderer. It needs no display.
package kittest

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

// dragFrom is the movement in dp after which Fyne's desktop driver reports a drag.
const dragFrom = 2

// Finger is one finger on a canvas. It sends widgets the events the desktop driver
// sends, in its order: MouseDown; Dragged once the finger moved 2 dp; MouseUp; then
// DragEnd after a drag, or Tapped when it never dragged and left the widget it pressed.
type Finger struct {
	c       fyne.Canvas
	at      fyne.Position
	pressed fyne.CanvasObject
	grabbed fyne.Draggable
	origin  fyne.Position
	handled fyne.Position
}

// On returns a finger over the canvas.
func On(c fyne.Canvas) *Finger { return &Finger{c: c} }

// Down presses at a position of the canvas.
func (f *Finger) Down(x, y float32) {
	f.at = fyne.NewPos(x, y)
	f.handled = f.at
	f.grabbed = nil
	o, p := Find(f.c, f.at, func(o fyne.CanvasObject) bool {
		_, mouse := o.(desktop.Mouseable)
		_, tap := o.(fyne.Tappable)
		return mouse || tap
	})
	f.pressed = o
	if m, ok := o.(desktop.Mouseable); ok {
		m.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: p, AbsolutePosition: f.at}, Button: desktop.MouseButtonPrimary})
	}
}

// Move slides to a position without leaving the glass.
func (f *Finger) Move(x, y float32) {
	from := f.at
	f.at = fyne.NewPos(x, y)
	d := f.at.Subtract(f.handled)
	if f.grabbed == nil {
		if d.X < dragFrom && d.X > -dragFrom && d.Y < dragFrom && d.Y > -dragFrom {
			return
		}
		o, p := Find(f.c, from, func(o fyne.CanvasObject) bool { _, ok := o.(fyne.Draggable); return ok })
		if o == nil {
			return
		}
		f.grabbed = o.(fyne.Draggable)
		f.origin = from.Subtract(p)
	}
	f.grabbed.Dragged(&fyne.DragEvent{
		PointEvent: fyne.PointEvent{Position: f.at.Subtract(f.origin), AbsolutePosition: f.at},
		Dragged:    fyne.NewDelta(d.X, d.Y)})
	f.handled = f.at
}

// Up leaves the glass.
func (f *Finger) Up() {
	o, p := Find(f.c, f.at, func(o fyne.CanvasObject) bool {
		_, mouse := o.(desktop.Mouseable)
		_, tap := o.(fyne.Tappable)
		return mouse || tap
	})
	up := &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: p, AbsolutePosition: f.at}, Button: desktop.MouseButtonPrimary}
	if g, ok := f.grabbed.(desktop.Mouseable); ok {
		up.Position = f.at.Subtract(f.origin)
		g.MouseUp(up)
	} else if m, ok := o.(desktop.Mouseable); ok {
		m.MouseUp(up)
	}
	if f.grabbed != nil {
		f.grabbed.DragEnd()
		f.grabbed = nil
		return
	}
	if t, ok := o.(fyne.Tappable); ok && o == f.pressed {
		t.Tapped(&up.PointEvent)
	}
}

// Tap presses and leaves at a position of the canvas.
func (f *Finger) Tap(x, y float32) {
	f.Down(x, y)
	f.Up()
}

// TapOn taps the middle of an object that is shown on the canvas. It returns false when
// the object is hidden or covered at that point, so that a tap would not reach it.
func (f *Finger) TapOn(target fyne.CanvasObject) bool {
	pos, size, ok := Where(f.c, target)
	if !ok {
		return false
	}
	x, y := pos.X+size.Width/2, pos.Y+size.Height/2
	o, _ := Find(f.c, fyne.NewPos(x, y), func(o fyne.CanvasObject) bool { _, t := o.(fyne.Tappable); return t })
	if o != target {
		return false
	}
	f.Tap(x, y)
	return true
}

// Where returns the absolute position and the size of an object shown on the canvas.
func Where(c fyne.Canvas, target fyne.CanvasObject) (pos fyne.Position, size fyne.Size, ok bool) {
	for _, root := range roots(c) {
		walk(root, fyne.Position{}, whole, func(o fyne.CanvasObject, p fyne.Position, _ window) {
			if o == target {
				pos, size, ok = p, o.Size(), true
			}
		})
	}
	return pos, size, ok
}

// Find returns the topmost visible object at a position that matches, and the position
// inside it. With an overlay open only the top overlay is searched, as the drivers do.
func Find(c fyne.Canvas, at fyne.Position, match func(fyne.CanvasObject) bool) (found fyne.CanvasObject, inside fyne.Position) {
	top := c.Overlays().Top()
	if top == nil {
		top = c.Content()
	}
	walk(top, fyne.Position{}, whole, func(o fyne.CanvasObject, p fyne.Position, clip window) {
		if match(o) && clip.holds(at) && (window{p, o.Size()}).holds(at) {
			found, inside = o, at.Subtract(p)
		}
	})
	return found, inside
}

type window struct {
	pos  fyne.Position
	size fyne.Size
}

var whole = window{fyne.NewPos(-1e6, -1e6), fyne.NewSize(2e6, 2e6)}

func (w window) holds(p fyne.Position) bool {
	return p.X >= w.pos.X && p.Y >= w.pos.Y && p.X < w.pos.X+w.size.Width && p.Y < w.pos.Y+w.size.Height
}

func roots(c fyne.Canvas) []fyne.CanvasObject {
	return append([]fyne.CanvasObject{c.Content()}, c.Overlays().List()...)
}

func walk(o fyne.CanvasObject, offset fyne.Position, clip window, visit func(fyne.CanvasObject, fyne.Position, window)) {
	if o == nil || !o.Visible() {
		return
	}
	pos := offset.Add(o.Position())
	if _, clips := o.(fyne.Scrollable); clips {
		clip = window{pos, o.Size()}
	}
	visit(o, pos, clip)
	for _, child := range children(o) {
		walk(child, pos, clip, visit)
	}
}

func children(o fyne.CanvasObject) []fyne.CanvasObject {
	switch o := o.(type) {
	case *fyne.Container:
		return o.Objects
	case fyne.Widget:
		return test.WidgetRenderer(o).Objects()
	}
	return nil
}
