package journal

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"wendan/store/fact"
	"wendan/store/faultfs"
)

// BenchmarkAppend1KiB alternates one group of one fact of 1 KiB with the limit on the same disk: write and fdatasync of as
// many bytes to a plain file filled with zeros before. It reports medians and their ratio.
func BenchmarkAppend1KiB(b *testing.B) {
	dir := onDisk(b)
	id := newTestIdentity(b)
	m := &maker{id.Start()}
	j, err := Create(OS{}, filepath.Join(dir, "data"), id, m.group(1, 10), testTime, Options{})
	must(b, err)
	f, err := OS{}.Create(filepath.Join(dir, "plain"), 0o600)
	must(b, err)
	zeros := make([]byte, 1<<20)
	frame := make([]byte, groupSize(m.group(1, 1024)))
	for i := range frame {
		frame[i] = byte(i) | 1
	}
	m.head = j.Head()
	var ours, limit []time.Duration
	var end, alloc int64
	for b.Loop() {
		if end+int64(len(frame)) > alloc {
			_, err := f.WriteAt(zeros, alloc)
			must(b, err)
			must(b, f.Sync())
			alloc += int64(len(zeros))
		}
		g := m.group(1, 1024)
		t := time.Now()
		must(b, j.Append(g))
		ours = append(ours, time.Since(t))
		must(b, j.Maintain())
		t = time.Now()
		_, err := f.WriteAt(frame, end)
		must(b, err)
		must(b, f.Sync())
		limit = append(limit, time.Since(t))
		end += int64(len(frame))
	}
	us := func(all []time.Duration, q int) float64 {
		slices.Sort(all)
		return float64(all[len(all)*q/100].Microseconds())
	}
	b.ReportMetric(us(ours, 50), "journal-µs")
	b.ReportMetric(us(limit, 50), "limit-µs")
	b.ReportMetric(us(ours, 99), "journal-p99-µs")
	b.ReportMetric(us(limit, 99), "limit-p99-µs")
	b.ReportMetric(us(limit, 50)/us(ours, 50), "of-limit")
	must(b, j.Close())
	must(b, f.Close())
}

// BenchmarkGrouped64 is what 64 writers reach when everything that queued up during a sync goes into the next group.
func BenchmarkGrouped64(b *testing.B) {
	dir := onDisk(b)
	id := newTestIdentity(b)
	m := &maker{id.Start()}
	j, err := Create(OS{}, filepath.Join(dir, "data"), id, m.group(1, 10), testTime, Options{})
	must(b, err)
	queue := make(chan chan error, 64)
	var wg, writers sync.WaitGroup
	wg.Go(func() {
		for first := range queue {
			waiting := []chan error{first}
			for more := true; more && len(waiting) < 64; {
				select {
				case c, ok := <-queue:
					if more = ok; ok {
						waiting = append(waiting, c)
					}
				default:
					more = false
				}
			}
			err := j.Append(m.group(len(waiting), 1024))
			for _, c := range waiting {
				c <- err
			}
			if err := j.Maintain(); err != nil {
				b.Error(err)
			}
		}
	})
	b.ResetTimer()
	for w := range 64 {
		writers.Go(func() {
			answer := make(chan error, 1)
			for i := w; i < b.N; i += 64 {
				queue <- answer
				if err := <-answer; err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "facts/s")
	close(queue)
	wg.Wait()
	must(b, j.Close())
}

// BenchmarkOpen opens a store whose open day holds 20,000 facts of 500 bytes, after a kill (rewritten) and after a close.
func BenchmarkOpen(b *testing.B) {
	for name, kill := range map[string]bool{"closed": false, "killed": true} {
		b.Run(name, func(b *testing.B) {
			dir := filepath.Join(onDisk(b), "data")
			id := newTestIdentity(b)
			m := &maker{id.Start()}
			j, err := Create(OS{}, dir, id, m.group(1, 10), testTime, Options{})
			must(b, err)
			for range 200 {
				must(b, j.Append(m.group(100, 500)))
			}
			for b.Loop() {
				b.StopTimer()
				if kill {
					j.side.halt()
					must(b, j.file.Close())
					must(b, j.lock.Close())
				} else {
					must(b, j.Close())
				}
				b.StartTimer()
				j, _, err = Open(OS{}, dir, Options{})
				must(b, err)
			}
			must(b, j.Close())
			if _, err := os.Stat(dir); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkReadAfter reads 500 newest facts from memory.
func BenchmarkReadAfter(b *testing.B) {
	id := newTestIdentity(b)
	m := &maker{id.Start()}
	j, err := Create(OS{}, b.TempDir(), id, m.group(8000, 300), testTime, Options{})
	must(b, err)
	var facts []fact.Fact
	for b.Loop() {
		facts, err = j.ReadAfter(b.Context(), 7500, 500)
		must(b, err)
	}
	if len(facts) != 500 {
		b.Fatal(len(facts))
	}
	must(b, j.Close())
}

// BenchmarkOpenAfterTwoYears checks the heads of 730 sealed and packed days.
func BenchmarkOpenAfterTwoYears(b *testing.B) {
	mem := faultfs.NewMem()
	id := newTestIdentity(b)
	m := &maker{id.Start()}
	j, err := Create(mem, dataDir, id, m.group(1, 10), testTime, small)
	must(b, err)
	for range 730 {
		must(b, j.Roll(m.group(1, 100)))
	}
	must(b, j.Compress(b.Context(), nil))
	for b.Loop() {
		must(b, j.Close())
		j, _, err = Open(mem, dataDir, small)
		must(b, err)
	}
	must(b, j.Close())
}
