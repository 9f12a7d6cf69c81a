package kit

import (
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"wendan/ui/theme"
)

// Switch is a text with an on/off slider; the whole row is tappable. A tick in the
// slider tells on from off without its colour.
type Switch struct {
	touch
	OnChange func(on bool) // a finger changed it; not called by Set

	look  *theme.Look
	on    bool
	bed   *canvas.Rectangle
	track *canvas.Rectangle
	knob  *canvas.Rectangle
	tick  *canvas.Image
	text  *canvas.Text
}

// NewSwitch makes a switch.
func NewSwitch(l *theme.Look, text string, on bool, changed func(on bool)) *Switch {
	s := &Switch{OnChange: changed, look: l, on: on, bed: newRect(color.NRGBA{}, l.Radius), track: newRect(l.Muted, 15*l.Scale),
		knob: newRect(color.NRGBA{R: 255, G: 255, B: 255, A: 255}, 12*l.Scale), tick: &canvas.Image{}, text: newText(l.Body, l.Text, false)}
	s.text.Text = text
	s.tick.Resource = IconCheck.In(l.Accent)
	s.lit = func(on bool) {
		if on {
			setFill(s.bed, l.Press)
		} else {
			setFill(s.bed, color.NRGBA{})
		}
	}
	s.act = func(fyne.Position) {
		s.Set(!s.on)
		if s.OnChange != nil {
			s.OnChange(s.on)
		}
	}
	s.paint()
	s.ExtendBaseWidget(s)
	return s
}

// On reports the position.
func (s *Switch) On() bool { return s.on }

// Set moves the slider without calling OnChange.
func (s *Switch) Set(on bool) {
	if s.on != on {
		s.on = on
		s.paint()
		s.arrange(s.Size())
	}
}

// SetEnabled lets taps through or not.
func (s *Switch) SetEnabled(on bool) {
	if s.setDisabled(!on) {
		s.paint()
	}
}

func (s *Switch) paint() {
	fill, ink := s.look.Muted, s.look.Text
	if s.on {
		fill = s.look.Accent
	}
	if s.off {
		fill, ink = s.look.Disabled, s.look.Disabled
	}
	setFill(s.track, fill)
	setInk(s.text, ink)
	setShown(s.tick, s.on)
}

func (s *Switch) arrange(size fyne.Size) {
	k, pad := s.look.Scale, s.look.Pad
	s.bed.Resize(size)
	w, h := 54*k, 30*k
	x, y := size.Width-pad-w, (size.Height-h)/2
	place(s.track, x, y, w, h)
	kx := x + 3*k
	if s.on {
		kx = x + w - 27*k
	}
	place(s.knob, kx, y+3*k, 24*k, 24*k)
	place(s.tick, kx+4*k, y+7*k, 16*k, 16*k)
	placeText(s.text, pad, 0, x-2*pad, size.Height)
}

// CreateRenderer is called by Fyne.
func (s *Switch) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: []fyne.CanvasObject{s.bed, s.text, s.track, s.knob, s.tick}, layout: s.arrange, min: func() fyne.Size {
		return fyne.NewSize(s.text.MinSize().Width+54*s.look.Scale+4*s.look.Pad, s.look.RowH)
	}, refresh: func() { s.paint(); s.arrange(s.Size()) }}
}

// Stepper changes a whole number by one with − and +.
type Stepper struct {
	widget.BaseWidget
	OnChange func(n int) // a finger changed it; not called by Set

	look     *theme.Look
	n        int
	min, max int
	less     *Button
	more     *Button
	text     *canvas.Text
}

// NewStepper makes a stepper held between least and most.
func NewStepper(l *theme.Look, n, least, most int, changed func(n int)) *Stepper {
	s := &Stepper{OnChange: changed, look: l, min: least, max: most, text: newText(l.Title, l.Text, true)}
	s.less = NewIconButton(l, Plain, IconMinus, "", func() { s.step(-1) })
	s.more = NewIconButton(l, Plain, IconPlus, "", func() { s.step(1) })
	s.ExtendBaseWidget(s)
	s.n = least - 1
	s.Set(n)
	return s
}

// Value returns the number.
func (s *Stepper) Value() int { return s.n }

// Set changes the number without calling OnChange, held between least and most.
func (s *Stepper) Set(n int) {
	n = min(max(n, s.min), s.max)
	if n == s.n {
		return
	}
	s.n = n
	setText(s.text, strconv.Itoa(n))
	s.less.SetEnabled(n > s.min)
	s.more.SetEnabled(n < s.max)
	s.arrange(s.Size())
}

func (s *Stepper) step(by int) {
	was := s.n
	s.Set(s.n + by)
	if s.n != was && s.OnChange != nil {
		s.OnChange(s.n)
	}
}

func (s *Stepper) arrange(size fyne.Size) {
	if size.Width <= 0 {
		return
	}
	side := max(s.look.Touch, min(size.Height, s.look.RowH*1.2))
	place(s.less, 0, 0, side, size.Height)
	place(s.more, size.Width-side, 0, side, size.Height)
	m := s.text.MinSize()
	placeText(s.text, (size.Width-m.Width)/2, 0, m.Width, size.Height)
}

// CreateRenderer is called by Fyne.
func (s *Stepper) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: []fyne.CanvasObject{s.less, s.text, s.more}, layout: s.arrange, min: func() fyne.Size {
		return fyne.NewSize(2*s.look.RowH+max(s.look.Touch, s.text.MinSize().Width+2*s.look.Pad), s.look.RowH)
	}, refresh: func() { s.arrange(s.Size()) }}
}
