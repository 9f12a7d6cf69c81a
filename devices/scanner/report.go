package scanner

import (
	"bytes"
	"fmt"
	"time"
)

// The layout of an input report in HID-POS mode, bytes counted from 0: 0 report id, 1 length of the
// data, 2–4 AIM symbology identifier, from 5 the data, the rest of its 56 bytes filled up, then what the maker likes (a
// symbology of its own), and in bit 0 of the last byte whether the next report carries more of the
// same code. Usage page 8Ch of the USB HID Point of Sale Usage Tables 1.02; byte positions from
// the manual of the Access-IS LSR118, appendix B, which Honeywell's scanners share.
const (
	reportData = 5
	// ReportLimit is how many bytes of a code one report carries at most.
	ReportLimit = 56
)

// Between is the longest pause between two reports of one code; scanners need some milliseconds.
const Between = 500 * time.Millisecond

// Report is what one input report of a HID-POS scanner carries.
type Report struct {
	ID   byte   // report id: 2 in the manual
	AIM  string // symbology identifier, such as "]E0" for EAN-13; empty in an empty report
	Data []byte // part of the report that was parsed
	More bool   // the next report carries more of the same code
}

// ParseReport reads one input report. What has no such layout is ErrUnreadable.
func ParseReport(b []byte) (Report, error) {
	unlike := func(format string, args ...any) (Report, error) {
		return Report{}, ErrUnreadable.Wrap(fmt.Errorf(format, args...))
	}
	if len(b) <= reportData {
		return unlike("a report of %d bytes", len(b))
	}
	n, last := int(b[1]), len(b)-1
	r := Report{ID: b[0], More: b[last]&1 != 0}
	switch {
	case n > ReportLimit || reportData+n > last:
		return unlike("a report of %d bytes that says it holds %d", len(b), n)
	case n == 0 && !r.More:
		return r, nil
	case b[2] != ']':
		return unlike("no AIM symbology identifier but % X", b[2:reportData])
	}
	r.AIM, r.Data = string(b[2:reportData]), b[reportData:reportData+n]
	return r, nil
}

// reports joins the reports of a HID-POS scanner to codes. It is pure: times come in as arguments. The zero value is
// ready.
type reports struct {
	held         []byte
	id           byte
	aim          string
	open         bool // the last report said that more follows
	broken, over bool // the code that is open is kept back
	last         time.Time
}

func (r *reports) Pending() bool { return r.open }

// Feed takes one report that arrived at the given time, or nothing, and returns what that completes. A report that
// cannot be read, or one of another id or symbology, makes the whole code unreadable that it came in the middle
// of; so does a part that never comes.
func (r *reports) Feed(b []byte, at time.Time) (frames []Frame) {
	if r.open && at.Sub(r.last) >= Between {
		r.broken = true
		frames = r.end(frames)
	}
	if len(b) == 0 {
		return frames
	}
	part, err := ParseReport(b)
	switch {
	case r.open && (err != nil || part.ID != r.id):
		r.broken = true
		return frames
	case err != nil:
		return append(frames, Frame{Err: err})
	case !r.open:
		r.id, r.aim = part.ID, part.AIM
	case part.AIM != r.aim && part.AIM != "":
		r.broken = true
	}
	if len(r.held)+len(part.Data) > Limit {
		r.over = true
	} else {
		r.held = append(r.held, part.Data...)
	}
	r.open, r.last = part.More, at
	if r.open {
		return frames
	}
	return r.end(frames)
}

// end appends the code that is held. A suffix that the scanner was set to add is not part of it.
func (r *reports) end(frames []Frame) []Frame {
	held, broken, over := bytes.TrimRight(r.held, "\r\n\t"), r.broken, r.over
	*r = reports{held: r.held[:0]}
	if broken {
		return append(frames, Frame{Err: ErrUnreadable})
	}
	return appendFrame(frames, held, over)
}
