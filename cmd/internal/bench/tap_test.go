package bench

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/ui/cashier"
	"wendan/ui/cashier/cashiertest"
	"wendan/ui/kit/kittest"
	"wendan/ui/theme"
)

// tilesFrom and tileStep are where dishes stand on the selling page of 1366x768.
const (
	tilesFromX, tilesFromY = 230, 100
	tileStepX, tileStepY   = 158, 104
)

// BenchmarkTap taps dishes as a finger does, on the whole cashier's screen in the test driver: b.N taps, an order paid
// after every fifty. It reports the median and the 99th percentile of a tap until the view-model and every widget are
// updated, the portions that came out for the taps that went in, and by how much the heap grew from the first
// thousand taps to the last. Run it with -benchtime 10000x.
func BenchmarkTap(b *testing.B) {
	r := cashiertest.New(menu.Demo(), 1_795_305_600_000)
	posts := make(chan func(), 64)
	m := cashier.NewModel(r.Doors(), cashier.Loop{
		Go:    func(f func()) { f() },
		Post:  func(f func()) { posts <- f },
		After: func(time.Duration, func()) func() { return func() {} },
		Now:   func() time.Time { return time.UnixMilli(1_795_305_600_000) },
	})
	s := cashier.Over(m)
	w := kittest.Window(b, theme.NewLook(false, 1, false), s.Content(), 1366, 768)
	s.Attach(w)
	settle := func() {
		for len(posts) > 0 {
			(<-posts)()
		}
	}
	m.ChoosePerson(m.People()[0])
	m.SignIn("1234")
	settle()
	spots := plainTiles(b, m, kittest.On(w.Canvas()))
	finger := kittest.On(w.Canvas())
	portions := 0
	count := func() { // takes what came out and empties the register, whose own lists are not the screen's memory
		r.Edit(func(r *cashiertest.Register) {
			for _, a := range r.Acts {
				if p, ok := a.Intent.(order.Place); ok {
					for _, it := range p.Cart.Items {
						portions += int(it.Qty)
					}
				}
			}
			r.Acts, r.Saved, r.Rows, r.Beeps = nil, nil, nil, nil
		})
	}
	spent := make([]time.Duration, 0, b.N)
	var early, late runtime.MemStats
	b.ResetTimer()
	for i := range b.N {
		at := spots[i%len(spots)]
		began := time.Now()
		finger.Tap(at[0], at[1])
		spent = append(spent, time.Since(began))
		settle()
		if (i+1)%50 == 0 || i+1 == b.N {
			m.StartPay()
			m.TakeCash(money.Amount(10_000_000))
			settle()
			count()
		}
		if i+1 == min(1000, b.N) {
			runtime.GC()
			runtime.ReadMemStats(&early)
		}
	}
	b.StopTimer()
	runtime.GC()
	runtime.ReadMemStats(&late)
	runtime.KeepAlive(s)
	slices.Sort(spent)
	b.ReportMetric(float64(spent[len(spent)/2].Nanoseconds())/1e6, "ms/median")
	b.ReportMetric(float64(spent[len(spent)*99/100].Nanoseconds())/1e6, "ms/p99")
	b.ReportMetric(float64(portions), "portions")
	b.ReportMetric((float64(late.HeapAlloc)-float64(early.HeapAlloc))/(1<<20), "MB/growth")
}

// plain reports whether a tap on the i-th tile goes straight into the order.
func plain(m *cashier.Model, i int) bool {
	d := m.Dish(i).Dish
	return len(d.Groups) == 0 && len(d.Sizes) == 0 && !d.Off
}

// plainTiles turns to the category with the most dishes that go straight into the order, and finds their tiles.
func plainTiles(b *testing.B, m *cashier.Model, f *kittest.Finger) (spots [][2]float32) {
	b.Helper()
	best, most := 0, 0
	for c := range m.Categories() {
		m.Choose(c)
		n := 0
		for i := range min(25, m.Dishes()) {
			if plain(m, i) {
				n++
			}
		}
		if n > most {
			best, most = c, n
		}
	}
	m.Choose(best)
	for i := range min(25, m.Dishes()) {
		if !plain(m, i) {
			continue
		}
		at := [2]float32{float32(tilesFromX + i%5*tileStepX), float32(tilesFromY + i/5*tileStepY)}
		before := m.Bill().Portions
		if f.Tap(at[0], at[1]); m.Bill().Portions != before+1 {
			b.Fatalf("a tap at %v does not ring up %s", at, m.Dish(i).Name)
		}
		spots = append(spots, at)
	}
	m.Clear()
	if len(spots) < 4 || m.Bill().Portions != 0 {
		b.Fatalf("only %d dishes go straight into the order, or it cannot be cleared", len(spots))
	}
	return spots
}
