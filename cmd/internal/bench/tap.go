package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// taps runs BenchmarkTap of this package, which needs the test driver of the screen's toolkit, and reads what it reports.
func taps(ctx context.Context, b *bench) ([]Row, error) {
	n := b.scaled(10_000)
	var medians, tails []float64
	lost, growth := 0.0, 0.0
	for range min(3, b.rounds()) {
		out, err := goCommand(ctx, "test", "-run", "^$", "-bench", "^BenchmarkTap$", "-benchtime", strconv.Itoa(n)+"x", "wendan/cmd/internal/bench").CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("tap: %w\n%s", err, out)
		}
		m, err := metrics(string(out), "BenchmarkTap")
		if err != nil {
			return nil, err
		}
		medians, tails = append(medians, m["ms/median"]), append(tails, m["ms/p99"])
		lost, growth = max(lost, math.Abs(m["portions"]-float64(n))), max(growth, m["MB/growth"])
	}
	return []Row{
		atMost("taps_lost_or_doubled", lost, fmt.Sprintf("of %d taps", n), 0, "a finger on the tiles, portions counted in the orders that reach the till"),
		atMost("tap_to_widgets", middle(medians), "ms", 1, "median; p99 %.2f ms; view-model and all widgets, test driver", middle(tails)),
		atMost("tap_heap_growth", growth, "MB", 1, "from the first thousand taps to the last; 1 MB allowed for what the collector leaves"),
	}, nil
}

// metrics reads a line of go test -bench: value and unit in turn behind the name and the count.
func metrics(out, name string) (map[string]float64, error) {
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		if len(f) < 4 || !strings.HasPrefix(f[0], name) {
			continue
		}
		m := map[string]float64{}
		for i := 2; i+1 < len(f); i += 2 {
			v, err := strconv.ParseFloat(f[i], 64)
			if err != nil {
				return nil, fmt.Errorf("read %q: %w", line, err)
			}
			m[f[i+1]] = v
		}
		for _, unit := range []string{"ms/median", "ms/p99", "portions", "MB/growth"} {
			if _, ok := m[unit]; !ok {
				return nil, fmt.Errorf("read %q: no %s", line, unit)
			}
		}
		return m, nil
	}
	return nil, errors.New("no line of " + name + " in the output of go test")
}
