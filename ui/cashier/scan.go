package cashier

import "wendan/store/pay"

// payCode recognises a guest's payment code by its form: Alipay codes are 16 to 24 digits beginning with 25 to 30, WeChat
// codes 18 digits beginning with 10 to 15. (Source: the merchants' manuals of barcode payment of both wallets.)
func payCode(code string) (pay.Way, bool) {
	for i := 0; i < len(code); i++ {
		if code[i] < '0' || code[i] > '9' {
			return 0, false
		}
	}
	if len(code) < 16 || len(code) > 24 {
		return 0, false
	}
	head := int(code[0]-'0')*10 + int(code[1]-'0')
	switch {
	case len(code) == 18 && head >= 10 && head <= 15:
		return pay.WeChat, true
	case head >= 25 && head <= 30:
		return pay.Alipay, true
	}
	return 0, false
}

// Scan takes a code from a scanner on whatever page is open. A dish's bar code adds the dish. A payment code chooses the
// way when the payment page is open and is otherwise refused; it is never kept. Anything else is answered with a message.
func (m *Model) Scan(code string) {
	m.change(func() {
		if len(code) == 0 {
			return
		}
		m.typing, m.entry = false, ""
		if m.view.Menu != nil {
			if d, ok := m.view.Menu.Barcode(code); ok {
				m.scanDish(d.ID)
				return
			}
		}
		if w, ok := payCode(code); ok {
			if m.pay != nil && !m.pay.Saving() {
				m.pay.Hint = w
				m.say(m.tr("scan.way", m.WayName(w)))
				m.touch(PartPay)
				return
			}
			m.say(m.tr("scan.nopay"))
			m.beep(SoundError)
			return
		}
		m.say(m.tr("scan.unknown", printable(code)))
		m.beep(SoundError)
	})
}

func (m *Model) scanDish(id uint32) {
	switch {
	case m.me == nil:
		m.say(m.tr("sale.notready"))
		return
	case m.pay != nil && (m.pay.Saving() || len(m.pay.Tenders) > 0):
		m.say(m.tr("scan.paying"))
		m.beep(SoundError)
		return
	case m.page != PageSale && m.page != PageFind:
		m.choice = nil
		m.Go(PageSale)
	}
	m.Tap(id)
}

// printable shortens an unknown code for a message and leaves out what cannot be drawn.
func printable(code string) string {
	out := make([]rune, 0, 24)
	for _, r := range code {
		if len(out) == 20 {
			return string(out) + "…"
		}
		if r < 0x20 || r > 0x7e {
			r = '?'
		}
		out = append(out, r)
	}
	return string(out)
}

// WayName is a way of paying in the screen's language.
func (m *Model) WayName(w pay.Way) string {
	switch w {
	case pay.Cash:
		return m.tr("pay.cash")
	case pay.WeChat:
		return m.tr("pay.wechat")
	case pay.Alipay:
		return m.tr("pay.alipay")
	case pay.Card:
		return m.tr("pay.card")
	}
	return m.tr("pay.unionpay")
}
