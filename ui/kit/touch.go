package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// slop is how far in dp a finger may wander and still tap. Fyne calls anything over
// 2 dp a drag and then drops the tap, which on a touch panel loses taps.
const slop = 14

// touch makes a widget tappable the register's way. The owner sets lit and act.
//
// Fyne reports a still press as MouseDown, MouseUp, Tapped and a wandering one as
// MouseDown, Dragged…, MouseUp, DragEnd without Tapped; both end in act here.
type touch struct {
	widget.BaseWidget

	lit func(on bool)       // shows or removes the press highlight
	act func(fyne.Position) // the tap

	off    bool
	down   bool // a finger is on the widget since MouseDown
	inside bool // and has not slid off
}

var (
	_ desktop.Mouseable = (*touch)(nil)
	_ fyne.Tappable     = (*touch)(nil)
	_ fyne.Draggable    = (*touch)(nil)
)

// MouseDown shows the highlight.
func (t *touch) MouseDown(ev *desktop.MouseEvent) {
	if t.off || ev.Button == desktop.MouseButtonSecondary {
		return
	}
	t.down, t.inside = true, true
	t.lit(true)
}

// MouseUp removes the highlight; the action follows in Tapped or DragEnd.
func (t *touch) MouseUp(*desktop.MouseEvent) { t.dim() }

// Tapped acts.
func (t *touch) Tapped(ev *fyne.PointEvent) {
	t.dim()
	t.down = false
	if !t.off && t.act != nil {
		t.act(ev.Position)
	}
}

// Dragged follows the finger: off the widget the highlight goes, back on it returns.
func (t *touch) Dragged(ev *fyne.DragEvent) {
	if !t.down {
		return
	}
	size := t.Size()
	p := ev.Position
	inside := p.X >= -slop && p.Y >= -slop && p.X < size.Width+slop && p.Y < size.Height+slop
	if inside != t.inside {
		t.inside = inside
		t.lit(inside)
	}
}

// DragEnd acts when the finger leaves the glass while still over the widget.
func (t *touch) DragEnd() {
	hit := t.down && t.inside && !t.off
	t.dim()
	t.down = false
	if hit && t.act != nil {
		s := t.Size()
		t.act(fyne.NewPos(s.Width/2, s.Height/2))
	}
}

func (t *touch) dim() {
	if t.down && t.inside {
		t.lit(false)
	}
}

// Disabled reports whether the widget ignores taps.
func (t *touch) Disabled() bool { return t.off }

func (t *touch) setDisabled(off bool) bool {
	if t.off == off {
		return false
	}
	if off {
		t.dim()
		t.down = false
	}
	t.off = off
	return true
}
