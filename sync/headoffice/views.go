package headoffice

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"wendan/store/fact"
	"wendan/store/order"
)

// views are tables derived from booked facts. Rebuild empties and fills them again.
var views = []string{
	`CREATE TABLE IF NOT EXISTS days (
		branch TEXT NOT NULL, register TEXT NOT NULL, day BIGINT NOT NULL,
		orders BIGINT NOT NULL, amount BIGINT NOT NULL, portions BIGINT NOT NULL, placed BIGINT NOT NULL, facts BIGINT NOT NULL, contested BIGINT NOT NULL,
		PRIMARY KEY (branch, register, day))`,
	`CREATE TABLE IF NOT EXISTS tenders (
		branch TEXT NOT NULL, register TEXT NOT NULL, day BIGINT NOT NULL, way TEXT NOT NULL, payments BIGINT NOT NULL, amount BIGINT NOT NULL,
		PRIMARY KEY (branch, register, day, way))`,
	`CREATE TABLE IF NOT EXISTS hours (
		branch TEXT NOT NULL, register TEXT NOT NULL, day BIGINT NOT NULL, hour BIGINT NOT NULL, orders BIGINT NOT NULL, amount BIGINT NOT NULL,
		PRIMARY KEY (branch, register, day, hour))`,
	`CREATE TABLE IF NOT EXISTS orders (
		branch TEXT NOT NULL, register TEXT NOT NULL, epoch BIGINT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, pickup TEXT NOT NULL,
		channel BIGINT NOT NULL, day BIGINT NOT NULL, at BIGINT NOT NULL, zone BIGINT NOT NULL, total BIGINT NOT NULL, portions BIGINT NOT NULL, dishes TEXT NOT NULL,
		paid_at BIGINT NOT NULL, ways TEXT NOT NULL, contested BIGINT NOT NULL, seq BIGINT NOT NULL,
		PRIMARY KEY (branch, register, epoch, number))`,
	`CREATE TABLE IF NOT EXISTS unknowns (
		branch TEXT NOT NULL, register TEXT NOT NULL, kind BIGINT NOT NULL, facts BIGINT NOT NULL, latest BIGINT NOT NULL,
		PRIMARY KEY (branch, register, kind))`,
}

var indexes = []string{`CREATE INDEX IF NOT EXISTS orders_day ON orders (day, at)`}

type dayKey struct {
	branch, register string
	day              fact.Day
}

type daySum struct{ orders, amount, portions, placed, facts, contested int64 }

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
	contested                  bool
}

type countSum struct {
	count, amount int64
	latest        uint64
}

// viewDelta gathers what a batch of facts adds to the views.
type viewDelta struct {
	days     map[dayKey]*daySum
	tenders  map[dayKey]map[string]*countSum
	hours    map[dayKey]map[int]*countSum
	orders   map[orderKey]*orderRow
	sequence []orderKey
	unknowns map[dayKey]map[fact.Number]*countSum
	known    map[fact.Number]bool
}

func newViewDelta() *viewDelta {
	v := &viewDelta{days: map[dayKey]*daySum{}, tenders: map[dayKey]map[string]*countSum{}, hours: map[dayKey]map[int]*countSum{},
		orders: map[orderKey]*orderRow{}, unknowns: map[dayKey]map[fact.Number]*countSum{}, known: map[fact.Number]bool{}}
	for _, n := range fact.Numbers() {
		v.known[n] = true
	}
	return v
}

func at[K1, K2 comparable](m map[K1]map[K2]*countSum, a K1, b K2) *countSum {
	if m[a] == nil {
		m[a] = map[K2]*countSum{}
	}
	if m[a][b] == nil {
		m[a][b] = &countSum{}
	}
	return m[a][b]
}

// add takes one fact in. A kind this program does not know, or a body it cannot read, is
// counted as unknown; the fact itself is booked all the same. Contested facts are counted
// but add nothing to sales.
func (v *viewDelta) add(branch, register string, f *fact.Fact, contested bool) {
	k := dayKey{branch, register, f.Day}
	d := v.days[k]
	if d == nil {
		d = &daySum{}
		v.days[k] = d
	}
	d.facts++
	if contested {
		d.contested++
	}
	readable := v.known[f.Kind]
	switch f.Kind {
	case order.PlacedKind.Number:
		p, err := order.PlacedKind.Read(f)
		if readable = err == nil; readable {
			v.placed(k, d, f, &p, contested)
		}
	case order.SettledKind.Number:
		s, err := order.SettledKind.Read(f)
		if readable = err == nil; readable {
			v.settled(k, d, f, &s, contested)
		}
	}
	if !readable {
		u := at(v.unknowns, dayKey{branch: branch, register: register}, f.Kind)
		u.count++
		u.latest = f.Seq
	}
}

func (v *viewDelta) order(k dayKey, f *fact.Fact, n order.Number) *orderRow {
	ok := orderKey{k.branch, k.register, f.Epoch, n.N}
	o := v.orders[ok]
	if o == nil {
		o = &orderRow{name: n.String(), day: f.Day, at: f.At, zone: f.Zone, seq: f.Seq}
		v.orders[ok] = o
		v.sequence = append(v.sequence, ok)
	}
	return o
}

func (v *viewDelta) placed(k dayKey, d *daySum, f *fact.Fact, p *order.Placed, contested bool) {
	o := v.order(k, f, p.Number)
	o.pickup, o.channel, o.total, o.contested = p.Pickup, p.Channel, int64(p.Total), contested
	names := make([]string, 0, len(p.Lines))
	for i := range p.Lines {
		o.portions += int64(p.Lines[i].Qty)
		names = append(names, p.Lines[i].Name)
	}
	o.dishes = strings.Join(names, "、")
	if !contested {
		d.placed++
	}
}

func (v *viewDelta) settled(k dayKey, d *daySum, f *fact.Fact, s *order.Settled, contested bool) {
	o := v.order(k, f, s.Number)
	o.paid, o.contested = f.At, contested
	ways := make([]string, 0, len(s.Payments))
	for i := range s.Payments {
		ways = append(ways, s.Payments[i].Way.Name())
	}
	o.ways = strings.Join(ways, ",")
	if contested {
		return
	}
	d.orders++
	d.amount += int64(s.Total)
	d.portions += int64(s.Portions)
	for i := range s.Payments {
		t := at(v.tenders, k, s.Payments[i].Way.Name())
		t.count++
		t.amount += int64(s.Payments[i].Amount)
	}
	h := at(v.hours, k, time.UnixMilli(f.At).UTC().Add(time.Duration(f.Zone)*time.Minute).Hour())
	h.count++
	h.amount += int64(s.Total)
}

// write adds the gathered sums to the tables.
func (v *viewDelta) write(ctx context.Context, tx *sql.Tx) error {
	days := rows{columns: 9, head: `INSERT INTO days (branch, register, day, orders, amount, portions, placed, facts, contested) VALUES `,
		tail: ` ON CONFLICT (branch, register, day) DO UPDATE SET orders = days.orders + excluded.orders, amount = days.amount + excluded.amount,
		portions = days.portions + excluded.portions, placed = days.placed + excluded.placed, facts = days.facts + excluded.facts, contested = days.contested + excluded.contested`}
	for k, d := range v.days {
		if err := days.add(ctx, tx, k.branch, k.register, int64(k.day), d.orders, d.amount, d.portions, d.placed, d.facts, d.contested); err != nil {
			return err
		}
	}
	tenders := rows{columns: 6, head: `INSERT INTO tenders (branch, register, day, way, payments, amount) VALUES `,
		tail: ` ON CONFLICT (branch, register, day, way) DO UPDATE SET payments = tenders.payments + excluded.payments, amount = tenders.amount + excluded.amount`}
	for k, m := range v.tenders {
		for way, s := range m {
			if err := tenders.add(ctx, tx, k.branch, k.register, int64(k.day), way, s.count, s.amount); err != nil {
				return err
			}
		}
	}
	hours := rows{columns: 6, head: `INSERT INTO hours (branch, register, day, hour, orders, amount) VALUES `,
		tail: ` ON CONFLICT (branch, register, day, hour) DO UPDATE SET orders = hours.orders + excluded.orders, amount = hours.amount + excluded.amount`}
	for k, m := range v.hours {
		for hour, s := range m {
			if err := hours.add(ctx, tx, k.branch, k.register, int64(k.day), hour, s.count, s.amount); err != nil {
				return err
			}
		}
	}
	unknowns := rows{columns: 5, head: `INSERT INTO unknowns (branch, register, kind, facts, latest) VALUES `,
		tail: ` ON CONFLICT (branch, register, kind) DO UPDATE SET facts = unknowns.facts + excluded.facts, latest = excluded.latest`}
	for k, m := range v.unknowns {
		for kind, s := range m {
			if err := unknowns.add(ctx, tx, k.branch, k.register, int64(kind), s.count, int64(s.latest)); err != nil {
				return err
			}
		}
	}
	orders := rows{columns: 17, head: `INSERT INTO orders (branch, register, epoch, number, name, pickup, channel, day, at, zone, total, portions, dishes, paid_at, ways, contested, seq) VALUES `,
		tail: ` ON CONFLICT (branch, register, epoch, number) DO UPDATE SET paid_at = excluded.paid_at, ways = excluded.ways`}
	for _, k := range v.sequence {
		o := v.orders[k]
		contested := 0
		if o.contested {
			contested = 1
		}
		if err := orders.add(ctx, tx, k.branch, k.register, int64(k.epoch), int64(k.number), o.name, o.pickup, int64(o.channel), int64(o.day), o.at, int64(o.zone),
			o.total, o.portions, o.dishes, o.paid, o.ways, contested, int64(o.seq)); err != nil {
			return err
		}
	}
	for _, r := range []*rows{&days, &tenders, &hours, &unknowns, &orders} {
		if err := r.flush(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}
