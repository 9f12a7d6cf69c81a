package kit

import (
	"image/color"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"wendan/ui/kit/kittest"
	"wendan/ui/theme"
)

func put(c *fyne.Container, o fyne.CanvasObject, x, y, w, h float32) {
	place(o, x, y, w, h)
	c.Add(o)
}

func TestNothingUnderAnOpenSheetCanBeTouched(t *testing.T) {
	for _, lite := range []bool{false, true} {
		b := newBench(t, 120, lite)
		l := theme.NewLook(false, 1, lite)
		under := 0
		b.OnTap = func(int) { under++ }
		inside, closed := 0, 0
		s := NewSheet(l, Middle, "确定", false, NewButton(l, Primary, "好", func() { inside++ }))
		s.OnClosed = func() { closed++ }
		w := fyne.CurrentApp().Driver().AllWindows()
		c := w[len(w)-1].Canvas()
		s.Open(c)
		for y := float32(5); y < 600; y += 60 {
			for x := float32(5); x < 800; x += 90 {
				b.Down(x, y)
				b.Move(x, y+30)
				b.Up()
				b.Tap(x, y)
			}
		}
		if under != 0 || b.Offset() != 0 || inside == 0 {
			t.Fatalf("lite %v: %d taps and %v dp of scrolling fell through; %d inside", lite, under, b.Offset(), inside)
		}
		if !s.Shown() || closed != 0 {
			t.Fatal("a sheet that must stay was closed by a tap outside")
		}
		s.Close()
		s.Close()
		if s.Shown() || closed != 1 {
			t.Fatalf("closed %d times", closed)
		}
		b.Tap(b.middle(1))
		if under != 1 {
			t.Error("after closing, the screen does not react")
		}
	}
}

func TestClosableSheetClosesOutsideAndOnItsButtonOnly(t *testing.T) {
	for _, side := range []Side{Bottom, Right, Middle} {
		l := theme.NewLook(true, 1, false)
		w := kittest.Window(t, l, &fyne.Container{}, 1000, 700)
		f := kittest.On(w.Canvas())
		s := NewSheet(l, side, "付款", true, NewKeypad(l, NumberRows(), func(string) {}))
		s.Open(w.Canvas())
		if small := kittest.Undersized(s); len(small) > 0 {
			t.Errorf("side %d: %v", side, small)
		}
		p, z := s.bed.Position(), s.bed.Size()
		if p.X < 0 || p.Y < 0 || p.X+z.Width > 1000 || p.Y+z.Height > 700 {
			t.Errorf("side %d: panel at %v of %v leaves the screen", side, p, z)
		}
		f.Tap(p.X+4, p.Y+z.Height-3)
		if !s.Shown() {
			t.Fatalf("side %d: a tap on the panel closed it", side)
		}
		f.Tap(8, 8)
		if s.Shown() {
			t.Fatalf("side %d: a tap outside did not close it", side)
		}
		s.Open(w.Canvas())
		if !f.TapOn(s.close) || s.Shown() {
			t.Fatalf("side %d: ✕ did not close it", side)
		}
	}
}

func TestUndoWorksOnceAndOnlyWhileTheToastShows(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	grid := NewTileGrid(l, &menu{n: 100})
	taps := 0
	grid.OnTap = func(int) { taps++ }
	toast := NewToaster(l)
	var expire func()
	stopped := 0
	toast.later = func(d time.Duration, f func()) func() {
		if d != 5*time.Second {
			t.Errorf("toast stays %v", d)
		}
		expire = f
		return func() { stopped++ }
	}
	root := &fyne.Container{}
	w := kittest.Window(t, l, root, 800, 600)
	put(root, grid, 0, 0, 800, 600)
	put(root, toast, 0, 0, 800, 600)
	f := kittest.On(w.Canvas())

	undone := 0
	toast.Offer("已删除 宫保鸡丁", "撤销", func() { undone++ })
	if !slices.Contains(kittest.Texts(toast), "已删除 宫保鸡丁") || len(kittest.Undersized(toast)) > 0 {
		t.Fatalf("shows %q, too small %v", kittest.Texts(toast), kittest.Undersized(toast))
	}
	f.Tap(100, 100)
	if taps != 1 {
		t.Error("the toast keeps fingers from the dishes")
	}
	pos, size, _ := kittest.Where(w.Canvas(), toast.action)
	x, y := pos.X+size.Width/2, pos.Y+size.Height/2
	f.Down(x, y) // a shaking finger over the grid that would love to scroll
	f.Move(x+4, y+5)
	f.Up()
	if undone != 1 || toast.Visible() || taps != 1 {
		t.Fatalf("undone %d times, toast visible %v, taps below %d", undone, toast.Visible(), taps)
	}
	toast.Offer("已清空", "撤销", func() { undone++ })
	expire()
	if toast.Visible() || f.TapOn(toast.action) || undone != 1 {
		t.Error("undo still possible after the toast went")
	}
	toast.Offer("一", "撤销", func() { undone++ })
	before := stopped
	toast.Say("二")
	if stopped != before+1 || toast.action.Visible() {
		t.Error("the toast before still runs or its action is still offered")
	}
}

func TestBannerGivesItsRoomBack(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	root := &fyne.Container{}
	w := kittest.Window(t, l, root, 600, 100)
	b := NewBanner(l)
	put(root, b, 0, 0, 600, 48)
	if b.Visible() {
		t.Fatal("a banner without an alarm is visible")
	}
	toggles := 0
	b.OnToggle = func(bool) { toggles++ }
	done := 0
	for _, tone := range []Tone{Quiet, Accent, Good, Caution, Bad} {
		b.Raise(tone, "后厨打印机缺纸", "改用备用", func() { done++ })
		if c := theme.Contrast(b.ink, b.bed.FillColor.(color.NRGBA)); c < theme.MinContrast {
			t.Errorf("tone %d has contrast %.2f", tone, c)
		}
	}
	if !kittest.On(w.Canvas()).TapOn(b.action) || done != 1 || len(kittest.Undersized(b)) > 0 {
		t.Errorf("action ran %d times; too small %v", done, kittest.Undersized(b))
	}
	b.Clear()
	if b.Visible() || toggles != 2 {
		t.Errorf("after its cause went: visible %v, told %d times", b.Visible(), toggles)
	}
}
