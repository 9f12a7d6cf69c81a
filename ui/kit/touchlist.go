package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"wendan/ui/theme"
)

// TouchList is a list of rows of one height that a finger scrolls. Rows are pooled:
// build makes an empty row, update fills it for an item and should refresh only what
// changed. Rows hold no tappable objects; a tap is reported with its place in the row.
type TouchList struct {
	finger
	OnTap  func(i int, at fyne.Position) // at is relative to the row's top left corner
	OnHold func(i int)                   // long press of 550 ms; nil makes it a tap

	look     *theme.Look
	length   func() int
	build    func() fyne.CanvasObject
	update   func(i int, row fyne.CanvasObject)
	rowH     float32
	selected int
	press    int
	plain    bool // rows draw their own selection and press
	rows     []*listRow
	thumb    *canvas.Rectangle
	root     *fyne.Container
}

type listRow struct {
	box  *fyne.Container
	bed  *canvas.Rectangle
	line *canvas.Rectangle
	row  fyne.CanvasObject
}

// NewTouchList makes a list with rows of rowHeight dp, at least 48. A rowHeight of 0
// means the look's usual row.
func NewTouchList(l *theme.Look, rowHeight float32, length func() int, build func() fyne.CanvasObject, update func(i int, row fyne.CanvasObject)) *TouchList {
	if rowHeight == 0 {
		rowHeight = l.RowH
	}
	t := &TouchList{look: l, length: length, build: build, update: update, rowH: max(rowHeight, theme.MinTouch),
		selected: -1, press: -1, thumb: newRect(l.Disabled, 2*l.Scale)}
	t.root = container(t.thumb)
	t.initFinger(t.draw)
	t.hit = t.rowAt
	t.lit = t.highlight
	t.tap = func(i int, at fyne.Position) {
		if t.OnTap != nil && i < t.length() {
			t.OnTap(i, fyne.NewPos(at.X, at.Y+t.offset-float32(i)*t.rowH))
		}
	}
	t.hold = func(i int, _ fyne.Position) bool {
		if t.OnHold == nil || i >= t.length() {
			return false
		}
		t.OnHold(i)
		return true
	}
	t.ExtendBaseWidget(t)
	return t
}

// Select marks row i; -1 marks none.
func (t *TouchList) Select(i int) {
	if t.selected != i {
		t.selected = i
		t.draw()
	}
}

// Selected returns the marked row or -1.
func (t *TouchList) Selected() int { return t.selected }

// RowHeight returns the height of a row in dp.
func (t *TouchList) RowHeight() float32 { return t.rowH }

// Offset returns the scroll position in dp from the top.
func (t *TouchList) Offset() float32 { return t.offset }

// ScrollTo brings row i into view with the least movement.
func (t *TouchList) ScrollTo(i int) {
	t.halt()
	top := float32(i) * t.rowH
	if top < t.offset {
		t.to(top)
	} else if top+t.rowH > t.offset+t.view {
		t.to(top + t.rowH - t.view)
	}
}

// ScrollToEnd shows the last row, for an order that just grew.
func (t *TouchList) ScrollToEnd() {
	t.halt()
	t.measureUp(float32(t.length())*t.rowH, t.Size().Height, 0)
	t.to(t.last())
}

// RefreshRow updates row i if it is visible.
func (t *TouchList) RefreshRow(i int) {
	first := int(t.offset / t.rowH)
	if i >= first && i < first+len(t.rows) && i < t.length() {
		t.update(i, t.rows[i%len(t.rows)].row)
	}
}

func (t *TouchList) arrange(s fyne.Size) {
	if s.Width <= 0 || s.Height <= 0 {
		return
	}
	t.measureUp(float32(t.length())*t.rowH, s.Height, 0)
	want := int(s.Height/t.rowH) + 2
	if want != len(t.rows) {
		t.rows = t.rows[:min(want, len(t.rows))]
		for len(t.rows) < want {
			r := &listRow{bed: newRect(t.look.Selected, t.look.Radius), line: newRect(t.look.Line, 0), row: t.build()}
			r.box = container(r.line, r.bed, r.row)
			t.rows = append(t.rows, r)
		}
		objects := make([]fyne.CanvasObject, 0, want+1)
		for _, r := range t.rows {
			objects = append(objects, r.box)
		}
		t.root.Objects = append(objects, t.thumb)
	}
	t.root.Resize(s)
	for _, r := range t.rows {
		r.box.Resize(fyne.NewSize(s.Width, t.rowH))
		pad := t.look.Pad
		place(r.line, pad, t.rowH-t.look.Hair, s.Width-2*pad, t.look.Hair)
		place(r.bed, 4*t.look.Scale, 1, s.Width-8*t.look.Scale, t.rowH-2)
		place(r.row, 0, 0, s.Width, t.rowH)
	}
	t.draw()
}

func (t *TouchList) draw() {
	if len(t.rows) == 0 {
		return
	}
	n := t.length()
	first := int(t.offset / t.rowH)
	for i := first; i < first+len(t.rows); i++ {
		r := t.rows[i%len(t.rows)]
		visible := i < n && float32(i)*t.rowH < t.offset+t.view
		if visible {
			t.update(i, r.row)
			r.box.Move(fyne.NewPos(0, float32(i)*t.rowH-t.offset))
			t.paint(i, r)
		}
		setShown(r.box, visible)
	}
	need := t.content > t.view
	setShown(t.thumb, need)
	if need {
		h := max(32*t.look.Scale, t.view*t.view/t.content)
		place(t.thumb, t.Size().Width-4*t.look.Scale, (t.view-h)*t.offset/t.last(), 4*t.look.Scale, h)
	}
}

func (t *TouchList) paint(i int, r *listRow) {
	if t.plain {
		setShown(r.bed, false)
		setShown(r.line, false)
		if p, ok := r.row.(interface{ press(on bool) }); ok {
			p.press(i == t.press)
		}
		return
	}
	setShown(r.bed, i == t.selected || i == t.press)
	setShown(r.line, i != t.selected && i+1 != t.selected)
	if i == t.press {
		setFill(r.bed, t.look.Press)
	} else {
		setFill(r.bed, t.look.Selected)
	}
}

func (t *TouchList) rowAt(p fyne.Position) int {
	i := int((p.Y + t.offset) / t.rowH)
	if p.Y < 0 || i >= t.length() {
		return -1
	}
	return i
}

func (t *TouchList) highlight(i int) {
	old := t.press
	t.press = i
	first := int(t.offset / t.rowH)
	for _, k := range []int{old, i} {
		if k >= first && k < first+len(t.rows) && k < t.length() {
			t.paint(k, t.rows[k%len(t.rows)])
		}
	}
}

// CreateRenderer is called by Fyne.
func (t *TouchList) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: []fyne.CanvasObject{t.root}, layout: t.arrange,
		min:     func() fyne.Size { return fyne.NewSize(3*theme.MinTouch, t.rowH) },
		refresh: func() { t.arrange(t.Size()) }}
}

// HideLines removes the hairlines between rows, for rows that make one picture together.
func (t *TouchList) HideLines() { t.plain = true }
