package kittest

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// MinTouch is the least side in dp of anything tappable.
const MinTouch = 48

// Small is a tappable object that a finger may miss.
type Small struct {
	Object fyne.CanvasObject
	Pos    fyne.Position // relative to the object the walk began at
	Size   fyne.Size
	Text   string // the first text inside, to find it by
}

func (s Small) String() string {
	return fmt.Sprintf("%T %q at %.0f,%.0f is %.1fx%.1f dp", s.Object, s.Text, s.Pos.X, s.Pos.Y, s.Size.Width, s.Size.Height)
}

// Undersized lists the visible tappable objects under root smaller than 48 by 48 dp.
// An object that was never laid out counts as undersized.
func Undersized(root fyne.CanvasObject) []Small {
	var small []Small
	walk(root, fyne.Position{}, whole, func(o fyne.CanvasObject, p fyne.Position, _ window) {
		_, tap := o.(fyne.Tappable)
		if s := o.Size(); tap && (s.Width < MinTouch || s.Height < MinTouch) {
			small = append(small, Small{o, p, s, strings.Join(Texts(o), " ")})
		}
	})
	return small
}

// Tappables counts the visible tappable objects under root, so that a test can tell
// "all are big enough" from "there is nothing".
func Tappables(root fyne.CanvasObject) int {
	n := 0
	walk(root, fyne.Position{}, whole, func(o fyne.CanvasObject, _ fyne.Position, _ window) {
		if _, ok := o.(fyne.Tappable); ok {
			n++
		}
	})
	return n
}

// Texts lists the non-empty texts visible under root, in drawing order.
func Texts(root fyne.CanvasObject) []string {
	var all []string
	walk(root, fyne.Position{}, whole, func(o fyne.CanvasObject, _ fyne.Position, _ window) {
		if t, ok := o.(*canvas.Text); ok && t.Text != "" {
			all = append(all, t.Text)
		}
	})
	return all
}
