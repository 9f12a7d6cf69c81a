package till

import (
	"errors"
	"hash/crc32"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"wendan/store/fact"
	"wendan/store/order"
)

// Carts keeps the carts being rung up in a small file of their own, written in the
// background: a cart is not an order, and losing the last tap is no loss. Save never waits.
type Carts struct {
	path string
	log  *slog.Logger

	mu     sync.Mutex
	next   []byte // newest unsaved content
	closed bool
	wake   chan struct{}
	done   chan struct{}
}

type cartFile struct {
	Carts []order.Cart `cbor:"1,keyasint"`
}

// OpenCarts reads the carts kept in path, leaves out those whose key known says is in the journal (they became
// orders), and starts the goroutine that saves. A missing or damaged file gives no carts; a damaged one is kept beside as .bad.
func OpenCarts(path string, known func(fact.Key) bool, log *slog.Logger) (*Carts, []order.Cart) {
	c := &Carts{path: path, log: log, wake: make(chan struct{}, 1), done: make(chan struct{})}
	read := c.read()
	kept := make([]order.Cart, 0, len(read))
	for _, cart := range read {
		if !known(cart.Key) {
			kept = append(kept, cart)
		}
	}
	go c.run()
	if len(kept) < len(read) { // now, while their keys are known: keys of older days are forgotten
		c.Save(kept)
	}
	return c, kept
}

func (c *Carts) read() []order.Cart {
	b, err := os.ReadFile(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var f cartFile
	if err == nil && len(b) > 4 && crc32.ChecksumIEEE(b[4:]) == uint32(b[0])|uint32(b[1])<<8|uint32(b[2])<<16|uint32(b[3])<<24 {
		if err = fact.Unmarshal(b[4:], &f); err == nil {
			return f.Carts
		}
	}
	c.log.Warn("carts cannot be read", "path", c.path, "err", err)
	os.Rename(c.path, c.path+".bad")
	return nil
}

// Save hands over the carts as they stand; the newest content is on disk soon after. The
// caller may go on changing its slices. After Close it does nothing.
func (c *Carts) Save(carts []order.Cart) {
	body := fact.Marshal(cartFile{carts})
	sum := crc32.ChecksumIEEE(body)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.next = append([]byte{byte(sum), byte(sum >> 8), byte(sum >> 16), byte(sum >> 24)}, body...)
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *Carts) run() {
	defer close(c.done)
	for range c.wake {
		c.mu.Lock()
		b := c.next
		c.next = nil
		c.mu.Unlock()
		if b == nil {
			continue
		}
		if err := replace(c.path, b); err != nil {
			c.log.Warn("carts cannot be saved", "err", err)
		}
	}
}

// replace writes b to a temporary file, syncs it, renames it over path and syncs the folder.
func replace(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".carts-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Close saves what is left and stops.
func (c *Carts) Close() {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return
	}
	c.closed = true
	close(c.wake)
	c.mu.Unlock()
	<-c.done
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next != nil {
		if err := replace(c.path, c.next); err != nil {
			c.log.Warn("carts cannot be saved", "err", err)
		}
	}
}
