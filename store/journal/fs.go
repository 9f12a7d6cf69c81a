package journal

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"sort"

	"golang.org/x/sys/unix"
)

// File is an open file of an FS. Sync makes the data, and the size when it changed,
// durable (fdatasync). It is an alias so that file systems for tests need not import
// this package.
type File = interface {
	ReadAt(p []byte, off int64) (int, error)
	WriteAt(p []byte, off int64) (int, error)
	Sync() error
	Truncate(size int64) error
	Close() error
}

// FS is the part of a file system the journal uses. Names are full paths. Errors of a
// missing file match fs.ErrNotExist.
type FS interface {
	Open(name string) (File, error)                     // an existing file, to read and write
	Create(name string, perm fs.FileMode) (File, error) // a new or emptied file
	Rename(old, new string) error                       // replaces new
	Remove(name string) error                           //
	SyncDir(dir string) error                           // makes creations, renames and removals in dir durable
	ReadDir(dir string) ([]string, error)               // base names, sorted
	Stat(name string) (size int64, err error)           //
	MkdirAll(dir string) error                          //
	Lock(name string) (io.Closer, error)                // exclusive; unix.EWOULDBLOCK when held elsewhere
}

// OS is the file system of the machine.
type OS struct{}

type osFile struct{ *os.File }

// Sync is fdatasync, called once whatever it answers.
func (f osFile) Sync() error { return unix.Fdatasync(int(f.Fd())) }

// Open opens for reading and writing, or only for reading on a read-only medium.
func (OS) Open(name string) (File, error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.EROFS) {
		f, err = os.Open(name)
	}
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

// Create makes or empties a file.
func (OS) Create(name string, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, perm)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

// Rename replaces new by old.
func (OS) Rename(old, new string) error { return os.Rename(old, new) }

// Remove deletes a file.
func (OS) Remove(name string) error { return os.Remove(name) }

// SyncDir syncs a folder.
func (OS) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = unix.Fsync(int(d.Fd()))
	return errors.Join(err, d.Close())
}

// ReadDir lists base names, sorted.
func (OS) ReadDir(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	names, err := d.Readdirnames(-1)
	sort.Strings(names)
	return names, errors.Join(err, d.Close())
}

// Stat gives the size of a file.
func (OS) Stat(name string) (int64, error) {
	i, err := os.Stat(name)
	if err != nil {
		return 0, err
	}
	return i.Size(), nil
}

// MkdirAll makes a folder only its owner can enter.
func (OS) MkdirAll(dir string) error { return os.MkdirAll(dir, 0o700) }

// Lock takes an exclusive flock. It ends with Close or with the process.
func (OS) Lock(name string) (io.Closer, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func full(err error) bool { return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) }

func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func exists(fsys FS, name string) (bool, error) {
	_, err := fsys.Stat(name)
	if absent(err) {
		return false, nil
	}
	return err == nil, err
}

func readAll(fsys FS, name string, max int64) ([]byte, error) {
	size, err := fsys.Stat(name)
	if err != nil {
		return nil, err
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	b := make([]byte, min(size, max))
	_, err = f.ReadAt(b, 0)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if len(b) == 0 {
		err = nil
	}
	return b, errors.Join(err, f.Close())
}

// replace puts a small file in place whole: temporary name, sync, rename. The folder
// is not synced.
func replace(fsys FS, name string, perm fs.FileMode, b []byte) error {
	f, err := fsys.Create(name+tmpSuffix, perm)
	if err != nil {
		return err
	}
	if _, err = f.WriteAt(b, 0); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return fsys.Rename(name+tmpSuffix, name)
}
