package headoffice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"wendan/store/fact"
	"wendan/store/order"
	"wendan/store/report"
)

// views are tables derived from booked facts. Rebuild empties and fills them again. The
// totals of a day are store/report's, so register and head office compute the same thing
// once; orders and amount repeat two of its figures for SQL.
var views = []string{
	`CREATE TABLE IF NOT EXISTS days (
		branch TEXT NOT NULL, register TEXT NOT NULL, day BIGINT NOT NULL,
		orders BIGINT NOT NULL, amount BIGINT NOT NULL, contested BIGINT NOT NULL, totals BLOB NOT NULL,
		PRIMARY KEY (branch, register, day))`,
	`CREATE TABLE IF NOT EXISTS orders (
		branch TEXT NOT NULL, register TEXT NOT NULL, epoch BIGINT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, pickup TEXT NOT NULL,
		channel BIGINT NOT NULL, day BIGINT NOT NULL, at BIGINT NOT NULL, zone BIGINT NOT NULL, total BIGINT NOT NULL, portions BIGINT NOT NULL, dishes TEXT NOT NULL,
		paid_at BIGINT NOT NULL, ways TEXT NOT NULL, contested BIGINT NOT NULL, seq BIGINT NOT NULL,
		PRIMARY KEY (branch, register, epoch, number))`,
	`CREATE TABLE IF NOT EXISTS unknowns (
		branch TEXT NOT NULL, register TEXT NOT NULL, kind BIGINT NOT NULL, facts BIGINT NOT NULL, latest BIGINT NOT NULL,
		PRIMARY KEY (branch, register, kind))`,
}

var viewNames = []string{"days", "orders", "unknowns"}

var indexes = []string{`CREATE INDEX IF NOT EXISTS orders_day ON orders (day, at)`}

type dayKey struct {
	branch, register string
	day              fact.Day
}

type daySum struct {
	totals    report.Totals
	contested int64
}

type orderKey struct {
	branch, register string
	epoch            uint32
	number           uint64
}

type orderRow struct {
	name, pickup, dishes, ways string
	channel                    order.Channel
	day                        fact.Day
	at, total, portions, paid  int64
	zone                       int16
	seq                        uint64
	contested                  int
}

type kindKey struct {
	branch, register string
	kind             fact.Number
}

type kindSum struct {
	facts  int64
	latest uint64
}

// viewDelta gathers what a batch of facts adds to the views.
type viewDelta struct {
	days     map[dayKey]*daySum
	orders   map[orderKey]*orderRow
	sequence []orderKey
	unknowns map[kindKey]*kindSum
	known    map[fact.Number]bool
}

func newViewDelta() *viewDelta {
	v := &viewDelta{days: map[dayKey]*daySum{}, orders: map[orderKey]*orderRow{}, unknowns: map[kindKey]*kindSum{}, known: map[fact.Number]bool{}}
	for _, n := range fact.Numbers() {
		v.known[n] = true
	}
	return v
}

// add takes one fact in. A kind this program does not know, or a body it cannot read, is
// counted as unknown; the fact itself is booked all the same. Contested facts are listed
// and counted but add nothing to sales.
func (v *viewDelta) add(branch, register string, f *fact.Fact, contested bool) {
	k := dayKey{branch, register, f.Day}
	d := v.days[k]
	if d == nil {
		d = &daySum{totals: report.Totals{Day: f.Day}}
		v.days[k] = d
	}
	var err error
	switch f.Kind {
	case order.PlacedKind.Number:
		var p order.Placed
		if p, err = order.PlacedKind.Read(f); err == nil {
			v.placed(k, f, &p, contested)
			if !contested {
				d.totals.AddPlaced(f, &p)
			}
		}
	case order.SettledKind.Number:
		var s order.Settled
		if s, err = order.SettledKind.Read(f); err == nil {
			v.settled(k, f, &s, contested)
			if !contested {
				d.totals.AddSettled(f, &s)
			}
		}
	default:
		if !contested {
			err = d.totals.Add(f)
		}
	}
	switch {
	case contested:
		d.contested++
	case err != nil && (f.Kind == order.PlacedKind.Number || f.Kind == order.SettledKind.Number):
		err = d.totals.Add(f) // counted there as unreadable
	}
	if err != nil || !v.known[f.Kind] {
		u := kindKey{branch, register, f.Kind}
		if v.unknowns[u] == nil {
			v.unknowns[u] = &kindSum{}
		}
		v.unknowns[u].facts++
		v.unknowns[u].latest = f.Seq
	}
}

func (v *viewDelta) order(k dayKey, f *fact.Fact, n order.Number, contested bool) *orderRow {
	ok := orderKey{k.branch, k.register, max(n.Epoch, 1), n.N}
	o := v.orders[ok]
	if o == nil {
		o = &orderRow{name: n.String(), day: f.Day, at: f.At, zone: f.Zone, seq: f.Seq}
		if contested {
			o.contested = 1
		}
		v.orders[ok] = o
		v.sequence = append(v.sequence, ok)
	}
	return o
}

func (v *viewDelta) placed(k dayKey, f *fact.Fact, p *order.Placed, contested bool) {
	o := v.order(k, f, p.Number, contested)
	o.pickup, o.channel, o.total = p.Pickup, p.Channel, int64(p.Total)
	names := make([]string, 0, len(p.Lines))
	for i := range p.Lines {
		o.portions += int64(p.Lines[i].Qty)
		names = append(names, p.Lines[i].Name)
	}
	o.dishes = strings.Join(names, "、")
}

func (v *viewDelta) settled(k dayKey, f *fact.Fact, s *order.Settled, contested bool) {
	o := v.order(k, f, s.Number, contested)
	o.paid = f.At
	ways := make([]string, 0, len(s.Payments))
	for i := range s.Payments {
		ways = append(ways, s.Payments[i].Way.Name())
	}
	o.ways = strings.Join(ways, ",")
}

// write adds what was gathered to the tables.
func (v *viewDelta) write(ctx context.Context, tx *sql.Tx) error {
	for k, d := range v.days {
		if err := d.write(ctx, tx, k); err != nil {
			return err
		}
	}
	unknowns := rows{columns: 5, head: `INSERT INTO unknowns (branch, register, kind, facts, latest) VALUES `,
		tail: ` ON CONFLICT (branch, register, kind) DO UPDATE SET facts = unknowns.facts + excluded.facts, latest = excluded.latest`}
	for k, s := range v.unknowns {
		if err := unknowns.add(ctx, tx, k.branch, k.register, int64(k.kind), s.facts, int64(s.latest)); err != nil {
			return err
		}
	}
	orders := rows{columns: 17, head: `INSERT INTO orders (branch, register, epoch, number, name, pickup, channel, day, at, zone, total, portions, dishes, paid_at, ways, contested, seq) VALUES `,
		tail: ` ON CONFLICT (branch, register, epoch, number) DO UPDATE SET paid_at = excluded.paid_at, ways = excluded.ways`}
	for _, k := range v.sequence {
		o := v.orders[k]
		if err := orders.add(ctx, tx, k.branch, k.register, int64(k.epoch), int64(k.number), o.name, o.pickup, int64(o.channel), int64(o.day), o.at, int64(o.zone),
			o.total, o.portions, o.dishes, o.paid, o.ways, o.contested, int64(o.seq)); err != nil {
			return err
		}
	}
	return errors.Join(unknowns.flush(ctx, tx), orders.flush(ctx, tx))
}

// write merges the day's delta into its row.
func (d *daySum) write(ctx context.Context, tx *sql.Tx, k dayKey) error {
	var old []byte
	var contested int64
	sum := report.Totals{Day: k.day}
	err := tx.QueryRowContext(ctx, `SELECT contested, totals FROM days WHERE branch = ? AND register = ? AND day = ?`, k.branch, k.register, int64(k.day)).Scan(&contested, &old)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return err
	default:
		if err := fact.Unmarshal(old, &sum); err != nil {
			return fmt.Errorf("read the totals of %s.%s on %v; rebuild the views: %w", k.branch, k.register, k.day, err)
		}
	}
	sum.Merge(&d.totals)
	_, err = tx.ExecContext(ctx, `INSERT INTO days (branch, register, day, orders, amount, contested, totals) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (branch, register, day) DO UPDATE SET orders = excluded.orders, amount = excluded.amount, contested = excluded.contested, totals = excluded.totals`,
		k.branch, k.register, int64(k.day), int64(sum.Settled.Orders), int64(sum.Settled.Amount), contested+d.contested, fact.Marshal(sum))
	return err
}

// Rebuild empties the views and fills them again from the booked facts, in one
// transaction; booking waits meanwhile. progress, which may be nil, hears the number of
// facts read now and then.
func (o *Office) Rebuild(ctx context.Context, progress func(facts uint64)) error {
	err := o.ledger.change(ctx, "rebuild the views", func(tx *sql.Tx) error {
		for _, v := range viewNames {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+v); err != nil {
				return err
			}
		}
		return refill(ctx, tx, progress)
	})
	o.news.tell()
	return err
}

// refillStep facts are read before their sums are written, to bound memory.
const refillStep = 20_000

func refill(ctx context.Context, tx *sql.Tx, progress func(uint64)) error {
	var branch, register string
	var epoch, seq int64
	for total := uint64(0); ; {
		found, err := tx.QueryContext(ctx, `SELECT branch, register, epoch, seq, contested, raw FROM facts
			WHERE (branch, register, epoch, seq) > (?, ?, ?, ?) ORDER BY branch, register, epoch, seq LIMIT ?`, branch, register, epoch, seq, refillStep)
		if err != nil {
			return err
		}
		delta, n := newViewDelta(), 0
		for found.Next() {
			var contested bool
			var raw []byte
			if err := found.Scan(&branch, &register, &epoch, &seq, &contested, &raw); err != nil {
				return errors.Join(err, found.Close())
			}
			f, err := fact.Decode(raw)
			if err != nil {
				return errors.Join(fmt.Errorf("read fact %d of %s.%s: %w", seq, branch, register, err), found.Close())
			}
			delta.add(branch, register, &f, contested)
			n++
		}
		if err := errors.Join(found.Err(), found.Close()); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		if err := delta.write(ctx, tx); err != nil {
			return err
		}
		total += uint64(n)
		if progress != nil {
			progress(total)
		}
	}
}
