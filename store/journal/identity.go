package journal

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"path/filepath"
	"strings"

	"wendan/store/fact"
)

// Identity says which register a journal belongs to, and holds the key that signs it.
type Identity struct {
	Branch   string            `cbor:"1,keyasint"` // shop or branch
	Register string            `cbor:"2,keyasint"` // register letter
	Epoch    uint32            `cbor:"3,keyasint"` // from 1; a replacement register gets the next one
	Public   ed25519.PublicKey `cbor:"4,keyasint"`
	private  ed25519.PrivateKey
}

// NewIdentity makes a key pair from 32 bytes of random and names the register. Nothing
// is stored until Create. Fails only when random does.
func NewIdentity(random io.Reader, branch, register string, epoch uint32) (Identity, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return Identity{}, fmt.Errorf("read random for the key: %w", err)
	}
	return identityOf(seed, branch, register, max(epoch, 1)), nil
}

func identityOf(seed []byte, branch, register string, epoch uint32) Identity {
	key := ed25519.NewKeyFromSeed(seed)
	return Identity{branch, register, epoch, key.Public().(ed25519.PublicKey), key}
}

// Start is the empty head that the first fact of the register continues.
func (id Identity) Start() fact.Head { return fact.Head{Epoch: id.Epoch} }

// guarded appends a CRC-32C to a small file's bytes.
func guarded(b []byte) []byte {
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func unguarded(b []byte) ([]byte, bool) {
	n := len(b) - 4
	if n < 0 || binary.LittleEndian.Uint32(b[n:]) != crc32.Checksum(b[:n], castagnoli) {
		return nil, false
	}
	return b[:n], true
}

// Exists reports whether dir holds a store that may have acknowledged something. False
// means that Create may be called, also after a creation that power cut short.
func Exists(fsys FS, dir string) (bool, error) {
	marked, err := exists(fsys, filepath.Join(dir, identityName))
	if marked || err != nil {
		return marked, err
	}
	names, err := fsys.ReadDir(dir)
	if absent(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("list the data folder: %w", err)
	}
	half, err := halfMade(fsys, dir, names)
	return !half, err
}

// halfMade reports whether everything in dir can come from a creation that never ended:
// no witness, and at most the first day file with one group in it.
func halfMade(fsys FS, dir string, names []string) (bool, error) {
	for _, n := range names {
		d, ok := parseName(n)
		switch {
		case n == witnessName:
			return false, nil
		case ok && (d.first != 1 || d.segment != 1 || d.packed || d.broken):
			return false, nil
		case ok:
			s, err := scanPath(fsys, filepath.Join(dir, n), nil)
			if err != nil {
				return false, err
			}
			if s.groups > 1 || s.later {
				return false, nil
			}
		}
	}
	return true, nil
}

func (id *Identity) save(fsys FS, dir string) error {
	return replace(fsys, filepath.Join(dir, identityName), 0o644, guarded(fact.Marshal(*id)))
}

func (id *Identity) saveKey(fsys FS, dir string) error {
	return replace(fsys, filepath.Join(dir, keyName), 0o600, guarded(id.private.Seed()))
}

// readIdentity reads the marker without the private key.
// Whose tells whose journal stands in dir, without its private key and without the lock: a running register is not
// disturbed. Errors are ErrNoIdentity or the file system's.
func Whose(fsys FS, dir string) (Identity, error) { return readIdentity(fsys, dir) }

func readIdentity(fsys FS, dir string) (Identity, error) {
	var id Identity
	b, err := readAll(fsys, filepath.Join(dir, identityName), 1<<16)
	if err != nil {
		return id, fmt.Errorf("read the identity: %w", err)
	}
	body, ok := unguarded(b)
	if !ok || fact.Unmarshal(body, &id) != nil || id.Epoch == 0 || len(id.Public) != ed25519.PublicKeySize {
		return id, ErrNoIdentity.Wrap(fmt.Errorf("%w: identity file", errFrame))
	}
	return id, nil
}

func loadIdentity(fsys FS, dir string) (Identity, error) {
	id, err := readIdentity(fsys, dir)
	if err != nil {
		return id, err
	}
	b, err := readAll(fsys, filepath.Join(dir, keyName), 1<<16)
	if err != nil {
		return id, ErrKey.Wrap(err)
	}
	seed, ok := unguarded(b)
	if !ok || len(seed) != ed25519.SeedSize {
		return id, ErrKey.Wrap(fmt.Errorf("%w: key file", errFrame))
	}
	full := identityOf(seed, id.Branch, id.Register, id.Epoch)
	if !bytes.Equal(full.Public, id.Public) {
		return id, ErrKey
	}
	return full, nil
}

// Names in the data folder.
const (
	identityName = "identity"
	keyName      = "key"
	witnessName  = "witness"
	lockName     = "lock"
	tmpSuffix    = ".tmp"
	daySuffix    = ".wdj"
	packSuffix   = ".zst"
	brokenSuffix = ".broken"
)

// dayName is a parsed file name: e0001-000000000205.s01.wdj, then .zst when packed and
// .broken when a later segment took its place.
type dayName struct {
	epoch          uint32
	first          uint64
	segment        int
	packed, broken bool
}

func (d dayName) String() string {
	s := fmt.Sprintf("e%04d-%012d.s%02d%s", d.epoch, d.first, d.segment, daySuffix)
	if d.packed {
		s += packSuffix
	}
	if d.broken {
		s += brokenSuffix
	}
	return s
}

func parseName(s string) (dayName, bool) {
	var d dayName
	base, broken := strings.CutSuffix(s, brokenSuffix)
	base, packed := strings.CutSuffix(base, packSuffix)
	if n, err := fmt.Sscanf(base, "e%d-%d.s%d"+daySuffix, &d.epoch, &d.first, &d.segment); err != nil || n != 3 {
		return d, false
	}
	d.packed, d.broken = packed, broken
	return d, d.String() == s && d.epoch > 0 && d.first > 0 && d.segment > 0
}
