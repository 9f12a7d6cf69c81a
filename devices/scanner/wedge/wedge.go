// Package wedge finds scans of a keyboard-wedge scanner among ordinary key events, for
// screens that cannot take the scanner for themselves. It is pure.
//
// A scanner types a character in a few milliseconds, people need more than thirty; a
// code ends with Enter or Tab.
package wedge

import (
	"strings"
	"time"
	"unicode"
)

// Detector watches the key events of one window. The zero value uses the defaults.
type Detector struct {
	Gap    time.Duration // the average time between keys must be below this; 30 ms
	Length int           // least number of characters; 6
	Limit  int           // most characters; 512

	typed []rune
	first time.Time
	last  time.Time
	over  bool // longer than Limit: wait for the end
}

// Result says what a key completed.
type Result struct {
	// Code is the scanned code, or empty. When it is set, this key (Enter or Tab) and the
	// Code's characters before it were typed by a scanner: take them out of whatever field
	// received them.
	Code string
}

// Key takes one key event: a character, or '\r', '\n' or '\t' for Enter and Tab. at must
// not run backwards; a step back begins anew. Keys that type nothing (Shift) need not be
// given.
func (d *Detector) Key(r rune, at time.Time) Result {
	gap, length, limit := d.Gap, d.Length, d.Limit
	if gap <= 0 {
		gap = 30 * time.Millisecond
	}
	if length <= 0 {
		length = 6
	}
	if limit <= 0 {
		limit = 512
	}
	if len(d.typed) > 0 || d.over {
		// One long pause is a new beginning whatever the average says.
		if pause := at.Sub(d.last); pause < 0 || pause >= 4*gap {
			d.Reset()
		}
	}
	if r == '\r' || r == '\n' || r == '\t' {
		n := len(d.typed)
		scan := n >= length && !d.over && at.Sub(d.first) < time.Duration(n)*gap // n characters and the end make n gaps
		code := string(d.typed)
		d.Reset()
		if scan && strings.TrimSpace(code) != "" {
			return Result{Code: code}
		}
		return Result{}
	}
	if unicode.IsControl(r) || r == unicode.ReplacementChar {
		d.Reset()
		return Result{}
	}
	if len(d.typed) == 0 {
		d.first = at
	}
	d.last = at
	if len(d.typed) >= limit {
		d.over = true
		return Result{}
	}
	d.typed = append(d.typed, r)
	return Result{}
}

// Reset forgets what was typed, for example when the focus changes.
func (d *Detector) Reset() {
	d.typed, d.over = d.typed[:0], false
}

// Pending reports whether keys arrive so fast that a scan may be under way; a field may
// wait with showing them until it is false.
func (d *Detector) Pending(now time.Time) bool {
	gap := d.Gap
	if gap <= 0 {
		gap = 30 * time.Millisecond
	}
	return len(d.typed) > 1 && now.Sub(d.last) < 4*gap && d.last.Sub(d.first) < time.Duration(len(d.typed)-1)*gap
}
