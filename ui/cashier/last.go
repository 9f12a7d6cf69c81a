package cashier

import (
	"fyne.io/fyne/v2"

	"wendan/ui/kit"
)

// lastView fills the empty order: a hint before the first sale, then the last sale with its change, huge until
// the next tap.
type lastView struct {
	s       *Screen
	box     *fyne.Container
	hint    *kit.Words
	saved   *kit.Badge
	pickup  *kit.Words
	what    *kit.Words
	amount  *kit.AmountText
	detail  *kit.Words
	reprint *kit.Button
	drawer  *kit.Button
}

func newLastView(s *Screen) *lastView {
	l := s.look
	v := &lastView{s: s, hint: centred(l, l.Body, l.Muted, false, 2, s.tr("order.empty")),
		saved:  kit.NewBadge(l, kit.Good, "✓ "+s.tr("save.saved")),
		pickup: centred(l, l.Title, l.Text, true, 1, ""), what: centred(l, l.Title, l.Muted, true, 1, ""),
		amount: kit.NewAmountText(l, l.Huge*0.9, fyne.TextAlignCenter, ""), detail: centred(l, l.Body, l.Muted, false, 2, "")}
	v.reprint = kit.NewIconButton(l, kit.Plain, kit.IconPrinter, s.tr("pay.reprint.short"), s.m.ReprintLast)
	v.drawer = kit.NewIconButton(l, kit.Plain, kit.IconDrawer, s.tr("pay.drawer"), s.drawerSheet)
	v.box = framed(v.arrange, v.hint, v.saved, v.pickup, v.what, v.amount, v.detail, v.reprint, v.drawer)
	return v
}

func (v *lastView) arrange(size fyne.Size) {
	l := v.s.look
	last := v.s.m.Last()
	if last == nil {
		put(v.hint, 0, 0, size.Width, size.Height)
		return
	}
	bw := v.saved.MinSize().Width
	block := 26*l.Scale + l.RowH*0.8 + l.Body*1.4 + l.Huge*1.4 + l.RowH
	y := max(l.Gap, (size.Height-block-l.RowH-2*l.Gap)/2)
	put(v.saved, (size.Width-bw)/2, y, bw, 26*l.Scale)
	y += 26*l.Scale + l.Gap/2
	put(v.pickup, 0, y, size.Width, l.RowH*0.8)
	y += l.RowH * 0.8
	if last.Fresh {
		put(v.what, 0, y, size.Width, l.Title*1.4)
		y += l.Title * 1.4
		put(v.amount, 0, y, size.Width, l.Huge*1.3)
		y += l.Huge * 1.3
	}
	put(v.detail, 0, y, size.Width, l.Body*2.8)
	y += l.Body*2.8 + l.Gap
	if !last.Fresh {
		put(v.hint, 0, y, size.Width, l.RowH)
	}
	row(l.Gap, 0, size.Height-l.RowH, size.Width, l.RowH, v.reprint, v.drawer)
}

func (v *lastView) refresh() {
	s, last := v.s, v.s.m.Last()
	has := last != nil
	for _, o := range []fyne.CanvasObject{v.saved, v.pickup, v.detail, v.reprint, v.drawer} {
		show(o, has)
	}
	show(v.what, has && last.Fresh)
	show(v.amount, has && last.Fresh)
	show(v.hint, !has || !last.Fresh)
	if !has {
		return
	}
	v.pickup.Set(s.tr("order.pickup.is", last.Pickup))
	v.detail.Set(s.tr("last.detail", last.Number.String(), Yuan(last.Total)))
	switch {
	case !last.Paid:
		v.what.Set(s.tr("order.sent"))
		v.amount.Set(Yuan(last.Total))
		v.amount.SetColor(s.look.Text)
	case last.Given > 0:
		v.what.Set(s.tr("pay.change"))
		v.amount.Set(Yuan(last.Change))
		v.amount.SetColor(s.look.PayText)
		v.detail.Set(s.tr("last.cash", last.Number.String(), Yuan(last.Total), Yuan(last.Given)))
		if !last.Fresh {
			v.detail.Set(s.tr("pay.last.is", last.Number.String(), Yuan(last.Change)))
		}
	default:
		v.what.Set(s.tr("pay.done"))
		v.amount.Set(Yuan(last.Total))
		v.amount.SetColor(s.look.PayText)
	}
	show(v.reprint, last.Paid)
	if sz := v.box.Size(); sz.Width > 0 {
		v.arrange(sz)
	}
}
