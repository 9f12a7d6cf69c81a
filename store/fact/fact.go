// Package fact is the record everything else is made of.
//
// A fact says that something happened: an order was placed, a drawer opened, a slip came
// out. Facts are numbered 1, 2, 3 … per register and epoch, never changed and never
// deleted; a mistake is corrected by a new fact. Each is encoded as deterministic CBOR
// (RFC 8949, section 4.2) with integer keys and chained to the one before:
//
//	Hash(n) = SHA-256( Hash(n−1) ‖ encoding of fact n )
//
// so that a run of encodings and one starting hash are enough to recompute and check all
// of it. The package is pure: time, staff and randomness come in as arguments.
package fact

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"wendan/store/fault"
)

// Hash is a SHA-256 value. The zero Hash is the one before fact 1 of epoch 1.
type Hash [sha256.Size]byte

// String is the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Short is the form printed on receipts and shift reports: the first 8 hexadecimal digits.
func (h Hash) Short() string { return hex.EncodeToString(h[:4]) }

// Head names a place in the chain: the last fact taken in, and its hash. The Head of an empty
// journal has Seq 0.
type Head struct {
	Epoch uint32 `cbor:"1,keyasint" json:"epoch"`
	Seq   uint64 `cbor:"2,keyasint" json:"seq"`
	Hash  Hash   `cbor:"3,keyasint" json:"hash"`
}

// String is for logs: "epoch 1 fact 204 3fa9c2d1".
func (h Head) String() string {
	return fmt.Sprintf("epoch %d fact %d %s", h.Epoch, h.Seq, h.Hash.Short())
}

// Source says through which door an intent came. Numbers are stored and only grow.
type Source uint8

// Sources of intents.
const (
	SourceSystem   Source = 1 // the register itself: printed slips, clock eras
	SourceScreen   Source = 2 // the cashier's touchscreen
	SourceTool     Source = 3 // registerctl through the control socket, or offline
	SourceLAN      Source = 4 // a second register, waiter's pad or kitchen screen
	SourceGuest    Source = 5 // a guest's phone or the kiosk
	SourceUpstream Source = 6 // a directive of head office
)

// Fact is one record. Raw is its encoding, Hash its place in the chain; both are filled
// by Next and by Decode and must not be changed.
type Fact struct {
	Epoch  uint32 // epoch of the register that made it, from 1
	Seq    uint64 // number within the epoch, from 1, no gaps
	At     int64  // UTC, milliseconds since 1970; monotone only within an era
	Zone   int16  // minutes east of UTC that the register's clock was set to
	Day    Day    // business date, fixed when the day was opened; 0 before the first day
	Era    uint32 // clock era: grows when the clock stepped by more than 5 minutes
	Staff  uint32 // who did it; 0 is the register itself
	Source Source
	Kind   Number // what happened
	Ver    uint8  // version of Body's shape, from 1
	Key    Key    // idempotency key of the intent, on the first fact of an act only; zero when it had none
	Sum    uint64 // first 8 bytes of SHA-256 of the intent's body, with Key
	Off    uint32 // facts since the first fact of the same act: 0 on the first
	Body   []byte // CBOR of the kind's body; see Kind

	Raw  []byte // encoding of all the above
	Hash Hash   // SHA-256(hash of the fact before ‖ Raw)
}

// record is the stored shape. Keys only grow; a reader keeps bytes it does not know
// because Raw is kept verbatim.
type record struct {
	Epoch  uint32          `cbor:"1,keyasint"`
	Seq    uint64          `cbor:"2,keyasint"`
	At     int64           `cbor:"3,keyasint"`
	Zone   int16           `cbor:"4,keyasint,omitempty"`
	Day    Day             `cbor:"5,keyasint,omitempty"`
	Era    uint32          `cbor:"6,keyasint,omitempty"`
	Staff  uint32          `cbor:"7,keyasint,omitempty"`
	Source Source          `cbor:"8,keyasint"`
	Kind   Number          `cbor:"9,keyasint"`
	Ver    uint8           `cbor:"10,keyasint"`
	Key    []byte          `cbor:"11,keyasint,omitempty"`
	Sum    uint64          `cbor:"12,keyasint,omitempty"`
	Off    uint32          `cbor:"13,keyasint,omitempty"`
	Body   cbor.RawMessage `cbor:"14,keyasint,omitempty"`
}

var (
	// ErrDecode refuses bytes that are not a fact.
	ErrDecode = fault.New("fact.decode", "记录无法读取，请联系技术员", "A record cannot be read; call the technician",
		"The bytes are not a deterministic CBOR fact. Run 'registerctl journal verify' on the file they came from.")
	// ErrChain reports that a fact does not follow the one before it.
	ErrChain = fault.New("fact.chain", "记录链在第 %d 条断开，请联系技术员", "The chain of records breaks at number %d; call the technician",
		"Number, epoch or hash does not continue the fact before it: the file was edited, mixed up or damaged.")
)

var (
	enc = mustEnc()
	dec = mustDec()
)

func mustEnc() cbor.EncMode {
	o := cbor.CoreDetEncOptions()
	o.OmitEmpty = cbor.OmitEmptyGoValue
	m, err := o.EncMode()
	if err != nil {
		panic(err)
	}
	return m
}

func mustDec() cbor.DecMode {
	m, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, MaxNestedLevels: 32, MaxArrayElements: 1 << 20, MaxMapPairs: 1 << 20,
		IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden,
	}.DecMode()
	if err != nil {
		panic(err)
	}
	return m
}

// Marshal encodes a body or any stored value as deterministic CBOR. Give struct fields
// integer keys: `cbor:"1,keyasint,omitempty"`. It panics on a type CBOR cannot hold, which
// is a programming error.
func Marshal(v any) []byte {
	b, err := enc.Marshal(v)
	if err != nil {
		panic("fact: " + err.Error())
	}
	return b
}

// Unmarshal decodes what Marshal made into *v. Unknown keys are skipped. Errors are ErrDecode.
func Unmarshal(b []byte, v any) error {
	if err := dec.Unmarshal(b, v); err != nil {
		return ErrDecode.Wrap(err)
	}
	return nil
}

// Next numbers, encodes and chains f as the fact after h and returns it with the new
// head. Epoch, Seq, Raw and Hash of f are overwritten.
func (h Head) Next(f Fact) (Fact, Head) {
	f.Epoch, f.Seq = h.Epoch, h.Seq+1
	var key []byte
	if f.Key != (Key{}) {
		key = f.Key[:]
	}
	f.Raw = Marshal(record{f.Epoch, f.Seq, f.At, f.Zone, f.Day, f.Era, f.Staff, f.Source, f.Kind, f.Ver, key, f.Sum, f.Off, f.Body})
	f.Hash = link(h.Hash, f.Raw)
	return f, Head{f.Epoch, f.Seq, f.Hash}
}

func link(prev Hash, raw []byte) Hash {
	s := sha256.New()
	s.Write(prev[:])
	s.Write(raw)
	var out Hash
	s.Sum(out[:0])
	return out
}

// Decode reads one encoding. Hash stays zero; use Head.Follow to check and set it. The
// fact keeps raw without copying.
func Decode(raw []byte) (Fact, error) {
	var r record
	if err := dec.Unmarshal(raw, &r); err != nil {
		return Fact{}, ErrDecode.Wrap(err)
	}
	f := Fact{Epoch: r.Epoch, Seq: r.Seq, At: r.At, Zone: r.Zone, Day: r.Day, Era: r.Era, Staff: r.Staff, Source: r.Source,
		Kind: r.Kind, Ver: r.Ver, Sum: r.Sum, Off: r.Off, Body: r.Body, Raw: raw}
	if len(r.Key) != 0 {
		if len(r.Key) != len(f.Key) {
			return Fact{}, ErrDecode.Wrap(fmt.Errorf("key of %d bytes", len(r.Key)))
		}
		copy(f.Key[:], r.Key)
	}
	if f.Seq == 0 || f.Epoch == 0 || f.Kind == 0 {
		return Fact{}, ErrDecode.Wrap(fmt.Errorf("number, epoch or kind missing"))
	}
	return f, nil
}

// Vouch checks that f, decoded before, is the fact right after h: epoch, number and hash over its encoding. It returns
// the new head, or ErrChain.
func (h Head) Vouch(f *Fact) (Head, error) {
	if f.Epoch != h.Epoch || f.Seq != h.Seq+1 || link(h.Hash, f.Raw) != f.Hash {
		return h, ErrChain.With(h.Seq + 1).Wrap(fmt.Errorf("found epoch %d fact %d", f.Epoch, f.Seq))
	}
	return Head{f.Epoch, f.Seq, f.Hash}, nil
}

// Follow decodes raw as the fact right after h, sets its hash and returns the new head.
// It fails with ErrDecode or, when epoch or number do not continue h, ErrChain.
func (h Head) Follow(raw []byte) (Fact, Head, error) {
	f, err := Decode(raw)
	if err != nil {
		return Fact{}, h, err
	}
	if f.Epoch != h.Epoch || f.Seq != h.Seq+1 {
		return Fact{}, h, ErrChain.With(h.Seq + 1).Wrap(fmt.Errorf("found epoch %d fact %d", f.Epoch, f.Seq))
	}
	f.Hash = link(h.Hash, raw)
	return f, Head{f.Epoch, f.Seq, f.Hash}, nil
}

// Signed is what a register's key really signs for data: the data behind a fixed word, so that a
// signature over data can never pass for one over a day file's header or seal.
func Signed(data []byte) []byte { return append([]byte("wendan register data 1\x00"), data...) }
