package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"wendan/ui/theme"
)

// Tiles provides the items of a TileGrid. At must be cheap: it is asked for every
// visible tile at each refresh.
type Tiles interface {
	Len() int
	At(i int) Tile
}

// TileGrid shows dishes as tiles in as many columns as fit. It draws only what is
// visible, so its cost does not depend on the number of items. A finger scrolls and
// flings it; a press during a fling only stops it. In page mode it turns whole pages.
type TileGrid struct {
	finger
	OnTap   func(i int)           // item tapped; fast repeats are all reported
	OnHold  func(i int)           // item pressed for 550 ms; nil makes a long press a tap
	OnPages func(page, pages int) // page mode: the page shown changed, counted from 0

	look  *theme.Look
	tiles Tiles
	paged bool
	faces []*tileFace
	thumb *canvas.Rectangle
	root  *fyne.Container
	press int

	cols, poolRows int
	tile           fyne.Size
	toldPage       [2]int
}

// NewTileGrid makes a grid over tiles. It starts in page mode when the look is lite.
func NewTileGrid(l *theme.Look, tiles Tiles) *TileGrid {
	g := &TileGrid{look: l, tiles: tiles, paged: l.Lite, press: -1, thumb: newRect(l.Disabled, 2*l.Scale)}
	g.root = container(g.thumb)
	g.initFinger(g.draw)
	g.hit = g.itemAt
	g.lit = g.highlight
	g.tap = func(i int, _ fyne.Position) {
		if g.OnTap != nil && i < g.tiles.Len() {
			g.OnTap(i)
		}
	}
	g.hold = func(i int, _ fyne.Position) bool {
		if g.OnHold == nil || i >= g.tiles.Len() {
			return false
		}
		g.OnHold(i)
		return true
	}
	g.ExtendBaseWidget(g)
	return g
}

// SetTiles shows other items from the top, for example when the category changes.
func (g *TileGrid) SetTiles(t Tiles) {
	g.halt()
	g.tiles = t
	g.offset = 0
	g.arrange(g.Size())
}

// SetPaged switches between free scrolling and whole pages.
func (g *TileGrid) SetPaged(on bool) {
	if g.paged != on {
		g.paged = on
		g.halt()
		g.arrange(g.Size())
	}
}

// Turn goes by pages forward or back, in page mode by whole pages, else by the visible rows.
func (g *TileGrid) Turn(by int) {
	g.halt()
	if g.page > 0 {
		g.turn(by)
		return
	}
	g.to(g.offset + float32(by)*max(g.stride(), g.view-g.stride()))
}

// ScrollTo brings item i into view with the least movement.
func (g *TileGrid) ScrollTo(i int) {
	if g.cols == 0 {
		return
	}
	g.halt()
	top := float32(i/g.cols) * g.stride()
	switch {
	case g.page > 0:
		g.to(float32(int(top/g.page+0.001)) * g.page)
	case top < g.offset:
		g.to(top)
	case top+g.stride() > g.offset+g.view:
		g.to(top + g.stride() + g.edge() - g.view)
	}
}

// Columns returns the number of columns at the present width.
func (g *TileGrid) Columns() int { return g.cols }

// Offset returns the scroll position in dp from the top.
func (g *TileGrid) Offset() float32 { return g.offset }

// TileRect returns where item i is drawn in the grid's coordinates, visible or not.
func (g *TileGrid) TileRect(i int) (fyne.Position, fyne.Size) {
	if g.cols == 0 {
		return fyne.Position{}, fyne.Size{}
	}
	x := g.edge() + float32(i%g.cols)*(g.tile.Width+g.look.Gap)
	return fyne.NewPos(x, g.edge()+float32(i/g.cols)*g.stride()-g.offset), g.tile
}

// RefreshItem redraws item i if it is visible and changed.
func (g *TileGrid) RefreshItem(i int) {
	if f := g.faceOf(i); f != nil && i < g.tiles.Len() {
		f.show(i, g.tiles.At(i), g.press == i, g.tile)
	}
}

func (g *TileGrid) faceOf(i int) *tileFace {
	if len(g.faces) == 0 || i < 0 {
		return nil
	}
	if f := g.faces[i%len(g.faces)]; f.index == i {
		return f
	}
	return nil
}

// edge is the margin inside the grid; badges reach into it.
func (g *TileGrid) edge() float32   { return 8 * g.look.Scale }
func (g *TileGrid) stride() float32 { return g.tile.Height + g.look.Gap }

func (g *TileGrid) arrange(s fyne.Size) {
	l := g.look
	if s.Width <= 0 || s.Height <= 0 {
		return
	}
	edge := g.edge()
	g.cols = max(1, int((s.Width-2*edge+l.Gap)/(l.TileW+l.Gap)))
	w := (s.Width - 2*edge - float32(g.cols-1)*l.Gap) / float32(g.cols)
	h := l.TileH
	rows := max(1, int((s.Height-edge+l.Gap-1)/(h+l.Gap)))
	if g.paged {
		h = (s.Height-2*edge+l.Gap)/float32(rows) - l.Gap // whole rows fill the page
		h = max(h, theme.MinTouch)
	}
	g.tile = fyne.NewSize(w, h)
	total := (g.tiles.Len() + g.cols - 1) / g.cols
	if g.paged {
		g.measureUp(float32(total)*g.stride(), s.Height, float32(rows)*g.stride())
	} else {
		g.measureUp(float32(total)*g.stride()-l.Gap+2*edge, s.Height, 0)
	}
	g.poolRows = int(s.Height/g.stride()) + 2
	if want := g.poolRows * g.cols; want != len(g.faces) {
		g.faces = g.faces[:min(want, len(g.faces))]
		for len(g.faces) < want {
			g.faces = append(g.faces, newTileFace(l))
		}
		objects := make([]fyne.CanvasObject, 0, want+1)
		for _, f := range g.faces {
			f.index = -1
			objects = append(objects, f.box)
		}
		g.root.Objects = append(objects, g.thumb)
	}
	g.root.Resize(s)
	g.draw()
}

// draw binds the faces to the visible items and moves them.
func (g *TileGrid) draw() {
	if g.cols == 0 {
		return
	}
	n, size := g.tiles.Len(), g.Size()
	first := max(0, int((g.offset-g.edge())/g.stride())) * g.cols
	for k := range g.faces {
		i := first + k
		f := g.faces[i%len(g.faces)]
		pos, _ := g.TileRect(i)
		visible := i < n && pos.Y < size.Height && pos.Y+g.tile.Height > 0
		if g.page > 0 {
			visible = i < n && pos.Y >= g.edge()-1 && pos.Y < g.page
		}
		if visible {
			f.show(i, g.tiles.At(i), g.press == i, g.tile)
			f.box.Move(pos)
		}
		setShown(f.box, visible)
	}
	g.drawThumb(size)
	g.tellPages()
}

func (g *TileGrid) drawThumb(size fyne.Size) {
	need := g.page == 0 && g.content > g.view
	setShown(g.thumb, need)
	if need {
		h := max(32*g.look.Scale, g.view*g.view/g.content)
		y := (g.view - h) * g.offset / g.last()
		w := 4 * g.look.Scale
		place(g.thumb, size.Width-w-g.look.Scale, y, w, h)
	}
}

func (g *TileGrid) tellPages() {
	if p := [2]int{g.pageNow(), g.pages()}; g.page > 0 && p != g.toldPage {
		g.toldPage = p
		if g.OnPages != nil {
			g.OnPages(p[0], p[1])
		}
	}
}

func (g *TileGrid) itemAt(p fyne.Position) int {
	if g.cols == 0 {
		return -1
	}
	half := g.look.Gap / 2 // a tap between two tiles goes to the nearer one
	x, y := p.X-g.edge()+half, p.Y-g.edge()+half+g.offset
	if x < 0 || y < 0 || p.Y < 0 {
		return -1
	}
	col, row := int(x/(g.tile.Width+g.look.Gap)), int(y/g.stride())
	i := row*g.cols + col
	if col >= g.cols || i >= g.tiles.Len() {
		return -1
	}
	if g.page > 0 && p.Y > g.page+half {
		return -1
	}
	return i
}

func (g *TileGrid) highlight(i int) {
	if g.press == i {
		return
	}
	old := g.press
	g.press = i
	g.RefreshItem(old)
	g.RefreshItem(i)
}

// CreateRenderer is called by Fyne.
func (g *TileGrid) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: []fyne.CanvasObject{g.root}, layout: g.arrange,
		min:     func() fyne.Size { return fyne.NewSize(g.look.TileW+2*g.edge(), g.look.TileH+2*g.edge()) },
		refresh: func() { g.arrange(g.Size()) }}
}
