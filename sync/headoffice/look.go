package headoffice

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"

	"wendan/store/fact"
	"wendan/store/money"
	"wendan/store/pay"
	"wendan/store/report"
)

// Register is one register as head office sees it. Amounts are in fen.
type Register struct {
	Branch    string       `json:"branch"`
	Title     string       `json:"title"` // of the branch
	Register  string       `json:"register"`
	Epoch     uint32       `json:"epoch"`
	Connected bool         `json:"connected"`
	Revoked   bool         `json:"revoked"`
	Booked    uint64       `json:"booked"` // highest gap-free number of the newest epoch
	Hash      string       `json:"hash"`   // of that fact, hexadecimal
	At        int64        `json:"at"`     // last booking, UTC milliseconds; 0 when none
	Orders    uint64       `json:"orders"` // settled on the day asked for
	Amount    money.Amount `json:"amount"`
	Contested int64        `json:"contested"` // contested facts, ever
	Unknown   int64        `json:"unknown"`   // facts this program could not read, ever
	Fault     string       `json:"fault"`     // code of what stops the mark, or ""
}

// Branch is the sum of a branch's registers.
type Branch struct {
	Branch    string       `json:"branch"`
	Title     string       `json:"title"` // name for people, by default the branch's code
	Registers int          `json:"registers"`
	Connected int          `json:"connected"`
	Booked    uint64       `json:"booked"` // facts
	At        int64        `json:"at"`
	Orders    uint64       `json:"orders"`
	Amount    money.Amount `json:"amount"`
	Faults    int          `json:"faults"` // registers whose mark stands still
	Contested int64        `json:"contested"`
}

// Alarm is something a person at head office must look at.
type Alarm struct {
	Branch   string `json:"branch"`
	Register string `json:"register"`
	Epoch    uint32 `json:"epoch"`
	Seq      uint64 `json:"seq"`
	Code     string `json:"code"`
	First    int64  `json:"first"`
	Latest   int64  `json:"latest"`
	Times    int64  `json:"times"`
}

// DayLine is one day of the trend.
type DayLine struct {
	Day    string       `json:"day"`
	Orders uint64       `json:"orders"`
	Amount money.Amount `json:"amount"`
}

// OrderLine is one order of the list.
type OrderLine struct {
	Branch    string       `json:"branch"`
	Register  string       `json:"register"`
	Name      string       `json:"name"`
	Pickup    string       `json:"pickup"`
	Channel   int          `json:"channel"`
	Day       string       `json:"day"`
	At        int64        `json:"at"`
	Zone      int          `json:"zone"` // minutes east of UTC
	Total     money.Amount `json:"total"`
	Portions  int64        `json:"portions"`
	Dishes    string       `json:"dishes"`
	PaidAt    int64        `json:"paid_at"` // 0 while unpaid
	Ways      string       `json:"ways"`
	Contested bool         `json:"contested"`
	Seq       uint64       `json:"seq"`
}

// Filter chooses orders: newest first, after Skip, at most Limit. Empty fields choose all.
type Filter struct {
	Day              fact.Day
	Branch, Register string
	Skip, Limit      int
}

// Today is the newest business day with booked facts, 0 when there is none.
func (o *Office) Today(ctx context.Context) (fact.Day, error) {
	var day sql.NullInt64
	if err := o.ledger.reads.QueryRowContext(ctx, `SELECT MAX(day) FROM days WHERE orders > 0`).Scan(&day); err != nil {
		return 0, fmt.Errorf("look for the newest day: %w", err)
	}
	return fact.Day(day.Int64), nil
}

// Totals sums the days from first to last over one branch, or over all when branch is empty.
func (o *Office) Totals(ctx context.Context, branch string, first, last fact.Day) (*report.Totals, error) {
	sum := &report.Totals{}
	err := o.list(ctx, func(r *sql.Rows) error {
		var raw []byte
		if err := r.Scan(&raw); err != nil {
			return err
		}
		var t report.Totals
		if err := fact.Unmarshal(raw, &t); err != nil {
			return err
		}
		sum.Merge(&t)
		return nil
	}, `SELECT totals FROM days WHERE day BETWEEN ? AND ? AND (? = '' OR branch = ?) ORDER BY day`, int64(first), int64(last), branch, branch)
	return sum, err
}

// Registers lists the paired registers with their sales on day.
func (o *Office) Registers(ctx context.Context, day fact.Day) ([]Register, error) {
	sales := map[string]*Register{}
	one := func(branch, register string) *Register {
		k := branch + "." + register
		if sales[k] == nil {
			sales[k] = &Register{}
		}
		return sales[k]
	}
	err := o.list(ctx, func(r *sql.Rows) error {
		var branch, register string
		var orders, amount, contested int64
		if err := r.Scan(&branch, &register, &orders, &amount, &contested); err != nil {
			return err
		}
		s := one(branch, register)
		s.Orders, s.Amount, s.Contested = uint64(orders), money.Amount(amount), s.Contested+contested
		return nil
	}, `SELECT branch, register, SUM(CASE WHEN day = ? THEN orders ELSE 0 END), SUM(CASE WHEN day = ? THEN amount ELSE 0 END), SUM(contested)
		FROM days GROUP BY branch, register`, int64(day), int64(day))
	if err != nil {
		return nil, err
	}
	add := func(q string, f func(s *Register, n int64)) error {
		return o.list(ctx, func(r *sql.Rows) error {
			var branch, register string
			var n int64
			if err := r.Scan(&branch, &register, &n); err != nil {
				return err
			}
			f(one(branch, register), n)
			return nil
		}, q)
	}
	if err := add(`SELECT branch, register, COUNT(*) FROM contested GROUP BY branch, register`, func(s *Register, n int64) { s.Contested += n }); err != nil {
		return nil, err
	}
	if err := add(`SELECT branch, register, SUM(facts) FROM unknowns GROUP BY branch, register`, func(s *Register, n int64) { s.Unknown += n }); err != nil {
		return nil, err
	}
	titles, err := o.titles(ctx)
	if err != nil {
		return nil, err
	}
	var out []Register
	for _, n := range o.desk.names() {
		r := *one(n[0], n[1])
		r.Branch, r.Register, r.Title = n[0], n[1], n[0]
		if t := titles[n[0]]; t != "" {
			r.Title = t
		}
		o.fill(&r)
		out = append(out, r)
	}
	return out, nil
}

func (o *Office) titles(ctx context.Context) (map[string]string, error) {
	titles := map[string]string{}
	err := o.list(ctx, func(r *sql.Rows) error {
		var branch, title string
		err := r.Scan(&branch, &title)
		titles[branch] = title
		return err
	}, `SELECT branch, title FROM branches`)
	return titles, err
}

// fill adds what is known in memory: mark and connection.
func (o *Office) fill(r *Register) {
	o.desk.mu.Lock()
	defer o.desk.mu.Unlock()
	l := o.desk.find(r.Branch, r.Register)
	if l == nil {
		return
	}
	r.Epoch, r.Revoked = l.epoch, l.nkey == ""
	for id := range l.links {
		if o.broker != nil && o.broker.srv.GetClient(id) != nil {
			r.Connected = true
		} else {
			delete(l.links, id)
		}
	}
	for epoch, c := range l.epochs {
		r.At = max(r.At, c.at)
		if epoch == l.epoch {
			r.Booked, r.Hash, r.Fault = c.head.Seq, c.head.Hash.String(), c.fault
		}
	}
}

// Branches sums registers, as listed by Registers, by branch.
func Branches(registers []Register) []Branch {
	var out []Branch
	for _, r := range registers {
		i := slices.IndexFunc(out, func(b Branch) bool { return b.Branch == r.Branch })
		if i < 0 {
			i = len(out)
			out = append(out, Branch{Branch: r.Branch, Title: r.Title})
		}
		b := &out[i]
		b.Registers++
		if r.Connected {
			b.Connected++
		}
		if r.Fault != "" {
			b.Faults++
		}
		b.Booked += r.Booked
		b.At = max(b.At, r.At)
		b.Orders += r.Orders
		b.Amount += r.Amount
		b.Contested += r.Contested
	}
	return out
}

// Days lists the newest days that sold something, newest first.
func (o *Office) Days(ctx context.Context, limit int) ([]DayLine, error) {
	var out []DayLine
	err := o.list(ctx, func(r *sql.Rows) error {
		var day, orders, amount int64
		if err := r.Scan(&day, &orders, &amount); err != nil {
			return err
		}
		out = append(out, DayLine{fact.Day(day).String(), uint64(orders), money.Amount(amount)})
		return nil
	}, `SELECT day, SUM(orders), SUM(amount) FROM days WHERE orders > 0 GROUP BY day ORDER BY day DESC LIMIT ?`, limit)
	return out, err
}

// Alarms lists the newest alarms.
func (o *Office) Alarms(ctx context.Context, limit int) ([]Alarm, error) {
	var out []Alarm
	err := o.list(ctx, func(r *sql.Rows) error {
		var a Alarm
		if err := r.Scan(&a.Branch, &a.Register, &a.Epoch, &a.Seq, &a.Code, &a.First, &a.Latest, &a.Times); err != nil {
			return err
		}
		out = append(out, a)
		return nil
	}, `SELECT branch, register, epoch, seq, code, first, latest, times FROM alarms ORDER BY latest DESC LIMIT ?`, limit)
	return out, err
}

// Orders lists orders and says how many there are in all.
func (o *Office) Orders(ctx context.Context, f Filter) (list []OrderLine, count int64, err error) {
	where := ` FROM orders WHERE (? = 0 OR day = ?) AND (? = '' OR branch = ?) AND (? = '' OR register = ?)`
	args := []any{int64(f.Day), int64(f.Day), f.Branch, f.Branch, f.Register, f.Register}
	if err := o.ledger.reads.QueryRowContext(ctx, `SELECT COUNT(*)`+where, args...).Scan(&count); err != nil {
		return nil, 0, fmt.Errorf("count the orders: %w", err)
	}
	err = o.list(ctx, func(r *sql.Rows) error {
		var l OrderLine
		var day int64
		if err := r.Scan(&l.Branch, &l.Register, &l.Name, &l.Pickup, &l.Channel, &day, &l.At, &l.Zone, &l.Total, &l.Portions, &l.Dishes, &l.PaidAt, &l.Ways, &l.Contested, &l.Seq); err != nil {
			return err
		}
		l.Day = fact.Day(day).String()
		list = append(list, l)
		return nil
	}, `SELECT branch, register, name, pickup, channel, day, at, zone, total, portions, dishes, paid_at, ways, contested, seq`+where+
		` ORDER BY day DESC, at DESC, branch, register, epoch, number DESC LIMIT ? OFFSET ?`, append(args, f.Limit, f.Skip)...)
	return list, count, err
}

// Booked is where a register's newest epoch stands, for comparing with what it made.
func (o *Office) Booked(branch, register string) (fact.Head, bool) {
	o.desk.mu.RLock()
	defer o.desk.mu.RUnlock()
	l := o.desk.find(branch, register)
	if l == nil || l.epochs[l.epoch] == nil {
		return fact.Head{}, false
	}
	return l.epochs[l.epoch].head, true
}

// Facts reads booked facts of one register's epoch after seq, verbatim and in order.
func (o *Office) Facts(ctx context.Context, branch, register string, epoch uint32, after uint64, limit int) ([]fact.Fact, error) {
	var out []fact.Fact
	err := o.list(ctx, func(r *sql.Rows) error {
		var hash, raw []byte
		if err := r.Scan(&hash, &raw); err != nil {
			return err
		}
		f, err := fact.Decode(raw)
		if err != nil {
			return err
		}
		copy(f.Hash[:], hash)
		out = append(out, f)
		return nil
	}, `SELECT hash, raw FROM facts WHERE branch = ? AND register = ? AND epoch = ? AND seq > ? ORDER BY seq LIMIT ?`, branch, register, epoch, int64(after), limit)
	return out, err
}

func (o *Office) list(ctx context.Context, each func(*sql.Rows) error, q string, args ...any) error {
	r, err := o.ledger.reads.QueryContext(ctx, q, args...)
	if err != nil {
		return fmt.Errorf("read the books: %w", err)
	}
	defer r.Close()
	for r.Next() {
		if err := each(r); err != nil {
			return fmt.Errorf("read the books: %w", err)
		}
	}
	if err := r.Err(); err != nil {
		return fmt.Errorf("read the books: %w", err)
	}
	return nil
}

// wayName names a way of paying for the API; unknown ones keep their number.
func wayName(w pay.Way) string {
	if w.Valid() {
		return w.Name()
	}
	return "way " + strconv.Itoa(int(w))
}
