package cashier

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"wendan/store/fault"
	"wendan/store/staff"
	"wendan/ui/i18n"
	"wendan/ui/kit"
)

// longestPIN and shortestPIN bound a PIN, as staff.ValidPIN does.
const (
	shortestPIN = 4
	longestPIN  = 8
)

// signView asks who is there and for the PIN.
type signView struct {
	s      *Screen
	box    *fyne.Container
	name   *kit.Words
	place  *kit.Words
	clock  *kit.Words
	ask    *kit.Words
	people *kit.TileGrid
	bed    *canvas.Rectangle
	who    *kit.Words
	pad    *kit.PinPad
	say    *kit.Words
	lang   *kit.Button
	dark   *kit.Button
}

type peopleTiles struct{ s *Screen }

func (t peopleTiles) Len() int { return len(t.s.m.People()) }
func (t peopleTiles) At(i int) kit.Tile {
	m := t.s.m
	p := m.People()[i]
	tile := kit.Tile{Name: m.PersonName(&p), Price: t.s.tr(roleKey(p.Role)), Bar: t.s.look.Category(int(p.ID))}
	if m.view.SignedIn[p.ID] {
		tile.Tag, tile.TagTone = t.s.tr("sign.here"), kit.Good
	}
	tile.Selected = m.sign.Person != nil && m.sign.Person.ID == p.ID
	return tile
}

func roleKey(r staff.Role) string {
	switch r {
	case staff.Manager:
		return "role.manager"
	case staff.Technician:
		return "role.technician"
	}
	return "role.cashier"
}

func newSignView(s *Screen) *signView {
	l, m := s.look, s.m
	v := &signView{s: s, name: kit.NewWords(l, l.Total*1.2, l.Text, true, fyne.TextAlignLeading, 1, ""), place: body(l, ""),
		clock: kit.NewWords(l, l.Total*1.2, l.Muted, true, fyne.TextAlignTrailing, 1, ""), ask: heading(l, s.tr("sign.who")),
		bed: fill(l.Surface, l.Radius), who: centred(l, l.Title, l.Text, true, 1, ""), say: centred(l, l.Body, l.DangerText, true, 2, "")}
	big := *l // people are few: large tiles
	big.TileW, big.TileH, big.Body = 200*l.Scale, 116*l.Scale, l.Title
	v.people = kit.NewTileGrid(&big, peopleTiles{s})
	v.people.SetPaged(false)
	v.people.OnTap = func(i int) { m.ChoosePerson(m.People()[i]) }
	v.pad = kit.NewPinPad(l, shortestPIN, longestPIN, m.SignIn)
	v.lang = kit.NewButton(l, kit.Plain, "", s.otherLang).SetHeight(l.Touch)
	v.dark = kit.NewIconButton(l, kit.Plain, kit.IconMoon, "", func() { m.Change(func(p *Settings) { p.Dark = !p.Dark }) }).SetHeight(l.Touch)
	if l.Dark {
		v.dark.SetIcon(kit.IconSun)
	}
	v.box = framed(v.arrange, v.bed, v.name, v.place, v.clock, v.ask, v.people, v.who, v.pad, v.say, v.lang, v.dark)
	return v
}

func (s *Screen) otherLang() {
	s.m.Change(func(p *Settings) {
		if p.Lang == fault.EN {
			p.Lang = fault.ZH
		} else {
			p.Lang = fault.EN
		}
	})
}

func (v *signView) object() fyne.CanvasObject { return v.box }

func (v *signView) arrange(size fyne.Size) {
	l := v.s.look
	k, pad := l.Scale, 2*l.Pad
	right := min(480*k, size.Width*0.44)
	x := size.Width - right
	put(v.bed, x-l.Pad, l.Pad, right, size.Height-2*l.Pad)
	top := max(pad, size.Height*0.07)
	left := x - 2*pad
	put(v.name, pad, top, left*0.68, 50*k)
	put(v.clock, left*0.5, top, left*0.5, 50*k)
	put(v.place, pad, top+50*k, left, l.Body*1.5)
	y := top + 50*k + l.Body*1.5 + pad
	put(v.ask, pad, y, left, l.RowH*0.7)
	y += l.RowH * 0.7
	put(v.people, pad-8*k, y, left-pad+16*k, size.Height-y-pad-l.Touch)
	put(v.lang, pad, size.Height-pad-l.Touch, 120*k, l.Touch)
	put(v.dark, pad+120*k+l.Gap, size.Height-pad-l.Touch, 64*k, l.Touch)
	inner := min(right-4*l.Pad, 360*k)
	px := x - l.Pad + (right-inner)/2
	put(v.who, px, l.Pad*2, inner, l.RowH*0.7)
	sayH := l.Body * 3
	put(v.say, px-l.Pad, size.Height-2*l.Pad-sayH, inner+2*l.Pad, sayH)
	room := size.Height - 4*l.Pad - l.RowH*0.7 - sayH
	h := min(room, l.RowH+4*88*k)
	put(v.pad, px, l.Pad*2+l.RowH*0.7+(room-h)/2, inner, h)
}

func (v *signView) refresh(p Part) {
	if p&(PartSign|PartPage|PartStatus) == 0 {
		return
	}
	s, m := v.s, v.s.m
	sign := m.Sign()
	v.name.Set(m.view.Shop)
	v.place.Set(s.tr("set.register", m.view.Register) + " · " + dayText(s, m))
	v.clock.Set(m.Now().Format("15:04"))
	v.lang.SetText(i18n.Name(i18n.EN))
	if m.Lang() == fault.EN {
		v.lang.SetText(i18n.Name(i18n.ZH))
	}
	v.people.Refresh()
	v.say.SetInk(s.look.DangerText)
	switch {
	case sign.Person == nil:
		v.who.Set(s.tr("sign.pin"))
		v.pad.Clear()
	default:
		v.who.Set(m.PersonName(sign.Person))
	}
	switch n := m.Wait(); {
	case n > 0:
		v.say.Set(s.tr("sign.wait", n))
	case sign.Busy:
		v.say.SetInk(s.look.Muted)
		v.say.Set(s.tr("sign.checking"))
	case sign.Fault != nil:
		v.say.Set(sign.Fault.Text(m.Lang()))
	case sign.Person == nil:
		v.say.SetInk(s.look.Muted)
		v.say.Set(s.tr("sign.hint"))
	default:
		v.say.Set("")
	}
}

func dayText(s *Screen, m *Model) string {
	if m.view.DayOpen {
		return s.tr("day.open.at", m.view.Day.String())
	}
	return s.tr("day.notopen")
}

// dayView opens the business day.
type dayView struct {
	s     *Screen
	box   *fyne.Container
	bed   *canvas.Rectangle
	title *kit.Words
	date  *kit.Words
	say   *kit.Words
	back  *kit.Button
	next  *kit.Button
	open  *kit.Button
}

func newDayView(s *Screen) *dayView {
	l, m := s.look, s.m
	v := &dayView{s: s, bed: fill(l.Surface, l.Radius), title: centred(l, l.Title, l.Text, true, 1, s.tr("day.notopen")),
		date: centred(l, l.Total*1.3, l.Text, true, 1, ""), say: centred(l, l.Body, l.Muted, false, 3, "")}
	v.back = kit.NewIconButton(l, kit.Plain, kit.IconLeft, "", func() { m.MoveDate(-1) })
	v.next = kit.NewIconButton(l, kit.Plain, kit.IconRight, "", func() { m.MoveDate(1) })
	v.open = kit.NewButton(l, kit.Pay, s.tr("day.open"), m.OpenDay)
	v.box = framed(v.arrange, v.bed, v.title, v.date, v.say, v.back, v.next, v.open)
	return v
}

func (v *dayView) object() fyne.CanvasObject { return v.box }

func (v *dayView) arrange(size fyne.Size) {
	l := v.s.look
	w, h := min(560*l.Scale, size.Width-4*l.Pad), min(400*l.Scale, size.Height-2*l.Pad)
	x, y := (size.Width-w)/2, (size.Height-h)/2
	put(v.bed, x, y, w, h)
	in, iw := x+2*l.Pad, w-4*l.Pad
	put(v.title, in, y+l.Pad, iw, l.RowH)
	put(v.back, in, y+l.RowH+2*l.Pad, l.RowH*1.2, l.RowH*1.2)
	put(v.next, in+iw-l.RowH*1.2, y+l.RowH+2*l.Pad, l.RowH*1.2, l.RowH*1.2)
	put(v.date, in+l.RowH*1.4, y+l.RowH+2*l.Pad, iw-l.RowH*2.8, l.RowH*1.2)
	put(v.open, in, y+h-l.PayH-2*l.Pad, iw, l.PayH)
	top := y + l.RowH*2.2 + 3*l.Pad
	put(v.say, in, top, iw, y+h-l.PayH-3*l.Pad-top)
}

func (v *dayView) refresh(p Part) {
	if p&PartPage == 0 {
		return
	}
	s, d := v.s, v.s.m.Day()
	v.date.Set(d.Date.String())
	v.open.SetText(s.tr("day.open"))
	v.open.SetEnabled(!d.Busy)
	v.say.SetInk(s.look.Muted)
	v.say.Set(s.tr("day.hint"))
	switch {
	case d.Ask != nil:
		v.say.SetInk(s.look.WarnText)
		v.say.Set(d.Ask.Text(s.m.Lang()))
		v.open.SetText(s.tr("day.sure"))
	case d.Fault != nil:
		v.say.SetInk(s.look.DangerText)
		v.say.Set(d.Fault.Text(s.m.Lang()))
	}
}
