// Package theme is the look of every screen: two palettes, the sizes and the fonts.
//
// Canvas objects do not follow a theme switch by themselves. A screen therefore takes a
// *Look when it is built, and is built again when the cashier changes the look.
package theme

import (
	"image/color"
	"math"
)

// Palette holds the named colours of one look. A colour called OnX is for text on a
// fill of colour X; XText is for coloured text on Surface, Card and Ground. Every such
// pair has a contrast of at least MinContrast.
type Palette struct {
	Dark bool

	Ground   color.NRGBA // behind everything: the window's clear colour, never a rectangle
	Surface  color.NRGBA // bars and panels
	Card     color.NRGBA // tiles, rows, sheets
	CardDim  color.NRGBA // a tile that cannot be sold now
	Key      color.NRGBA // plain buttons and keypad keys
	Press    color.NRGBA // plain surfaces under the finger
	Line     color.NRGBA // hairlines and card edges
	Text     color.NRGBA
	Muted    color.NRGBA // secondary text
	Disabled color.NRGBA // text of what cannot be tapped; exempt from the contrast rule

	Accent, AccentPress, OnAccent, AccentText color.NRGBA
	Pay, PayPress, OnPay, PayText             color.NRGBA
	Danger, DangerPress, OnDanger, DangerText color.NRGBA
	Warn, OnWarn, WarnText                    color.NRGBA

	AccentSoft, PaySoft, DangerSoft, WarnSoft color.NRGBA // tinted fills for chips, with XText on them

	Selected color.NRGBA // fill of the selected row or tile
	Badge    color.NRGBA // quantity badge
	OnBadge  color.NRGBA
	Toast    color.NRGBA // toast fill, inverted against the look
	OnToast  color.NRGBA
	ToastAct color.NRGBA // action text on Toast
	Scrim    color.NRGBA // over the screen under a sheet; translucent
	Shadow   color.NRGBA // card shadow; translucent, unused in lite mode

	Categories [10]color.NRGBA // bars of the categories, in turn
}

// MinContrast is the least contrast ratio of text to its ground (WCAG 2.1, 1.4.3).
const MinContrast = 4.5

func hex(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255}
}

func veil(v uint32, alpha uint8) color.NRGBA {
	c := hex(v)
	c.A = alpha
	return c
}

// Light is the palette for a lit room.
func Light() Palette {
	return Palette{
		Ground: hex(0xEDF0F5), Surface: hex(0xFFFFFF), Card: hex(0xFFFFFF), CardDim: hex(0xF4F6F9),
		Key: hex(0xE4E9F0), Press: hex(0xCBD5E3), Line: hex(0xDCE1E9),
		Text: hex(0x11161D), Muted: hex(0x545E6C), Disabled: hex(0x9AA3AF),

		Accent: hex(0x1D5CF0), AccentPress: hex(0x1546BF), OnAccent: hex(0xFFFFFF), AccentText: hex(0x1A52DB),
		Pay: hex(0x0A7C3F), PayPress: hex(0x075E30), OnPay: hex(0xFFFFFF), PayText: hex(0x08703A),
		Danger: hex(0xC62828), DangerPress: hex(0x991D1D), OnDanger: hex(0xFFFFFF), DangerText: hex(0xBC2121),
		Warn: hex(0xF5B93A), OnWarn: hex(0x2B1D00), WarnText: hex(0x8A5200),

		AccentSoft: hex(0xE4ECFF), PaySoft: hex(0xDFF3E7), DangerSoft: hex(0xFDE8E7), WarnSoft: hex(0xFFF1D2),

		Selected: hex(0xE4ECFF), Badge: hex(0x1D5CF0), OnBadge: hex(0xFFFFFF),
		Toast: hex(0x1E242D), OnToast: hex(0xFFFFFF), ToastAct: hex(0x8FB4FF),
		Scrim: veil(0x0B1220, 120), Shadow: veil(0x1B2A44, 38),

		Categories: [10]color.NRGBA{hex(0xE5532D), hex(0x1F86B5), hex(0x2F9E55), hex(0xD98E04), hex(0x8E44AD),
			hex(0x0E8C8C), hex(0xC0395E), hex(0x5666C9), hex(0x855B45), hex(0x5F7D8C)},
	}
}

// Dark is the palette for a bar or an evening counter.
func Dark() Palette {
	return Palette{
		Dark:   true,
		Ground: hex(0x0E1116), Surface: hex(0x161A21), Card: hex(0x1F252E), CardDim: hex(0x171C23),
		Key: hex(0x2A313C), Press: hex(0x3B4554), Line: hex(0x333C48),
		Text: hex(0xF1F4F8), Muted: hex(0xA9B3C1), Disabled: hex(0x687483),

		Accent: hex(0x2F6AF0), AccentPress: hex(0x2353C4), OnAccent: hex(0xFFFFFF), AccentText: hex(0x86AEFF),
		Pay: hex(0x128247), PayPress: hex(0x0D6235), OnPay: hex(0xFFFFFF), PayText: hex(0x5FD194),
		Danger: hex(0xCF3636), DangerPress: hex(0xA32828), OnDanger: hex(0xFFFFFF), DangerText: hex(0xFF8A80),
		Warn: hex(0xF0B03A), OnWarn: hex(0x241800), WarnText: hex(0xF5C35B),

		AccentSoft: hex(0x1D2F55), PaySoft: hex(0x16382A), DangerSoft: hex(0x432324), WarnSoft: hex(0x3D3118),

		Selected: hex(0x1F3157), Badge: hex(0x2F6AF0), OnBadge: hex(0xFFFFFF),
		Toast: hex(0xE9EDF3), OnToast: hex(0x12161C), ToastAct: hex(0x1A52DB),
		Scrim: veil(0x000000, 150), Shadow: veil(0x000000, 90),

		Categories: [10]color.NRGBA{hex(0xF0663F), hex(0x3BA0D0), hex(0x45B56C), hex(0xE8A526), hex(0xA865C9),
			hex(0x27AFAF), hex(0xDB5A7F), hex(0x7382E6), hex(0xA9785E), hex(0x7F9EAE)},
	}
}

// Category is the bar colour of the i-th category; it repeats after ten.
func (p *Palette) Category(i int) color.NRGBA {
	n := len(p.Categories)
	return p.Categories[((i%n)+n)%n]
}

// Contrast is the WCAG 2.1 contrast ratio of two opaque colours, 1 to 21.
func Contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}
