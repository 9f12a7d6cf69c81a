package emu

// Fault is something that can be wrong with the printer. The numbers never change.
type Fault uint8

// The faults. A printer with PaperOut, CoverOpen, Offline or a jammed cutter keeps receiving into its buffer
// and goes on from there when the cause is gone, as real ones do.
const (
	PaperOut     Fault = 1
	PaperNearEnd Fault = 2 // only told, prints on
	CoverOpen    Fault = 3
	Offline      Fault = 4 // taken off line at its button
	CutterError  Fault = 5 // jams at the next cut
	Stalled      Fault = 6 // stops reading the line and answers nothing
	Mute         Fault = 7 // prints, but never answers anything
	Swallow      Fault = 8 // prints and tells its status, but process ids and ordered replies get lost
	Unplugged    Fault = 9 // no line at all
)

// String names the fault for the emulator's controls.
func (f Fault) String() string {
	names := [...]string{"", "paper out", "paper near end", "cover open", "offline", "cutter error", "stalled", "mute", "swallow replies", "unplugged"}
	if int(f) < len(names) {
		return names[f]
	}
	return ""
}

// ParseFault finds a fault by its name.
func ParseFault(name string) (Fault, bool) {
	for f := PaperOut; f <= Unplugged; f++ {
		if f.String() == name {
			return f, true
		}
	}
	return 0, false
}

// Set switches a fault on or off. Putting paper in (PaperOut off) tears off what hangs out and loads an
// endless roll; clearing CutterError frees the blade and finishes the cut.
func (p *Printer) Set(f Fault, on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.faults[f] == on {
		return
	}
	p.faults[f] = on
	switch {
	case f == PaperOut && !on:
		p.newRoll(-1)
	case f == CutterError && !on:
		p.unjam()
	case f == Unplugged && on:
		p.cutAt = -1
		p.hangUp()
	}
	p.wake.Broadcast()
	p.pump()
	p.changed()
}

// Has reports whether the fault is on.
func (p *Printer) Has(f Fault) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.faults[f]
}

// Repair switches every fault off.
func (p *Printer) Repair() {
	for f := PaperOut; f <= Unplugged; f++ {
		p.Set(f, false)
	}
}

// LoadPaper puts in a roll that ends after so many dots (8 per millimetre), with
// PaperNearEnd told over the last 800; negative is endless. What hangs out is torn off when the paper was out.
func (p *Printer) LoadPaper(dots int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.faults[PaperOut] {
		p.faults[PaperOut] = false
		p.newRoll(dots)
	}
	p.paper = dots
	p.faults[PaperNearEnd] = dots >= 0 && dots < nearEnd
	p.wake.Broadcast()
	p.pump()
	p.changed()
}

// nearEnd is how much paper is left when the sensor of the roll tells.
const nearEnd = 800

// unjam frees the blade and makes the cut that failed. p.mu is held.
func (p *Printer) unjam() {
	if kind := p.jammed; kind != 0 {
		p.jammed = 0
		(*inside)(p).cut(kind)
	}
}

// newRoll tears off what was printed on the old one. p.mu is held.
func (p *Printer) newRoll(dots int) {
	p.paper = dots
	if len(p.in.strip.marks) > 0 && p.in.strip.height > 0 {
		p.finish(Torn)
	}
}

// UnplugAfter pulls the cable when n more bytes have been received, at once for 0. What the printer has is
// printed; with power it also forgets its buffer and its unfinished command. Set(Unplugged, false) plugs it
// in again.
func (p *Printer) UnplugAfter(n int, power bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cutAt, p.power = n, power
	p.wake.Broadcast()
	if n <= 0 {
		p.cutCable()
	}
}

// cutCable is the moment of unplugging. p.mu is held.
func (p *Printer) cutCable() {
	p.cutAt = -1
	p.faults[Unplugged] = true
	p.hangUp()
	if p.power {
		p.held = p.held[:0]
		p.in.forget()
		p.jammed, p.asb, p.live = 0, 0, liveScan{}
	}
	p.wake.Broadcast()
	p.changed()
}

// stopped reports whether the printer takes bytes without printing. p.mu is held.
func (p *Printer) stopped() bool {
	return p.faults[PaperOut] || p.faults[CoverOpen] || p.faults[Offline] || p.jammed != 0
}
