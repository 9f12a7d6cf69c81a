package till

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/journal"
	"wendan/store/menu"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/shift"
	"wendan/store/staff"
)

// handClock is a clock the test turns by hand.
type handClock struct {
	mu     sync.Mutex
	now    time.Time
	passed time.Duration
}

func newHandClock() *handClock {
	return &handClock{now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.FixedZone("CST", 8*3600))}
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) Passed() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.passed
}

// pass lets time go by.
func (c *handClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.passed = c.now.Add(d), c.passed+d
}

// step sets the time of day without time passing.
func (c *handClock) step(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

const (
	manager = 1
	cashier = 2
)

func testMenu() *menu.Menu {
	return &menu.Menu{Name: "试菜单",
		Categories: []menu.Category{{ID: 1, Name: "热菜"}},
		Stations:   []menu.Station{{ID: 1, Code: "hot", Name: "热菜"}, {ID: 2, Code: "drinks", Name: "饮品"}},
		Groups: []menu.Group{{ID: 1, Name: "辣度", Required: true, Methods: []menu.Method{{ID: 1, Name: "微辣"}, {ID: 2, Name: "特辣", Price: 100}}},
			{ID: 2, Name: "加料", Many: true, Methods: []menu.Method{{ID: 3, Name: "加蛋", Price: 200, Times: true}}}},
		Dishes: []menu.Dish{
			{ID: 101, Name: "宫保鸡丁", Initials: "GBJD", Category: 1, Price: 3800, Stations: []uint16{1}, Unit: "份"},
			{ID: 102, Name: "麻婆豆腐", Initials: "MPDF", Category: 1, Price: 2200, Groups: []uint16{1, 2}, Stations: []uint16{1}, Unit: "份"},
			{ID: 103, Name: "可乐", Initials: "KL", Category: 1, Sizes: []menu.Size{{Name: "小杯", Price: 600}, {Name: "大杯", Price: 900}}, Stations: []uint16{2}, Unit: "杯"},
		}}
}

func setup() Setup {
	return Setup{Branch: "xihu", Register: "A", Shop: "稳单小馆", Menu: testMenu(), People: []staff.Change{
		{Person: staff.Person{ID: manager, Name: "王店长", Role: staff.Manager}, PIN: "8888"},
		{Person: staff.Person{ID: cashier, Name: "张敏", Role: staff.Cashier}, PIN: "1234"},
	}}
}

type bench struct {
	*Till
	cfg   Config
	clock *handClock
}

// newTill makes a till in a folder of its own; at the end its journal is replayed and must give the state it had.
func newTill(t *testing.T) *bench {
	t.Helper()
	clock := newHandClock()
	cfg := Config{Dir: t.TempDir(), Clock: clock}
	ti, err := Create(cfg, setup())
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{ti, cfg, clock}
	t.Cleanup(func() {
		b.check(t)
		b.Close()
	})
	return b
}

// check replays the whole journal and compares.
func (b *bench) check(t *testing.T) {
	t.Helper()
	s, err := Replay(context.Background(), 1, b.Journal().Iterate)
	if err != nil {
		t.Fatal(err)
	}
	b.View(func(live *State) {
		if s.Head != live.Head || !reflect.DeepEqual(s.carry(), live.carry()) {
			t.Fatalf("replay reaches %v, the till stands at %v, or their states differ", s.Head, live.Head)
		}
		if !reflect.DeepEqual(s.keys, live.keys) {
			t.Fatalf("replay knows %d keys, the till %d", len(s.keys), len(live.keys))
		}
	})
}

func (b *bench) reopen(t *testing.T) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	ti, _, err := Open(b.cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.Till = ti
}

var tool = act.By{Source: fact.SourceTool}
var screen = act.By{Staff: cashier, Source: fact.SourceScreen}

func (b *bench) must(t *testing.T, by act.By, i act.Intent) act.Answer {
	t.Helper()
	a, err := b.Do(context.Background(), act.Act{Key: b.NewKey(), By: by, Intent: i})
	if err != nil {
		t.Fatalf("%s: %v", i.Act(), err)
	}
	return a
}

func (b *bench) refuse(t *testing.T, by act.By, i act.Intent, want error) {
	t.Helper()
	before := b.Head()
	if _, err := b.Do(context.Background(), act.Act{Key: b.NewKey(), By: by, Intent: i}); !errors.Is(err, want) {
		t.Fatalf("%s: got %v, want %v", i.Act(), err, want)
	}
	if b.Head() != before {
		t.Fatalf("%s was refused and still left a fact", i.Act())
	}
}

// open signs the cashier in and opens the day.
func (b *bench) open(t *testing.T) {
	t.Helper()
	b.openDay(t)
}

func (b *bench) openDay(t testing.TB) {
	t.Helper()
	for _, i := range []act.Intent{staff.SignIn{Person: cashier, PIN: "1234"}, shift.OpenDay{Day: 20261122}} {
		if _, err := b.Do(context.Background(), act.Act{Key: b.NewKey(), By: screen, Intent: i}); err != nil {
			t.Fatal(err)
		}
	}
}

func cart(items ...order.Item) order.Cart { return order.Cart{Channel: order.DineIn, Items: items} }

func chicken(n int32) order.Item { return order.Item{Dish: 101, Qty: n} }

func TestSaleIsDurableNumberedAndComesBackAfterReopening(t *testing.T) {
	b := newTill(t)
	b.open(t)
	a := b.must(t, screen, order.Place{Cart: cart(chicken(2), order.Item{Dish: 102, Qty: 1, Methods: []uint16{2, 3}}),
		Tender: []pay.Tender{{Way: pay.Cash, Given: 15000}}, Expect: 10100})
	if a.Order.String() != "A-000001" || a.Pickup != "A001" || a.Total != 10100 || a.Change != 4900 {
		t.Fatalf("answer %+v", a)
	}
	unpaid := b.must(t, screen, order.Place{Cart: cart(chicken(1))})
	b.reopen(t)
	b.View(func(s *State) {
		if s.Settled != 1 || s.Turnover != 10100 || len(s.Open) != 1 || s.Open[2].Pickup != "A002" {
			t.Fatalf("state after reopening: %+v", s)
		}
	})
	p := b.must(t, screen, order.Pay{Number: unpaid.Order, Tender: []pay.Tender{{Way: pay.WeChat, Given: 3800}}})
	if p.Order != unpaid.Order || p.Change != 0 {
		t.Fatalf("paid as %+v", p)
	}
	b.refuse(t, screen, order.Pay{Number: unpaid.Order, Tender: []pay.Tender{{Way: pay.Cash, Given: 3800}}}, order.ErrPaid)
}

func TestRepeatedKeyGivesTheFirstAnswerAgainAndOtherBodyIsRefused(t *testing.T) {
	b := newTill(t)
	b.open(t)
	a := act.Act{Key: b.NewKey(), By: screen, Intent: order.Place{Cart: cart(chicken(1)), Tender: []pay.Tender{{Way: pay.Cash, Given: 5000}}}}
	first, err := b.Do(context.Background(), a)
	if err != nil {
		t.Fatal(err)
	}
	for round := 0; round < 2; round++ {
		again, err := b.Do(context.Background(), a)
		if err != nil || !again.Again {
			t.Fatalf("repeat: %+v, %v", again, err)
		}
		if again.Again = false; again != first {
			t.Fatalf("second answer %+v differs from %+v", again, first)
		}
		b.reopen(t)
	}
	other := a
	other.Intent = order.Place{Cart: cart(chicken(2))}
	if _, err := b.Do(context.Background(), other); !errors.Is(err, act.ErrKeyReused) {
		t.Fatalf("other body under the same key: %v", err)
	}
	old := a
	old.Key = fact.NewKey(20261101, [12]byte{1})
	if _, err := b.Do(context.Background(), old); !errors.Is(err, act.ErrKeyOld) {
		t.Fatalf("old key: %v", err)
	}
}

func TestThousandCallersAreAllServedOnceWithoutGap(t *testing.T) {
	b := newTill(t)
	b.open(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	seen := map[uint64]bool{}
	for i := 0; i < 1000; i++ {
		wg.Go(func() {
			by := act.By{Staff: cashier, Source: fact.SourceLAN}
			a := act.Act{Key: b.NewKey(), By: by, Intent: order.Place{Cart: cart(chicken(1)), Tender: []pay.Tender{{Way: pay.Cash, Given: 3800}}}}
			for range 2 { // every caller asks twice
				got, err := b.Do(context.Background(), a)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				seen[got.Order.N] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	b.View(func(s *State) {
		if s.Orders != 1000 || s.Settled != 1000 || s.Turnover != 1000*3800 || len(seen) != 1000 {
			t.Fatalf("%d orders, %d settled, %d numbers answered", s.Orders, s.Settled, len(seen))
		}
	})
}

func TestSignInNeedsThePINAndGuessingIsSlowAcrossRestarts(t *testing.T) {
	b := newTill(t)
	b.refuse(t, screen, shift.OpenDay{Day: 20261122}, staff.ErrSignedOut)
	for i := 1; i <= staff.Free; i++ {
		want := staff.ErrPIN
		if i == staff.Free {
			want = staff.ErrWait // the one that begins the delay says so
		}
		if _, err := b.Do(context.Background(), act.Act{By: screen, Intent: staff.SignIn{Person: cashier, PIN: "0000"}}); !errors.Is(err, want) {
			t.Fatalf("guess %d: %v", i, err)
		}
	}
	b.refuse(t, screen, staff.SignIn{Person: cashier, PIN: "1234"}, staff.ErrWait)
	b.reopen(t)
	b.refuse(t, screen, staff.SignIn{Person: cashier, PIN: "1234"}, staff.ErrWait)
	b.clock.pass(31 * time.Second)
	b.must(t, screen, staff.SignIn{Person: cashier, PIN: "1234"})
	b.refuse(t, screen, shift.CloseDay{}, staff.ErrRight)
	b.must(t, screen, staff.SignOut{Person: cashier})
	b.refuse(t, screen, shift.OpenDay{Day: 20261122}, staff.ErrSignedOut)
}

func TestDaysRollIntoNewFilesAndResumeFromTheCarry(t *testing.T) {
	b := newTill(t)
	b.open(t)
	left := int32(1)
	b.must(t, tool, menu.SetLimit{Dish: 103, Left: &left, UntilLifted: true})
	yesterday := act.Act{Key: b.NewKey(), By: screen, Intent: order.Place{Cart: cart(chicken(1))}}
	if _, err := b.Do(context.Background(), yesterday); err != nil {
		t.Fatal(err)
	}
	b.refuse(t, tool, shift.OpenDay{Day: 20261123}, shift.ErrIsOpen)
	b.must(t, tool, shift.CloseDay{})
	b.refuse(t, screen, order.Place{Cart: cart(chicken(1))}, shift.ErrNotOpen)
	b.clock.pass(24 * time.Hour)
	b.refuse(t, tool, shift.OpenDay{Day: 20261125}, shift.ErrDate)
	b.must(t, tool, shift.OpenDay{Day: 20261123})
	if n := len(b.Journal().DayFiles()); n != 3 {
		t.Fatalf("%d day files after two days and the beginning", n)
	}
	b.reopen(t)
	b.View(func(s *State) {
		if s.Day != 20261123 || s.Before != 20261122 || len(s.Open) != 1 || s.Orders != 1 || s.Limits[103].Left != 1 || s.Pickup != 0 {
			t.Fatalf("resumed %+v", s)
		}
	})
	if _, err := b.Do(context.Background(), yesterday); !errors.Is(err, act.ErrKeyUnsettled) {
		t.Fatalf("yesterday's key without a book: %v", err)
	}
	a := b.must(t, screen, order.Place{Cart: cart(chicken(1))})
	if a.Order.N != 2 || a.Pickup != "A002" { // A001 still waits
		t.Fatalf("first order of the second day: %+v", a)
	}
}

func TestLastPortionIsSoldOnce(t *testing.T) {
	b := newTill(t)
	b.open(t)
	left := int32(3)
	b.must(t, tool, menu.SetLimit{Dish: 101, Left: &left})
	b.refuse(t, screen, order.Place{Cart: cart(chicken(2), order.Item{Dish: 101, Qty: 2, Note: "少油"})}, menu.ErrNotEnough)
	b.must(t, screen, order.Place{Cart: cart(chicken(3))})
	b.refuse(t, screen, order.Place{Cart: cart(chicken(1))}, menu.ErrSoldOut)
}

func TestClockStepsBecomeErasAndTimesNeverFallWithinOne(t *testing.T) {
	b := newTill(t)
	b.open(t)
	b.clock.step(-4 * time.Minute)
	a := b.must(t, screen, order.Place{Cart: cart(chicken(1))})
	c := b.must(t, screen, order.Place{Cart: cart(chicken(1))})
	if c.At < a.At {
		t.Fatal("time fell within an era")
	}
	for i, step := range []time.Duration{-time.Hour, 365 * 24 * time.Hour, -10 * 365 * 24 * time.Hour, 6 * time.Minute} {
		b.clock.step(step)
		b.must(t, screen, order.Place{Cart: cart(chicken(1))})
		b.View(func(s *State) {
			if s.Era != uint32(i+1) || s.Day != 20261122 {
				t.Fatalf("after a step of %v: era %d, day %v", step, s.Era, s.Day)
			}
			if d := s.At - b.clock.Now().UnixMilli(); d != 0 {
				t.Fatalf("after a step of %v times are off by %d ms", step, d)
			}
		})
	}
}

func TestRefusedActNeverFailsItsNeighbours(t *testing.T) {
	b := newTill(t)
	b.open(t)
	var wg sync.WaitGroup
	for i := 0; i < 200; i++ {
		wg.Go(func() {
			c := cart(chicken(1))
			if i%2 == 1 {
				c = cart(order.Item{Dish: 999, Qty: 1})
			}
			_, err := b.Do(context.Background(), act.Act{Key: b.NewKey(), By: screen, Intent: order.Place{Cart: c}})
			if (err != nil) != (i%2 == 1) {
				t.Errorf("caller %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	b.View(func(s *State) {
		if s.Orders != 100 {
			t.Fatalf("%d orders of 100", s.Orders)
		}
	})
}

func TestPriceThatChangedMeanwhileIsToldNotTaken(t *testing.T) {
	b := newTill(t)
	b.open(t)
	m := testMenu()
	m.Dishes[0].Price = 4200
	b.must(t, tool, menu.Import{Menu: *m})
	b.refuse(t, screen, order.Place{Cart: cart(chicken(1)), Expect: 3800, Tender: []pay.Tender{{Way: pay.Cash, Given: 3800}}}, order.ErrPriceChanged)
}

func TestSecondTillOnTheSameJournalIsRefused(t *testing.T) {
	b := newTill(t)
	if _, _, err := Open(b.cfg); !errors.Is(err, journal.ErrLocked) {
		t.Fatalf("second till: %v", err)
	}
	if _, err := Create(b.cfg, setup()); err == nil {
		t.Fatal("a second register was created over the first")
	}
}

func TestClosedTillAnswersInsteadOfHanging(t *testing.T) {
	b := newTill(t)
	b.open(t)
	var wg sync.WaitGroup
	for i := 0; i < 50; i++ {
		wg.Go(func() {
			_, err := b.Do(context.Background(), act.Act{By: screen, Intent: order.Place{Cart: cart(chicken(1))}})
			if err != nil && !errors.Is(err, ErrClosed) {
				t.Errorf("%v", err)
			}
		})
	}
	b.Close()
	wg.Wait()
	ti, _, err := Open(b.cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.Till = ti
}

func TestSetupWithoutManagerOrWithAStrangeNameIsRefused(t *testing.T) {
	for i, change := range []func(*Setup){
		func(s *Setup) { s.People = s.People[1:] },
		func(s *Setup) { s.Branch = "西湖" },
		func(s *Setup) { s.Register = "1" },
		func(s *Setup) { s.Shop = "\x1b\xff" },
		func(s *Setup) { s.People[0].Person.NameEN = "\xff" },
		func(s *Setup) { s.People[0].PIN = "12" },
	} {
		s := setup()
		change(&s)
		if _, err := Create(Config{Dir: t.TempDir()}, s); err == nil {
			t.Errorf("setup %d accepted", i)
		}
	}
}

func TestPINsReachNoFact(t *testing.T) {
	b := newTill(t)
	const pin = "97531864"
	b.must(t, tool, staff.Change{Person: staff.Person{ID: 9, Name: "新人", Role: staff.Cashier}, PIN: pin})
	by := act.By{Staff: 9, Source: fact.SourceScreen}
	if _, err := b.Do(context.Background(), act.Act{Key: b.NewKey(), By: by, Intent: staff.SignIn{Person: 9, PIN: pin + "0"}}); !errors.Is(err, staff.ErrPIN) {
		t.Fatal(err)
	}
	b.must(t, by, staff.SignIn{Person: 9, PIN: pin})
	if err := b.Journal().Iterate(context.Background(), 0, func(f *fact.Fact) error {
		if strings.Contains(string(f.Raw), pin) {
			return fmt.Errorf("fact %d holds the PIN", f.Seq)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestOrderThatCostsNothingIsSettledAtOnce(t *testing.T) {
	b := newTill(t)
	b.open(t)
	m := testMenu()
	m.Dishes = append(m.Dishes, menu.Dish{ID: 104, Name: "例汤", Initials: "LT", Category: 1, Stations: []uint16{1}, Unit: "碗"})
	b.must(t, tool, menu.Import{Menu: *m})
	a := b.must(t, screen, order.Place{Cart: cart(order.Item{Dish: 104, Qty: 1})})
	b.View(func(s *State) {
		if a.Total != 0 || len(s.Open) != 0 || s.Settled != 1 {
			t.Fatalf("free soup: %+v, %d open, %d settled", a, len(s.Open), s.Settled)
		}
	})
}
