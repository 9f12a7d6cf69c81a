package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"wendan/store/fact"
)

// Backup copies the journal as it is durable now into dst on the file system to: every day file whole, the open one up to its
// last group, and the identity without the private key. Each file is written under a temporary name, synced, read
// back and checked whole, then renamed. Files already there that are equal and check out stay. Selling goes on
// meanwhile. The returned report is of the copy read back; Head says what it holds. A copy that does
// not check out is ErrBackup.
func (j *Journal) Backup(ctx context.Context, to FS, dst string, p Progress) (Report, error) {
	j.bulk.Lock()
	defer j.bulk.Unlock()
	if err := to.MkdirAll(dst); err != nil {
		return Report{}, fmt.Errorf("make the backup folder: %w", err)
	}
	files, head, tail := j.snapshot()
	old, err := readFolder(to, dst, j.id.Epoch)
	if err != nil {
		return Report{}, err
	}
	if id, err := readIdentity(to, dst); err == nil && Fingerprint(id.Public) != Fingerprint(j.id.Public) {
		return Report{}, ErrBackup.With("key").Wrap(errors.New("the folder holds another register's backup"))
	}
	var done, total int64
	for i := range files {
		if i == len(files)-1 {
			files[i].bytes, files[i].head = tail, head
		}
		total += files[i].bytes
	}
	for _, d := range files {
		if err := j.backUp(ctx, to, dst, d); err != nil {
			return Report{}, fmt.Errorf("back up %s: %w", d.name, err)
		}
		done += d.bytes
		p.tell(done, total)
	}
	if err := j.id.save(to, dst); err != nil {
		return Report{}, fmt.Errorf("back up the identity: %w", err)
	}
	if err := to.SyncDir(dst); err != nil {
		return Report{}, fmt.Errorf("sync the backup folder: %w", err)
	}
	if err := dropOlder(to, dst, old, files); err != nil {
		return Report{}, err
	}
	return RestoreCheck(ctx, to, dst, head, nil)
}

// dropOlder removes copies that a newer name of the same day has replaced.
func dropOlder(to FS, dst string, old folder, files []dayFile) error {
	now := map[dayName]bool{}
	for _, d := range files {
		now[d.name] = true
	}
	for _, d := range append(old.days, old.aside...) {
		if !now[d] {
			if err := to.Remove(filepath.Join(dst, d.String())); err != nil {
				return fmt.Errorf("remove an older copy: %w", err)
			}
		}
	}
	return to.SyncDir(dst)
}

func (j *Journal) backUp(ctx context.Context, to FS, dst string, d dayFile) error {
	target := filepath.Join(dst, d.name.String())
	if s, err := scanPath(to, target, func(*fact.Fact) error { return ctx.Err() }); err == nil && d.sealed && s.seal != nil && s.seal.head() == d.head && s.stop == nil {
		return nil
	}
	src, err := j.fs.Open(j.path(d.name.String()))
	if err != nil {
		return err
	}
	defer src.Close() // only read
	out, err := to.Create(target+tmpSuffix, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(&appender{file: out}, &cancelled{ctx, io.NewSectionReader(src, 0, d.bytes)})
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return errors.Join(err, to.Remove(target+tmpSuffix))
	}
	s, err := scanPath(to, target+tmpSuffix, nil)
	if err != nil || s.head != d.head || s.stop != nil {
		return ErrBackup.With(d.name.String()).Wrap(errors.Join(err, s.stop, to.Remove(target+tmpSuffix)))
	}
	if err := to.Rename(target+tmpSuffix, target); err != nil {
		return err
	}
	return to.SyncDir(dst)
}

// RestoreCheck says whether a store could be restored from the backup in dir: everything verifies from fact 1 on, by the key of its
// identity, and it reaches want (the highest head known elsewhere; zero when nothing
// is known). The report is filled also when the answer is ErrBackup.
func RestoreCheck(ctx context.Context, fsys FS, dir string, want fact.Head, p Progress) (Report, error) {
	if _, err := readIdentity(fsys, dir); err != nil {
		return Report{}, ErrBackup.With(identityName).Wrap(err)
	}
	r, err := Verify(ctx, fsys, p, dir)
	if err != nil {
		return r, err
	}
	switch {
	case !r.OK():
		if r.Bad != nil {
			return r, ErrBackup.With(r.Bad.File).Wrap(errors.New(r.Bad.Reason))
		}
		return r, ErrBackup.With("tail").Wrap(fmt.Errorf("%d bytes that are no fact", r.Torn))
	case r.First != 1:
		return r, ErrBackup.With("1").Wrap(fmt.Errorf("begins with number %d", r.First))
	case want.Epoch == r.Head.Epoch && (want.Seq > r.Head.Seq || want.Seq == r.Head.Seq && want.Hash != r.Head.Hash):
		return r, ErrBackup.With("head").Wrap(fmt.Errorf("ends with %v, expected %v", r.Head, want))
	}
	return r, nil
}
