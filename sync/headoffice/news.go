package headoffice

import "sync"

// news wakes pages that watch head office. A slow watcher misses nothing: it hears once
// and reads everything.
type news struct {
	mu     sync.Mutex
	ears   map[chan struct{}]bool
	closed bool
}

// listen returns a channel that gets a value after each booking and is closed with the
// office, and a function that ends listening.
func (n *news) listen() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		close(c)
		return c, func() {}
	}
	if n.ears == nil {
		n.ears = map[chan struct{}]bool{}
	}
	n.ears[c] = true
	return c, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.ears, c)
	}
}

func (n *news) tell() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.ears {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

func (n *news) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
	for c := range n.ears {
		close(c)
		delete(n.ears, c)
	}
}
