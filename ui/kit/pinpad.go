package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"wendan/ui/theme"
)

// PinPad takes a PIN. The digits are never drawn, only how many there are.
type PinPad struct {
	widget.BaseWidget
	OnPIN func(pin string) // ✓ pressed, or the last possible digit entered

	look     *theme.Look
	shortest int
	longest  int
	pin      []byte
	dots     []*canvas.Rectangle
	pad      *Keypad
}

// NewPinPad takes PINs of shortest to longest digits. When both are equal the last digit
// enters by itself.
func NewPinPad(l *theme.Look, shortest, longest int, entered func(pin string)) *PinPad {
	p := &PinPad{look: l, OnPIN: entered, shortest: shortest, longest: longest}
	for range longest {
		d := newRect(color.NRGBA{}, 9*l.Scale)
		d.StrokeWidth = 2 * l.Scale
		p.dots = append(p.dots, d)
	}
	rows := [][]Key{letters("123"), letters("456"), letters("789"), {BackKey(), {Code: "0"}, {Code: CodeEnter, Icon: IconCheck, Kind: Primary}}}
	p.pad = NewKeypad(l, rows, p.press)
	p.draw()
	p.ExtendBaseWidget(p)
	return p
}

// Clear forgets the digits, after a wrong PIN or when the pad is closed.
func (p *PinPad) Clear() {
	clear(p.pin)
	p.pin = p.pin[:0]
	p.draw()
}

// Count returns the number of digits entered.
func (p *PinPad) Count() int { return len(p.pin) }

func (p *PinPad) press(code string) {
	switch {
	case code == CodeBack:
		if len(p.pin) > 0 {
			p.pin = p.pin[:len(p.pin)-1]
		}
	case code == CodeEnter:
		p.enter()
		return
	case len(p.pin) < p.longest:
		p.pin = append(p.pin, code[0])
	}
	p.draw()
	if p.shortest == p.longest && len(p.pin) == p.longest && code != CodeBack {
		p.enter()
	}
}

func (p *PinPad) enter() {
	if len(p.pin) < p.shortest {
		return
	}
	pin := string(p.pin)
	p.Clear()
	if p.OnPIN != nil {
		p.OnPIN(pin)
	}
}

func (p *PinPad) draw() {
	for i, d := range p.dots {
		if i < len(p.pin) {
			setFill(d, p.look.AccentText)
			setEdge(d, p.look.AccentText, 2*p.look.Scale)
		} else {
			setFill(d, color.NRGBA{})
			setEdge(d, p.look.Muted, 2*p.look.Scale)
		}
	}
	p.pad.SetEnabled(CodeEnter, len(p.pin) >= p.shortest)
}

func (p *PinPad) arrange(s fyne.Size) {
	k := p.look.Scale
	head := p.look.RowH
	step := 34 * k
	x := (s.Width - step*float32(len(p.dots)-1) - 18*k) / 2
	for i, d := range p.dots {
		place(d, x+float32(i)*step, (head-18*k)/2, 18*k, 18*k)
	}
	place(p.pad, 0, head, s.Width, min(s.Height-head, 4*88*k))
}

// CreateRenderer is called by Fyne.
func (p *PinPad) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{p.pad}
	for _, d := range p.dots {
		objects = append(objects, d)
	}
	return &face{objects: objects, layout: p.arrange, min: func() fyne.Size {
		l := p.look
		w := max(p.pad.MinSize().Width, 3*80*l.Scale, float32(p.longest)*34*l.Scale)
		return fyne.NewSize(w, l.RowH+4*(l.KeyH+6*l.Scale))
	}}
}

// Press takes a digit, CodeBack or CodeEnter from a real keyboard.
func (p *PinPad) Press(code string) {
	if len(code) == 1 && code[0] >= '0' && code[0] <= '9' || code == CodeBack || code == CodeEnter {
		p.press(code)
	}
}
