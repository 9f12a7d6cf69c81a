package cashier

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"wendan/store/order"
	"wendan/ui/kit"
)

// ordersView lists today's orders with their state, and shows the chosen one's slips as paper.
type ordersView struct {
	s       *Screen
	box     *fyne.Container
	back    *kit.Button
	tabs    *kit.SegmentedTabs
	search  *kit.Button
	clear   *kit.Button
	list    *kit.TouchList
	none    *kit.Words
	bed     *canvas.Rectangle
	title   *kit.Words
	under   *kit.Words
	slips   []*kit.Button
	sheet   *canvas.Rectangle
	paper   *kit.TouchList
	reprint *kit.Button
	pay     *kit.Button
}

const (
	mostSlips  = 4
	paperLines = 3 // lines of paper in one row of the list that scrolls it
)

func newOrdersView(s *Screen) *ordersView {
	l, m := s.look, s.m
	v := &ordersView{s: s, bed: fill(l.Surface, 0), title: heading(l, ""), under: muted(l, ""), none: centred(l, l.Title, l.Muted, false, 1, s.tr("order.none")),
		sheet: fill(paperWhite, 4*l.Scale)}
	v.back = kit.NewIconButton(l, kit.Ghost, kit.IconLeft, s.tr("act.back"), m.Back).SetHeight(l.Touch)
	v.tabs = kit.NewSegmentedTabs(l, []string{s.tr("order.today"), s.tr("order.state.open")}, func(i int) { m.ShowTab(Tab(i + 1)) })
	v.search = kit.NewIconButton(l, kit.Plain, kit.IconSearch, "", s.orderSearch).SetHeight(l.Touch)
	v.clear = kit.NewIconButton(l, kit.Plain, kit.IconClose, "", func() { m.TypeList(kit.CodeClear) }).SetHeight(l.Touch)
	v.list = kit.NewTouchList(l, 64*l.Scale, v.length, func() fyne.CanvasObject { return kit.NewLineRow(l, 84*l.Scale) }, v.line)
	v.list.OnTap = func(i int, _ fyne.Position) {
		if i == len(m.list.Rows) {
			m.MoreRows()
			return
		}
		m.Pick(i)
	}
	for i := range mostSlips {
		v.slips = append(v.slips, kit.NewButton(l, kit.Plain, "", func() {
			if all := m.Slips(); i < len(all) {
				m.Preview(all[i])
			}
		}).SetHeight(l.Touch))
	}
	rows := map[fyne.CanvasObject]*paperRow{}
	v.paper = kit.NewTouchList(l, paperLines*24*l.Scale, func() int { return (len(m.list.Paper) + paperLines - 1) / paperLines },
		func() fyne.CanvasObject {
			r := newPaperRow(s)
			rows[r.box] = r
			return r.box
		},
		func(i int, row fyne.CanvasObject) { rows[row].set(m.list.Paper, i*paperLines) })
	v.paper.HideLines()
	v.reprint = kit.NewIconButton(l, kit.Primary, kit.IconPrinter, s.tr("pay.reprint"), m.Reprint)
	v.pay = kit.NewButton(l, kit.Pay, s.tr("pay.act"), func() {
		if r := m.Picked(); r != nil {
			o := r.Order
			m.PayOrder(&o)
		}
	})
	objects := []fyne.CanvasObject{v.bed, v.back, v.tabs, v.search, v.clear, v.list, v.none, v.title, v.under, v.sheet, v.paper, v.reprint, v.pay}
	v.box = framed(v.arrange, append(objects, objectsOf(v.slips)...)...)
	return v
}

func (v *ordersView) object() fyne.CanvasObject { return v.box }

func (v *ordersView) length() int {
	n := len(v.s.m.list.Rows)
	if v.s.m.list.More {
		n++
	}
	return n
}

func (v *ordersView) line(i int, row fyne.CanvasObject) {
	s, m := v.s, v.s.m
	if i >= len(m.list.Rows) {
		row.(*kit.LineRow).Set(kit.Line{Title: s.tr("order.more")})
		return
	}
	r := &m.list.Rows[i]
	o := &r.Order
	state := []string{time.UnixMilli(o.At).Format("15:04"), o.Number.String()}
	k := kit.Line{Lead: o.Pickup, Trail: Yuan(o.Bill().Total)}
	var names []string
	for j := range o.Lines {
		names = append(names, o.Lines[j].Name)
	}
	k.Title = strings.Join(names, s.tr("list.comma"))
	switch {
	case !o.Paid():
		k.Tag, k.Tone = s.tr("order.state.open"), kit.Caution
	case r.Print == PrintAlarm:
		k.Tag, k.Tone = s.tr("print.alarm"), kit.Bad
	case r.Print == PrintWaiting:
		k.Tag, k.Tone = s.tr("print.waiting"), kit.Accent
	}
	if r.Print == PrintDone {
		state = append(state, s.tr("print.done"))
	}
	if m.status.Paired {
		if r.Booked {
			state = append(state, s.tr("sync.done"))
		} else {
			state = append(state, s.tr("sync.waiting"))
		}
	}
	k.Note = strings.Join(state, " · ")
	row.(*kit.LineRow).Set(k)
}

func (v *ordersView) arrange(size fyne.Size) {
	l := v.s.look
	g := l.Gap
	right := min(size.Width*0.46, 560*l.Scale)
	x := size.Width - right
	bw := v.back.MinSize().Width
	put(v.back, g, g/2, bw, l.Touch)
	tw := min(v.tabs.MinSize().Width, x-bw-4*g-2*l.RowH)
	put(v.tabs, bw+2*g, g/2, tw, l.Touch)
	put(v.search, bw+tw+3*g, g/2, max(l.RowH, min(v.search.MinSize().Width, x-bw-tw-5*g-l.RowH)), l.Touch)
	put(v.clear, x-g-l.RowH, g/2, l.RowH, l.Touch)
	top := l.Touch + g
	put(v.list, 0, top, x, size.Height-top)
	put(v.none, 0, top, x, size.Height-top)
	put(v.bed, 0, top, x, size.Height-top)
	in, w := x+l.Pad, right-2*l.Pad
	put(v.title, in, g/2, w, l.Title*1.5)
	put(v.under, in, g/2+l.Title*1.5, w, l.Small*1.5)
	y := g + l.Title*1.5 + l.Small*1.5
	bottom := size.Height - g - l.RowH
	if v.pay.Visible() {
		row(g, in, bottom, w, l.RowH, v.reprint, v.pay)
	} else {
		put(v.reprint, in, bottom, w, l.RowH)
	}
	n := 0
	for _, b := range v.slips {
		if b.Visible() {
			n++
		}
	}
	if n > 0 {
		row(g, in, y, w, l.Touch, objectsOf(v.slips[:n])...)
	}
	y += l.Touch + g
	put(v.sheet, in, y, w, bottom-g-y)
	put(v.paper, in+l.Pad, y+l.Pad, w-2*l.Pad, bottom-g-y-2*l.Pad)
}

func (v *ordersView) refresh(p Part) {
	s, m := v.s, v.s.m
	if p&(PartList|PartPage|PartStatus|PartCounts) == 0 {
		return
	}
	l := m.List()
	v.tabs.Select(int(l.Tab) - 1)
	v.tabs.SetCount(1, len(m.view.Open))
	v.search.SetText(l.Text)
	show(v.clear, l.Text != "")
	empty := s.tr("order.none")
	switch {
	case l.Fault != nil:
		empty = l.Fault.Text(m.Lang())
	case l.Loading:
		empty = s.tr("order.loading")
	}
	v.none.Set(empty)
	show(v.none, len(l.Rows) == 0)
	v.list.Refresh()
	v.list.Select(l.Sel)
	r := m.Picked()
	for _, o := range []fyne.CanvasObject{v.title, v.under, v.sheet, v.paper, v.reprint} {
		show(o, r != nil)
	}
	slips := m.Slips()
	for i, b := range v.slips {
		show(b, i < len(slips))
		if i < len(slips) {
			b.SetText(m.SlipName(slips[i]))
			b.SetKind(kit.Plain)
			if slips[i] == l.Slip {
				b.SetKind(kit.Primary)
			}
		}
	}
	show(v.pay, r != nil && !r.Order.Paid())
	if r != nil {
		v.title.Set(s.tr("order.number", r.Order.Number.String()))
		v.under.Set(payments(s, &r.Order))
		v.reprint.SetEnabled(r.Order.Paid() || l.Slip != order.ReceiptSlip)
		if !r.Order.Paid() {
			v.pay.SetText(s.tr("pay.act") + " " + Yuan(r.Order.Bill().Due))
		}
	}
	v.paper.Refresh()
	if sz := v.box.Size(); sz.Width > 0 {
		v.arrange(sz)
	}
}

// payments says how an order was paid, and what must still be checked by hand.
func payments(s *Screen, o *order.Order) string {
	if !o.Paid() {
		return s.tr("order.pickup.is", o.Pickup) + " · " + s.tr("order.state.open")
	}
	parts := []string{s.tr("order.pickup.is", o.Pickup)}
	for i := range o.Payments {
		p := &o.Payments[i]
		text := s.m.WayName(p.Way) + " " + Yuan(p.Amount)
		if p.Check != 1 {
			text += s.tr("pay.tocheck")
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " · ")
}
