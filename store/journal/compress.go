package journal

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// Progress is told how many bytes of how many are done; it may be nil.
type Progress func(done, total int64)

func (p Progress) tell(done, total int64) {
	if p != nil {
		p(done, total)
	}
}

// Compress packs sealed day files with zstd, oldest first: each is written under a temporary name, synced, read back and
// compared with its seal, renamed, and only then the plain file is removed. It runs beside selling, may be
// ended through ctx and started again at any time. Hashes cover the unpacked bytes.
func (j *Journal) Compress(ctx context.Context, p Progress) error {
	j.bulk.Lock()
	defer j.bulk.Unlock()
	files, _, _ := j.snapshot()
	var done, total int64
	for _, d := range files {
		if d.sealed && !d.name.packed {
			total += d.bytes
		}
	}
	for i, d := range files {
		if !d.sealed || d.name.packed {
			continue
		}
		if err := j.pack(ctx, i, d); err != nil {
			return fmt.Errorf("compress %s: %w", d.name, err)
		}
		done += d.bytes
		p.tell(done, total)
	}
	return ctx.Err()
}

func (j *Journal) pack(ctx context.Context, i int, d dayFile) error {
	plain := j.path(d.name.String())
	packed := d
	packed.name.packed = true
	target := j.path(packed.name.String())
	size, err := j.writePacked(ctx, plain, target+tmpSuffix, d)
	if err == nil {
		err = j.checkPacked(target+tmpSuffix, size, d)
	}
	if err != nil {
		if rerr := j.fs.Remove(target + tmpSuffix); !absent(rerr) {
			err = errors.Join(err, rerr)
		}
		if full(err) {
			err = ErrDiskFull.Wrap(err)
		}
		return err
	}
	j.names.Lock()
	defer j.names.Unlock()
	if err := j.fs.Rename(target+tmpSuffix, target); err != nil {
		return err
	}
	if err := j.fs.SyncDir(j.dir); err != nil {
		return err
	}
	packed.bytes = size
	j.replaceDay(i, packed)
	if err := j.fs.Remove(plain); err != nil {
		return err
	}
	return j.fs.SyncDir(j.dir)
}

func (j *Journal) writePacked(ctx context.Context, plain, tmp string, d dayFile) (size int64, err error) {
	src, err := j.fs.Open(plain)
	if err != nil {
		return 0, err
	}
	defer src.Close() // only read
	typ, payload, n, err := readFrameAt(src, d.bytes)
	if err != nil || typ != typeHeader {
		return 0, errors.Join(err, errFrame)
	}
	s := newSeal(d.before, d.head)
	sealFrame := s.frame(j.id.private)
	headFrame := finish(append(make([]byte, frameHead, n), payload...), typeHeader)
	start := int64(len(makeFront(headFrame, sealFrame, 0, 0)))
	dst, err := j.fs.Create(tmp, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	out := &appender{file: dst, at: start}
	enc, err := zstd.NewWriter(out, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20), zstd.WithEncoderLevel(zstd.SpeedDefault))
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(enc, &cancelled{ctx, io.NewSectionReader(src, 0, d.bytes)}); err != nil {
		return 0, errors.Join(err, enc.Close())
	}
	if err := enc.Close(); err != nil {
		return 0, err
	}
	back := &summed{r: io.NewSectionReader(dst, start, out.at-start)}
	if _, err := io.Copy(io.Discard, back); err != nil {
		return 0, err
	}
	if _, err := dst.WriteAt(makeFront(headFrame, sealFrame, out.at-start, back.sum), 0); err != nil {
		return 0, err
	}
	return out.at, dst.Sync()
}

func (j *Journal) checkPacked(tmp string, size int64, d dayFile) (err error) {
	f, err := j.fs.Open(tmp)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	s, err := scanPacked(f, size, nil)
	if err != nil {
		return err
	}
	if s.stop != nil || s.seal == nil || s.head != d.head || s.header.before() != d.before {
		return ErrDamaged.With(d.name.String(), s.end, s.head.Seq, d.head.Seq).Wrap(s.stop)
	}
	return nil
}

// appender writes one piece behind the other.
type appender struct {
	file File
	at   int64
}

func (a *appender) Write(p []byte) (int, error) {
	n, err := a.file.WriteAt(p, a.at)
	a.at += int64(n)
	return n, err
}

// cancelled ends reading when ctx ends.
type cancelled struct {
	ctx context.Context
	r   io.Reader
}

func (c *cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
