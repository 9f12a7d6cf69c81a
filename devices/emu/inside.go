package emu

import (
	"time"
)

// inside is the printer as its own interpreter sees it. p.mu is held in every method.
type inside Printer

func (p *inside) reply(ordered bool, b []byte) {
	if p.faults[Mute] || ordered && p.faults[Swallow] || p.line == nil {
		return
	}
	p.line.send(b)
}

func (p *inside) confirm(id [4]byte) {
	p.confirms++
	if len(p.confirmed) >= 20000 {
		p.confirmed = append(p.confirmed[:0], p.confirmed[10000:]...)
	}
	p.confirmed = append(p.confirmed, id)
}

func (p *inside) pulse(pin, milliseconds int) {
	p.pulses[pin]++
	if d := p.drawers[pin]; d != nil && milliseconds > 0 {
		d.kick()
	}
	(*Printer)(p).changed()
}

func (p *inside) buzz() { p.buzzes++ }

func (p *inside) heed(pulses, on bool) {
	if pulses {
		p.deafDrawer = !on
	}
}

func (p *inside) setASB(mask byte) {
	p.asb = mask
	p.lastASB = [4]byte{}
	(*Printer)(p).sendASB()
}

// identity answers GS I: the numbers of Epson's reference, with our own names.
func (p *inside) identity(n byte) []byte {
	text := func(s string) []byte { return append(append([]byte{'_'}, s...), nul) }
	switch n {
	case 1, 49:
		return []byte{0x20}
	case 2, 50:
		return []byte{0x02} // a cutter, no customer display
	case 3, 51:
		return []byte{0x01}
	case 65:
		return text("1.00")
	case 66:
		return text("WENDAN")
	case 67:
		return text("VIRTUAL")
	case 68:
		return text(p.options.Name)
	case 69:
		return text("CHINA GB18030")
	}
	return nil
}

func (p *inside) moved(dots int) {
	if p.options.DotsPerSecond > 0 {
		now := time.Now()
		if p.ready.Before(now) {
			p.ready = now
		}
		p.ready = p.ready.Add(time.Duration(dots) * time.Second / time.Duration(p.options.DotsPerSecond))
	}
	if p.paper < 0 {
		return
	}
	p.paper = max(p.paper-dots, 0)
	near, out := p.paper < nearEnd, p.paper == 0
	if near != p.faults[PaperNearEnd] || out != p.faults[PaperOut] {
		p.faults[PaperNearEnd], p.faults[PaperOut] = near, out
		(*Printer)(p).changed()
	}
}

func (p *inside) cut(kind CutKind) bool {
	if kind == Torn {
		(*Printer)(p).finish(Torn)
		return true
	}
	if p.faults[CutterError] {
		p.jammed = kind
		(*Printer)(p).changed()
		return false
	}
	(*Printer)(p).finish(kind)
	return true
}

// finish takes the paper off: at the blade for a cut, at the print head otherwise.
func (p *Printer) finish(kind CutKind) {
	s := &p.in.strip
	at := s.height
	if kind != Torn {
		at = max(s.height-bladeDots, 0)
	}
	piece := s.split(at)
	p.count++
	paper := Paper{Number: p.count, Text: piece.String(), Cut: kind, Width: p.in.dots, strip: piece}
	if old := len(p.papers) - p.options.KeepPictures; old >= 0 {
		p.papers[old].strip = nil
	}
	if len(p.papers) >= p.options.KeepPapers {
		p.papers = append(p.papers[:0], p.papers[len(p.papers)-p.options.KeepPapers/2:]...)
	}
	p.papers = append(p.papers, paper)
	for _, f := range p.onPaper {
		f(paper)
	}
	p.changed()
}

// drawerHigh is the level of pin 3. p.mu is held.
func (p *inside) drawerHigh() bool {
	open := false
	for _, d := range p.drawers {
		open = open || d.Opened()
	}
	return open != p.options.SensorLow
}

// status is the answer to DLE EOT n (Epson: fixed bits 12h).
func (p *inside) status(n int) byte {
	b := byte(0x12)
	set := func(on bool, bits byte) {
		if on {
			b |= bits
		}
	}
	switch n {
	case 1:
		set(p.drawerHigh(), 0x04)
		set((*Printer)(p).stopped(), 0x08)
	case 2:
		set(p.faults[CoverOpen], 0x04)
		set(p.faults[PaperOut], 0x20)
		set(p.jammed != 0, 0x40)
	case 3:
		set(p.jammed != 0, 0x08)
	case 4:
		set(p.faults[PaperNearEnd] || p.faults[PaperOut], 0x0c)
		set(p.faults[PaperOut], 0x60)
	}
	return b
}

// ordered is the answer to GS r n: 1 paper, 2 drawer.
func (p *inside) ordered(n int) byte {
	var b byte
	switch {
	case n == 1 && p.faults[PaperNearEnd]:
		b = 0x03
	case n == 2 && p.drawerHigh():
		b = 0x01
	}
	return b
}

// sendASB tells the host of a change it asked to hear of (GS a). p.mu is held.
func (p *Printer) sendASB() {
	if p.asb == 0 || p.line == nil {
		return
	}
	in := (*inside)(p)
	b := [4]byte{0x10}
	set := func(on bool, i int, bits byte) {
		if on {
			b[i] |= bits
		}
	}
	set(in.drawerHigh(), 0, 0x04)
	set(p.stopped(), 0, 0x08)
	set(p.faults[CoverOpen], 0, 0x20)
	set(p.jammed != 0, 1, 0x08)
	set(p.faults[PaperNearEnd] || p.faults[PaperOut], 2, 0x03)
	set(p.faults[PaperOut], 2, 0x0c)
	if b != p.lastASB {
		p.lastASB = b
		in.reply(false, b[:])
	}
}
