// Package linktest holds what proves the link to head office: a bad line (Proxy), a head
// office that lies (Liar) and a register's journal in memory with realistic sales
// (Journal). It is for tests and proofs only.
package linktest

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"math/rand/v2"
	"sync"

	"wendan/store/fact"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/shift"
)

// Journal is a register's journal in memory: facts, the mark and the signing key. All
// methods may be called by several goroutines.
type Journal struct {
	mu     sync.Mutex
	epoch  uint32
	facts  []fact.Fact
	head   fact.Head
	booked fact.Head
	grown  chan struct{}
	rnd    *rand.Rand
	key    ed25519.PrivateKey
	at     int64
	open   int64 // when the day began
	orders uint64
	amount money.Amount
	day    fact.Day
}

// opening is half past six in the morning of 22 November 2026 in China, UTC milliseconds.
const opening = 1_795_300_200_000

// NewJournal makes an empty journal in the given epoch. The same seed gives the same key
// and the same sales.
func NewJournal(epoch uint32, seed uint64) *Journal {
	rnd := rand.New(rand.NewPCG(seed, 77))
	var s [ed25519.SeedSize]byte
	for i := range s {
		s[i] = byte(rnd.Uint32())
	}
	h := fact.Head{Epoch: epoch}
	return &Journal{epoch: epoch, head: h, booked: h, grown: make(chan struct{}), rnd: rnd, key: ed25519.NewKeyFromSeed(s[:]),
		at: opening, open: opening, day: 20261122}
}

// Public is the key that verifies Sign.
func (j *Journal) Public() ed25519.PublicKey { return j.key.Public().(ed25519.PublicKey) }

// Sign signs with the journal's key.
func (j *Journal) Sign(b []byte) []byte { return ed25519.Sign(j.key, fact.Signed(b)) }

// Head is the last fact.
func (j *Journal) Head() fact.Head {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.head
}

// Booked is the mark.
func (j *Journal) Booked() fact.Head {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.booked
}

// SetBooked moves the mark.
func (j *Journal) SetBooked(_ context.Context, h fact.Head) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.booked = h
	return nil
}

// ReadAfter returns up to max facts after seq.
func (j *Journal) ReadAfter(_ context.Context, seq uint64, max int) ([]fact.Fact, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if seq > uint64(len(j.facts)) {
		return nil, fmt.Errorf("read after fact %d of %d", seq, len(j.facts))
	}
	rest := j.facts[seq:]
	return rest[:min(len(rest), max)], nil
}

// Wait returns when the journal has a fact after seq, or with the context's error.
func (j *Journal) Wait(ctx context.Context, seq uint64) error {
	for {
		j.mu.Lock()
		grown, ready := j.grown, j.head.Seq > seq
		j.mu.Unlock()
		if ready {
			return nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Orders counts the sales made and Amount is what they cost together.
func (j *Journal) Orders() (count uint64, amount money.Amount) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.orders, j.amount
}

// Draft appends one fact.
func (j *Journal) Draft(d fact.Draft) fact.Fact {
	j.mu.Lock()
	defer j.mu.Unlock()
	f := j.add(d, fact.SourceScreen, false, 0)
	j.wake()
	return f
}

func (j *Journal) add(d fact.Draft, source fact.Source, keyed bool, off uint32) fact.Fact {
	f := fact.Fact{At: j.at, Zone: 480, Day: j.day, Era: 1, Source: source, Kind: d.Kind, Ver: d.Ver, Body: d.Body, Off: off}
	if source == fact.SourceScreen {
		f.Staff = 7
	}
	if keyed {
		var r [12]byte
		for i := range r {
			r[i] = byte(j.rnd.Uint32())
		}
		f.Key, f.Sum = fact.NewKey(j.day, r), j.rnd.Uint64()
	}
	f, j.head = j.head.Next(f)
	j.facts = append(j.facts, f)
	return f
}

func (j *Journal) wake() {
	close(j.grown)
	j.grown = make(chan struct{})
}

// NextDay turns the business date; sales go on in the morning.
func (j *Journal) NextDay() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.day = j.day.Add(1)
	j.open += 24 * 3600 * 1000
	j.at = max(j.at, j.open)
}

var dishes = []struct {
	name  string
	price money.Amount
}{
	{"招牌牛肉面", 2800}, {"番茄鸡蛋面", 1600}, {"鲜肉小笼包", 1200}, {"葱油拌面", 900}, {"酸辣粉", 1300}, {"黄焖鸡米饭", 2200},
	{"冰豆浆", 400}, {"卤蛋", 250}, {"凉拌黄瓜", 800}, {"可乐", 500}, {"红烧排骨饭", 2600}, {"油条", 300}, {"皮蛋瘦肉粥", 800}, {"鸡腿", 900},
}

// Sell makes n common fast-food sales of five facts each: placed, settled, drawer opened
// and two slips printed.
func (j *Journal) Sell(n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for range n {
		j.sale()
	}
	j.wake()
}

func (j *Journal) sale() {
	gap := int64(j.rnd.IntN(160_000))
	if hour := (j.at/3_600_000 + 8) % 24; hour == 11 || hour == 12 || hour == 18 {
		gap /= 4 // the peaks
	}
	j.at += 4_000 + gap
	j.orders++
	number := order.Number{Register: "A", Epoch: j.epoch, N: j.orders}
	lines := make([]order.Line, 1+j.rnd.IntN(3))
	for i := range lines {
		pick := j.rnd.IntN(len(dishes))
		d := dishes[pick]
		lines[i] = order.Line{Dish: uint32(101 + pick), Name: d.name, Unit: "份", Qty: int32(1 + j.rnd.IntN(2)), Price: d.price,
			Category: uint16(1 + pick%5), Stations: []uint16{1}}
		if j.rnd.IntN(5) == 0 {
			lines[i].Methods = []order.Method{{ID: 3, Name: "少辣"}}
		}
	}
	bill := order.BillOf(lines, nil)
	j.amount += bill.Total
	placed := j.add(order.PlacedKind.Draft(order.Placed{Number: number, Pickup: fmt.Sprintf("%03d", j.orders%1000), Channel: order.DineIn,
		Lines: lines, Total: bill.Total}), fact.SourceScreen, true, 0)
	way, check := pay.Cash, pay.Sure
	if j.rnd.IntN(2) == 0 {
		way, check = pay.WeChat, pay.Pending
	}
	settled := j.add(order.SettledKind.Draft(order.Settled{Number: number, Payments: []pay.Payment{{Way: way, Amount: bill.Total, Check: check}},
		Total: bill.Total, Portions: bill.Portions}), fact.SourceScreen, false, 1)
	j.add(shift.DrawerKind.Draft(shift.DrawerOpened{Reason: shift.CashSale, Order: j.orders}), fact.SourceScreen, false, 2)
	j.at += 900 + int64(j.rnd.IntN(600))
	j.add(order.PrintedKind.Draft(order.Printed{Job: order.Job{Epoch: j.epoch, Seq: placed.Seq, Slip: order.Kitchen(1)}, Outcome: order.Proven}),
		fact.SourceSystem, false, 0)
	j.at += 500 + int64(j.rnd.IntN(600))
	j.add(order.PrintedKind.Draft(order.Printed{Job: order.Job{Epoch: j.epoch, Seq: settled.Seq, Slip: order.ReceiptSlip}, Outcome: order.Proven}),
		fact.SourceSystem, false, 0)
}
