// Package desk joins the register's machine to the cashier's screen: it gives the screen's
// interfaces what they ask for, in the screen's own terms.
package desk

import (
	"context"
	"log/slog"
	"syscall"
	"time"

	"wendan/cmd/internal/machine"
	"wendan/devices/scanner/wedge"
	"wendan/devices/ticket"
	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/order"
	"wendan/store/till"
	"wendan/ui/cashier"
)

// DayCut is the time of night until which the business date is still yesterday's (规则 20).
const DayCut = 5 * time.Hour

// Desk is a cashier's desk at a running machine. Close it before the machine.
type Desk struct {
	m     *machine.Machine
	dir   string
	log   *slog.Logger
	carts *till.Carts
	kept  []order.Cart
	prefs *preferences
	scans chan string
}

// New opens the desk of m, whose data folder is dir.
func New(m *machine.Machine, dir string, log *slog.Logger) *Desk {
	d := &Desk{m: m, dir: dir, log: log, prefs: loadPreferences(m, dir, log), scans: make(chan string, 16)}
	d.carts, d.kept = till.OpenCarts(machine.CartsPath(dir), m.Till.Known, log)
	return d
}

// Close saves the carts.
func (d *Desk) Close() { d.carts.Close() }

// Scanned takes a code from a scanner; when nobody takes it within a second it is dropped.
func (d *Desk) Scanned(code string) {
	select {
	case d.scans <- code:
	case <-time.After(time.Second):
		d.log.Warn("a scan was dropped: the screen is busy")
	}
}

// Doors is what the screen is joined to.
func (d *Desk) Doors() cashier.Doors {
	var keys wedge.Detector
	return cashier.Doors{Till: doors{d.m}, Shop: d, History: d, Bench: d, Preferences: d.prefs, Carts: d.carts, Kept: d.kept, Scans: d.scans,
		Wedge: func(r rune, ms int64) (string, bool) {
			at := time.UnixMilli(ms)
			got := keys.Key(r, at)
			return got.Code, got.Code != "" || keys.Pending(at)
		}}
}

type doors struct{ m *machine.Machine }

func (t doors) Do(ctx context.Context, a act.Act) (act.Answer, error) { return t.m.Till.Do(ctx, a) }
func (t doors) NewKey() fact.Key                                      { return t.m.Till.NewKey() }

// Look copies the durable state.
func (d *Desk) Look() cashier.View {
	var v cashier.View
	now := time.Now()
	d.m.Till.View(func(s *till.State) {
		v = cashier.View{Shop: s.Shop, Branch: s.Branch, Register: s.Register, Day: s.Day, DayOpen: s.DayOpen, Menu: s.Menu, People: s.People(),
			Open: s.OpenOrders(), Settled: s.Settled, Turnover: s.Turnover, Made: s.Head.Seq}
		v.Limits = make(map[uint32]limit, len(s.Limits))
		for id, l := range s.Limits {
			v.Limits[id] = l
		}
		v.SignedIn = make(map[uint32]bool, len(s.SignedIn))
		for id := range s.SignedIn {
			v.SignedIn[id] = true
		}
		v.Propose = fact.DayOf(now, DayCut)
		if s.Day != 0 && v.Propose <= s.Day {
			v.Propose = s.Day.Add(1) // closed and opened again on the same date
		}
	})
	return v
}

// Watch tells of changes.
func (d *Desk) Watch() (<-chan struct{}, func()) { return d.m.Watch() }

// Status gathers the status bar.
func (d *Desk) Status() cashier.Status {
	up, paired := d.m.Uplink()
	s := cashier.Status{Online: up.Connected, Paired: paired, Made: up.Made.Seq, Booked: up.Booked.Seq, Alarm: fault.Of(up.Alarm), History: d.m.HistoryProgress()}
	if damage := d.m.Damage(); damage != nil {
		s.Alarm = damage
	}
	slips := d.m.Slips()
	held := map[string]int{}
	for _, w := range slips.Held {
		held[w.Printer]++
	}
	byName := map[string]int{}
	for i, p := range slips.Printers {
		byName[p.Name] = i
	}
	for _, set := range d.m.Printers() {
		i, ok := byName[set.Name]
		if !ok {
			continue
		}
		p := slips.Printers[i]
		line := cashier.Printer{Name: p.Name, Problem: p.Fault, Queue: p.Waiting, Alarm: p.Alarm, Asks: held[p.Name]}
		if line.Problem == nil {
			line.Problem = p.Warning
		}
		s.Printers = append(s.Printers, line)
		if set.Drawer {
			s.Drawer = cashier.DrawerState(p.Drawer)
		}
	}
	var fs syscall.Statfs_t
	if syscall.Statfs(d.dir, &fs) == nil {
		s.DiskFree = int64(fs.Bavail) * fs.Bsize
	}
	room := d.m.Till.Journal().Space()
	s.DiskLow = room.Low || s.DiskFree < 256<<20
	s.DiskFull = room.Critical
	return s
}

// Preview gives a slip as it would be printed again.
func (d *Desk) Preview(ctx context.Context, n order.Number, slip order.Slip) (ticket.Ticket, error) {
	return d.m.Preview(ctx, n, slip)
}

// TestPrint prints a test slip.
func (d *Desk) TestPrint(ctx context.Context, printer string) error {
	return d.m.TestPrint(ctx, printer)
}

// Retry tries waiting slips again.
func (d *Desk) Retry(printer string, old cashier.OldSlips) {
	var err error
	switch old {
	case cashier.PrintOld:
		err = d.m.PrintOld()
	case cashier.AbandonOld:
		err = d.m.AbandonOld()
	}
	if err != nil {
		d.log.Warn("old slips", "err", err)
	}
	d.m.RetryPrinter(printer)
}
