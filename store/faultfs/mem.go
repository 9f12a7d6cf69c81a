// Package faultfs gives durability tests a file system that records every operation, fails the one it is told to, and can
// show every state a power cut may have left behind.
//
// A Mem is a file system in memory. An FS wraps a Mem or a real directory, records and
// injects. FS.Crashes walks through the states after each recorded operation and gives each as a Mem.
package faultfs

import (
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// File is an open file; Sync is fdatasync. It is an alias so that file systems of other
// packages fit without importing this one.
type File = interface {
	ReadAt(p []byte, off int64) (int, error)
	WriteAt(p []byte, off int64) (int, error)
	Sync() error
	Truncate(size int64) error
	Close() error
}

// Base is a file system that an FS can wrap: a Mem or the machine's own.
type Base interface {
	Open(name string) (File, error)
	Create(name string, perm fs.FileMode) (File, error)
	Rename(old, new string) error
	Remove(name string) error
	SyncDir(dir string) error
	ReadDir(dir string) ([]string, error)
	Stat(name string) (size int64, err error)
	MkdirAll(dir string) error
	Lock(name string) (io.Closer, error)
}

type inode struct{ data []byte }

// Mem is a file system in memory, safe for concurrent use. Folders exist as soon as MkdirAll names them.
type Mem struct {
	// Limit is the space for file contents in bytes; 0 is no limit. A write that would pass it
	// stores what fits and fails with ENOSPC. SetLimit changes it while the files are in use.
	Limit int64

	mu    sync.Mutex
	files map[string]*inode
	dirs  map[string]bool
	locks map[string]bool
}

// NewMem makes an empty file system with the root folder.
func NewMem() *Mem {
	return &Mem{files: map[string]*inode{}, dirs: map[string]bool{"/": true, ".": true}, locks: map[string]bool{}}
}

// SetLimit sets Limit.
func (m *Mem) SetLimit(bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.Limit = bytes
}

type memFile struct {
	m      *Mem
	ino    *inode
	closed bool
}

func pathError(op, name string, err error) error { return &fs.PathError{Op: op, Path: name, Err: err} }

// Open opens an existing file.
func (m *Mem) Open(name string) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ino, ok := m.files[filepath.Clean(name)]
	if !ok {
		return nil, pathError("open", name, fs.ErrNotExist)
	}
	return &memFile{m: m, ino: ino}, nil
}

// Create makes a new file; an old one of that name loses its name.
func (m *Mem) Create(name string, _ fs.FileMode) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name = filepath.Clean(name)
	if !m.dirs[filepath.Dir(name)] {
		return nil, pathError("create", name, fs.ErrNotExist)
	}
	ino := &inode{}
	m.files[name] = ino
	return &memFile{m: m, ino: ino}, nil
}

// Rename moves a file; open handles go on.
func (m *Mem) Rename(old, new string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, new = filepath.Clean(old), filepath.Clean(new)
	ino, ok := m.files[old]
	if !ok {
		return pathError("rename", old, fs.ErrNotExist)
	}
	delete(m.files, old)
	m.files[new] = ino
	return nil
}

// Remove deletes a name; open handles go on.
func (m *Mem) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	name = filepath.Clean(name)
	if _, ok := m.files[name]; !ok {
		return pathError("remove", name, fs.ErrNotExist)
	}
	delete(m.files, name)
	return nil
}

// SyncDir does nothing: memory has no power to lose. FS records it.
func (m *Mem) SyncDir(string) error { return nil }

// ReadDir lists the files of a folder, sorted.
func (m *Mem) ReadDir(dir string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir = filepath.Clean(dir)
	if !m.dirs[dir] {
		return nil, pathError("readdir", dir, fs.ErrNotExist)
	}
	var names []string
	for n := range m.files {
		if filepath.Dir(n) == dir {
			names = append(names, filepath.Base(n))
		}
	}
	slices.Sort(names)
	return names, nil
}

// Stat gives a file's size.
func (m *Mem) Stat(name string) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ino, ok := m.files[filepath.Clean(name)]
	if !ok {
		return 0, pathError("stat", name, fs.ErrNotExist)
	}
	return int64(len(ino.data)), nil
}

// MkdirAll makes folders.
func (m *Mem) MkdirAll(dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for d := filepath.Clean(dir); !m.dirs[d]; d = filepath.Dir(d) {
		m.dirs[d] = true
	}
	return nil
}

type memLock struct {
	m    *Mem
	name string
}

func (l memLock) Close() error {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	delete(l.m.locks, l.name)
	return nil
}

// Lock takes a lock until it is closed; EWOULDBLOCK when it is taken.
func (m *Mem) Lock(name string) (io.Closer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name = filepath.Clean(name)
	if m.locks[name] {
		return nil, pathError("lock", name, unix.EWOULDBLOCK)
	}
	m.locks[name] = true
	return memLock{m, name}, nil
}

// Files copies the contents of every file whose name begins with prefix.
func (m *Mem) Files(prefix string) map[string][]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := map[string][]byte{}
	for n, ino := range m.files {
		if strings.HasPrefix(n, prefix) {
			all[n] = slices.Clone(ino.data)
		}
	}
	return all
}

// Put writes a whole file and makes its folder.
func (m *Mem) Put(name string, data []byte) {
	_ = m.MkdirAll(filepath.Dir(name)) // cannot fail in memory
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files[filepath.Clean(name)] = &inode{data: slices.Clone(data)}
}

// Clone is an independent copy without locks.
func (m *Mem) Clone() *Mem {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := NewMem()
	c.Limit = m.Limit
	for d := range m.dirs {
		c.dirs[d] = true
	}
	for n, ino := range m.files {
		c.files[n] = &inode{data: slices.Clone(ino.data)}
	}
	return c
}

var seed = maphash.MakeSeed()

// sum names the contents, to skip states seen before.
func (m *Mem) sum() uint64 {
	var all uint64
	for n, ino := range m.files {
		var h maphash.Hash
		h.SetSeed(seed)
		fmt.Fprintf(&h, "%s %d ", n, len(ino.data))
		h.Write(ino.data)
		all += h.Sum64() // order of files does not matter
	}
	return all
}

func (m *Mem) used() int64 {
	var n int64
	for _, ino := range m.files {
		n += int64(len(ino.data))
	}
	return n
}

func (f *memFile) ReadAt(p []byte, off int64) (int, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if f.closed {
		return 0, fs.ErrClosed
	}
	if off >= int64(len(f.ino.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.ino.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memFile) WriteAt(p []byte, off int64) (int, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if f.closed {
		return 0, fs.ErrClosed
	}
	var err error
	if grow := off + int64(len(p)) - int64(len(f.ino.data)); f.m.Limit > 0 && grow > 0 {
		if over := f.m.used() + grow - f.m.Limit; over > 0 {
			p, err = p[:max(0, int64(len(p))-over)], unix.ENOSPC
		}
	}
	if len(p) > 0 {
		f.ino.data = write(f.ino.data, p, off)
	}
	return len(p), err
}

func write(data, p []byte, off int64) []byte {
	if end := int(off) + len(p); end > len(data) {
		data = append(data, make([]byte, end-len(data))...)
	}
	copy(data[off:], p)
	return data
}

func (f *memFile) Sync() error {
	if f.closed {
		return fs.ErrClosed
	}
	return nil
}

func (f *memFile) Truncate(size int64) error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if f.closed {
		return fs.ErrClosed
	}
	f.ino.data = resize(f.ino.data, size)
	return nil
}

func resize(data []byte, size int64) []byte {
	if size <= int64(len(data)) {
		return data[:size:size]
	}
	return append(data, make([]byte, size-int64(len(data)))...)
}

func (f *memFile) Close() error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	f.closed = true
	return nil
}
