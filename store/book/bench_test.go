package book

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"wendan/store/book/booktest"
	"wendan/store/fact"
)

// The large book of the ratios has WENDAN_BOOK_ORDERS orders (50,000 when it is not set; the
// bound speaks of 1,000,000), the small one 10,000. Both sell 3,000 orders a day.
const (
	perDay = 3000
	small  = 10_000
)

func large(b *testing.B) int {
	s := os.Getenv("WENDAN_BOOK_ORDERS")
	if s == "" {
		return 50_000
	}
	n, err := strconv.Atoi(s)
	must(b, err)
	return n
}

// stream sells so many orders and hands their facts on as they are made.
func stream(s *booktest.Shop, orders int) Facts {
	return func(_ context.Context, _ uint64, fn func(*fact.Fact) error) error {
		for sold := 0; sold < orders; {
			if sold%perDay == 0 {
				if sold > 0 {
					s.Close()
				}
				s.Open()
			}
			s.Sell()
			sold++
			facts := s.Take()
			for i := range facts {
				if err := fn(&facts[i]); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// grown is a book with so many orders whose last 10,000 facts are not booked yet, and the
// shop that goes on selling.
func grown(b *testing.B, orders int) (*Book, *booktest.Shop) {
	b.Helper()
	s := booktest.New(99)
	opt := mine
	opt.Booked = fact.Head{Epoch: 1, Seq: uint64(max(0, orders*4-10_000))}
	book, err := Rebuild(ctx, newPath(b), opt, stream(s, orders), nil)
	must(b, err)
	b.Cleanup(func() { _ = book.Close() })
	return book, s
}

// sixtyFour sells 64 orders.
func sixtyFour(s *booktest.Shop) []fact.Fact {
	for range 64 {
		s.Sell()
	}
	return s.Take()
}

// BenchmarkApply64 alternates batches of 64 orders between a small and a large book and
// reports the median of each and their ratio.
func BenchmarkApply64(b *testing.B) {
	few, fewShop := grown(b, small)
	many, manyShop := grown(b, large(b))
	var fast, slow []time.Duration
	b.ResetTimer()
	for range max(b.N, 30) {
		fast = append(fast, timed(b, few, sixtyFour(fewShop)))
		slow = append(slow, timed(b, many, sixtyFour(manyShop)))
	}
	b.ReportMetric(median(fast).Seconds()*1e3, "ms/small")
	b.ReportMetric(median(slow).Seconds()*1e3, "ms/large")
	b.ReportMetric(median(slow).Seconds()/median(fast).Seconds(), "ratio")
	s, err := many.Stats()
	must(b, err)
	b.ReportMetric(float64(s.Bytes)/float64(s.Orders), "B/order")
}

func timed(b *testing.B, book *Book, facts []fact.Fact) time.Duration {
	start := time.Now()
	must(b, book.Apply(facts))
	return time.Since(start)
}

func median(d []time.Duration) time.Duration {
	for i := range d { // small slices: insertion keeps this free of imports
		for j := i; j > 0 && d[j] < d[j-1]; j-- {
			d[j], d[j-1] = d[j-1], d[j]
		}
	}
	return d[len(d)/2]
}

// BenchmarkOpen opens a small and a large book in turn.
func BenchmarkOpen(b *testing.B) {
	paths := []string{}
	for _, n := range []int{small, large(b)} {
		book, _ := grown(b, n)
		paths = append(paths, book.Path())
		must(b, book.Close())
	}
	var spent [2][]time.Duration
	b.ResetTimer()
	for range max(b.N, 30) {
		for i, path := range paths {
			start := time.Now()
			book, err := Open(path, mine)
			must(b, err)
			spent[i] = append(spent[i], time.Since(start))
			must(b, book.Close())
		}
	}
	b.ReportMetric(median(spent[0]).Seconds()*1e3, "ms/small")
	b.ReportMetric(median(spent[1]).Seconds()*1e3, "ms/large")
	b.ReportMetric(median(spent[1]).Seconds()/median(spent[0]).Seconds(), "ratio")
}

// BenchmarkTotals reads the Z figures of the newest day of a small and a large book.
func BenchmarkTotals(b *testing.B) {
	for name, n := range map[string]int{"small": small, "large": large(b)} {
		b.Run(name, func(b *testing.B) {
			book, s := grown(b, n)
			b.ResetTimer()
			for range b.N {
				t, err := book.Totals(s.Day)
				must(b, err)
				if t.Placed.Orders == 0 {
					b.Fatal("no totals")
				}
			}
		})
	}
}

// BenchmarkRebuild makes a book of facts that lie in memory, nothing booked elsewhere, and then
// the same with all but the newest booked.
func BenchmarkRebuild(b *testing.B) {
	facts := booktest.Days(98, max(1, large(b)/perDay/2), perDay)
	for name, booked := range map[string]uint64{"all copied": 0, "booked": uint64(len(facts) - 1000)} {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			opt := mine
			opt.Booked = fact.Head{Epoch: 1, Seq: booked}
			b.ResetTimer()
			for range b.N {
				book, err := Rebuild(ctx, filepath.Join(dir, "book.db"), opt, tape(facts).Each, nil)
				must(b, err)
				must(b, book.Close())
			}
			b.ReportMetric(float64(len(facts))*float64(b.N)/b.Elapsed().Seconds(), "facts/s")
		})
	}
}
