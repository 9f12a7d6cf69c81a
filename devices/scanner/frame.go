// Package scanner reads bar code scanners: serial ones (RS-232, USB-ACM), keyboard
// wedges taken for the register alone, and those in HID-POS mode. What a code means is not its business.
package scanner

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"wendan/store/fault"
)

// The faults of a scanner. Unreadable and TooLong concern one scan; the next works.
var (
	ErrUnreadable = fault.New("scanner.unreadable", "扫到的内容无法识别，请重扫", "The scanned content cannot be read; scan again",
		"The scanner sent control bytes or an unknown encoding. Set it to UTF-8 or GBK, suffix CR, no prefix; check baud rate and parity.")
	ErrTooLong = fault.New("scanner.too_long", "扫到的内容过长，请确认条码是否正确", "The scanned content is too long; check that it is the right code",
		"More than 512 bytes came without an end. A wrong baud rate or a noisy cable looks the same.")
)

// Limit is the longest code in bytes.
const Limit = 512

// Pause ends a code of a scanner that sends no suffix.
const Pause = 60 * time.Millisecond

// Frame is one piece of a scanner's stream: a code, or the fault that kept it back.
type Frame struct {
	Code string
	Err  error
}

// Framer cuts the bytes of a scanner into codes, at CR, LF and TAB and after a Pause.
// It is pure: times come in as arguments. The zero value is ready.
type Framer struct {
	held []byte
	over bool
	last time.Time
}

// Pending reports whether the beginning of a code is held.
func (f *Framer) Pending() bool { return len(f.held) > 0 || f.over }

// Feed takes bytes that arrived at the given time and returns what they complete.
func (f *Framer) Feed(b []byte, at time.Time) []Frame {
	if len(b) == 0 {
		return f.Tick(at)
	}
	frames := f.Tick(at)
	f.last = at
	for _, c := range b {
		switch {
		case c == '\r' || c == '\n' || c == '\t':
			frames = f.end(frames)
		case len(f.held) >= Limit:
			f.over = true
		default:
			f.held = append(f.held, c)
		}
	}
	return frames
}

// Tick returns the code that the pause until now has ended, if any. Call it when
// nothing arrives.
func (f *Framer) Tick(now time.Time) []Frame {
	if !f.Pending() || now.Sub(f.last) < Pause {
		return nil
	}
	return f.end(nil)
}

// end appends the held code to frames.
func (f *Framer) end(frames []Frame) []Frame {
	held, over := f.held, f.over
	f.held, f.over = f.held[:0], false
	return appendFrame(frames, held, over)
}

// appendFrame appends what a whole scan gives: its code, or why it is kept back.
func appendFrame(frames []Frame, held []byte, over bool) []Frame {
	switch code, ok := decode(held); {
	case over:
		return append(frames, Frame{Err: ErrTooLong})
	case !ok:
		return append(frames, Frame{Err: ErrUnreadable})
	case strings.TrimSpace(code) == "":
		return frames // the LF of CR LF
	default:
		return append(frames, Frame{Code: code})
	}
}

// decode reads UTF-8 or, where it is none, GB 18030, as scanners send Chinese QR codes.
func decode(b []byte) (string, bool) {
	s := string(b)
	if !utf8.Valid(b) {
		d, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
		if err != nil {
			return "", false
		}
		s = string(d)
	}
	unreadable := func(r rune) bool {
		return unicode.IsControl(r) || r == utf8.RuneError || unicode.In(r, unicode.Co, unicode.Noncharacter_Code_Point)
	}
	return s, !strings.ContainsFunc(s, unreadable)
}
