package cashier

import (
	"time"
	"unicode"

	"fyne.io/fyne/v2"

	"wendan/store/pay"
	"wendan/ui/kit"
)

// shortcut is a key of a keyboard and what it does.
type shortcut struct {
	Name string
	Text string // key of its explanation
	Key  fyne.KeyName
	do   func(*Screen)
}

// shortcuts of the selling screen. Letters and digits need no entry: they search, count or type an amount.
var shortcuts []shortcut

func init() {
	shortcuts = []shortcut{
		{"0–9", "help.digits", "", nil},
		{"A–Z", "help.letters", "", nil},
		{"Enter", "help.enter", fyne.KeyReturn, nil},
		{"Esc", "help.esc", fyne.KeyEscape, nil},
		{"+ / -", "help.step", "", nil},
		{"Delete", "help.delete", fyne.KeyDelete, func(s *Screen) { s.m.Delete() }},
		{"F1", "help.help", fyne.KeyF1, (*Screen).helpSheet},
		{"F2", "help.hold", fyne.KeyF2, func(s *Screen) { s.m.Hold() }},
		{"F3", "help.resume", fyne.KeyF3, func(s *Screen) { s.m.Go(PageHeld) }},
		{"F4", "help.place", fyne.KeyF4, func(s *Screen) { s.m.Place() }},
		{"F5", "help.cash", fyne.KeyF5, func(s *Screen) { s.payBy(pay.Cash) }},
		{"F6", "help.wechat", fyne.KeyF6, func(s *Screen) { s.payBy(pay.WeChat) }},
		{"F7", "help.alipay", fyne.KeyF7, func(s *Screen) { s.payBy(pay.Alipay) }},
		{"F8", "help.card", fyne.KeyF8, func(s *Screen) { s.payBy(pay.Card) }},
		{"F9", "help.orders", fyne.KeyF9, func(s *Screen) { s.m.ShowTab(TabToday) }},
		{"F10", "help.drawer", fyne.KeyF10, (*Screen).drawerSheet},
		{"F12", "help.lock", fyne.KeyF12, func(s *Screen) { s.m.Lock() }},
	}
}

// payBy takes what is due by a way, on the payment page only, so that no stray key takes money.
func (s *Screen) payBy(w pay.Way) {
	if s.m.page == PagePay {
		s.m.TakeWay(w)
	}
}

// keyboard listens to real keys and to scanners that type like one.
func (s *Screen) keyboard(c fyne.Canvas) {
	c.SetOnTypedRune(func(r rune) {
		if !s.wedge(r) {
			s.rune(r)
		}
	})
	c.SetOnTypedKey(func(ev *fyne.KeyEvent) {
		switch ev.Name {
		case fyne.KeyReturn, fyne.KeyEnter:
			if !s.wedge('\n') {
				s.enter()
			}
		case fyne.KeyTab:
			s.wedge('\t')
		default:
			s.key(ev.Name)
		}
	})
}

// wedge offers a typed rune to the keyboard scanner and reports whether it belongs to a scan. What the first runes
// of a scan typed before it was known as one is forgotten: only 确定 or Enter makes a typed number count.
func (s *Screen) wedge(r rune) bool {
	if s.m.doors.Wedge == nil {
		return false
	}
	code, scanning := s.m.doors.Wedge(r, s.m.Now().UnixMilli())
	switch {
	case code != "":
		s.heldBack = nil
		s.unscan(code)
		s.m.Scan(code)
		return true
	case scanning:
		s.holdBack(r)
		return true
	}
	s.release()
	return false
}

// A person's quick second and third key look like a scan's beginning for a moment.
const (
	scanWait = 120 * time.Millisecond // four times the gap that tells a scanner from a person
	mostHeld = 3                      // more keys than that, that fast, no person types
)

// holdBack keeps a rune that may belong to a scan; when no code comes of it, it was typed by a person.
func (s *Screen) holdBack(r rune) {
	s.heldBack = append(s.heldBack, r)
	count := len(s.heldBack)
	s.m.loop.After(scanWait, func() {
		if len(s.heldBack) == count {
			s.release()
		}
	})
}

// release types what was held back, unless it was too much and too fast for a person.
func (s *Screen) release() {
	held := s.heldBack
	s.heldBack = nil
	if len(held) > mostHeld {
		return
	}
	for _, r := range held {
		switch r {
		case '\n':
			s.enter()
		case '\t':
		default:
			s.rune(r)
		}
	}
}

// unscan takes back what the first characters of a code typed.
func (s *Screen) unscan(code string) {
	m := s.m
	m.change(func() {
		if m.typing {
			m.typing, m.entry = false, ""
			m.touch(PartLines)
		}
		if m.pay != nil && !m.pay.Saving() && m.pay.Entry != "" && len(m.pay.Entry) <= len(code) {
			m.pay.Entry = ""
			m.touch(PartPay)
		}
		if m.page == PageFind && len(m.find.Text) <= 2 {
			m.find.Text = ""
			m.findAgain()
		}
	})
}

// rune is a character typed on a real keyboard.
func (s *Screen) rune(r rune) {
	m := s.m
	code := string(unicode.ToUpper(r))
	digit := r >= '0' && r <= '9'
	letter := r < 0x80 && unicode.IsLetter(r)
	if s.typing != nil {
		if unicode.IsPrint(r) {
			s.typing.press(string(r))
		}
		return
	}
	if s.sheetOpen() {
		return
	}
	switch m.page {
	case PageSale:
		switch {
		case digit:
			m.Type(code)
		case r == '+':
			m.Step(1)
		case r == '-':
			m.Step(-1)
		case letter:
			m.Go(PageFind)
			m.TypeFind(code)
		}
	case PagePay:
		if digit || r == '.' {
			m.TypePay(code)
		}
	case PageFind, PageSoldOut:
		if digit || letter {
			m.TypeFind(code)
		}
	case PageOrders:
		if digit || letter || r == '.' || r == '-' {
			m.TypeList(code)
		}
	case PageSign:
		if digit {
			s.pin(code)
		}
	}
}

func (s *Screen) pin(code string) {
	if v, ok := s.front.(*signView); ok && s.m.sign.Person != nil {
		v.pad.Press(code)
	}
}

// enter is the Enter key: it confirms what is being typed, opens the payment page, or takes the typed cash.
func (s *Screen) enter() {
	m := s.m
	switch {
	case s.typing != nil:
		s.typing.finish()
	case m.choice != nil:
		m.EndChoice()
	case s.sheetOpen():
	case m.page == PageSale && m.typing:
		m.Type(keyEnter)
	case m.page == PageSale:
		m.StartPay()
	case m.page == PagePay && m.pay != nil:
		if _, ok := m.pay.Typed(); ok {
			m.TakeWay(pay.Cash)
		}
	case m.page == PageFind:
		m.TypeFind(keyEnter)
	case m.page == PageSign:
		s.pin(kit.CodeEnter)
	case m.page == PageDay:
		m.OpenDay()
	}
}

func (s *Screen) sheetOpen() bool { return s.win != nil && s.win.Canvas().Overlays().Top() != nil }

// key is any other key.
func (s *Screen) key(name fyne.KeyName) {
	m := s.m
	switch name {
	case fyne.KeyEscape:
		if m.choice == nil && s.closeTop() {
			return
		}
		m.Back()
		return
	case fyne.KeyBackspace:
		s.backspace()
		return
	}
	if s.sheetOpen() {
		return
	}
	switch name {
	case fyne.KeyUp:
		m.Select(m.selected - 1)
		return
	case fyne.KeyDown:
		m.Select(m.selected + 1)
		return
	}
	for i := range shortcuts {
		if k := &shortcuts[i]; k.Key == name && k.do != nil && (m.me != nil || name == fyne.KeyF1) {
			k.do(s)
			return
		}
	}
}

// closeTop closes the topmost sheet.
func (s *Screen) closeTop() bool {
	for i := len(s.sheets) - 1; i >= 0; i-- {
		if s.sheets[i].Shown() {
			s.sheets[i].Close()
			return true
		}
	}
	return false
}

func (s *Screen) backspace() {
	m := s.m
	switch {
	case s.typing != nil:
		s.typing.press(kit.CodeBack)
	case m.page == PageSale && m.typing:
		m.Type(keyBack)
	case m.page == PagePay:
		m.TypePay(keyBack)
	case m.page == PageFind || m.page == PageSoldOut:
		m.TypeFind(keyBack)
	case m.page == PageOrders:
		m.TypeList(keyBack)
	case m.page == PageSign:
		s.pin(kit.CodeBack)
	}
}
