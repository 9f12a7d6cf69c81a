package cashier

import (
	"strconv"

	"fyne.io/fyne/v2"

	"wendan/store/menu"
	"wendan/ui/kit"
)

// choiceSheet asks for the size, the methods and a note of one dish. Required questions carry a count and
// block leaving until all are answered.
type choiceSheet struct {
	s       *Screen
	c       *Choice
	sheet   *kit.Sheet
	heads   []*choiceHead
	sizes   []*kit.Button
	methods map[uint16]*kit.Button
	notes   []*kit.Button
	qty     *kit.Stepper
	cancel  *kit.Button
	done    *kit.Button
}

type choiceHead struct {
	group *menu.Group // nil: sizes or notes
	title *kit.Words
	badge *kit.Badge
	items []*kit.Button
}

// showChoice opens, draws or closes the sheet as the model says.
func (s *Screen) showChoice() {
	c := s.m.choice
	if s.choice != nil && (c == nil || s.choice.c != c) {
		old := s.choice
		s.choice = nil
		old.sheet.Close()
	}
	if c == nil {
		return
	}
	if s.choice == nil {
		s.choice = newChoiceSheet(s, c)
		s.open(s.choice.sheet)
	}
	s.choice.refresh()
}

func newChoiceSheet(s *Screen, c *Choice) *choiceSheet {
	l, m := s.look, s.m
	v := &choiceSheet{s: s, c: c, methods: map[uint16]*kit.Button{}}
	var objects []fyne.CanvasObject
	head := func(g *menu.Group, title string, items []*kit.Button) {
		h := &choiceHead{group: g, title: kit.NewWords(l, l.Body, l.Text, true, fyne.TextAlignLeading, 1, title), badge: kit.NewBadge(l, kit.Quiet, ""), items: items}
		v.heads = append(v.heads, h)
		objects = append(append(objects, h.title, h.badge), objectsOf(items)...)
	}
	for i := range c.Dish.Sizes {
		z := &c.Dish.Sizes[i]
		v.sizes = append(v.sizes, kit.NewButton(l, kit.Plain, m.name(z.Name, z.NameEN)+" "+yuanShort(z.Price), func() { m.ChooseSize(i) }))
	}
	if len(v.sizes) > 0 {
		head(nil, s.tr("line.size"), v.sizes)
	}
	for _, g := range c.Groups() {
		var items []*kit.Button
		for i := range g.Methods {
			o := &g.Methods[i]
			text := m.name(o.Name, o.NameEN)
			if o.Price != 0 {
				text += " +" + yuanShort(o.Price)
			}
			b := kit.NewButton(l, kit.Plain, text, func() { m.ChooseMethod(g, o.ID) })
			v.methods[o.ID] = b
			items = append(items, b)
		}
		head(g, m.name(g.Name, g.NameEN), items)
	}
	for _, n := range m.QuickNotes() {
		if len(v.notes) < 8 {
			v.notes = append(v.notes, kit.NewButton(l, kit.Plain, n, func() { m.ChooseNote(n) }))
		}
	}
	if len(v.notes) > 0 {
		head(nil, s.tr("line.notes"), v.notes)
	}
	v.qty = kit.NewStepper(l, int(c.Item.Qty), 1, 999, func(n int) { m.ChooseQty(int32(n)) })
	v.cancel = kit.NewButton(l, kit.Plain, s.tr("act.cancel"), m.Back)
	v.done = kit.NewButton(l, kit.Primary, "", m.EndChoice)
	objects = append(objects, v.qty, v.cancel, v.done)
	content := sized(v.least, v.arrange, objects...)
	v.sheet = kit.NewSheet(l, kit.Middle, m.name(c.Dish.Name, c.Dish.NameEN), true, content)
	v.sheet.OnClosed = func() {
		if s.choice == v {
			s.choice = nil
			if m.choice == c {
				m.Back()
			}
		}
	}
	return v
}

// compact is the height of a key: smaller when there are many questions and the screen is low.
func (v *choiceSheet) compact() float32 {
	l := v.s.look
	rows := 0
	for _, h := range v.heads {
		rows += (len(h.items) + v.cols() - 1) / v.cols()
	}
	room := v.s.root.Size().Height - 4*l.Pad - 2*l.RowH - float32(len(v.heads))*(34*l.Scale+l.Gap/2)
	return min(max(room/float32(max(rows, 1))-6*l.Scale, l.Touch), l.RowH)
}

func (v *choiceSheet) cols() int {
	if v.s.root.Size().Width > 1200*v.s.look.Scale {
		return 5
	}
	return 4
}

func (v *choiceSheet) least() fyne.Size {
	l := v.s.look
	w := min(v.s.root.Size().Width-4*l.Pad, float32(v.cols())*176*l.Scale)
	return fyne.NewSize(w, v.lay(w, false)+l.RowH+l.Gap)
}

func (v *choiceSheet) lay(w float32, move bool) float32 {
	l := v.s.look
	h, gap := v.compact(), 6*l.Scale
	y := float32(0)
	for _, head := range v.heads {
		if move {
			tw := min(head.title.Natural()+4, w*0.6)
			put(head.title, l.Pad/4, y, tw, 34*l.Scale)
			put(head.badge, l.Pad/4+tw+l.Gap, y, head.badge.MinSize().Width, 34*l.Scale)
		}
		y += 34 * l.Scale
		n := (len(head.items) + v.cols() - 1) / v.cols()
		if move {
			grid(gap, 0, y, w, h, v.cols(), objectsOf(head.items)...)
		}
		y += float32(n)*(h+gap) + l.Gap/2
	}
	return y
}

func (v *choiceSheet) arrange(size fyne.Size) {
	l := v.s.look
	v.lay(size.Width, true)
	y := size.Height - l.RowH
	put(v.qty, 0, y, 210*l.Scale, l.RowH)
	put(v.cancel, 210*l.Scale+l.Gap, y, 120*l.Scale, l.RowH)
	x := 330*l.Scale + 2*l.Gap
	put(v.done, x, y, size.Width-x, l.RowH)
}

func mark(b *kit.Button, on bool) {
	if on {
		b.SetKind(kit.Primary)
		b.SetIcon(kit.IconCheck)
	} else {
		b.SetKind(kit.Plain)
		b.SetIcon("")
	}
}

func (v *choiceSheet) refresh() {
	s, c := v.s, v.c
	for i, b := range v.sizes {
		mark(b, int(c.Item.Size) == i)
	}
	for id, b := range v.methods {
		mark(b, c.Has(id))
	}
	notes := s.m.QuickNotes()
	for i, b := range v.notes {
		mark(b, c.Item.Note == notes[i])
	}
	for i, h := range v.heads {
		switch {
		case h.group == nil && i == 0 && len(v.sizes) > 0:
			need(s, h.badge, c.SizeMissing(), true, 0)
		case h.group != nil:
			n := c.Chosen(h.group)
			need(s, h.badge, h.group.Required && n == 0, h.group.Required, n)
		default:
			h.badge.Hide()
		}
	}
	v.qty.Set(int(c.Item.Qty))
	if n := c.Missing(); n > 0 {
		v.done.SetText(s.tr("choice.missing", n))
		v.done.Disable()
	} else {
		key := "line.add"
		if c.Line >= 0 {
			key = "act.save"
		}
		v.done.SetText(s.tr(key) + "  " + Yuan(c.Price()))
		v.done.Enable()
	}
	v.sheet.Refresh()
}

// need shows beside a question whether an answer is missing and how many were given.
func need(s *Screen, b *kit.Badge, missing, required bool, n int) {
	b.Show()
	switch {
	case missing:
		b.Set(kit.Bad, s.tr("choice.required"))
	case n > 1:
		b.Set(kit.Good, strconv.Itoa(n))
	case required || n == 1:
		b.Set(kit.Good, "✓")
	default:
		b.Set(kit.Quiet, s.tr("choice.optional"))
	}
}
