package cashier_test

import (
	"strings"
	"testing"
	"time"

	"wendan/store/fault"
	"wendan/store/menu"
	"wendan/store/order"
	"wendan/ui/cashier"
	"wendan/ui/cashier/cashiertest"
)

// noon is the time of the tests' clock at the start, UTC milliseconds.
const noon = 1_795_320_000_000

// till is a model over a register in memory whose other goroutines and timers run when the test says so.
type till struct {
	*cashier.Model
	reg    *cashiertest.Register
	queue  []func()
	timers []*timer
	now    time.Time
	parts  cashier.Part
}

type timer struct {
	at   time.Time
	f    func()
	dead bool
}

func (b *till) loop() cashier.Loop {
	return cashier.Loop{
		Go:   func(f func()) { b.queue = append(b.queue, f) },
		Post: func(f func()) { b.queue = append(b.queue, f) },
		After: func(d time.Duration, f func()) func() {
			t := &timer{at: b.now.Add(d), f: f}
			b.timers = append(b.timers, t)
			return func() { t.dead = true }
		},
		Now: func() time.Time { return b.now },
	}
}

// settle runs everything that waits for another goroutine.
func (b *till) settle() {
	for len(b.queue) > 0 {
		f := b.queue[0]
		b.queue = b.queue[1:]
		f()
	}
}

// pass lets time go by, firing timers in order.
func (b *till) pass(d time.Duration) {
	b.settle()
	end := b.now.Add(d)
	for {
		var next *timer
		for _, t := range b.timers {
			if !t.dead && !t.at.After(end) && (next == nil || t.at.Before(next.at)) {
				next = t
			}
		}
		if next == nil {
			break
		}
		b.now, next.dead = next.at, true
		next.f()
		b.settle()
	}
	b.now = end
}

// follow takes in the register's state, as Watch would.
func (b *till) follow() { b.Take(b.reg.Look(), b.reg.Status()) }

func closed(t testing.TB, edit func(*cashiertest.Register)) *till {
	t.Helper()
	b := &till{reg: cashiertest.New(menu.Demo(), noon), now: time.UnixMilli(noon).UTC()}
	if edit != nil {
		edit(b.reg)
	}
	b.Model = cashier.NewModel(b.reg.Doors(), b.loop())
	b.OnChange = func(p cashier.Part) { b.parts |= p }
	return b
}

// open is a till with the cashier signed in.
func open(t testing.TB, edit func(*cashiertest.Register)) *till {
	t.Helper()
	b := closed(t, edit)
	b.ChoosePerson(b.People()[0])
	b.SignIn("1234")
	b.settle()
	b.follow()
	if b.Me() == nil {
		t.Fatal("the cashier could not sign in")
	}
	return b
}

// Dishes of the demo menu used by the tests.
const (
	pork   = 101 // 稳单红烧肉 58.00, nothing to choose
	fish   = 102 // 剁椒鱼头: sizes and a required method
	kung   = 103 // 宫保鸡丁: a required method
	shreds = 203 // plain
)

func (b *till) said(t *testing.T, want string) {
	t.Helper()
	if got := b.Toast().Text; !strings.Contains(got, want) {
		t.Errorf("the screen said %q, want %q in it", got, want)
	}
}

func (b *till) saidFault(t *testing.T, f *fault.Error) {
	t.Helper()
	b.said(t, f.Text(b.Lang()))
}

// qty sums up the portions of the current order.
func (b *till) qty() int32 { return b.Bill().Portions }

func (b *till) places() []order.Place {
	var out []order.Place
	for _, a := range b.reg.Calls("order.place") {
		out = append(out, a.Intent.(order.Place))
	}
	return out
}
