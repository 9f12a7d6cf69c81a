// Package wire holds the messages between a register and head office, and their versions.
//
// Upwards travels the Run: up to 500 consecutive facts, their encodings verbatim and
// packed with zstd. Hashes between the facts are left out, because fact.Head.Follow
// recomputes them; the header names the hash before the first and the hash of the last
// fact and is signed by the register, so nobody in between can add, drop, change or swap
// a fact. Back comes the Mark: the highest gap-free number that head office has booked,
// with its hash. Directives travel downwards.
//
// Everything here is pure and safe for use by several goroutines.
package wire

import (
	"crypto/ed25519"
	"encoding/binary"
	"fmt"

	"wendan/store/fact"
	"wendan/store/fault"
)

// Version is the version of the messages written now. Readers refuse higher ones.
const Version = 1

// Limits of one run. A fact larger than MaxRaw travels alone, up to MaxFact.
const (
	MaxFacts   = 500     // facts in a run
	MaxRaw     = 1 << 20 // bytes of encodings in a run of several facts
	MaxFact    = 4 << 20 // bytes of one encoding
	MaxMessage = 6 << 20 // bytes of a whole packed message
)

const (
	runDomain   = "wendan run v1\x00"
	maxUnpacked = MaxFact + MaxFacts*binary.MaxVarintLen32
)

var (
	// ErrRun refuses bytes that are no run: wrong shape, counts or sizes.
	ErrRun = fault.New("wire.run", "上传的数据无法读取，请联系技术员", "An uploaded run of facts cannot be read; call the technician",
		"The message is damaged, too large, or not made by a register. It was not booked; the register sends it again.")
	// ErrVersion refuses a message of a newer program.
	ErrVersion = fault.New("wire.version", "对方程序较新（版本 %v），请升级总部程序", "The other side speaks version %v; upgrade head office first",
		"Upgrade head office before the registers.")
	// ErrSignature refuses a run that the paired register did not sign.
	ErrSignature = fault.New("wire.signature", "上传数据的签名不对，请重新配对收银台", "The signature of uploaded facts is wrong; pair the register again",
		"The public key stored at pairing does not match: the journal was made anew, copied to another machine, or somebody else is sending.")
)

// Header says which facts a run holds.
type Header struct {
	Branch   string
	Register string
	Epoch    uint32
	First    uint64    // number of the first fact, from 1
	Last     uint64    // number of the last fact
	Prev     fact.Hash // hash of fact First−1
	Head     fact.Hash // hash of fact Last
}

// Before is the place in the chain just before the run, After the place it leads to.
func (h Header) Before() fact.Head { return fact.Head{Epoch: h.Epoch, Seq: h.First - 1, Hash: h.Prev} }

// After is the place in the chain that the run leads to.
func (h Header) After() fact.Head { return fact.Head{Epoch: h.Epoch, Seq: h.Last, Hash: h.Head} }

// Run is an unpacked and verified run.
type Run struct {
	Header
	Facts []fact.Fact
}

// envelope is the stored shape of a run. Keys only grow.
type envelope struct {
	Version  uint8     `cbor:"1,keyasint"`
	Branch   string    `cbor:"2,keyasint"`
	Register string    `cbor:"3,keyasint"`
	Epoch    uint32    `cbor:"4,keyasint"`
	First    uint64    `cbor:"5,keyasint"`
	Last     uint64    `cbor:"6,keyasint"`
	Prev     fact.Hash `cbor:"7,keyasint"`
	Head     fact.Hash `cbor:"8,keyasint"`
	Sig      []byte    `cbor:"9,keyasint,omitempty"`
	Packed   []byte    `cbor:"10,keyasint,omitempty"`
}

func (e *envelope) header() Header {
	return Header{e.Branch, e.Register, e.Epoch, e.First, e.Last, e.Prev, e.Head}
}

// signed is what the signature covers: the domain, then the envelope without signature
// and facts. The facts are covered through Head.
func (e *envelope) signed() []byte {
	bare := *e
	bare.Sig, bare.Packed = nil, nil
	return append([]byte(runDomain), fact.Marshal(bare)...)
}

// Cut returns how many of facts fit into one run: at least one when there is any.
func Cut(facts []fact.Fact) int {
	total := 0
	for i := range facts {
		total += len(facts[i].Raw)
		if i == MaxFacts || i > 0 && total > MaxRaw {
			return i
		}
	}
	return len(facts)
}

// Pack packs consecutive facts that follow before, and has sign sign the header with the
// register's Ed25519 key (over fact.Signed of what it is given). The same facts give the same bytes. It fails with ErrRun when
// the facts exceed the limits (see Cut) and with fact.ErrChain when they do not follow.
func Pack(branch, register string, before fact.Head, facts []fact.Fact, sign func([]byte) []byte) ([]byte, Header, error) {
	if err := CheckName(branch, register); err != nil {
		return nil, Header{}, err
	}
	if len(facts) == 0 || Cut(facts) != len(facts) || len(facts[0].Raw) > MaxFact {
		return nil, Header{}, ErrRun.Wrap(fmt.Errorf("%d facts do not make one run", len(facts)))
	}
	at := before
	plain := make([]byte, 0, 64<<10)
	for i := range facts {
		next, err := at.Vouch(&facts[i])
		if err != nil {
			return nil, Header{}, err
		}
		plain = binary.AppendUvarint(plain, uint64(len(facts[i].Raw)))
		plain = append(plain, facts[i].Raw...)
		at = next
	}
	e := envelope{Version: Version, Branch: branch, Register: register, Epoch: before.Epoch, First: before.Seq + 1, Last: at.Seq,
		Prev: before.Hash, Head: at.Hash}
	e.Sig = sign(e.signed())
	e.Packed = squeeze(plain)
	return fact.Marshal(e), e.header(), nil
}

// Unpack reads a run and verifies all of it: limits, numbers, the chain from Prev to Head
// and the signature against the key that key names for the header. Whatever the input, it
// uses a few times MaxFact of memory at most. Errors: ErrRun, ErrVersion, ErrSignature,
// fact.ErrDecode, fact.ErrChain, ErrName, or what key returned. The header comes back,
// unverified, with any error but ErrRun.
func Unpack(msg []byte, key func(Header) (ed25519.PublicKey, error)) (Run, error) {
	if len(msg) > MaxMessage {
		return Run{}, ErrRun.Wrap(fmt.Errorf("message of %d bytes", len(msg)))
	}
	var e envelope
	if err := fact.Unmarshal(msg, &e); err != nil {
		return Run{}, ErrRun.Wrap(err)
	}
	r := Run{Header: e.header()}
	if e.Version != Version {
		return r, ErrVersion.With(e.Version)
	}
	if err := CheckName(e.Branch, e.Register); err != nil {
		return r, err
	}
	if e.Epoch == 0 || e.First == 0 || e.Last < e.First || e.Last-e.First >= MaxFacts {
		return Run{}, ErrRun.Wrap(fmt.Errorf("epoch %d, facts %d to %d", e.Epoch, e.First, e.Last))
	}
	pub, err := key(r.Header)
	if err != nil {
		return r, err
	}
	if len(pub) != ed25519.PublicKeySize || !ed25519.Verify(pub, fact.Signed(e.signed()), e.Sig) {
		return r, ErrSignature
	}
	plain, err := expand(e.Packed)
	if err != nil {
		return Run{}, ErrRun.Wrap(err)
	}
	return r, r.fill(plain)
}

// Peek reads the header of a run without verifying anything: for logs and tools.
func Peek(msg []byte) (Header, error) {
	var e envelope
	if err := fact.Unmarshal(msg, &e); err != nil {
		return Header{}, ErrRun.Wrap(err)
	}
	return e.header(), nil
}

func (r *Run) fill(plain []byte) error {
	count := int(r.Last - r.First + 1)
	facts := make([]fact.Fact, 0, count)
	at := r.Before()
	for len(facts) < count {
		n, used := binary.Uvarint(plain)
		if used <= 0 || n == 0 || n > uint64(len(plain)-used) {
			return ErrRun.Wrap(fmt.Errorf("fact %d is cut off", at.Seq+1))
		}
		f, next, err := at.Follow(plain[used : used+int(n) : used+int(n)])
		if err != nil {
			return err
		}
		facts, at, plain = append(facts, f), next, plain[used+int(n):]
	}
	if len(plain) != 0 {
		return ErrRun.Wrap(fmt.Errorf("%d bytes after the last fact", len(plain)))
	}
	if at != r.After() {
		return fact.ErrChain.With(r.Last).Wrap(fmt.Errorf("chain leads to %s, the header says %s", at.Hash.Short(), r.Head.Short()))
	}
	r.Facts = facts
	return nil
}
