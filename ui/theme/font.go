package theme

import (
	"fyne.io/fyne/v2"
	stock "fyne.io/fyne/v2/theme"
)

func font(style fyne.TextStyle) fyne.Resource { return stock.DefaultTheme().Font(style) }
