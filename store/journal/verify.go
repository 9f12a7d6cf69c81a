package journal

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"path/filepath"

	"wendan/store/fact"
)

// Bad is the first place where day files are not what they were.
type Bad struct {
	File   string `json:"file"`
	Seq    uint64 `json:"seq"`    // the first fact that cannot be relied on
	Offset int64  `json:"offset"` // in the unpacked file
	Reason string `json:"reason"`
}

// Report is the result of checking day files, for tools and as JSON.
type Report struct {
	Files   int       `json:"files"`
	Facts   uint64    `json:"facts"`
	First   uint64    `json:"first"`
	Last    uint64    `json:"last"`
	Head    fact.Head `json:"head"`
	Sealed  int       `json:"sealed"`
	ChainOK bool      `json:"chain_ok"` // numbers, hashes, seals and signatures hold from First to Last
	Key     string    `json:"key"`      // fingerprint of the key that signed
	Torn    int64     `json:"torn"`     // bytes of an unfinished group behind the last fact of an open file
	Bad     *Bad      `json:"bad,omitempty"`
}

// OK reports that nothing was found, not even an unfinished group.
func (r Report) OK() bool { return r.ChainOK && r.Torn == 0 && r.Files > 0 }

// Verify checks day files with nothing but themselves: single files, plain or packed, in the order of their
// numbers, or one folder. The result speaks for the key named in it: compare that fingerprint with
// the register's. Findings are in the report; an error means that a path could not be
// read at all or ctx ended. Unfinished files of the folder are not looked at.
func Verify(ctx context.Context, fsys FS, p Progress, paths ...string) (Report, error) {
	var public []byte
	if len(paths) == 1 {
		dir := paths[0]
		if _, err := fsys.ReadDir(dir); err == nil {
			var epoch uint32
			if id, err := readIdentity(fsys, dir); err == nil {
				public, epoch = id.Public, id.Epoch
			} else if epoch, err = anyEpoch(fsys, dir); err != nil {
				return Report{}, err
			}
			f, err := readFolder(fsys, dir, epoch)
			if err != nil {
				return Report{}, err
			}
			paths = nil
			for _, d := range f.days {
				paths = append(paths, filepath.Join(dir, d.String()))
			}
			if len(paths) == 0 {
				return Report{}, ErrMissing.With("e" + fmt.Sprintf("%04d-%012d", max(epoch, 1), 1))
			}
		}
	}
	return verify(ctx, fsys, p, public, paths)
}

func anyEpoch(fsys FS, dir string) (uint32, error) {
	names, err := fsys.ReadDir(dir)
	for _, n := range names {
		if d, ok := parseName(n); ok {
			return d.epoch, nil
		}
	}
	return 0, err
}

func verify(ctx context.Context, fsys FS, p Progress, public []byte, paths []string) (Report, error) {
	r := Report{ChainOK: true}
	var done, total int64
	for _, path := range paths {
		size, err := fsys.Stat(path)
		if err != nil {
			return r, fmt.Errorf("verify: %w", err)
		}
		total += size
	}
	for i, path := range paths {
		s, err := scanPath(fsys, path, func(*fact.Fact) error { return ctx.Err() })
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
		r.add(filepath.Base(path), s, err, public, i == len(paths)-1)
		if r.Bad != nil {
			return r, nil
		}
		public = s.header.Public
		size, _ := fsys.Stat(path) // only for progress
		done += size
		p.tell(done, total)
	}
	return r, nil
}

// add takes the next file into the report.
func (r *Report) add(name string, s scanned, err error, public []byte, last bool) {
	before := s.header.before()
	switch {
	case err != nil:
	case r.Files > 0 && before != r.Head:
		err = fmt.Errorf("begins behind %v, the file before ends with %v", before, r.Head)
	case public != nil && !bytes.Equal(public, s.header.Public):
		err = errors.New("signed by another key")
	case s.groups == 0:
		err = errors.New("holds no fact")
	case s.later:
		err = s.stop
	case s.seal == nil && !last:
		err = errors.New("is not sealed, yet a later file follows")
	case s.seal != nil && s.torn > 0:
		err = fmt.Errorf("%d bytes behind the seal", s.torn)
	}
	if len(s.header.Public) == ed25519.PublicKeySize {
		r.Key = Fingerprint(s.header.Public)
		if r.Files == 0 {
			r.First = s.header.First
		}
		r.Files++
		r.Facts += s.head.Seq - before.Seq
		r.Head, r.Last = s.head, s.head.Seq
	}
	if s.seal != nil {
		r.Sealed++
	}
	r.Torn = s.torn
	if err != nil {
		r.ChainOK = false
		r.Bad = &Bad{name, r.Last + 1, s.end, err.Error()}
	}
}

// Scrub reads and checks everything that is durable when it begins, sealed days whole and the open file up to its
// end, beside selling. Findings are in the report.
func (j *Journal) Scrub(ctx context.Context, p Progress) (Report, error) {
	j.bulk.Lock()
	defer j.bulk.Unlock()
	files, head, _ := j.snapshot()
	paths := make([]string, 0, len(files))
	for _, d := range files[:len(files)-1] {
		if !d.sealed {
			break
		}
		paths = append(paths, j.path(d.name.String()))
	}
	r, err := verify(ctx, j.fs, p, j.id.Public, paths)
	if err != nil || r.Bad != nil {
		return r, err
	}
	// The rest grows while it is read, so it is read through the journal, which checks the chain.
	if len(paths) == 0 {
		r.First, r.Head, r.Key = 1, j.id.Start(), Fingerprint(j.id.Public)
	}
	at := r.Head.Seq
	err = j.disk(ctx, at, head.Seq, func(h fact.Head, n int) { r.Head, r.Last, r.Facts = h, h.Seq, r.Facts+uint64(n) })
	r.Files = len(files)
	switch {
	case ctx.Err() != nil:
		return r, ctx.Err()
	case err != nil:
		r.ChainOK, r.Bad = false, &Bad{files[len(files)-1].name.String(), r.Last + 1, 0, err.Error()}
	case r.Head != head:
		r.ChainOK, r.Bad = false, &Bad{files[len(files)-1].name.String(), head.Seq, 0, "the file ends in another hash than memory"}
	}
	return r, nil
}

// disk reads facts from the files, never from memory, until number end is reached.
func (j *Journal) disk(ctx context.Context, seq, end uint64, told func(h fact.Head, n int)) error {
	for seq < end {
		s, err := j.openStream(seq)
		if err != nil {
			return err
		}
		for s.head.Seq < end && err == nil {
			var facts []fact.Fact
			if facts, err = s.next(1 << 30); err == nil {
				seq = s.head.Seq
				told(s.head, len(facts))
			}
			err = errors.Join(err, ctx.Err())
		}
		if cerr := s.close(); cerr != nil || err != nil && !errors.Is(err, errEnd) {
			return errors.Join(err, cerr)
		}
	}
	return nil
}
