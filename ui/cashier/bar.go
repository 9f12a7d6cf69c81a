package cashier

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"wendan/store/order"
	"wendan/ui/kit"
)

// bar is the strip at the top: shop, cashier, channel, network, printers, machine, clock, menu.
type bar struct {
	s       *Screen
	box     *fyne.Container
	bed     *canvas.Rectangle
	shop    *kit.Words
	person  *kit.Button
	tabs    *kit.SegmentedTabs
	net     *kit.StatusChip
	printer *kit.StatusChip
	machine *kit.StatusChip
	clock   *kit.Words
	more    *kit.Button
	shown   [3]Item
}

var channels = []order.Channel{order.DineIn, order.Takeaway}

func newBar(s *Screen) *bar {
	l := s.look
	b := &bar{s: s, bed: fill(l.Surface, 0), shop: heading(l, ""), clock: kit.NewWords(l, l.Body, l.Text, true, fyne.TextAlignTrailing, 1, "")}
	b.person = kit.NewIconButton(l, kit.Ghost, kit.IconPerson, "", s.personSheet).SetHeight(l.Touch)
	b.tabs = kit.NewSegmentedTabs(l, []string{s.tr("channel.dinein"), s.tr("channel.takeaway")}, func(i int) { s.m.SetChannel(channels[i]) })
	b.net = kit.NewStatusChip(l, kit.Quiet, "", s.proofSheet)
	b.printer = kit.NewStatusChip(l, kit.Quiet, "", s.devices)
	b.machine = kit.NewStatusChip(l, kit.Quiet, "", s.devices)
	b.more = kit.NewIconButton(l, kit.Plain, kit.IconList, s.tr("act.more"), s.moreSheet).SetHeight(l.Touch)
	b.box = framed(b.arrange, b.bed, b.shop, b.person, b.tabs, b.net, b.printer, b.machine, b.clock, b.more)
	return b
}

func (b *bar) arrange(size fyne.Size) {
	l := b.s.look
	h, y := l.Touch, (size.Height-l.Touch)/2
	put(b.bed, 0, 0, size.Width, size.Height)
	right := size.Width - l.Pad/2
	for _, o := range []fyne.CanvasObject{b.more, b.clock, b.machine, b.printer, b.net} {
		if !o.Visible() {
			continue
		}
		w := o.MinSize().Width
		if o == b.clock {
			w += l.Pad
		}
		right -= w
		put(o, right, y, w, h)
		if o == b.clock || o == b.more {
			right -= l.Pad / 2
		}
	}
	tabs, person := min(b.tabs.MinSize().Width, 2*122*l.Scale), b.person.MinSize().Width
	left := l.Pad
	room := right - left - person - l.Pad
	if b.tabs.Visible() {
		room -= tabs
	}
	w := min(b.shop.Natural(), max(0, room))
	put(b.shop, left, 0, w, size.Height)
	left += w + l.Pad/2
	put(b.person, left, y, person, h)
	left += person + l.Pad/2
	middle := (size.Width - tabs) / 2
	put(b.tabs, min(max(left, middle), max(left, right-tabs)), y, tabs, h)
}

func (b *bar) refresh(p Part) {
	m := b.s.m
	sale := m.page == PageSale || m.page == PagePay || m.page == PageFind || m.page == PageHeld
	show(b.tabs, sale)
	for i, ch := range channels {
		if m.Channel() == ch {
			b.tabs.Select(i)
		}
	}
	b.shop.Set(m.view.Shop)
	who := ""
	if m.me != nil {
		who = m.PersonName(m.me)
	}
	moved := b.person.Text() != who
	b.person.SetText(who)
	items := [3]Item{m.Network(), m.PrinterItem(), m.MachineItem()}
	for i, chip := range []*kit.StatusChip{b.net, b.printer, b.machine} {
		if items[i] != b.shown[i] {
			chip.Set(tone(items[i].Grade), items[i].Text)
			moved = true
		}
	}
	b.shown = items
	show(b.machine, items[2].Text != "")
	b.clock.Set(m.Now().Format("15:04"))
	if moved || p&PartPage != 0 {
		if s := b.box.Size(); s.Width > 0 {
			b.arrange(s)
		}
	}
}
