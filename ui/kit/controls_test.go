package kit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"wendan/ui/kit/kittest"
	"wendan/ui/theme"
)

func board(t *testing.T, o fyne.CanvasObject, w, h float32) *kittest.Finger {
	t.Helper()
	root := &fyne.Container{}
	win := kittest.Window(t, theme.NewLook(false, 1, false), root, w, h)
	put(root, o, 0, 0, w, h)
	return kittest.On(win.Canvas())
}

func TestKeypadReportsEveryKeyAtOnce(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	for name, rows := range map[string][][]Key{
		"numbers": NumberRows(BackKey(), Key{Code: "discount", Label: "折扣"}), "qwerty": QwertyRows(), "letters": LetterRows(),
	} {
		var got, want []string
		p := NewKeypad(l, rows, func(code string) { got = append(got, code) })
		m := p.MinSize()
		f := board(t, p, m.Width, m.Height)
		if small := kittest.Undersized(p); len(small) > 0 {
			t.Errorf("%s at its least size %v: %v", name, m, small)
		}
		for _, row := range rows {
			for _, k := range row {
				if k.Code != "" {
					want = append(want, k.Code, k.Code)
					if first, second := f.TapOn(p.Button(k.Code)), f.TapOn(p.Button(k.Code)); !first || !second {
						t.Errorf("%s: key %s cannot be reached", name, k.Code)
					}
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: pressed %v, reported %v", name, want, got)
		}
	}
}

func TestDigitsKeepTheirColumnsBesideAShortSideColumn(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	p := NewKeypad(l, NumberRows(BackKey()), func(string) {})
	board(t, p, 400, 260)
	for _, column := range [][]string{{"7", "4", "1", "00"}, {"8", "5", "2", "0"}, {"9", "6", "3", "."}} {
		for _, code := range column {
			if x, first := p.Button(code).Position().X, p.Button(column[0]).Position().X; x != first {
				t.Errorf("key %s begins at %v, key %s at %v", code, x, column[0], first)
			}
		}
	}
}

func TestLetterKeysHoldTheWholeAlphabet(t *testing.T) {
	for name, rows := range map[string][][]Key{"qwerty": QwertyRows(), "letters": LetterRows()} {
		var all []string
		for _, row := range rows {
			for _, k := range row {
				if len(k.Code) == 1 && k.Code >= "A" {
					all = append(all, k.Code)
				}
			}
		}
		slices.Sort(all)
		if strings.Join(all, "") != "ABCDEFGHIJKLMNOPQRSTUVWXYZ" {
			t.Errorf("%s has %v", name, all)
		}
	}
}

func TestPinIsNeverDrawnAndForgottenAfterUse(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	var got []string
	p := NewPinPad(l, 4, 6, func(pin string) { got = append(got, pin) })
	m := p.MinSize()
	f := board(t, p, m.Width, m.Height)
	press := func(codes ...string) {
		for _, c := range codes {
			if !f.TapOn(p.pad.Button(c)) {
				t.Fatalf("key %s cannot be reached", c)
			}
		}
	}
	before := kittest.Texts(p)
	press("1", "2", "3", CodeEnter)
	if len(got) != 0 || p.Count() != 3 {
		t.Fatalf("three digits of at least four were taken: %v", got)
	}
	press("9", CodeBack, "4", CodeEnter)
	press("1", "2", "3", "4", "5", "6", "7", CodeEnter)
	if !slices.Equal(got, []string{"1234", "123456"}) || p.Count() != 0 {
		t.Errorf("entered %v, %d digits left", got, p.Count())
	}
	press("8", "8")
	if !slices.Equal(kittest.Texts(p), before) {
		t.Errorf("entering digits changed the texts to %v", kittest.Texts(p))
	}
	if small := kittest.Undersized(p); len(small) > 0 {
		t.Error(small)
	}
	p.Clear()
	if p.Count() != 0 {
		t.Error("digits remembered")
	}

	got = nil
	q := NewPinPad(l, 4, 4, func(pin string) { got = append(got, pin) })
	f = board(t, q, 300, 320)
	for _, c := range "0042" {
		f.TapOn(q.pad.Button(string(c)))
	}
	if !slices.Equal(got, []string{"0042"}) {
		t.Errorf("a PIN of fixed length entered itself as %v", got)
	}
}

func TestTabsReportOnlyAFingersChoice(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	var chosen []int
	tabs := NewSegmentedTabs(l, []string{"堂食", "外带", "外卖", "扫码"}, func(i int) { chosen = append(chosen, i) })
	m := tabs.MinSize()
	f := board(t, tabs, m.Width, m.Height)
	tabs.SetCount(2, 3)
	tabs.SetCount(3, 120)
	if got := kittest.Texts(tabs); !slices.Equal(got, []string{"堂食", "外带", "外卖 3", "扫码 99+"}) {
		t.Errorf("tabs show %q", got)
	}
	tabs.SetCount(2, 0)
	f.TapOn(tabs.buttons[2])
	f.TapOn(tabs.buttons[2])
	tabs.Select(1)
	tabs.Select(7)
	if !slices.Equal(chosen, []int{2}) || tabs.Selected() != 1 || tabs.buttons[2].kind == Primary {
		t.Errorf("reported %v, selected %d", chosen, tabs.Selected())
	}
	if small := kittest.Undersized(tabs); len(small) > 0 {
		t.Error(small)
	}
}

func TestStatusSaysInWordsAndShapeWhatItsColourSays(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	tapped := 0
	c := NewStatusChip(l, Good, "打印机正常", func() { tapped++ })
	m := c.MinSize()
	f := board(t, c, m.Width, m.Height)
	round := c.dot.dot.CornerRadius
	c.Set(Bad, "打印机缺纸")
	if got := kittest.Texts(c); !slices.Equal(got, []string{"打印机缺纸"}) || c.dot.dot.CornerRadius == round {
		t.Errorf("shows %q with a corner of %v", got, c.dot.dot.CornerRadius)
	}
	if !f.TapOn(c) || tapped != 1 || len(kittest.Undersized(c)) > 0 {
		t.Errorf("tapped %d, too small %v", tapped, kittest.Undersized(c))
	}
}

func TestSwitchAndStepperReportOnlyFingers(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	var on []bool
	s := NewSwitch(l, "深色", false, func(v bool) { on = append(on, v) })
	f := board(t, s, 300, 56)
	f.TapOn(s)
	f.TapOn(s)
	s.Set(true)
	s.SetEnabled(false)
	f.TapOn(s)
	if !slices.Equal(on, []bool{true, false}) || !s.On() || !s.tick.Visible() {
		t.Errorf("reported %v, on %v, tick %v", on, s.On(), s.tick.Visible())
	}

	var n []int
	p := NewStepper(l, 8, 1, 9, func(v int) { n = append(n, v) })
	m := p.MinSize()
	f = board(t, p, m.Width, m.Height)
	f.TapOn(p.more)
	f.TapOn(p.more)
	f.TapOn(p.less)
	p.Set(-4)
	f.TapOn(p.less)
	if !slices.Equal(n, []int{9, 8}) || p.Value() != 1 {
		t.Errorf("reported %v, value %d", n, p.Value())
	}
	if small := kittest.Undersized(p); len(small) > 0 {
		t.Error(small)
	}
}

func TestPagerKnowsItsEnds(t *testing.T) {
	b := newBench(t, 100, true)
	p := NewPager(b.look, b.TileGrid)
	p.Resize(fyne.NewSize(300, 56))
	if p.back.Disabled() != true || p.next.Disabled() || !strings.HasPrefix(p.text.Text, "1 / ") {
		t.Errorf("at the beginning: %q", p.text.Text)
	}
	b.Turn(1)
	if p.back.Disabled() || !strings.HasPrefix(p.text.Text, "2 / ") {
		t.Errorf("on the second page: %q", p.text.Text)
	}
	b.Turn(50)
	if !p.next.Disabled() || p.text.Text != fmt.Sprintf("%d / %d", b.pages(), b.pages()) {
		t.Errorf("at the end: %q", p.text.Text)
	}
}

func TestAmountKeepsMinusAndSignBeforeTheNumber(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	a := NewAmountText(l, 40, fyne.TextAlignTrailing, "¥209.10")
	board(t, a, 300, 60)
	for amount, want := range map[string][2]string{"-¥8.00": {"-¥", "8.00"}, "¥0.00": {"¥", "0.00"}, "12 份": {"", "12 份"}} {
		a.Set(amount)
		if a.sign.Text != want[0] || a.num.Text != want[1] {
			t.Errorf("%q is drawn as %q and %q", amount, a.sign.Text, a.num.Text)
		}
		if end := a.num.Position().X + a.num.Size().Width; end < 298 || end > 302 {
			t.Errorf("%q ends at %v", amount, end)
		}
	}
}

func TestNamesWrapInsideTheirTile(t *testing.T) {
	board(t, &fyne.Container{}, 10, 10)
	for _, c := range []struct{ name, first, second string }{
		{"宫保鸡丁", "宫保鸡丁", ""},
		{"盐焗土豆丝配青椒", "盐焗土豆丝配", "青椒"},
		{"盐焗土豆丝配青椒及木耳拌粉", "盐焗土豆丝配", "青椒及木耳…"},
		{"Spicy Kung Pao", "Spicy Kung", "Pao"},
		{"Donaudampfschifffahrt", "", ""},
		{"", "", ""},
	} {
		a, b := wrapTwo(c.name, 18, true, 118)
		for _, line := range []string{a, b} {
			if w := measure(line, 18, true); w > 118 {
				t.Errorf("%q: line %q is %v wide", c.name, line, w)
			}
		}
		if c.first != "" && (a != c.first || b != c.second) {
			t.Errorf("%q wraps to %q and %q", c.name, a, b)
		}
	}
	if got := fit("宫保鸡丁", 18, true, 10); got != "…" {
		t.Errorf("no room gives %q", got)
	}
}

func TestPriceNeverRunsUnderItsTag(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	board(t, &fyne.Container{}, 10, 10)
	for _, price := range []string{"¥8.00", "¥1,288.00", "¥12,888.00"} {
		f := newTileFace(l)
		f.show(0, Tile{Name: "燕窝", Price: price, Tag: "售罄"}, false, fyne.NewSize(l.TileW, l.TileH))
		if end := f.price.Position().X + f.price.MinSize().Width; end > f.chip.Position().X {
			t.Errorf("%s ends at %v, the tag begins at %v", price, end, f.chip.Position().X)
		}
	}
}

func TestLabelShortensToItsRoomAndRemembersItsText(t *testing.T) {
	l := theme.NewLook(false, 1, false)
	b := NewLabel(l, l.Title, true, fyne.TextAlignLeading, "西湖店 收银台一号")
	board(t, b, 100, 40)
	if w := measure(b.text.Text, l.Title, true); w > 100 || b.text.Text == b.full || b.Text() != "西湖店 收银台一号" {
		t.Errorf("shows %q, %v wide", b.text.Text, w)
	}
	b.Resize(fyne.NewSize(b.FullWidth()+1, 40))
	if b.text.Text != b.full {
		t.Errorf("with room for all shows %q", b.text.Text)
	}
	b.Set("一店")
	if b.text.Text != "一店" {
		t.Errorf("after Set shows %q", b.text.Text)
	}
}

func TestDigitsHaveOneWidthSoAmountsDoNotJump(t *testing.T) {
	board(t, &fyne.Container{}, 10, 10)
	for _, bold := range []bool{false, true} {
		for _, d := range "123456789" {
			if w := measure(string(d), 40, bold); w != measure("0", 40, bold) {
				t.Errorf("bold %v: digit %c is %v wide, 0 is %v", bold, d, w, measure("0", 40, bold))
			}
		}
	}
}

func TestEqualIconsShareOneResource(t *testing.T) {
	red := theme.Light().Danger
	if once, again := IconBin.In(red), IconBin.In(red); once.Name() != again.Name() || IconBin.In(red).Name() == IconHold.In(red).Name() ||
		IconBin.In(red).Name() == IconBin.In(theme.Light().Text).Name() {
		t.Error("icon names do not tell drawing and colour apart")
	}
}
