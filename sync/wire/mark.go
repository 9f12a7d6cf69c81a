package wire

import (
	"crypto/ed25519"
	"fmt"

	"wendan/store/fact"
	"wendan/store/fault"
)

// Reason says why head office sent a mark. Numbers are stored by nobody but sent by both
// sides; they only grow.
type Reason uint8

// Reasons of a mark.
const (
	ReasonBooked  Reason = 1 // facts up to the mark were booked just now
	ReasonAsked   Reason = 2 // the register asked
	ReasonGap     Reason = 3 // a run came that starts beyond the mark: send again from the mark
	ReasonRefused Reason = 4 // a run was refused; Fault says why
)

// Mark is head office's answer: everything up to and including Head is booked, without gaps.
type Mark struct {
	Branch   string
	Register string
	Head     fact.Head // Seq 0 with the zero hash when nothing is booked
	At       int64     // UTC milliseconds of the last booking; 0 when none
	Reason   Reason
	Stream   uint64 // last number of the register's stream, with ReasonAsked
	Ask      uint64 // number of the request this answers, with ReasonAsked
	Fault    string // fault code when facts stopped being booked: "headoffice.fork"
	Epoch    uint32 // newest epoch granted; higher than Head.Epoch when another machine took over
}

type markShape struct {
	Version  uint8     `cbor:"1,keyasint"`
	Branch   string    `cbor:"2,keyasint"`
	Register string    `cbor:"3,keyasint"`
	Head     fact.Head `cbor:"4,keyasint"`
	At       int64     `cbor:"5,keyasint,omitempty"`
	Reason   Reason    `cbor:"6,keyasint"`
	Stream   uint64    `cbor:"7,keyasint,omitempty"`
	Fault    string    `cbor:"8,keyasint,omitempty"`
	Epoch    uint32    `cbor:"9,keyasint,omitempty"`
	Ask      uint64    `cbor:"10,keyasint,omitempty"`
}

// ErrMessage refuses bytes that are not the message expected.
var ErrMessage = fault.New("wire.message", "总部的应答无法读取，稍后自动重试", "Head office's answer cannot be read; it is asked again by itself",
	"Not a message of this program, or damaged on the way.")

// Encode gives the bytes that ReadMark reads.
func (m Mark) Encode() []byte {
	return fact.Marshal(markShape{Version, m.Branch, m.Register, m.Head, m.At, m.Reason, m.Stream, m.Fault, m.Epoch, m.Ask})
}

// ReadMark reads a mark. Errors: ErrMessage, ErrVersion, ErrName.
func ReadMark(b []byte) (Mark, error) {
	var s markShape
	if err := fact.Unmarshal(b, &s); err != nil {
		return Mark{}, ErrMessage.Wrap(err)
	}
	if s.Version != Version {
		return Mark{}, ErrVersion.With(s.Version)
	}
	if err := CheckName(s.Branch, s.Register); err != nil {
		return Mark{}, err
	}
	if s.Head.Epoch == 0 || len(s.Fault) > 100 {
		return Mark{}, ErrMessage.Wrap(fmt.Errorf("epoch %d, fault of %d bytes", s.Head.Epoch, len(s.Fault)))
	}
	return Mark{Branch: s.Branch, Register: s.Register, Head: s.Head, At: s.At, Reason: s.Reason, Stream: s.Stream, Ask: s.Ask, Fault: s.Fault, Epoch: s.Epoch}, nil
}

// Ask is a register's question for its mark. Nonce comes back in Mark.Ask so that a
// repeated or late answer is not taken for a new one.
type Ask struct {
	Epoch uint32 // the register's epoch
	Nonce uint64
}

type askShape struct {
	Version uint8  `cbor:"1,keyasint"`
	Epoch   uint32 `cbor:"2,keyasint"`
	Nonce   uint64 `cbor:"3,keyasint"`
}

// Encode gives the bytes that ReadAsk reads.
func (a Ask) Encode() []byte { return fact.Marshal(askShape{Version, a.Epoch, a.Nonce}) }

// ReadAsk reads a question. Errors: ErrMessage, ErrVersion.
func ReadAsk(b []byte) (Ask, error) {
	var s askShape
	if err := fact.Unmarshal(b, &s); err != nil || s.Epoch == 0 {
		return Ask{}, ErrMessage.Wrap(err)
	}
	if s.Version != Version {
		return Ask{}, ErrVersion.With(s.Version)
	}
	return Ask{s.Epoch, s.Nonce}, nil
}

// Directive is an order of head office to a register or, with Register empty, to every
// register of the branch. It counts as done when the register has committed it as facts.
type Directive struct {
	No       uint64 // 1, 2, 3 … per branch, no gaps; a number already taken in is ignored
	Branch   string
	Register string
	Kind     string // "menu", "prices", "staff" …
	At       int64  // UTC milliseconds when it was signed
	Until    int64  // UTC milliseconds after which it must not be carried out; 0 is never
	Body     []byte
}

type directiveShape struct {
	Version  uint8  `cbor:"1,keyasint"`
	No       uint64 `cbor:"2,keyasint"`
	Branch   string `cbor:"3,keyasint"`
	Register string `cbor:"4,keyasint,omitempty"`
	Kind     string `cbor:"5,keyasint"`
	At       int64  `cbor:"6,keyasint"`
	Until    int64  `cbor:"7,keyasint,omitempty"`
	Body     []byte `cbor:"8,keyasint,omitempty"`
	Sig      []byte `cbor:"9,keyasint,omitempty"`
}

const directiveDomain = "wendan directive v1\x00"

func (s *directiveShape) signed() []byte {
	bare := *s
	bare.Sig = nil
	return append([]byte(directiveDomain), fact.Marshal(bare)...)
}

// Encode has sign sign the directive with head office's Ed25519 key and gives the bytes
// that ReadDirective reads.
func (d Directive) Encode(sign func([]byte) []byte) []byte {
	s := directiveShape{Version, d.No, d.Branch, d.Register, d.Kind, d.At, d.Until, d.Body, nil}
	s.Sig = sign(s.signed())
	return fact.Marshal(s)
}

// ReadDirective reads a directive and verifies it against head office's public key.
// Whether it is for this branch, new and still in time is the caller's to check. Errors:
// ErrMessage, ErrVersion, ErrSignature.
func ReadDirective(b []byte, pub ed25519.PublicKey) (Directive, error) {
	var s directiveShape
	if err := fact.Unmarshal(b, &s); err != nil {
		return Directive{}, ErrMessage.Wrap(err)
	}
	if s.Version != Version {
		return Directive{}, ErrVersion.With(s.Version)
	}
	if s.No == 0 || s.Kind == "" || !ValidName(s.Branch) || s.Register != "" && !ValidName(s.Register) {
		return Directive{}, ErrMessage.Wrap(fmt.Errorf("directive %d of kind %q for %q", s.No, s.Kind, s.Branch))
	}
	if len(pub) != ed25519.PublicKeySize || !ed25519.Verify(pub, s.signed(), s.Sig) {
		return Directive{}, ErrSignature
	}
	return Directive{s.No, s.Branch, s.Register, s.Kind, s.At, s.Until, s.Body}, nil
}
