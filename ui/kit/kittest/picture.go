package kittest

import (
	"runtime"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"wendan/ui/theme"
)

// Window shows content in a headless window of the given size under the register's
// theme. The window and the app end with the test.
func Window(t testing.TB, look *theme.Look, content fyne.CanvasObject, width, height float32) fyne.Window {
	t.Helper()
	app := test.NewApp()
	app.Settings().SetTheme(theme.New(look.Dark, look.Scale))
	w := test.NewTempWindow(t, content)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(width, height))
	return w
}

// Picture compares what the window shows with the master picture under testdata. Other
// processors round curves differently, so pictures count on amd64 only.
func Picture(t *testing.T, w fyne.Window, master string) {
	t.Helper()
	if runtime.GOARCH != "amd64" {
		return
	}
	test.AssertRendersToImage(t, master, w.Canvas())
}
