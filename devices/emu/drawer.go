package emu

import (
	"io"
	"sync"
)

// Drawer is a virtual cash drawer (钱箱) with a switch that tells open from closed. Attach it
// to a printer, or give it a line of its own with ServePTY.
type Drawer struct {
	mu       sync.Mutex
	open     bool
	stuck    bool
	kicks    int
	watchers []func()
	terminal *terminal
	done     chan struct{}
}

// NewDrawer makes a closed drawer.
func NewDrawer() *Drawer { return &Drawer{} }

// Opened reports whether it stands open.
func (d *Drawer) Opened() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.open
}

// Kicks is how many pulses it got.
func (d *Drawer) Kicks() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.kicks
}

// Push closes the drawer by hand; Pull opens it with the key.
func (d *Drawer) Push() { d.move(false) }

// Pull opens the drawer with the key, without a pulse.
func (d *Drawer) Pull() { d.move(true) }

// Jam makes the drawer ignore pulses, as when something is caught in it.
func (d *Drawer) Jam(on bool) {
	d.mu.Lock()
	d.stuck = on
	d.mu.Unlock()
}

func (d *Drawer) move(open bool) {
	d.mu.Lock()
	changed := d.open != open
	d.open = open
	watchers := d.watchers
	d.mu.Unlock()
	if changed {
		for _, f := range watchers {
			f()
		}
	}
}

// kick is a pulse from the printer, which looks at the switch itself afterwards.
func (d *Drawer) kick() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kicks++
	if !d.stuck {
		d.open = true
	}
}

// onChange calls f after the drawer was moved by hand or by its own line.
func (d *Drawer) onChange(f func()) {
	d.mu.Lock()
	d.watchers = append(d.watchers, f)
	d.mu.Unlock()
}

// ServePTY plays a drawer on a serial trigger box, which opens the drawer at every burst
// of bytes. It returns the path to open; link is as for Printer.ServePTY.
func (d *Drawer) ServePTY(link string) (string, error) {
	t, err := openTerminal(link)
	if err != nil {
		return "", err
	}
	done := make(chan struct{})
	d.mu.Lock()
	d.terminal, d.done = t, done
	d.mu.Unlock()
	go func() {
		defer close(done)
		buf := make([]byte, 64)
		for {
			n, err := t.Read(buf)
			if n > 0 {
				d.mu.Lock()
				d.kicks++
				stuck := d.stuck
				d.mu.Unlock()
				if !stuck {
					d.move(true)
				}
			}
			if err != nil {
				return
			}
		}
	}()
	return t.path, nil
}

// Close ends the drawer's own line.
func (d *Drawer) Close() error {
	d.mu.Lock()
	t, done := d.terminal, d.done
	d.terminal = nil
	d.mu.Unlock()
	if t == nil {
		return nil
	}
	err := t.Close()
	<-done
	return err
}

var _ io.Closer = (*Drawer)(nil)
