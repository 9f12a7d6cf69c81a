package journal

import (
	"errors"
	"fmt"

	"wendan/store/fact"
)

// Append makes group durable: one frame, one write, one sync. The group is stored whole or not at all and must continue
// Head; acts must not span groups. nil means durable and visible to readers.
//
// Nothing was stored after ErrDiskFull, ErrTooLarge, ErrFailed, ErrClosed or fact.ErrChain. After
// ErrUnsettled the outcome is unknown: call Reopen.
func (j *Journal) Append(group []fact.Fact) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.ready(group); err != nil || len(group) == 0 {
		return err
	}
	n := int64(groupSize(group))
	if j.end+n+j.reserve() > j.alloc {
		if err := j.extend(j.end + n + j.reserve()); err != nil && !full(err) {
			return ErrFailed.Wrap(j.fail(err))
		}
		if j.end+n+j.reserve() > j.alloc {
			return ErrDiskFull
		}
	}
	j.buf = appendGroup(j.buf[:0], group)
	if _, err := j.file.WriteAt(j.buf, j.end); err != nil {
		return j.fail(fmt.Errorf("write number %d: %w", group[0].Seq, err))
	}
	if err := j.file.Sync(); err != nil {
		return j.fail(fmt.Errorf("sync number %d: %w", group[0].Seq, err))
	}
	m := mark{j.end, j.head}
	j.end += n
	j.ahead.Store(j.alloc - j.end)
	if cap(j.buf) > 1<<20 {
		j.buf = nil
	}
	j.reveal(group, &m)
	return nil
}

func (j *Journal) ready(group []fact.Fact) error {
	if j.closed {
		return ErrClosed
	}
	if errors.Is(j.failed, ErrDiskFull) {
		return ErrDiskFull
	}
	if j.failed != nil {
		return ErrFailed.Wrap(j.failed)
	}
	return checkGroup(group, j.head) // only this side changes head
}

// fail gives up the open file after a write or sync error. It is never touched again by
// this Journal: a second sync may succeed without having written anything.
func (j *Journal) fail(err error) error {
	j.failed = err
	return ErrUnsettled.Wrap(err)
}

// reveal makes group, now durable, the newest facts that readers see.
func (j *Journal) reveal(group []fact.Fact, m *mark) {
	j.view.Lock()
	last := &group[len(group)-1]
	j.head = fact.Head{Epoch: last.Epoch, Seq: last.Seq, Hash: last.Hash}
	j.ring.push(group)
	j.tail = j.end
	if m != nil {
		d := &j.files[len(j.files)-1]
		d.marks = addMark(d.marks, *m)
		d.bytes = j.alloc
	}
	close(j.moved)
	j.moved = make(chan struct{})
	j.view.Unlock()
	j.side.nudge()
}

// reserve is kept free at the end of the open file, so that its seal always fits and a full
// disk is met before a frame is begun.
func (j *Journal) reserve() int64 { return sealSize + j.o.step()/16 }

// extend writes zeros so that the open file reaches to, in whole steps. It does not sync.
func (j *Journal) extend(to int64) error {
	step := j.o.step()
	zeros := make([]byte, min(step, 256<<10))
	for j.alloc < to {
		next := j.alloc + step
		for at := j.alloc; at < next; {
			n := min(int64(len(zeros)), next-at)
			if _, err := j.file.WriteAt(zeros[:n], at); err != nil {
				j.setLow(full(err))
				return fmt.Errorf("extend the open file: %w", err)
			}
			at += n
		}
		j.alloc = next
	}
	j.setLow(false)
	return nil
}

func (j *Journal) setLow(low bool) {
	j.low = low
	j.lowNow.Store(low)
	j.ahead.Store(j.alloc - j.end)
}

// Maintain does the work that no sale should wait for: it extends the open file ahead of need and seals an earlier file
// whose seal failed. Call it after callers were answered. Usually it does
// nothing. A full disk is not an error here, see Space. ErrUnsettled means that the
// open file failed: nobody's fact is concerned, but call Reopen.
func (j *Journal) Maintain() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.closed && errors.Is(j.failed, ErrDiskFull) { // opened on a full disk: is there space now?
		if _, err := j.reload(); err != nil && !errors.Is(err, ErrDiskFull) {
			return err
		} else if err != nil {
			return nil
		}
	}
	if err := j.ready(nil); err != nil {
		return err
	}
	if j.alloc-j.end < j.o.step() {
		err := j.extend(j.end + j.o.step())
		if err != nil && !full(err) {
			return j.fail(err)
		}
		if err == nil {
			if err := j.file.Sync(); err != nil {
				return j.fail(fmt.Errorf("sync zeros: %w", err))
			}
		}
	}
	if j.unsealed {
		if err := j.sealEarlier(); err != nil && !errors.Is(err, ErrDiskFull) {
			return fmt.Errorf("seal an earlier day file: %w", err)
		}
	}
	return nil
}

// Room is what is left for facts.
type Room struct {
	Ahead    int64 `json:"ahead"`    // bytes that Append can still use without a bigger file
	Low      bool  `json:"low"`      // the disk was full when the file was to grow: warn
	Critical bool  `json:"critical"` // and less than a quarter of a step is left: stop new orders soon
}

// Space tells how far the journal is from a full disk. It never waits for the disk.
func (j *Journal) Space() Room {
	r := Room{Ahead: max(0, j.ahead.Load()-j.reserve()), Low: j.lowNow.Load()}
	r.Critical = r.Low && r.Ahead < j.o.step()/4
	return r
}

// Roll starts a new day file whose first group is group (its first fact opens the day), then seals the one before. nil means that
// group is durable in the new file. Errors are those of Append; a failure
// before the new file got its name stores nothing and leaves the journal working.
func (j *Journal) Roll(group []fact.Fact) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.ready(group); err != nil {
		return err
	}
	if len(group) == 0 {
		return errors.New("roll: a day file begins with a group")
	}
	d, err := j.newDay(j.head, group, unixMilli(group[0].At))
	if err != nil {
		if full(err) {
			j.setLow(true)
			return ErrDiskFull.Wrap(err)
		}
		return fmt.Errorf("start a day file (nothing was stored): %w", err)
	}
	if err := d.publish(j); err != nil {
		_ = d.file.Close() // publish's error says enough
		return j.fail(fmt.Errorf("name the day file: %w", err))
	}
	old, end, before := j.file, j.end, j.head
	j.adopt(d, group)
	if err := j.sealOpen(old, end, before); err != nil {
		j.unsealed = true // Maintain or the next Open seals it by rewriting
	}
	_ = j.writeWitness(false) // the facts are durable without; after a failure the next write makes a new file
	return nil
}
