package theme

import (
	"bytes"
	"testing"

	"fyne.io/fyne/v2"

	"wendan/devices/ticket/typeface"
)

func TestEveryStyleOfTextUsesTheEmbeddedTypeface(t *testing.T) {
	for _, c := range []struct {
		style fyne.TextStyle
		want  []byte
	}{
		{fyne.TextStyle{}, typeface.Regular()},
		{fyne.TextStyle{Italic: true, Monospace: true}, typeface.Regular()},
		{fyne.TextStyle{Bold: true}, typeface.Bold()},
		{fyne.TextStyle{Bold: true, Italic: true}, typeface.Bold()},
	} {
		if !bytes.Equal(New(false, 1).Font(c.style).Content(), c.want) {
			t.Errorf("style %+v uses another font", c.style)
		}
	}
	if New(true, 1).Font(fyne.TextStyle{}) != New(false, 2).Font(fyne.TextStyle{}) {
		t.Error("each theme holds its own copy of the font")
	}
}
