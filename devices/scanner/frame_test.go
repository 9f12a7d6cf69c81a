package scanner

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func codes(frames []Frame) []string {
	var out []string
	for _, f := range frames {
		if f.Err != nil {
			out = append(out, f.Err.Error()[:15])
			continue
		}
		out = append(out, f.Code)
	}
	return out
}

func TestSuffixesEndACode(t *testing.T) {
	var f Framer
	if got := codes(f.Feed([]byte("690123\r\nA-1\tB-2\n\r\nC"), noon)); !slices.Equal(got, []string{"690123", "A-1", "B-2"}) || !f.Pending() {
		t.Fatalf("%q", got)
	}
}

func TestPiecesAreJoinedAndAPauseEndsACode(t *testing.T) {
	var f Framer
	at := noon
	for _, piece := range []string{"6901", "2345", "67892"} {
		if got := f.Feed([]byte(piece), at); got != nil {
			t.Fatalf("%q", got)
		}
		at = at.Add(Pause - time.Millisecond)
	}
	if got := f.Tick(at); got != nil {
		t.Fatalf("ended too early: %q", got)
	}
	if got := codes(f.Tick(at.Add(time.Millisecond))); !slices.Equal(got, []string{"6901234567892"}) || f.Pending() {
		t.Fatalf("%q", got)
	}
	f.Feed([]byte("one"), at)
	if got := codes(f.Feed([]byte("two\r"), at.Add(time.Second))); !slices.Equal(got, []string{"one", "two"}) {
		t.Fatalf("%q", got)
	}
}

func TestLimitIsReportedOnceAndTheNextCodeWorks(t *testing.T) {
	var f Framer
	long := strings.Repeat("x", Limit)
	if got := codes(f.Feed([]byte(long+"\r"), noon)); !slices.Equal(got, []string{long}) {
		t.Fatal("a code of exactly the limit was refused")
	}
	got := f.Feed([]byte(strings.Repeat("x", 5000)+"\rgood\r"), noon)
	if len(got) != 2 || !errors.Is(got[0].Err, ErrTooLong) || got[0].Code != "" || got[1].Code != "good" {
		t.Fatalf("%q", codes(got))
	}
}

func TestControlAndUnknownBytesAreReportedNotPassed(t *testing.T) {
	for _, bad := range []string{"69\x00012\r", "\x1bp\x00\r", "abc\x7f\r", "\xff\xff\xff\r", "a\x1d01\r", "\xc2\x85\r"} {
		var f Framer
		got := f.Feed([]byte(bad), noon)
		if len(got) != 1 || !errors.Is(got[0].Err, ErrUnreadable) || got[0].Code != "" {
			t.Errorf("%q: %q", bad, codes(got))
		}
	}
}

func TestChineseIsReadInBothEncodings(t *testing.T) {
	var f Framer
	if got := codes(f.Feed([]byte("桌号12\r\xd7\xc0\xba\xc512\r"), noon)); !slices.Equal(got, []string{"桌号12", "桌号12"}) {
		t.Fatalf("%q", got)
	}
}

func TestAnyPiecesGiveTheSameCodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stream := []byte(rapid.StringMatching(`([0-9A-Z]{0,20}[\r\n\t]){0,6}`).Draw(t, "stream"))
		var whole, pieces Framer
		want := codes(whole.Feed(stream, noon))
		var got []string
		for rest := stream; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "piece")
			got = append(got, codes(pieces.Feed(rest[:n], noon))...)
			rest = rest[n:]
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q, want %q", got, want)
		}
	})
}

func FuzzFramerPassesOnlyReadableCodes(f *testing.F) {
	f.Add([]byte("6901234567892\r\n\x00\x1b\xff\t"), uint8(3))
	f.Add([]byte(strings.Repeat("\xd7\xc0", 300)+"\r"), uint8(200))
	f.Fuzz(func(t *testing.T, b []byte, piece uint8) {
		var fr Framer
		at := noon
		size := int(piece)%17 + 1
		var all []Frame
		for i := 0; i < len(b); i += size {
			all = append(all, fr.Feed(b[i:min(i+size, len(b))], at)...)
			at = at.Add(time.Duration(piece) * time.Millisecond)
		}
		all = append(all, fr.Tick(at.Add(time.Hour))...)
		if fr.Pending() {
			t.Fatal("something is held after an hour")
		}
		for _, frame := range all {
			if (frame.Err == nil) == (frame.Code == "") || !utf8.ValidString(frame.Code) || len(frame.Code) > 2*Limit ||
				strings.ContainsFunc(frame.Code, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
				t.Fatalf("%q %v", frame.Code, frame.Err)
			}
		}
	})
}
