package wire

import (
	"crypto/ed25519"
	"errors"
	"reflect"
	"testing"

	"wendan/store/fact"
)

func TestMarkAndAskComeBackUnchanged(t *testing.T) {
	m := Mark{Branch: "hz-1", Register: "A", Head: fact.Head{Epoch: 2, Seq: 1204, Hash: fact.Hash{1, 2}}, At: 99, Reason: ReasonAsked, Stream: 7, Ask: 3, Fault: "x.y", Epoch: 2}
	if back, err := ReadMark(m.Encode()); err != nil || back != m {
		t.Fatalf("%+v, %v", back, err)
	}
	a := Ask{Epoch: 2, Nonce: 1 << 60}
	if back, err := ReadAsk(a.Encode()); err != nil || back != a {
		t.Fatalf("%+v, %v", back, err)
	}
}

func TestDirectiveIsReadOnlyWithHeadOfficesSignature(t *testing.T) {
	pub, key, _ := ed25519.GenerateKey(nil)
	d := Directive{No: 4, Branch: "hz-1", Register: "A", Kind: "menu", At: 5, Until: 6, Body: []byte{1}}
	b := d.Encode(func(m []byte) []byte { return ed25519.Sign(key, m) })
	if back, err := ReadDirective(b, pub); err != nil || !reflect.DeepEqual(back, d) {
		t.Fatalf("%+v, %v", back, err)
	}
	for i := range b {
		bad := append([]byte(nil), b...)
		bad[i] ^= 1
		if back, err := ReadDirective(bad, pub); err == nil && !reflect.DeepEqual(back, d) {
			t.Fatalf("byte %d changed unnoticed: %+v", i, back)
		}
	}
	other, _, _ := ed25519.GenerateKey(nil)
	if _, err := ReadDirective(b, other); !errors.Is(err, ErrSignature) {
		t.Fatalf("foreign key: %v", err)
	}
}

func TestNamesMakeSafeSubjects(t *testing.T) {
	for _, bad := range []string{"", "a.b", "*", ">", "a b", "a_b", "店", "123456789012345678901234567890123"} {
		if ValidName(bad) {
			t.Errorf("%q accepted", bad)
		}
	}
	if b, r, ok := Owner(Facts("hz-1", "A")); !ok || b != "hz-1" || r != "A" {
		t.Errorf("owner %q %q %v", b, r, ok)
	}
	if _, _, ok := Owner("facts.hz-1"); ok {
		t.Error("short subject accepted")
	}
}

func FuzzMessages(f *testing.F) {
	pub, key, _ := ed25519.GenerateKey(nil)
	f.Add(Mark{Branch: "b", Register: "A", Head: fact.Head{Epoch: 1}, Reason: ReasonBooked}.Encode())
	f.Add(Ask{Epoch: 1}.Encode())
	f.Add(Directive{No: 1, Branch: "b", Kind: "menu"}.Encode(func(m []byte) []byte { return ed25519.Sign(key, m) }))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := ReadMark(b); err == nil && (m.Head.Epoch == 0 || !ValidName(m.Branch)) {
			t.Fatalf("%+v", m)
		}
		_, _ = ReadAsk(b)
		if d, err := ReadDirective(b, pub); err == nil && d.No == 0 {
			t.Fatalf("%+v", d)
		}
	})
}
