package machine

import (
	"context"
	"encoding/json"
	"io"
	"net/url"
	"strconv"

	"wendan/store/act"
	"wendan/store/book"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/journal"
	"wendan/store/till"
	"wendan/sync/control"
)

// socket serves the control socket of a running machine.
type socket struct {
	*control.Server
	m *Machine
}

func listen(m *Machine) (*socket, error) {
	s := &socket{m: m}
	var err error
	s.Server, err = control.Listen(SocketPath(m.cfg.Dir), control.Routes{Do: s, View: s, Journal: s}, m.log)
	return s, err
}

// Do hands a tool's intent to the till. Staff 0 is the owner of this machine, whom the socket has checked.
func (s *socket) Do(ctx context.Context, r control.Request) (any, error) {
	if answer, ok, err := s.do(ctx, r); ok {
		return answer, err
	}
	intent, err := act.Decode(r.Name, r.Body)
	if err != nil {
		return nil, err
	}
	a := act.Act{By: act.By{Staff: r.Staff, Source: fact.SourceTool}, Intent: intent}
	if r.Key != "" {
		if err := a.Key.UnmarshalText([]byte(r.Key)); err != nil {
			return nil, err
		}
	}
	return s.m.Till.Do(ctx, a)
}

// State is what a running register tells tools.
type State struct {
	Shop     string         `json:"shop"`
	Branch   string         `json:"branch"`
	Register string         `json:"register"`
	Head     fact.Head      `json:"head"`
	Day      string         `json:"day"`
	DayOpen  bool           `json:"day_open"`
	Orders   uint64         `json:"orders"` // numbers given so far
	Open     int            `json:"open"`   // unpaid
	Settled  uint32         `json:"settled"`
	Turnover string         `json:"turnover"`
	Book     *book.Stats    `json:"book,omitempty"` // absent while it is rebuilt
	LagWaits uint64         `json:"lag_waits"`      // acts that waited for the book
	Disk     journal.Room   `json:"disk"`
	Uplink   UplinkState    `json:"uplink"`
	Printers []PrinterState `json:"printers"`
}

// UplinkState is the link to head office.
type UplinkState struct {
	Paired    bool   `json:"paired"`
	Connected bool   `json:"connected"`
	Made      uint64 `json:"made"`
	Booked    uint64 `json:"booked"`
	Complete  bool   `json:"complete"` // same number, same hash
	Trouble   string `json:"trouble,omitempty"`
	Alarm     string `json:"alarm,omitempty"`
}

// PrinterState is one printer and its queue.
type PrinterState struct {
	Name    string `json:"name"`
	Waiting int    `json:"waiting"`
	Problem string `json:"problem,omitempty"` // fault code
	ZH      string `json:"zh,omitempty"`      // what the problem is, for people
	EN      string `json:"en,omitempty"`
	Alarm   bool   `json:"alarm"`
}

// Describe gathers the state.
func (m *Machine) Describe() State {
	var st State
	m.Till.View(func(s *till.State) {
		st = State{Shop: s.Shop, Branch: s.Branch, Register: s.Register, Head: s.Head, Day: s.Day.String(), DayOpen: s.DayOpen,
			Orders: s.Orders, Open: len(s.Open), Settled: s.Settled, Turnover: s.Turnover.String()}
	})
	st.LagWaits, st.Disk = m.Till.LagWaits(), m.Till.Journal().Space()
	if b := m.Book(); b != nil {
		if stats, err := b.Stats(); err == nil {
			st.Book = &stats
		}
	}
	up, paired := m.Uplink()
	st.Uplink = UplinkState{Paired: paired, Connected: up.Connected, Made: up.Made.Seq, Booked: up.Booked.Seq, Complete: paired && up.Complete()}
	if up.Err != nil {
		st.Uplink.Trouble = fault.Code(up.Err)
	}
	if up.Alarm != nil {
		st.Uplink.Alarm = fault.Code(up.Alarm)
	}
	for _, p := range m.Slips().Printers {
		ps := PrinterState{Name: p.Name, Waiting: p.Waiting, Alarm: p.Alarm}
		if p.Fault != nil {
			ps.Problem, ps.ZH, ps.EN = p.Fault.Code, p.Fault.Text(fault.ZH), p.Fault.Text(fault.EN)
		}
		st.Printers = append(st.Printers, ps)
	}
	return st
}

// View is the whole State, or the part of that name.
func (s *socket) View(_ context.Context, name string) (any, error) {
	if name != "" {
		return s.part(name)
	}
	return s.m.Describe(), nil
}

// Row is a fact as tools show it.
type Row struct {
	Epoch  uint32 `json:"epoch"`
	Seq    uint64 `json:"seq"`
	At     int64  `json:"at"` // UTC milliseconds
	Zone   int16  `json:"zone,omitempty"`
	Day    string `json:"day"`
	Era    uint32 `json:"era,omitempty"`
	Staff  uint32 `json:"staff,omitempty"`
	Source uint8  `json:"source"`
	Kind   string `json:"kind"`
	Key    string `json:"key,omitempty"`
	Body   any    `json:"body,omitempty"`
	Hash   string `json:"hash"`
}

// RowOf decodes a fact for showing.
func RowOf(f *fact.Fact) Row {
	r := Row{Epoch: f.Epoch, Seq: f.Seq, At: f.At, Zone: f.Zone, Day: f.Day.String(), Era: f.Era, Staff: f.Staff, Source: uint8(f.Source),
		Kind: fact.Name(f.Kind), Hash: f.Hash.String()}
	if f.Key != (fact.Key{}) {
		r.Key = f.Key.String()
	}
	if body, err := fact.Body(f); err == nil {
		r.Body = body
	}
	return r
}

// Stream serves "facts": every durable fact after the number in the query, one Row a line; and the long works
// of tools, "backup" and "check".
func (s *socket) Stream(ctx context.Context, name string, query url.Values, w io.Writer) error {
	if name != "facts" {
		return s.work(ctx, name, query, w)
	}
	after, _ := strconv.ParseUint(query.Get("after"), 10, 64)
	lines := json.NewEncoder(w)
	return s.m.Till.Journal().Iterate(ctx, after, func(f *fact.Fact) error { return lines.Encode(RowOf(f)) })
}
