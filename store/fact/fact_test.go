package fact

import (
	"bytes"
	"errors"
	"testing"
	"time"
)

type noteBody struct {
	Text string `cbor:"1,keyasint"`
	N    int    `cbor:"2,keyasint,omitempty"`
}

var note = Define[noteBody](60001, "test.note", 1)

func sample(h Head, text string) (Fact, Head) {
	d := note.Draft(noteBody{Text: text, N: 3})
	return h.Next(Fact{At: 1_700_000_000_000, Zone: 480, Day: 20261122, Era: 1, Staff: 7, Source: SourceScreen, Kind: d.Kind, Ver: d.Ver,
		Key: NewKey(20261122, [12]byte{1, 2, 3}), Sum: 99, Body: d.Body})
}

func TestEncodingAndDecodingAreInverseAndChainFollows(t *testing.T) {
	h := Head{Epoch: 1}
	f1, h1 := sample(h, "一")
	f2, h2 := sample(h1, "二")
	g1, i1, err := h.Follow(f1.Raw)
	if err != nil || i1 != h1 || g1.Hash != f1.Hash || g1.Key != f1.Key || g1.Staff != 7 {
		t.Fatalf("first fact changed: %+v, %v", g1, err)
	}
	g2, i2, err := i1.Follow(f2.Raw)
	if err != nil || i2 != h2 || !bytes.Equal(g2.Body, f2.Body) {
		t.Fatalf("second fact changed: %+v, %v", g2, err)
	}
	b, err := note.Read(&g2)
	if err != nil || b.Text != "二" {
		t.Fatalf("body %+v, %v", b, err)
	}
}

func TestSameFactGivesTheSameBytes(t *testing.T) {
	a, _ := sample(Head{Epoch: 1}, "same")
	b, _ := sample(Head{Epoch: 1}, "same")
	if !bytes.Equal(a.Raw, b.Raw) || a.Hash != b.Hash {
		t.Fatal("encoding is not deterministic")
	}
}

func TestEveryFlippedBitIsNoticedByTheChain(t *testing.T) {
	h := Head{Epoch: 1}
	f, _ := sample(h, "翻转")
	for i := range f.Raw {
		for bit := 0; bit < 8; bit++ {
			raw := bytes.Clone(f.Raw)
			raw[i] ^= 1 << bit
			g, _, err := h.Follow(raw)
			if err == nil && g.Hash == f.Hash {
				t.Fatalf("bit %d of byte %d went unnoticed", bit, i)
			}
		}
	}
}

func TestFollowRefusesGapsAndForeignEpochs(t *testing.T) {
	h := Head{Epoch: 1}
	f1, h1 := sample(h, "一")
	f2, _ := sample(h1, "二")
	if _, _, err := h.Follow(f2.Raw); !errors.Is(err, ErrChain) {
		t.Fatalf("gap accepted: %v", err)
	}
	if _, _, err := (Head{Epoch: 2}).Follow(f1.Raw); !errors.Is(err, ErrChain) {
		t.Fatalf("foreign epoch accepted: %v", err)
	}
	if _, err := Decode([]byte{0xa0}); !errors.Is(err, ErrDecode) {
		t.Fatalf("empty map accepted: %v", err)
	}
}

func TestVouchRefusesGapsForeignEpochsAndChangedBytes(t *testing.T) {
	h := Head{Epoch: 1}
	f1, h1 := sample(h, "一")
	f2, h2 := sample(h1, "二")
	if got, err := h1.Vouch(&f2); err != nil || got != h2 {
		t.Fatalf("the next fact was refused: %v", err)
	}
	changed := f2
	changed.Raw = bytes.Clone(f2.Raw)
	changed.Raw[len(changed.Raw)-1] ^= 1
	for name, at := range map[string]struct {
		head Head
		fact *Fact
	}{"gap": {h, &f2}, "foreign epoch": {Head{Epoch: 2}, &f1}, "changed byte": {h1, &changed}} {
		if _, err := at.head.Vouch(at.fact); !errors.Is(err, ErrChain) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDayKnowsTheCalendar(t *testing.T) {
	late := time.Date(2026, 3, 1, 2, 30, 0, 0, time.UTC)
	if got := DayOf(late, 5*time.Hour); got != 20260228 {
		t.Fatalf("half past two in the night belongs to %v", got)
	}
	if !Day(20240229).Valid() || Day(20230229).Valid() || Day(20231301).Valid() || Day(0).Valid() {
		t.Fatal("leap day or month wrong")
	}
	if Day(20261231).Add(1) != 20270101 {
		t.Fatal("new year missed")
	}
	if d, err := ParseDay("2026-11-22"); err != nil || d != 20261122 || d.String() != "2026-11-22" {
		t.Fatalf("parsed %v, %v", d, err)
	}
	if _, err := ParseDay("22.11.2026"); !errors.Is(err, ErrDay) {
		t.Fatalf("wrong form accepted: %v", err)
	}
}

func TestKeyCarriesItsDay(t *testing.T) {
	k := NewKey(20261122, [12]byte{9})
	text, _ := k.MarshalText()
	var back Key
	if err := back.UnmarshalText(text); err != nil || back != k || back.Day() != 20261122 {
		t.Fatalf("key came back as %v, %v", back, err)
	}
	if back.UnmarshalText([]byte("abc")) == nil {
		t.Fatal("short key accepted")
	}
}

func FuzzDecode(f *testing.F) {
	a, _ := sample(Head{Epoch: 1}, "种子")
	f.Add(a.Raw)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		g, err := Decode(raw)
		if err != nil {
			return
		}
		if _, err := Body(&g); err != nil && !errors.Is(err, ErrDecode) {
			t.Fatalf("body error of a wrong kind: %v", err)
		}
	})
}
