package till

import (
	"context"
	"testing"

	"wendan/store/act"
	"wendan/store/faultfs"
	"wendan/store/journal"
	"wendan/store/order"
	"wendan/store/pay"
)

// BenchmarkDo is the cost of one sale from act to answer on a file system in memory, so without any disk.
func BenchmarkDo(b *testing.B) {
	disk := faultfs.NewMem()
	disk.MkdirAll("/till")
	ti, err := Create(Config{Dir: "/till", FS: disk, Clock: newHandClock(), Journal: journal.Options{WitnessEvery: -1}}, setup())
	if err != nil {
		b.Fatal(err)
	}
	defer ti.Close()
	open := &bench{Till: ti}
	open.openDay(b)
	items := []order.Item{chicken(2), {Dish: 102, Qty: 1, Methods: []uint16{2, 3}, Note: "少油少盐"}, {Dish: 103, Size: 1, Qty: 2}}
	for b.Loop() {
		a := act.Act{Key: ti.NewKey(), By: screen, Intent: order.Place{Cart: cart(items...), Tender: []pay.Tender{{Way: pay.Cash, Given: 20000}}}}
		if _, err := ti.Do(context.Background(), a); err != nil {
			b.Fatal(err)
		}
	}
}
