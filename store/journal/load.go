package journal

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"wendan/store/fact"
	"wendan/store/fault"
)

// folder is what the names in the data folder say.
type folder struct {
	days  []dayName // the segment that counts of each day file, oldest first
	aside []dayName // lower segments that are still under their name
	tmp   []string
}

func readFolder(fsys FS, dir string, epoch uint32) (folder, error) {
	var f folder
	names, err := fsys.ReadDir(dir)
	if err != nil {
		return f, fmt.Errorf("list the data folder: %w", err)
	}
	best := map[uint64]dayName{}
	for _, n := range names {
		if strings.HasSuffix(n, tmpSuffix) {
			f.tmp = append(f.tmp, n)
		}
		d, ok := parseName(n)
		if !ok || d.broken {
			continue
		}
		if d.epoch != epoch {
			return f, ErrForked.With(d.first).Wrap(fmt.Errorf("%s is of another epoch than %d", n, epoch))
		}
		old, twice := best[d.first]
		switch {
		case !twice:
			best[d.first] = d
		case old.segment < d.segment:
			f.aside, best[d.first] = append(f.aside, old), d
		case old.segment > d.segment:
			f.aside = append(f.aside, d)
		case old.packed: // packing was cut short: the plain file stands
			best[d.first] = d
		}
	}
	for _, d := range best {
		f.days = append(f.days, d)
	}
	slices.SortFunc(f.days, func(a, b dayName) int { return int(min(max(int64(a.first)-int64(b.first), -1), 1)) })
	return f, nil
}

// load reads and checks the store, mends what a power cut may leave and makes it j's state. Nothing is changed
// before everything is checked. closed with the head at that time says that the last
// program closed the journal; otherwise the open file goes on in a new segment, because what
// can be read of it need not be on the disk. first is true for Open: only then may a full disk be met by opening
// for reading alone.
func (j *Journal) load(witnesses []fact.Head, closed bool, at fact.Head, first bool) (Recovery, error) {
	j.names.Lock()
	defer j.names.Unlock()
	var rec Recovery
	dir, err := readFolder(j.fs, j.dir, j.id.Epoch)
	if err != nil {
		return rec, err
	}
	if len(dir.days) == 0 {
		return rec, ErrMissing.With("e" + fmt.Sprintf("%04d-%012d", j.id.Epoch, 1))
	}
	var days []dayFile
	scans := map[int]scanned{}
	all := j.ends(dir.days)
	for i, n := range dir.days {
		var prev *dayFile
		if i > 0 {
			prev = &days[i-1]
		}
		d, s, err := j.check(n, prev, all[i], i == len(dir.days)-1, witnesses)
		if err != nil {
			return rec, err
		}
		if s != nil {
			scans[i] = *s
		}
		days = append(days, d)
	}
	last := len(days) - 1
	open := scans[last]
	for _, w := range witnesses {
		if w.Epoch > j.id.Epoch {
			return rec, ErrForked.With(w.Seq).Wrap(fmt.Errorf("epoch %d was witnessed, this is %d", w.Epoch, j.id.Epoch))
		}
		if w.Epoch == j.id.Epoch && w.Seq > open.head.Seq {
			return rec, j.damaged(days[last].name, open.end, open.head.Seq, witnesses).Wrap(open.stop)
		}
	}
	rec.Head, rec.Torn = open.head, open.torn
	rec.Clean = closed && at == open.head && open.torn == 0
	return rec, j.mend(dir, days, scans, &rec, first)
}

// fileEnds is what the first and the last frame of a day file say; seal is nil when it has none.
type fileEnds struct {
	header header
	seal   *seal
	err    error
}

// ends reads the ends of all day files on all processors: a register of years has a thousand signatures to check.
func (j *Journal) ends(days []dayName) []fileEnds {
	out := make([]fileEnds, len(days))
	var next atomic.Int64
	var readers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (len(days)+15)/16) {
		readers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(days); i = int(next.Add(1)) - 1 {
				e := &out[i]
				e.header, e.seal, e.err = ends(j.fs, j.path(days[i].String()))
			}
		})
	}
	readers.Wait()
	return out
}

// check judges one day file that follows prev (nil for the first): a sealed one by its ends e; the open and an unsealed one it reads whole.
func (j *Journal) check(n dayName, prev *dayFile, e fileEnds, open bool, witnesses []fact.Head) (dayFile, *scanned, error) {
	path := j.path(n.String())
	before := j.id.Start()
	if prev != nil {
		before = prev.head
	}
	d := dayFile{name: n, before: before}
	h, s, err := e.header, e.seal, e.err
	if errors.Is(err, ErrVersion) {
		return d, nil, err
	}
	if err != nil {
		return d, nil, j.damaged(n, 0, before.Seq, witnesses).Wrap(err)
	}
	d.day = h.Day
	if d.bytes, err = j.fs.Stat(path); err != nil {
		return d, nil, fmt.Errorf("open journal: %w", err)
	}
	switch {
	case !h.of(&j.id) || h.First != n.first:
		return d, nil, j.damaged(n, 0, before.Seq, witnesses).Wrap(errors.New("the header is of another register or day"))
	case h.First > before.Seq+1 && prev != nil && !prev.sealed:
		return d, nil, j.damaged(prev.name, prev.bytes, before.Seq, append(witnesses, h.before()))
	case h.First > before.Seq+1:
		return d, nil, ErrMissing.With(fmt.Sprintf("e%04d-%012d", j.id.Epoch, before.Seq+1))
	case h.before() != before:
		return d, nil, ErrForked.With(before.Seq)
	}
	if s != nil && !open {
		d.sealed, d.head = true, s.head()
		return d, nil, j.compare(d.head, witnesses)
	}
	if s != nil {
		return d, nil, ErrMissing.With(fmt.Sprintf("e%04d-%012d", j.id.Epoch, s.Last+1))
	}
	var recent []fact.Fact
	sc, err := scanPath(j.fs, path, func(f *fact.Fact) error {
		if open {
			if len(recent) == 2*ringSize {
				recent = append(recent[:0], recent[ringSize:]...)
			}
			recent = append(recent, *f)
		}
		return j.compare(fact.Head{Epoch: f.Epoch, Seq: f.Seq, Hash: f.Hash}, witnesses)
	})
	if errors.Is(err, ErrForked) {
		return d, nil, err
	}
	if err != nil || sc.later || sc.groups == 0 {
		return d, nil, j.damaged(n, sc.end, sc.head.Seq, witnesses).Wrap(errors.Join(err, sc.stop))
	}
	d.head, sc.recent = sc.head, recent[max(0, len(recent)-ringSize):]
	return d, &sc, nil
}

// compare refuses a fact that a witness remembers with another hash.
func (j *Journal) compare(h fact.Head, witnesses []fact.Head) error {
	for _, w := range witnesses {
		if w.Epoch == h.Epoch && w.Seq == h.Seq && w.Hash != h.Hash {
			return ErrForked.With(w.Seq)
		}
	}
	return nil
}

// damaged names where n stops being good and how far witnesses know the journal to reach.
func (j *Journal) damaged(n dayName, off int64, good uint64, witnesses []fact.Head) *fault.Error {
	var seen uint64
	for _, w := range witnesses {
		if w.Epoch == j.id.Epoch {
			seen = max(seen, w.Seq)
		}
	}
	return ErrDamaged.With(n.String(), off, good, seen)
}

// mend makes the folder what it should be and takes it over.
func (j *Journal) mend(dir folder, days []dayFile, scans map[int]scanned, rec *Recovery, first bool) error {
	if err := j.fs.SyncDir(j.dir); err != nil { // names seen here may not be durable yet
		return fmt.Errorf("sync the data folder: %w", err)
	}
	for _, n := range dir.tmp {
		if err := j.fs.Remove(j.path(n)); err != nil {
			return fmt.Errorf("remove an unfinished file: %w", err)
		}
	}
	for _, d := range dir.aside {
		if err := j.fs.Rename(j.path(d.String()), j.path(d.String()+brokenSuffix)); err != nil {
			return fmt.Errorf("set an old segment aside: %w", err)
		}
	}
	last, unsealed := len(days)-1, false
	for i := range days[:last] {
		if days[i].sealed {
			continue
		}
		n, err := j.rewrite(days[i], scans[i], true)
		if errors.Is(err, ErrDiskFull) {
			unsealed = true
			continue
		}
		if err != nil {
			return fmt.Errorf("seal %s: %w", days[i].name, err)
		}
		days[i] = n.day
		rec.Sealed = append(rec.Sealed, filepath.Base(n.day.name.String()))
	}
	s := scans[last]
	var failed error
	f := &newFile{day: days[last], end: s.end, alloc: days[last].bytes}
	f.day.marks = s.marks
	if rec.Clean {
		var err error
		if f.file, err = j.fs.Open(j.path(f.day.name.String())); err != nil {
			return fmt.Errorf("open the day file: %w", err)
		}
	} else {
		n, err := j.rewrite(days[last], s, false)
		switch {
		case err == nil:
			f, rec.Segment = n, n.day.name.String()
		case first && errors.Is(err, ErrDiskFull):
			if err := j.syncOnce(f.day.name); err != nil {
				return err
			}
			failed, f.alloc = err, f.end
		default:
			return fmt.Errorf("rewrite %s: %w", days[last].name, err)
		}
	}
	days[last] = f.day
	j.take(f, days, s.head, s.recent)
	j.failed, j.unsealed = failed, unsealed
	j.setLow(failed != nil)
	return nil
}

// syncOnce makes what was read of the open file durable when there is no space to rewrite it. No sync of it can have failed
// before in this program, and nothing is appended to it afterwards.
func (j *Journal) syncOnce(d dayName) error {
	f, err := j.fs.Open(j.path(d.String()))
	if err != nil {
		return fmt.Errorf("open the day file: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sync the day file: %w", err)
	}
	return nil
}

// take makes what load found the state of j and wakes readers.
func (j *Journal) take(f *newFile, days []dayFile, head fact.Head, recent []fact.Fact) {
	j.file, j.end, j.alloc = f.file, f.end, f.alloc
	j.view.Lock()
	j.files, j.head, j.tail = days, head, f.end
	j.ring = ring{}
	j.ring.push(recent)
	close(j.moved)
	j.moved = make(chan struct{})
	j.view.Unlock()
	j.side.nudge()
}
