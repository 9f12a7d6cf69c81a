package kit

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"wendan/ui/theme"
)

// Tone is the meaning a small mark carries. It is never shown without a text.
type Tone uint8

// The tones.
const (
	Quiet   Tone = 0
	Accent  Tone = 1
	Good    Tone = 2
	Caution Tone = 3
	Bad     Tone = 4
)

// soft returns the fill and the text colour of a chip of this tone.
func (t Tone) soft(l *theme.Look) (bed, ink color.NRGBA) {
	switch t {
	case Accent:
		return l.AccentSoft, l.AccentText
	case Good:
		return l.PaySoft, l.PayText
	case Caution:
		return l.WarnSoft, l.WarnText
	case Bad:
		return l.DangerSoft, l.DangerText
	}
	return l.Key, l.Muted
}

// Tile is what a tile of a TileGrid shows. It is compared with ==.
type Tile struct {
	Name     string      // up to two lines, then an ellipsis
	Price    string      // formatted, "¥38.00"
	Tag      string      // 热销, 售罄, 剩 3; empty for none
	TagTone  Tone        // colour of the tag
	Bar      color.NRGBA // category colour; the zero colour shows no bar
	Badge    string      // quantity in the order, "2"; empty for none
	Selected bool
	SoldOut  bool // dimmed in its place; still tappable, the owner explains
}

// tileFace is the drawing of one tile. Its objects live in a container that moves as one.
type tileFace struct {
	look                        *theme.Look
	box                         *fyne.Container
	card, bar, chip, disc       *canvas.Rectangle
	line1, line2, price, tag, n *canvas.Text

	index   int // item shown, -1 for none
	shown   Tile
	pressed bool
	size    fyne.Size
}

func newTileFace(l *theme.Look) *tileFace {
	f := &tileFace{look: l, index: -1,
		card: newRect(l.Card, l.Radius), bar: newRect(color.NRGBA{}, 2*l.Scale),
		chip: newRect(color.NRGBA{}, 5*l.Scale), disc: newRect(l.Badge, 13*l.Scale),
		line1: newText(l.Body, l.Text, true), line2: newText(l.Body, l.Text, true),
		price: newText(l.Body, l.Muted, false), tag: newText(l.Small, l.Muted, true),
		n: newText(l.Small, l.OnBadge, true),
	}
	f.card.Shadow = cardShadow(l)
	f.box = container(f.card, f.bar, f.line1, f.line2, f.price, f.chip, f.tag, f.disc, f.n)
	f.chip.Hide()
	f.disc.Hide()
	return f
}

func container(objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Objects: objects}
}

// show draws item i as t, touching only what differs from the drawing before.
func (f *tileFace) show(i int, t Tile, pressed bool, size fyne.Size) {
	fresh := f.index < 0 || f.size != size
	if !fresh && f.shown == t && f.pressed == pressed {
		f.index = i
		return
	}
	old := f.shown
	f.index, f.shown, f.pressed, f.size = i, t, pressed, size
	l, k := f.look, f.look.Scale
	f.box.Resize(size)
	if fresh {
		f.card.Resize(size)
		place(f.bar, 9*k, 14*k, 4*k, size.Height-28*k)
	}
	f.paintCard()
	if fresh || old.Name != t.Name {
		dp, room := l.Body, size.Width-f.left()-14*k
		a, b := wrapTwo(t.Name, dp, true, room)
		if strings.HasSuffix(b, ellipsis) { // a long name is set smaller before it is cut
			dp = l.Small
			a, b = wrapTwo(t.Name, dp, true, room)
		}
		f.line1.TextSize, f.line2.TextSize = dp, dp
		setText(f.line1, a)
		setText(f.line2, b)
		place(f.line1, f.left(), 10*k, size.Width, f.line1.MinSize().Height)
		place(f.line2, f.left(), 10*k+l.Body*1.26, size.Width, f.line2.MinSize().Height)
	}
	if tag := old.Tag != t.Tag || old.TagTone != t.TagTone; fresh || tag || old.Price != t.Price {
		f.placeTag()
		f.placePrice()
	}
	if fresh || old.Badge != t.Badge {
		f.placeBadge()
	}
}

func (f *tileFace) left() float32 { return 22 * f.look.Scale }

func (f *tileFace) paintCard() {
	l, t := f.look, &f.shown
	fill, edge, width := l.Card, color.NRGBA{}, float32(0)
	if l.Lite && !l.Dark {
		edge, width = l.Line, l.Hair
	}
	if t.SoldOut {
		fill = l.CardDim
	}
	if t.Selected {
		fill, edge, width = l.Selected, l.Accent, 2*l.Scale
	}
	if f.pressed {
		fill = l.Press
	}
	setFill(f.card, fill)
	setEdge(f.card, edge, width)
	bar := t.Bar
	if t.SoldOut && bar.A != 0 {
		bar.A = 90
	}
	setFill(f.bar, bar)
	ink := l.Text
	if t.SoldOut {
		ink = l.Muted
	}
	setInk(f.line1, ink)
	setInk(f.line2, ink)
}

// placePrice sets the price smaller when it would run under the tag.
func (f *tileFace) placePrice() {
	l, k := f.look, f.look.Scale
	room := f.size.Width - f.left() - 8*k
	if f.chip.Visible() {
		room = f.chip.Position().X - f.left() - 4*k
	}
	size := l.Body
	if w := measure(f.shown.Price, size, false); w > room {
		size = float32(int(size * room / w))
	}
	if f.price.TextSize != size {
		f.price.TextSize = size
		f.price.Refresh()
	}
	setText(f.price, f.shown.Price)
	h := f.price.MinSize().Height
	place(f.price, f.left(), f.size.Height-20*k-h/2, room, h)
}

func (f *tileFace) placeTag() {
	l, k := f.look, f.look.Scale
	setShown(f.chip, f.shown.Tag != "")
	setText(f.tag, f.shown.Tag)
	if f.shown.Tag == "" {
		return
	}
	bed, ink := f.shown.TagTone.soft(l)
	setFill(f.chip, bed)
	setInk(f.tag, ink)
	m := f.tag.MinSize()
	w, h := m.Width+10*k, 24*k
	x, y := f.size.Width-w-9*k, f.size.Height-h-9*k
	place(f.chip, x, y, w, h)
	placeText(f.tag, x+5*k, y, m.Width, h)
}

func (f *tileFace) placeBadge() {
	k := f.look.Scale
	setShown(f.disc, f.shown.Badge != "")
	setText(f.n, f.shown.Badge)
	if f.shown.Badge == "" {
		return
	}
	m := f.n.MinSize()
	h := 26 * k
	w := max(h, m.Width+12*k)
	x, y := f.size.Width-w+8*k, -8*k
	place(f.disc, x, y, w, h)
	placeText(f.n, x+(w-m.Width)/2, y, m.Width, h)
}
