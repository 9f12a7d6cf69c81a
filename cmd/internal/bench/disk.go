package bench

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"net/url"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
	_ "modernc.org/sqlite" // what commits are compared with

	"wendan/store/fault"
)

// ErrMemoryDisk refuses to measure a disk that is none.
var ErrMemoryDisk = fault.New("bench.memory_disk", "“%s”在内存盘上，测不出断电安全的速度，请换到真正的硬盘", "%s is a disk in memory, where a sync costs nothing; choose a folder on a real disk",
	"The file system is tmpfs or ramfs. Give -data a folder on a disk.")

// Magic numbers of file systems without a disk, statfs(2).
const (
	tmpfs = 0x01021994
	ramfs = 0x858458f6
)

func realDisk(dir string) error {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return fmt.Errorf("look at the file system of %s: %w", dir, err)
	}
	if t := uint32(s.Type); t == tmpfs || t == ramfs {
		return ErrMemoryDisk.With(dir)
	}
	return nil
}

// bare is the least that makes bytes durable: a file filled with zeros ahead of need, one write, one fdatasync.
type bare struct {
	file       *os.File
	end, alloc int64
	buf        []byte
}

const bareStep = 1 << 20

func newBare(path string) (*bare, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	b := &bare{file: f}
	return b, b.prepare()
}

// write makes b durable.
func (l *bare) write(b []byte) error {
	if _, err := l.file.WriteAt(b, l.end); err != nil {
		return err
	}
	l.end += int64(len(b))
	return unix.Fdatasync(int(l.file.Fd()))
}

// group makes records durable as one frame: length, count, CRC-32C, then each record with its length.
func (l *bare) group(records [][]byte) error {
	l.buf = append(l.buf[:0], make([]byte, 12)...)
	for _, r := range records {
		l.buf = append(binary.LittleEndian.AppendUint32(l.buf, uint32(len(r))), r...)
	}
	binary.LittleEndian.PutUint32(l.buf, uint32(len(l.buf)))
	binary.LittleEndian.PutUint32(l.buf[4:], uint32(len(records)))
	binary.LittleEndian.PutUint32(l.buf[8:], crc32.Checksum(l.buf[12:], castagnoli))
	return l.write(l.buf)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// prepare extends the file, as the journal does, when callers do not wait.
func (l *bare) prepare() error {
	if l.alloc-l.end >= bareStep {
		return nil
	}
	if _, err := l.file.WriteAt(make([]byte, bareStep), l.alloc); err != nil {
		return err
	}
	l.alloc += bareStep
	return unix.Fdatasync(int(l.file.Fd()))
}

func (l *bare) close() error { return l.file.Close() }

// lite is SQLite with a write-ahead log and synchronous=FULL: what is committed is on the disk.
type lite struct {
	db     *sql.DB
	insert *sql.Stmt
}

func newLite(ctx context.Context, dir string) (*lite, error) {
	path := filepath.Join(dir, "orders.sqlite")
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	l := &lite{db: db}
	if _, err = db.ExecContext(ctx, `CREATE TABLE orders (number INTEGER PRIMARY KEY, body BLOB NOT NULL)`); err == nil {
		l.insert, err = db.PrepareContext(ctx, `INSERT INTO orders (body) VALUES (?)`)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return l, nil
}

func (l *lite) write(ctx context.Context, b []byte) error {
	_, err := l.insert.ExecContext(ctx, b)
	return err
}

func (l *lite) group(ctx context.Context, records [][]byte) error {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	s := tx.StmtContext(ctx, l.insert)
	for _, r := range records {
		if _, err := s.ExecContext(ctx, r); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

func (l *lite) close() error { return errors.Join(l.insert.Close(), l.db.Close()) }
