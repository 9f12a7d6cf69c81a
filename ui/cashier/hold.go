package cashier

import (
	"strconv"
	"sync"
	"time"

	"wendan/store/money"
	"wendan/store/order"
)

// saveAfter is how long changes of the carts gather before they are saved in the background.
const saveAfter = 120 * time.Millisecond

// keeper saves the latest carts, one save at a time, off the screen's goroutine.
type keeper struct {
	loop    Loop
	save    func([]order.Cart)
	waiting bool // a save is due

	mu      sync.Mutex
	latest  []order.Cart
	running bool
}

// due gathers changes and saves what carts returns when they have settled for a moment.
func (k *keeper) due(carts func() []order.Cart) {
	if k.waiting {
		return
	}
	k.waiting = true
	k.loop.After(saveAfter, func() {
		k.waiting = false
		k.write(carts())
	})
}

func (k *keeper) write(carts []order.Cart) {
	k.mu.Lock()
	k.latest = carts
	start := !k.running
	k.running = true
	k.mu.Unlock()
	if start {
		k.loop.Go(k.work)
	}
}

func (k *keeper) work() {
	for {
		k.mu.Lock()
		carts := k.latest
		k.latest = nil
		if carts == nil {
			k.running = false
			k.mu.Unlock()
			return
		}
		k.mu.Unlock()
		k.save(carts)
	}
}

// save has the carts saved within 200 ms.
func (m *Model) save() { m.keeper.due(m.carts) }

// carts copies every cart worth keeping, the current one first. It is never nil.
func (m *Model) carts() []order.Cart {
	out := make([]order.Cart, 0, 1+len(m.held))
	for _, c := range append([]*cart{m.cur}, m.held...) {
		if len(c.Items) > 0 || c.Note != "" {
			kept := c.Cart
			kept.Items = append([]order.Item(nil), c.Items...)
			if m.me != nil {
				kept.Staff = m.me.ID
			}
			out = append(out, kept)
		}
	}
	return out
}

// restore takes over the carts of the last run.
func (m *Model) restore(kept []order.Cart) {
	m.cur = &cart{Cart: order.Cart{Key: m.doors.Till.NewKey(), Channel: order.DineIn}}
	for _, k := range kept {
		c := &cart{Cart: k}
		c.lines = make([]frozen, len(k.Items))
		if k.HeldAt == 0 && len(m.cur.Items) == 0 {
			m.cur = c
			continue
		}
		if k.HeldAt == 0 {
			c.HeldAt = m.loop.Now().UnixMilli()
		}
		m.held = append(m.held, c)
		if n, err := strconv.Atoi(c.Label); err == nil {
			m.heldNo = max(m.heldNo, n)
		}
	}
	m.selected = len(m.cur.Items) - 1
	m.freezeAll()
	m.renew()
}

// renew gives carts of another business day a new key, as long as their key was never sent to the till. (Carts that the
// last run sent were dropped by the till when it opened.)
func (m *Model) renew() {
	for _, c := range append([]*cart{m.cur}, m.held...) {
		if c.Key.Day() != m.view.Day && c.unsettled == nil && !m.busy[c.Key] {
			c.Key = m.doors.Till.NewKey()
			m.save()
		}
	}
}

// Held is an order on hold as the list shows it.
type Held struct {
	Label    string
	At       time.Time
	Title    string // its first dishes
	Portions int32
	Total    money.Amount
	Channel  order.Channel
}

// HeldOrders lists the orders on hold, oldest first.
func (m *Model) HeldOrders() []Held {
	var out []Held
	for _, c := range m.held {
		b := c.bill()
		h := Held{Label: c.Label, At: time.UnixMilli(c.HeldAt), Portions: b.Portions, Total: b.Total, Channel: c.Channel}
		for i := range c.Items {
			if i == 3 {
				h.Title += " …"
				break
			}
			if i > 0 {
				h.Title += m.tr("list.comma")
			}
			name, _ := m.describe(&c.Items[i], c.lines[i].line.Name)
			h.Title += name
		}
		out = append(out, h)
	}
	return out
}

// HeldCount is how many orders are on hold.
func (m *Model) HeldCount() int { return len(m.held) }

// Hold puts the current order aside (挂单) and begins an empty one. Orders on hold are numbered 1, 2, 3 …
func (m *Model) Hold() {
	m.change(func() {
		if len(m.cur.Items) == 0 || m.busy[m.cur.Key] {
			return
		}
		m.hold()
		m.say(m.tr("hold.done", m.held[len(m.held)-1].Label))
	})
}

func (m *Model) hold() {
	if len(m.held) == 0 {
		m.heldNo = 0
	}
	c := m.cur
	c.HeldAt = m.loop.Now().UnixMilli()
	if c.Label == "" {
		m.heldNo++
		c.Label = strconv.Itoa(m.heldNo)
	}
	m.held = append(m.held, c)
	m.fresh(order.DineIn) // the next guest is another one
	m.touch(PartCounts)
}

// Resume continues the i-th order on hold (取单); a half-built current order goes on hold in its place.
func (m *Model) Resume(i int) {
	m.change(func() {
		if i < 0 || i >= len(m.held) || m.busy[m.cur.Key] {
			return
		}
		c := m.held[i]
		m.held = append(m.held[:i:i], m.held[i+1:]...)
		if len(m.cur.Items) > 0 || m.cur.unsettled != nil {
			m.hold()
		}
		c.HeldAt, c.Label = 0, ""
		m.cur = c
		m.selected = len(c.Items) - 1
		m.renew()
		m.edited()
		m.touch(PartCounts)
		m.Go(m.home())
		if c.unsettled != nil {
			m.StartPay()
		}
	})
}

// Label names the i-th order on hold, to find it by.
func (m *Model) Label(i int, label string) {
	m.change(func() {
		if i < 0 || i >= len(m.held) {
			return
		}
		if !order.CleanNote(label) || label == "" {
			m.fail(order.ErrNote)
			return
		}
		m.held[i].Label = label
		m.save()
		m.touch(PartCounts)
	})
}
