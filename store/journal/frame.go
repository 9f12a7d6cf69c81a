package journal

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"wendan/store/fact"
)

// A day file is a row of frames; zeros follow the last one while the file is open.
//
//	offset 0  marker "wd", type ('H' header, 'G' group, 'S' seal), format 1
//	       4  length of the payload, little endian
//	       8  CRC-32C of the other 8 bytes and the payload
//	      12  payload
//
// A group's payload is: count (4), number of the first fact (8), count times length (4) and
// encoding, hash of the last fact (32).
const (
	frameHead = 12
	groupHead = 12
	maxFrame  = 16 << 20
	format    = 1

	typeHeader = 'H'
	typeGroup  = 'G'
	typeSeal   = 'S'
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var (
	errEnd   = errors.New("no frame here")
	errFrame = errors.New("frame is broken")
)

func frameSum(b []byte) uint32 {
	return crc32.Update(crc32.Checksum(b[:8], castagnoli), castagnoli, b[frameHead:])
}

// finish fills marker, length and checksum of a frame whose payload stands behind
// frameHead free bytes.
func finish(b []byte, typ byte) []byte {
	b[0], b[1], b[2], b[3] = 'w', 'd', typ, format
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-frameHead))
	binary.LittleEndian.PutUint32(b[8:], frameSum(b))
	return b
}

// frameLen reads the fixed part: errEnd for zeros, errFrame for anything that cannot start a frame.
func frameLen(b []byte) (typ byte, size int, err error) {
	if len(b) < frameHead || bytes.Equal(b[:frameHead], make([]byte, frameHead)) {
		return 0, 0, errEnd
	}
	typ = b[2]
	n := binary.LittleEndian.Uint32(b[4:])
	switch {
	case b[0] != 'w' || b[1] != 'd' || typ != typeHeader && typ != typeGroup && typ != typeSeal:
		return 0, 0, fmt.Errorf("%w: no marker", errFrame)
	case b[3] != format:
		return 0, 0, fmt.Errorf("%w: format %d", errFrame, b[3])
	case n > maxFrame-frameHead:
		return 0, 0, fmt.Errorf("%w: length %d", errFrame, n)
	}
	return typ, frameHead + int(n), nil
}

// parseFrame reads the frame at the start of b.
func parseFrame(b []byte) (typ byte, payload []byte, size int, err error) {
	typ, size, err = frameLen(b)
	if err != nil {
		return 0, nil, 0, err
	}
	if size > len(b) {
		return 0, nil, 0, fmt.Errorf("%w: cut short", errFrame)
	}
	if binary.LittleEndian.Uint32(b[8:]) != frameSum(b[:size]) {
		return 0, nil, 0, fmt.Errorf("%w: checksum", errFrame)
	}
	return typ, b[frameHead:size], size, nil
}

// readFrame reads the next frame into memory of its own. Errors of the medium are
// returned as they are; errEnd and errFrame speak about the bytes.
func readFrame(r *bufio.Reader) (typ byte, payload []byte, size int, err error) {
	top, err := r.Peek(frameHead)
	if err != nil && err != io.EOF {
		return 0, nil, 0, err
	}
	if _, size, err = frameLen(top); err != nil {
		return 0, nil, 0, err
	}
	b := make([]byte, size)
	if _, err = io.ReadFull(r, b); err == io.ErrUnexpectedEOF || err == io.EOF {
		return 0, nil, 0, fmt.Errorf("%w: cut short", errFrame)
	} else if err != nil {
		return 0, nil, 0, err
	}
	return parseFrame(b)
}

func groupSize(group []fact.Fact) int {
	n := frameHead + groupHead + sha256.Size
	for i := range group {
		n += 4 + len(group[i].Raw)
	}
	return n
}

// appendGroup appends the frame of group, which must not be empty, to b.
func appendGroup(b []byte, group []fact.Fact) []byte {
	start := len(b)
	b = append(b, make([]byte, frameHead)...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(group)))
	b = binary.LittleEndian.AppendUint64(b, group[0].Seq)
	for i := range group {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(group[i].Raw)))
		b = append(b, group[i].Raw...)
	}
	b = append(b, group[len(group)-1].Hash[:]...)
	finish(b[start:], typeGroup)
	return b
}

// readGroup decodes a group's payload as the facts right after h. The facts keep
// payload.
func readGroup(payload []byte, h fact.Head) ([]fact.Fact, fact.Head, error) {
	if len(payload) < groupHead+sha256.Size {
		return nil, h, fmt.Errorf("%w: group of %d bytes", errFrame, len(payload))
	}
	count, first := binary.LittleEndian.Uint32(payload), binary.LittleEndian.Uint64(payload[4:])
	rest, sum := payload[groupHead:len(payload)-sha256.Size], payload[len(payload)-sha256.Size:]
	if count == 0 || uint64(count)*4 > uint64(len(rest)) || first != h.Seq+1 {
		return nil, h, fmt.Errorf("%w: %d facts from number %d after number %d", errFrame, count, first, h.Seq)
	}
	facts := make([]fact.Fact, 0, min(count, 4096))
	for range count {
		if len(rest) < 4 || uint64(binary.LittleEndian.Uint32(rest)) > uint64(len(rest)-4) {
			return nil, h, fmt.Errorf("%w: fact longer than its group", errFrame)
		}
		n := int(binary.LittleEndian.Uint32(rest))
		f, next, err := h.Follow(rest[4 : 4+n : 4+n])
		if err != nil {
			return nil, h, err
		}
		facts, h, rest = append(facts, f), next, rest[4+n:]
	}
	if len(rest) != 0 || !bytes.Equal(sum, h.Hash[:]) {
		return nil, h, fmt.Errorf("%w: group does not end in its hash", errFrame)
	}
	return facts, h, nil
}

// laterFrame finds a whole group or seal anywhere in b. After the end of the good part
// there can be at most one torn group, so such a frame means damage in the middle.
func laterFrame(b []byte) (int, bool) {
	for i := 0; i+frameHead <= len(b); i++ {
		at := bytes.IndexByte(b[i:], 'w')
		if at < 0 {
			return 0, false
		}
		i += at
		if typ, _, _, err := parseFrame(b[i:]); err == nil && typ != typeHeader {
			return i, true
		}
	}
	return 0, false
}

// checkGroup makes sure that group continues h, hashes included.
func checkGroup(group []fact.Fact, h fact.Head) error {
	s := sha256.New()
	for i := range group {
		f := &group[i]
		if f.Epoch != h.Epoch || f.Seq != h.Seq+1 || len(f.Raw) == 0 {
			return fact.ErrChain.With(h.Seq + 1).Wrap(fmt.Errorf("given epoch %d fact %d", f.Epoch, f.Seq))
		}
		s.Reset()
		s.Write(h.Hash[:])
		s.Write(f.Raw)
		var sum fact.Hash
		s.Sum(sum[:0])
		if sum != f.Hash {
			return fact.ErrChain.With(f.Seq)
		}
		h = fact.Head{Epoch: f.Epoch, Seq: f.Seq, Hash: f.Hash}
	}
	if n := groupSize(group); n > maxFrame {
		return ErrTooLarge.With(n)
	}
	return nil
}
