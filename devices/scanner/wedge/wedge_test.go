package wedge

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// keys types s with the given gap and returns the codes found.
func keys(d *Detector, start time.Time, s string, gap time.Duration) (codes []string, end time.Time) {
	for _, r := range s {
		if c := d.Key(r, start).Code; c != "" {
			codes = append(codes, c)
		}
		start = start.Add(gap)
	}
	return codes, start
}

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func TestFastKeysWithAnEndAreAScan(t *testing.T) {
	var d Detector
	for _, end := range []string{"\r", "\n", "\t"} {
		if codes, _ := keys(&d, noon, "6901234567892"+end, 5*time.Millisecond); len(codes) != 1 || codes[0] != "6901234567892" {
			t.Fatalf("%q: %q", end, codes)
		}
	}
	codes, _ := keys(&d, noon, "6901234567892\r6907654321098\r", 10*time.Millisecond)
	if strings.Join(codes, ",") != "6901234567892,6907654321098" {
		t.Fatalf("%q", codes)
	}
}

func TestTypingAndShortTextAreNoScan(t *testing.T) {
	var d Detector
	if codes, _ := keys(&d, noon, "hello world\r", 35*time.Millisecond); codes != nil {
		t.Fatalf("a person typing was taken for a scanner: %q", codes)
	}
	if codes, _ := keys(&d, noon, "12345\r", 2*time.Millisecond); codes != nil {
		t.Fatalf("too short: %q", codes)
	}
	if codes, _ := keys(&d, noon, strings.Repeat("9", 600)+"\r", time.Millisecond); codes != nil {
		t.Fatal("too long was passed")
	}
	if codes, _ := keys(&d, noon, "123\x1b456789\r", time.Millisecond); len(codes) != 1 || codes[0] != "456789" {
		t.Fatalf("a control character did not begin anew: %q", codes)
	}
}

func TestAScanAfterTypingHoldsOnlyTheScan(t *testing.T) {
	var d Detector
	_, at := keys(&d, noon, "ab", 200*time.Millisecond)
	if codes, _ := keys(&d, at, "6901234567892\r", 5*time.Millisecond); len(codes) != 1 || codes[0] != "6901234567892" {
		t.Fatalf("%q", codes)
	}
}

func TestTimeThatRunsBackBeginsAnew(t *testing.T) {
	var d Detector
	keys(&d, noon, "123456", time.Millisecond)
	if codes, _ := keys(&d, noon.Add(-time.Hour), "\r", 0); codes != nil {
		t.Fatalf("%q", codes)
	}
}

func TestPendingOnlyWhileAScanMayRun(t *testing.T) {
	var d Detector
	_, at := keys(&d, noon, "6901", 5*time.Millisecond)
	if !d.Pending(at) || d.Pending(at.Add(time.Second)) {
		t.Fatal("pending is wrong")
	}
}

func TestScansAreFoundByAverageGapExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d Detector
		s := rapid.StringMatching(`[0-9A-Za-z]{4,40}`).Draw(t, "code")
		at, total := noon, time.Duration(0)
		for i, r := range s {
			if i > 0 {
				gap := time.Duration(rapid.IntRange(0, 100).Draw(t, "gap")) * time.Millisecond
				at, total = at.Add(gap), total+gap
			}
			d.Key(r, at)
		}
		want := len(s) >= 6 && total < time.Duration(len(s))*30*time.Millisecond
		if got := d.Key('\r', at).Code == s; got != want {
			t.Fatalf("%q in %v: %v", s, total, got)
		}
	})
}

func FuzzDetectorPassesNoControlCharacter(f *testing.F) {
	f.Add("6901234567892\r\t\x00abc", uint8(5))
	f.Fuzz(func(t *testing.T, s string, gap uint8) {
		var d Detector
		codes, _ := keys(&d, noon, s, time.Duration(gap)*time.Millisecond)
		for _, c := range codes {
			if len(c) < 6 || strings.ContainsFunc(c, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
				t.Fatalf("%q", c)
			}
		}
	})
}
