package cashier

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"wendan/store/order"
	"wendan/ui/kit"
)

// typingSheet asks for a short text with keys of its own; quick texts are offered for a tap. Real keyboards work too.
type typingSheet struct {
	s     *Screen
	sheet *kit.Sheet
	text  string
	most  int
	shift bool
	shown *kit.Words
	bed   *canvas.Rectangle
	keys  [2]*kit.Keypad // lower case, upper case
	quick []*kit.Button
	ok    *kit.Button
	done  func(string)
}

func keyRows(upper bool, space string) [][]kit.Key {
	line := func(s string) []kit.Key {
		var keys []kit.Key
		for _, r := range s {
			c := string(r)
			if upper {
				c = strings.ToUpper(c)
			}
			keys = append(keys, kit.Key{Code: c})
		}
		return keys
	}
	fifth := append([]kit.Key{{Code: "shift", Icon: kit.IconUp}}, line("zxcvbnm")...)
	return [][]kit.Key{line("1234567890"), line("qwertyuiop"), append(line("asdfghjkl"), kit.Key{Code: "/"}),
		append(fifth, kit.Key{Code: "."}, kit.Key{Code: kit.CodeBack, Icon: kit.IconBackspace}),
		append(append(line(":-_?="), kit.Key{Code: " ", Label: space, Wide: 3}), kit.Key{Code: "#"}, kit.Key{Code: kit.CodeClear, Icon: kit.IconClose, Kind: kit.Danger})}
}

// askText opens a typing sheet; done gets the text when the cashier confirms it.
func (s *Screen) askText(title, text string, most int, quick []string, done func(string)) {
	l := s.look
	t := &typingSheet{s: s, text: text, most: most, done: done, bed: fill(l.Card, l.Radius), shown: kit.NewWords(l, l.Title, l.Text, true, fyne.TextAlignLeading, 1, "")}
	for i := range t.keys {
		t.keys[i] = kit.NewKeypad(l, keyRows(i == 1, s.tr("key.space")), t.press)
	}
	t.keys[1].Hide()
	for _, q := range quick {
		t.quick = append(t.quick, kit.NewButton(l, kit.Plain, q, func() { t.add(q) }).SetHeight(l.Touch))
	}
	t.ok = kit.NewButton(l, kit.Primary, s.tr("act.confirm"), t.finish)
	objects := append([]fyne.CanvasObject{t.bed, t.shown, t.ok, t.keys[0], t.keys[1]}, objectsOf(t.quick)...)
	const cols = 6
	rows := float32((min(len(t.quick), 3*cols) + cols - 1) / cols)
	least := func() fyne.Size {
		return fyne.NewSize(min(s.root.Size().Width-4*l.Pad, 900*l.Scale), l.RowH+l.Gap+rows*(l.Touch+l.Gap)+5*(l.Touch+6*l.Scale))
	}
	content := sized(least, func(size fyne.Size) {
		bw := 140 * l.Scale
		put(t.bed, 0, 0, size.Width-bw-l.Gap, l.RowH)
		put(t.shown, l.Pad, 0, size.Width-bw-l.Gap-2*l.Pad, l.RowH)
		put(t.ok, size.Width-bw, 0, bw, l.RowH)
		y := l.RowH + l.Gap
		if rows > 0 {
			grid(l.Gap, 0, y, size.Width, l.Touch, cols, objectsOf(t.quick)...)
			y += rows * (l.Touch + l.Gap)
		}
		for _, k := range t.keys {
			put(k, 0, y, size.Width, size.Height-y)
		}
	}, objects...)
	t.sheet = kit.NewSheet(l, kit.Middle, title, true, content)
	t.sheet.OnClosed = func() { s.typing = nil }
	s.typing = t
	t.draw()
	s.open(t.sheet)
}

func (t *typingSheet) add(s string) {
	if n := len([]rune(t.text)) + len([]rune(s)); n <= t.most {
		t.text += s
		t.draw()
	}
}

func (t *typingSheet) press(code string) {
	switch code {
	case kit.CodeBack:
		if r := []rune(t.text); len(r) > 0 {
			t.text = string(r[:len(r)-1])
		}
	case kit.CodeClear:
		t.text = ""
	case kit.CodeEnter:
		t.finish()
		return
	case "shift":
		t.shift = !t.shift
		show(t.keys[0], !t.shift)
		show(t.keys[1], t.shift)
		return
	default:
		t.add(code)
		return
	}
	t.draw()
}

func (t *typingSheet) draw() { t.shown.Set(t.text + "▏") }

func (t *typingSheet) finish() {
	text := strings.TrimSpace(t.text)
	t.sheet.Close()
	t.done(text)
}

func (s *Screen) noteSheet() {
	s.askText(s.tr("order.remark"), s.m.Note(), order.MaxNote, s.m.QuickNotes(), s.m.SetNote)
}

func (s *Screen) refSheet() {
	if p := s.m.pay; p != nil {
		s.askText(s.tr("pay.ref.title"), p.Ref, 40, nil, s.m.SetRef)
	}
}

func (s *Screen) labelSheet(i int) {
	if held := s.m.HeldOrders(); i < len(held) {
		s.askText(s.tr("hold.label"), held[i].Label, 12, []string{"1", "2", "3", "A", "B", "C"}, func(text string) { s.m.Label(i, text) })
	}
}

func (s *Screen) orderSearch() {
	s.askText(s.tr("order.find"), s.m.list.Text, 16, nil, func(text string) { s.m.SearchOrders(text) })
}
