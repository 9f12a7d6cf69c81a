package theme

import (
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	stock "fyne.io/fyne/v2/theme"
)

type pair struct {
	name     string
	ink, bed color.NRGBA
}

func pairs(p *Palette) []pair {
	beds := map[string]color.NRGBA{"Ground": p.Ground, "Surface": p.Surface, "Card": p.Card, "Selected": p.Selected,
		"CardDim": p.CardDim}
	inks := map[string]color.NRGBA{"Text": p.Text, "Muted": p.Muted, "AccentText": p.AccentText, "PayText": p.PayText,
		"DangerText": p.DangerText, "WarnText": p.WarnText}
	all := []pair{
		{"Text on Key", p.Text, p.Key}, {"Text on Press", p.Text, p.Press}, {"Muted on Key", p.Muted, p.Key},
		{"DangerText on Key", p.DangerText, p.Key}, {"AccentText on Key", p.AccentText, p.Key},
		{"OnAccent", p.OnAccent, p.Accent}, {"OnAccent pressed", p.OnAccent, p.AccentPress},
		{"OnPay", p.OnPay, p.Pay}, {"OnPay pressed", p.OnPay, p.PayPress},
		{"OnDanger", p.OnDanger, p.Danger}, {"OnDanger pressed", p.OnDanger, p.DangerPress},
		{"OnWarn", p.OnWarn, p.Warn}, {"OnBadge", p.OnBadge, p.Badge},
		{"OnToast", p.OnToast, p.Toast}, {"ToastAct", p.ToastAct, p.Toast},
		{"AccentText on AccentSoft", p.AccentText, p.AccentSoft}, {"PayText on PaySoft", p.PayText, p.PaySoft},
		{"DangerText on DangerSoft", p.DangerText, p.DangerSoft}, {"WarnText on WarnSoft", p.WarnText, p.WarnSoft},
	}
	for ink, c := range inks {
		for bed, b := range beds {
			all = append(all, pair{ink + " on " + bed, c, b})
		}
	}
	return all
}

func TestTextIsReadableOnEveryGround(t *testing.T) {
	for name, p := range map[string]Palette{"light": Light(), "dark": Dark()} {
		for _, pr := range pairs(&p) {
			if c := Contrast(pr.ink, pr.bed); c < MinContrast {
				t.Errorf("%s: %s has contrast %.2f", name, pr.name, c)
			}
		}
		for i, c := range p.Categories {
			// A bar is a graphic: 3:1 is enough (WCAG 2.1, 1.4.11); its colour is never the only mark.
			if r := Contrast(c, p.Card); r < 2.5 {
				t.Errorf("%s: category bar %d has contrast %.2f on its card", name, i, r)
			}
		}
	}
}

func TestContrastAgreesWithTheStandardsExamples(t *testing.T) {
	if c := Contrast(hex(0x000000), hex(0xFFFFFF)); c < 20.99 || c > 21.01 {
		t.Errorf("black on white is %.3f, want 21", c)
	}
	if c := Contrast(hex(0x777777), hex(0xFFFFFF)); c < 4.47 || c > 4.49 {
		t.Errorf("#777 on white is %.3f, want 4.48", c)
	}
	if Contrast(hex(0x123456), hex(0xABCDEF)) != Contrast(hex(0xABCDEF), hex(0x123456)) {
		t.Error("contrast depends on the order of its arguments")
	}
}

func TestScaleNeverShrinksWhatAFingerMustHit(t *testing.T) {
	for _, scale := range []float32{-1, 0, 0.4, 1, 1.4, 2.5, 9} {
		l := NewLook(false, scale, false)
		for name, v := range map[string]float32{"Touch": l.Touch, "RowH": l.RowH, "KeyH": l.KeyH, "PayH": l.PayH, "TileH": l.TileH, "TileW": l.TileW} {
			if v < MinTouch || v > 4*MinTouch*2.5 {
				t.Errorf("scale %v: %s is %v dp", scale, name, v)
			}
		}
		if l.Small < 16 || l.Total < 24 {
			t.Errorf("scale %v: text of %v and total of %v dp", scale, l.Small, l.Total)
		}
	}
	if a, b := NewLook(false, 1, false), NewLook(false, 1.4, false); b.KeyH != a.KeyH*1.4 || b.Body != a.Body*1.4 {
		t.Error("scale 1.4 does not scale keys and text")
	}
}

func TestCategoryColoursRepeatForAnyNumber(t *testing.T) {
	p := Light()
	if p.Category(13) != p.Categories[3] || p.Category(-1) != p.Categories[9] {
		t.Error("category colours do not wrap around")
	}
}

func TestWindowGroundFollowsTheTillNotTheSystem(t *testing.T) {
	dark, light := New(true, 1), New(false, 1)
	for _, system := range []fyne.ThemeVariant{stock.VariantLight, stock.VariantDark} {
		if dark.Color(stock.ColorNameBackground, system) != Dark().Ground {
			t.Error("dark till shows another ground")
		}
		if light.Color(stock.ColorNameForeground, system) != Light().Text {
			t.Error("light till shows another text colour")
		}
	}
	if New(false, 2).Size(stock.SizeNameText) != 2*New(false, 1).Size(stock.SizeNameText) {
		t.Error("text does not scale")
	}
}
