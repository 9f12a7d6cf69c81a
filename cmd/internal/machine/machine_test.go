package machine

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"wendan/devices/emu"
	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/menu"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/shift"
	"wendan/store/staff"
	"wendan/store/till"
	"wendan/sync/headoffice"
)

const cashier = 2

var (
	tool   = act.By{Source: fact.SourceTool}
	screen = act.By{Staff: cashier, Source: fact.SourceScreen}
)

// shop is a register with a virtual printer for receipts, one for the kitchen, and a head office.
type shop struct {
	*Machine
	cfg            Config
	front, kitchen *emu.Printer
	drawer         *emu.Drawer
	office         *headoffice.Office
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{cfg: Config{Dir: t.TempDir(), Print: PrintOptions{MaxPause: 50 * time.Millisecond, OldAfter: -1}}, drawer: emu.NewDrawer()}
	serve := func(name string) (*emu.Printer, string) {
		p := emu.NewPrinter(emu.Options{Name: name})
		address, err := p.ServeTCP("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { p.Close() })
		return p, "tcp:" + strings.TrimPrefix(address, "tcp:")
	}
	var frontAt, kitchenAt string
	s.front, frontAt = serve("前台")
	s.kitchen, kitchenAt = serve("后厨")
	s.front.Attach(2, s.drawer)
	if err := SavePrinters(s.cfg.Dir, []Printer{
		{Name: "前台", Address: frontAt, Columns: 48, Roles: []string{"receipt"}, Drawer: true},
		{Name: "后厨", Address: kitchenAt, Columns: 48, Roles: []string{"kitchen"}},
	}); err != nil {
		t.Fatal(err)
	}
	m, err := Create(s.cfg, till.Setup{Branch: "demo", Register: "A", Shop: "稳单小馆", Menu: menu.Demo(), People: []staff.Change{
		{Person: staff.Person{ID: 1, Name: "王店长", Role: staff.Manager}, PIN: "8888"},
		{Person: staff.Person{ID: cashier, Name: "张敏", Role: staff.Cashier}, PIN: "1234"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.Machine = m
	t.Cleanup(func() {
		if err := s.Machine.Close(); err != nil {
			t.Error(err)
		}
		if s.office != nil {
			s.office.Close()
		}
	})
	s.do(t, screen, staff.SignIn{Person: cashier, PIN: "1234"})
	s.do(t, screen, shift.OpenDay{Day: 20261122})
	return s
}

func (s *shop) do(t *testing.T, by act.By, i act.Intent) act.Answer {
	t.Helper()
	a, err := s.Till.Do(t.Context(), act.Act{Key: s.Till.NewKey(), By: by, Intent: i})
	if err != nil {
		t.Fatalf("%s: %v", i.Act(), err)
	}
	return a
}

func (s *shop) sell(t *testing.T) act.Answer {
	t.Helper()
	d := plainDish(s.Till)
	return s.do(t, screen, order.Place{Cart: order.Cart{Channel: order.DineIn, Items: []order.Item{{Dish: d, Qty: 2}}},
		Tender: []pay.Tender{{Way: pay.Cash, Given: 50000}}})
}

// plainDish is a dish that needs no choice.
func plainDish(t *till.Till) uint32 {
	var id uint32
	t.View(func(s *till.State) {
		for _, d := range s.Menu.Menu().Dishes {
			if len(d.Groups) == 0 && len(d.Sizes) == 0 && len(d.Stations) == 1 && !d.Off {
				id = d.ID
				return
			}
		}
	})
	return id
}

func (s *shop) reopen(t *testing.T) {
	t.Helper()
	if err := s.Machine.Close(); err != nil {
		t.Fatal(err)
	}
	m, err := Open(s.cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Machine = m
}

func settled(t *testing.T, s *shop) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		if err := s.paper.queue().Wait(ctx); err != nil {
			t.Fatalf("slips are still waiting: %v\n%+v", err, s.paper.queue().Snapshot())
		}
		b, err := s.CaughtUp(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if jobs, err := b.Jobs(); err != nil || len(jobs) == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestSaleReachesPaperDrawerAndBook(t *testing.T) {
	s := newShop(t)
	a := s.sell(t)
	settled(t, s)
	eventually(t, "the drawer stays shut", func() bool { return s.drawer.Kicks() > 0 }) // the pulse goes beside the slips
	if s.front.Count() != 1 || s.kitchen.Count() != 1 || s.drawer.Kicks() != 1 {
		t.Fatalf("%d receipts, %d kitchen slips, %d pulses", s.front.Count(), s.kitchen.Count(), s.drawer.Kicks())
	}
	if text := s.front.Papers()[0].Text; !strings.Contains(text, a.Order.String()) || !strings.Contains(text, "找零") {
		t.Fatalf("receipt:\n%s", text)
	}
	if text := s.kitchen.Papers()[0].Text; !strings.Contains(text, a.Pickup) {
		t.Fatalf("kitchen slip:\n%s", text)
	}
	b, err := s.CaughtUp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	filed, err := b.Order(a.Order)
	if err != nil || !filed.Order.Paid() || filed.Waiting() != 0 {
		t.Fatalf("book: %+v, %v", filed, err)
	}
	s.do(t, screen, order.Reprint{Number: a.Order, Slip: order.ReceiptSlip})
	settled(t, s)
	if text := s.front.Papers()[1].Text; !strings.Contains(text, "补打") {
		t.Fatalf("copy is not marked:\n%s", text)
	}
	s.do(t, tool, shift.CloseDay{})
	settled(t, s)
	if text := s.front.Papers()[2].Text; !strings.Contains(text, "营业额") {
		t.Fatalf("day report:\n%s", text)
	}
}

func TestSlipThatWasNotConfirmedComesBackMarkedAfterARestart(t *testing.T) {
	s := newShop(t)
	s.kitchen.Set(emu.PaperOut, true)
	a := s.sell(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	for (s.front.Count() == 0 || s.drawer.Kicks() == 0) && ctx.Err() == nil {
		time.Sleep(5 * time.Millisecond)
	}
	s.reopen(t)
	s.kitchen.Set(emu.PaperOut, false)
	settled(t, s)
	if s.front.Count() != 1 || s.kitchen.Count() != 1 {
		t.Fatalf("%d receipts, %d kitchen slips", s.front.Count(), s.kitchen.Count())
	}
	if text := s.kitchen.Papers()[0].Text; !strings.Contains(text, a.Pickup) || !strings.Contains(text, "可能重复") {
		t.Fatalf("kitchen slip after the restart is not marked:\n%s", text)
	}
	if s.drawer.Kicks() != 1 {
		t.Fatalf("the drawer was pulsed %d times", s.drawer.Kicks())
	}
}

func TestDamagedBookIsRebuiltWhileSellingGoesOn(t *testing.T) {
	s := newShop(t)
	for range 20 {
		s.sell(t)
	}
	settled(t, s)
	if err := s.Machine.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(BookPath(s.cfg.Dir), []byte("not a book"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Open(s.cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Machine = m
	a := s.sell(t)
	settled(t, s)
	b, err := s.CaughtUp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	totals, err := b.Totals(20261122)
	if err != nil || totals.Settled.Orders != 21 || a.Order.N != 21 {
		t.Fatalf("rebuilt book: %+v, %v", totals, err)
	}
}

func TestPrinterThatNeverAnswersHoldsUpNeitherSellingNorTheEnd(t *testing.T) {
	s := newShop(t)
	s.front.Set(emu.Stalled, true)
	s.kitchen.Set(emu.Mute, true)
	for range 10 {
		s.sell(t)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Machine.Close() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the register cannot end while printers are dead")
	}
	s.front.Set(emu.Stalled, false)
	s.kitchen.Set(emu.Mute, false)
	m, err := Open(s.cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Machine = m
	settled(t, s)
	seen := map[string]int{}
	for _, p := range s.front.Papers() {
		if !strings.Contains(p.Text, "可能重复") {
			for n := 1; n <= 10; n++ {
				if number := (order.Number{Register: "A", Epoch: 1, N: uint64(n)}).String(); strings.Contains(p.Text, number) {
					seen[number]++
				}
			}
		}
	}
	for number, n := range seen {
		if n > 1 {
			t.Fatalf("%s came out %d times unmarked", number, n)
		}
	}
	b, err := s.CaughtUp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if jobs, err := b.Jobs(); err != nil || len(jobs) != 0 {
		t.Fatalf("%d slips were lost, %v", len(jobs), err)
	}
}

func TestBookOfAnotherRegisterIsNeitherBelievedNorShown(t *testing.T) {
	rich, poor := newShop(t), newShop(t)
	for range 5 {
		rich.sell(t)
	}
	settled(t, rich)
	settled(t, poor)
	if err := rich.Machine.Close(); err != nil {
		t.Fatal(err)
	}
	if err := poor.Machine.Close(); err != nil {
		t.Fatal(err)
	}
	foreign, err := os.ReadFile(BookPath(rich.cfg.Dir))
	if err == nil {
		err = os.WriteFile(BookPath(poor.cfg.Dir), foreign, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := Open(poor.cfg)
	if err != nil {
		t.Fatal(err)
	}
	poor.Machine = m
	if a := poor.sell(t); a.Order.N != 1 {
		t.Fatalf("first order is %v", a.Order)
	}
	b, err := poor.CaughtUp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if totals, err := b.Totals(20261122); err != nil || totals.Settled.Orders != 1 {
		t.Fatalf("totals %+v, %v", totals, err)
	}
	if rich.Machine, err = Open(rich.cfg); err != nil {
		t.Fatal(err)
	}
}
