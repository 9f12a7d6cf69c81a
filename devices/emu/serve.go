package emu

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

// line is one conversation with a host. Answers go out by a goroutine of their own, so that
// a host that does not read never stops the printer; when too many wait, the oldest is lost.
type line struct {
	rw   io.ReadWriteCloser
	out  chan []byte
	quit chan struct{}
}

// answersWaiting is how many answers a line holds for a host that does not read.
const answersWaiting = 256

func (l *line) send(b []byte) {
	b = append([]byte(nil), b...)
	for {
		select {
		case l.out <- b:
			return
		default:
		}
		select {
		case <-l.out:
		default:
		}
	}
}

func (l *line) answer() {
	for {
		select {
		case b := <-l.out:
			if _, err := l.rw.Write(b); err != nil {
				return
			}
		case <-l.quit:
			return
		}
	}
}

// socket is a place where hosts can plug in: it knows how to open itself again after the
// cable was out.
type socket struct {
	address string
	open    func() (close func(), accept func() (io.ReadWriteCloser, error), err error)
	close   func()
}

// ServeTCP listens like a network printer, one host at a time, and returns the address with
// the port chosen for ":0". Use "127.0.0.1:9100" or "127.0.0.1:0".
func (p *Printer) ServeTCP(address string) (string, error) {
	s := &socket{}
	s.open = func() (func(), func() (io.ReadWriteCloser, error), error) {
		l, err := net.Listen("tcp", address)
		if err != nil {
			return nil, nil, err
		}
		address = l.Addr().String() // the same port again after plugging
		s.address = "tcp:" + address
		accept := func() (io.ReadWriteCloser, error) {
			c, err := l.Accept()
			if err != nil {
				return nil, err
			}
			return c.(*net.TCPConn), nil
		}
		return func() { l.Close() }, accept, nil
	}
	if err := p.serve(s); err != nil {
		return "", fmt.Errorf("listen on %s: %w", address, err)
	}
	return address, nil
}

// ServePTY answers on a pseudo-terminal in raw mode and returns the path to open. With link not
// empty a symbolic link of that name always leads to the present terminal, which changes when the printer
// is plugged in again; an existing link of that name is replaced.
func (p *Printer) ServePTY(link string) (string, error) {
	s := &socket{}
	s.open = func() (func(), func() (io.ReadWriteCloser, error), error) {
		t, err := openTerminal(link)
		if err != nil {
			return nil, nil, err
		}
		s.address = "pty:" + t.path
		first := make(chan io.ReadWriteCloser, 1)
		first <- t
		gone := make(chan struct{})
		accept := func() (io.ReadWriteCloser, error) {
			select {
			case c := <-first:
				return c, nil
			case <-gone:
				return nil, os.ErrClosed
			}
		}
		return func() { close(gone); t.Close() }, accept, nil
	}
	if err := p.serve(s); err != nil {
		return "", fmt.Errorf("open a pseudo-terminal: %w", err)
	}
	return s.address[len("pty:"):], nil
}

// Addresses lists where the printer can be reached now, as port addresses.
func (p *Printer) Addresses() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []string
	for _, s := range p.sockets {
		if s.close != nil {
			all = append(all, s.address)
		}
	}
	return all
}

// serve opens the socket and keeps it open whenever the printer is plugged in.
func (p *Printer) serve(s *socket) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return os.ErrClosed
	}
	closer, accept, err := s.open()
	if err != nil {
		return err
	}
	s.close = closer
	p.sockets = append(p.sockets, s)
	p.work.Go(func() {
		for {
			for {
				rw, err := accept()
				if err != nil {
					break
				}
				p.converse(rw)
			}
			if accept = p.reopen(s); accept == nil {
				return
			}
		}
	})
	return nil
}

// reopen waits until the printer is plugged in and opens the socket again; nil at the end.
func (p *Printer) reopen(s *socket) func() (io.ReadWriteCloser, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		for p.faults[Unplugged] && !p.closed {
			p.wake.Wait()
		}
		if p.closed {
			return nil
		}
		if s.close != nil {
			s.close()
			s.close = nil
		}
		closer, accept, err := s.open()
		if err == nil {
			s.close = closer
			p.changed()
			return accept
		}
		p.mu.Unlock()
		select { // the port may be taken for a moment
		case <-time.After(20 * time.Millisecond):
		case <-p.quit:
		}
		p.mu.Lock()
	}
}

// hangUp takes every line down. p.mu is held.
func (p *Printer) hangUp() {
	for l := range p.lines {
		if c, ok := l.rw.(*net.TCPConn); ok {
			c.SetLinger(0) // a pulled cable says no goodbye
		}
		l.rw.Close()
		delete(p.lines, l)
	}
	p.line = nil
	for _, s := range p.sockets {
		if s.close != nil {
			s.close()
			s.close = nil
		}
	}
}

// converse talks with one host until it leaves or the cable is out.
func (p *Printer) converse(rw io.ReadWriteCloser) {
	l := &line{rw: rw, out: make(chan []byte, answersWaiting), quit: make(chan struct{})}
	defer close(l.quit)
	defer rw.Close()
	p.mu.Lock()
	if p.closed || p.faults[Unplugged] {
		p.mu.Unlock()
		return
	}
	p.lines[l], p.line = true, l
	p.asb, p.live = 0, liveScan{}
	p.changed()
	p.mu.Unlock()
	p.work.Go(l.answer)
	buf := make([]byte, 4096)
	for {
		limit, ok := p.room(l, len(buf))
		if !ok {
			break
		}
		n, err := rw.Read(buf[:limit])
		if n > 0 && !p.take(l, buf[:n]) {
			break
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		if rate := p.options.BytesPerSecond; rate > 0 {
			select {
			case <-time.After(time.Duration(n) * time.Second / time.Duration(rate)):
			case <-p.quit:
			}
		}
	}
	p.mu.Lock()
	delete(p.lines, l)
	if p.line == l {
		p.line = nil
	}
	p.changed()
	p.mu.Unlock()
}

// room waits until the printer reads and says how many bytes at most; false when the line is down.
func (p *Printer) room(l *line, limit int) (int, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.lines[l] && (p.faults[Stalled] || len(p.held) >= p.options.Buffer) {
		p.wake.Wait()
	}
	if p.cutAt > 0 {
		limit = min(limit, p.cutAt)
	}
	if rate := p.options.BytesPerSecond; rate > 0 {
		limit = min(limit, max(rate/100, 1))
	}
	return min(limit, max(p.options.Buffer-len(p.held), 1)), p.lines[l]
}

// take gives bytes from the line to the printer; false when the cable went at them.
func (p *Printer) take(l *line, data []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.lines[l] && p.faults[Stalled] {
		p.wake.Wait()
	}
	if !p.lines[l] {
		return false
	}
	cut := p.cutAt > 0 && len(data) >= p.cutAt
	if cut {
		data = data[:p.cutAt]
	} else if p.cutAt > 0 {
		p.cutAt -= len(data)
	}
	p.line = l
	p.receive(data)
	if cut {
		p.cutCable()
	}
	return !cut
}
