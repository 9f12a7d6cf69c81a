package cashier

import (
	"context"
	"slices"
	"strings"
	"time"

	"wendan/devices/ticket"
	"wendan/store/act"
	"wendan/store/fault"
	"wendan/store/order"
)

// Tab says which orders the list shows.
type Tab uint8

// Tabs.
const (
	TabToday  Tab = 1
	TabUnpaid Tab = 2
)

const (
	pageOf     = 40                     // orders read at a time
	slowReads  = 10 * time.Second       // patience with the disk
	settleDown = 400 * time.Millisecond // changes gather before the list is read again
	paper      = 42                     // columns of the preview
)

// List is the page of today's orders.
type List struct {
	Tab     Tab
	Text    string // searched for
	Rows    []Row
	More    bool // older orders exist
	Loading bool
	Fault   *fault.Error
	Sel     int        // selected row, -1 for none
	Slip    order.Slip // previewed
	Paper   []string   // its lines
	waiting bool       // a reload is due
	asked   int        // number of the latest question; older answers are dropped
	booked  uint64
}

// List is what the page of orders shows.
func (m *Model) List() *List { return &m.list }

func (l *List) open(m *Model) {
	tab := l.Tab
	if tab == 0 {
		tab = TabToday
	}
	*l = List{Tab: tab, Sel: -1, asked: l.asked, booked: m.status.Booked}
	l.read(m, 0)
}

// behind reports whether a listed order may have reached head office since.
func (l *List) behind(s *Status) bool { return s.Booked != l.booked }

// stale has the list read again soon; what is selected stays.
func (l *List) stale(m *Model) {
	if l.waiting || l.Text != "" {
		return
	}
	l.waiting = true
	m.loop.After(settleDown, func() {
		m.change(func() {
			l.waiting = false
			if m.page == PageOrders && len(l.Rows) <= pageOf {
				l.read(m, 0)
			}
		})
	})
}

func (l *List) read(m *Model, before uint64) {
	l.asked++
	asked, day, text, h := l.asked, m.view.Day, l.Text, m.doors.History
	l.booked = m.status.Booked
	l.Loading = true
	m.touch(PartList)
	if l.Tab == TabUnpaid {
		l.Loading, l.More, l.Rows = false, false, nil
		for i := len(m.view.Open) - 1; i >= 0; i-- {
			if o := m.view.Open[i]; text == "" || strings.Contains(o.Number.String()+" "+o.Pickup, strings.ToUpper(text)) {
				l.Rows = append(l.Rows, Row{Order: *o, Booked: m.status.Booked >= o.LastSeq})
			}
		}
		l.keep(m)
		return
	}
	m.loop.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), slowReads)
		defer cancel()
		var rows []Row
		var err error
		if text != "" {
			rows, err = h.Find(ctx, day, text, pageOf)
		} else {
			rows, err = h.Orders(ctx, day, before, pageOf)
		}
		m.loop.Post(func() {
			m.change(func() {
				if asked != l.asked {
					return
				}
				l.Loading, l.Fault = false, fault.Of(err)
				l.More = err == nil && len(rows) == pageOf && text == ""
				if before == 0 {
					l.Rows = rows
				} else {
					l.Rows = append(l.Rows, rows...)
				}
				l.keep(m)
			})
		})
	})
}

// keep holds the selection on the same order.
func (l *List) keep(m *Model) {
	m.touch(PartList)
	if l.Sel >= len(l.Rows) {
		l.Sel, l.Paper = -1, nil
	}
	if l.Sel < 0 && len(l.Rows) > 0 {
		l.pick(m, 0)
	}
}

// ShowTab lists today's or the unpaid orders.
func (m *Model) ShowTab(t Tab) {
	m.change(func() {
		m.list.Tab = t
		if m.page != PageOrders {
			m.Go(PageOrders)
			return
		}
		m.list.open(m)
	})
}

// TypeList takes a key of the search over orders: 取餐号, number or amount.
func (m *Model) TypeList(code string) {
	m.change(func() {
		t := m.list.Text
		switch code {
		case keyBack:
			t = t[:max(0, len(t)-1)]
		case keyClear:
			t = ""
		default:
			if len(t) < 16 {
				t += code
			}
		}
		if t != m.list.Text {
			m.list.Text, m.list.Sel, m.list.Paper = t, -1, nil
			m.list.read(m, 0)
		}
	})
}

// MoreRows reads the next older orders.
func (m *Model) MoreRows() {
	m.change(func() {
		if l := &m.list; l.More && !l.Loading && len(l.Rows) > 0 {
			l.read(m, l.Rows[len(l.Rows)-1].Order.Number.N)
		}
	})
}

// Pick selects a row and reads the preview of its first slip.
func (m *Model) Pick(i int) {
	m.change(func() {
		if i >= 0 && i < len(m.list.Rows) {
			m.list.pick(m, i)
		}
	})
}

func (l *List) pick(m *Model, i int) {
	l.Sel, l.Paper = i, nil
	l.preview(m, m.Slips()[0])
}

// Picked is the selected order, or nil.
func (m *Model) Picked() *Row {
	if l := &m.list; l.Sel >= 0 && l.Sel < len(l.Rows) {
		return &l.Rows[l.Sel]
	}
	return nil
}

// Slips lists the slips of the selected order: the receipt once it is paid, then the kitchen slips.
func (m *Model) Slips() []order.Slip {
	r := m.Picked()
	if r == nil {
		return nil
	}
	var out []order.Slip
	if r.Order.Paid() {
		out = append(out, order.ReceiptSlip)
	}
	for _, s := range order.Stations(r.Order.Lines) {
		out = append(out, order.Kitchen(s))
	}
	if len(out) == 0 {
		out = append(out, order.ReceiptSlip)
	}
	return out
}

// SlipName names a slip for a button.
func (m *Model) SlipName(s order.Slip) string {
	n, ok := s.Station()
	if !ok {
		return m.tr("slip.receipt")
	}
	if m.view.Menu != nil {
		if st, ok := m.view.Menu.Station(n); ok {
			return m.name(st.Name, st.NameEN)
		}
	}
	return s.Role()
}

// Preview shows another slip of the selected order.
func (m *Model) Preview(s order.Slip) {
	m.change(func() {
		if m.Picked() != nil {
			m.list.preview(m, s)
		}
	})
}

func (l *List) preview(m *Model, s order.Slip) {
	l.Slip = s
	n, h := l.Rows[l.Sel].Order.Number, m.doors.History
	m.touch(PartList)
	m.loop.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), slowReads)
		defer cancel()
		t, err := h.Preview(ctx, n, s)
		lines := ticket.Lines(plain(t), paper)
		m.loop.Post(func() {
			m.change(func() {
				if r := m.Picked(); r == nil || r.Order.Number != n || l.Slip != s {
					return
				}
				l.Paper = slices.DeleteFunc(lines, func(s string) bool { return s == "[cut]" || s == "[partial cut]" })
				if err != nil {
					l.Paper = []string{fault.Of(err).Text(m.prefs.Lang)}
				}
				m.touch(PartList)
			})
		})
	})
}

// plain is a slip in characters of one size: the preview draws no larger ones, so their lines would stand askew. A QR
// code is shown as that word, not as what it holds.
func plain(t ticket.Ticket) ticket.Ticket {
	items := make([]ticket.Item, len(t.Items))
	for i, item := range t.Items {
		switch v := item.(type) {
		case ticket.Text:
			v.Style.Wide, v.Style.High = 1, 1
			item = v
		case ticket.Row:
			v.Style.Wide, v.Style.High = 1, 1
			item = v
		case ticket.QR:
			item = ticket.Text{Style: ticket.Style{Align: ticket.Centre}, Text: "[QR]"}
		}
		items[i] = item
	}
	t.Items = items
	return t
}

// Reprint prints the previewed slip again, marked 补打.
func (m *Model) Reprint() {
	m.change(func() {
		if r := m.Picked(); r != nil {
			m.reprint(r.Order.Number, m.list.Slip)
		}
	})
}

// ReprintLast prints the receipt of the last sale again.
func (m *Model) ReprintLast() {
	m.change(func() {
		if m.last == nil {
			m.say(m.tr("last.none"))
			return
		}
		m.reprint(m.last.Number, order.ReceiptSlip)
	})
}

// reprint sends one request at a time; the same slip may be asked for again once that is answered.
func (m *Model) reprint(n order.Number, s order.Slip) {
	if m.printing {
		return
	}
	m.printing = true
	m.do(m.doors.Till.NewKey(), order.Reprint{Number: n, Slip: s}, func(_ act.Answer, err error) {
		m.printing = false
		if err != nil {
			m.fail(err)
			return
		}
		m.say(m.tr("pay.reprinted"))
		if m.page == PageOrders {
			m.list.stale(m)
		}
	})
}

// SearchOrders lists the orders whose 取餐号, number or amount matches.
func (m *Model) SearchOrders(text string) {
	m.change(func() {
		m.list.Text = ""
		for _, r := range text {
			if len(m.list.Text) < 16 {
				m.list.Text += string(r)
			}
		}
		m.list.Sel, m.list.Paper = -1, nil
		m.list.read(m, 0)
	})
}
