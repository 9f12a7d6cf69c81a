package wire_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"testing"

	"github.com/klauspost/compress/zstd"

	"wendan/store/fact"
	"wendan/sync/linktest"
	"wendan/sync/wire"
)

func sold(t testing.TB, n int) (*linktest.Journal, []fact.Fact) {
	t.Helper()
	j := linktest.NewJournal(1, 5)
	j.Sell(n)
	facts, err := j.ReadAfter(t.Context(), 0, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	return j, facts
}

func keyOf(j *linktest.Journal) func(wire.Header) (ed25519.PublicKey, error) {
	return func(wire.Header) (ed25519.PublicKey, error) { return j.Public(), nil }
}

func packed(t testing.TB, j *linktest.Journal, facts []fact.Fact) []byte {
	t.Helper()
	msg, _, err := wire.Pack("hz-1", "A", fact.Head{Epoch: 1}, facts, j.Sign)
	if err != nil {
		t.Fatal(err)
	}
	return msg
}

func TestRunComesBackWithEveryByteAndHash(t *testing.T) {
	j, facts := sold(t, 100)
	msg := packed(t, j, facts)
	r, err := wire.Unpack(msg, keyOf(j))
	if err != nil {
		t.Fatal(err)
	}
	if r.Branch != "hz-1" || r.Register != "A" || r.First != 1 || r.Last != 500 || r.After() != j.Head() || len(r.Facts) != 500 {
		t.Fatalf("header changed: %+v", r.Header)
	}
	for i := range facts {
		if !bytes.Equal(r.Facts[i].Raw, facts[i].Raw) || r.Facts[i].Hash != facts[i].Hash {
			t.Fatalf("fact %d changed", i+1)
		}
	}
	if !bytes.Equal(msg, packed(t, j, facts)) {
		t.Fatal("the same facts gave other bytes")
	}
}

func TestCommonSaleFitsIn200BytesOnTheWire(t *testing.T) {
	j, facts := sold(t, 1000)
	total, at := 0, fact.Head{Epoch: 1}
	for rest := facts; len(rest) > 0; {
		n := wire.Cut(rest)
		msg, h, err := wire.Pack("hz-1", "A", at, rest[:n], j.Sign)
		if err != nil {
			t.Fatal(err)
		}
		total, at, rest = total+len(msg), h.After(), rest[n:]
	}
	raw := 0
	for i := range facts {
		raw += len(facts[i].Raw)
	}
	t.Logf("%d bytes per sale of 5 facts on the wire, %d raw", total/1000, raw/1000)
	if total > 200*1000 {
		t.Fatalf("%d bytes per sale", total/1000)
	}
}

func TestEveryFlippedBitIsRefused(t *testing.T) {
	j, facts := sold(t, 2)
	msg := packed(t, j, facts)
	for i := range msg {
		for bit := range 8 {
			bad := bytes.Clone(msg)
			bad[i] ^= 1 << bit
			r, err := wire.Unpack(bad, keyOf(j))
			if err != nil {
				continue
			}
			for k := range facts {
				if !bytes.Equal(r.Facts[k].Raw, facts[k].Raw) || r.Header.After() != j.Head() || r.Branch != "hz-1" {
					t.Fatalf("bit %d of byte %d changed a fact unnoticed", bit, i)
				}
			}
		}
	}
}

func TestForeignSignatureIsRefused(t *testing.T) {
	j, facts := sold(t, 2)
	msg := packed(t, j, facts)
	other := linktest.NewJournal(1, 6)
	if _, err := wire.Unpack(msg, keyOf(other)); !errors.Is(err, wire.ErrSignature) {
		t.Fatalf("foreign key: %v", err)
	}
	plain, _, _ := wire.Pack("hz-1", "A", fact.Head{Epoch: 1}, facts, func(b []byte) []byte {
		return j.Sign(bytes.TrimPrefix(b, []byte("wendan run v1\x00")))
	})
	if _, err := wire.Unpack(plain, keyOf(j)); !errors.Is(err, wire.ErrSignature) {
		t.Fatalf("signature without its domain: %v", err)
	}
}

func TestPackRefusesWhatDoesNotFollow(t *testing.T) {
	j, facts := sold(t, 200)
	cases := map[string][]fact.Fact{
		"nothing": nil, "too many": facts[:501], "gap": {facts[0], facts[2]}, "swapped": {facts[1], facts[0]},
	}
	for name, fs := range cases {
		if _, _, err := wire.Pack("hz-1", "A", fact.Head{Epoch: 1}, fs, j.Sign); err == nil {
			t.Errorf("%s: packed", name)
		}
	}
	if _, _, err := wire.Pack("hz.1", "A", fact.Head{Epoch: 1}, facts[:1], j.Sign); !errors.Is(err, wire.ErrName) {
		t.Errorf("name with a dot: %v", err)
	}
}

func TestBombIsRefusedWithoutEatingMemory(t *testing.T) {
	j, facts := sold(t, 2)
	var shape map[int]any
	if err := fact.Unmarshal(packed(t, j, facts), &shape); err != nil {
		t.Fatal(err)
	}
	e, _ := zstd.NewWriter(nil)
	shape[10] = e.EncodeAll(make([]byte, 256<<20), nil)
	bomb := fact.Marshal(shape)
	used := testing.Benchmark(func(b *testing.B) {
		for range b.N {
			if _, err := wire.Unpack(bomb, keyOf(j)); !errors.Is(err, wire.ErrRun) {
				b.Fatalf("bomb of %d bytes: %v", len(bomb), err)
			}
		}
	}).AllocedBytesPerOp()
	if used > 6*wire.MaxFact {
		t.Fatalf("a bomb of %d bytes used %d bytes", len(bomb), used)
	}
}

func TestLargeFactTravelsAlone(t *testing.T) {
	j := linktest.NewJournal(1, 1)
	j.Draft(fact.Draft{Kind: 60002, Ver: 1, Body: fact.Marshal(make([]byte, 3<<20))})
	j.Sell(1)
	facts, _ := j.ReadAfter(t.Context(), 0, 10)
	if n := wire.Cut(facts); n != 1 {
		t.Fatalf("%d facts beside the large one", n-1)
	}
	if r, err := wire.Unpack(packed(t, j, facts[:1]), keyOf(j)); err != nil || len(r.Facts) != 1 {
		t.Fatalf("large fact: %v", err)
	}
}

func FuzzUnpack(f *testing.F) {
	j, facts := sold(f, 3)
	f.Add(packed(f, j, facts))
	f.Add(packed(f, j, facts[:1]))
	f.Add([]byte{})
	f.Add([]byte{0xa1, 0x01, 0x01})
	f.Fuzz(func(t *testing.T, msg []byte) {
		r, err := wire.Unpack(msg, keyOf(j))
		if err != nil {
			return
		}
		if uint64(len(r.Facts)) != r.Last-r.First+1 || r.Facts[len(r.Facts)-1].Hash != r.Head {
			t.Fatalf("accepted %+v", r.Header)
		}
	})
}

func BenchmarkPack500(b *testing.B) {
	j, facts := sold(b, 100)
	for b.Loop() {
		packed(b, j, facts)
	}
}

func BenchmarkUnpack500(b *testing.B) {
	j, facts := sold(b, 100)
	msg := packed(b, j, facts)
	for b.Loop() {
		if _, err := wire.Unpack(msg, keyOf(j)); err != nil {
			b.Fatal(err)
		}
	}
}
