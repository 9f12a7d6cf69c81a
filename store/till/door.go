package till

import (
	"context"
	"sync"
)

// door lets a crowd in a few at a time, and nobody of it while the register's own cashier is being served: those who
// wait before it cost the machine nothing, so that the cashier's act finds it free.
type door struct {
	places chan struct{} // one for each act of others that is inside

	mu      sync.Mutex
	served  int           // cashier's acts under way
	resumed chan struct{} // closed when there are none any more
}

func newDoor() *door { return &door{places: make(chan struct{}, mostOthers)} }

// first is called when a cashier's act begins, and what it returns when it ends.
func (d *door) first() (end func()) {
	d.mu.Lock()
	if d.served == 0 {
		d.resumed = make(chan struct{})
	}
	d.served++
	d.mu.Unlock()
	return func() {
		d.mu.Lock()
		d.served--
		if d.served == 0 {
			close(d.resumed)
			d.resumed = nil
		}
		d.mu.Unlock()
	}
}

// enter waits for a place and for the cashier. leave gives the place back; it is nil when ctx or the till ended first.
func (d *door) enter(ctx context.Context, quit <-chan struct{}) (leave func(), err error) {
	select {
	case d.places <- struct{}{}:
	case <-quit:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ErrUnsaved.Wrap(ctx.Err())
	}
	leave = func() { <-d.places }
	d.mu.Lock()
	resumed := d.resumed
	d.mu.Unlock()
	if resumed == nil {
		return leave, nil
	}
	select {
	case <-resumed:
		return leave, nil
	case <-quit:
		err = ErrClosed
	case <-ctx.Done():
		err = ErrUnsaved.Wrap(ctx.Err())
	}
	leave()
	return nil, err
}
