package linktest

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Line says how bad a line is. The zero Line is a perfect one.
type Line struct {
	Latency time.Duration // one way, added to every chunk
	Rate    int           // bytes a second in each direction; 0 is unlimited
	Reset   float64       // chance that a connection is reset within the next Within bytes
	Within  int           // default 8 KiB
	Seed    uint64
}

// Proxy is a TCP line between a register and head office that is as bad as told. Close it.
type Proxy struct {
	listener net.Listener
	line     Line
	done     sync.WaitGroup
	resets   atomic.Int64

	mu     sync.Mutex
	target string
	cut    bool
	conns  map[net.Conn]bool
	rnd    *rand.Rand
}

// NewProxy listens on a free loopback port and forwards to target ("127.0.0.1:4222").
func NewProxy(target string, line Line) (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	if line.Within <= 0 {
		line.Within = 8 << 10
	}
	p := &Proxy{listener: l, line: line, target: target, conns: map[net.Conn]bool{}, rnd: rand.New(rand.NewPCG(line.Seed, 3))}
	p.done.Add(1)
	go p.accept()
	return p, nil
}

// URL is the address a register dials.
func (p *Proxy) URL() string { return "nats://" + p.listener.Addr().String() }

// Resets counts the connections reset so far.
func (p *Proxy) Resets() int64 { return p.resets.Load() }

// Aim forwards new connections to another target.
func (p *Proxy) Aim(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
}

// Cut ends every connection and refuses new ones until Mend.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = true
	for c := range p.conns {
		reset(c)
	}
}

// Mend lets connections through again.
func (p *Proxy) Mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = false
}

// Close ends everything and waits for it.
func (p *Proxy) Close() error {
	err := p.listener.Close()
	p.Cut()
	p.done.Wait()
	return err
}

// reset ends a connection without a farewell.
func reset(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}

func (p *Proxy) accept() {
	defer p.done.Done()
	for {
		near, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			p.join(near)
		}
	}
}

func (p *Proxy) join(near net.Conn) {
	p.mu.Lock()
	target, cut := p.target, p.cut
	p.mu.Unlock()
	if cut {
		reset(near)
		return
	}
	far, err := net.Dial("tcp", target)
	if err != nil {
		reset(near)
		return
	}
	p.mu.Lock()
	p.conns[near], p.conns[far] = true, true
	cut = p.cut
	fates := []int{p.fate(), p.fate()}
	p.mu.Unlock()
	if cut {
		reset(near)
		reset(far)
	}
	var both sync.WaitGroup
	both.Add(2)
	p.done.Add(1)
	go func() { defer both.Done(); p.carry(near, far, fates[0]) }()
	go func() { defer both.Done(); p.carry(far, near, fates[1]) }()
	go func() {
		defer p.done.Done()
		both.Wait()
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.conns, near)
		delete(p.conns, far)
	}()
}

// fate draws after how many bytes the next reset comes: negative is not within this stretch.
func (p *Proxy) fate() int {
	if p.rnd.Float64() >= p.line.Reset {
		return -1
	}
	return p.rnd.IntN(p.line.Within)
}

// chunk is what was read at one moment.
type chunk struct {
	bytes []byte
	due   time.Time
}

// carry moves bytes from one end to the other, late and slowly, until a reset or the end.
func (p *Proxy) carry(from, to net.Conn, fate int) {
	queue := make(chan chunk, 4096)
	go func() {
		defer close(queue)
		for {
			b := make([]byte, 1024)
			n, err := from.Read(b)
			if n > 0 {
				queue <- chunk{b[:n], time.Now().Add(p.line.Latency)}
			}
			if err != nil {
				return
			}
		}
	}()
	stretch := 0
	for c := range queue {
		time.Sleep(time.Until(c.due))
		if p.line.Rate > 0 {
			time.Sleep(time.Duration(len(c.bytes)) * time.Second / time.Duration(p.line.Rate))
		}
		stretch += len(c.bytes)
		if fate >= 0 && stretch > fate {
			p.resets.Add(1)
			break
		}
		if stretch > p.line.Within {
			stretch = 0
			p.mu.Lock()
			fate = p.fate()
			p.mu.Unlock()
		}
		if _, err := to.Write(c.bytes); err != nil {
			break
		}
	}
	reset(from)
	reset(to)
	for range queue { // lets the reader end
	}
}

var _ io.Closer = (*Proxy)(nil)
