package till

import (
	"context"
	"errors"
	"testing"
	"time"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/faultfs"
	"wendan/store/journal"
	"wendan/store/order"
	"wendan/store/pay"
)

// tillOn makes a till with an open day on a file system in memory.
func tillOn(t *testing.T, wrap func(*faultfs.Mem) journal.FS, clock Clock) (*Till, *faultfs.Mem) {
	t.Helper()
	disk := faultfs.NewMem()
	disk.MkdirAll("/till")
	ti, err := Create(Config{Dir: "/till", FS: wrap(disk), Clock: clock, Journal: journal.Options{WitnessEvery: -1, Step: 1 << 14}}, setup())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ti.Close() })
	b := &bench{Till: ti}
	b.open(t)
	return ti, disk
}

func sale(ti *Till) act.Act {
	return act.Act{Key: ti.NewKey(), By: screen, Intent: order.Place{Cart: cart(chicken(1)), Tender: []pay.Tender{{Way: pay.Cash, Given: 5000}}}}
}

func orders(ti *Till) (n uint64) {
	ti.View(func(s *State) { n = s.Orders })
	return n
}

func TestFullDiskIsToldBeforeAnythingBreaksAndSellsAgainWithoutRestart(t *testing.T) {
	ti, disk := tillOn(t, func(m *faultfs.Mem) journal.FS { return m }, newHandClock())
	disk.SetLimit(64 << 10)
	sold := uint64(0)
	for ; ; sold++ {
		if sold > 10_000 {
			t.Fatal("the disk never filled")
		}
		_, err := ti.Do(context.Background(), sale(ti))
		if errors.Is(err, journal.ErrDiskFull) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if sold < 10 || orders(ti) != sold {
		t.Fatalf("%d sales answered, %d orders", sold, orders(ti))
	}
	disk.SetLimit(0)
	if err := ti.Journal().Maintain(); err != nil {
		t.Fatal(err)
	}
	got, err := ti.Do(context.Background(), sale(ti))
	if err != nil || got.Order.N != sold+1 {
		t.Fatalf("after space was made: %+v, %v", got, err)
	}
}

// fastClock lets 100 times as much time pass as really does, so that patience ends soon.
type fastClock struct{ *handClock }

func (fastClock) Passed() time.Duration { return 100 * time.Since(started) }

func TestDiskThatGoesAwayIsToldAndEverySaleIsSettledOnceWhenItComesBack(t *testing.T) {
	var disk *faultfs.FS
	ti, _ := tillOn(t, func(m *faultfs.Mem) journal.FS {
		var err error
		if disk, err = faultfs.New(m, "/till"); err != nil {
			t.Fatal(err)
		}
		return disk
	}, fastClock{newHandClock()})
	earlier, first := sale(ti), sale(ti)
	if _, err := ti.Do(context.Background(), earlier); err != nil {
		t.Fatal(err)
	}
	disk.FailAt(1, faultfs.SyncKept, true)
	_, err := ti.Do(context.Background(), first)
	if !errors.Is(err, ErrUnknown) {
		t.Fatalf("a sale while the disk is gone: %v", err)
	}
	if _, err := ti.Do(context.Background(), sale(ti)); !errors.Is(err, ErrStorage) {
		t.Fatalf("the next sale: %v", err)
	}
	if _, err := ti.Do(context.Background(), first); !errors.Is(err, ErrUnknown) {
		t.Fatalf("the first sale, asked again while nobody can know: %v", err)
	}
	if got, err := ti.Do(context.Background(), earlier); err != nil || !got.Again || got.Order.N != 1 {
		t.Fatalf("a sale that was saved before: %+v, %v", got, err)
	}
	disk.FailAt(0, faultfs.EIO, false)
	var got act.Answer
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if got, err = ti.Do(context.Background(), first); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("selling never came back: %v", err)
		}
	}
	count := 0
	if err := ti.Journal().Iterate(context.Background(), 0, func(f *fact.Fact) error {
		if f.Key == first.Key {
			count++
		}
		return nil
	}); err != nil || count != 1 || got.Order.N != 2 {
		t.Fatalf("the sale stands %d times, %+v, %v", count, got, err)
	}
}
