package scanner

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wendan/devices/port"
	"wendan/devices/port/porttest"
)

// input is one report of 64 bytes as the manual lays it out.
func input(aim, data string, more bool) []byte {
	b := make([]byte, 64)
	b[0], b[1] = 2, byte(len(data))
	copy(b[2:5], aim)
	copy(b[5:61], data)
	b[61] = 's' // the maker's own symbology identifier
	if more {
		b[63] = 1
	}
	return b
}

// inputs are the reports of one code.
func inputs(aim, code string) (out [][]byte) {
	for len(code) > ReportLimit {
		out, code = append(out, input(aim, code[:ReportLimit], true)), code[ReportLimit:]
	}
	return append(out, input(aim, code, false))
}

func TestReportIsReadAsTheManualLaysItOut(t *testing.T) {
	short := append([]byte{2, 13, ']', 'E', '0'}, "6901234567892"...)
	for name, c := range map[string]struct {
		report []byte
		want   Report
		err    error
	}{
		"one code":                         {input("]E0", "6901234567892", false), Report{2, "]E0", []byte("6901234567892"), false}, nil},
		"the first of two":                 {input("]Q1", strings.Repeat("a", 56), true), Report{2, "]Q1", bytes.Repeat([]byte("a"), 56), true}, nil},
		"62 bytes, without maker's bytes":  {append(append(short, make([]byte, 43)...), 1), Report{2, "]E0", []byte("6901234567892"), true}, nil},
		"only bit 0 of the last counts":    {append(bytes.Clone(short), 0xfe), Report{2, "]E0", []byte("6901234567892"), false}, nil},
		"nothing":                          {make([]byte, 64), Report{}, nil},
		"cut short":                        {short, Report{}, ErrUnreadable},
		"too short for a header":           {[]byte{2, 0, ']', 'E', '0'}, Report{}, ErrUnreadable},
		"no bytes":                         {nil, Report{}, ErrUnreadable},
		"more than its length allows":      {append([]byte{2, 57, ']', 'E', '0'}, make([]byte, 100)...), Report{}, ErrUnreadable},
		"no AIM identifier":                {input("xE0", "69", false), Report{}, ErrUnreadable},
		"keys of a keyboard":               {[]byte{0, 0, 4, 0, 0, 0, 0, 0, 1}, Report{}, ErrUnreadable},
		"a maker's report of another kind": {append([]byte{1, 11, 'A', ']', '0'}, make([]byte, 59)...), Report{}, ErrUnreadable},
	} {
		got, err := ParseReport(c.report)
		if !errors.Is(err, c.err) || got.ID != c.want.ID || got.AIM != c.want.AIM || !bytes.Equal(got.Data, c.want.Data) || got.More != c.want.More {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// feed gives reports 5 ms apart and names what comes out.
func feed(all ...[]byte) (out []string) {
	var r reports
	at := time.Unix(1_700_000_000, 0)
	tell := func(frames []Frame) {
		for _, f := range frames {
			switch {
			case errors.Is(f.Err, ErrUnreadable):
				out = append(out, "unreadable")
			case errors.Is(f.Err, ErrTooLong):
				out = append(out, "too long")
			default:
				out = append(out, f.Code)
			}
		}
	}
	for _, b := range all {
		at = at.Add(5 * time.Millisecond)
		if b == nil {
			at = at.Add(Between)
		}
		tell(r.Feed(b, at))
	}
	tell(r.Feed(nil, at.Add(Between)))
	if r.Pending() {
		out = append(out, "pending")
	}
	return out
}

func TestReportsAreJoinedToWholeCodesOrTheScanIsReported(t *testing.T) {
	long := strings.Repeat("0123456789", 20)
	parts := inputs("]Q1", long)
	status := append([]byte{3}, make([]byte, 63)...)
	for name, c := range map[string]struct {
		reports [][]byte
		want    []string
	}{
		"one report":                     {inputs("]E0", "6901234567892"), []string{"6901234567892"}},
		"four reports":                   {parts, []string{long}},
		"two codes":                      {append(inputs("]E0", "69"), inputs("]C0", "70")...), []string{"69", "70"}},
		"ends at a full report":          {[][]byte{input("]Q1", long[:56], true), input("]Q1", "", false)}, []string{long[:56]}},
		"UTF-8 cut by a report":          {inputs("]Q1", strings.Repeat("稳单", 20)), []string{strings.Repeat("稳单", 20)}},
		"GBK":                            {inputs("]Q1", "\xce\xc8\xb5\xa5"), []string{"稳单"}},
		"the suffix is no part":          {inputs("]E0", "69\r\n"), []string{"69"}},
		"512 bytes":                      {inputs("]Q1", strings.Repeat("x", Limit)), []string{strings.Repeat("x", Limit)}},
		"513 bytes":                      {append(inputs("]Q1", strings.Repeat("x", Limit+1)), inputs("]E0", "69")...), []string{"too long", "69"}},
		"more without an end":            {append(slices.Repeat([][]byte{input("]Q1", long[:56], true)}, 40), nil), []string{"unreadable"}},
		"control bytes":                  {append(inputs("]E0", "6\x009"), inputs("]E0", "69")...), []string{"unreadable", "69"}},
		"the end never came":             {append(parts[:1:1], nil, input("]E0", "69", false)), []string{"unreadable", "69"}},
		"late end":                       {append(parts[:1:1], nil, parts[3]), []string{"unreadable", tail(parts)}},
		"a part of another symbology":    {[][]byte{parts[0], input("]E0", "69", false), input("]E0", "70", false)}, []string{"unreadable", "70"}},
		"foreign report between codes":   {[][]byte{input("]E0", "69", false), input("?E0", "70", false), input("]E0", "71", false)}, []string{"69", "unreadable", "71"}},
		"foreign report within a code":   {[][]byte{parts[0], input("?Q1", "", true), parts[1], parts[2], parts[3]}, []string{"unreadable"}},
		"status between codes":           {[][]byte{input("]E0", "69", false), status, input("]E0", "71", false)}, []string{"69", "71"}},
		"status within shortens nothing": {[][]byte{parts[0], status, parts[1], parts[2], parts[3], input("]E0", "71", false)}, []string{"unreadable", "71"}},
	} {
		if got := feed(c.reports...); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// tail is the text of the last of four parts: without the beginning nothing tells it from a code.
func tail(parts [][]byte) string { return string(parts[3][5 : 5+parts[3][1]]) }

func TestEveryPrintableCodeUpToTheLimitComesBackWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.StringMatching(`[!-~]{1,512}`).Draw(t, "code")
		if got := feed(inputs("]Q1", code)...); len(got) != 1 || got[0] != code {
			t.Fatalf("%q became %q", code, got)
		}
	})
}

func FuzzReportsGiveCodesWithinTheLimitOrAFault(f *testing.F) {
	f.Add(input("]E0", "6901234567892", false), uint8(64))
	f.Add(bytes.Join(inputs("]Q1", strings.Repeat("稳", 60)), nil), uint8(64))
	f.Add([]byte{2, 255, ']'}, uint8(2))
	f.Fuzz(func(t *testing.T, b []byte, size uint8) {
		var r reports
		at := time.Unix(0, 0)
		for len(b) > 0 {
			n := min(len(b), int(size)+1)
			if p, err := ParseReport(b[:n]); err == nil && (len(p.Data) > ReportLimit || len(p.Data) != int(b[1]) || len(p.Data) > 0 && p.AIM[0] != ']') {
				t.Fatalf("%+v of % X", p, b[:n])
			} else if err != nil && !errors.Is(err, ErrUnreadable) {
				t.Fatal(err)
			}
			for _, frame := range r.Feed(b[:n], at) {
				if frame.Err == nil && (frame.Code == "" || len(frame.Code) > 3*Limit || strings.ContainsFunc(frame.Code, func(c rune) bool { return c < ' ' })) {
					t.Fatalf("%q", frame.Code)
				}
			}
			b, at = b[n:], at.Add(time.Millisecond)
		}
		if r.Feed(nil, at.Add(Between)); r.Pending() {
			t.Fatal("a pause did not end the code")
		}
	})
}

func TestHIDPOSScannerIsPlayedBackToTheSameScansAsOthers(t *testing.T) {
	long := strings.Repeat("https://pay.example/", 8)
	var script []porttest.Op
	for _, b := range slices.Concat(inputs("]E0", "6901234567892"), inputs("]Q1", long), inputs("]E0", "\x01"), inputs("]E0", "70")) {
		script = append(script, porttest.Op{Read: b})
	}
	player := porttest.Playback("hid:05e0:1300", script...)
	r := HIDPOS("hid:05e0:1300", func(context.Context) (port.Port, error) { return player, nil })
	scans, told, stop := run(t, r)
	if err := next(t, told); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"6901234567892", long, "70"} {
		if s := next(t, scans); s.Code != want || s.From != "hid:05e0:1300" || s.At.IsZero() {
			t.Fatalf("%+v, want %q", s, want)
		}
	}
	if err := next(t, told); !errors.Is(err, ErrUnreadable) {
		t.Fatal(err)
	}
	stop()
	if err := player.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestHIDPOSScannerIsOpenedAgainAndTheHalfCodeDropped(t *testing.T) {
	devices := make(chan port.Port, 4)
	r := HIDPOS("hid:05e0:1300", func(context.Context) (port.Port, error) {
		device, host, err := porttest.Pair("hid:05e0:1300")
		devices <- device
		return host, err
	})
	r.retry = time.Millisecond
	scans, told, _ := run(t, r)
	next(t, told)
	device := next(t, devices)
	device.Write(input("]Q1", strings.Repeat("a", ReportLimit), true))
	device.Close()
	if err := next(t, told); !errors.Is(err, port.ErrUnplugged) {
		t.Fatal(err)
	}
	if err := next(t, told); err != nil {
		t.Fatal(err)
	}
	next(t, devices).Write(input("]Q1", "whole", false))
	if s := next(t, scans); s.Code != "whole" {
		t.Fatalf("%+v", s)
	}
}
