package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"wendan/ui/theme"
)

// RailItem is one category.
type RailItem struct {
	Text  string
	Bar   color.NRGBA
	Count string // dishes of it in the order; empty for none
}

// Rail is the column of categories beside the dishes. It scrolls under a finger when
// there are more than fit, and its entries never change place.
type Rail struct {
	widget.BaseWidget
	OnSelect func(i int) // a finger chose another entry; not called by Select

	look  *theme.Look
	items []RailItem
	list  *TouchList
}

// NewRail makes a rail with the first entry chosen.
func NewRail(l *theme.Look, items []RailItem, selected func(i int)) *Rail {
	r := &Rail{OnSelect: selected, look: l, items: items}
	r.list = NewTouchList(l, l.KeyH+2*l.Scale, func() int { return len(r.items) },
		func() fyne.CanvasObject { return newRailRow(l) },
		func(i int, row fyne.CanvasObject) { row.(*railRow).set(r.items[i], i == r.list.selected) })
	r.list.plain = true
	r.list.Select(0)
	r.list.OnTap = func(i int, _ fyne.Position) {
		if i != r.list.selected {
			r.list.Select(i)
			if r.OnSelect != nil {
				r.OnSelect(i)
			}
		}
	}
	r.ExtendBaseWidget(r)
	return r
}

// Select chooses entry i and brings it into view without calling OnSelect.
func (r *Rail) Select(i int) {
	r.list.Select(i)
	r.list.ScrollTo(i)
}

// Selected returns the chosen entry.
func (r *Rail) Selected() int { return r.list.Selected() }

// SetItems shows other entries; the chosen number stays if it still exists.
func (r *Rail) SetItems(items []RailItem) {
	r.items = items
	if r.list.selected >= len(items) {
		r.list.selected = 0
	}
	r.list.Refresh()
}

// SetCount shows a number on entry i.
func (r *Rail) SetCount(i int, count string) {
	if r.items[i].Count != count {
		r.items[i].Count = count
		r.list.RefreshRow(i)
	}
}

// CreateRenderer is called by Fyne.
func (r *Rail) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: []fyne.CanvasObject{r.list}, layout: func(s fyne.Size) { r.list.Resize(s) }, min: func() fyne.Size {
		return fyne.NewSize(112*r.look.Scale, r.list.rowH)
	}, refresh: func() { r.list.Refresh() }}
}

type railRow struct {
	widget.BaseWidget
	look        *theme.Look
	item        RailItem
	on, pressed bool
	bed, bar    *canvas.Rectangle
	text, under *canvas.Text // the second line of a long name
	count       *canvas.Text
}

func newRailRow(l *theme.Look) *railRow {
	r := &railRow{look: l, bed: newRect(color.NRGBA{}, l.Radius), bar: newRect(color.NRGBA{}, 2*l.Scale),
		text: newText(l.Body, l.Text, true), under: newText(l.Small, l.Text, true), count: newText(l.Small, l.Muted, true)}
	r.ExtendBaseWidget(r)
	return r
}

func (r *railRow) set(item RailItem, on bool) {
	if r.item != item || r.on != on {
		r.item, r.on = item, on
		r.arrange(r.Size())
	}
}

// press shows the finger on the row.
func (r *railRow) press(on bool) {
	if r.pressed != on {
		r.pressed = on
		r.arrange(r.Size())
	}
}

func (r *railRow) arrange(s fyne.Size) {
	l, k := r.look, r.look.Scale
	fill, ink, count, bar := l.Card, l.Text, l.AccentText, r.item.Bar
	if r.pressed {
		fill = l.Press
	}
	if r.on {
		fill, ink, count, bar = l.Accent, l.OnAccent, l.OnAccent, l.OnAccent
	}
	setFill(r.bed, fill)
	setFill(r.bar, bar)
	setInk(r.text, ink)
	setInk(r.under, ink)
	setInk(r.count, count)
	h := s.Height - 6*k
	place(r.bed, 0, 3*k, s.Width, h)
	place(r.bar, 9*k, 3*k+h*0.28, 4*k, h*0.44)
	setText(r.count, r.item.Count)
	var w float32
	if r.item.Count != "" {
		w = r.count.MinSize().Width
		placeText(r.count, s.Width-w-10*k, 0, w, s.Height)
	}
	left := 20 * k
	room := s.Width - left - w - 14*k
	size, first, second := l.Body, r.item.Text, ""
	if measure(first, l.Body, true) > room {
		size = l.Small
		first, second = wrapTwo(r.item.Text, l.Small, true, room)
	}
	if r.text.TextSize != size {
		r.text.TextSize = size
		r.text.Refresh()
	}
	setText(r.text, first)
	setText(r.under, second)
	if second == "" {
		placeText(r.text, left, 0, s.Width-left, s.Height)
		return
	}
	line := size * 1.25
	placeText(r.text, left, s.Height/2-line, s.Width-left, line)
	placeText(r.under, left, s.Height/2, s.Width-left, line)
}

func (r *railRow) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: []fyne.CanvasObject{r.bed, r.bar, r.text, r.under, r.count}, layout: r.arrange,
		min: func() fyne.Size { return fyne.NewSize(theme.MinTouch, theme.MinTouch) }}
}
