package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// holdAfter is how long a finger rests before a tap becomes a long press.
const holdAfter = 550 * time.Millisecond

// finger turns pointer events on a scrolling view into taps, long presses and scrolling.
// The owner sets the functions; items are numbered by the owner, -1 is none.
type finger struct {
	widget.BaseWidget
	scroller

	hit   func(fyne.Position) int          // the item under a point of the widget
	lit   func(item int)                   // shows the press highlight on one item, -1 removes it
	tap   func(item int, at fyne.Position) // at is in the widget's coordinates
	hold  func(item int, at fyne.Position) bool
	later func(d time.Duration, f func()) (stop func()) // replaced in tests

	down      bool
	swallow   bool // this press stopped a fling or was a long press: no tap
	scrolling bool
	item      int
	start     fyne.Position
	travel    fyne.Delta
	stopHold  func()
}

var (
	_ desktop.Mouseable = (*finger)(nil)
	_ fyne.Tappable     = (*finger)(nil)
	_ fyne.Draggable    = (*finger)(nil)
	_ fyne.Scrollable   = (*finger)(nil)
)

func waitThen(d time.Duration, f func()) func() {
	t := time.AfterFunc(d, func() { fyne.Do(f) })
	return func() { t.Stop() }
}

func (f *finger) initFinger(moved func()) {
	f.scroller = newScroller(moved)
	f.later = waitThen
	f.item = -1
}

// MouseDown stops a fling or highlights the item under the finger.
func (f *finger) MouseDown(ev *desktop.MouseEvent) {
	if ev.Button == desktop.MouseButtonSecondary {
		return
	}
	f.cancelHold()
	f.down, f.scrolling, f.travel = true, false, fyne.Delta{}
	f.swallow = f.halt()
	f.start = ev.Position
	if f.swallow {
		f.item = -1
		return
	}
	f.item = f.hit(ev.Position)
	if f.item < 0 {
		return
	}
	f.lit(f.item)
	item, at := f.item, ev.Position
	f.stopHold = f.later(holdAfter, func() {
		if f.down && !f.scrolling && !f.swallow && f.item == item && f.hold != nil && f.hold(item, at) {
			f.swallow = true
			f.lit(-1)
		}
	})
}

// MouseUp removes the highlight; the tap follows in Tapped or DragEnd.
func (f *finger) MouseUp(*desktop.MouseEvent) {
	f.cancelHold()
	f.lit(-1)
}

// Tapped is the end of a press that stayed within 2 dp.
func (f *finger) Tapped(ev *fyne.PointEvent) {
	item, swallow := f.item, f.swallow
	if !f.down {
		item, swallow = f.hit(ev.Position), false
	}
	f.rest()
	if !swallow && item >= 0 {
		f.tap(item, ev.Position)
	}
}

// Dragged scrolls once the finger has left the place it pressed.
func (f *finger) Dragged(ev *fyne.DragEvent) {
	d := ev.Dragged
	if f.scrolling {
		f.pull(d.DY)
		return
	}
	f.travel.DX += d.DX
	f.travel.DY += d.DY
	if abs(f.travel.DX) <= slop && abs(f.travel.DY) <= slop {
		return
	}
	f.scrolling = true
	f.cancelHold()
	f.lit(-1)
	if past := abs(f.travel.DY) - slop; past > 0 {
		if f.travel.DY < 0 {
			past = -past
		}
		f.pull(past)
	}
}

// DragEnd flings on, or taps when the finger only shook.
func (f *finger) DragEnd() {
	item, at := f.item, f.start
	tap := f.down && !f.scrolling && !f.swallow && item >= 0
	scrolled := f.scrolling
	f.rest()
	switch {
	case tap:
		f.tap(item, at)
	case scrolled:
		f.letGo()
	}
}

// Scrolled is the mouse wheel.
func (f *finger) Scrolled(ev *fyne.ScrollEvent) {
	f.halt()
	if f.page > 0 {
		switch {
		case ev.Scrolled.DY < 0:
			f.turn(1)
		case ev.Scrolled.DY > 0:
			f.turn(-1)
		}
		return
	}
	f.to(f.offset - ev.Scrolled.DY)
}

func (f *finger) rest() {
	f.cancelHold()
	f.lit(-1)
	f.down, f.scrolling, f.swallow, f.item = false, false, false, -1
}

func (f *finger) cancelHold() {
	if f.stopHold != nil {
		f.stopHold()
		f.stopHold = nil
	}
}

func abs(v float32) float32 {
	if v < 0 {
		return -v
	}
	return v
}
