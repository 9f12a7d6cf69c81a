package spool

import (
	"sort"
	"time"

	"wendan/devices/printer"
	"wendan/store/fault"
)

// EventKind says what happened. The numbers never change.
type EventKind uint8

// The kinds of events.
const (
	Changed     EventKind = 1 // a queue or a printer looks different: take a new Snapshot
	Alarm       EventKind = 2 // a printer has been in trouble for too long
	AlarmOver   EventKind = 3
	AskOld      EventKind = 4 // an old slip waits for PrintOld or AbandonOld
	AskUnproven EventKind = 5 // so does one the printer never proved
	AskRefused  EventKind = 6 // and one that cannot be drawn
	Finished    EventKind = 7 // the ledger has taken an outcome
	NotRecorded EventKind = 8 // the ledger could not take an outcome; it will be tried again
)

// Event is told to subscribers. Fields that say nothing about a kind are empty.
type Event struct {
	Kind    EventKind
	Printer string
	ID      ID
	Fault   *fault.Error
}

// Subscribe returns a channel of events and a function that ends the subscription. A
// subscriber that falls behind loses the oldest events: the Snapshot always has the truth.
func (s *Spool) Subscribe() (<-chan Event, func()) {
	c := make(chan Event, 64)
	s.mu.Lock()
	s.watchers[c] = true
	s.mu.Unlock()
	return c, func() {
		s.mu.Lock()
		delete(s.watchers, c)
		s.mu.Unlock()
	}
}

// tell informs the subscribers. s.mu is held.
func (s *Spool) tell(e Event) {
	for c := range s.watchers {
		for sent := false; !sent; {
			select {
			case c <- e:
				sent = true
			default:
				select {
				case <-c:
				default:
				}
			}
		}
	}
}

// Waiting is a job as a screen shows it.
type Waiting struct {
	ID      ID
	Printer string
	Role    string
	Title   string
	Order   string
	State   State
	Made    time.Time
	Fault   *fault.Error // why it is held, or nil
}

// PrinterView is a printer as a screen shows it.
type PrinterView struct {
	Name     string
	Fault    *fault.Error // why it does not print, in words; nil while all is well
	Since    time.Time    // of the fault
	Alarm    bool         // it has lasted too long
	Warning  *fault.Error // paper near its end
	Drawer   printer.Drawer
	Waiting  int // jobs in its queue, the current one included
	Current  *Waiting
	Oldest   time.Duration // age of the oldest waiting job, 0 for none or unknown
	Unproved bool          // its proofs fail to come
}

// View is the whole spool as a screen shows it.
type View struct {
	Printers   []PrinterView // by name
	Held       []Waiting     // waiting for a person, oldest first
	Unrecorded int           // printed, but not yet taken by the ledger
}

// Snapshot shows the spool as it is now.
func (s *Spool) Snapshot() View {
	s.mu.Lock()
	defer s.mu.Unlock()
	var v View
	now := s.options.Now()
	waiting := len(s.held)
	for _, l := range s.lanes {
		p := PrinterView{Name: l.name, Warning: l.warning, Drawer: l.drawer, Waiting: len(l.queue), Unproved: l.doubted}
		if t := l.trouble; t != nil {
			p.Fault, p.Since, p.Alarm = t.fault, t.since, t.alarmed
		}
		age := func(e *entry) {
			if !e.Made.IsZero() {
				p.Oldest = max(p.Oldest, now.Sub(e.Made))
			}
		}
		if l.current != nil {
			w := l.current.view()
			p.Current = &w
			p.Waiting++
			age(l.current)
		}
		for _, e := range l.queue {
			age(e)
		}
		waiting += p.Waiting
		v.Printers = append(v.Printers, p)
	}
	sort.Slice(v.Printers, func(i, j int) bool { return v.Printers[i].Name < v.Printers[j].Name })
	for _, e := range s.held {
		v.Held = append(v.Held, e.view())
	}
	v.Unrecorded = len(s.jobs) - waiting
	return v
}

// Queue lists the jobs waiting for a printer, first one first, at most limit.
func (s *Spool) Queue(printer string, limit int) []Waiting {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lanes[printer]
	if l == nil {
		return nil
	}
	var all []Waiting
	if l.current != nil {
		all = append(all, l.current.view())
	}
	for _, e := range l.queue {
		all = append(all, e.view())
	}
	return all[:min(max(limit, 0), len(all))]
}

func (e *entry) view() Waiting {
	return Waiting{ID: e.ID, Printer: e.lane.name, Role: e.Role, Title: e.Title, Order: e.Order, State: e.state, Made: e.Made, Fault: e.fault}
}
