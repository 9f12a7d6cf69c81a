package cashier

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"wendan/ui/kit"
)

// panel is the current order: its lines, what can be done with the selected one, and the pay button.
type panel struct {
	s      *Screen
	box    *fyne.Container
	title  *kit.Words
	under  *kit.Words
	resume *kit.Button
	clear  *kit.Button
	lines  *kit.TouchList
	strip  []*kit.Button // − quantity + options delete
	note   *kit.Button
	hold   *kit.Button
	unpaid *kit.Button
	place  *kit.Button
	pay    *kit.Button
	last   *lastView
	pad    *quantityPad
	scroll [2]int // lines and selection shown last
}

func newPanel(s *Screen) *panel {
	l, m := s.look, s.m
	p := &panel{s: s, title: heading(l, s.tr("order.title")), under: muted(l, "")}
	p.resume = kit.NewIconButton(l, kit.Plain, kit.IconHold, "", func() { m.Go(PageHeld) }).SetHeight(l.Touch)
	p.clear = kit.NewIconButton(l, kit.Danger, kit.IconBin, "", m.Clear).SetHeight(l.Touch)
	p.lines = kit.NewTouchList(l, 54*l.Scale, m.Lines, func() fyne.CanvasObject { return kit.NewLineRow(l, 0) }, p.line)
	p.lines.OnTap = func(i int, _ fyne.Position) { m.Select(i) }
	p.strip = []*kit.Button{
		kit.NewIconButton(l, kit.Plain, kit.IconMinus, "", func() { m.Step(-1) }),
		kit.NewButton(l, kit.Plain, "", m.OpenKeypad),
		kit.NewIconButton(l, kit.Plain, kit.IconPlus, "", func() { m.Step(1) }),
		kit.NewButton(l, kit.Plain, s.tr("line.options"), m.OpenChoice),
		kit.NewButton(l, kit.Danger, s.tr("act.delete"), m.Delete),
	}
	p.note = kit.NewButton(l, kit.Plain, s.tr("order.note"), s.noteSheet)
	p.hold = kit.NewButton(l, kit.Plain, s.tr("hold.act"), m.Hold)
	p.unpaid = kit.NewButton(l, kit.Plain, "", func() { m.ShowTab(TabUnpaid) })
	p.place = kit.NewButton(l, kit.Primary, s.tr("order.send"), m.Place)
	p.pay = kit.NewButton(l, kit.Pay, s.tr("pay.act"), m.StartPay)
	p.last = newLastView(s)
	p.pad = newQuantityPad(s)
	objects := []fyne.CanvasObject{p.title, p.under, p.resume, p.clear, p.lines, p.last.box}
	for _, b := range p.strip {
		objects = append(objects, b)
	}
	p.box = framed(p.arrange, append(objects, p.pad.box, p.note, p.hold, p.unpaid, p.place, p.pay)...)
	return p
}

func (p *panel) line(i int, row fyne.CanvasObject) {
	n := p.s.m.Line(i)
	k := kit.Line{Lead: strconv.Itoa(int(n.Qty)) + "×", Title: n.Name, Note: n.Detail, Trail: Yuan(n.Amount)}
	if n.Fault != nil {
		k.Note, k.Trail, k.Tag, k.Tone = n.Fault.Text(p.s.m.Lang()), "", p.s.tr("line.bad"), kit.Bad
	}
	row.(*kit.LineRow).Set(k)
}

func (p *panel) arrange(size fyne.Size) {
	l := p.s.look
	g := l.Gap
	x, w := g, size.Width-2*g
	head := l.RowH + 4*l.Scale
	right := size.Width - g
	put(p.clear, right-l.RowH, (head-l.Touch)/2, l.RowH, l.Touch)
	right -= l.RowH + g
	if p.resume.Visible() {
		rw := p.resume.MinSize().Width
		put(p.resume, right-rw, (head-l.Touch)/2, rw, l.Touch)
		right -= rw + g
	}
	tx := l.Pad + g/2
	put(p.title, tx, 4*l.Scale, right-tx, head*0.55)
	put(p.under, tx, head*0.52, right-tx, head*0.42)
	y := size.Height - g - l.PayH
	put(p.pay, x, y, w, l.PayH)
	y -= g + l.RowH
	row(g, x, y, w, l.RowH, p.note, p.hold, p.unpaid, p.place)
	bottom := y - g
	put(p.last.box, x, head, w, bottom-head)
	padH := min(bottom-g, p.pad.height())
	put(p.pad.box, 0, bottom-padH+g/2, size.Width, padH)
	y -= g + l.RowH
	unit, sx := (w-4*g)/4.9, x
	for i, b := range p.strip { // − and + need less room than words
		bw := unit * []float32{0.75, 1.1, 0.75, 1.15, 1.15}[i]
		put(b, sx, y, bw, l.RowH)
		sx += bw + g
	}
	put(p.lines, 0, head, size.Width, y-g-head)
}

func (p *panel) refresh(part Part) {
	m, s := p.s.m, p.s
	n, sel := m.Lines(), m.Selected()
	bill := m.Bill()
	busy := m.Busy() || m.pay != nil
	empty := n == 0
	show(p.last.box, empty)
	show(p.lines, !empty)
	for _, b := range p.strip {
		show(b, !empty)
		b.SetEnabled(sel >= 0 && !busy)
	}
	under := s.tr("order.hint")
	if !empty {
		under = s.tr("order.items", bill.Portions)
		if m.Note() != "" {
			under += " · " + m.Note()
		}
	}
	p.under.Set(under)
	held := m.HeldCount()
	moved := p.resume.Visible() != (held > 0)
	show(p.resume, held > 0)
	if held > 0 {
		if text := s.tr("hold.count", held); text != p.resume.Text() {
			p.resume.SetText(text)
			moved = true
		}
	}
	show(p.clear, !empty)
	if moved && p.box.Size().Width > 0 {
		p.arrange(p.box.Size())
	}
	p.note.SetEnabled(!empty && !busy)
	p.hold.SetEnabled(!empty && !busy)
	p.clear.SetEnabled(!busy)
	p.place.SetEnabled(!empty && !busy)
	p.pay.SetEnabled(!empty && !busy)
	if open := len(m.view.Open); open > 0 {
		p.unpaid.SetText(s.tr("unpaid.count", open))
	} else {
		p.unpaid.SetText(s.tr("order.state.open"))
	}
	p.pay.SetText(s.tr("pay.act"))
	if m.Busy() {
		p.pay.SetText(s.tr("save.saving"))
	}
	p.pay.SetDetail(Yuan(bill.Total))
	if empty {
		p.pay.SetDetail("")
		p.last.refresh()
	} else {
		if sel >= 0 {
			p.strip[1].SetText(s.tr("line.qty", m.Line(sel).Qty))
		}
		p.lines.Refresh()
		p.lines.Select(sel)
		if now := [2]int{n, sel}; now != p.scroll && sel >= 0 {
			p.scroll = now
			p.lines.ScrollTo(sel)
		}
	}
	p.pad.refresh()
}

// quantityPad is the keypad that slides over the lines; its head says what the number will change.
type quantityPad struct {
	s     *Screen
	box   *fyne.Container
	bed   *canvas.Rectangle
	edge  *canvas.Rectangle
	what  *kit.Words
	entry *kit.Words
	keys  *kit.Keypad
}

func newQuantityPad(s *Screen) *quantityPad {
	l := s.look
	q := &quantityPad{s: s, bed: fill(l.Surface, 0), edge: fill(l.Line, 0), what: body(l, ""),
		entry: kit.NewWords(l, l.Total, l.AccentText, true, fyne.TextAlignTrailing, 1, "")}
	rows := [][]kit.Key{
		{{Code: "7"}, {Code: "8"}, {Code: "9"}, kit.BackKey()},
		{{Code: "4"}, {Code: "5"}, {Code: "6"}, {Code: kit.CodeClear, Label: s.tr("act.clear")}},
		{{Code: "1"}, {Code: "2"}, {Code: "3"}, {Code: "close", Label: s.tr("act.close")}},
		{{Code: "0", Wide: 2}, {Code: kit.CodeEnter, Icon: kit.IconCheck, Label: s.tr("act.confirm"), Kind: kit.Primary, Wide: 2}},
	}
	q.keys = kit.NewKeypad(l, rows, func(code string) {
		if code == "close" {
			s.m.OpenKeypad()
			return
		}
		s.m.Type(code)
	})
	q.box = framed(q.arrange, q.bed, q.edge, q.what, q.entry, q.keys)
	q.box.Hide()
	return q
}

func (q *quantityPad) height() float32 {
	return q.s.look.RowH + 4*(q.s.look.KeyH+6*q.s.look.Scale) + q.s.look.Gap
}

func (q *quantityPad) arrange(size fyne.Size) {
	l := q.s.look
	put(q.bed, 0, 0, size.Width, size.Height)
	put(q.edge, 0, 0, size.Width, 2*l.Hair)
	put(q.what, l.Pad+l.Gap/2, 0, size.Width-130*l.Scale, l.RowH)
	put(q.entry, size.Width-120*l.Scale, 0, 104*l.Scale, l.RowH)
	put(q.keys, l.Gap, l.RowH, size.Width-2*l.Gap, size.Height-l.RowH-l.Gap)
}

func (q *quantityPad) refresh() {
	what, entry, open := q.s.m.Typing()
	show(q.box, open)
	if open {
		q.what.Set(q.s.tr("line.quantity.of", what))
		if entry == "" {
			entry = "×" + strconv.Itoa(int(q.s.m.Line(q.s.m.Selected()).Qty))
		}
		q.entry.Set(entry)
	}
}
