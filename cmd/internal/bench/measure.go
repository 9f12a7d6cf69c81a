package bench

import (
	"runtime"
	"slices"
	"time"
)

// timed is how long f takes.
func timed(f func() error) (time.Duration, error) {
	began := time.Now()
	err := f()
	return time.Since(began), err
}

// quantile is the value below which so many thousandths of d lie. It sorts d.
func quantile(d []time.Duration, thousandths int) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[min(len(d)-1, len(d)*thousandths/1000)]
}

func median(d []time.Duration) time.Duration { return quantile(d, 500) }

// middle is the median of figures. It sorts them.
func middle(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return v[len(v)/2]
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(max(b, 1)) }

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// alternate runs the ways in turn, n times each, beginning with another one every time, and returns how long each
// took. Work between the timed parts belongs into the ways' own closures before they return.
func alternate(n int, ways ...func() (time.Duration, error)) ([][]time.Duration, error) {
	out := make([][]time.Duration, len(ways))
	for i := range n {
		for k := range ways {
			w := (i + k) % len(ways)
			d, err := ways[w]()
			if err != nil {
				return nil, err
			}
			out[w] = append(out[w], d)
		}
	}
	return out, nil
}

// rounds alternates the ways in several rounds and returns every round's medians, and all samples.
func rounds(count, n int, ways ...func() (time.Duration, error)) (medians, all [][]time.Duration, err error) {
	medians, all = make([][]time.Duration, len(ways)), make([][]time.Duration, len(ways))
	for range count {
		runtime.GC()
		got, err := alternate(n, ways...)
		if err != nil {
			return nil, nil, err
		}
		for i, d := range got {
			all[i] = append(all[i], d...)
			medians[i] = append(medians[i], median(d))
		}
	}
	return medians, all, nil
}

// ratios divides two rows of medians round by round and returns the middle one.
func ratios(a, b []time.Duration) float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = ratio(a[i], b[i])
	}
	return middle(out)
}
