package kit

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"wendan/ui/kit/kittest"
	"wendan/ui/theme"
)

type cart struct {
	*TouchList
	*kittest.Finger
	n     int
	built int
	moved func(float32)
}

func newCart(t testing.TB, n int) *cart {
	c := &cart{n: n}
	l := theme.NewLook(false, 1, false)
	w := kittest.Window(t, l, &fyne.Container{}, 400, 300)
	c.TouchList = NewTouchList(l, 0, func() int { return c.n },
		func() fyne.CanvasObject { c.built++; return NewLineRow(l, 0) },
		func(i int, o fyne.CanvasObject) { o.(*LineRow).Set(Line{Lead: "1×", Title: fmt.Sprint("菜", i)}) })
	clock := time.Unix(0, 0)
	c.now = func() time.Time { clock = clock.Add(5 * time.Millisecond); return clock }
	c.animate = func(_ time.Duration, tick func(float32)) func() { c.moved = tick; return func() { c.moved = nil } }
	c.later = func(time.Duration, func()) func() { return func() {} }
	w.SetContent(c.TouchList)
	c.Finger = kittest.On(w.Canvas())
	return c
}

func (c *cart) visible() []string {
	var titles []string
	for i := range c.n {
		for _, r := range c.rows {
			if r.box.Visible() && r.box.Position().Y == float32(i)*c.rowH-c.offset {
				titles = append(titles, r.row.(*LineRow).shown.Title)
			}
		}
	}
	return titles
}

func TestNewestLineIsVisibleAfterScrollToEnd(t *testing.T) {
	c := newCart(t, 3)
	for c.n < 60 {
		c.n++
		c.Refresh()
		c.Select(c.n - 1)
		c.ScrollToEnd()
		v := c.visible()
		if v[len(v)-1] != fmt.Sprint("菜", c.n-1) {
			t.Fatalf("with %d lines the list ends with %s", c.n, v[len(v)-1])
		}
	}
	if c.built > 8 {
		t.Errorf("%d rows built for 300 dp", c.built)
	}
}

func TestListTapNamesTheRowAndThePlaceInIt(t *testing.T) {
	c := newCart(t, 40)
	var row int
	var at fyne.Position
	c.OnTap = func(i int, p fyne.Position) { row, at = i, p }
	c.to(10 * c.rowH)
	c.Tap(350, 2*c.rowH+7)
	if row != 12 || at.X != 350 || at.Y != 7 {
		t.Errorf("tapped row %d at %v", row, at)
	}
	c.Down(350, 60)
	c.Move(345, 66) // a shaking finger
	c.Up()
	if row != 11 {
		t.Errorf("shaking tap reached row %d", row)
	}
}

func TestListScrollsUnderAFingerWithoutTapping(t *testing.T) {
	c := newCart(t, 40)
	c.OnTap = func(i int, _ fyne.Position) { t.Errorf("tapped %d", i) }
	c.Down(100, 250)
	c.Move(100, 200)
	c.Move(100, 100)
	c.Up()
	if c.Offset() < 120 || c.moved == nil {
		t.Errorf("scrolled %v, fling %v", c.Offset(), c.moved != nil)
	}
}

func TestSelectionStaysWithItsRowWhileScrolling(t *testing.T) {
	c := newCart(t, 100)
	c.Select(50)
	for _, y := range []float32{0, 2600, 2750, 2790, 9999, 2700} {
		c.to(y)
		for _, r := range c.rows {
			is := r.box.Visible() && r.row.(*LineRow).shown.Title == "菜50"
			if r.box.Visible() && r.bed.Visible() != is {
				t.Fatalf("offset %v: %s selected %v", y, r.row.(*LineRow).shown.Title, r.bed.Visible())
			}
		}
	}
}

func TestShorterListLeavesNoGhostRows(t *testing.T) {
	c := newCart(t, 100)
	c.ScrollToEnd()
	c.n = 2
	c.Refresh()
	if v := c.visible(); len(v) != 2 || c.Offset() != 0 {
		t.Errorf("shows %v at %v", v, c.Offset())
	}
	c.n = 0
	c.Refresh()
	c.Tap(100, 20)
	if v := c.visible(); len(v) != 0 {
		t.Errorf("empty list shows %v", v)
	}
}

func TestRailReportsOnlyAFingersChoice(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	w := kittest.Window(t, l, &fyne.Container{}, 130, 400)
	var items []RailItem
	for i := range 20 {
		items = append(items, RailItem{Text: fmt.Sprint("类", i)})
	}
	var chosen []int
	r := NewRail(l, items, func(i int) { chosen = append(chosen, i) })
	w.SetContent(r)
	f := kittest.On(w.Canvas())
	f.Tap(60, 3*r.list.rowH-20)
	f.Tap(60, 3*r.list.rowH-20)
	r.Select(19)
	if len(chosen) != 1 || chosen[0] != 2 || r.Selected() != 19 {
		t.Errorf("chosen %v, selected %d", chosen, r.Selected())
	}
	if got := kittest.Texts(r); !slices.Contains(got, "类19") {
		t.Errorf("the chosen entry is out of view: %v", got)
	}
	if r.list.rowH < theme.MinTouch {
		t.Error("entries are smaller than a finger")
	}
}
