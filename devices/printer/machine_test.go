package printer

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"wendan/devices/escpos"
	"wendan/devices/port"
	"wendan/devices/port/porttest"
	"wendan/devices/ticket"
)

// machine plays the few commands a driver needs answers to: DLE EOT, GS ( H and GS r.
type machine struct {
	t *testing.T

	mu      sync.Mutex
	status  [5]byte // answers to DLE EOT 1 to 4
	mute    bool    // answers nothing
	holding bool    // keeps proofs back, as when the paper is out
	proofs  [][]byte
	got     []byte // all bytes but status requests
	opened  int
	device  port.Port
	asked   int
	broken  func(port.Port) port.Port // wraps the driver's side of the next connection
}

func newMachine(t *testing.T) *machine {
	return &machine{t: t, status: [5]byte{0, 0x12, 0x12, 0x12, 0x12}}
}

// open is the port.Opener of the machine.
func (m *machine) open(context.Context) (port.Port, error) {
	device, host, err := porttest.Pair("test:machine")
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.opened++
	m.device = device
	m.t.Cleanup(func() { device.Close(); host.Close() })
	go m.serve(device)
	if m.broken != nil {
		wrapped := m.broken(host)
		m.broken = nil
		return wrapped, nil
	}
	return host, nil
}

func (m *machine) serve(device port.Port) {
	buf := make([]byte, 512)
	var held []byte
	for {
		n, err := device.Read(buf)
		if err != nil {
			return
		}
		held = append(held, buf[:n]...)
		m.mu.Lock()
		var answer []byte
		for len(held) > 0 {
			used := m.step(held, &answer)
			if used == 0 {
				break
			}
			held = held[used:]
		}
		mute := m.mute
		m.mu.Unlock()
		if len(answer) > 0 && !mute {
			if _, err := device.Write(answer); err != nil {
				return
			}
		}
	}
}

// step consumes one command or byte; 0 means that more bytes are needed.
func (m *machine) step(b []byte, answer *[]byte) int {
	whole := func(prefix string, n int) bool {
		return bytes.HasPrefix(b, []byte(prefix)) && len(b) >= n
	}
	begins := func(prefix string) bool {
		return bytes.HasPrefix([]byte(prefix), b[:min(len(b), len(prefix))])
	}
	switch {
	case whole("\x10\x04", 3):
		m.asked++
		*answer = append(*answer, m.status[b[2]])
		return 3
	case whole("\x1d(H\x06\x0000", 11):
		m.prove(append([]byte{0x37, 0x22}, append(bytes.Clone(b[7:11]), 0)...), answer)
		m.got = append(m.got, b[:11]...)
		return 11
	case whole("\x1dr\x01", 3):
		m.prove([]byte{0}, answer)
		m.got = append(m.got, b[:3]...)
		return 3
	case len(b) < 11 && (begins("\x10\x04") || begins("\x1d(H\x06\x0000") || begins("\x1dr\x01")):
		return 0
	}
	m.got = append(m.got, b[0])
	return 1
}

func (m *machine) prove(reply []byte, answer *[]byte) {
	if m.holding {
		m.proofs = append(m.proofs, reply)
		return
	}
	*answer = append(*answer, reply...)
}

// release sends the proofs that were kept back.
func (m *machine) release() {
	m.set(func() {
		m.holding = false
		m.status = [5]byte{0, 0x12, 0x12, 0x12, 0x12}
		for _, p := range m.proofs {
			m.device.Write(p)
		}
		m.proofs = nil
	})
}

func (m *machine) set(change func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change()
}

func (m *machine) bytes() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return bytes.Clone(m.got)
}

// eventually waits until ok holds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatal(what + " never happened")
}

var quick = Options{Name: "厨房", Answer: 150 * time.Millisecond, Send: 150 * time.Millisecond, Proof: 300 * time.Millisecond, Repair: 10 * time.Second, Keep: time.Minute}

func start(t *testing.T, m *machine, change func(*escpos.Profile), opts Options) *Printer {
	t.Helper()
	profile := escpos.Default80()
	if change != nil {
		change(&profile)
	}
	p := New(m.open, profile, opts)
	t.Cleanup(func() { p.Close() })
	return p
}

func slip(text string) ticket.Ticket {
	return ticket.Ticket{Name: "slip", Items: []ticket.Item{ticket.Text{Text: text}, ticket.Cut{}}}
}
