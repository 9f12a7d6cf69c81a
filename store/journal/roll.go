package journal

import (
	"errors"
	"fmt"
	"time"

	"wendan/store/fact"
)

func unixMilli(ms int64) time.Time { return time.UnixMilli(ms) }

// newFile is a day file that is written and synced under its temporary name.
type newFile struct {
	day        dayFile
	file       File
	end, alloc int64
	first      mark
}

// newDay writes header, group and zeros under a temporary name. When it fails nothing
// was stored.
func (j *Journal) newDay(before fact.Head, group []fact.Fact, at time.Time) (*newFile, error) {
	d := &newFile{day: dayFile{name: dayName{epoch: j.id.Epoch, first: before.Seq + 1, segment: 1}, before: before, day: group[0].Day}}
	h := newHeader(&j.id, before, group[0].Day, at)
	b := h.frame(j.id.private)
	d.first = mark{int64(len(b)), before}
	b = appendGroup(b, group)
	d.end = int64(len(b))
	step := j.o.step()
	d.alloc = (d.end + j.reserve() + step - 1) / step * step
	tmp := j.path(d.day.name.String() + tmpSuffix)
	f, err := j.fs.Create(tmp, 0o600)
	if err != nil {
		return nil, err
	}
	d.file = f
	if _, err = f.WriteAt(append(b, make([]byte, d.alloc-d.end)...), 0); err == nil {
		err = f.Sync()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), j.fs.Remove(tmp))
	}
	d.day.bytes = d.alloc
	return d, nil
}

// publish gives the file its name and makes the name durable. After an error the
// outcome is unknown.
func (d *newFile) publish(j *Journal) error {
	name := j.path(d.day.name.String())
	if err := j.fs.Rename(name+tmpSuffix, name); err != nil {
		return err
	}
	return j.fs.SyncDir(j.dir)
}

// adopt makes d the open file and shows its group to readers.
func (j *Journal) adopt(d *newFile, group []fact.Fact) {
	j.file, j.end, j.alloc = d.file, d.end, d.alloc
	j.setLow(false)
	j.view.Lock()
	if n := len(j.files); n > 0 {
		j.files[n-1].head = j.head
	}
	j.files = append(j.files, d.day)
	j.view.Unlock()
	j.reveal(group, &d.first)
}

// sealOpen finishes the file that Roll has replaced: seal, cut to size, sync. Its handle
// is closed either way.
func (j *Journal) sealOpen(f File, end int64, head fact.Head) error {
	j.view.RLock()
	i := len(j.files) - 2
	d := j.files[i]
	j.view.RUnlock()
	s := newSeal(d.before, head)
	_, err := f.WriteAt(s.frame(j.id.private), end)
	if err == nil {
		err = f.Truncate(end + sealSize)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("seal the day file: %w", err)
	}
	d.sealed, d.bytes, d.head = true, end+sealSize, head
	j.replaceDay(i, d)
	return j.dropBroken(d.name, 0)
}

func (j *Journal) replaceDay(i int, d dayFile) {
	j.view.Lock()
	d.marks = j.files[i].marks
	j.files[i] = d
	j.view.Unlock()
}

// dropBroken removes the segments that were set aside for d, except the newest ones: none is kept of a sealed day,
// few of the open one, so that many power cuts cannot fill the disk.
func (j *Journal) dropBroken(d dayName, keep int) error {
	names, err := j.fs.ReadDir(j.dir)
	if err != nil {
		return err
	}
	for _, n := range names {
		if b, ok := parseName(n); ok && b.broken && b.first == d.first && b.epoch == d.epoch && b.segment < d.segment-keep {
			if err := j.fs.Remove(j.path(n)); err != nil {
				return err
			}
		}
	}
	return nil
}

// sealEarlier seals files whose seal failed, by rewriting each into a new segment.
func (j *Journal) sealEarlier() error {
	files, _, _ := j.snapshot()
	for i, d := range files[:len(files)-1] {
		if d.sealed {
			continue
		}
		s, err := scanPath(j.fs, j.path(d.name.String()), nil)
		if err != nil {
			return err
		}
		if s.head != files[i+1].before {
			return ErrDamaged.With(d.name.String(), s.end, s.head.Seq, files[i+1].before.Seq)
		}
		n, err := j.rewrite(d, s, true)
		if err != nil {
			return err
		}
		j.replaceDay(i, n.day)
	}
	j.unsealed = false
	return nil
}

// rewrite copies the good part of d, which s describes, into the next segment: temporary name, sync, read back,
// rename, folder sync; only then the old segment is set aside. With
// sealing it also seals the new segment, closes it and drops what was set aside.
func (j *Journal) rewrite(d dayFile, s scanned, sealing bool) (*newFile, error) {
	n, err := j.tryRewrite(d, s, sealing)
	if full(err) { // older segments set aside are the first to go
		if derr := j.dropBroken(d.name, 0); derr != nil {
			return nil, errors.Join(err, derr)
		}
		if n, err = j.tryRewrite(d, s, sealing); full(err) {
			return nil, ErrDiskFull.Wrap(err)
		}
	}
	return n, err
}

func (j *Journal) tryRewrite(d dayFile, s scanned, sealing bool) (*newFile, error) {
	old := j.path(d.name.String())
	n := &newFile{day: d, end: s.end}
	n.day.name.segment++
	n.day.head, n.day.marks = s.head, s.marks
	name := j.path(n.day.name.String())
	if err := j.copySegment(n, old, name+tmpSuffix, sealing); err != nil {
		if n.file != nil {
			err = errors.Join(err, n.file.Close(), j.fs.Remove(name+tmpSuffix))
		}
		return nil, err
	}
	back, err := scanPath(j.fs, name+tmpSuffix, nil)
	if err == nil && (back.head != s.head || back.end != s.end || back.stop != nil || (back.seal != nil) != sealing) {
		err = fmt.Errorf("%w: %s reads back differently", errFrame, n.day.name)
	}
	if err == nil {
		err = n.publish(j)
	}
	if err == nil {
		err = j.fs.Rename(old, old+brokenSuffix)
	}
	if err == nil {
		err = j.fs.SyncDir(j.dir)
	}
	keep := 2
	if sealing {
		keep = 0
	}
	if err == nil {
		err = j.dropBroken(n.day.name, keep)
	}
	if err != nil || sealing {
		err = errors.Join(err, n.file.Close())
	}
	return n, err
}

func (j *Journal) copySegment(n *newFile, old, tmp string, sealing bool) error {
	src, err := j.fs.Open(old)
	if err != nil {
		return err
	}
	defer src.Close() // only read
	if n.file, err = j.fs.Create(tmp, 0o600); err != nil {
		return err
	}
	buf := make([]byte, min(n.end, 1<<20))
	for at := int64(0); at < n.end; {
		b := buf[:min(int64(len(buf)), n.end-at)]
		if _, err := src.ReadAt(b, at); err != nil {
			return fmt.Errorf("read the old segment: %w", err)
		}
		if _, err := n.file.WriteAt(b, at); err != nil {
			return err
		}
		at += int64(len(b))
	}
	var rest []byte
	if sealing {
		s := newSeal(n.day.before, n.day.head)
		rest = s.frame(j.id.private)
		n.day.sealed = true
	} else {
		step := j.o.step()
		n.alloc = (n.end + j.reserve() + step - 1) / step * step
		rest = make([]byte, n.alloc-n.end)
	}
	n.day.bytes = n.end + int64(len(rest))
	if _, err := n.file.WriteAt(rest, n.end); err != nil {
		return err
	}
	return n.file.Sync()
}
