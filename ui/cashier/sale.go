package cashier

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"wendan/ui/kit"
)

// saleView is the selling screen: on the left the dishes, or payment, search or held orders in
// their place; on the right the order, always.
type saleView struct {
	s     *Screen
	box   *fyne.Container
	panel *panel
	bed   *canvas.Rectangle
	edge  *canvas.Rectangle

	rail   *kit.Rail
	search *kit.Button
	grid   *kit.TileGrid
	pager  *kit.Pager
	empty  *kit.Words
	pay    *payView
	find   *findView
	held   *heldView
	key    gridKey
}

func newSaleView(s *Screen) *saleView {
	l := s.look
	v := &saleView{s: s, bed: fill(l.Surface, 0), edge: fill(l.Line, 0)}
	v.panel = newPanel(s)
	v.rail = kit.NewRail(l, v.railItems(), s.m.Choose)
	v.rail.Select(s.m.Chosen())
	v.search = kit.NewIconButton(l, kit.Plain, kit.IconSearch, s.tr("act.search"), func() { s.m.Go(PageFind) })
	v.grid = kit.NewTileGrid(l, saleTiles{s})
	v.grid.OnTap = func(i int) {
		if at, size := v.grid.TileRect(i); !v.pay.echoes(at.Add(v.grid.Position()), size) {
			s.m.Tap(s.m.Dish(i).Dish.ID)
		}
	}
	v.grid.OnHold = func(i int) { s.limitSheet(s.m.Dish(i).Dish) }
	v.pager = kit.NewPager(l, v.grid)
	v.empty = centred(l, l.Title, l.Muted, false, 2, s.tr("menu.empty"))
	v.pay, v.find, v.held = newPayView(s), newFindView(s), newHeldView(s)
	v.box = framed(v.arrange, v.rail, v.search, v.grid, v.pager, v.empty, v.pay.box, v.find.box, v.held.box, v.bed, v.edge, v.panel.box)
	return v
}

func (v *saleView) object() fyne.CanvasObject { return v.box }

// saleTiles shows the dishes of the chosen category.
type saleTiles struct{ s *Screen }

func (t saleTiles) Len() int          { return t.s.m.Dishes() }
func (t saleTiles) At(i int) kit.Tile { return t.s.kitTile(t.s.m.Dish(i)) }

// foundTiles shows the dishes found.
type foundTiles struct{ s *Screen }

func (t foundTiles) Len() int          { return t.s.m.find.Hits() }
func (t foundTiles) At(i int) kit.Tile { return t.s.kitTile(t.s.m.Hit(i)) }

func (s *Screen) kitTile(t Tile) kit.Tile {
	k := kit.Tile{Name: t.Name, Price: Yuan(t.Price), Bar: s.look.Category(t.Colour), Selected: t.InOrder > 0, SoldOut: t.SoldOut()}
	if t.From {
		k.Price += s.tr("dish.from")
	}
	if t.InOrder > 0 {
		k.Badge = strconv.Itoa(int(t.InOrder))
	}
	switch {
	case t.SoldOut():
		k.Tag, k.TagTone = s.tr("dish.soldout"), kit.Bad
	case t.Limited:
		k.Tag, k.TagTone = s.tr("dish.left", t.Left), kit.Caution
	case t.Dish.Hot && !s.m.HotPage():
		k.Tag, k.TagTone = s.tr("dish.hot"), kit.Caution
	}
	return k
}

func (v *saleView) railItems() []kit.RailItem {
	var out []kit.RailItem
	for i, c := range v.s.m.Categories() {
		item := kit.RailItem{Text: c.Name, Bar: v.s.look.Category(c.Colour)}
		if c.Colour < 0 {
			item.Bar = v.s.look.Warn
		}
		if n := v.s.m.InCategory(i); n > 0 {
			item.Count = strconv.Itoa(int(n))
		}
		out = append(out, item)
	}
	return out
}

// panelWidth is 400 to 480 dp at scale 1, by the width of the screen.
func (s *Screen) panelWidth(w float32) float32 {
	k := s.look.Scale
	return min(max(w*0.305, 400*k), 480*k)
}

func (v *saleView) arrange(size fyne.Size) {
	l := v.s.look
	pw := v.s.panelWidth(size.Width)
	left := size.Width - pw
	put(v.bed, left, 0, pw, size.Height)
	put(v.edge, left, 0, l.Hair, size.Height)
	put(v.panel.box, left, 0, pw, size.Height)
	rw := 131 * l.Scale
	gap := l.Gap
	put(v.search, gap, gap, rw, l.Touch+4*l.Scale)
	put(v.rail, gap, 2*gap+l.Touch+4*l.Scale, rw, size.Height-2*gap-l.Touch-4*l.Scale)
	x, h := rw+2*gap, size.Height
	if l.Lite {
		put(v.pager, x+gap, size.Height-l.RowH-gap, left-x-2*gap, l.RowH)
		h -= l.RowH + gap
	}
	put(v.grid, x-gap/2, 0, left-x, h)
	put(v.empty, x, 0, left-x, h)
	for _, o := range []fyne.CanvasObject{v.pay.box, v.find.box, v.held.box} {
		put(o, 0, 0, left, size.Height)
	}
}

func (v *saleView) refresh(p Part) {
	m := v.s.m
	if p&PartPage != 0 {
		dishes := m.page == PageSale
		if dishes && v.pay.box.Visible() {
			v.pay.left = m.Now()
		}
		for _, o := range []fyne.CanvasObject{v.rail, v.search, v.grid} {
			show(o, dishes)
		}
		show(v.pager, dishes && v.s.look.Lite)
		show(v.pay.box, m.page == PagePay)
		show(v.find.box, m.page == PageFind)
		show(v.held.box, m.page == PageHeld)
	}
	switch m.page {
	case PageSale:
		v.dishes(p)
	case PagePay:
		if p&(PartPay|PartPage) != 0 {
			v.pay.refresh()
		}
	case PageFind:
		v.find.refresh(p)
	case PageHeld:
		if p&(PartCounts|PartPage) != 0 {
			v.held.refresh()
		}
	}
	if p&(PartLines|PartCounts|PartPay|PartPage) != 0 {
		v.panel.refresh(p)
	}
}

// dishes draws rail and tiles. A tile that has not changed costs a comparison.
func (v *saleView) dishes(p Part) {
	m := v.s.m
	if now := (gridKey{m.made, m.cat}); now != v.key {
		if now.made != v.key.made {
			v.rail.SetItems(v.railItems())
		}
		v.key = now
		v.grid.SetTiles(saleTiles{v.s})
		v.rail.Select(m.cat)
		show(v.empty, m.Dishes() == 0)
	} else if p&(PartTiles|PartPage) != 0 {
		for i := range m.Dishes() {
			v.grid.RefreshItem(i)
		}
	}
	if p&PartRail != 0 {
		for i, item := range v.railItems() {
			v.rail.SetCount(i, item.Count)
		}
	}
}

// gridKey tells which dishes the grid shows.
type gridKey struct {
	made int // catalogue
	cat  int
}
