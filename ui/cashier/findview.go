package cashier

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"wendan/store/order"
	"wendan/ui/kit"
)

// findView searches for a dish with its own keys: no input method is needed.
type findView struct {
	s    *Screen
	box  *fyne.Container
	back *kit.Button
	bed  *canvas.Rectangle
	text *kit.Words
	none *kit.Words
	grid *kit.TileGrid
	keys *kit.Keypad
}

func newFindView(s *Screen) *findView {
	l, m := s.look, s.m
	v := &findView{s: s, bed: fill(l.Card, l.Radius), text: body(l, ""), none: centred(l, l.Title, l.Muted, false, 2, s.tr("search.none"))}
	v.back = kit.NewIconButton(l, kit.Ghost, kit.IconLeft, s.tr("act.back"), m.Back).SetHeight(l.Touch)
	v.grid = kit.NewTileGrid(l, foundTiles{s})
	v.grid.SetPaged(false)
	v.grid.OnTap = func(i int) {
		if i < m.find.Hits() {
			m.Tap(m.find.hits[i].ID)
		}
	}
	v.keys = kit.NewKeypad(l, kit.QwertyRows(), m.TypeFind)
	v.box = framed(v.arrange, v.back, v.bed, v.text, v.none, v.grid, v.keys)
	v.box.Hide()
	return v
}

func (v *findView) arrange(size fyne.Size) {
	l := v.s.look
	g := l.Gap
	bw := v.back.MinSize().Width
	put(v.back, g, g/2, bw, l.Touch)
	put(v.bed, bw+2*g, g/2, size.Width-bw-3*g, l.Touch)
	put(v.text, bw+2*g+l.Pad, g/2, size.Width-bw-3*g-2*l.Pad, l.Touch)
	top := l.Touch + g
	kh := 4*(l.Touch+10*l.Scale) + g
	put(v.keys, g, size.Height-kh, size.Width-2*g, kh-g)
	put(v.grid, 0, top, size.Width, size.Height-kh-top-g/2)
	put(v.none, 0, top, size.Width, size.Height-kh-top)
}

func (v *findView) refresh(p Part) {
	m := v.s.m
	if p&(PartFind|PartPage) != 0 {
		v.text.SetInk(v.s.look.Text)
		v.text.Set(m.find.Text)
		if m.find.Text == "" {
			v.text.SetInk(v.s.look.Muted)
			v.text.Set(v.s.tr("search.hint"))
		}
		v.grid.SetTiles(foundTiles{v.s})
		show(v.none, m.find.Text != "" && m.find.Hits() == 0)
	} else if p&PartTiles != 0 {
		for i := range m.find.Hits() {
			v.grid.RefreshItem(i)
		}
	}
}

// heldView lists the orders on hold.
type heldView struct {
	s     *Screen
	box   *fyne.Container
	back  *kit.Button
	title *kit.Words
	none  *kit.Words
	list  *kit.TouchList
	held  []Held
}

func newHeldView(s *Screen) *heldView {
	l, m := s.look, s.m
	v := &heldView{s: s, title: heading(l, s.tr("hold.title")), none: centred(l, l.Title, l.Muted, false, 1, s.tr("hold.none"))}
	v.back = kit.NewIconButton(l, kit.Ghost, kit.IconLeft, s.tr("act.back"), m.Back).SetHeight(l.Touch)
	v.list = kit.NewTouchList(l, 72*l.Scale, func() int { return len(v.held) }, func() fyne.CanvasObject { return kit.NewLineRow(l, 72*l.Scale) }, v.line)
	v.list.OnTap = func(i int, _ fyne.Position) { m.Resume(i) }
	v.list.OnHold = s.labelSheet
	v.box = framed(v.arrange, v.back, v.title, v.none, v.list)
	v.box.Hide()
	return v
}

func (v *heldView) line(i int, row fyne.CanvasObject) {
	h := &v.held[i]
	channel := v.s.tr("channel.dinein")
	if h.Channel == order.Takeaway {
		channel = v.s.tr("channel.takeaway")
	}
	row.(*kit.LineRow).Set(kit.Line{Lead: h.Label, Title: h.Title, Note: h.At.Format("15:04") + " · " + v.s.tr("order.items", h.Portions),
		Trail: Yuan(h.Total), Tag: channel})
}

func (v *heldView) arrange(size fyne.Size) {
	l := v.s.look
	g := l.Gap
	bw := v.back.MinSize().Width
	put(v.back, g, g/2, bw, l.Touch)
	put(v.title, bw+2*g, g/2, size.Width-bw-3*g, l.Touch)
	put(v.list, g, l.Touch+2*g, size.Width-2*g, size.Height-l.Touch-3*g)
	put(v.none, 0, 0, size.Width, size.Height)
}

func (v *heldView) refresh() {
	v.held = v.s.m.HeldOrders()
	v.title.Set(v.s.tr("hold.title") + " " + strconv.Itoa(len(v.held)))
	show(v.none, len(v.held) == 0)
	v.list.Refresh()
}
