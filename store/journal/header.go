package journal

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	"wendan/store/fact"
)

// Every signature is made over one of these and the data, so that a signature of one
// sort never passes for another.
const (
	signHeader = "wendan journal header 1\x00"
	signSeal   = "wendan journal seal 1\x00"
)

// header is the first frame of a day file: CBOR of this and 64 bytes of signature.
type header struct {
	Format   uint8     `cbor:"1,keyasint"`
	Branch   string    `cbor:"2,keyasint"`
	Register string    `cbor:"3,keyasint"`
	Epoch    uint32    `cbor:"4,keyasint"`
	First    uint64    `cbor:"5,keyasint"`
	Prev     fact.Hash `cbor:"6,keyasint"`
	Public   []byte    `cbor:"7,keyasint"`
	At       int64     `cbor:"8,keyasint"` // UTC milliseconds
	Day      fact.Day  `cbor:"9,keyasint"` // of the first fact; 0 in the first file
}

// before is the head that the file's first fact continues.
func (h *header) before() fact.Head { return fact.Head{Epoch: h.Epoch, Seq: h.First - 1, Hash: h.Prev} }

func newHeader(id *Identity, prev fact.Head, day fact.Day, at time.Time) header {
	return header{format, id.Branch, id.Register, id.Epoch, prev.Seq + 1, prev.Hash, id.Public, at.UnixMilli(), day}
}

func (h *header) frame(key ed25519.PrivateKey) []byte {
	body := fact.Marshal(*h)
	b := append(make([]byte, frameHead, frameHead+len(body)+ed25519.SignatureSize), body...)
	b = append(b, ed25519.Sign(key, append([]byte(signHeader), body...))...)
	return finish(b, typeHeader)
}

// readHeader decodes and checks a header's payload against the key it carries.
func readHeader(payload []byte) (header, error) {
	var h header
	n := len(payload) - ed25519.SignatureSize
	if n < 0 {
		return h, fmt.Errorf("%w: header of %d bytes", errFrame, len(payload))
	}
	if err := fact.Unmarshal(payload[:n], &h); err != nil {
		return h, err
	}
	if h.Format > format {
		return h, ErrVersion
	}
	if len(h.Public) != ed25519.PublicKeySize || h.First == 0 || h.Epoch == 0 {
		return h, fmt.Errorf("%w: header without key, epoch or number", errFrame)
	}
	if !ed25519.Verify(h.Public, append([]byte(signHeader), payload[:n]...), payload[n:]) {
		return h, fmt.Errorf("%w: header signature", errFrame)
	}
	return h, nil
}

// seal is the last frame of a finished day file, of fixed size so that it can be read
// from the end: epoch (4), count, first, last (8 each), head hash (32), signature (64).
type seal struct {
	Epoch              uint32
	Count, First, Last uint64
	Hash               fact.Hash
}

const (
	sealBody = 4 + 3*8 + sha256.Size
	sealSize = frameHead + sealBody + ed25519.SignatureSize
)

func (s *seal) head() fact.Head { return fact.Head{Epoch: s.Epoch, Seq: s.Last, Hash: s.Hash} }

func newSeal(before, head fact.Head) seal {
	return seal{head.Epoch, head.Seq - before.Seq, before.Seq + 1, head.Seq, head.Hash}
}

func (s *seal) frame(key ed25519.PrivateKey) []byte {
	b := make([]byte, frameHead, sealSize)
	b = binary.LittleEndian.AppendUint32(b, s.Epoch)
	b = binary.LittleEndian.AppendUint64(b, s.Count)
	b = binary.LittleEndian.AppendUint64(b, s.First)
	b = binary.LittleEndian.AppendUint64(b, s.Last)
	b = append(b, s.Hash[:]...)
	b = append(b, ed25519.Sign(key, append([]byte(signSeal), b[frameHead:]...))...)
	return finish(b, typeSeal)
}

// readSeal decodes a seal's payload and checks it, signature included, against the header of its file.
func readSeal(payload []byte, h *header) (seal, error) {
	s, err := glanceSeal(payload, h)
	if err == nil && !ed25519.Verify(h.Public, append([]byte(signSeal), payload[:sealBody]...), payload[sealBody:]) {
		err = fmt.Errorf("%w: seal signature", errFrame)
	}
	return s, err
}

// glanceSeal is readSeal without the signature, for Open: there the signed header of the next file names the same head,
// so that nobody without the key can have changed the seal.
func glanceSeal(payload []byte, h *header) (seal, error) {
	var s seal
	if len(payload) != sealBody+ed25519.SignatureSize {
		return s, fmt.Errorf("%w: seal of %d bytes", errFrame, len(payload))
	}
	s.Epoch = binary.LittleEndian.Uint32(payload)
	s.Count = binary.LittleEndian.Uint64(payload[4:])
	s.First = binary.LittleEndian.Uint64(payload[12:])
	s.Last = binary.LittleEndian.Uint64(payload[20:])
	copy(s.Hash[:], payload[28:])
	if s.Epoch != h.Epoch || s.First != h.First || s.Count != s.Last-s.First+1 {
		return s, fmt.Errorf("%w: seal of another file", errFrame)
	}
	return s, nil
}

// Fingerprint is the short name of a public key: the first 8 bytes of its SHA-256 in
// hexadecimal.
func Fingerprint(public ed25519.PublicKey) string {
	s := sha256.Sum256(public)
	return hex.EncodeToString(s[:8])
}

// CheckSignature reports whether sig was made over data by Journal.Sign with the key
// that belongs to public.
func CheckSignature(public ed25519.PublicKey, data, sig []byte) bool {
	return len(public) == ed25519.PublicKeySize && ed25519.Verify(public, fact.Signed(data), sig)
}

// Sign signs data with the register's key. The signature stands only for data handed
// to Sign; it never passes as a header or seal. Check it with CheckSignature.
func (j *Journal) Sign(data []byte) []byte {
	return ed25519.Sign(j.id.private, fact.Signed(data))
}

// PublicKey is the register's key; the caller must not change it.
func (j *Journal) PublicKey() ed25519.PublicKey { return j.id.Public }

// Identity says whose journal this is.
func (j *Journal) Identity() Identity { return j.id }

func (h *header) of(id *Identity) bool {
	return h.Branch == id.Branch && h.Register == id.Register && h.Epoch == id.Epoch && bytes.Equal(h.Public, id.Public)
}
