// Package booktest makes the facts of a believable restaurant, for tests and benchmarks of
// whatever follows a journal. The same seed gives the same facts.
package booktest

import (
	"encoding/binary"
	"math/rand/v2"

	"wendan/store/fact"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/shift"
	"wendan/store/staff"
)

// Shop sells. Its facts continue one chain from fact 1 of its epoch.
type Shop struct {
	Head    fact.Head
	Day     fact.Day
	Dishes  []order.Line  // one portion each; lines of orders are made of them
	Unpaid  []order.Order // placed, not settled yet
	Turn    money.Amount  // settled on the open day
	Settled uint32        // on the open day
	out     []fact.Fact   // since the last Take
	waiting []order.Job   // printed a few facts later
	rnd     *rand.Rand
	at      int64
	number  uint64
	pickup  int
}

// New opens a shop whose first day will be 22 November 2026. Its first facts are there already.
func New(seed uint64) *Shop {
	s := &Shop{Head: fact.Head{Epoch: 1}, rnd: rand.New(rand.NewPCG(seed, 42)), at: 1_795_305_600_000}
	names := []string{"宫保鸡丁", "鱼香肉丝", "麻婆豆腐", "回锅肉", "番茄炒蛋", "水煮牛肉", "酸辣土豆丝", "牛肉面", "蛋炒饭", "小笼包", "酸梅汤", "豆浆"}
	for i := range 5 * len(names) {
		l := order.Line{Dish: uint32(i + 1), Name: names[i%len(names)], Unit: "份", Qty: 1, Price: money.Amount(300 + 100*(i*7%45)),
			Category: uint16(i/len(names) + 1), Stations: []uint16{uint16(i%3 + 1)}}
		if i%5 == 0 {
			l.Methods = []order.Method{{ID: 1, Name: "微辣"}, {ID: 7, Name: "加蛋", Price: 200, Times: true}}
		}
		s.Dishes = append(s.Dishes, l)
	}
	s.Add(fact.SourceTool, true, shift.CreatedKind.Draft(shift.Created{Branch: "test", Register: "A", Name: "测试店", PublicKey: make([]byte, 32)}))
	s.Add(fact.SourceTool, true, staff.ChangedKind.Draft(staff.Changed{Person: staff.Person{ID: 1, Name: "李雷", Role: staff.Manager}}))
	s.Add(fact.SourceTool, true, menu.KindChanged.Draft(menu.Changed{Menu: menu.Menu{Name: "测试店"}}))
	return s
}

// Add makes the facts of one act, with an idempotency key when keyed.
func (s *Shop) Add(source fact.Source, keyed bool, drafts ...fact.Draft) []fact.Fact {
	s.at += 200 + s.rnd.Int64N(1500)
	first := len(s.out)
	for i, d := range drafts {
		f := fact.Fact{At: s.at, Zone: 480, Day: s.Day, Era: 1, Staff: 1, Source: source, Kind: d.Kind, Ver: d.Ver, Body: d.Body, Off: uint32(i)}
		if keyed && i == 0 {
			var random [12]byte
			binary.LittleEndian.PutUint64(random[:], s.rnd.Uint64())
			binary.LittleEndian.PutUint32(random[8:], s.rnd.Uint32())
			f.Key, f.Sum = fact.NewKey(s.Day, random), s.rnd.Uint64()
		}
		f, s.Head = s.Head.Next(f)
		s.out = append(s.out, f)
		jobs, err := order.JobsOf(&f)
		if err != nil {
			panic(err)
		}
		s.waiting = append(s.waiting, jobs...)
	}
	return s.out[first:]
}

// Take hands over the facts made since the last Take.
func (s *Shop) Take() []fact.Fact {
	out := s.out
	s.out = nil
	return out
}

// Open opens the next business day: the day's facts, its carry and a sign-in.
func (s *Shop) Open() {
	last := s.Day
	if s.Day = 20261122; last != 0 {
		s.Day = last.Add(1)
		s.at += 8 * 3_600_000
	}
	s.Turn, s.Settled, s.pickup = 0, 0, 0
	s.Add(fact.SourceScreen, true, shift.OpenedKind.Draft(shift.Opened{Day: s.Day, Previous: last}),
		shift.CarriedKind.Draft(shift.Carried{State: fact.Marshal(s.number)}))
	s.Add(fact.SourceScreen, false, staff.PINFailedKind.Draft(staff.PINFailed{Person: 1}))
	s.Add(fact.SourceScreen, false, staff.SignedInKind.Draft(staff.Signed{Person: 1}))
}

// Sell rings up one order: one to four dishes, mostly paid at once, and prints what waits.
func (s *Shop) Sell() {
	s.number++
	s.pickup++
	o := order.Placed{Number: order.Number{Register: "A", Epoch: s.Head.Epoch, N: s.number}, Pickup: "A" + string(rune('0'+s.pickup%10)), Channel: order.DineIn}
	if s.rnd.IntN(3) == 0 {
		o.Channel = order.Takeaway
	}
	for range 1 + s.rnd.IntN(4) {
		l := s.Dishes[s.rnd.IntN(len(s.Dishes))]
		l.Qty = 1 + s.rnd.Int32N(3)
		o.Lines = append(o.Lines, l)
	}
	o.Total = order.BillOf(o.Lines, nil).Total
	placed := order.PlacedKind.Draft(o)
	asOrder := order.Order{Number: o.Number, Lines: o.Lines, Day: s.Day}
	if s.rnd.IntN(5) == 0 {
		s.Add(fact.SourceScreen, true, placed)
		s.Unpaid = append(s.Unpaid, asOrder)
	} else {
		s.Add(fact.SourceScreen, true, append([]fact.Draft{placed}, s.settle(&asOrder)...)...)
	}
	if len(s.Unpaid) > 10 {
		s.Pay()
	}
	s.Print(4)
}

// Pay settles the oldest unpaid order.
func (s *Shop) Pay() {
	o := s.Unpaid[0]
	s.Unpaid = s.Unpaid[1:]
	s.Add(fact.SourceScreen, true, s.settle(&o)...)
}

func (s *Shop) settle(o *order.Order) []fact.Draft {
	bill := o.Bill()
	b := order.Settled{Number: o.Number, Total: bill.Total, Portions: bill.Portions}
	if o.Day != s.Day {
		b.PlacedOn = o.Day
	}
	s.Turn, s.Settled = s.Turn+bill.Total, s.Settled+1
	if s.rnd.IntN(3) > 0 {
		b.Payments = []pay.Payment{{Way: pay.WeChat, Amount: bill.Total, Check: pay.Pending, Ref: "4200001"}}
		return []fact.Draft{order.SettledKind.Draft(b)}
	}
	b.Payments = []pay.Payment{{Way: pay.Cash, Amount: bill.Total, Given: bill.Total + 50, Check: pay.Sure}}
	return []fact.Draft{order.SettledKind.Draft(b), shift.DrawerKind.Draft(shift.DrawerOpened{Reason: shift.CashSale, Order: o.Number.N})}
}

// Print confirms what waits but for the last keep jobs, one fact each.
func (s *Shop) Print(keep int) {
	for len(s.waiting) > keep {
		j := s.waiting[0]
		s.waiting = s.waiting[1:]
		outcome := order.Proven
		if s.rnd.IntN(20) == 0 {
			outcome = order.Unproven + order.Outcome(s.rnd.IntN(2))
		}
		s.Add(fact.SourceSystem, false, order.PrintedKind.Draft(order.Printed{Job: j, Outcome: outcome}))
	}
}

// Close closes the business day.
func (s *Shop) Close() {
	s.Add(fact.SourceScreen, true, shift.ClosedKind.Draft(shift.Closed{Day: s.Day, Orders: s.Settled, Total: s.Turn, Unpaid: uint32(len(s.Unpaid)), Head: s.Head.Hash}))
}

// Run is a whole business day with so many orders, a reprint and a no-sale drawer opening.
func (s *Shop) Run(orders int) {
	s.Open()
	for range orders {
		s.Sell()
	}
	if s.number > 0 {
		s.Add(fact.SourceScreen, true, order.ReprintedKind.Draft(order.Reprinted{Number: order.Number{Register: "A", Epoch: s.Head.Epoch, N: s.number},
			Slip: order.ReceiptSlip}))
	}
	s.Add(fact.SourceScreen, true, shift.DrawerKind.Draft(shift.DrawerOpened{Reason: shift.NoSale}))
	s.Close()
}

// Days makes the facts of so many days with so many orders each.
func Days(seed uint64, days, orders int) []fact.Fact {
	s := New(seed)
	for range days {
		s.Run(orders)
	}
	return s.Take()
}
