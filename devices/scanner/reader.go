package scanner

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"wendan/devices/port"
	"wendan/store/fault"
)

// Scan is one code that was scanned.
type Scan struct {
	Code string
	At   time.Time // when its last byte arrived
	From string    // the scanner: its address
}

// source is where a scanner's text comes from, as bytes; a Read may give none.
type source interface {
	io.ReadCloser
	SetReadDeadline(time.Time) error
}

// Reader reads one scanner. It opens the scanner again by itself after it was unplugged.
type Reader struct {
	name  string
	open  func(context.Context) (source, error)
	cut   func() framing
	retry time.Duration
}

// framing cuts what a source gives into codes. Feed takes what one Read gave, which may be nothing, at
// the given time; Pending reports whether the beginning of a code is held.
type framing interface {
	Feed(b []byte, at time.Time) []Frame
	Pending() bool
}

// Serial returns a reader for a scanner on a port. name is given in every Scan.
func Serial(name string, open port.Opener) *Reader {
	return newReader(name, func(ctx context.Context) (source, error) { return open(ctx) })
}

// HIDPOS returns a reader for a scanner in HID-POS mode on a port each Read of which gives exactly one
// input report, as those of devices/port/hidport do. name is given in every Scan.
func HIDPOS(name string, open port.Opener) *Reader {
	r := Serial(name, open)
	r.cut = func() framing { return new(reports) }
	return r
}

func newReader(name string, open func(context.Context) (source, error)) *Reader {
	return &Reader{name: name, open: open, cut: func() framing { return new(Framer) }, retry: time.Second}
}

// patience is how long one read waits when nothing is expected.
const patience = 200 * time.Millisecond

// Run reads until ctx ends and returns then. It calls deliver for every code and report for
// every trouble: ErrUnreadable or ErrTooLong for a scan that was kept back; a fault of
// devices/port, once, when the scanner cannot be opened or was unplugged; nil when it is there
// (again). Both are called from this goroutine and hold up reading. What was half received
// when the scanner went is dropped.
func (r *Reader) Run(ctx context.Context, deliver func(Scan), report func(error)) {
	told := "-" // code of the last trouble reported, "" while connected
	tell := func(err error) {
		if code := fault.Code(err); code != told {
			told = code
			report(err)
		}
	}
	for ctx.Err() == nil {
		s, err := r.open(ctx)
		if err == nil {
			tell(nil)
			err = r.read(ctx, s, deliver, report)
			_ = s.Close()
		}
		if ctx.Err() != nil {
			return
		}
		tell(port.UseFault(r.name, err))
		select {
		case <-ctx.Done():
		case <-time.After(r.retry):
		}
	}
}

// read passes frames on until the source fails or ctx ends.
func (r *Reader) read(ctx context.Context, s source, deliver func(Scan), report func(error)) error {
	// Past the deadline a Read returns at once; ctx is looked at then.
	stop := context.AfterFunc(ctx, func() { _ = s.SetReadDeadline(time.Now()) })
	defer stop()
	f := r.cut()
	buf := make([]byte, 1024) // the longest USB report
	for ctx.Err() == nil {
		wait := patience
		if f.Pending() {
			wait = Pause
		}
		if err := s.SetReadDeadline(time.Now().Add(wait)); err != nil {
			return err
		}
		n, err := s.Read(buf)
		now := time.Now()
		for _, frame := range f.Feed(buf[:n], now) {
			if frame.Err != nil {
				report(frame.Err)
				continue
			}
			deliver(Scan{Code: frame.Code, At: now, From: r.name})
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
	return ctx.Err()
}
