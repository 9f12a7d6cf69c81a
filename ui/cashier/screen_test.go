package cashier_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"wendan/devices/ticket/typeface"
	"wendan/store/act"
	"wendan/store/fault"
	"wendan/store/menu"
	"wendan/store/pay"
	"wendan/ui/cashier"
	"wendan/ui/cashier/cashiertest"
	"wendan/ui/i18n"
	"wendan/ui/kit/kittest"
	"wendan/ui/theme"
)

// shown is a till with its screen in a headless window.
type shown struct {
	*till
	screen *cashier.Screen
	win    fyne.Window
	finger *kittest.Finger
}

func onScreen(t testing.TB, width, height float32, edit func(*cashiertest.Register)) *shown {
	t.Helper()
	b := closed(t, edit)
	set := b.Settings()
	w := kittest.Window(t, theme.NewLook(set.Dark, set.Scale, set.Lite), nil, width, height)
	s := cashier.Over(b.Model)
	w.SetContent(s.Content())
	w.Resize(fyne.NewSize(width, height))
	s.Attach(w)
	b.ChoosePerson(b.People()[0])
	b.SignIn("1234")
	b.settle()
	b.follow()
	return &shown{b, s, w, kittest.On(w.Canvas())}
}

func (s *shown) tile(i int) (x, y float32) {
	for _, o := range objects(s.win.Canvas().Content()) {
		if g, ok := o.(interface {
			TileRect(int) (fyne.Position, fyne.Size)
		}); ok && o.Visible() {
			at, _, found := kittest.Where(s.win.Canvas(), o)
			if p, size := g.TileRect(i); found {
				return at.X + p.X + size.Width/2, at.Y + p.Y + size.Height/2
			}
		}
	}
	return 0, 0
}

// objects lists everything visible under o.
func objects(o fyne.CanvasObject) []fyne.CanvasObject {
	if o == nil || !o.Visible() {
		return nil
	}
	out := []fyne.CanvasObject{o}
	var children []fyne.CanvasObject
	switch o := o.(type) {
	case *fyne.Container:
		children = o.Objects
	case fyne.Widget:
		children = test.WidgetRenderer(o).Objects()
	}
	for _, c := range children {
		out = append(out, objects(c)...)
	}
	return out
}

func (s *shown) texts() string {
	all := kittest.Texts(s.win.Canvas().Content())
	for _, o := range s.win.Canvas().Overlays().List() {
		all = append(all, kittest.Texts(o)...)
	}
	return strings.Join(all, "|")
}

func TestTenThousandTapsAreTenThousandPortionsAndTheHeapStaysFlat(t *testing.T) {
	s := onScreen(t, 1366, 768, nil)
	var plain []int
	for c := range s.Categories() {
		s.Choose(c)
		plain = plain[:0]
		for i := range min(20, s.Dishes()) {
			if d := s.Dish(i).Dish; len(d.Sizes) == 0 && len(d.Groups) == 0 {
				plain = append(plain, i)
			}
		}
		if len(plain) > 12 {
			break
		}
	}
	if len(plain) < 5 {
		t.Fatalf("only %d plain dishes on a page", len(plain))
	}
	var first uint64
	taps := 0
	for round := range 10 {
		for range 1000 {
			x, y := s.tile(plain[taps%len(plain)])
			s.finger.Tap(x, y)
			taps++
		}
		s.pass(time.Second)
		runtime.GC()
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		if round == 1 {
			first = mem.HeapAlloc
		}
		if round == 9 && mem.HeapAlloc > first+first/4+(2<<20) {
			t.Errorf("heap grew from %d to %d bytes", first, mem.HeapAlloc)
		}
	}
	if s.qty() != 10_000 {
		t.Errorf("10000 taps became %d portions", s.qty())
	}
	if !strings.Contains(s.texts(), cashier.Yuan(s.Bill().Total)) {
		t.Error("the pay button does not show the total")
	}
}

// BenchmarkTap is a finger on a tile until the model and every widget show it.
func BenchmarkTap(b *testing.B) {
	s := onScreen(b, 1366, 768, nil)
	x, y := s.tile(0)
	for b.Loop() {
		s.finger.Tap(x, y)
	}
	s.settle()
}

func TestASaleGoesThroughByFingerAlone(t *testing.T) {
	s := onScreen(t, 1024, 600, nil)
	x, y := s.tile(0)
	s.finger.Tap(x, y)
	s.press(t, "收款")
	s.press(t, "¥100")
	s.settle()
	s.follow()
	if s.Last() == nil || len(s.reg.Rows) != 1 {
		t.Fatalf("no sale: %s", s.texts())
	}
	for _, want := range []string{"已保存", "找零", "42.00", "A001"} {
		if !strings.Contains(s.texts(), want) {
			t.Errorf("%q is not on the screen: %s", want, s.texts())
		}
	}
}

// press taps the button with a text.
func (s *shown) press(t *testing.T, text string) {
	t.Helper()
	roots := append([]fyne.CanvasObject{s.win.Canvas().Content()}, s.win.Canvas().Overlays().List()...)
	for k := len(roots) - 1; k >= 0; k-- {
		for _, o := range objects(roots[k]) {
			if b, ok := o.(interface{ Text() string }); ok && b.Text() == text {
				if _, tap := o.(fyne.Tappable); tap && s.finger.TapOn(o) {
					return
				}
			}
		}
	}
	t.Fatalf("no button %q to tap in %s", text, s.texts())
}

// scenes puts the screen through everything a cashier meets; each is called on a fresh screen.
var scenes = map[string]func(s *shown){
	"sign":   func(s *shown) { s.Lock(); s.ChoosePerson(s.People()[1]) },
	"sale":   func(s *shown) { s.ring(8) },
	"empty":  func(s *shown) {},
	"keypad": func(s *shown) { s.ring(3); s.OpenKeypad(); s.Type("1") },
	"choice": func(s *shown) { s.ring(1); s.Tap(fish) },
	"pay":    func(s *shown) { s.ring(4); s.StartPay(); s.TypePay("5"); s.TypePay("0") },
	"mixed": func(s *shown) {
		s.ring(4)
		s.StartPay()
		s.TypePay("5")
		s.TakeWay(pay.Card)
		s.TypePay("+100")
		s.TypePay("+50")
	},
	"change": func(s *shown) { s.ring(4); s.StartPay(); s.TakeCash(50000); s.settle() },
	"find":   func(s *shown) { s.Go(cashier.PageFind); s.TypeFind("H") },
	"held":   func(s *shown) { s.ring(3); s.Hold(); s.ring(2); s.Go(cashier.PageHeld) },
	"orders": func(s *shown) { s.sell(3); s.ShowTab(cashier.TabToday); s.settle() },
	"unpaid": func(s *shown) {
		s.ring(2)
		s.Place()
		s.settle()
		s.follow()
		s.ShowTab(cashier.TabUnpaid)
		s.settle()
	},
	"settings": func(s *shown) { s.Go(cashier.PageSettings) },
	"soldout":  func(s *shown) { s.Go(cashier.PageSoldOut) },
	"day": func(s *shown) {
		s.CloseDay()
		s.settle()
		s.follow()
	},
	"alarm": func(s *shown) {
		s.reg.Edit(func(r *cashiertest.Register) { r.State.DiskFull, r.State.Online, r.State.Made = true, false, 123456 })
		s.follow()
		s.ring(4)
	},
	"unknown": func(s *shown) {
		s.ring(2)
		s.reg.Lose = func(act.Act) error { return errLost }
		s.StartPay()
		s.TakeCash(100000)
		s.settle()
	},
}

// sheets are opened by pressing what opens them.
var sheets = map[string][]string{
	"more": {"act.more"}, "devices": {"act.more", "status.title"}, "help": {"act.more", "help.title"}, "drawer": {"act.more", "pay.drawer"},
	"close": {"act.more", "day.close"}, "note": {"order.note"}, "printer": {"act.more", "act.settings", "printer.add"},
}

func (s *shown) ring(n int) {
	for i := range n {
		s.Tap([]uint32{pork, kung, shreds, 204, 301, 302, fish, 401}[i%8])
		if c := s.Choice(); c != nil {
			s.ChooseSize(0)
			for _, g := range c.Groups() {
				if g.Required {
					s.ChooseMethod(g, g.Methods[0].ID)
				}
			}
			s.EndChoice()
		}
	}
}

func (s *shown) sell(n int) {
	for i := range n {
		s.ring(i + 1)
		s.StartPay()
		s.TakeWay(pay.WeChat)
		s.settle()
	}
	s.follow()
}

// everyScene calls check on every scene and sheet at 1024x600 in both languages.
func everyScene(t *testing.T, check func(t *testing.T, s *shown)) {
	for _, lang := range []fault.Lang{fault.ZH, fault.EN} {
		prepare := func(r *cashiertest.Register) {
			r.Prefs.Lang = lang
			r.View.Limits = menu.Limits{104: {}, 108: {Left: 3}}
		}
		for name, play := range scenes {
			t.Run(string(lang)+"/"+name, func(t *testing.T) {
				s := onScreen(t, 1024, 600, prepare)
				play(s)
				check(t, s)
			})
		}
		for name, path := range sheets {
			t.Run(string(lang)+"/sheet "+name, func(t *testing.T) {
				s := onScreen(t, 1024, 600, prepare)
				s.ring(2)
				for _, key := range path {
					s.press(t, i18n.T(lang, key))
				}
				if s.win.Canvas().Overlays().Top() == nil {
					t.Fatal("no sheet opened")
				}
				check(t, s)
			})
		}
	}
}

func TestEveryPageHasBigKeysWholeWordsAndTextsThatCanBeDrawn(t *testing.T) {
	everyScene(t, func(t *testing.T, s *shown) {
		roots := append([]fyne.CanvasObject{s.win.Canvas().Content()}, s.win.Canvas().Overlays().List()...)
		keys, texts := 0, 0
		for _, root := range roots {
			keys += kittest.Tappables(root)
			for _, small := range kittest.Undersized(root) {
				t.Error(small)
			}
			for _, o := range objects(root) {
				switch o := o.(type) {
				case *canvas.Text:
					if o.Text != "" {
						texts++
						checkText(t, s, o)
					}
				case button:
					checkButton(t, o)
				}
			}
		}
		if keys < 3 || texts < 5 {
			t.Errorf("only %d things to tap and %d texts", keys, texts)
		}
	})
}

// checkText wants a text on the screen, from the table, and in runes of the typeface.
func checkText(t *testing.T, s *shown, text *canvas.Text) {
	if m := typeface.Missing(text.Text); len(m) > 0 {
		t.Errorf("%q: the typeface cannot draw %q", text.Text, m)
	}
	if strings.HasPrefix(text.Text, "[") {
		t.Errorf("%q is no text of the table", text.Text)
	}
	if text.TextSize < 10 {
		t.Errorf("%q is %v dp high", text.Text, text.TextSize)
	}
	pos, _, found := kittest.Where(s.win.Canvas(), text)
	if w := text.MinSize().Width; found && (pos.X < -1 || pos.X+w > 1025) {
		t.Errorf("%q reaches from %.0f to %.0f", text.Text, pos.X, pos.X+w)
	}
}

type button interface {
	fyne.CanvasObject
	Text() string
	Pressed() bool
}

// checkButton wants the whole words on a button. Addresses may be longer than any button.
func checkButton(t *testing.T, b button) {
	if strings.Contains(b.Text(), ":") {
		return
	}
	for _, text := range kittest.Texts(b) {
		if strings.HasSuffix(text, "…") && !strings.HasSuffix(b.Text(), "…") {
			t.Errorf("button %q is drawn as %q", b.Text(), text)
		}
	}
}

func TestALanguageSwitchKeepsTheOrder(t *testing.T) {
	s := onScreen(t, 1366, 768, nil)
	s.ring(3)
	total := s.Bill().Total
	s.Change(func(p *cashier.Settings) { p.Lang, p.Dark, p.Scale = fault.EN, true, 1.4 })
	s.settle()
	if s.Lines() != 3 || s.Bill().Total != total || !strings.Contains(s.texts(), "Pay") || strings.Contains(s.texts(), "收款") {
		t.Errorf("%d lines; %s", s.Lines(), s.texts())
	}
}

func TestADoubleTapOnAPayingKeyRingsUpNothingInTheNextOrder(t *testing.T) {
	s := onScreen(t, 1366, 768, nil)
	x, y := s.tile(0)
	s.finger.Tap(x, y)
	s.press(t, "收款")
	for _, o := range objects(s.win.Canvas().Content()) {
		if b, ok := o.(button); ok && b.Text() == "支付宝" {
			pos, size, _ := kittest.Where(s.win.Canvas(), o)
			x, y = pos.X+size.Width/2, pos.Y+size.Height/2
		}
	}
	s.finger.Tap(x, y)
	s.settle()
	s.now = s.now.Add(150 * time.Millisecond)
	s.finger.Tap(x, y)
	if s.Last() == nil || s.Lines() != 0 {
		t.Fatalf("the second half of the double tap rang up %d lines", s.Lines())
	}
	s.finger.Tap(x, y)
	if s.Lines() != 1 && s.Choice() == nil {
		t.Error("the next tap did nothing")
	}
}
