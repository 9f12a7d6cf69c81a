package headoffice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the default database: pure Go
)

// ledger is head office's database. The facts table is the truth, keyed by branch,
// register, epoch and number; marks move with it in the same transaction; everything
// below "views" can be rebuilt from it. The SQL is portable: no sequences, no row ids,
// upserts only.
type ledger struct {
	mu    sync.Mutex // held by the one writer of this process
	db    *sql.DB    // one connection, for writing
	reads *sql.DB
}

var schema = []string{
	`CREATE TABLE IF NOT EXISTS branches (branch TEXT NOT NULL, title TEXT NOT NULL, PRIMARY KEY (branch))`,
	`CREATE TABLE IF NOT EXISTS registers (
		branch TEXT NOT NULL, register TEXT NOT NULL, nkey TEXT NOT NULL, epoch BIGINT NOT NULL, paired BIGINT NOT NULL,
		PRIMARY KEY (branch, register))`,
	`CREATE TABLE IF NOT EXISTS marks (
		branch TEXT NOT NULL, register TEXT NOT NULL, epoch BIGINT NOT NULL, pubkey BLOB NOT NULL,
		seq BIGINT NOT NULL, hash BLOB NOT NULL, at BIGINT NOT NULL, fault TEXT NOT NULL,
		PRIMARY KEY (branch, register, epoch))`,
	`CREATE TABLE IF NOT EXISTS facts (
		branch TEXT NOT NULL, register TEXT NOT NULL, epoch BIGINT NOT NULL, seq BIGINT NOT NULL,
		kind BIGINT NOT NULL, day BIGINT NOT NULL, contested BIGINT NOT NULL, hash BLOB NOT NULL, raw BLOB NOT NULL,
		PRIMARY KEY (branch, register, epoch, seq))`,
	`CREATE TABLE IF NOT EXISTS contested (
		branch TEXT NOT NULL, register TEXT NOT NULL, epoch BIGINT NOT NULL, seq BIGINT NOT NULL, hash BLOB NOT NULL,
		kind BIGINT NOT NULL, day BIGINT NOT NULL, at BIGINT NOT NULL, raw BLOB NOT NULL,
		PRIMARY KEY (branch, register, epoch, seq, hash))`,
	`CREATE TABLE IF NOT EXISTS alarms (
		branch TEXT NOT NULL, register TEXT NOT NULL, epoch BIGINT NOT NULL, seq BIGINT NOT NULL, code TEXT NOT NULL,
		first BIGINT NOT NULL, latest BIGINT NOT NULL, times BIGINT NOT NULL,
		PRIMARY KEY (branch, register, epoch, seq, code))`,
}

// withoutRowid makes SQLite keep a table in the order of its primary key.
const withoutRowid = " WITHOUT ROWID"

// openLedger opens or creates the SQLite file. Every commit is synced.
func openLedger(ctx context.Context, path string) (*ledger, error) {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(FULL)&_pragma=cache_size(-32000)&_pragma=wal_autocheckpoint(4000)"
	g := &ledger{}
	var err error
	if g.db, err = sql.Open("sqlite", dsn); err != nil {
		return nil, fmt.Errorf("open the books: %w", err)
	}
	g.db.SetMaxOpenConns(1)
	if g.reads, err = sql.Open("sqlite", dsn+"&_pragma=query_only(1)"); err != nil {
		return nil, errors.Join(fmt.Errorf("open the books: %w", err), g.db.Close())
	}
	g.reads.SetMaxOpenConns(4)
	err = g.change(ctx, "make the tables", func(tx *sql.Tx) error {
		for _, s := range append(schema[:len(schema):len(schema)], views...) {
			if _, err := tx.ExecContext(ctx, s+withoutRowid); err != nil {
				return err
			}
		}
		for _, s := range indexes {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, g.close())
	}
	return g, nil
}

func (g *ledger) close() error { return errors.Join(g.reads.Close(), g.db.Close()) }

// change runs f in one transaction and commits it; what says for what, for errors. A busy
// database or a serialization failure is tried again, so f may run more than once.
func (g *ledger) change(ctx context.Context, what string, f func(*sql.Tx) error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	wait := 5 * time.Millisecond
	for try := 1; ; try++ {
		err := g.once(ctx, f)
		if err == nil {
			return nil
		}
		if try == 8 || !passing(err) || ctx.Err() != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
		wait *= 2
	}
}

func (g *ledger) once(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := g.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// passing reports whether the error goes away by itself: SQLite busy (5) or locked (6),
// or SQLSTATE 40001 and 40P01 of PostgreSQL.
func passing(err error) bool {
	var lite interface{ Code() int }
	if errors.As(err, &lite) && (lite.Code()&0xff == 5 || lite.Code()&0xff == 6) {
		return true
	}
	var state interface{ SQLState() string }
	return errors.As(err, &state) && (state.SQLState() == "40001" || state.SQLState() == "40P01")
}

// rows collects rows for one table and writes them many at a time.
type rows struct {
	head, tail string // INSERT … VALUES, and what follows
	columns    int
	args       []any
	full       *sql.Stmt // for rowsAtOnce rows, prepared on first use; ends with the transaction
}

const rowsAtOnce = 64

func (r *rows) add(ctx context.Context, tx *sql.Tx, values ...any) error {
	r.args = append(r.args, values...)
	if len(r.args) < rowsAtOnce*r.columns {
		return nil
	}
	return r.flush(ctx, tx)
}

func (r *rows) flush(ctx context.Context, tx *sql.Tx) error {
	if len(r.args) == 0 {
		return nil
	}
	args := r.args
	r.args = r.args[:0]
	query := r.head + holders(r.columns, len(args)/r.columns) + r.tail
	if len(args) < rowsAtOnce*r.columns {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	}
	if r.full == nil {
		var err error
		if r.full, err = tx.PrepareContext(ctx, query); err != nil {
			return err
		}
	}
	_, err := r.full.ExecContext(ctx, args...)
	return err
}

var holderCache sync.Map

func holders(columns, count int) string {
	type size struct{ columns, count int }
	if s, ok := holderCache.Load(size{columns, count}); ok {
		return s.(string)
	}
	b := make([]byte, 0, count*(2*columns+2))
	for i := range count {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '(')
		for k := range columns {
			if k > 0 {
				b = append(b, ',')
			}
			b = append(b, '?')
		}
		b = append(b, ')')
	}
	holderCache.Store(size{columns, count}, string(b))
	return string(b)
}
