package escpos

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestProofIsTheAnswerToThisJobOnly(t *testing.T) {
	p := Default80()
	if got := ProofRequest(p, 1); string(got) != "\x1d(H\x06\x0000   !" {
		t.Fatalf("% X", got)
	}
	var d Decoder
	a := d.Feed([]byte("\x37\x22   !\x00"))
	if len(a) != 1 || !a[0].Proves(p, 1) || a[0].Proves(p, 2) {
		t.Fatalf("%+v", a)
	}
	p.Proof = OrderedStatus
	if got := ProofRequest(p, 7); string(got) != "\x1dr\x01" {
		t.Fatalf("% X", got)
	}
	if a := d.Feed([]byte{0x00, 0x0c}); !a[0].Proves(p, 7) || a[1].Proves(p, 7) {
		t.Fatalf("%+v", a)
	}
	p.Proof = ProofNone
	if ProofRequest(p, 1) != nil || (Answer{Kind: Ordered}).Proves(p, 1) {
		t.Fatal("a printer without proof proved something")
	}
}

func TestEveryJobNumberHasPrintableProcessBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.Uint32().Draw(t, "id")
		for _, c := range processID(id) {
			if c < 0x20 || c > 0x7e {
				t.Fatalf("% X", processID(id))
			}
		}
		if other := rapid.Uint32Range(0, processIDs-1).Draw(t, "other"); other != id%processIDs && processID(other) == processID(id) {
			t.Fatalf("%d and %d share an id", id, other)
		}
	})
}

func TestAnswersAreCutTheSameFromAnyPieces(t *testing.T) {
	stream := []byte("\x12\x11\x37\x22abcd\x00\x00\x16\x14\x00\x0f\x00\x37\x23\xff\x13\x18\x00\x00\x00")
	var whole Decoder
	want := whole.Feed(stream)
	kinds := []Kind{RealTime, Printed, Ordered, RealTime, Auto, Unknown, Ordered, Unknown, Auto}
	for i, a := range want {
		if i >= len(kinds) || a.Kind != kinds[i] {
			t.Fatalf("answer %d: %+v", i, a)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		var d Decoder
		var got []Answer
		for rest := stream; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "piece")
			got = append(got, d.Feed(rest[:n])...)
			rest = rest[n:]
		}
		if !slices.Equal(got, want) || d.Held() != whole.Held() {
			t.Fatalf("%+v", got)
		}
	})
}

func TestStatusBitsMeanWhatTheManualSays(t *testing.T) {
	for _, c := range []struct {
		n    int
		b    byte
		want Status
	}{
		{1, 0x12, Status{}}, {1, 0x16, Status{DrawerHigh: true}}, {1, 0x1a, Status{Offline: true}},
		{2, 0x16, Status{CoverOpen: true}}, {2, 0x1a, Status{FeedButton: true}}, {2, 0x32, Status{PaperOut: true}}, {2, 0x52, Status{Error: true}},
		{3, 0x1a, Status{CutterError: true}}, {3, 0x32, Status{Unrecoverable: true}}, {3, 0x52, Status{Recoverable: true}},
		{4, 0x1e, Status{PaperNearEnd: true}}, {4, 0x72, Status{PaperOut: true}},
	} {
		var got Status
		if got.RealTime(c.n, c.b); got != c.want {
			t.Errorf("DLE EOT %d, %02X: %+v", c.n, c.b, got)
		}
		if want := c.want == (Status{}) || c.want == (Status{DrawerHigh: true}) || c.want == (Status{PaperNearEnd: true}); got.Ready() != want {
			t.Errorf("DLE EOT %d, %02X: ready %v", c.n, c.b, got.Ready())
		}
	}
	a := Answer{Kind: Auto, Bytes: [4]byte{0x3c, 0x08, 0x0f, 0}}
	if got := a.Auto(); got != (Status{DrawerHigh: true, Offline: true, CoverOpen: true, CutterError: true, Error: true, PaperNearEnd: true, PaperOut: true}) {
		t.Errorf("automatic status: %+v", got)
	}
}

func FuzzDecoderKeepsUpWithAnyBytes(f *testing.F) {
	f.Add([]byte("\x12\x37\x22abcd\x00"))
	f.Add([]byte{0x10, 0, 0, 0, 0x37, 0x22, 0x20, 0x37})
	f.Fuzz(func(t *testing.T, b []byte) {
		var d Decoder
		total := 0
		for _, a := range d.Feed(b) {
			switch a.Kind {
			case Printed:
				total += 7
			case Auto:
				total += 4
			case RealTime, Ordered, Unknown:
				total++
			default:
				t.Fatalf("kind %d", a.Kind)
			}
		}
		for _, c := range b {
			if c == 0x11 || c == 0x13 {
				total++ // skipped, unless it stood inside an answer
			}
		}
		if total+d.Held() < len(b) || d.Held() > 6 {
			t.Fatalf("%d of %d bytes accounted for, %d held", total, len(b), d.Held())
		}
	})
}
