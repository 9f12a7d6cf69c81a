package cashier

import (
	"fyne.io/fyne/v2"

	"wendan/ui/kit"
)

// devices shows every machine in words, and what can be done about a printer in trouble.
func (s *Screen) devices() {
	l, m := s.look, s.m
	var sheet *kit.Sheet
	var objects []fyne.CanvasObject
	var rows []func(y, w float32) float32
	h := l.RowH
	dot := func(it Item) *kit.StatusDot { return kit.NewStatusDot(l, tone(it.Grade), it.Text) }
	for _, it := range []Item{m.Network(), m.DiskItem(), m.DrawerItem()} {
		d := dot(it)
		objects = append(objects, d)
		rows = append(rows, func(y, w float32) float32 { put(d, l.Pad/2, y, w-l.Pad, 36*l.Scale); return 36 * l.Scale })
	}
	for i := range m.status.Printers {
		p := m.status.Printers[i]
		it := Item{GradeGood, s.tr("printer.named", p.Name, s.tr("printer.ok"))}
		if p.Problem != nil {
			it = Item{GradeBad, s.tr("printer.named", p.Name, p.Problem.Text(m.Lang()))}
		}
		if p.Queue > 0 {
			it.Text += " · " + s.tr("printer.waiting", p.Queue)
		}
		d := kit.NewStatusDot(l, tone(it.Grade), "")
		text := kit.NewWords(l, l.Body, l.Text, false, fyne.TextAlignLeading, 2, it.Text)
		objects = append(objects, d, text)
		var acts []*kit.Button
		act := func(kind kit.Kind, text string, old OldSlips) {
			b := kit.NewButton(l, kind, text, func() { sheet.Close(); m.RetryPrinter(p.Name, old) })
			acts = append(acts, b)
			objects = append(objects, b)
		}
		if p.Problem != nil || p.Queue > 0 {
			act(kit.Plain, s.tr("act.retry"), KeepOld)
		}
		if p.Asks > 0 {
			act(kit.Primary, s.tr("printer.old.print", p.Asks), PrintOld)
			act(kit.Danger, s.tr("printer.old.drop"), AbandonOld)
		}
		rows = append(rows, func(y, w float32) float32 {
			put(d, l.Pad/2, y, 18*l.Scale, h)
			put(text, l.Pad/2+26*l.Scale, y, w-l.Pad-26*l.Scale, h)
			if len(acts) == 0 {
				return h
			}
			row(l.Gap, 26*l.Scale, y+h, w-26*l.Scale, h, objectsOf(acts)...)
			return 2*h + l.Gap
		})
	}
	measure := func(w float32) float32 {
		y := float32(0)
		for _, r := range rows {
			y += r(y, w)
		}
		return y
	}
	content := sized(func() fyne.Size { w := 620 * l.Scale; return fyne.NewSize(w, measure(w)) }, func(size fyne.Size) { measure(size.Width) }, objects...)
	sheet = kit.NewSheet(l, kit.Middle, s.tr("status.title"), true, content)
	s.open(sheet)
}

// proofSheet shows that head office has booked everything made here, or what is on its way.
func (s *Screen) proofSheet() {
	l, p := s.look, s.m.Proof()
	ink := l.Text
	said := s.tr("proof.waiting", Grouped(p.Waiting))
	switch {
	case !s.m.status.Paired:
		said = s.tr("proof.alone")
	case s.m.status.Alarm != nil:
		ink, said = l.DangerText, s.m.status.Alarm.Text(s.m.Lang())
	case p.Complete:
		ink, said = l.PayText, s.tr("proof.complete")
	}
	sum := centred(l, l.Title*1.15, ink, true, 2, p.Text)
	why := kit.NewWords(l, l.Body, l.Muted, false, fyne.TextAlignCenter, 4, said)
	net := s.m.Network()
	dot := kit.NewBadge(l, tone(net.Grade), net.Text)
	content := sized(func() fyne.Size { return fyne.NewSize(600*l.Scale, 240*l.Scale) }, func(size fyne.Size) {
		bw := dot.MinSize().Width
		put(dot, (size.Width-bw)/2, 0, bw, 32*l.Scale)
		put(sum, 0, 44*l.Scale, size.Width, 70*l.Scale)
		put(why, 0, 124*l.Scale, size.Width, size.Height-124*l.Scale)
	}, dot, sum, why)
	s.open(kit.NewSheet(l, kit.Middle, s.tr("proof.title"), true, content))
}
