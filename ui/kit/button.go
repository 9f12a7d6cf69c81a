package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"wendan/ui/theme"
)

// Kind is the weight of a button.
type Kind uint8

// The kinds, from loudest to quietest. One screen shows at most one Pay button.
const (
	Pay     Kind = 1 // takes money: the biggest and only green button
	Primary Kind = 2 // the usual next step
	Plain   Kind = 3 // everything else
	Danger  Kind = 4 // removes or voids; quiet fill, red text
	Ghost   Kind = 5 // no fill until pressed: bars and list rows
	Alarm   Kind = 6 // final step of something that cannot be undone: red fill
)

type coat struct{ fill, press, ink color.NRGBA }

func coatOf(l *theme.Look, k Kind) coat {
	switch k {
	case Pay:
		return coat{l.Pay, l.PayPress, l.OnPay}
	case Primary:
		return coat{l.Accent, l.AccentPress, l.OnAccent}
	case Danger:
		return coat{l.Key, l.Press, l.DangerText}
	case Ghost:
		return coat{color.NRGBA{}, l.Press, l.Text}
	case Alarm:
		return coat{l.Danger, l.DangerPress, l.OnDanger}
	}
	return coat{l.Key, l.Press, l.Text}
}

// Button is a push button. Create it with NewButton; OnTap may be changed at any time.
type Button struct {
	touch
	OnTap func()

	look    *theme.Look
	kind    Kind
	text    string
	detail  string
	icon    Icon
	size    float32
	height  float32
	pressed bool
	repaint *coat // colours in place of the kind's
	bed     *canvas.Rectangle
	label   *canvas.Text
	amount  *canvas.Text
	picture *canvas.Image
}

// NewButton makes a button with a text of one line; text that is too wide ends in an ellipsis.
func NewButton(l *theme.Look, k Kind, text string, tap func()) *Button {
	b := &Button{look: l, kind: k, text: text, OnTap: tap, size: l.Body, height: l.RowH}
	if k == Pay {
		b.size, b.height = l.Title*1.1, l.PayH
	}
	b.bed = newRect(nil, l.Radius)
	b.label = newText(b.size, l.Text, true)
	b.amount = newText(l.Total, l.Text, true)
	b.picture = &canvas.Image{}
	b.lit = func(on bool) { b.pressed = on; b.paint() }
	b.act = func(fyne.Position) {
		if b.OnTap != nil {
			b.OnTap()
		}
	}
	b.ExtendBaseWidget(b)
	return b
}

// NewIconButton makes a button with an icon before its text, which may be empty.
func NewIconButton(l *theme.Look, k Kind, icon Icon, text string, tap func()) *Button {
	b := NewButton(l, k, text, tap)
	b.icon = icon
	return b
}

// SetText changes the text; the same text costs nothing.
func (b *Button) SetText(s string) {
	if b.text != s {
		b.text = s
		b.arrange(b.Size())
	}
}

// SetDetail puts a second text, such as the amount on a pay button, at the right end.
func (b *Button) SetDetail(s string) {
	if b.detail != s {
		b.detail = s
		b.arrange(b.Size())
	}
}

// SetIcon changes the icon; the empty icon removes it.
func (b *Button) SetIcon(i Icon) {
	if b.icon != i {
		b.icon = i
		b.paint()
		b.arrange(b.Size())
	}
}

// SetKind changes the weight, for example when a tab becomes the chosen one.
func (b *Button) SetKind(k Kind) {
	if b.kind != k {
		b.kind = k
		b.paint()
	}
}

// SetTextSize sets the text height in dp, for keys with digits.
func (b *Button) SetTextSize(dp float32) *Button {
	b.size = dp
	b.label.TextSize = dp
	return b
}

// SetHeight sets the least height in dp; anything under 48 is raised to 48.
func (b *Button) SetHeight(dp float32) *Button {
	b.height = max(dp, theme.MinTouch)
	return b
}

// Text returns the text set last, never shortened.
func (b *Button) Text() string { return b.text }

// Pressed reports whether the press highlight shows.
func (b *Button) Pressed() bool { return b.pressed }

// Enable lets taps through.
func (b *Button) Enable() { b.SetEnabled(true) }

// Disable makes the button pale; it swallows taps without acting.
func (b *Button) Disable() { b.SetEnabled(false) }

// SetEnabled enables or disables.
func (b *Button) SetEnabled(on bool) {
	if b.setDisabled(!on) {
		b.paint()
	}
}

func (b *Button) paint() {
	c := coatOf(b.look, b.kind)
	if b.repaint != nil {
		c = *b.repaint
	}
	fill, ink := c.fill, c.ink
	switch {
	case b.off:
		ink = b.look.Disabled
		if b.kind != Ghost {
			fill = b.look.CardDim
		}
	case b.pressed:
		fill = c.press
	}
	setFill(b.bed, fill)
	setInk(b.label, ink)
	setInk(b.amount, ink)
	if b.icon != "" {
		if r := b.icon.In(ink); b.picture.Resource == nil || b.picture.Resource.Name() != r.Name() {
			b.picture.Resource = r
			b.picture.Refresh()
		}
	}
	setShown(b.picture, b.icon != "")
}

func (b *Button) iconSide() float32 {
	if b.icon == "" {
		return 0
	}
	return b.size * 1.3
}

func (b *Button) arrange(s fyne.Size) {
	l := b.look
	pad := l.Pad
	if s.Width < 96*l.Scale {
		pad = 4 * l.Scale
	}
	b.bed.Resize(s)
	room := s.Width - 2*pad
	side := b.iconSide()
	space := float32(0)
	if side > 0 && b.text != "" {
		space = 6 * l.Scale
	}
	if b.detail != "" {
		setText(b.amount, b.detail)
		w := b.amount.MinSize().Width
		placeText(b.amount, s.Width-pad*1.5-w, 0, w, s.Height)
		room -= w + pad*2
	} else {
		setText(b.amount, "")
	}
	setText(b.label, fit(b.text, b.size, true, room-side-space))
	w := b.label.MinSize().Width
	if b.text == "" {
		w = 0
	}
	x := (s.Width - w - side - space) / 2
	if b.detail != "" {
		x = pad * 1.5
	}
	if side > 0 {
		place(b.picture, x, (s.Height-side)/2, side, side)
	}
	placeText(b.label, x+side+space, 0, w, s.Height)
}

func (b *Button) least() fyne.Size {
	w := b.iconSide() + 2*b.look.Pad
	if b.text != "" {
		w += measure(b.text, b.size, true)
		if b.icon != "" {
			w += 6 * b.look.Scale
		}
	}
	if b.detail != "" {
		w += measure(b.detail, b.look.Total, true) + 3*b.look.Pad
	}
	return fyne.NewSize(max(w, b.look.Touch), max(b.height, b.look.Touch))
}

// CreateRenderer is called by Fyne.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	b.paint()
	objects := []fyne.CanvasObject{b.bed, b.label, b.amount, b.picture}
	return &face{objects: objects, layout: b.arrange, min: b.least, refresh: func() { b.paint(); b.arrange(b.Size()) }}
}
