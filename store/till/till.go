// Package till is the only door for changes. Screens, servers and tools hand it acts; it
// decides them by the rules of the domain packages, writes the facts to the journal and
// answers when they are durable. It owns the state that selling needs.
//
// Two states exist. Acts are decided on the decided state, which runs ahead by the groups
// that are being written; everybody else reads the durable state, which holds only what has been
// synced. All acts that arrive while one group is being synced go into the next one.
package till

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/journal"
	"wendan/store/order"
)

// Clock tells the time of day and, apart from it, how much time has passed, so that a
// step of the time of day can be seen.
type Clock interface {
	Now() time.Time        // in the register's zone
	Passed() time.Duration // monotone, from any start
}

// SystemClock is the machine's clock.
type SystemClock struct{}

var started = time.Now()

// Now is the time of day.
func (SystemClock) Now() time.Time { return time.Now() }

// Passed is the time since the program started, whatever is done to the clock.
func (SystemClock) Passed() time.Duration { return time.Since(started) }

// Book is what the till asks the history for. *book.Book is one.
type Book interface {
	// Applied is the last fact the book has taken in.
	Applied() fact.Head
	// FactsOfKey finds the first and last fact and the checksum of the act made under a key.
	FactsOfKey(fact.Key) (first, last, sum uint64, found bool, err error)
	// Order finds an order.
	Order(order.Number) (o *order.Order, found bool, err error)
}

// Config is what a till is opened with.
type Config struct {
	Dir     string       // folder of the journal
	FS      journal.FS   // nil: the operating system's
	Clock   Clock        // nil: SystemClock
	Random  io.Reader    // nil: crypto/rand
	Log     *slog.Logger // nil: discard
	Journal journal.Options
}

func (c *Config) fill() {
	if c.FS == nil {
		c.FS = journal.OS{}
	}
	if c.Clock == nil {
		c.Clock = SystemClock{}
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
}

// MaxLag is how many facts the book may be behind before an act of others than the cashier waits for it.
const MaxLag = 1000

// Till is the open till of one register. All methods may be called from any goroutine.
type Till struct {
	cfg     Config
	journal *journal.Journal

	cashier chan *request // acts of the register's own screen go first
	others  chan *request
	door    *door
	write   chan *batch
	failed  chan failure
	resume  chan struct{}
	quit    chan struct{}
	gone    chan struct{} // closed when both goroutines have ended
	closing sync.Once
	stopped sync.WaitGroup
	broken  atomic.Pointer[error]             // set while the journal cannot be reopened
	doubt   atomic.Pointer[map[fact.Key]bool] // keys of the group whose write failed, until it is settled

	pins     sync.Mutex // one PIN is compared at a time: each takes 19 MiB
	book     atomic.Pointer[bookHolder]
	lagWaits atomic.Uint64 // acts that had to wait for the book

	mu       sync.RWMutex
	durable  *State
	watchers map[chan struct{}]bool

	decided *State        // owned by the deciding goroutine
	wall    time.Time     // last reading of the clock
	passed  time.Duration // and of the time passed
	read    bool          // whether there was one
}

type bookHolder struct {
	Book
	pace bool
}

// Open opens the till on an existing journal: it resumes from the last carry and the open day file, whatever the
// length of the history. Errors are those of journal.Open, and ErrReplay.
func Open(cfg Config) (*Till, journal.Recovery, error) {
	cfg.fill()
	j, recovery, err := journal.Open(cfg.FS, cfg.Dir, cfg.Journal)
	if err != nil {
		return nil, recovery, err
	}
	t, err := start(cfg, j, (*Till).commit)
	if err != nil {
		j.Close()
	}
	return t, recovery, err
}

// start runs a till on j. commit is the goroutine that writes; tests give it a broken twin.
func start(cfg Config, j *journal.Journal, commit func(*Till)) (*Till, error) {
	state, err := load(j)
	if err != nil {
		return nil, err
	}
	t := &Till{cfg: cfg, journal: j, durable: state, decided: state.clone(), watchers: map[chan struct{}]bool{},
		cashier: make(chan *request, 16), others: make(chan *request, mostOthers), door: newDoor(), write: make(chan *batch),
		failed: make(chan failure), resume: make(chan struct{}), quit: make(chan struct{}), gone: make(chan struct{})}
	t.stopped.Add(2)
	go t.decide()
	go commit(t)
	return t, nil
}

// Close stops the till after the acts it has taken on are answered, and closes the journal.
func (t *Till) Close() error {
	var err error
	t.closing.Do(func() {
		close(t.quit)
		t.stopped.Wait()
		close(t.gone)
		err = t.journal.Close()
	})
	return err
}

// View calls read with the durable state. read must be quick, do no I/O and keep no
// reference to the state's maps.
func (t *Till) View(read func(*State)) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	read(t.durable)
}

// Head is the last durable fact.
func (t *Till) Head() fact.Head {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.durable.Head
}

// Journal gives followers their reading side. Nobody but the till may append to it.
func (t *Till) Journal() *journal.Journal { return t.journal }

// Watch returns a channel that receives (at most one pending) after every durable change,
// and a function that ends it.
func (t *Till) Watch() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	t.mu.Lock()
	t.watchers[c] = true
	t.mu.Unlock()
	return c, func() {
		t.mu.Lock()
		delete(t.watchers, c)
		t.mu.Unlock()
	}
}

// UseBook gives the till the history it asks about yesterday's keys and settled orders. With pace, an act from
// elsewhere than the register's own screen waits when the book is more than MaxLag facts behind: one cashier cannot
// outrun it, a crowd can. A book that is being rebuilt must not pace. A nil book means that the history is not at hand.
func (t *Till) UseBook(b Book, pace bool) {
	if b == nil {
		t.book.Store(nil)
		return
	}
	t.book.Store(&bookHolder{b, pace})
}

// LagWaits counts the acts that had to wait because the book was more than MaxLag facts behind.
func (t *Till) LagWaits() uint64 { return t.lagWaits.Load() }

// NewKey makes an idempotency key for the business day that is open, or was last. The time stands in front of its random
// part, so that the book appends keys in the order they were made and does not touch a page for each.
func (t *Till) NewKey() fact.Key {
	var random [12]byte
	binary.BigEndian.PutUint32(random[:4], uint32(t.cfg.Clock.Now().UnixMilli()))
	if _, err := io.ReadFull(t.cfg.Random, random[4:]); err != nil {
		panic("till: no randomness: " + err.Error())
	}
	var day fact.Day
	t.View(func(s *State) { day = s.Day })
	return fact.NewKey(day, random)
}

// Known reports whether an act under key is durable, as far as state and book can tell.
func (t *Till) Known(key fact.Key) bool {
	known := false
	t.View(func(s *State) { _, known = s.keys[key] })
	if b := t.book.Load(); !known && b != nil {
		_, _, _, found, err := b.FactsOfKey(key)
		known = found && err == nil
	}
	return known
}

// Do decides one act and returns when its facts are durable, or with the refusal. The same key and intent give the
// first answer again, with Again set. When ctx ends first the error is ErrUnknown: ask again with the same key.
func (t *Till) Do(ctx context.Context, a act.Act) (act.Answer, error) {
	if a.Intent == nil {
		return act.Answer{}, act.ErrIntent.With("")
	}
	if err := t.broken.Load(); err != nil {
		o := t.refuse(&prepared{Act: a, sum: act.Sum(a.Intent)}, *err)
		return o.answer, o.err
	}
	lane := t.cashier
	if a.By.Source == fact.SourceScreen {
		defer t.door.first()()
	} else {
		lane = t.others
		leave, err := t.door.enter(ctx, t.quit)
		if errors.Is(err, ErrUnsaved) {
			err = t.late(a.Key, ctx.Err())
		}
		if err != nil {
			return act.Answer{}, err
		}
		defer leave()
		if err := t.pace(ctx, a.Key); err != nil {
			return act.Answer{}, err
		}
	}
	p, again, err := t.prepare(ctx, a)
	if err != nil || again.First != 0 {
		return again, err
	}
	r := &request{prepared: p, done: make(chan outcome, 1)}
	select {
	case <-t.quit:
		return act.Answer{}, ErrClosed
	default:
	}
	select {
	case lane <- r:
	case <-t.quit:
		return act.Answer{}, ErrClosed
	case <-ctx.Done():
		return act.Answer{}, t.late(a.Key, ctx.Err())
	}
	select {
	case o := <-r.done:
		return o.answer, o.err
	case <-t.gone: // taken on and answered before, or never taken on
		select {
		case o := <-r.done:
			return o.answer, o.err
		default:
			return act.Answer{}, ErrClosed
		}
	case <-ctx.Done():
		return act.Answer{}, ErrUnknown.Wrap(ctx.Err())
	}
}

// late is the error of a call that ended before its act was taken on. Under a key an earlier call may have been.
func (t *Till) late(key fact.Key, cause error) error {
	if key != (fact.Key{}) {
		return ErrUnknown.Wrap(cause)
	}
	return ErrUnsaved.Wrap(cause)
}
