package emu

import "time"

// liveScan finds real-time commands in the stream as it arrives: they are obeyed at once,
// even inside the data of another command (Epson: DLE EOT, DLE ENQ, DLE DC4).
type liveScan struct {
	seen [4]byte
	n    int
}

// receive takes bytes from the line. p.mu is held.
func (p *Printer) receive(data []byte) {
	p.received += int64(len(data))
	for i := 0; i < len(data); {
		if p.live.n == 0 && p.flowing() {
			// Up to the next DLE nothing is urgent.
			j := i
			for j < len(data) && data[j] != dle && p.flowing() {
				p.in.step(data[j])
				j++
			}
			i = j
			if i == len(data) {
				break
			}
		}
		b := data[i]
		i++
		p.scan(b)
		p.held = append(p.held, b)
		p.pump()
	}
}

// flowing reports whether bytes go straight to the interpreter.
func (p *Printer) flowing() bool { return len(p.held) == 0 && !p.waiting() }

// waiting reports whether the interpreter must pause: stopped, or the paper still moves.
func (p *Printer) waiting() bool {
	return p.stopped() || p.options.DotsPerSecond > 0 && time.Until(p.ready) > time.Millisecond
}

// pump interprets held bytes as far as the printer can. p.mu is held.
func (p *Printer) pump() {
	if p.closed {
		return
	}
	i := 0
	for i < len(p.held) && !p.waiting() {
		i++
		p.in.step(p.held[i-1])
	}
	if i > 0 {
		p.held = append(p.held[:0], p.held[i:]...)
		p.wake.Broadcast()
	}
	if len(p.held) == 0 || p.stopped() {
		return
	}
	pause := time.Until(p.ready)
	if p.timer == nil {
		p.timer = time.AfterFunc(pause, func() {
			p.mu.Lock()
			p.pump()
			p.mu.Unlock()
		})
		return
	}
	p.timer.Reset(pause)
}

// scan follows one byte for real-time commands.
func (p *Printer) scan(b byte) {
	s := &p.live
	if s.n == 0 {
		if b == dle {
			s.seen[0], s.n = b, 1
		}
		return
	}
	s.seen[s.n] = b
	s.n++
	switch s.seen[1] {
	case eot:
		if s.n < 3 {
			return
		}
		if b >= 1 && b <= 4 {
			(*inside)(p).reply(false, []byte{(*inside)(p).status(int(b))})
		}
	case enq:
		if s.n < 3 {
			return
		}
		p.enquire(b)
	case dc4:
		if s.n < 3 || s.seen[2] == 1 && s.n < 4 {
			return
		}
		if s.seen[2] == 1 && !p.deafDrawer && !p.faults[Stalled] {
			// DLE DC4 1 m t: the time byte follows; the pulse starts with it.
			(*inside)(p).pulse(connector(b), 100)
		}
	case dle:
		s.seen[0], s.n = dle, 1
		return
	}
	s.n = 0
}

// enquire is DLE ENQ: 1 goes on after an error, 2 throws the buffers away first.
func (p *Printer) enquire(n byte) {
	if p.jammed == 0 || n != 1 && n != 2 {
		return
	}
	if n == 2 {
		p.held = p.held[:0]
		p.in.forget()
	}
	p.unjam()
	p.changed()
}
