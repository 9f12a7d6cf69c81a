package kit

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"wendan/ui/kit/kittest"
	"wendan/ui/theme"
)

var light = theme.Light()

type menu struct {
	n     int
	asked int
	count map[int]int
}

func (m *menu) Len() int { return m.n }
func (m *menu) At(i int) Tile {
	m.asked++
	t := Tile{Name: fmt.Sprintf("菜品%d", i), Price: "¥38.00", Bar: light.Category(i)}
	if c := m.count[i]; c > 0 {
		t.Badge, t.Selected = fmt.Sprint(c), true
	}
	return t
}

type bench struct {
	*TileGrid
	*kittest.Finger
	menu  *menu
	clock time.Time
	fling func(done float32)
	held  func()
}

func newBench(t testing.TB, n int, lite bool) *bench {
	b := &bench{menu: &menu{n: n, count: map[int]int{}}, clock: time.Unix(0, 0)}
	l := theme.NewLook(false, 1, lite)
	w := kittest.Window(t, l, &fyne.Container{}, 810, 600)
	b.TileGrid = NewTileGrid(l, b.menu)
	b.now = func() time.Time { return b.clock }
	b.animate = func(_ time.Duration, tick func(float32)) func() { b.fling = tick; return func() { b.fling = nil } }
	b.later = func(_ time.Duration, f func()) func() { b.held = f; return func() { b.held = nil } }
	w.SetContent(b.TileGrid)
	b.Finger = kittest.On(w.Canvas())
	return b
}

func (b *bench) middle(i int) (float32, float32) {
	p, s := b.TileRect(i)
	return p.X + s.Width/2, p.Y + s.Height/2
}

// swipe drags by dy in ten steps of ten milliseconds.
func (b *bench) swipe(dy float32) {
	b.Down(400, 300)
	for k := 1; k <= 10; k++ {
		b.clock = b.clock.Add(10 * time.Millisecond)
		b.Move(400, 300+dy*float32(k)/10)
	}
	b.Up()
}

func (b *bench) shownTiles() map[int]string {
	m := map[int]string{}
	for _, f := range b.faces {
		if f.box.Visible() {
			m[f.index] = f.line1.Text
		}
	}
	return m
}

func TestTapsInAreQuantitiesOut(t *testing.T) {
	b := newBench(t, 120, false)
	b.OnTap = func(i int) { b.menu.count[i]++; b.RefreshItem(i) }
	for k := range 3000 {
		b.Tap(b.middle(k % 20))
	}
	for i := range 20 {
		if b.menu.count[i] != 150 {
			t.Errorf("dish %d was tapped 150 times and counts %d", i, b.menu.count[i])
		}
		if f := b.faceOf(i); f.n.Text != "150" || f.shown.Badge != "150" || !f.disc.Visible() {
			t.Errorf("dish %d shows the badge %q", i, f.n.Text)
		}
	}
}

func TestTileLightsUpOnFingerDownAndActsOnFingerUp(t *testing.T) {
	b := newBench(t, 120, false)
	var got []int
	b.OnTap = func(i int) { got = append(got, i) }
	x, y := b.middle(7)
	b.Down(x, y)
	if b.faceOf(7).card.FillColor != b.look.Press || len(got) != 0 {
		t.Fatal("no highlight on finger-down, or acted too early")
	}
	b.Up()
	if b.faceOf(7).card.FillColor != b.look.Card || len(got) != 1 || got[0] != 7 {
		t.Fatalf("after finger-up acted on %v", got)
	}
}

func TestShakingFingerTapsTheTileItPressed(t *testing.T) {
	b := newBench(t, 120, false)
	var got []int
	b.OnTap = func(i int) { got = append(got, i) }
	x, y := b.middle(3)
	b.Down(x, y)
	b.Move(x+5, y+9)
	b.Move(x-6, y-8)
	b.Up()
	if len(got) != 1 || got[0] != 3 || b.Offset() != 0 {
		t.Fatalf("tapped %v, scrolled by %v", got, b.Offset())
	}
}

func TestDraggingScrollsAndTapsNothing(t *testing.T) {
	b := newBench(t, 120, false)
	b.OnTap = func(i int) { t.Errorf("drag tapped %d", i) }
	x, y := b.middle(3)
	b.Down(x, y+200)
	b.Move(x, y+150)
	b.Move(x, y)
	if want := float32(200 - slop); b.Offset() < want-1 || b.Offset() > want+1 {
		t.Errorf("a drag of 200 dp scrolled %v, want %v", b.Offset(), want)
	}
	b.clock = b.clock.Add(time.Second) // the finger rests before it leaves
	b.Up()
	if b.fling != nil {
		t.Error("a resting finger flings")
	}
}

func TestFlingRunsOnAndATouchOnlyStopsIt(t *testing.T) {
	b := newBench(t, 2000, false)
	taps := 0
	b.OnTap = func(int) { taps++ }
	b.swipe(-250)
	if b.fling == nil {
		t.Fatal("a swipe does not fling")
	}
	from := b.Offset()
	b.fling(0.1)
	early := b.Offset() - from
	b.fling(0.2)
	late := b.Offset() - from - early
	if early <= 0 || late <= 0 || late >= early {
		t.Fatalf("fling moved %v then %v; it must slow down", early, late)
	}
	at := b.Offset()
	b.Tap(b.middle(int(at/b.stride())*b.cols + 5))
	if taps != 0 || b.fling != nil || b.Offset() != at {
		t.Fatalf("touch during a fling: %d taps, moved by %v", taps, b.Offset()-at)
	}
	b.Tap(b.middle(int(at/b.stride())*b.cols + 5))
	if taps != 1 {
		t.Fatal("the next tap does not count")
	}
}

func TestLongPressReplacesTheTap(t *testing.T) {
	b := newBench(t, 120, false)
	var taps, holds []int
	b.OnTap = func(i int) { taps = append(taps, i) }
	b.Down(b.middle(4))
	if b.held != nil {
		b.held()
	}
	b.Up()
	if len(taps) != 1 {
		t.Fatal("without OnHold a long press must tap")
	}
	b.OnHold = func(i int) { holds = append(holds, i) }
	b.Down(b.middle(4))
	b.held()
	b.Up()
	if len(taps) != 1 || len(holds) != 1 || holds[0] != 4 {
		t.Fatalf("taps %v, long presses %v", taps, holds)
	}
	b.Down(b.middle(4))
	b.Move(400, 500)
	if b.held != nil {
		t.Error("long press still waits while scrolling")
	}
	b.Up()
}

func TestCostDoesNotDependOnTheNumberOfItems(t *testing.T) {
	asked := func(n int) (int, int) {
		b := newBench(t, n, false)
		b.menu.asked = 0
		for range 40 {
			b.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -30)})
		}
		return b.menu.asked, len(b.faces)
	}
	a1, f1 := asked(120)
	a2, f2 := asked(2000)
	if f1 != f2 || a1 != a2 {
		t.Errorf("120 dishes: %d tiles, %d reads; 2000 dishes: %d tiles, %d reads", f1, a1, f2, a2)
	}
	if f2 > 60 {
		t.Errorf("%d tiles in the pool for a screen of 30", f2)
	}
}

func TestEveryVisiblePlaceShowsItsOwnItemAfterAnyScroll(t *testing.T) {
	b := newBench(t, 2000, false)
	for _, to := range []float32{0, 33, 5000, 4990, 123456, 0} {
		b.to(to)
		shown := b.shownTiles()
		for i := range b.menu.n {
			p, s := b.TileRect(i)
			visible := p.Y < b.Size().Height && p.Y+s.Height > 0
			if name, ok := shown[i]; ok != visible || ok && name != fmt.Sprintf("菜品%d", i) {
				t.Fatalf("offset %v, item %d: visible %v, shown %v as %q", b.Offset(), i, visible, ok, name)
			}
		}
	}
}

func TestOnlyTheChangedTileIsTouched(t *testing.T) {
	b := newBench(t, 120, false)
	bound := map[int]bool{}
	for _, f := range b.faces {
		bound[f.index] = f.box.Visible()
		f.line1.Text = "未重绘" // a redraw of an unchanged tile would not restore it, a rebind would
	}
	b.menu.count[9] = 2
	b.RefreshItem(9)
	b.Refresh()
	for _, f := range b.faces {
		if f.line1.Text != "未重绘" && bound[f.index] {
			t.Errorf("tile %d was rebound although it did not change", f.index)
		}
	}
	if f := b.faceOf(9); f.n.Text != "2" {
		t.Error("the changed tile does not show its badge")
	}
}

func TestPageModeTurnsWholePagesWithoutFling(t *testing.T) {
	b := newBench(t, 100, true)
	var told [][2]int
	b.OnPages = func(p, n int) { told = append(told, [2]int{p, n}) }
	b.swipe(-250)
	if b.fling != nil {
		t.Fatal("page mode flings")
	}
	perPage := len(b.shownTiles())
	if first, _ := b.TileRect(perPage); first.Y != b.edge() {
		t.Errorf("second page begins at %v, want %v", first.Y, b.edge())
	}
	if len(told) != 1 || told[0][0] != 1 || told[0][1] != (100+perPage-1)/perPage {
		t.Errorf("pages told: %v with %d per page", told, perPage)
	}
	b.Turn(99)
	if b.shownTiles()[99] == "" {
		t.Error("last page does not show the last dish")
	}
	b.Turn(-99)
	if b.Offset() != 0 {
		t.Error("turning back does not reach the first page")
	}
	for i := range b.shownTiles() {
		if p, s := b.TileRect(i); p.Y < 0 || p.Y+s.Height > b.Size().Height {
			t.Errorf("tile %d is cut off at %v", i, p.Y)
		}
	}
}

func TestScrollToShowsTheItemWhole(t *testing.T) {
	for _, lite := range []bool{false, true} {
		b := newBench(t, 500, lite)
		for _, i := range []int{0, 499, 250, 251, 3} {
			b.ScrollTo(i)
			if p, s := b.TileRect(i); p.Y < 0 || p.Y+s.Height > b.Size().Height || b.shownTiles()[i] == "" {
				t.Errorf("lite %v: item %d is at %v of %v", lite, i, p.Y, b.Size().Height)
			}
		}
	}
}

func TestTilesAreBigEnoughAndFillTheWidth(t *testing.T) {
	for _, width := range []float32{200, 480, 810, 1300} {
		b := newBench(t, 40, false)
		b.TileGrid.Resize(fyne.NewSize(width, 600))
		_, s := b.TileRect(0)
		last, _ := b.TileRect(b.Columns() - 1)
		if s.Width < b.look.TileW-1 || s.Height < 72 {
			t.Errorf("width %v: tiles of %v", width, s)
		}
		if right := last.X + s.Width; right < width-b.edge()-1 || right > width-b.edge()+1 {
			t.Errorf("width %v: last column ends at %v", width, right)
		}
	}
}

func TestFewerItemsAfterAScrollLeaveNoGhosts(t *testing.T) {
	b := newBench(t, 500, false)
	b.to(3000)
	b.menu.n = 7
	b.Refresh()
	if b.Offset() != 0 || len(b.shownTiles()) != 7 {
		t.Errorf("offset %v, %d tiles shown", b.Offset(), len(b.shownTiles()))
	}
	b.SetTiles(&menu{n: 0})
	if len(b.shownTiles()) != 0 {
		t.Error("an empty category shows tiles")
	}
	b.Tap(100, 100)
}

func BenchmarkTileTap(tb *testing.B) {
	b := newBench(tb, 120, false)
	n := 0
	b.OnTap = func(i int) { n++; b.menu.count[i]++; b.RefreshItem(i) }
	x, y := b.middle(7)
	for tb.Loop() {
		b.Tap(x, y)
	}
	if n == 0 {
		tb.Fatal("no tap arrived")
	}
}

func BenchmarkTileGridScroll(tb *testing.B) {
	for _, n := range []int{120, 2000} {
		tb.Run(fmt.Sprint(n), func(tb *testing.B) {
			b := newBench(tb, n, false)
			dy := float32(-17)
			for tb.Loop() {
				b.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, dy)})
				if b.offset == b.last() || b.offset == 0 {
					dy = -dy
				}
			}
		})
	}
}
