package cashier

import "strconv"

// Codes of keys that are not a digit; the keypad of package kit sends the same.
const (
	keyBack  = "back"
	keyClear = "clear"
	keyEnter = "enter"
)

// Typing reports whether the quantity keypad is open, what it changes and what was typed.
func (m *Model) Typing() (what, entry string, open bool) {
	if !m.typing || m.selected < 0 {
		return "", "", false
	}
	return m.Line(m.selected).Name, m.entry, true
}

// OpenKeypad opens the quantity keypad for the selected line.
func (m *Model) OpenKeypad() {
	m.change(func() {
		if m.selected >= 0 && m.page == PageSale {
			m.typing, m.entry = !m.typing, ""
			m.touch(PartLines)
		}
	})
}

// Type takes a key of the keypad or a digit of the keyboard: digits gather, ✓ makes them the quantity.
func (m *Model) Type(code string) {
	m.change(func() {
		if m.selected < 0 || m.page != PageSale {
			return
		}
		m.typing = true
		m.touch(PartLines)
		switch code {
		case keyBack:
			if m.entry == "" {
				m.typing = false
				return
			}
			m.entry = m.entry[:len(m.entry)-1]
		case keyClear:
			m.entry = ""
		case keyEnter:
			n, err := strconv.ParseInt(m.entry, 10, 32)
			m.typing, m.entry = false, ""
			if err == nil {
				m.SetQty(int32(n))
			}
		default:
			if len(m.entry) < 3 && len(code) == 1 && code[0] >= '0' && code[0] <= '9' {
				m.entry += code
			}
		}
	})
}
