// Package book keeps what the register wants to look up: orders, running totals, idempotency
// keys, unconfirmed print jobs, and a copy of every fact that stands nowhere else yet. It is one
// bbolt file that follows the journal and can always be made again from it, so nothing here is
// ever migrated or repaired: a doubtful book is rebuilt while selling goes on.
//
// All methods of a Book may be called from any goroutine. A damaged file never takes the
// process down: memory faults and panics inside bbolt become faults, and the Book refuses
// everything but Close from then on.
package book

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
	"golang.org/x/sys/unix"

	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/report"
)

// Options say whose book it is. The zero value of every field but Epoch is sensible.
type Options struct {
	Epoch    uint32        // of the journal it follows, from 1
	Identity string        // of the journal: a text that no two journals share; "" is not checked
	Booked   fact.Head     // only for a new file: facts up to here stand elsewhere and are not copied
	MaxSize  int           // bytes the file may grow to; 0 is no limit
	LockWait time.Duration // for another program to let go of the file; 0 is 200 ms
	ReadOnly bool          // for tools: Apply and marks fail
	fast     bool          // no sync per commit, during a rebuild
}

// Book is an open book. Close it.
type Book struct {
	path string
	opt  Options
	db   *bolt.DB
	file *os.File // db's own file, closed by hand only when db cannot be closed any more
	lame bool

	failed atomic.Pointer[fault.Error]
	closed atomic.Bool
	head   atomic.Pointer[fact.Head]
	booked atomic.Pointer[fact.Head]
	count  counters

	wait  sync.Mutex    // guards grown
	grown chan struct{} // closed and replaced when the book has moved, failed or was closed

	mu    sync.Mutex // one writer; guards what follows
	st    state
	day   fact.Day // day of sheet
	sheet *daySheet
}

type counters struct{ batches, facts, largest, slowest, rot atomic.Uint64 }

// Open opens the book at path or makes an empty one: under a temporary name, synced, renamed,
// the folder synced. An existing file is examined before it is mapped. ErrLocked, ErrDamaged,
// ErrForeign, ErrShape, ErrFull or ErrFailed (the disk); an empty file is ErrDamaged, never
// a new book. A book may come back one commit older than it was closed (see Stats.Lame):
// Apply what follows Applied() and it is whole again.
func Open(path string, opt Options) (*Book, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) && !opt.ReadOnly {
		err = create(path, opt)
	}
	if err != nil {
		return nil, ioFault("open the book", err)
	}
	return open(path, opt)
}

func create(path string, opt Options) error {
	tmp := path + ".new"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	db, _, err := openBolt(tmp, opt)
	if err != nil {
		return err
	}
	err = guard(func() error {
		return db.Update(func(tx *bolt.Tx) error {
			for _, name := range buckets {
				if _, err := tx.CreateBucket(name); err != nil {
					return err
				}
			}
			st := state{Shape: shape, Identity: opt.Identity, Head: fact.Head{Epoch: opt.Epoch}, Copied: opt.Booked.Seq + 1}
			if err := put(tx, bState, keyEpoch(opt.Epoch), fact.Marshal(st)); err != nil {
				return err
			}
			return put(tx, bMarks, keyMark(opt.Epoch, bookedMark), fact.Marshal(opt.Booked))
		})
	})
	if !opt.fast {
		err = errors.Join(err, db.Sync())
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	return install(tmp, path)
}

// install gives a finished, synced file its name.
func install(tmp, path string) error {
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return syncDir(path)
}

func open(path string, opt Options) (*Book, error) {
	h, err := inspect(path)
	if err != nil {
		return nil, ErrDamaged.Wrap(fmt.Errorf("examine %s: %w", path, err))
	}
	db, file, err := openBolt(path, opt)
	if err != nil {
		return nil, err
	}
	b := &Book{path: path, opt: opt, db: db, file: file, lame: h.lame, grown: make(chan struct{})}
	if err := b.hoist(); err != nil {
		_ = b.Close()
		return nil, err
	}
	if err := b.view(b.load); err != nil {
		_ = b.Close()
		return nil, err
	}
	return b, nil
}

// openBolt maps the file. When bbolt panics on the way, its lock is let go by hand.
func openBolt(path string, opt Options) (db *bolt.DB, file *os.File, err error) {
	o := bolt.Options{
		Timeout: opt.LockWait, ReadOnly: opt.ReadOnly, NoSync: opt.fast, NoGrowSync: opt.fast, MaxSize: opt.MaxSize,
		FreelistType:    bolt.FreelistMapType, // NoFreelistSync stays off: with it a large book takes seconds to open
		InitialMmapSize: 1 << 30,              // address space only; growing it would wait for readers
		NoStatistics:    true,
		OpenFile: func(name string, flag int, perm os.FileMode) (*os.File, error) {
			var err error
			file, err = os.OpenFile(name, flag, perm)
			return file, err
		},
	}
	if o.Timeout == 0 {
		o.Timeout = 200 * time.Millisecond
	}
	if strconv.IntSize == 32 {
		o.InitialMmapSize = 64 << 20
	}
	err = guard(func() (err error) {
		db, err = bolt.Open(path, 0o600, &o)
		return err
	})
	if err == nil {
		return db, file, nil
	}
	if file != nil {
		_ = file.Close()
	}
	return nil, nil, ioFault("open the book", err)
}

// flag is added to the path of a file that stands beside an open book. It is still there when
// the process died, of the book perhaps: then the tree is looked over before it is used
// again, so that a damaged book kills a process once at most.
const flag = ".open"

func (b *Book) hoist() error {
	if b.opt.ReadOnly {
		return nil
	}
	f, err := os.OpenFile(b.path+flag, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		return ioFault("open the book", f.Close())
	}
	if !errors.Is(err, fs.ErrExist) {
		return nil // a precaution only; a full disk must not keep the book shut
	}
	m, _, err := newestMeta(b.file)
	if err == nil {
		err = walkUpper(context.Background(), b.file, m)
	}
	if err != nil {
		err = ErrDamaged.Wrap(fmt.Errorf("look over %s: %w", b.path, err))
		b.fail(err)
	}
	return err
}

// strike takes the flag away when the book was closed in good order.
func (b *Book) strike() {
	if !b.opt.ReadOnly && b.failed.Load() == nil {
		_ = os.Remove(b.path + flag)
	}
}

// load reads what the book knows about itself.
func (b *Book) load(tx *bolt.Tx) error {
	for _, name := range buckets {
		if tx.Bucket(name) == nil {
			return ErrDamaged.Wrap(fmt.Errorf("no bucket %s", name))
		}
	}
	k, v := tx.Bucket(bState).Cursor().First()
	if k == nil {
		return ErrDamaged.Wrap(errors.New("no state"))
	}
	var st state
	if err := read(bState, k, v, &st); err != nil {
		return err
	}
	switch {
	case st.Shape != shape:
		return ErrShape.Wrap(fmt.Errorf("shape %d, this program writes %d", st.Shape, shape))
	case st.Head.Epoch != b.opt.Epoch || b.opt.Identity != "" && st.Identity != b.opt.Identity:
		return ErrForeign.Wrap(fmt.Errorf("epoch %d of journal %q", st.Head.Epoch, st.Identity))
	}
	var booked fact.Head
	mark := keyMark(b.opt.Epoch, bookedMark)
	if err := read(bMarks, mark, tx.Bucket(bMarks).Get(mark), &booked); err != nil {
		return err
	}
	b.st = st
	b.head.Store(&st.Head)
	b.booked.Store(&booked)
	return nil
}

// Close lets go of the file. A failed book may leave its mapping behind until the process
// ends, but never its lock.
func (b *Book) Close() error {
	if b.closed.Swap(true) {
		return nil
	}
	b.wake()
	b.strike()
	done := make(chan error, 1)
	go func() { done <- guard(b.db.Close) }()
	if b.failed.Load() == nil {
		return ioFault("close the book", <-done)
	}
	select { // after a panic bbolt may hold a lock of its own for ever
	case <-done:
	case <-time.After(2 * time.Second):
		_ = b.file.Close()
	}
	return nil
}

// Applied is the last fact taken in. It never waits.
func (b *Book) Applied() fact.Head { return *b.head.Load() }

// Lag is how many facts the book is behind a journal that is durable up to seq.
func (b *Book) Lag(seq uint64) uint64 {
	if have := b.Applied().Seq; seq > have {
		return seq - have
	}
	return 0
}

// Wait returns when fact seq has been applied, or with the reason why it will not be: ctx
// ended, or the book failed or was closed.
func (b *Book) Wait(ctx context.Context, seq uint64) error {
	for {
		b.wait.Lock()
		grown := b.grown
		b.wait.Unlock()
		if b.Applied().Seq >= seq {
			return nil
		}
		if err := b.Err(); err != nil {
			return err
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (b *Book) wake() {
	b.wait.Lock()
	defer b.wait.Unlock()
	close(b.grown)
	b.grown = make(chan struct{})
}

// Err is why the book refuses to work, or nil. Close it then, and open or rebuild it.
func (b *Book) Err() error {
	if b.closed.Load() {
		return ErrClosed
	}
	if f := b.failed.Load(); f != nil {
		return f
	}
	return nil
}

// Doubt is why the book should be made anew or opened again: the reason of Err, or that a value failed its checksum when
// it was read, which alone stops nobody. nil while all is well.
func (b *Book) Doubt() error {
	if err := b.Err(); err != nil {
		return err
	}
	if n := b.count.rot.Load(); n > 0 {
		return ErrRot.Wrap(fmt.Errorf("%d values read", n))
	}
	return nil
}

// Path is where the file stands.
func (b *Book) Path() string { return b.path }

func (b *Book) stateIn(tx *bolt.Tx) (st state, err error) {
	k := keyEpoch(b.opt.Epoch)
	return st, read(bState, k, tx.Bucket(bState).Get(k), &st)
}

func length(tx *bolt.Tx, bucket []byte) (n int) {
	c := tx.Bucket(bucket).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		n++
	}
	return n
}

func put(tx *bolt.Tx, bucket, key, body []byte) error {
	return tx.Bucket(bucket).Put(key, seal(key, body))
}

// ioFault gives errors of the disk and of bbolt the fault that fits.
func ioFault(doing string, err error) error {
	var f *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &f):
		return err
	case errors.Is(err, berrors.ErrTimeout):
		return ErrLocked.Wrap(err)
	case errors.Is(err, berrors.ErrMaxSizeReached), errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT),
		strings.Contains(err.Error(), unix.ENOSPC.Error()): // bbolt flattens some errors to text
		return ErrFull.Wrap(err)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, berrors.ErrChecksum):
		return ErrDamaged.Wrap(err)
	}
	return ErrFailed.Wrap(fmt.Errorf("%s: %w", doing, err))
}

func emptySheet(day fact.Day) *daySheet { return &daySheet{Totals: report.Totals{Day: day}} }
