package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"wendan/ui/theme"
)

// Banner is a strip for an alarm that stays until its cause has gone. It is hidden while
// there is none, so a border or box layout gives its room back once OnToggle had the
// container around it lay out again.
type Banner struct {
	widget.BaseWidget
	OnToggle func(shown bool) // it appeared or went; usually refreshes the container around it

	look   *theme.Look
	bed    *canvas.Rectangle
	icon   *canvas.Image
	text   *canvas.Text
	action *Button
	full   string
	ink    color.NRGBA
}

// NewBanner makes a hidden banner.
func NewBanner(l *theme.Look) *Banner {
	b := &Banner{look: l, bed: newRect(l.Danger, 0), icon: &canvas.Image{}, text: newText(l.Body, l.OnDanger, true)}
	b.action = NewButton(l, Ghost, "", nil)
	b.ExtendBaseWidget(b)
	b.BaseWidget.Hidden = true
	return b
}

// Raise shows an alarm of a tone with an action; an empty action shows no button.
func (b *Banner) Raise(tone Tone, text, action string, do func()) {
	l := b.look
	bed, press := l.Danger, l.DangerPress
	b.ink = l.OnDanger
	switch tone {
	case Caution:
		bed, press, b.ink = l.Warn, color.NRGBA{A: 40}, l.OnWarn
	case Good:
		bed, press, b.ink = l.Pay, l.PayPress, l.OnPay
	case Accent, Quiet:
		bed, press, b.ink = l.Accent, l.AccentPress, l.OnAccent
	}
	setFill(b.bed, bed)
	setInk(b.text, b.ink)
	if r := IconAlarm.In(b.ink); b.icon.Resource == nil || b.icon.Resource.Name() != r.Name() {
		b.icon.Resource = r
		b.icon.Refresh()
	}
	b.full = text
	b.action.OnTap = do
	b.action.repaint = &coat{fill: press, press: press, ink: b.ink}
	b.action.paint()
	b.action.SetText(action)
	setShown(b.action, action != "")
	b.toggle(true)
	b.arrange(b.Size())
}

// Clear hides the banner when the cause has gone.
func (b *Banner) Clear() { b.toggle(false) }

func (b *Banner) toggle(shown bool) {
	if b.Visible() == shown {
		return
	}
	setShown(b, shown)
	if b.OnToggle != nil {
		b.OnToggle(shown)
	}
}

func (b *Banner) arrange(s fyne.Size) {
	if s.Width <= 0 {
		return
	}
	l := b.look
	b.bed.Resize(s)
	side := l.Body * 1.4
	place(b.icon, l.Pad, (s.Height-side)/2, side, side)
	room := s.Width - side - 4*l.Pad
	if b.action.Visible() {
		w := b.action.MinSize().Width + l.Pad
		place(b.action, s.Width-w, 0, w, s.Height)
		room -= w
	}
	setText(b.text, fit(b.full, l.Body, true, room))
	placeText(b.text, 2*l.Pad+side, 0, room, s.Height)
}

// CreateRenderer is called by Fyne.
func (b *Banner) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: []fyne.CanvasObject{b.bed, b.icon, b.text, b.action}, layout: b.arrange,
		min:     func() fyne.Size { return fyne.NewSize(4*b.look.Touch, b.look.Touch) },
		refresh: func() { b.arrange(b.Size()); canvas.Refresh(b) }}
}
