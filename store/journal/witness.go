package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"wendan/store/fact"
)

// The side witness remembers, outside the day files, how far they reached: two slots a page apart, written in turn,
// each with a checksum, so that a torn write leaves the other one.
const (
	slotEvery = 4096
	slotSize  = 8 + 4 + 8 + 32 + 1 + 4 // count, epoch, number, hash, closed, CRC-32C
)

type sideWitness struct {
	mu      sync.Mutex
	file    File // nil: to be made anew
	count   uint64
	written fact.Head
	closed  bool
	renew   bool        // the file failed: replace it
	revoked atomic.Bool // the closing mark of the program before is taken back

	wake       chan struct{}
	quit, done chan struct{}
	once       sync.Once
}

func slot(count uint64, h fact.Head, closed bool) []byte {
	b := binary.LittleEndian.AppendUint64(nil, count)
	b = binary.LittleEndian.AppendUint32(b, h.Epoch)
	b = binary.LittleEndian.AppendUint64(b, h.Seq)
	b = append(b, h.Hash[:]...)
	if closed {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	return guarded(b)
}

func readSlot(b []byte) (count uint64, h fact.Head, closed, ok bool) {
	if b, ok = unguarded(b); !ok {
		return 0, h, false, false
	}
	h.Epoch, h.Seq = binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint64(b[12:])
	copy(h.Hash[:], b[20:])
	count = binary.LittleEndian.Uint64(b)
	return count, h, b[52] == 1, count > 0
}

// witnessSlots reads the slot written last.
func witnessSlots(fsys FS, path string) (count uint64, h fact.Head, closed, found bool) {
	b, err := readAll(fsys, path, 2*slotEvery)
	if err != nil || len(b) < 2*slotEvery {
		return 0, h, false, false
	}
	for i := range 2 {
		n, head, cl, ok := readSlot(b[i*slotEvery : i*slotEvery+slotSize])
		if ok && n > count {
			count, h, closed, found = n, head, cl, true
		}
	}
	return count, h, closed, found
}

func readWitness(fsys FS, dir string) (h fact.Head, closed, found bool) {
	_, h, closed, found = witnessSlots(fsys, dir+"/"+witnessName)
	return h, closed, found
}

// WriteWitness writes the durable head into the side witness now. The journal's own
// goroutine does so at most once in Options.WitnessEvery; Append never waits for it.
func (j *Journal) WriteWitness() error { return j.writeWitness(false) }

func (j *Journal) writeWitness(closing bool) error {
	w := &j.side
	w.mu.Lock()
	defer w.mu.Unlock()
	h := j.Head()
	if w.file != nil && h == w.written && closing == w.closed {
		return nil
	}
	if w.file == nil {
		if err := w.open(j); err != nil {
			return fmt.Errorf("make the side witness: %w", err)
		}
	}
	w.count++
	_, err := w.file.WriteAt(slot(w.count, h, closing), int64(w.count%2)*slotEvery)
	if err == nil {
		err = w.file.Sync()
	}
	if err != nil {
		err = errors.Join(err, w.file.Close())
		w.file, w.renew = nil, true // after a failed sync that file must not be synced again
		return err
	}
	w.written, w.closed = h, closing
	w.revoked.Store(true)
	return nil
}

// open goes on in the witness file that is there, or makes one.
func (w *sideWitness) open(j *Journal) (err error) {
	path := j.path(witnessName)
	count, _, _, found := witnessSlots(j.fs, path)
	w.count = max(w.count, count)
	if !found || w.renew {
		w.count++
		b := make([]byte, 2*slotEvery)
		copy(b[int(w.count%2)*slotEvery:], slot(w.count, j.Head(), false))
		if err := replace(j.fs, path, 0o600, b); err != nil {
			return err
		}
		if err := j.fs.SyncDir(j.dir); err != nil {
			return err
		}
	}
	w.renew = false
	w.file, err = j.fs.Open(path)
	return err
}

func (w *sideWitness) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.file == nil {
		return nil
	}
	err := w.file.Close()
	w.file = nil
	return err
}

// start runs the goroutine that follows the durable head, unless it is not wanted.
func (w *sideWitness) start(j *Journal) {
	every := j.o.WitnessEvery
	if every < 0 {
		return
	}
	if every == 0 {
		every = time.Second
	}
	w.wake, w.quit, w.done = make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(w.done)
		pause := time.NewTimer(0)
		defer pause.Stop()
		for {
			select {
			case <-w.quit:
				return
			case <-w.wake:
			}
			select {
			case <-w.quit:
				return
			case <-pause.C:
			}
			_ = j.writeWitness(false) // a failure makes a new file next time; the facts are safe without
			pause.Reset(every)
		}
	}()
}

func (w *sideWitness) nudge() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *sideWitness) halt() {
	if w.quit == nil {
		return
	}
	w.once.Do(func() { close(w.quit) })
	<-w.done
}
