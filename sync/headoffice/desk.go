package headoffice

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"sort"
	"sync"

	"github.com/nats-io/nkeys"

	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/sync/wire"
)

// Faults of pairing (配对).
var (
	ErrEpoch = fault.New("headoffice.epoch", "收银台 %s 的第 %d 期已登记给另一台机器，请用第 %d 期",
		"Register %s, epoch %d belongs to another machine; use epoch %d", "A machine that replaces a register makes its journal under a new, higher epoch.")
	ErrUnpaired = fault.New("headoffice.unpaired", "收银台 %s 还没有与总部配对，请先配对", "Register %s is not paired with head office; pair it first",
		"Run 'headoffice pair' and give the register the file it makes. Revoked registers are refused in the same way.")
	ErrKey = fault.New("headoffice.key", "收银台的公钥不对，请重新读取", "The register's public key is wrong; read it again",
		"An Ed25519 public key has 32 bytes.")
)

// Pairing is what a register needs to talk to head office. Seed is secret: keep the file
// readable by the register only.
type Pairing struct {
	Branch   string            `json:"branch"`
	Register string            `json:"register"`
	Epoch    uint32            `json:"epoch"`
	URL      string            `json:"url"`
	Seed     string            `json:"seed"`   // NKey seed
	Office   ed25519.PublicKey `json:"office"` // verifies directives
}

// line is one register's books in memory: exactly what the last commit left.
type line struct {
	branch, register string
	nkey             string // public NKey, "" when revoked
	epoch            uint32 // newest epoch granted
	epochs           map[uint32]*chain
	links            map[uint64]bool // open connections
}

// chain is one epoch of a register.
type chain struct {
	pub   ed25519.PublicKey
	head  fact.Head
	at    int64  // last booking, UTC milliseconds
	fault string // code of what stops the mark, "" when nothing does
}

// desk knows the paired registers. It is safe for several goroutines.
type desk struct {
	mu    sync.RWMutex
	lines map[string]*line // by branch + "." + register
	nkeys map[string]*line
}

func newDesk() *desk { return &desk{lines: map[string]*line{}, nkeys: map[string]*line{}} }

func (d *desk) find(branch, register string) *line {
	return d.lines[branch+"."+register]
}

// load reads all registers and marks from the database.
func (d *desk) load(ctx context.Context, db *sql.DB) error {
	fresh := newDesk()
	rows, err := db.QueryContext(ctx, `SELECT branch, register, nkey, epoch FROM registers`)
	if err != nil {
		return fmt.Errorf("read registers: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		l := &line{epochs: map[uint32]*chain{}, links: map[uint64]bool{}}
		if err := rows.Scan(&l.branch, &l.register, &l.nkey, &l.epoch); err != nil {
			return fmt.Errorf("read registers: %w", err)
		}
		fresh.put(l)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read registers: %w", err)
	}
	marks, err := db.QueryContext(ctx, `SELECT branch, register, epoch, pubkey, seq, hash, at, fault FROM marks`)
	if err != nil {
		return fmt.Errorf("read marks: %w", err)
	}
	defer marks.Close()
	for marks.Next() {
		var branch, register string
		var pub, hash []byte
		c := &chain{}
		if err := marks.Scan(&branch, &register, &c.head.Epoch, &pub, &c.head.Seq, &hash, &c.at, &c.fault); err != nil {
			return fmt.Errorf("read marks: %w", err)
		}
		c.pub = pub
		copy(c.head.Hash[:], hash)
		if l := fresh.find(branch, register); l != nil {
			l.epochs[c.head.Epoch] = c
		}
	}
	if err := marks.Err(); err != nil {
		return fmt.Errorf("read marks: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, l := range d.lines {
		if n := fresh.lines[name]; n != nil {
			n.links = l.links
		}
	}
	d.lines, d.nkeys = fresh.lines, fresh.nkeys
	return nil
}

func (d *desk) put(l *line) {
	d.lines[l.branch+"."+l.register] = l
	if l.nkey != "" {
		d.nkeys[l.nkey] = l
	}
}

// admit notes a connection of the register that owns the NKey.
func (d *desk) admit(nkey string, id uint64) (branch, register string, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.nkeys[nkey]
	if l == nil {
		return "", "", false
	}
	l.links[id] = true
	return l.branch, l.register, true
}

// key is the public key of the header's register and epoch, or ErrUnpaired.
func (d *desk) key(h wire.Header) (ed25519.PublicKey, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if l := d.find(h.Branch, h.Register); l != nil {
		if c := l.epochs[h.Epoch]; c != nil {
			return c.pub, nil
		}
	}
	return nil, ErrUnpaired.With(h.Branch + "." + h.Register)
}

// mark is the answer for one epoch of a register; ok is false for a register not paired.
func (d *desk) mark(branch, register string, epoch uint32) (m wire.Mark, ok bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	l := d.find(branch, register)
	if l == nil {
		return m, false
	}
	m = wire.Mark{Branch: branch, Register: register, Head: fact.Head{Epoch: epoch}, Epoch: l.epoch, Reason: wire.ReasonAsked}
	if c := l.epochs[epoch]; c != nil {
		m.Head, m.At, m.Fault = c.head, c.at, c.fault
	} else {
		m.Fault = ErrUnpaired.Code
	}
	return m, true
}

func (d *desk) names() [][2]string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var out [][2]string
	for _, l := range d.lines {
		out = append(out, [2]string{l.branch, l.register})
	}
	sort.Slice(out, func(i, j int) bool { return out[i][0]+"."+out[i][1] < out[j][0]+"."+out[j][1] })
	return out
}

// Pair admits a register: it stores the public key of its journal for the epoch and makes
// a new NKey, which ends an older one. Pairing the same epoch with the same key again only
// renews the NKey; a machine that takes over brings a higher epoch, after which facts of
// older epochs are booked as contested. Errors: wire.ErrName, ErrKey, ErrEpoch.
func (o *Office) Pair(ctx context.Context, branch, register string, epoch uint32, pub ed25519.PublicKey) (Pairing, error) {
	if err := wire.CheckName(branch, register); err != nil {
		return Pairing{}, err
	}
	if len(pub) != ed25519.PublicKeySize || epoch == 0 {
		return Pairing{}, ErrKey
	}
	user, err := nkeys.CreateUser()
	if err != nil {
		return Pairing{}, fmt.Errorf("make the register's key: %w", err)
	}
	seed, err := user.Seed()
	if err != nil {
		return Pairing{}, fmt.Errorf("read the register's seed: %w", err)
	}
	nkey, err := user.PublicKey()
	if err != nil {
		return Pairing{}, fmt.Errorf("read the register's key: %w", err)
	}
	o.pairing.Lock()
	defer o.pairing.Unlock()
	if err := o.ledger.pair(ctx, branch, register, epoch, pub, nkey, o.opt.Now().UnixMilli()); err != nil {
		return Pairing{}, err
	}
	if err := o.reload(ctx, branch, register); err != nil {
		return Pairing{}, err
	}
	if err := o.follow(ctx, branch, register); err != nil {
		return Pairing{}, err
	}
	return Pairing{Branch: branch, Register: register, Epoch: epoch, URL: o.URL(), Seed: string(seed), Office: o.public}, nil
}

// Revoke refuses the register from now on and ends its connections. What it has sent stays
// booked; pairing it again lets it in.
func (o *Office) Revoke(ctx context.Context, branch, register string) error {
	o.pairing.Lock()
	defer o.pairing.Unlock()
	if err := o.ledger.revoke(ctx, branch, register); err != nil {
		return err
	}
	return o.reload(ctx, branch, register)
}

// Name gives a branch the name people see: "杭州西湖店". An empty title takes it away.
func (o *Office) Name(ctx context.Context, branch, title string) error {
	if err := wire.CheckName(branch); err != nil {
		return err
	}
	err := o.ledger.change(ctx, "name a branch", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO branches (branch, title) VALUES (?, ?) ON CONFLICT (branch) DO UPDATE SET title = excluded.title`, branch, title)
		return err
	})
	o.news.tell()
	return err
}

// reload takes the registers from the database again and ends what that register had open.
func (o *Office) reload(ctx context.Context, branch, register string) error {
	o.ledger.mu.Lock()
	err := o.desk.load(ctx, o.ledger.db)
	o.ledger.mu.Unlock()
	if err != nil {
		return err
	}
	o.desk.mu.Lock()
	var ids []uint64
	if l := o.desk.find(branch, register); l != nil {
		for id := range l.links {
			ids = append(ids, id)
		}
		clear(l.links)
	}
	o.desk.mu.Unlock()
	if o.broker != nil {
		o.broker.drop(ids)
	}
	return nil
}

func (g *ledger) pair(ctx context.Context, branch, register string, epoch uint32, pub ed25519.PublicKey, nkey string, at int64) error {
	return g.change(ctx, "pair a register", func(tx *sql.Tx) error {
		var newest uint32
		var known []byte
		err := tx.QueryRowContext(ctx, `SELECT epoch FROM registers WHERE branch = ? AND register = ?`, branch, register).Scan(&newest)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		err = tx.QueryRowContext(ctx, `SELECT pubkey FROM marks WHERE branch = ? AND register = ? AND epoch = ?`, branch, register, epoch).Scan(&known)
		fresh := errors.Is(err, sql.ErrNoRows)
		if err != nil && !fresh {
			return err
		}
		if epoch < newest || !fresh && !pub.Equal(ed25519.PublicKey(known)) {
			return ErrEpoch.With(branch+"."+register, epoch, newest+1)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO registers (branch, register, nkey, epoch, paired) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (branch, register) DO UPDATE SET nkey = excluded.nkey, epoch = excluded.epoch, paired = excluded.paired`,
			branch, register, nkey, epoch, at); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO marks (branch, register, epoch, pubkey, seq, hash, at, fault) VALUES (?, ?, ?, ?, 0, ?, 0, '')
			ON CONFLICT (branch, register, epoch) DO NOTHING`, branch, register, epoch, []byte(pub), make([]byte, len(fact.Hash{})))
		return err
	})
}

func (g *ledger) revoke(ctx context.Context, branch, register string) error {
	return g.change(ctx, "revoke a register", func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE registers SET nkey = '' WHERE branch = ? AND register = ?`, branch, register)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return ErrUnpaired.With(branch + "." + register).Wrap(err)
		}
		return nil
	})
}
