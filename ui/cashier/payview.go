package cashier

import (
	"time"

	"fyne.io/fyne/v2"

	"wendan/store/money"
	"wendan/store/pay"
	"wendan/ui/kit"
)

// payView takes the money: on the left the ways, each of them the last tap of a sale; on the right a
// keypad for other amounts.
type payView struct {
	s       *Screen
	box     *fyne.Container
	back    *kit.Button
	title   *kit.Words
	what    *kit.Words
	due     *kit.AmountText
	taken   []*kit.Button
	cash    *kit.Words
	exact   *kit.Button
	notes   []*kit.Button
	other   *kit.Words
	ref     *kit.Button
	ways    []*kit.Button
	entry   *kit.Words
	gives   *kit.Words
	keys    *kit.Keypad
	typed   *kit.Button
	trouble *kit.Words
	retry   *kit.Button
	aside   *kit.Button
	pressed *kit.Button // the key that took money last
	left    time.Time   // when the page went away after a sale
}

// most tenders shown as chips; more are possible but nobody pays in more ways.
const mostChips = 4

var otherWays = []pay.Way{pay.WeChat, pay.Alipay, pay.Card, pay.UnionPay}

func newPayView(s *Screen) *payView {
	l, m := s.look, s.m
	v := &payView{s: s, title: heading(l, s.tr("pay.title")), what: kit.NewWords(l, l.Body, l.Muted, false, fyne.TextAlignTrailing, 1, ""),
		due: kit.NewAmountText(l, l.Total*1.5, fyne.TextAlignTrailing, ""), cash: muted(l, s.tr("pay.cash")), other: muted(l, s.tr("pay.byhand")),
		entry: kit.NewWords(l, l.Total, l.Text, true, fyne.TextAlignTrailing, 1, ""), gives: kit.NewWords(l, l.Body, l.PayText, true, fyne.TextAlignLeading, 1, ""),
		trouble: kit.NewWords(l, l.Body, l.DangerText, true, fyne.TextAlignLeading, 2, "")}
	v.back = kit.NewIconButton(l, kit.Ghost, kit.IconLeft, s.tr("act.back"), m.Back).SetHeight(l.Touch)
	for i := range mostChips {
		v.taken = append(v.taken, kit.NewIconButton(l, kit.Plain, kit.IconClose, "", func() { m.Untake(i) }).SetHeight(l.Touch))
	}
	v.exact = kit.NewButton(l, kit.Primary, s.tr("pay.exact"), nil).SetTextSize(l.Title)
	for range 4 {
		v.notes = append(v.notes, kit.NewButton(l, kit.Plain, "", nil).SetTextSize(l.Title))
	}
	for _, w := range otherWays {
		b := kit.NewButton(l, kit.Plain, m.WayName(w), nil).SetTextSize(l.Title)
		v.takes(b, func() { m.TakeWay(w) })
		v.ways = append(v.ways, b)
	}
	v.ref = kit.NewIconButton(l, kit.Ghost, kit.IconNote, s.tr("pay.ref"), s.refSheet).SetHeight(l.Touch)
	v.keys = kit.NewKeypad(l, payKeys(s), m.TypePay)
	v.typed = kit.NewButton(l, kit.Primary, "", nil).SetTextSize(l.Title)
	v.takes(v.typed, func() { m.TakeWay(pay.Cash) })
	v.takes(v.exact, func() { m.TakeCash(m.pay.Rest()) })
	for i, b := range v.notes {
		v.takes(b, func() { v.note(i) })
	}
	v.retry = kit.NewButton(l, kit.Primary, s.tr("act.retry"), m.Retry)
	v.aside = kit.NewButton(l, kit.Plain, s.tr("pay.aside"), m.Aside)
	objects := []fyne.CanvasObject{v.back, v.title, v.what, v.due, v.trouble, v.cash, v.exact, v.other, v.ref, v.entry, v.gives, v.keys, v.typed, v.retry, v.aside}
	for _, list := range [][]*kit.Button{v.taken, v.notes, v.ways} {
		for _, b := range list {
			objects = append(objects, b)
		}
	}
	v.box = framed(v.arrange, objects...)
	v.box.Hide()
	return v
}

// takes makes b take money and remembers that it did.
func (v *payView) takes(b *kit.Button, take func()) {
	b.OnTap = func() {
		v.pressed = b
		take()
	}
}

// echo is how long the second half of a double tap on a paying key may come after the dishes are back.
const echo = 400 * time.Millisecond

// echoes reports whether a tap on an area (in the coordinates of the page) is the second half of a double tap on the key
// that took the money: it was meant for the key and must not ring up the dish that stands there now.
func (v *payView) echoes(at fyne.Position, size fyne.Size) bool {
	if v.pressed == nil {
		return false
	}
	k, ks := v.pressed.Position(), v.pressed.Size()
	v.pressed = nil // once
	return v.s.m.Now().Sub(v.left) < echo && at.X < k.X+ks.Width && k.X < at.X+size.Width && at.Y < k.Y+ks.Height && k.Y < at.Y+size.Height
}

// payKeys are digits, and the two big notes to count up what a guest hands over.
func payKeys(s *Screen) [][]kit.Key {
	return kit.NumberRows(kit.BackKey(), kit.Key{Code: kit.CodeClear, Label: s.tr("act.clear")}, kit.Key{Code: "+50"}, kit.Key{Code: "+100"})
}

func (v *payView) note(i int) {
	if p := v.s.m.pay; p != nil {
		if notes := p.Notes(); i < len(notes) {
			v.s.m.TakeCash(notes[i])
		}
	}
}

func (v *payView) arrange(size fyne.Size) {
	l := v.s.look
	g, k := l.Gap, l.Scale
	x, w := 2*g, size.Width-4*g
	bw := v.back.MinSize().Width
	put(v.back, g, g, bw, l.Touch)
	put(v.title, g+bw+g, g, w*0.34, l.Touch)
	put(v.due, x+w*0.5, g, w*0.5, l.Touch+4*k)
	put(v.what, x+w*0.3, g+14*k, max(0, w*0.7-v.due.MinSize().Width-g), l.Touch-8*k)
	y := g + l.Touch + g
	for i, b := range v.taken {
		cw := min(w/float32(max(2, v.chips()))-g, 240*k)
		put(b, x+float32(i)*(cw+g), y, cw, l.Touch)
	}
	buttons := float32(0)
	if v.retry.Visible() {
		buttons = 2 * (150*k + g)
	}
	put(v.trouble, x, y, w-buttons, l.Touch)
	put(v.retry, x+w-2*150*k-g, y, 150*k, l.Touch)
	put(v.aside, x+w-150*k, y, 150*k, l.Touch)
	y += l.Touch + g
	half := (w - 2*g) * 0.54
	for _, b := range v.ways {
		b.SetTextSize(l.Title)
		if half < 400*k {
			b.SetTextSize(l.Body)
		}
	}
	head := l.Touch * 0.6
	// left: cash, then the other ways
	h := min(max(l.Touch, (size.Height-y-head-l.Touch-5*g)/4), 96*k)
	ly := y
	put(v.cash, x, ly, half, head)
	ly += head
	put(v.exact, x, ly, half, h)
	ly += h + g
	row(g, x, ly, half, h, objectsOf(v.notes)...)
	ly += h + g
	rw := v.ref.MinSize().Width
	put(v.other, x, ly, half-rw, l.Touch)
	put(v.ref, x+half-rw, ly, rw, l.Touch)
	ly += l.Touch
	end := ly + grid(g, x, ly, half, h, 2, objectsOf(v.ways)...)
	// right: what is typed, keypad, and the key that takes it in cash
	rx, rwid := x+half+2*g, w-half-2*g
	put(v.gives, rx, y-g, rwid*0.55, head+g)
	put(v.entry, rx+rwid*0.45, y-g, rwid*0.55, head+g)
	put(v.typed, rx, end-h, rwid, h)
	put(v.keys, rx, y+head, rwid, end-h-g-y-head)
}

// chips counts the tenders shown.
func (v *payView) chips() int {
	n := 0
	for _, b := range v.taken {
		if b.Visible() {
			n++
		}
	}
	return n
}

func objectsOf(buttons []*kit.Button) []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, len(buttons))
	for i, b := range buttons {
		out[i] = b
	}
	return out
}

// yuanShort writes whole yuan without places, for the keys of notes.
func yuanShort(a money.Amount) string {
	s := Yuan(a)
	if a%money.Yuan == 0 {
		return s[:len(s)-3]
	}
	return s
}

func (v *payView) refresh() {
	s, m := v.s, v.s.m
	p := m.pay
	if p == nil {
		return
	}
	open := !p.Saving()
	title := s.tr("pay.title")
	if p.Order != nil {
		title = s.tr("pay.order", p.Order.Number.String())
	}
	v.title.Set(title)
	v.back.SetEnabled(open)
	v.due.Set(Yuan(p.Rest()))
	v.what.Set(s.tr("pay.total"))
	if len(p.Tenders) > 0 {
		v.what.Set(s.tr("pay.rest.of", Yuan(p.Total)))
	}
	for i, b := range v.taken {
		show(b, i < len(p.Tenders) && open && p.Fault == nil)
		if i < len(p.Tenders) {
			b.SetText(m.WayName(p.Tenders[i].Way) + " " + yuanShort(p.Tenders[i].Given))
		}
	}
	v.trouble.SetInk(s.look.DangerText)
	switch {
	case p.State == PaySaving && p.Fault == nil:
		v.trouble.SetInk(s.look.Muted)
		v.trouble.Set(s.tr("save.saving") + "…")
	case p.Fault != nil:
		v.trouble.Set(p.Fault.Text(m.Lang()))
	default:
		v.trouble.Set("")
	}
	show(v.retry, p.State == PayUnknown)
	show(v.aside, p.State == PayUnknown)
	v.exact.SetText(s.tr("pay.exact.of", Yuan(p.Rest())))
	v.exact.SetEnabled(open)
	notes := p.Notes()
	for i, b := range v.notes {
		show(b, i < len(notes))
		if i < len(notes) {
			b.SetText(yuanShort(notes[i]))
		}
		b.SetEnabled(open)
	}
	for i, w := range otherWays {
		b := v.ways[i]
		b.SetEnabled(open)
		b.SetKind(kit.Plain)
		if w == p.Hint {
			b.SetKind(kit.Primary)
		}
	}
	v.ref.SetEnabled(open)
	v.ref.SetText(s.tr("pay.ref"))
	if p.Ref != "" {
		v.ref.SetText(p.Ref)
	}
	typed, has := p.Typed()
	v.entry.Set("¥" + p.Entry)
	v.entry.SetInk(s.look.Text)
	if p.Entry == "" {
		v.entry.Set(s.tr("pay.amount.hint"))
		v.entry.SetInk(s.look.Disabled)
	}
	v.gives.Set("")
	if has && typed > p.Rest() {
		v.gives.Set(s.tr("pay.change.is", Yuan(p.Change())))
	} else if has && typed < p.Rest() {
		v.gives.Set(s.tr("pay.short", Yuan(p.Rest()-typed)))
	}
	v.typed.SetText(s.tr("pay.cash"))
	if has {
		v.typed.SetText(s.tr("pay.cash.of", Yuan(typed)))
	}
	v.typed.SetEnabled(open && has)
	for _, row := range payKeys(s) {
		for _, k := range row {
			v.keys.SetEnabled(k.Code, open)
		}
	}
	if sz := v.box.Size(); sz.Width > 0 {
		v.arrange(sz)
	}
}
