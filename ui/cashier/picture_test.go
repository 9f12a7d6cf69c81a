package cashier_test

import (
	"testing"

	"wendan/store/fault"
	"wendan/ui/cashier/cashiertest"
	"wendan/ui/kit/kittest"
)

func TestPictures(t *testing.T) {
	for name, c := range map[string]struct {
		scene string
		edit  func(*cashiertest.Register)
	}{
		"sale-light.png": {"sale", nil},
		"sale-dark.png":  {"sale", func(r *cashiertest.Register) { r.Prefs.Dark, r.Prefs.Lang = true, fault.EN }},
		"pay.png":        {"mixed", nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := onScreen(t, 1024, 600, c.edit)
			scenes[c.scene](s)
			kittest.Picture(t, s.win, name)
		})
	}
}
