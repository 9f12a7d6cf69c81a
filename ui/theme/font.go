package theme

import (
	"fyne.io/fyne/v2"
	stock "fyne.io/fyne/v2/theme"

	"wendan/devices/ticket/typeface"
)

var (
	regular = fyne.NewStaticResource("wendan-regular.ttf", typeface.Regular())
	bold    = fyne.NewStaticResource("wendan-bold.ttf", typeface.Bold())
)

// font gives our two weights for everything but symbols. There is no italic and no
// monospace: the digits of the typeface already have equal widths.
func font(style fyne.TextStyle) fyne.Resource {
	switch {
	case style.Symbol:
		return stock.DefaultTheme().Font(style)
	case style.Bold:
		return bold
	}
	return regular
}
