package escpos

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/hennedo/escpos"

	"wendan/devices/ticket"
	"wendan/devices/ticket/gb"
)

const (
	lf  byte = 0x0a
	dle byte = 0x10
	esc byte = 0x1b
	fs  byte = 0x1c
	gs  byte = 0x1d
)

// job is one ticket on its way to bytes.
type job struct {
	profile Profile
	buf     bytes.Buffer
	lib     *escpos.Escpos
	style   ticket.Style // in force, normalised
	styled  bool         // a style has been sent
}

// Encode returns the whole job for t: initialisation, Chinese mode, content. The bytes are
// complete in themselves, so a job may follow any other, and hold no drawer pulse and no
// request for an answer; add ProofRequest behind them. Text can never become a command. It
// fails with ErrProfile or ErrCode and then returns no bytes.
func Encode(t ticket.Ticket, p Profile) ([]byte, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	j := &job{profile: p}
	j.lib = escpos.New(&j.buf)
	j.lib.Size(1, 1) // a new object would send size FFh
	j.raw(esc, '@', fs, '&')
	for _, item := range t.Items {
		if err := j.item(item); err != nil {
			return nil, fmt.Errorf("encode %s: %w", t.Name, err)
		}
	}
	j.apply(ticket.Style{})
	if err := j.lib.Print(); err != nil {
		return nil, fmt.Errorf("encode %s: %w", t.Name, err)
	}
	return j.buf.Bytes(), nil
}

// raw sends bytes past the library's styles; a buffer does not fail.
func (j *job) raw(b ...byte) { _, _ = j.lib.WriteRaw(b) }

func (j *job) item(item ticket.Item) error {
	switch v := item.(type) {
	case ticket.Text:
		for _, l := range v.Lines(j.profile.Columns) {
			j.line(v.Style, l)
		}
	case ticket.Row:
		style := v.Style
		style.Align = ticket.Left
		for _, l := range v.Lines(j.profile.Columns) {
			if !style.Underline && !style.Invert {
				l = strings.TrimRight(l, " ")
			}
			j.line(style, l)
		}
	case ticket.Rule:
		mark := "-"
		if v.Heavy {
			mark = "="
		}
		j.line(ticket.Style{}, strings.Repeat(mark, j.profile.Columns))
	case ticket.Feed:
		j.feed(v.Lines)
	case ticket.QR:
		return j.qr(v)
	case ticket.Barcode:
		return j.barcode(v)
	case ticket.Image:
		if v.Gray != nil {
			j.picture(threshold(v.Gray))
		}
	case ticket.Cut:
		j.cut(v.Partial)
	case ticket.Buzz:
		j.buzz(v.Times)
	default:
		return fmt.Errorf("unknown item %T", item)
	}
	return nil
}

func (j *job) line(style ticket.Style, text string) {
	if text = ticket.Clean(text); j.profile.DrawMissing && j.undrawable(text) {
		j.draw(style, text)
		return
	}
	j.apply(style)
	j.raw(appendText(nil, text, j.profile.Chinese)...)
	j.raw(lf)
}

// apply sends the library's style prefix and what it lacks for Chinese, when the style changes.
func (j *job) apply(s ticket.Style) {
	s.Wide, s.High = s.Magnify()
	if s.Align < ticket.Left || s.Align > ticket.Right {
		s.Align = ticket.Left
	}
	if j.styled && s == j.style {
		return
	}
	underline := uint8(0)
	if s.Underline {
		underline = 1
	}
	j.lib.Style = escpos.Style{Bold: s.Bold, Underline: underline, Reverse: s.Invert, Width: uint8(s.Wide), Height: uint8(s.High), Justify: uint8(s.Align - ticket.Left)}
	_, _ = j.lib.Write("") // only the prefix
	if !j.styled || s.Underline != j.style.Underline {
		j.raw(fs, '-', underline) // ESC - leaves Chinese characters alone
	}
	if j.profile.KanjiSize {
		n := underline << 7
		if s.Wide > 1 {
			n |= 1 << 2
		}
		if s.High > 1 {
			n |= 1 << 3
		}
		j.raw(fs, '!', n)
	}
	j.style, j.styled = s, true
}

// appendText appends the codes of cleaned text. Every rune gives at least one printable
// byte, and no byte below 20h is ever appended.
func appendText(dst []byte, text string, chinese Chinese) []byte {
	for _, r := range ticket.Clean(text) {
		if r >= 0x20 && r < 0x7f {
			dst = append(dst, byte(r))
			continue
		}
		if code, ok := gb.Code(r); ok {
			dst = append(dst, byte(code>>8), byte(code))
			continue
		}
		if four, ok := gb.Four(r); ok && chinese == GB18030 {
			dst = append(dst, four[:]...)
			continue
		}
		code, _ := gb.Code(gb.Replacement)
		dst = append(dst, byte(code>>8), byte(code))
	}
	return dst
}

func (j *job) feed(lines int) {
	if lines = min(max(lines, 0), 255); lines > 0 {
		j.apply(ticket.Style{}) // ESC d feeds lines of the current size
		j.raw(esc, 'd', byte(lines))
	}
}

func (j *job) cut(partial bool) {
	j.apply(ticket.Style{})
	full, bridge := byte(0), byte(1)
	switch j.profile.Cut {
	case CutNone:
		j.feed(j.profile.FeedToCut)
	case CutGSV, CutGSVFull, CutGSVPartial:
		m := 65 + full
		if j.profile.Cut == CutGSVPartial || j.profile.Cut == CutGSV && partial {
			m = 65 + bridge
		}
		j.raw(gs, 'V', m, 0)
	case CutGSVNoFeeder:
		j.feed(j.profile.FeedToCut)
		if partial {
			j.raw(gs, 'V', bridge)
		} else {
			j.raw(gs, 'V', full)
		}
	case CutESC:
		j.feed(j.profile.FeedToCut)
		if partial {
			j.raw(esc, 'm')
		} else {
			j.raw(esc, 'i')
		}
	}
}

func (j *job) buzz(times int) {
	if j.profile.Buzzer == BuzzerESCB {
		j.raw(esc, 'B', byte(min(max(times, 1), 9)), 2)
	}
}

// Pulse returns the command that opens the drawer on the given pin of the drawer
// connector, 2 or 5 (0 means the profile's): ESC p m t1 t2, times in units of 2 ms.
func Pulse(p Profile, pin int) []byte {
	if pin == 0 {
		pin = p.DrawerPin
	}
	m := byte(0)
	if pin == 5 {
		m = 1
	}
	units := func(ms, otherwise int) byte { // of 2 ms
		if ms <= 0 {
			ms = otherwise
		}
		return byte(min(max(ms/2, 1), 255))
	}
	return []byte{esc, 'p', m, units(p.PulseOn, 100), units(p.PulseOff, 500)}
}

// PulseNow returns the real-time form of Pulse, DLE DC4 1 m t, which printers that know
// it obey even while they are off-line because of paper or cover. Never put it
// between the bytes of another command.
func PulseNow(p Profile, pin int) []byte {
	m := Pulse(p, pin)[2]
	on := p.PulseOn
	if on <= 0 {
		on = 100
	}
	return []byte{dle, 0x14, 1, m, byte(min(max((on+99)/100, 1), 8))}
}
