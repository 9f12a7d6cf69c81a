package cashier

import (
	"fyne.io/fyne/v2"

	"wendan/store/menu"
	"wendan/ui/kit"
)

// buttons makes the content of a sheet of buttons in columns.
func (s *Screen) buttons(cols int, width float32, list ...*kit.Button) *fyne.Container {
	l := s.look
	rows := (len(list) + cols - 1) / cols
	h := l.RowH * 1.1
	return sized(func() fyne.Size { return fyne.NewSize(width, float32(rows)*(h+l.Gap)-l.Gap) }, func(size fyne.Size) {
		grid(l.Gap, 0, 0, size.Width, h, cols, objectsOf(list)...)
	}, objectsOf(list)...)
}

// moreSheet offers everything that is not needed for every sale.
func (s *Screen) moreSheet() {
	l, m := s.look, s.m
	var sheet *kit.Sheet
	item := func(icon kit.Icon, text string, do func()) *kit.Button {
		return kit.NewIconButton(l, kit.Plain, icon, text, func() {
			sheet.Close()
			do()
		})
	}
	content := s.buttons(2, 620*l.Scale,
		item(kit.IconList, s.tr("order.today"), func() { m.ShowTab(TabToday) }),
		item(kit.IconTag, s.tr("unpaid.title"), func() { m.ShowTab(TabUnpaid) }),
		item(kit.IconHold, s.tr("hold.title"), func() { m.Go(PageHeld) }),
		item(kit.IconPrinter, s.tr("last.reprint"), m.ReprintLast),
		item(kit.IconDrawer, s.tr("pay.drawer"), s.drawerSheet),
		item(kit.IconBin, s.tr("soldout.title"), func() { m.Go(PageSoldOut) }),
		item(kit.IconGear, s.tr("act.settings"), func() { m.Go(PageSettings) }),
		item(kit.IconAlarm, s.tr("status.title"), s.devices),
		item(kit.IconNote, s.tr("help.title"), s.helpSheet),
		item(kit.IconMoon, s.tr("look.switch"), func() { m.Change(func(p *Settings) { p.Dark = !p.Dark }) }),
		item(kit.IconLock, s.tr("sign.lock"), m.Lock),
		item(kit.IconCheck, s.tr("day.close"), s.closeSheet),
	)
	sheet = kit.NewSheet(l, kit.Middle, s.tr("act.more"), true, content)
	s.open(sheet)
}

// personSheet locks the screen or signs out.
func (s *Screen) personSheet() {
	l, m := s.look, s.m
	if m.me == nil {
		return
	}
	var sheet *kit.Sheet
	content := s.buttons(1, 380*l.Scale,
		kit.NewIconButton(l, kit.Primary, kit.IconLock, s.tr("sign.lock"), func() { sheet.Close(); m.Lock() }),
		kit.NewIconButton(l, kit.Plain, kit.IconPerson, s.tr("sign.out"), func() { sheet.Close(); m.SignOut() }),
		kit.NewButton(l, kit.Plain, s.tr("act.cancel"), func() { sheet.Close() }))
	sheet = kit.NewSheet(l, kit.Middle, m.PersonName(m.me)+" · "+s.tr(roleKey(m.me.Role)), true, content)
	s.open(sheet)
}

// question asks before something that cannot be taken back.
func (s *Screen) question(title, text, yes string, kind kit.Kind, do func()) {
	l := s.look
	var sheet *kit.Sheet
	words := kit.NewWords(l, l.Body, l.Text, false, fyne.TextAlignLeading, 5, text)
	no := kit.NewButton(l, kit.Plain, s.tr("act.cancel"), func() { sheet.Close() })
	ok := kit.NewButton(l, kind, yes, func() { sheet.Close(); do() }).SetHeight(l.RowH)
	content := sized(func() fyne.Size { return fyne.NewSize(480*l.Scale, l.Body*1.35*5+l.RowH+2*l.Gap) }, func(size fyne.Size) {
		put(words, l.Pad/2, 0, size.Width-l.Pad, size.Height-l.RowH-l.Gap)
		row(l.Gap, 0, size.Height-l.RowH, size.Width, l.RowH, no, ok)
	}, words, no, ok)
	sheet = kit.NewSheet(l, kit.Middle, title, true, content)
	s.open(sheet)
}

// drawerSheet opens the drawer without a sale, after saying that it is recorded.
func (s *Screen) drawerSheet() {
	if s.m.me == nil {
		return
	}
	s.m.AskDrawer()
	s.question(s.tr("pay.drawer"), s.tr("drawer.ask", s.m.PersonName(s.m.me)), s.tr("pay.drawer"), kit.Primary, s.m.OpenDrawer)
}

// closeSheet closes the day; it says how many orders are unpaid.
func (s *Screen) closeSheet() {
	m := s.m
	if !m.view.DayOpen {
		m.change(func() { m.say(s.tr("day.notopen")) })
		return
	}
	text := s.tr("day.close.sum", m.view.Day.String(), m.view.Settled, Yuan(m.view.Turnover)) + " "
	if n := len(m.view.Open); n > 0 {
		text += s.tr("day.unpaid", n) + s.tr("list.colon")
		for i, o := range m.view.Open {
			if i == 8 {
				text += " …"
				break
			}
			if i > 0 {
				text += s.tr("list.comma")
			}
			text += o.Pickup + " " + Yuan(o.Bill().Due)
		}
		text += s.tr("list.stop")
	}
	s.question(s.tr("day.close"), text+s.tr("day.close.sure"), s.tr("day.close"), kit.Alarm, m.CloseDay)
}

// limitSheet limits a dish, stops it or frees it.
func (s *Screen) limitSheet(d *menu.Dish) {
	l, m := s.look, s.m
	if m.me == nil {
		return
	}
	var sheet *kit.Sheet
	set := func(n *int32) func() {
		return func() { sheet.Close(); m.Limit(d.ID, n, s.untilLifted) }
	}
	left, limited := m.view.Limits.Left(d.ID)
	n := int32(10)
	if limited && left > 0 {
		n = left
	}
	none := int32(0)
	state := s.tr("soldout.free")
	if limited {
		state = m.LimitText(d.ID)
	}
	now := body(l, s.tr("soldout.now", state))
	step := kit.NewStepper(l, int(n), 1, 999, func(v int) { n = int32(v) })
	keep := kit.NewSwitch(l, s.tr("soldout.keep"), s.untilLifted, func(on bool) { s.untilLifted = on })
	stop := kit.NewButton(l, kit.Danger, s.tr("dish.soldout.on"), set(&none))
	count := kit.NewButton(l, kit.Primary, s.tr("dish.count.set"), func() { v := n; set(&v)() })
	free := kit.NewButton(l, kit.Plain, s.tr("dish.soldout.off"), set(nil))
	h := l.RowH
	content := sized(func() fyne.Size { return fyne.NewSize(480*l.Scale, 4*(h+l.Gap)+l.RowH) }, func(size fyne.Size) {
		put(now, l.Pad/2, 0, size.Width, h)
		row(l.Gap, 0, h+l.Gap, size.Width, h, step, count)
		row(l.Gap, 0, 2*(h+l.Gap), size.Width, h, stop, free)
		put(keep, 0, 3*(h+l.Gap), size.Width, h)
	}, now, step, count, stop, free, keep)
	sheet = kit.NewSheet(l, kit.Middle, m.name(d.Name, d.NameEN), true, content)
	s.open(sheet)
}

// helpSheet lists the keys of a keyboard.
func (s *Screen) helpSheet() {
	l := s.look
	var objects []fyne.CanvasObject
	for _, k := range shortcuts {
		objects = append(objects, kit.NewBadge(l, kit.Quiet, k.Name), body(l, s.tr(k.Text)))
	}
	h := 40 * l.Scale
	rows := float32((len(shortcuts) + 1) / 2)
	content := sized(func() fyne.Size { return fyne.NewSize(760*l.Scale, rows*h) }, func(size fyne.Size) {
		for i := range shortcuts {
			x := float32(i%2) * size.Width / 2
			y := float32(i/2) * h
			put(objects[2*i], x, y, 130*l.Scale, h)
			put(objects[2*i+1], x+130*l.Scale, y, size.Width/2-140*l.Scale, h)
		}
	}, objects...)
	s.open(kit.NewSheet(l, kit.Middle, s.tr("help.title"), true, content))
}
