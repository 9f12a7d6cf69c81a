package machine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"wendan/store/book"
	"wendan/store/fact"
	"wendan/store/journal"
	"wendan/store/order"
	"wendan/store/till"
)

// history keeps the book behind the journal: it follows, and rebuilds when the file is gone,
// damaged or foreign, while selling goes on.
type history struct {
	m *Machine

	mu       sync.Mutex
	book     *book.Book    // nil while it is being rebuilt
	booked   fact.Head     // last booked mark known, for a book that has to be made anew
	progress uint64        // last fact taken in by a rebuild
	ready    chan struct{} // closed while there is a book
}

func newHistory(m *Machine, b *book.Book) *history {
	h := &history{m: m, ready: make(chan struct{})}
	if b != nil {
		h.set(b)
	}
	return h
}

func openBook(cfg Config) (*book.Book, error) {
	o, err := bookOptions(cfg.Dir)
	if err != nil {
		return nil, err
	}
	return book.Open(BookPath(cfg.Dir), o)
}

// bookOptions ties the book to the journal beside it, so that the book of another register is neither believed nor shown.
func bookOptions(dir string) (book.Options, error) {
	id, err := journal.Whose(journal.OS{}, journalDir(dir))
	if err != nil {
		return book.Options{}, err
	}
	return optionsOf(id), nil
}

func optionsOf(id journal.Identity) book.Options {
	return book.Options{Epoch: id.Epoch, Identity: journal.Fingerprint(id.Public)}
}

// archive is the book as the till asks it.
type archive struct{ *book.Book }

func (a archive) FactsOfKey(k fact.Key) (first, last, sum uint64, found bool, err error) {
	e, found, err := a.Key(k)
	return e.First, e.Last, e.Sum, found, err
}

func (a archive) Order(n order.Number) (*order.Order, bool, error) {
	f, err := a.Book.Order(n)
	if errors.Is(err, book.ErrAbsent) {
		return nil, false, nil
	}
	return &f.Order, err == nil, err
}

var _ till.Book = archive{}

// set puts a book into service.
func (h *history) set(b *book.Book) {
	h.mu.Lock()
	h.book = b
	if b.Booked().Seq > h.booked.Seq {
		h.booked = b.Booked()
	}
	close(h.ready)
	h.mu.Unlock()
	h.m.Till.UseBook(archive{b}, true)
	h.m.changed()
}

// unset takes a broken book out of service.
func (h *history) unset() {
	h.m.Till.UseBook(nil, false)
	h.mu.Lock()
	b := h.book
	h.book, h.ready = nil, make(chan struct{})
	h.mu.Unlock()
	if b != nil {
		b.Close()
	}
	h.m.changed()
}

// Pauses between attempts to have a book again: a full disk or a dying one must not keep the processor busy.
const (
	shortPause = 100 * time.Millisecond
	longPause  = 10 * time.Second
	steady     = time.Minute // a book that served so long begins with a short pause again
)

// run follows the journal until ctx ends, and mends what breaks.
func (h *history) run(ctx context.Context) {
	spoilt := false // the file is to blame, although it may open
	for pause := shortPause; ctx.Err() == nil; pause = min(2*pause, longPause) {
		b := h.current()
		if b == nil {
			if b = h.make(ctx, spoilt); b != nil {
				h.set(b)
			}
		}
		if b != nil {
			began := time.Now()
			err := h.follow(ctx, b)
			if ctx.Err() != nil {
				return
			}
			h.m.log.Error("the book stopped", "err", err)
			h.unset()
			if spoilt = book.Rebuildable(err); time.Since(began) > steady {
				pause = shortPause
			}
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

// follow keeps b behind the journal until something fails, which is returned, or somebody has read a rotten value.
func (h *history) follow(ctx context.Context, b *book.Book) error {
	ctx, stop := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() {
		for look := time.NewTicker(time.Second); ; {
			select {
			case <-look.C:
				if b.Doubt() != nil {
					stop()
				}
			case <-ctx.Done():
				look.Stop()
				return
			}
		}
	})
	err := b.Follow(ctx, h.m.Till.Journal())
	stop()
	watch.Wait()
	if doubt := b.Doubt(); doubt != nil {
		return doubt
	}
	return err
}

// make opens the book, or rebuilds it when it is spoilt or cannot be opened.
func (h *history) make(ctx context.Context, spoilt bool) *book.Book {
	o := optionsOf(h.m.Till.Journal().Identity())
	h.mu.Lock()
	o.Booked = h.booked
	h.mu.Unlock()
	facts, path := h.m.Till.Journal().Iterate, BookPath(h.m.cfg.Dir)
	progress := func(seq uint64) {
		h.mu.Lock()
		h.progress = seq
		h.mu.Unlock()
		h.m.changed()
	}
	var b *book.Book
	var err error
	if spoilt {
		b, err = book.Rebuild(ctx, path, o, facts, progress)
	} else {
		b, spoilt, err = book.Ensure(ctx, path, o, facts, progress)
	}
	if err != nil {
		if ctx.Err() == nil {
			h.m.log.Error("the book cannot be opened", "err", err)
		}
		return nil
	}
	h.m.log.Info("the book is open", "rebuilt", spoilt, "applied", b.Applied().String())
	return b
}

// current is the book in service, or nil.
func (h *history) current() *book.Book {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.book
}

// caughtUp waits until the book has taken in fact seq.
func (h *history) caughtUp(ctx context.Context, seq uint64) (*book.Book, error) {
	for {
		h.mu.Lock()
		b, ready := h.book, h.ready
		h.mu.Unlock()
		if b == nil {
			select {
			case <-ready:
				continue
			case <-ctx.Done():
				return nil, till.ErrBookBusy.Wrap(ctx.Err())
			}
		}
		if b.Applied().Seq >= seq {
			return b, nil
		}
		select {
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
			return nil, till.ErrBookBusy.Wrap(ctx.Err())
		}
	}
}

// Progress is "" when the book serves, or how far its rebuild is: "42 %".
func (h *history) Progress() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.book != nil {
		return ""
	}
	made := h.m.Till.Head().Seq
	if made == 0 {
		return "0 %"
	}
	return fmt.Sprintf("%d %%", min(100, h.progress*100/made))
}

// Booked is the uplink's mark.
func (h *history) Booked() fact.Head {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.book != nil {
		return h.book.Booked()
	}
	return h.booked
}

// SetBooked moves the uplink's mark; without a book it is kept in memory for the next one.
func (h *history) SetBooked(ctx context.Context, head fact.Head) error {
	h.mu.Lock()
	h.booked = head
	b := h.book
	h.mu.Unlock()
	if b == nil {
		return nil
	}
	return b.SetBooked(ctx, head)
}

func (h *history) close() error {
	if b := h.current(); b != nil {
		return b.Close()
	}
	return nil
}

// Book is the book in service; nil while it is being rebuilt.
func (m *Machine) Book() *book.Book { return m.history.current() }

// CaughtUp waits until the book has taken in everything that was durable at the call.
func (m *Machine) CaughtUp(ctx context.Context) (*book.Book, error) {
	return m.history.caughtUp(ctx, m.Till.Head().Seq)
}

// HistoryProgress is "" when the book serves, or how far its rebuild is: "42 %".
func (m *Machine) HistoryProgress() string { return m.history.Progress() }
