package kit_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"wendan/ui/kit"
	"wendan/ui/kit/kittest"
	"wendan/ui/theme"
)

// board lays objects out where a test puts them.
type board struct{ fyne.Container }

func (b *board) put(o fyne.CanvasObject, x, y, w, h float32) {
	o.Resize(fyne.NewSize(w, h))
	o.Move(fyne.NewPos(x, y))
	b.Add(o)
}

func show(t testing.TB, l *theme.Look, w, h float32, fill func(b *board)) (fyne.Window, *kittest.Finger) {
	t.Helper()
	b := &board{}
	win := kittest.Window(t, l, &b.Container, w, h)
	fill(b)
	return win, kittest.On(win.Canvas())
}

func TestEveryQuickTapOnAButtonCounts(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	n := 0
	b := kit.NewButton(l, kit.Plain, "加", func() { n++ })
	_, f := show(t, l, 200, 100, func(s *board) { s.put(b, 10, 10, 100, 60) })
	if _, double := any(b).(fyne.DoubleTappable); double {
		t.Fatal("a double-tappable button delays every single tap")
	}
	for range 500 {
		f.Tap(50, 40)
	}
	if n != 500 {
		t.Fatalf("%d of 500 taps counted", n)
	}
}

func TestShakingFingerStillPressesTheButton(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	n := 0
	b := kit.NewButton(l, kit.Plain, "加", func() { n++ })
	_, f := show(t, l, 200, 100, func(s *board) { s.put(b, 10, 10, 100, 60) })
	f.Down(50, 40)
	f.Move(55, 44)
	f.Move(47, 38)
	if !b.Pressed() {
		t.Error("highlight lost while the finger shakes")
	}
	f.Up()
	if n != 1 || b.Pressed() {
		t.Fatalf("shaking tap acted %d times, pressed %v", n, b.Pressed())
	}
}

func TestSlidingOffCancelsAndSlidingBackRestores(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	n := 0
	b := kit.NewButton(l, kit.Pay, "收款", func() { n++ })
	_, f := show(t, l, 300, 300, func(s *board) { s.put(b, 10, 10, 100, 60) })
	f.Down(50, 40)
	if !b.Pressed() || n != 0 {
		t.Fatalf("finger down: pressed %v, acted %d times", b.Pressed(), n)
	}
	f.Move(60, 200)
	if b.Pressed() {
		t.Error("still highlighted after sliding off")
	}
	f.Up()
	if n != 0 {
		t.Fatal("sliding off acted")
	}
	f.Down(50, 40)
	f.Move(60, 200)
	f.Move(50, 40)
	if !b.Pressed() {
		t.Error("highlight does not return")
	}
	f.Up()
	if n != 1 {
		t.Fatalf("sliding off and back acted %d times", n)
	}
}

func TestDisabledButtonSwallowsTaps(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	below, n := 0, 0
	b := kit.NewButton(l, kit.Pay, "收款", func() { n++ })
	under := kit.NewButton(l, kit.Plain, "", func() { below++ })
	_, f := show(t, l, 300, 300, func(s *board) { s.put(under, 0, 0, 300, 300); s.put(b, 10, 10, 100, 60) })
	b.Disable()
	f.Tap(50, 40)
	f.Down(50, 40)
	f.Move(56, 40)
	f.Up()
	if n != 0 || below != 0 || b.Pressed() {
		t.Fatalf("disabled: acted %d, fell through %d, pressed %v", n, below, b.Pressed())
	}
	b.Enable()
	f.Tap(50, 40)
	if n != 1 {
		t.Fatal("enabled button does not act")
	}
}

func TestButtonsAreNeverSmallerThanAFinger(t *testing.T) {
	for _, scale := range []float32{1, 1.4} {
		l := theme.NewLook(false, scale, false)
		kittest.Window(t, l, &fyne.Container{}, 10, 10)
		for k := kit.Pay; k <= kit.Alarm; k++ {
			for _, text := range []string{"", "1", "收款"} {
				m := kit.NewIconButton(l, k, kit.IconCheck, text, nil).SetHeight(20).MinSize()
				if m.Width < theme.MinTouch || m.Height < theme.MinTouch {
					t.Errorf("kind %d with %q at scale %v is %v", k, text, scale, m)
				}
			}
		}
	}
	l := theme.NewLook(false, 1, false)
	if m := kit.NewButton(l, kit.Pay, "收款", nil).MinSize(); m.Height < 72 {
		t.Errorf("pay button is only %v high", m.Height)
	}
}

func TestLongLabelEndsInAnEllipsisAndKeepsItsText(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	b := kit.NewButton(l, kit.Plain, "盐焗土豆丝配青椒及木耳", nil)
	show(t, l, 300, 300, func(s *board) { s.put(b, 0, 0, 100, 60) })
	got := kittest.Texts(b)
	if len(got) != 1 || got[0] == b.Text() || []rune(got[0])[len([]rune(got[0]))-1] != '…' {
		t.Fatalf("shows %q", got)
	}
	b.SetText("加")
	if got := kittest.Texts(b); len(got) != 1 || got[0] != "加" {
		t.Fatalf("after SetText shows %q", got)
	}
}

func TestAmountOnPayButtonChangesInPlace(t *testing.T) {
	l := theme.NewLook(true, 1, false)
	b := kit.NewButton(l, kit.Pay, "收款", nil)
	show(t, l, 400, 100, func(s *board) { s.put(b, 0, 0, 380, 76) })
	for _, amount := range []string{"¥8.00", "¥12,345.60", ""} {
		b.SetDetail(amount)
		got := kittest.Texts(b)
		if amount != "" && (len(got) != 2 || got[1] != amount) || amount == "" && len(got) != 1 {
			t.Errorf("amount %q: shows %q", amount, got)
		}
	}
}

func TestUndersizedFindsWhatAFingerMisses(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	w, _ := show(t, l, 300, 300, func(s *board) {
		s.put(kit.NewButton(l, kit.Plain, "小", nil), 0, 0, 40, 60)
		s.put(kit.NewButton(l, kit.Plain, "大", nil), 50, 0, 60, 60)
		hidden := kit.NewButton(l, kit.Plain, "藏", nil)
		s.put(hidden, 50, 0, 10, 10)
		hidden.Hide()
	})
	small := kittest.Undersized(w.Content())
	if len(small) != 1 || small[0].Text != "小" || kittest.Tappables(w.Content()) != 2 {
		t.Fatalf("found %v of %d", small, kittest.Tappables(w.Content()))
	}
}
