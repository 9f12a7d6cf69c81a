package book

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"wendan/store/fact"
	"wendan/store/order"
	"wendan/store/report"
)

// shape is the number of the layout below. A file of another shape is rebuilt, never
// migrated.
const shape = 1

// Buckets. Every key begins with the epoch (4 bytes, big endian), so that no number of one
// epoch can be taken for one of another. Every value is CRC-32C of key and body (4 bytes,
// big endian), then the body.
//
//	state   epoch                    → state
//	orders  epoch, number (8)        → Filed
//	open    epoch, number (8)        → nothing: the order is unpaid
//	days    epoch, yyyymmdd (4)      → daySheet
//	keys    epoch, fact.Key (16)     → Entry, of the open day and the one before it
//	jobs    epoch, fact (8), slip(2) → order.Number: print jobs nobody has confirmed
//	copies  epoch, fact (8)          → hash (32), encoding: facts not booked yet
//	marks   epoch, name              → fact.Head
var (
	bState  = []byte("state")
	bOrders = []byte("orders")
	bOpen   = []byte("open")
	bDays   = []byte("days")
	bKeys   = []byte("keys")
	bJobs   = []byte("jobs")
	bCopies = []byte("copies")
	bMarks  = []byte("marks")
)

var buckets = [][]byte{bState, bOrders, bOpen, bDays, bKeys, bJobs, bCopies, bMarks}

// fill is the fill percent of buckets whose keys only grow. The rest is room for an order
// to grow by its payment without splitting its page.
const fill = 0.95

// state is what the book knows about itself.
type state struct {
	Shape    uint16    `cbor:"1,keyasint"`
	Identity string    `cbor:"2,keyasint,omitempty"` // of the journal it follows
	Head     fact.Head `cbor:"3,keyasint"`           // last fact taken in
	Act      fact.Key  `cbor:"4,keyasint"`           // key of the act the last fact belongs to
	ActFirst uint64    `cbor:"5,keyasint,omitempty"`
	Orders   uint64    `cbor:"6,keyasint,omitempty"` // order bodies in the file
	Floor    uint64    `cbor:"7,keyasint,omitempty"` // settled orders below this number were pruned
	PrunedTo fact.Day  `cbor:"8,keyasint,omitempty"` // latest day that a pruned order counted in
	Copied   uint64    `cbor:"9,keyasint,omitempty"` // copies are complete from this number on
	LastN    uint64    `cbor:"10,keyasint,omitempty"`
}

// Paper is a slip that an order called for and what became of it.
type Paper struct {
	Job     order.Job     `cbor:"1,keyasint" json:"job"`
	Outcome order.Outcome `cbor:"2,keyasint" json:"outcome"` // 0: not confirmed yet
}

// Filed is an order as the book files it.
type Filed struct {
	Order   order.Order `cbor:"1,keyasint" json:"order"`
	Papers  []Paper     `cbor:"2,keyasint,omitempty" json:"papers,omitempty"`  // in the order they were called for
	Settled uint16      `cbor:"3,keyasint,omitempty" json:"settled,omitempty"` // settlements; more than one is a matter for the manager
}

// Waiting counts the slips nobody has confirmed or given up yet.
func (f *Filed) Waiting() int {
	n := 0
	for i := range f.Papers {
		if f.Papers[i].Outcome == 0 {
			n++
		}
	}
	return n
}

// daySheet is a business day: its figures and the orders placed on it, which are one run of
// numbers.
type daySheet struct {
	First  uint64        `cbor:"1,keyasint,omitempty"`
	Last   uint64        `cbor:"2,keyasint,omitempty"`
	Totals report.Totals `cbor:"3,keyasint"`
}

// Entry answers an idempotency key: the facts of the act it was first used for.
type Entry struct {
	First uint64 `cbor:"1,keyasint" json:"first"` // number of the act's first fact
	Last  uint64 `cbor:"2,keyasint" json:"last"`  // and of its last
	Sum   uint64 `cbor:"3,keyasint" json:"sum"`   // checksum of the intent, see fact.Fact.Sum
}

func keyEpoch(epoch uint32) []byte { return binary.BigEndian.AppendUint32(make([]byte, 0, 24), epoch) }

func keyNumber(epoch uint32, n uint64) []byte {
	return binary.BigEndian.AppendUint64(keyEpoch(epoch), n)
}

func keyDay(epoch uint32, d fact.Day) []byte {
	return binary.BigEndian.AppendUint32(keyEpoch(epoch), uint32(d))
}

func keyIdem(epoch uint32, k fact.Key) []byte { return append(keyEpoch(epoch), k[:]...) }

func keyJob(j order.Job) []byte {
	return binary.BigEndian.AppendUint16(keyNumber(j.Epoch, j.Seq), uint16(j.Slip))
}

func keyMark(epoch uint32, name string) []byte { return append(keyEpoch(epoch), name...) }

var errKey = errors.New("key of a wrong length")

func readNumber(k []byte) (epoch uint32, n uint64, err error) {
	if len(k) != 12 {
		return 0, 0, errKey
	}
	return binary.BigEndian.Uint32(k), binary.BigEndian.Uint64(k[4:]), nil
}

func readDay(k []byte) (fact.Day, error) {
	if len(k) != 8 {
		return 0, errKey
	}
	return fact.Day(binary.BigEndian.Uint32(k[4:])), nil
}

func readJob(k []byte) (order.Job, error) {
	if len(k) != 14 {
		return order.Job{}, errKey
	}
	return order.Job{Epoch: binary.BigEndian.Uint32(k), Seq: binary.BigEndian.Uint64(k[4:]), Slip: order.Slip(binary.BigEndian.Uint16(k[12:]))}, nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sumOf(key, body []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, body)
}

// seal puts the checksum of key and body in front of body.
func seal(key, body []byte) []byte {
	v := make([]byte, 4, 4+len(body))
	binary.BigEndian.PutUint32(v, sumOf(key, body))
	return append(v, body...)
}

// unseal returns the body of a value, which belongs to the transaction, or ErrRot.
func unseal(bucket, key, value []byte) ([]byte, error) {
	if len(value) < 4 || binary.BigEndian.Uint32(value) != sumOf(key, value[4:]) {
		return nil, ErrRot.Wrap(fmt.Errorf("checksum of %s %x", bucket, key))
	}
	return value[4:], nil
}

// read decodes a sealed value into v. A body that does not decode is rot too.
func read(bucket, key, value []byte, v any) error {
	body, err := unseal(bucket, key, value)
	if err != nil {
		return err
	}
	if err := fact.Unmarshal(body, v); err != nil {
		return ErrRot.Wrap(fmt.Errorf("read %s %x: %w", bucket, key, err))
	}
	return nil
}
