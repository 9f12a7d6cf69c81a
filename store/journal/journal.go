// Package journal keeps a register's facts in append-only day files. See DESIGN.md beside this
// file for the guarantee, the file format and every window a power cut can hit.
package journal

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"wendan/store/fact"
)

// Options adjust a journal. The zero value is right for a register without other witnesses.
type Options struct {
	// Witness is the highest head known elsewhere (book, mirror, head office). Opening refuses a journal
	// that does not reach it or that has another hash there. A zero Witness knows nothing.
	Witness fact.Head
	// WitnessEvery is the shortest time between two writes of the side witness by a goroutine of the
	// journal. 0 means one second; below 0 there is no goroutine and the witness is written only by
	// Roll, Close and WriteWitness.
	WitnessEvery time.Duration
	// Step is how far the open file is extended with zeros at a time, in bytes. 0 means 1 MiB.
	Step int64
}

func (o Options) step() int64 {
	if o.Step > 0 {
		return o.Step
	}
	return 1 << 20
}

// Recovery tells what Open or Reopen found and did. It is for the log and the technician.
type Recovery struct {
	Clean     bool      `json:"clean"`                // the last program closed the journal; nothing had to be done
	Head      fact.Head `json:"head"`                 // where the journal goes on
	Torn      int64     `json:"torn,omitempty"`       // bytes of an unfinished group that were left behind
	Segment   string    `json:"segment,omitempty"`    // new segment the open file was rewritten into
	Sealed    []string  `json:"sealed,omitempty"`     // earlier files whose seal was written now
	NoWitness bool      `json:"no_witness,omitempty"` // the side witness was missing or unreadable
}

// Journal is the open journal of one register. One goroutine at a time should call Append, Roll, Maintain and
// Reopen (others wait); everything else may be called from any number beside it. The files
// belong to the Journal until Close.
type Journal struct {
	fs   FS
	dir  string
	id   Identity
	o    Options
	lock io.Closer

	mu       sync.Mutex // the writing side
	file     File       // the open day file
	end      int64      // behind the last group in it
	alloc    int64      // size of it: zeros up to here
	low      bool       // the last extension found the disk full
	failed   error      // the first write or sync error; the file is not used after it
	unsealed bool       // an earlier file waits for its seal
	closed   bool
	buf      []byte

	view  sync.RWMutex // the reading side: what is durable
	head  fact.Head
	files []dayFile // oldest first; the last one is open
	tail  int64     // durable end of the open file
	ring  ring
	moved chan struct{} // closed and replaced when head moves

	streams streamCache
	bulk    sync.Mutex // Compress, Backup, Scrub: one at a time
	names   sync.Mutex // held while load lists the folder, and while Compress swaps a file
	side    sideWitness
	ahead   atomic.Int64 // alloc - end, for Space
	lowNow  atomic.Bool
}

// dayFile is one day file of the chain. Copies share marks, which only grow.
type dayFile struct {
	name   dayName
	before fact.Head
	head   fact.Head // after the last fact; not kept up for the open file
	day    fact.Day
	sealed bool
	bytes  int64
	marks  []mark
}

// Create makes a new store in dir with its first group, which must begin with fact 1 of id's epoch and continue
// id.Start(), and returns it open. When it returns nil the group is durable. A creation that
// power cut short leaves nothing that counts: Create may be called again, with another identity too.
// Errors: ErrExists, ErrNoIdentity, ErrLocked, ErrDiskFull, fact.ErrChain, ErrTooLarge, or the file system's.
func Create(fsys FS, dir string, id Identity, group []fact.Fact, at time.Time, o Options) (*Journal, error) {
	if len(id.private) == 0 || len(group) == 0 {
		return nil, errors.New("create journal: an identity with its key and a first group are needed")
	}
	if err := checkGroup(group, id.Start()); err != nil {
		return nil, err
	}
	if err := fsys.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	if err := fsys.SyncDir(filepath.Dir(dir)); err != nil {
		return nil, fmt.Errorf("sync the folder above: %w", err)
	}
	j := &Journal{fs: fsys, dir: dir, id: id, o: o, moved: make(chan struct{})}
	if err := j.takeLock(); err != nil {
		return nil, err
	}
	err := j.create(group, at)
	if err != nil {
		if full(err) {
			err = ErrDiskFull.Wrap(err)
		}
		return nil, errors.Join(fmt.Errorf("create journal: %w", err), j.lock.Close())
	}
	j.side.start(j)
	return j, nil
}

func (j *Journal) create(group []fact.Fact, at time.Time) error {
	if marked, err := exists(j.fs, j.path(identityName)); marked || err != nil {
		return errors.Join(err, ErrExists)
	}
	names, err := j.fs.ReadDir(j.dir)
	if err != nil {
		return err
	}
	if half, err := halfMade(j.fs, j.dir, names); err != nil || !half {
		return errors.Join(err, ErrNoIdentity)
	}
	for _, n := range names {
		if _, ok := parseName(n); ok || n == keyName || filepath.Ext(n) == tmpSuffix {
			if err := j.fs.Remove(j.path(n)); err != nil {
				return err
			}
		}
	}
	if err := j.fs.SyncDir(j.dir); err != nil { // an old first file must not come back beside a new key
		return err
	}
	if err := j.id.saveKey(j.fs, j.dir); err != nil {
		return err
	}
	d, err := j.newDay(j.id.Start(), group, at)
	if err != nil {
		return err
	}
	if err := d.publish(j); err != nil {
		return errors.Join(err, d.file.Close())
	}
	if err := j.id.save(j.fs, j.dir); err != nil {
		return errors.Join(err, d.file.Close())
	}
	if err := j.fs.SyncDir(j.dir); err != nil {
		return errors.Join(err, d.file.Close())
	}
	j.adopt(d, group)
	return j.writeWitness(false)
}

// Open opens the store in dir, mends what a power cut may leave and takes the lock until Close. It never makes a
// new store. Errors: ErrAbsent, ErrNoIdentity, ErrKey, ErrMissing, ErrLocked, ErrDamaged, ErrForked, ErrVersion;
// none of them changes anything that was acknowledged. When the disk is too full to mend the open file, the journal opens
// for reading: Append answers ErrDiskFull until Maintain finds space.
func Open(fsys FS, dir string, o Options) (*Journal, Recovery, error) {
	marked, err := exists(fsys, filepath.Join(dir, identityName))
	if err != nil {
		return nil, Recovery{}, fmt.Errorf("open journal: %w", err)
	}
	if !marked {
		was, err := Exists(fsys, dir)
		if err != nil {
			return nil, Recovery{}, fmt.Errorf("open journal: %w", err)
		}
		if was {
			return nil, Recovery{}, ErrNoIdentity
		}
		return nil, Recovery{}, ErrAbsent
	}
	j := &Journal{fs: fsys, dir: dir, o: o, moved: make(chan struct{})}
	if err := j.takeLock(); err != nil {
		return nil, Recovery{}, err
	}
	rec, err := j.open()
	if err != nil {
		return nil, rec, errors.Join(err, j.lock.Close())
	}
	j.side.start(j)
	return j, rec, nil
}

func (j *Journal) open() (Recovery, error) {
	var err error
	if j.id, err = loadIdentity(j.fs, j.dir); err != nil {
		return Recovery{}, err
	}
	seen, clean, found := readWitness(j.fs, j.dir)
	rec, err := j.load([]fact.Head{j.o.Witness, seen}, clean, seen, true)
	rec.NoWitness = !found
	if err != nil {
		return rec, err
	}
	err = j.writeWitness(false)
	if j.failed != nil { // nothing is appended before reload, which writes the witness too
		return rec, nil
	}
	if err != nil {
		return rec, errors.Join(fmt.Errorf("write the side witness: %w", err), j.file.Close())
	}
	return rec, nil
}

func (j *Journal) takeLock() error {
	l, err := j.fs.Lock(j.path(lockName))
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrLocked.Wrap(err)
	}
	if err != nil {
		return fmt.Errorf("lock the data folder: %w", err)
	}
	j.lock = l
	return nil
}

func (j *Journal) path(name string) string { return filepath.Join(j.dir, name) }

// Head is the last durable fact.
func (j *Journal) Head() fact.Head {
	j.view.RLock()
	defer j.view.RUnlock()
	return j.head
}

// Reopen settles a journal after ErrUnsettled: what was acknowledged, and a group whose outcome was unknown if it is
// complete, is rewritten into a new segment and the journal goes on. Read the facts behind the
// number known before with ReadAfter and compare idempotency keys. Without a failure before
// it does nothing. When it fails the journal stays failed and Reopen may be called again.
func (j *Journal) Reopen() (Recovery, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return Recovery{}, ErrClosed
	}
	if j.failed == nil {
		return Recovery{Clean: true, Head: j.Head()}, nil
	}
	return j.reload()
}

func (j *Journal) reload() (Recovery, error) {
	if j.file != nil {
		_ = j.file.Close() // its errors were told already
		j.file = nil
	}
	rec, err := j.load([]fact.Head{j.o.Witness, j.Head()}, false, fact.Head{}, false)
	if err != nil {
		return rec, err
	}
	j.failed = nil
	if err := j.writeWitness(false); err != nil && !j.side.revoked.Load() {
		return rec, j.fail(fmt.Errorf("write the side witness: %w", err))
	}
	return rec, nil
}

// Close writes the side witness and frees the lock. A journal that did not fail is marked as closed, so that the next Open need
// not rewrite the open file. Readers that wait get ErrClosed.
func (j *Journal) Close() error {
	j.side.halt()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil
	}
	j.closed = true
	var errs []error
	if j.file != nil {
		errs = append(errs, j.file.Close())
	}
	if j.failed == nil {
		errs = append(errs, j.writeWitness(true))
	}
	errs = append(errs, j.side.close(), j.streams.close())
	j.view.Lock()
	close(j.moved)
	j.moved = nil
	j.view.Unlock()
	return errors.Join(append(errs, j.lock.Close())...)
}

// FileInfo describes a day file.
type FileInfo struct {
	Epoch      uint32   `json:"epoch"`
	First      uint64   `json:"first"`
	Last       uint64   `json:"last"` // of the open file: the last durable fact
	Day        fact.Day `json:"day"`  // 0: before the first day was opened
	Sealed     bool     `json:"sealed"`
	Compressed bool     `json:"compressed"`
	Bytes      int64    `json:"bytes"` // on the disk
	Path       string   `json:"path"`
}

// DayFiles lists the day files, oldest first; the last one is open.
func (j *Journal) DayFiles() []FileInfo {
	j.view.RLock()
	defer j.view.RUnlock()
	all := make([]FileInfo, 0, len(j.files))
	for i, d := range j.files {
		fi := FileInfo{d.name.epoch, d.name.first, d.head.Seq, d.day, d.sealed, d.name.packed, d.bytes, j.path(d.name.String())}
		if i == len(j.files)-1 {
			fi.Last = j.head.Seq
		}
		all = append(all, fi)
	}
	return all
}

// OpenDayStart is the number of the first fact of the open day file.
func (j *Journal) OpenDayStart() uint64 {
	j.view.RLock()
	defer j.view.RUnlock()
	return j.files[len(j.files)-1].name.first
}

func (j *Journal) snapshot() (files []dayFile, head fact.Head, tail int64) {
	j.view.RLock()
	defer j.view.RUnlock()
	return slices.Clone(j.files), j.head, j.tail
}
