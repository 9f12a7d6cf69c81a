package kit

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"wendan/ui/theme"
)

// SegmentedTabs is a row of choices of which one holds: 堂食, 外带, 外卖 3, 扫码 12.
type SegmentedTabs struct {
	widget.BaseWidget
	OnSelect func(i int) // a finger chose another tab; not called by Select

	look     *theme.Look
	track    *canvas.Rectangle
	buttons  []*Button
	texts    []string
	counts   []int
	selected int
}

// NewSegmentedTabs makes tabs with the first one chosen.
func NewSegmentedTabs(l *theme.Look, texts []string, selected func(i int)) *SegmentedTabs {
	t := &SegmentedTabs{look: l, OnSelect: selected, track: newRect(l.Key, l.Radius), texts: texts, counts: make([]int, len(texts))}
	for i, text := range texts {
		b := NewButton(l, Ghost, text, nil)
		b.SetHeight(l.Touch)
		b.OnTap = func() {
			if t.selected != i {
				t.Select(i)
				if t.OnSelect != nil {
					t.OnSelect(i)
				}
			}
		}
		t.buttons = append(t.buttons, b)
	}
	if len(t.buttons) > 0 {
		t.buttons[0].SetKind(Primary)
	}
	t.ExtendBaseWidget(t)
	return t
}

// Select chooses tab i without calling OnSelect.
func (t *SegmentedTabs) Select(i int) {
	if i == t.selected || i < 0 || i >= len(t.buttons) {
		return
	}
	t.buttons[t.selected].SetKind(Ghost)
	t.selected = i
	t.buttons[i].SetKind(Primary)
}

// Selected returns the chosen tab.
func (t *SegmentedTabs) Selected() int { return t.selected }

// SetCount shows a number after tab i; 0 shows none, more than 99 shows 99+.
func (t *SegmentedTabs) SetCount(i, n int) {
	if t.counts[i] == n {
		return
	}
	t.counts[i] = n
	text := t.texts[i]
	switch {
	case n > 99:
		text += " 99+"
	case n > 0:
		text = fmt.Sprintf("%s %d", text, n)
	}
	t.buttons[i].SetText(text)
}

func (t *SegmentedTabs) arrange(s fyne.Size) {
	t.track.Resize(s)
	n := float32(len(t.buttons))
	for i, b := range t.buttons {
		place(b, float32(i)*s.Width/n, 0, s.Width/n, s.Height)
	}
}

// CreateRenderer is called by Fyne.
func (t *SegmentedTabs) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{t.track}
	for _, b := range t.buttons {
		objects = append(objects, b)
	}
	return &face{objects: objects, layout: t.arrange, min: func() fyne.Size {
		w := t.look.Touch
		for _, text := range t.texts {
			w = max(w, measure(text+" 99+", t.look.Body, true)+2*t.look.Pad)
		}
		return fyne.NewSize(w*float32(len(t.buttons)), t.look.Touch)
	}}
}
