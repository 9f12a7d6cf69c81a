package cashier_test

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"wendan/ui/cashier"
	"wendan/ui/kit/kittest"
	"wendan/ui/theme"
)

func (s *shown) key(name fyne.KeyName) {
	s.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: name})
	s.settle()
}

func (s *shown) keys(text string) {
	test.TypeOnCanvas(s.win.Canvas(), text)
	s.settle()
}

func TestASaleGoesThroughByKeyboardAlone(t *testing.T) {
	s := onScreen(t, 1366, 768, nil)
	s.keys("101")
	if s.Lines() != 0 {
		t.Fatal("digits without a line did something")
	}
	s.keys("wdhsr") // letters search: 稳单红烧肉
	if s.Page() != cashier.PageFind || s.Find().Hits() == 0 {
		t.Fatalf("page %d, %d hits", s.Page(), s.Find().Hits())
	}
	s.key(fyne.KeyReturn)
	s.key(fyne.KeyEscape)
	if s.Lines() != 1 || s.Page() != cashier.PageSale {
		t.Fatalf("%d lines on page %d", s.Lines(), s.Page())
	}
	s.keys("3")
	s.key(fyne.KeyReturn)
	s.keys("+")
	if s.qty() != 4 {
		t.Errorf("%d portions", s.qty())
	}
	s.key(fyne.KeyF5) // takes no money outside the payment page
	if s.Payment() != nil || len(s.places()) != 0 {
		t.Fatal("a stray key took money")
	}
	s.key(fyne.KeyReturn)
	s.key(fyne.KeyF6)
	if s.Last() == nil || !s.Last().Paid {
		t.Error("no sale")
	}
	s.key(fyne.KeyF12)
	if s.Me() != nil {
		t.Error("the lock key did not lock")
	}
	s.ChoosePerson(s.People()[0])
	s.keys("1234")
	s.key(fyne.KeyReturn)
	if s.Me() == nil {
		t.Error("the PIN cannot be typed")
	}
}

func TestAKeyboardScannerAddsADishAndTypesNothing(t *testing.T) {
	b := closed(t, withBarcode)
	doors := b.reg.Doors()
	var got string
	doors.Wedge = func(r rune, _ int64) (string, bool) { // a scanner is known as one from its third character
		if r == '\n' {
			code := got
			got = ""
			return code, len(code) > 2
		}
		got += string(r)
		return "", len(got) > 2
	}
	b.Model = cashier.NewModel(doors, b.loop())
	w := kittest.Window(t, theme.NewLook(false, 1, false), nil, 1366, 768)
	scr := cashier.Over(b.Model)
	w.SetContent(scr.Content())
	w.Resize(fyne.NewSize(1366, 768))
	scr.Attach(w)
	b.ChoosePerson(b.People()[0])
	b.SignIn("1234")
	b.settle()
	s := &shown{b, scr, w, kittest.On(w.Canvas())}
	for n := int32(1); n <= 3; n++ {
		s.keys(drink)
		s.key(fyne.KeyReturn)
		if s.qty() != n || s.Page() != cashier.PageSale {
			t.Fatalf("scan %d: %d portions on page %d", n, s.qty(), s.Page())
		}
		if _, entry, typing := s.Typing(); typing {
			t.Errorf("the scan typed %q", entry)
		}
	}
}

func TestDigitsThatAPersonTypesFastAreNotTakenForAScan(t *testing.T) {
	b := closed(t, withBarcode)
	doors := b.reg.Doors()
	first := true
	doors.Wedge = func(rune, int64) (string, bool) { // the second key came as fast as a scanner's
		first = !first
		return "", first
	}
	b.Model = cashier.NewModel(doors, b.loop())
	w := kittest.Window(t, theme.NewLook(false, 1, false), nil, 1366, 768)
	scr := cashier.Over(b.Model)
	w.SetContent(scr.Content())
	w.Resize(fyne.NewSize(1366, 768))
	scr.Attach(w)
	b.ChoosePerson(b.People()[0])
	b.SignIn("1234")
	b.settle()
	s := &shown{b, scr, w, kittest.On(w.Canvas())}
	b.Tap(pork)
	s.keys("15")
	b.pass(time.Second)
	if _, entry, typing := s.Typing(); !typing || entry != "15" {
		t.Fatalf("typed 15, the pad shows %q", entry)
	}
}
