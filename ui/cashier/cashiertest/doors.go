// Package cashiertest is a register in memory to try the cashier's screen on: it takes the same acts by the same pure
// rules as the till, keeps them for a test to look at, and can be told to refuse, to stall or to lose an answer.
package cashiertest

import (
	"context"
	"strconv"
	"strings"
	"sync"

	"wendan/devices/ticket"
	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/menu"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/shift"
	"wendan/store/staff"
	"wendan/ui/cashier"
)

// Register is the register in memory. Change its exported fields only before use or under Edit.
type Register struct {
	mu      sync.Mutex
	View    cashier.View
	State   cashier.Status
	Prefs   cashier.Settings
	PINs    map[uint32]string
	At      int64 // UTC milliseconds of new facts
	Acts    []act.Act
	Saved   [][]order.Cart
	Rows    []cashier.Row // oldest first
	Beeps   []cashier.Sound
	Tests   []string
	Retries []cashier.OldSlips
	// Answer, when set, may answer an act in place of the rules: it returns false to leave it to them.
	Answer func(act.Act) (act.Answer, error, bool)
	// Lose, when set, records an act and then loses its answer: the caller hears the error.
	Lose func(act.Act) error

	count   uint32
	known   map[fact.Key]act.Answer
	watch   []chan struct{}
	Refuses error // what SaveSettings answers
}

// New is an open register with the menu, three people and no order.
func New(m *menu.Menu, at int64) *Register {
	r := &Register{At: at, known: map[fact.Key]act.Answer{}, PINs: map[uint32]string{1: "1234", 2: "8888", 3: "0000"}}
	r.View = cashier.View{Shop: m.Name, Branch: "xihu", Register: "A", Day: 20261122, DayOpen: true, Propose: 20261122, Menu: m.Index(), Limits: menu.Limits{},
		SignedIn: map[uint32]bool{}, People: []staff.Person{{ID: 1, Name: "张敏", NameEN: "Zhang Min", Role: staff.Cashier},
			{ID: 2, Name: "王店长", NameEN: "Wang Lei", Role: staff.Manager}, {ID: 3, Name: "陈工", NameEN: "Chen Gong", Role: staff.Technician}}}
	r.State = cashier.Status{Online: true, Paired: true, DiskFree: 23_400_000_000, Drawer: cashier.DrawerClosed,
		Printers: []cashier.Printer{{Name: "前台"}, {Name: "后厨"}}}
	r.Prefs = cashier.Settings{Lang: fault.ZH, Scale: 1, Printers: []cashier.PrinterSetting{
		{Name: "前台", Address: "tcp:192.168.1.50:9100", Columns: 48, Roles: []string{"receipt"}, Drawer: true},
		{Name: "后厨", Address: "tcp:192.168.1.51:9100", Columns: 48, Roles: []string{"kitchen"}, Backup: "前台"}}}
	return r
}

// Doors joins a screen to the register.
func (r *Register) Doors() cashier.Doors {
	return cashier.Doors{Till: r, Shop: r, History: r, Bench: r, Preferences: r, Carts: r}
}

// Edit changes the register and tells whoever watches.
func (r *Register) Edit(f func(*Register)) {
	r.mu.Lock()
	f(r)
	r.tell()
	r.mu.Unlock()
}

func (r *Register) tell() {
	for _, c := range r.watch {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// NewKey makes keys of the day, all different.
func (r *Register) NewKey() fact.Key {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	return fact.NewKey(r.View.Day, [12]byte{byte(r.count), byte(r.count >> 8), byte(r.count >> 16), 1})
}

// Calls lists the acts of one name that were recorded or refused, in order.
func (r *Register) Calls(name string) []act.Act {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []act.Act
	for _, a := range r.Acts {
		if a.Intent.Act() == name {
			out = append(out, a)
		}
	}
	return out
}

// Do takes an act.
func (r *Register) Do(_ context.Context, a act.Act) (act.Answer, error) {
	r.mu.Lock()
	answer := r.Answer
	r.Acts = append(r.Acts, a)
	r.mu.Unlock()
	if answer != nil {
		if got, err, done := answer(a); done {
			return got, err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if a.Key != (fact.Key{}) {
		if old, ok := r.known[a.Key]; ok {
			old.Again = true
			return old, nil
		}
	}
	got, err := r.rule(a)
	if err == nil {
		r.View.Made += 2
		r.State.Made = r.View.Made
		got.Last = r.View.Made
		if a.Key != (fact.Key{}) {
			r.known[a.Key] = got
		}
		r.tell()
		if r.Lose != nil {
			if lost := r.Lose(a); lost != nil {
				return act.Answer{}, lost
			}
		}
	}
	return got, err
}

func (r *Register) rule(a act.Act) (act.Answer, error) {
	v := &r.View
	switch in := a.Intent.(type) {
	case staff.SignIn:
		if r.PINs[in.Person] != in.PIN {
			return act.Answer{}, staff.ErrPIN
		}
		v.SignedIn = with(v.SignedIn, in.Person, true)
	case staff.SignOut:
		v.SignedIn = with(v.SignedIn, in.Person, false)
	case order.Place:
		return r.place(&in, a.By.Staff)
	case order.Pay:
		return r.settle(&in)
	case shift.OpenDay:
		if err := shift.Check(v.Propose.Add(-1), in.Day, in.Confirmed); err != nil {
			return act.Answer{}, err
		}
		v.Day, v.DayOpen = in.Day, true
	case shift.CloseDay:
		v.DayOpen = false
		v.Propose = v.Day.Add(1)
	case menu.SetLimit:
		body, err := in.Decide(v.Menu)
		if err != nil {
			return act.Answer{}, err
		}
		l := copied(v.Limits)
		v.Limits = l
		return act.Answer{}, l.Apply(body)
	}
	return act.Answer{}, nil
}

func with(m map[uint32]bool, id uint32, on bool) map[uint32]bool {
	out := map[uint32]bool{id: on}
	for k, v := range m {
		if k != id {
			out[k] = v
		}
	}
	return out
}

func copied(l menu.Limits) menu.Limits {
	out := menu.Limits{}
	for k, v := range l {
		out[k] = v
	}
	return out
}

func (r *Register) place(in *order.Place, by uint32) (act.Answer, error) {
	v := &r.View
	lines, err := in.Cart.Freeze(v.Menu)
	if err != nil {
		return act.Answer{}, err
	}
	total := order.BillOf(lines, nil).Total
	if in.Expect != 0 && in.Expect != total {
		return act.Answer{}, order.ErrPriceChanged.With(total.String())
	}
	limits := copied(v.Limits)
	for i := range lines {
		d, _ := v.Menu.Dish(lines[i].Dish)
		if err := limits.Take(d, lines[i].Qty); err != nil {
			return act.Answer{}, err
		}
	}
	n := uint64(len(r.Rows) + 1)
	text := "00" + strconv.FormatUint(n, 10)
	o := &order.Order{Number: order.Number{Register: "A", Epoch: 1, N: n}, Pickup: "A" + text[len(text)-3:], Channel: in.Cart.Channel,
		Lines: lines, Note: in.Cart.Note, Day: v.Day, At: r.At, Staff: by, Seq: v.Made + 1, LastSeq: v.Made + 1}
	answer := act.Answer{First: v.Made + 1, At: r.At, Order: o.Number, Pickup: o.Pickup, Total: total}
	if len(in.Tender) > 0 {
		if o.Payments, err = pay.Settle(total, in.Tender); err != nil {
			return act.Answer{}, err
		}
		o.PaidAt, o.PaidDay = r.At, v.Day
		answer.Change = o.Change()
		v.Settled++
		v.Turnover += total
	} else {
		v.Open = append(v.Open[:len(v.Open):len(v.Open)], o)
	}
	v.Limits = limits
	r.Rows = append(r.Rows, cashier.Row{Order: *o, Print: cashier.PrintDone})
	return answer, nil
}

func (r *Register) settle(in *order.Pay) (act.Answer, error) {
	v := &r.View
	for i, o := range v.Open {
		if o.Number != in.Number {
			continue
		}
		paid := *o
		var err error
		if paid.Payments, err = pay.Settle(o.Bill().Due, in.Tender); err != nil {
			return act.Answer{}, err
		}
		paid.PaidAt, paid.PaidDay = r.At, v.Day
		v.Open = append(v.Open[:i:i], v.Open[i+1:]...)
		r.Rows[o.Number.N-1].Order = paid
		v.Settled++
		v.Turnover += paid.Bill().Total
		return act.Answer{Order: o.Number, Total: paid.Bill().Total, Change: paid.Change()}, nil
	}
	return act.Answer{}, order.ErrPaid.With(in.Number.String())
}

// Look is a copy of the state.
func (r *Register) Look() cashier.View { r.mu.Lock(); defer r.mu.Unlock(); return r.View }

// Status is a copy of the status.
func (r *Register) Status() cashier.Status { r.mu.Lock(); defer r.mu.Unlock(); return r.State }

// Watch tells of changes.
func (r *Register) Watch() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	r.mu.Lock()
	r.watch = append(r.watch, c)
	r.mu.Unlock()
	return c, func() {}
}

// Save keeps a copy of the carts.
func (r *Register) Save(carts []order.Cart) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Saved = append(r.Saved, carts)
}

// Kept is what was saved last.
func (r *Register) Kept() []order.Cart {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.Saved) == 0 {
		return nil
	}
	return r.Saved[len(r.Saved)-1]
}

// Settings are the preferences.
func (r *Register) Settings() cashier.Settings { r.mu.Lock(); defer r.mu.Unlock(); return r.Prefs }

// SaveSettings keeps the preferences, or refuses.
func (r *Register) SaveSettings(s cashier.Settings) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Refuses == nil {
		r.Prefs = s
	}
	return r.Refuses
}

// TestPrint notes the printer.
func (r *Register) TestPrint(_ context.Context, printer string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Tests = append(r.Tests, printer)
	return nil
}

// Retry notes the answer about old slips.
func (r *Register) Retry(_ string, old cashier.OldSlips) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Retries = append(r.Retries, old)
}

// Beep notes the sound.
func (r *Register) Beep(s cashier.Sound) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Beeps = append(r.Beeps, s)
}

func (r *Register) rows(keep func(*cashier.Row) bool, limit int) []cashier.Row {
	var out []cashier.Row
	for i := len(r.Rows) - 1; i >= 0 && len(out) < limit; i-- {
		if row := r.Rows[i]; keep(&row) {
			row.Booked = row.Order.LastSeq <= r.State.Booked
			out = append(out, row)
		}
	}
	return out
}

// Orders lists orders, newest first.
func (r *Register) Orders(_ context.Context, day fact.Day, before uint64, limit int) ([]cashier.Row, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rows(func(row *cashier.Row) bool {
		return row.Order.Day == day && (before == 0 || row.Order.Number.N < before)
	}, limit), nil
}

// Find lists orders whose numbers or amount hold the text.
func (r *Register) Find(_ context.Context, day fact.Day, text string, limit int) ([]cashier.Row, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rows(func(row *cashier.Row) bool {
		o := &row.Order
		return o.Day == day && strings.Contains(o.Number.String()+" "+o.Pickup+" "+o.Bill().Total.String(), text)
	}, limit), nil
}

// Preview is a plain slip with the order's lines.
func (r *Register) Preview(_ context.Context, n order.Number, slip order.Slip) (ticket.Ticket, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n.N == 0 || n.N > uint64(len(r.Rows)) {
		return ticket.Ticket{}, order.ErrUnknown.With(n.String())
	}
	o := &r.Rows[n.N-1].Order
	t := ticket.Ticket{Name: "slip", Items: []ticket.Item{ticket.Text{Text: r.View.Shop, Style: ticket.Style{Align: ticket.Centre, Bold: true, Wide: 2, High: 2}},
		ticket.Text{Text: "单号 " + o.Number.String() + "  取餐号 " + o.Pickup}, ticket.Rule{}}}
	for i := range o.Lines {
		l := &o.Lines[i]
		t.Items = append(t.Items, ticket.Row{Cells: []ticket.Cell{{Text: l.Name}, {Text: strconv.Itoa(int(l.Qty)), Width: 6, Align: ticket.Right}, {Text: l.Amount().String(), Width: 10, Align: ticket.Right}}})
	}
	t.Items = append(t.Items, ticket.Rule{Heavy: true}, ticket.Row{Cells: []ticket.Cell{{Text: "合计"}, {Text: o.Bill().Total.String(), Width: 12, Align: ticket.Right}}},
		ticket.Text{Text: "谢谢惠顾", Style: ticket.Style{Align: ticket.Centre}}, ticket.Cut{})
	return t, nil
}
