package headoffice

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"time"

	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/money"
	"wendan/store/report"
	"wendan/sync/wire"
)

// ErrQuery refuses an address the API does not understand.
var ErrQuery = fault.New("headoffice.query", "查询条件不对：%s", "The query is wrong: %s", "Days are written 2026-11-22; skip is 0 or more, limit 1 to 500.")

// Handler serves the page and its JSON:
//
//	GET /                    the page
//	GET /api/overview?day=   everything the page shows at once, by default of the newest day
//	GET /api/branches?day=   branches with last booking and sales
//	GET /api/registers?day=  registers likewise, with mark and hash
//	GET /api/orders?day=&branch=&register=&skip=&limit=
//	GET /api/live            server-sent events: "booked" after bookings
//
// Amounts are in fen. It changes nothing and asks for no sign-in: serve it on loopback or
// behind something that does.
func (o *Office) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/overview", o.json(o.overview))
	mux.HandleFunc("GET /api/branches", o.json(func(r *http.Request) (any, error) {
		regs, err := o.registersOf(r)
		return orEmpty(Branches(regs)), err
	}))
	mux.HandleFunc("GET /api/registers", o.json(func(r *http.Request) (any, error) {
		regs, err := o.registersOf(r)
		return orEmpty(regs), err
	}))
	mux.HandleFunc("GET /api/orders", o.json(o.orders))
	mux.HandleFunc("GET /api/live", o.live)
	if o.opt.Pages != nil {
		mux.Handle("GET /", pages(o.opt.Pages))
	}
	return mux
}

func pages(files fs.FS) http.Handler {
	h := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-cache")
		h.ServeHTTP(w, r)
	})
}

func (o *Office) json(f func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := f(r)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		if err != nil {
			e := fault.Of(err)
			status := http.StatusInternalServerError
			if e.Code == ErrQuery.Code || e.Code == fact.ErrDay.Code {
				status = http.StatusBadRequest
			} else {
				o.log.Error("page request failed", "path", r.URL.Path, "err", err)
			}
			w.WriteHeader(status)
			v = map[string]string{"code": e.Code, "zh": e.Text(fault.ZH), "en": e.Text(fault.EN)}
		}
		if err := json.NewEncoder(w).Encode(v); err != nil {
			o.log.Debug("page went away", "err", err)
		}
	}
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (o *Office) dayOf(r *http.Request) (fact.Day, error) {
	if s := r.URL.Query().Get("day"); s != "" {
		return fact.ParseDay(s)
	}
	return o.Today(r.Context())
}

func (o *Office) registersOf(r *http.Request) ([]Register, error) {
	day, err := o.dayOf(r)
	if err != nil {
		return nil, err
	}
	return o.Registers(r.Context(), day)
}

func (o *Office) orders(r *http.Request) (any, error) {
	q := r.URL.Query()
	f := Filter{Branch: q.Get("branch"), Register: q.Get("register"), Limit: 50}
	var err error
	if s := q.Get("day"); s != "" {
		if f.Day, err = fact.ParseDay(s); err != nil {
			return nil, err
		}
	}
	if s := q.Get("limit"); s != "" {
		if f.Limit, err = strconv.Atoi(s); err != nil || f.Limit < 1 || f.Limit > 500 {
			return nil, ErrQuery.With("limit")
		}
	}
	if s := q.Get("skip"); s != "" {
		if f.Skip, err = strconv.Atoi(s); err != nil || f.Skip < 0 {
			return nil, ErrQuery.With("skip")
		}
	}
	list, count, err := o.Orders(r.Context(), f)
	return struct {
		Count  int64       `json:"count"`
		Orders []OrderLine `json:"orders"`
	}{count, orEmpty(list)}, err
}

type hourLine struct {
	Orders uint64       `json:"orders"`
	Amount money.Amount `json:"amount"`
}

type wayLine struct {
	Way           string       `json:"way"`
	Count         uint64       `json:"count"`
	Amount        money.Amount `json:"amount"`
	PendingAmount money.Amount `json:"pending_amount"`
}

type overview struct {
	At        int64                `json:"at"`
	Day       string               `json:"day"`
	Trouble   string               `json:"trouble"` // why booking stands still, or ""
	Settled   report.Sales         `json:"settled"`
	Facts     uint64               `json:"facts"` // booked on the day
	Unpaid    uint64               `json:"unpaid"`
	Hours     [24]hourLine         `json:"hours"`
	Ways      []wayLine            `json:"ways"`
	Dishes    []report.Dish        `json:"dishes"` // best sellers
	Days      []DayLine            `json:"days"`
	Branches  []Branch             `json:"branches"`
	Registers []Register           `json:"registers"`
	Alarms    []Alarm              `json:"alarms"`
	Texts     map[string][2]string `json:"texts"` // of alarms, by "code branch.register seq": Chinese and English
}

func (o *Office) overview(r *http.Request) (any, error) {
	ctx := r.Context()
	day, err := o.dayOf(r)
	if err != nil {
		return nil, err
	}
	v := overview{At: o.opt.Now().UnixMilli(), Day: day.String(), Texts: map[string][2]string{}}
	t, err := o.Totals(ctx, "", day, day)
	if err != nil {
		return nil, err
	}
	v.sales(t)
	if v.Registers, err = o.Registers(ctx, day); err != nil {
		return nil, err
	}
	if v.Days, err = o.Days(ctx, 14); err != nil {
		return nil, err
	}
	if v.Alarms, err = o.Alarms(ctx, 20); err != nil {
		return nil, err
	}
	v.Branches = orEmpty(Branches(v.Registers))
	v.Registers, v.Days, v.Alarms = orEmpty(v.Registers), orEmpty(v.Days), orEmpty(v.Alarms)
	for _, a := range v.Alarms {
		e := a.fault()
		v.Texts[fmt.Sprintf("%s %s.%s %d", a.Code, a.Branch, a.Register, a.Seq)] = [2]string{e.Text(fault.ZH), e.Text(fault.EN)}
	}
	o.mu.Lock()
	if o.trouble != nil {
		v.Trouble = o.trouble.Error()
	}
	o.mu.Unlock()
	return v, nil
}

// fault is the alarm's declared fault with its arguments.
func (a *Alarm) fault() *fault.Error {
	name := a.Branch + "." + a.Register
	switch a.Code {
	case ErrFork.Code:
		return ErrFork.With(name, a.Seq)
	case ErrForeign.Code, ErrUnpaired.Code, wire.ErrName.Code:
		return fault.Rebuild(a.Code, []any{name}, "")
	case fact.ErrChain.Code:
		return fact.ErrChain.With(a.Seq)
	case wire.ErrVersion.Code:
		return wire.ErrVersion.With("?")
	}
	return fault.Rebuild(a.Code, nil, "")
}

func (v *overview) sales(t *report.Totals) {
	v.Settled, v.Facts, v.Unpaid = t.Settled, t.Facts, t.Unpaid()
	for h, s := range t.ByHour {
		if int(h) < len(v.Hours) {
			v.Hours[h] = hourLine{s.Settled.Orders, s.Settled.Amount}
		}
	}
	v.Ways, v.Dishes = []wayLine{}, []report.Dish{}
	for w, s := range t.ByWay {
		v.Ways = append(v.Ways, wayLine{wayName(w), s.Count, s.Amount, s.PendingAmount})
	}
	slices.SortFunc(v.Ways, func(a, b wayLine) int { return int(b.Amount - a.Amount) })
	for _, d := range t.ByDish {
		v.Dishes = append(v.Dishes, d)
	}
	slices.SortFunc(v.Dishes, func(a, b report.Dish) int {
		if a.Amount != b.Amount {
			return int(b.Amount - a.Amount)
		}
		return int(b.Qty - a.Qty)
	})
	v.Dishes = v.Dishes[:min(len(v.Dishes), 8)]
}

// livePause is the shortest time between two events, so that a draining backlog does not
// make every open page reload at every transaction.
const livePause = 300 * time.Millisecond

// live tells the page that something was booked; the page then asks for what it shows.
func (o *Office) live(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	send := func(s string) bool {
		_, err := w.Write([]byte(s))
		return err == nil && out.Flush() == nil
	}
	ears, end := o.news.listen()
	defer end()
	beat := time.NewTicker(15 * time.Second)
	defer beat.Stop()
	for ok := send("retry: 2000\n\n"); ok; {
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
			ok = send(": still here\n\n")
		case _, open := <-ears:
			if !open {
				return
			}
			ok = send("event: booked\ndata: 1\n\n") && pauseOr(r.Context(), livePause)
		}
	}
}

func pauseOr(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
