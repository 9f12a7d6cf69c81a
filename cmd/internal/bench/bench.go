// Package bench measures Wendan against its promises of speed and memory, on this machine, with everything real:
// files on a disk, bbolt, sockets, the embedded message server, the register's own window. A ratio is always
// measured alternating in one run, so that a noisy machine slows both sides.
package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Options of a run. Zero values measure everything at full length.
type Options struct {
	Only   []string      // rows or sections to measure: all whose name begins with one of these
	Short  bool          // small data and few rounds: to try the measurement, not to judge by
	Pace   time.Duration // how long to sell at 50 orders a second; 0 means one minute
	Folder string        // on a real disk, kept between runs: holds the large register; "" means build/bench-data
	Log    io.Writer     // progress and the table; nil discards them
}

// Row is one figure against its bound. Rows that are only reported have bound 0 and hold.
type Row struct {
	Name     string  `json:"name"`
	Measured float64 `json:"measured"`
	Unit     string  `json:"unit"`
	Bound    float64 `json:"bound"`
	Holds    bool    `json:"holds"`

	sign string // how measured must stand to bound
	note string // what else the table says
}

// atMost is a row whose figure may not exceed bound.
func atMost(name string, measured float64, unit string, bound float64, note string, args ...any) Row {
	return Row{name, measured, unit, bound, measured <= bound, "<=", fmt.Sprintf(note, args...)}
}

// atLeast is a row whose figure must reach bound.
func atLeast(name string, measured float64, unit string, bound float64, note string, args ...any) Row {
	return Row{name, measured, unit, bound, measured >= bound, ">=", fmt.Sprintf(note, args...)}
}

// told is a row without a bound.
func told(name string, measured float64, unit, note string, args ...any) Row {
	return Row{name, measured, unit, 0, true, "", fmt.Sprintf(note, args...)}
}

// section measures some rows together.
type section struct {
	name string
	rows []string // the rows it owes
	run  func(context.Context, *bench) ([]Row, error)
}

var sections = []section{
	{"commit", []string{"commit_vs_plain_file", "commit_vs_sqlite"}, commits},
	{"group", []string{"group_64_vs_append_log", "group_64_vs_sqlite"}, groups},
	{"pace", []string{"till_waits_for_book"}, pace},
	{"crowd", []string{"callers_1000_lost_or_doubled", "cashier_lane_p99"}, crowd},
	{"growth", []string{"till_do_large_vs_small", "book_apply_64_large_vs_small", "open_large_vs_small", "z_total_large_vs_small", "book_rebuild"}, growth},
	{"slip", []string{"receipt_30_lines_encode"}, slip},
	{"tap", []string{"taps_lost_or_doubled", "tap_to_widgets", "tap_heap_growth"}, taps},
	{"drain", []string{"backlog_accepted", "backlog_booked", "sale_on_the_wire"}, drain},
	{"link", []string{"saved_on_bad_link_vs_no_network", "bad_link_backlog_left"}, link},
	{"window", []string{"idle_cpu", "idle_rss", "start_to_first_frame"}, window},
}

// bench is one run.
type bench struct {
	Options
	work string // emptied before and after
}

// rounds is how many alternated rounds a median is taken of.
func (b *bench) rounds() int {
	if b.Short {
		return 3
	}
	return 7
}

// scaled is n, or a tenth of it in a short run.
func (b *bench) scaled(n int) int {
	if b.Short {
		return max(1, n/10)
	}
	return n
}

func (b *bench) logf(format string, args ...any) { fmt.Fprintf(b.Log, format+"\n", args...) }

// dir makes an empty folder for one measurement.
func (b *bench) dir(name string) (string, error) {
	d := filepath.Join(b.work, name)
	if err := os.RemoveAll(d); err != nil {
		return "", err
	}
	return d, os.MkdirAll(d, 0o700)
}

// Run measures and returns the rows in a fixed order. The error says what could not be measured; the rows of
// such a section are there all the same and do not hold. A bound that does not hold is no error.
func Run(ctx context.Context, o Options) ([]Row, error) {
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Folder == "" {
		o.Folder = filepath.Join("build", "bench-data")
	}
	if o.Pace == 0 {
		o.Pace = time.Minute
	}
	b := &bench{Options: o, work: filepath.Join(o.Folder, "work")}
	if err := os.RemoveAll(b.work); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(b.work, 0o700); err != nil {
		return nil, err
	}
	defer os.RemoveAll(b.work)
	if err := realDisk(b.work); err != nil {
		return nil, err
	}
	var rows []Row
	var failed []error
	for _, s := range sections {
		if !b.wanted(s) || ctx.Err() != nil {
			continue
		}
		began := time.Now()
		b.logf("== %s", s.name)
		got, err := s.run(ctx, b)
		if err != nil {
			failed = append(failed, fmt.Errorf("measure %s: %w", s.name, err))
			b.logf("   %v", err)
		}
		got = s.complete(got, err)
		rows = append(rows, got...)
		b.logf("%s   %.0f s", table(got), time.Since(began).Seconds())
	}
	return rows, errors.Join(append(failed, ctx.Err())...)
}

func (b *bench) wanted(s section) bool {
	return len(b.Only) == 0 || slices.ContainsFunc(append([]string{s.name}, s.rows...), func(name string) bool {
		return slices.ContainsFunc(b.Only, func(o string) bool { return strings.HasPrefix(name, o) })
	})
}

// complete adds the rows that s owes and did not measure: they do not hold.
func (s section) complete(got []Row, err error) []Row {
	for _, name := range s.rows {
		if !slices.ContainsFunc(got, func(r Row) bool { return r.Name == name }) {
			got = append(got, Row{Name: name, Unit: "not measured", note: fmt.Sprint(err)})
		}
	}
	return got
}

// table sets rows out in columns for people.
func table(rows []Row) string {
	var s strings.Builder
	for _, r := range rows {
		verdict, bound := "  ", ""
		if r.sign != "" {
			verdict, bound = "ok", fmt.Sprintf("%s %s", r.sign, figure(r.Bound))
		}
		if !r.Holds {
			verdict = "NO"
		}
		fmt.Fprintf(&s, "%s  %-34s %12s %-9s %-26s %s\n", verdict, r.Name, figure(r.Measured), bound, r.Unit, r.note)
	}
	return s.String()
}

func figure(v float64) string {
	switch {
	case v == float64(int64(v)) && v < 1e15:
		return fmt.Sprintf("%d", int64(v))
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// Table is all rows in columns, with a last line that counts what does not hold.
func Table(rows []Row) string {
	bad := 0
	for _, r := range rows {
		if !r.Holds {
			bad++
		}
	}
	return table(rows) + fmt.Sprintf("%d rows, %d do not hold\n", len(rows), bad)
}

// Write keeps the rows as an array in a JSON file.
func Write(path string, rows []Row) error {
	j, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(j, '\n'), 0o644)
}
