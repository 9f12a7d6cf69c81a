package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"wendan/ui/theme"
)

// Side is where a sheet stands.
type Side uint8

// The sides.
const (
	Bottom Side = 1 // full width, as high as its content needs
	Right  Side = 2 // full height, over the order panel
	Middle Side = 3 // a question in the middle of the screen
)

// Sheet is a modal panel over a scrim. While it is open nothing under it can be touched;
// the order under it stays as it is.
type Sheet struct {
	widget.BaseWidget
	OnClosed func() // after it closed, however that came

	look    *theme.Look
	side    Side
	outside bool
	on      fyne.Canvas
	scrim   *scrim
	panel   *scrim // swallows taps beside the content
	bed     *canvas.Rectangle
	title   *canvas.Text
	close   *Button
	content fyne.CanvasObject
	least   fyne.Size
}

// NewSheet makes a closed sheet. With closable the cashier may close it by a tap outside
// or on ✕; without, only Close closes it, for a payment under way.
func NewSheet(l *theme.Look, side Side, title string, closable bool, content fyne.CanvasObject) *Sheet {
	s := &Sheet{look: l, side: side, outside: closable, content: content,
		bed: newRect(l.Surface, l.Radius), title: newText(l.Title, l.Text, true)}
	s.title.Text = title
	s.scrim = newScrim(func() {
		if s.outside {
			s.Close()
		}
	})
	if !l.Lite { // on a till without a GPU a full-window fill costs a quarter of a frame
		s.scrim.veil.FillColor = l.Scrim
	} else {
		s.bed.StrokeColor, s.bed.StrokeWidth = l.Muted, 2*l.Scale
	}
	if !l.Lite {
		s.bed.Shadow = canvas.Shadow{Color: l.Shadow, BlurRadius: 16 * l.Scale, Variant: canvas.DropShadow}
	}
	s.panel = newScrim(nil)
	s.close = NewIconButton(l, Ghost, IconClose, "", s.Close)
	if !closable {
		s.close.Hide()
	}
	s.ExtendBaseWidget(s)
	return s
}

// SetLeast gives the panel a least width (Right, Middle) or height (Bottom) in dp.
func (s *Sheet) SetLeast(width, height float32) *Sheet {
	s.least = fyne.NewSize(width, height)
	return s
}

// SetTitle changes the title.
func (s *Sheet) SetTitle(text string) { setText(s.title, text) }

// Open shows the sheet on a canvas; an open sheet stays.
func (s *Sheet) Open(c fyne.Canvas) {
	if s.on != nil {
		return
	}
	s.on = c
	c.Overlays().Add(s)
	s.Resize(c.Size())
	s.Refresh()
}

// Close removes the sheet; closing a closed sheet does nothing.
func (s *Sheet) Close() {
	if s.on == nil {
		return
	}
	c := s.on
	s.on = nil
	c.Overlays().Remove(s)
	if s.OnClosed != nil {
		s.OnClosed()
	}
}

// Shown reports whether the sheet is open.
func (s *Sheet) Shown() bool { return s.on != nil }

func (s *Sheet) head() float32 {
	if s.title.Text == "" && !s.outside {
		return s.look.Pad
	}
	return s.look.RowH + s.look.Pad/2
}

func (s *Sheet) arrange(size fyne.Size) {
	l := s.look
	s.scrim.Resize(size)
	need := s.content.MinSize()
	w := min(size.Width, max(need.Width+2*l.Pad, s.least.Width))
	h := min(size.Height, max(need.Height+s.head()+l.Pad, s.least.Height))
	var x, y float32
	switch s.side {
	case Right:
		w, h = max(w, min(size.Width, 420*l.Scale)), size.Height
		x = size.Width - w
	case Bottom:
		w = size.Width
		y = size.Height - h
	default:
		w = max(w, min(size.Width, 420*l.Scale))
		x, y = (size.Width-w)/2, (size.Height-h)/2
	}
	place(s.bed, x, y, w, h)
	place(s.panel, x, y, w, h)
	placeText(s.title, x+l.Pad*1.5, y+l.Pad/4, w, l.RowH)
	place(s.close, x+w-l.RowH-l.Pad/4, y+l.Pad/4, l.RowH, l.RowH)
	place(s.content, x+l.Pad, y+s.head(), w-2*l.Pad, h-s.head()-l.Pad)
}

// CreateRenderer is called by Fyne.
func (s *Sheet) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: []fyne.CanvasObject{s.scrim, s.bed, s.panel, s.title, s.close, s.content}, layout: s.arrange,
		min: func() fyne.Size { return fyne.NewSize(theme.MinTouch, theme.MinTouch) },
		refresh: func() {
			s.arrange(s.Size())
			s.content.Refresh()
		}}
}

// scrim takes every touch on its area.
type scrim struct {
	touch
	veil *canvas.Rectangle
}

func newScrim(tap func()) *scrim {
	s := &scrim{veil: canvas.NewRectangle(color.Transparent)}
	s.lit = func(bool) {}
	if tap != nil {
		s.act = func(fyne.Position) { tap() }
	}
	s.ExtendBaseWidget(s)
	return s
}

func (s *scrim) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: []fyne.CanvasObject{s.veil}, layout: s.veil.Resize, min: func() fyne.Size { return fyne.Size{} }}
}
