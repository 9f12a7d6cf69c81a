package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	stock "fyne.io/fyne/v2/theme"
)

type screen struct {
	look *Look
}

var _ fyne.Theme = screen{}

// New is the Fyne theme of the register: our palette for the window's ground and for
// the few stock widgets on technician screens, and our fonts for all text. The operating
// system's own light or dark wish is ignored; the till decides.
func New(dark bool, scale float32) fyne.Theme { return screen{NewLook(dark, scale, false)} }

func (s screen) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	p := &s.look.Palette
	switch name {
	case stock.ColorNameBackground:
		return p.Ground
	case stock.ColorNameForeground:
		return p.Text
	case stock.ColorNameButton, stock.ColorNameInputBackground:
		return p.Key
	case stock.ColorNameDisabledButton:
		return p.CardDim
	case stock.ColorNameDisabled:
		return p.Disabled
	case stock.ColorNamePlaceHolder:
		return p.Muted
	case stock.ColorNamePrimary, stock.ColorNameFocus:
		return p.Accent
	case stock.ColorNameHyperlink:
		return p.AccentText
	case stock.ColorNameForegroundOnPrimary:
		return p.OnAccent
	case stock.ColorNameSuccess:
		return p.Pay
	case stock.ColorNameForegroundOnSuccess:
		return p.OnPay
	case stock.ColorNameError:
		return p.Danger
	case stock.ColorNameForegroundOnError:
		return p.OnDanger
	case stock.ColorNameWarning:
		return p.Warn
	case stock.ColorNameForegroundOnWarning:
		return p.OnWarn
	case stock.ColorNameHeaderBackground, stock.ColorNameMenuBackground, stock.ColorNameOverlayBackground:
		return p.Surface
	case stock.ColorNameSeparator, stock.ColorNameInputBorder, stock.ColorNameScrollBar:
		return p.Line
	case stock.ColorNamePressed:
		return p.Press
	case stock.ColorNameHover:
		return color.Transparent // a finger does not hover
	case stock.ColorNameSelection:
		return p.Selected
	case stock.ColorNameShadow:
		return p.Shadow
	}
	variant := stock.VariantLight
	if p.Dark {
		variant = stock.VariantDark
	}
	return stock.DefaultTheme().Color(name, variant)
}

func (s screen) Size(name fyne.ThemeSizeName) float32 {
	z := &s.look.Sizes
	switch name {
	case stock.SizeNameText:
		return z.Body
	case stock.SizeNameCaptionText:
		return z.Small
	case stock.SizeNameSubHeadingText:
		return z.Title
	case stock.SizeNameHeadingText:
		return z.Total
	case stock.SizeNameInputRadius, stock.SizeNameSelectionRadius:
		return z.Radius
	case stock.SizeNameInnerPadding:
		return z.Pad
	}
	return stock.DefaultTheme().Size(name) * s.look.Scale
}

func (s screen) Font(style fyne.TextStyle) fyne.Resource { return font(style) }

func (s screen) Icon(name fyne.ThemeIconName) fyne.Resource { return stock.DefaultTheme().Icon(name) }
