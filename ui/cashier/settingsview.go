package cashier

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"wendan/store/fault"
	"wendan/store/order"
	"wendan/ui/kit"
)

// settingsView changes this screen and the printers.
type settingsView struct {
	s     *Screen
	box   *fyne.Container
	back  *kit.Button
	title *kit.Words
	bed   *canvas.Rectangle
	lang  *kit.SegmentedTabs
	look  *kit.SegmentedTabs
	scale *kit.SegmentedTabs
	names [3]*kit.Words
	lite  *kit.Switch
	sound *kit.Switch
	out   *kit.Button
	help  *kit.Button
	close *kit.Button
	lock  *kit.Button

	printers *kit.TouchList
	heads    *kit.Words
	add      *kit.Button
	hint     *kit.Words
}

func newSettingsView(s *Screen) *settingsView {
	l, m := s.look, s.m
	v := &settingsView{s: s, bed: fill(l.Surface, l.Radius), title: heading(l, s.tr("set.title")), heads: heading(l, s.tr("set.printers")),
		hint: kit.NewWords(l, l.Small, l.Muted, false, fyne.TextAlignLeading, 2, "")}
	v.back = kit.NewIconButton(l, kit.Ghost, kit.IconLeft, s.tr("act.back"), m.Back).SetHeight(l.Touch)
	for i, key := range []string{"set.language", "set.look", "set.scale"} {
		v.names[i] = body(l, s.tr(key))
	}
	v.lang = kit.NewSegmentedTabs(l, []string{"中文", "English"}, func(i int) {
		m.Change(func(p *Settings) { p.Lang = []fault.Lang{fault.ZH, fault.EN}[i] })
	})
	v.look = kit.NewSegmentedTabs(l, []string{s.tr("look.light"), s.tr("look.dark")}, func(i int) { m.Change(func(p *Settings) { p.Dark = i == 1 }) })
	v.scale = kit.NewSegmentedTabs(l, []string{"1", "1.2", "1.4", "1.6", "2"}, func(i int) { m.Change(func(p *Settings) { p.Scale = Scales[i] }) })
	v.lite = kit.NewSwitch(l, s.tr("set.lite"), m.prefs.Lite, func(on bool) { m.Change(func(p *Settings) { p.Lite = on }) })
	v.sound = kit.NewSwitch(l, s.tr("set.sound"), m.prefs.Sound, func(on bool) { m.Change(func(p *Settings) { p.Sound = on }) })
	v.out = kit.NewButton(l, kit.Plain, s.tr("soldout.title"), func() { m.Go(PageSoldOut) })
	v.help = kit.NewButton(l, kit.Plain, s.tr("help.title"), s.helpSheet)
	v.close = kit.NewButton(l, kit.Danger, s.tr("day.close"), s.closeSheet)
	v.lock = kit.NewIconButton(l, kit.Plain, kit.IconLock, s.tr("sign.lock"), m.Lock)
	v.printers = kit.NewTouchList(l, 72*l.Scale, func() int { return len(m.prefs.Printers) }, func() fyne.CanvasObject { return kit.NewLineRow(l, 1) }, v.printer)
	v.printers.OnTap = func(i int, _ fyne.Position) { s.printerSheet(i) }
	v.add = kit.NewIconButton(l, kit.Plain, kit.IconPlus, s.tr("printer.add"), func() { s.printerSheet(len(m.prefs.Printers)) })
	v.box = framed(v.arrange, v.bed, v.back, v.title, v.names[0], v.names[1], v.names[2], v.lang, v.look, v.scale, v.lite, v.sound, v.out, v.help, v.close, v.lock,
		v.printers, v.heads, v.add, v.hint)
	return v
}

func (v *settingsView) object() fyne.CanvasObject { return v.box }

func (v *settingsView) printer(i int, row fyne.CanvasObject) {
	s, p := v.s, &v.s.m.prefs.Printers[i]
	k := kit.Line{Title: p.Name, Note: rolesText(s, p) + " · " + p.Address}
	for j := range s.m.status.Printers {
		if st := &s.m.status.Printers[j]; st.Name == p.Name {
			k.Tag, k.Tone = s.tr("printer.ready"), kit.Good
			if st.Problem != nil {
				k.Tag, k.Tone = s.tr("printer.problem"), kit.Bad
			}
		}
	}
	row.(*kit.LineRow).Set(k)
}

// rolesText says what a printer prints.
func rolesText(s *Screen, p *PrinterSetting) string {
	var out []string
	for _, r := range p.Roles {
		out = append(out, roleName(s, r))
	}
	return strings.Join(out, s.tr("list.comma"))
}

// roleName names "receipt", "kitchen" or "kitchen:3".
func roleName(s *Screen, role string) string {
	switch role {
	case "receipt":
		return s.tr("slip.receipt")
	case "kitchen":
		return s.tr("role.kitchen")
	}
	if s.m.view.Menu != nil {
		for _, st := range s.m.view.Menu.Menu().Stations {
			if order.Kitchen(st.ID).Role() == role {
				return s.m.name(st.Name, st.NameEN)
			}
		}
	}
	return role
}

func (v *settingsView) arrange(size fyne.Size) {
	l := v.s.look
	g, k := l.Gap, l.Scale
	bw := v.back.MinSize().Width
	put(v.back, g, g/2, bw, l.Touch)
	put(v.title, bw+2*g, g/2, size.Width/3, l.Touch)
	top := l.Touch + g
	left := size.Width * 0.5
	x, w := 2*g, left-4*g
	put(v.bed, g, top, left-2*g, size.Height-top-g)
	in, iw := x+g, w-2*g
	h := min((size.Height-top-3*g)/7-g, l.RowH*1.1)
	y := top + g
	for i, t := range []*kit.SegmentedTabs{v.lang, v.look, v.scale} {
		put(v.names[i], in, y, iw*0.28, h)
		put(t, in+iw*0.28, y+(h-l.Touch)/2, iw*0.72, l.Touch)
		y += h + g
	}
	put(v.lite, in-l.Pad, y, iw+2*l.Pad, h)
	y += h + g
	put(v.sound, in-l.Pad, y, iw+2*l.Pad, h)
	y += h + g
	row(g, in, y, iw, max(h, l.Touch), v.out, v.help)
	y += h + g
	row(g, in, y, iw, max(h, l.Touch), v.lock, v.close)
	rx, rw := left+g, size.Width-left-2*g
	put(v.heads, rx, top, rw*0.5, l.RowH)
	aw := v.add.MinSize().Width
	put(v.add, rx+rw-aw, top, aw, l.RowH)
	put(v.hint, rx, size.Height-g-44*k, rw, 44*k)
	put(v.printers, rx-l.Pad, top+l.RowH+g, rw+l.Pad, size.Height-top-l.RowH-3*g-44*k)
}

func (v *settingsView) refresh(p Part) {
	if p&(PartSetup|PartPage|PartStatus) == 0 {
		return
	}
	s, m := v.s, v.s.m
	v.lang.Select(0)
	if m.Lang() == fault.EN {
		v.lang.Select(1)
	}
	v.look.Select(0)
	if m.prefs.Dark {
		v.look.Select(1)
	}
	for i, sc := range Scales {
		if sc == m.prefs.Scale {
			v.scale.Select(i)
		}
	}
	v.lite.Set(m.prefs.Lite)
	v.sound.Set(m.prefs.Sound)
	v.close.SetEnabled(m.view.DayOpen)
	v.hint.Set(s.tr("set.printers.hint"))
	v.printers.Refresh()
}

// soldOutView limits and stops dishes (估清、沽清).
type soldOutView struct {
	s     *Screen
	box   *fyne.Container
	back  *kit.Button
	title *kit.Words
	text  *kit.Words
	grid  *kit.TileGrid
	keys  *kit.Keypad
}

func newSoldOutView(s *Screen) *soldOutView {
	l, m := s.look, s.m
	v := &soldOutView{s: s, title: heading(l, s.tr("soldout.title")), text: kit.NewWords(l, l.Body, l.AccentText, true, fyne.TextAlignTrailing, 1, "")}
	v.back = kit.NewIconButton(l, kit.Ghost, kit.IconLeft, s.tr("act.back"), m.Back).SetHeight(l.Touch)
	v.grid = kit.NewTileGrid(l, foundTiles{s})
	v.grid.SetPaged(false)
	v.grid.OnTap = func(i int) {
		if i < m.find.Hits() {
			s.limitSheet(m.find.hits[i])
		}
	}
	v.keys = kit.NewKeypad(l, kit.QwertyRows(), m.TypeFind)
	v.box = framed(v.arrange, v.back, v.title, v.text, v.grid, v.keys)
	return v
}

func (v *soldOutView) object() fyne.CanvasObject { return v.box }

func (v *soldOutView) arrange(size fyne.Size) {
	l := v.s.look
	g := l.Gap
	bw := v.back.MinSize().Width
	put(v.back, g, g/2, bw, l.Touch)
	put(v.title, bw+2*g, g/2, size.Width*0.4, l.Touch)
	put(v.text, size.Width*0.5, g/2, size.Width*0.5-2*g, l.Touch)
	kh := 4*(l.Touch+6*l.Scale) + g
	kw := min(size.Width-2*g, 900*l.Scale)
	put(v.keys, (size.Width-kw)/2, size.Height-kh, kw, kh-g)
	put(v.grid, 0, l.Touch+g, size.Width, size.Height-kh-l.Touch-2*g)
}

func (v *soldOutView) refresh(p Part) {
	m := v.s.m
	switch {
	case p&(PartFind|PartPage) != 0:
		v.text.Set(m.find.Text)
		if m.find.Text == "" {
			v.text.Set(v.s.tr("search.hint"))
		}
		v.grid.SetTiles(foundTiles{v.s})
	case p&PartTiles != 0:
		v.grid.Refresh()
	}
}
