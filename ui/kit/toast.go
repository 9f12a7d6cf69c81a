package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"wendan/ui/theme"
)

// ToastFor is how long a toast stays.
const ToastFor = 5 * time.Second

// Toaster shows short messages with an optional action over the lower edge of its area.
// Stack it over a screen with its full size; beside the message fingers pass through.
type Toaster struct {
	widget.BaseWidget
	look   *theme.Look
	bed    *canvas.Rectangle
	block  *scrim
	text   *canvas.Text
	action *Button
	do     func()
	full   string
	later  func(time.Duration, func()) (stop func())
	stop   func()
}

// NewToaster makes a toaster that shows nothing yet.
func NewToaster(l *theme.Look) *Toaster {
	t := &Toaster{look: l, bed: newRect(l.Toast, l.Radius), block: newScrim(nil),
		text: newText(l.Body, l.OnToast, false), later: waitThen}
	t.action = NewButton(l, Ghost, "", func() {
		do := t.do
		t.Hide()
		if do != nil {
			do()
		}
	})
	t.action.repaint = &coat{press: l.Muted, ink: l.ToastAct}
	t.ExtendBaseWidget(t)
	t.BaseWidget.Hidden = true
	return t
}

// Say shows a message for five seconds in place of the one before.
func (t *Toaster) Say(text string) { t.Offer(text, "", nil) }

// Offer shows a message with an action, such as 撤销; do runs at most once, and not after
// the toast has gone.
func (t *Toaster) Offer(text, action string, do func()) {
	if t.stop != nil {
		t.stop()
	}
	t.full, t.do = text, do
	t.action.SetText(action)
	setShown(t.action, action != "")
	t.Show()
	t.arrange(t.Size())
	t.stop = t.later(ToastFor, t.Hide)
}

// Hide takes the message away.
func (t *Toaster) Hide() {
	if t.stop != nil {
		t.stop()
		t.stop = nil
	}
	t.do = nil
	t.BaseWidget.Hide()
}

func (t *Toaster) arrange(s fyne.Size) {
	l := t.look
	if s.Width <= 0 {
		return
	}
	h := l.RowH
	var actionW float32
	if t.action.Visible() {
		actionW = t.action.MinSize().Width + l.Pad
	}
	room := min(s.Width-4*l.Pad, 640*l.Scale) - 3*l.Pad - actionW
	setText(t.text, fit(t.full, l.Body, false, room))
	w := t.text.MinSize().Width + 3*l.Pad + actionW
	x, y := (s.Width-w)/2, s.Height-h-2*l.Pad
	place(t.bed, x, y, w, h)
	place(t.block, x, y, w, h)
	placeText(t.text, x+1.5*l.Pad, y, room, h)
	place(t.action, x+w-actionW, y+2, actionW-4, h-4)
}

// CreateRenderer is called by Fyne.
func (t *Toaster) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: []fyne.CanvasObject{t.bed, t.block, t.text, t.action}, layout: t.arrange,
		min:     func() fyne.Size { return fyne.NewSize(t.look.Touch, t.look.RowH) },
		refresh: func() { t.arrange(t.Size()); canvas.Refresh(t) }}
}
