package faultfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

// Kind says what an operation did.
type Kind uint8

// Kinds of recorded operations.
const (
	Write    Kind = 1
	Sync     Kind = 2
	Truncate Kind = 3
	Create   Kind = 4
	Rename   Kind = 5
	Remove   Kind = 6
	SyncDir  Kind = 7
	Mark     Kind = 8 // not an operation: the test's own note, such as an acknowledgement
)

var kindNames = map[Kind]string{Write: "write", Sync: "sync", Truncate: "truncate", Create: "create", Rename: "rename",
	Remove: "remove", SyncDir: "syncdir", Mark: "mark"}

// Op is a recorded operation.
type Op struct {
	Kind Kind
	Name string // path; of SyncDir the folder
	To   string // new path of a Rename
	Off  int64  // of a Write
	Data []byte // what a Write wrote
	Size int64  // of a Truncate
	Lost bool   // a Sync that failed and dropped what it should have written
	Err  error  // injected; the operation did only what its other fields say
	Note any    // of a Mark
	ino  int
}

// String is for messages: "write a/b 40+12".
func (o Op) String() string {
	s := kindNames[o.Kind] + " " + filepath.Base(o.Name)
	switch o.Kind {
	case Write:
		s += fmt.Sprintf(" %d+%d", o.Off, len(o.Data))
	case Rename:
		s += " to " + filepath.Base(o.To)
	case Mark:
		s = fmt.Sprintf("mark %v", o.Note)
	}
	if o.Err != nil {
		s += " (" + o.Err.Error() + ")"
	}
	return s
}

// Failure is what happens to the chosen operation. On an operation it does not fit, it is EIO.
type Failure uint8

// Failures.
const (
	EIO      Failure = 1 // nothing happens, error EIO
	NoSpace  Failure = 2 // ENOSPC from a write or a creation, nothing stored
	Short    Failure = 3 // a write stores its first half, then ENOSPC
	SyncKept Failure = 4 // a sync reports EIO, yet the data reached the disk
	SyncLost Failure = 5 // a sync reports EIO and drops the data, though reads still show it and a later sync succeeds
)

// Failures lists all of them, for sweeps.
var Failures = []Failure{EIO, NoSpace, Short, SyncKept, SyncLost}

// given is a file that was there before the record began.
type given struct {
	name string
	ino  int
	data []byte
}

// FS records what is done to a base and injects failures. Safe for concurrent use.
type FS struct {
	base Base

	mu      sync.Mutex
	ops     []Op
	names   map[string]int // path to inode number
	initial []given
	dirs    map[string]bool
	next    int
	count   int
	failAt  int
	forever bool
	failure Failure
	only    Kind // with FailNext: the kind to wait for
	hit     bool
}

// New wraps base. What the named folders hold is taken as durable.
func New(base Base, dirs ...string) (*FS, error) {
	f := &FS{base: base, names: map[string]int{}, dirs: map[string]bool{}}
	for _, dir := range dirs {
		f.dirs[filepath.Clean(dir)] = true
		names, err := base.ReadDir(dir)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", dir, err)
		}
		for _, n := range names {
			if err := f.learn(filepath.Join(dir, n)); err != nil {
				return nil, err
			}
		}
	}
	return f, nil
}

// known makes sure that name has an inode number.
func (f *FS) known(name string) error {
	if _, ok := f.names[name]; ok {
		return nil
	}
	return f.learn(name)
}

func (f *FS) learn(name string) error {
	size, err := f.base.Stat(name)
	if err != nil {
		return fmt.Errorf("look at %s: %w", name, err)
	}
	h, err := f.base.Open(name)
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	b := make([]byte, size)
	if _, err := h.ReadAt(b, 0); err != nil && err != io.EOF {
		return errors.Join(fmt.Errorf("read %s: %w", name, err), h.Close())
	}
	f.names[name] = f.next
	f.initial = append(f.initial, given{name, f.next, b})
	f.next++
	return h.Close()
}

// FailAt makes the n-th changing operation from now on fail, counting from 1; 0 calls it off. With forever every
// later one fails too, as on a disk that has gone away.
func (f *FS) FailAt(n int, what Failure, forever bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hit, f.failAt, f.failure, f.forever, f.only = false, 0, what, forever, 0
	if n > 0 {
		f.failAt = f.count + n
	}
}

// FailNext makes the next operation of kind fail. It replaces what FailAt ordered.
func (f *FS) FailNext(kind Kind, what Failure) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hit, f.failAt, f.failure, f.forever, f.only = false, 0, what, false, kind
}

// Hit reports whether the failure ordered last has happened.
func (f *FS) Hit() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hit
}

// Ops is a copy of the record.
func (f *FS) Ops() []Op {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.ops)
}

// Mark puts a note of the test into the record: what came before it was acknowledged.
func (f *FS) Mark(note any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ops = append(f.ops, Op{Kind: Mark, Note: note})
}

// turn counts an operation and gives the failure it must have, or 0.
func (f *FS) turn(kind Kind) Failure {
	f.count++
	if f.only != 0 && f.only == kind {
		f.hit, f.only = true, 0
		return f.failure
	}
	if f.failAt > 0 && (f.count == f.failAt || f.forever && f.count > f.failAt) {
		f.hit = true
		return f.failure
	}
	return 0
}

func (f *FS) note(o Op) { f.ops = append(f.ops, o) }

// Open opens an existing file.
func (f *FS) Open(name string) (File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	h, err := f.base.Open(name)
	if err != nil {
		return nil, err
	}
	name = filepath.Clean(name)
	if err := f.known(name); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return &file{f, h, name, f.names[name]}, nil
}

// Create makes or replaces a file. Unlike a real one, a replaced file's old contents come back
// when power fails before the folder is synced.
func (f *FS) Create(name string, perm fs.FileMode) (File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	name = filepath.Clean(name)
	if what := f.turn(Create); what != 0 {
		err := unix.EIO
		if what == NoSpace || what == Short {
			err = unix.ENOSPC
		}
		f.note(Op{Kind: Create, Name: name, Err: err, ino: -1})
		return nil, pathError("create", name, err)
	}
	h, err := f.base.Create(name, perm)
	if err != nil {
		return nil, err
	}
	f.names[name] = f.next
	f.note(Op{Kind: Create, Name: name, ino: f.next})
	f.next++
	return &file{f, h, name, f.next - 1}, nil
}

// Rename moves a file.
func (f *FS) Rename(old, new string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	old, new = filepath.Clean(old), filepath.Clean(new)
	if f.turn(Rename) != 0 {
		f.note(Op{Kind: Rename, Name: old, To: new, Err: unix.EIO, ino: -1})
		return pathError("rename", old, unix.EIO)
	}
	if err := f.known(old); err != nil {
		return err
	}
	if err := f.base.Rename(old, new); err != nil {
		return err
	}
	f.note(Op{Kind: Rename, Name: old, To: new, ino: f.names[old]})
	f.names[new] = f.names[old]
	delete(f.names, old)
	return nil
}

// Remove deletes a name.
func (f *FS) Remove(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	name = filepath.Clean(name)
	if f.turn(Remove) != 0 {
		f.note(Op{Kind: Remove, Name: name, Err: unix.EIO, ino: -1})
		return pathError("remove", name, unix.EIO)
	}
	if err := f.known(name); err != nil {
		return err
	}
	if err := f.base.Remove(name); err != nil {
		return err
	}
	f.note(Op{Kind: Remove, Name: name, ino: f.names[name]})
	delete(f.names, name)
	return nil
}

// SyncDir syncs a folder.
func (f *FS) SyncDir(dir string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.turn(SyncDir) != 0 {
		f.note(Op{Kind: SyncDir, Name: filepath.Clean(dir), Err: unix.EIO})
		return pathError("syncdir", dir, unix.EIO)
	}
	if err := f.base.SyncDir(dir); err != nil {
		return err
	}
	f.note(Op{Kind: SyncDir, Name: filepath.Clean(dir)})
	return nil
}

// ReadDir lists a folder.
func (f *FS) ReadDir(dir string) ([]string, error) { return f.base.ReadDir(dir) }

// Stat gives a size.
func (f *FS) Stat(name string) (int64, error) { return f.base.Stat(name) }

// MkdirAll makes folders; they count as durable at once.
func (f *FS) MkdirAll(dir string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dirs[filepath.Clean(dir)] = true
	return f.base.MkdirAll(dir)
}

// Lock takes a lock of the base; it is not recorded.
func (f *FS) Lock(name string) (io.Closer, error) { return f.base.Lock(name) }

type file struct {
	f    *FS
	h    File
	name string
	ino  int
}

func (h *file) ReadAt(p []byte, off int64) (int, error) { return h.h.ReadAt(p, off) }

func (h *file) Close() error { return h.h.Close() }

func (h *file) WriteAt(p []byte, off int64) (int, error) {
	h.f.mu.Lock()
	defer h.f.mu.Unlock()
	var fail error
	switch h.f.turn(Write) {
	case 0:
	case NoSpace:
		p, fail = nil, unix.ENOSPC
	case Short:
		p, fail = p[:len(p)/2], unix.ENOSPC
	default:
		p, fail = nil, unix.EIO
	}
	n := 0
	if len(p) > 0 || fail == nil {
		var err error
		n, err = h.h.WriteAt(p, off)
		fail = errors.Join(fail, err)
	}
	h.f.note(Op{Kind: Write, Name: h.name, Off: off, Data: slices.Clone(p[:n]), Err: fail, ino: h.ino})
	return n, fail
}

func (h *file) Sync() error {
	h.f.mu.Lock()
	defer h.f.mu.Unlock()
	o := Op{Kind: Sync, Name: h.name, ino: h.ino}
	what := h.f.turn(Sync)
	if what != 0 {
		o.Err, o.Lost = pathError("sync", h.name, unix.EIO), what != SyncKept
	} else if err := h.h.Sync(); err != nil {
		o.Err, o.Lost = err, true
	}
	h.f.note(o)
	return o.Err
}

func (h *file) Truncate(size int64) error {
	h.f.mu.Lock()
	defer h.f.mu.Unlock()
	if h.f.turn(Truncate) != 0 {
		h.f.note(Op{Kind: Truncate, Name: h.name, Size: size, Err: unix.EIO, ino: -1})
		return pathError("truncate", h.name, unix.EIO)
	}
	if err := h.h.Truncate(size); err != nil {
		return err
	}
	h.f.note(Op{Kind: Truncate, Name: h.name, Size: size, ino: h.ino})
	return nil
}
