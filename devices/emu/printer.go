package emu

import (
	"maps"
	"sync"
	"time"
)

// Options say which printer is played. The zero value is an 80 mm printer without limits
// of speed and paper.
type Options struct {
	Name   string // for people; "virtual printer" when empty
	Narrow bool   // 58 mm paper: 384 dots instead of 576
	// BytesPerSecond limits the line (11520 for 115200 baud); 0 is unlimited.
	BytesPerSecond int
	// DotsPerSecond limits the paper (2000 for 250 mm/s at 203 dpi); 0 is unlimited.
	DotsPerSecond int
	// Buffer is how many bytes wait while the printer cannot print; 0 means 65536. When it is full the printer
	// stops reading.
	Buffer int
	// KeepPapers is how many papers Papers returns at most, 0 means 20000; KeepPictures
	// how many of the newest can be drawn, 0 means 200.
	KeepPapers, KeepPictures int
	// SensorLow tells the host of an open drawer by a low level on pin 3, as drawers with the other switch do.
	SensorLow bool
}

// Printer is a virtual ESC/POS printer. Make it with NewPrinter, put it on a line with ServeTCP or
// ServePTY, end it with Close. All methods may be called from any goroutine.
type Printer struct {
	options Options

	mu      sync.Mutex
	wake    *sync.Cond // faults changed, room in the buffer, or closed
	in      *interpreter
	held    []byte // received, not yet interpreted
	live    liveScan
	faults  map[Fault]bool
	jammed  CutKind // the cut that failed and waits for a person, 0 for none
	paper   int     // dots left on the roll, -1 is endless
	ready   time.Time
	timer   *time.Timer
	asb     byte
	lastASB [4]byte
	lines   map[*line]bool // conversations going on
	line    *line          // the one that spoke last and gets the answers, nil between them
	cutAt   int            // bytes until the cable is cut, -1 never
	power   bool           // the cut takes the power too

	papers     []Paper
	count      int
	confirmed  [][4]byte
	confirms   int
	pulses     map[int]int
	buzzes     int
	received   int64
	drawers    map[int]*Drawer
	deafDrawer bool // real-time pulses switched off by GS ( D
	watchers   map[chan struct{}]bool
	onPaper    []func(Paper)
	closed     bool
	quit       chan struct{}
	work       sync.WaitGroup
	sockets    []*socket
}

// NewPrinter makes a printer that is switched on, has paper and no line yet.
func NewPrinter(o Options) *Printer {
	if o.Name == "" {
		o.Name = "virtual printer"
	}
	if o.Buffer <= 0 {
		o.Buffer = 64 << 10
	}
	if o.KeepPapers <= 0 {
		o.KeepPapers = 20000
	}
	if o.KeepPictures <= 0 {
		o.KeepPictures = 200
	}
	dots := 576
	if o.Narrow {
		dots = 384
	}
	p := &Printer{options: o, faults: map[Fault]bool{}, paper: -1, cutAt: -1, pulses: map[int]int{}, drawers: map[int]*Drawer{},
		watchers: map[chan struct{}]bool{}, lines: map[*line]bool{}, quit: make(chan struct{})}
	p.wake = sync.NewCond(&p.mu)
	p.in = newInterpreter((*inside)(p), dots)
	return p
}

// Close takes the printer off its lines and waits for them. Papers stay readable.
func (p *Printer) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	close(p.quit)
	if p.timer != nil {
		p.timer.Stop()
	}
	p.hangUp()
	p.wake.Broadcast()
	p.mu.Unlock()
	p.work.Wait()
	return nil
}

// Attach connects a drawer to connector pin 2 or 5; the printer's pulse opens it and its
// sensor shows in the status.
func (p *Printer) Attach(pin int, d *Drawer) {
	p.mu.Lock()
	p.drawers[pin] = d
	p.mu.Unlock()
	d.onChange(func() {
		p.mu.Lock()
		p.changed()
		p.mu.Unlock()
	})
}

// Papers returns the cut papers, oldest first, as many as are kept.
func (p *Printer) Papers() []Paper {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Paper(nil), p.papers...)
}

// Current is the paper that still hangs in the printer.
func (p *Printer) Current() Paper {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.in.strip.copied()
	return Paper{Number: p.count + 1, Text: s.String(), Cut: Uncut, Width: p.in.dots, strip: s}
}

// OnPaper calls f with every paper right after its cut, in order. f must be quick and must
// not call the printer; Album.Add is such a function.
func (p *Printer) OnPaper(f func(Paper)) {
	p.mu.Lock()
	p.onPaper = append(p.onPaper, f)
	p.mu.Unlock()
}

// Confirmed returns the process ids (GS ( H) reached so far, oldest first, the newest
// 20000 at most. An id is listed even when its answer was lost by a fault.
func (p *Printer) Confirmed() [][4]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([][4]byte(nil), p.confirmed...)
}

// Unknown counts the commands the printer did not know, by their first bytes in hexadecimal.
func (p *Printer) Unknown() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.in.unknown)
}

// State is what a screen shows of the printer.
type State struct {
	Name      string
	Connected bool // a line is open: a TCP host holds it, or a pseudo-terminal waits
	Plugged   bool
	Stopped   bool // it takes bytes but does not print
	Waiting   int  // bytes that wait for it
	Papers    int  // cut so far
	Confirms  int  // process ids answered or tried
	Received  int64
	Pulses    map[int]int // by pin
	Buzzes    int
	Faults    []Fault
	Unknown   int
}

// State returns the present state.
func (p *Printer) State() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := State{Name: p.options.Name, Connected: len(p.lines) > 0, Plugged: !p.faults[Unplugged], Stopped: p.stopped(), Waiting: len(p.held),
		Papers: p.count, Confirms: p.confirms, Received: p.received, Pulses: maps.Clone(p.pulses), Buzzes: p.buzzes}
	for f := PaperOut; f <= Unplugged; f++ {
		if p.faults[f] {
			s.Faults = append(s.Faults, f)
		}
	}
	for _, n := range p.in.unknown {
		s.Unknown += n
	}
	return s
}

// Count is the number of papers cut so far.
func (p *Printer) Count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count
}

// Pulses is the number of drawer pulses on pin 2 or 5.
func (p *Printer) Pulses(pin int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pulses[pin]
}

// Subscribe returns a channel that gets a value after changes (several may be told by
// one value) and a function that ends the subscription.
func (p *Printer) Subscribe() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	p.mu.Lock()
	p.watchers[c] = true
	p.mu.Unlock()
	return c, func() {
		p.mu.Lock()
		delete(p.watchers, c)
		p.mu.Unlock()
	}
}

// changed tells the watchers and, when the host asked for it, the host. p.mu is held.
func (p *Printer) changed() {
	for c := range p.watchers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
	p.sendASB()
}
