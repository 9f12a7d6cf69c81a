// Package machine is the register without its screen: till, book, print queue, uplink and
// control socket joined, as cmd/register, registerctl and the tests run it.
package machine

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"wendan/store/book"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/journal"
	"wendan/store/receipt"
	"wendan/store/till"
	"wendan/sync/uplink"
)

// Config is what a machine is started with.
type Config struct {
	Dir     string       // data folder of the register
	Clock   till.Clock   // nil: the system's
	Log     *slog.Logger // nil: discard
	Control bool         // serve the control socket
	// Patience bounds, for tests and tools; zero values are right for a shop.
	Uplink uplink.Options
	Print  PrintOptions
}

// Paths inside the data folder.
func journalDir(dir string) string { return filepath.Join(dir, "journal") }

// BookPath is where the book stands in a data folder.
func BookPath(dir string) string { return filepath.Join(dir, "book.db") }

// JournalDir is where the journal stands in a data folder.
func JournalDir(dir string) string { return journalDir(dir) }

// CartsPath is where the carts are kept.
func CartsPath(dir string) string { return filepath.Join(dir, "carts") }

// SocketPath is the control socket of a data folder.
func SocketPath(dir string) string { return filepath.Join(dir, "control.sock") }

// Machine is a running register. Close it.
type Machine struct {
	cfg      Config
	log      *slog.Logger
	Till     *till.Till
	Recovery journal.Recovery
	Shop     receipt.Shop // as slips show it
	Branch   string

	history *history
	paper   *paper
	link    *link
	socket  *socket

	mu       sync.Mutex
	watchers map[chan struct{}]bool

	damage *fault.Error // what the scrub or the start found

	cancel context.CancelFunc
	work   sync.WaitGroup
}

// ErrAbsent tells that the folder holds no register yet.
var ErrAbsent = fault.New("machine.absent", "%s 里还没有收银数据，请用 register -demo 试用，或先做首次设置", "There is no register in %s yet; try 'register -demo', or set one up first",
	"The data folder has no journal.")

// ErrFolder tells that the data folder cannot be read or written by this user.
var ErrFolder = fault.New("machine.folder", "收银数据文件夹 %s 不能读写，请联系技术员检查所有者和权限", "The data folder %s cannot be read or written; check its owner and permissions",
	"The system refused access, or the file system is mounted read-only. Run as the folder's owner. Nothing was changed.")

// access makes a refusal of the system to use the data folder tell what to do.
func access(dir string, err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return ErrFolder.With(dir).Wrap(err)
	}
	return err
}

// present returns nil when dir holds a register.
func present(dir string) error {
	ok, err := Exists(dir)
	if err == nil && !ok {
		err = ErrAbsent.With(dir)
	}
	return access(dir, err)
}

// Create makes a new register in cfg.Dir and starts it.
func Create(cfg Config, s till.Setup) (*Machine, error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, err
	}
	t, err := till.Create(tillConfig(cfg, fact.Head{}), s)
	if err != nil {
		return nil, err
	}
	return start(cfg, t, journal.Recovery{Clean: true, Head: t.Head()}, nil)
}

// Exists reports whether a data folder holds a register.
func Exists(dir string) (bool, error) { return journal.Exists(journal.OS{}, journalDir(dir)) }

// Open starts the register in cfg.Dir. The book is a witness of how far the journal must reach; a book that is damaged or
// cannot be opened is made again behind while selling goes on. Only one that another program holds is an error.
func Open(cfg Config) (*Machine, error) {
	if err := present(cfg.Dir); err != nil {
		return nil, err
	}
	b, err := openBook(cfg)
	if errors.Is(err, book.ErrLocked) {
		return nil, err
	}
	var witness fact.Head
	if b != nil {
		witness = b.Applied()
	}
	t, recovery, err := till.Open(tillConfig(cfg, witness))
	if err != nil {
		if b != nil {
			b.Close()
		}
		return nil, access(cfg.Dir, err)
	}
	return start(cfg, t, recovery, b)
}

func tillConfig(cfg Config, witness fact.Head) till.Config {
	return till.Config{Dir: journalDir(cfg.Dir), Clock: cfg.Clock, Log: cfg.Log, Journal: journal.Options{Witness: witness}}
}

func start(cfg Config, t *till.Till, recovery journal.Recovery, b *book.Book) (*Machine, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	m := &Machine{cfg: cfg, log: cfg.Log, Till: t, Recovery: recovery, watchers: map[chan struct{}]bool{}}
	t.View(func(s *till.State) {
		m.Branch = s.Branch
		m.Shop = receipt.Shop{Name: s.Shop, Register: s.Register} // the branch code says nothing to a guest
	})
	ctx, cancel := context.WithCancel(context.Background())
	m.cancel = cancel
	m.history = newHistory(m, b)
	m.work.Go(func() { m.history.run(ctx) })
	var err error
	if m.paper, err = newPaper(ctx, m); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	m.work.Go(func() { m.paper.follow(ctx) })
	m.work.Go(func() { m.paper.offer(ctx) })
	m.work.Go(func() { m.paper.restore(ctx, m.paper.since.Seq, nil) })
	if m.link = newLink(m); m.link != nil {
		m.work.Go(func() { m.link.run(ctx) })
	}
	if cfg.Control {
		if m.socket, err = listen(m); err != nil { // on a full disk, for instance: tools go without, selling does not
			m.log.Error("tools cannot reach this register", "err", err)
			m.socket = nil
		}
	}
	m.work.Go(func() { m.tend(ctx) })
	return m, nil
}

// ErrScrub tells that an old day file is damaged.
var ErrScrub = fault.New("machine.scrub", "旧记录有损坏，请联系技术员；今天的收银不受影响", "Older records are damaged; call the technician. Today's selling goes on",
	"The scrub of the sealed days found a bad file: run 'registerctl journal verify' and restore it from the backup or head office.")

// tend scrubs all days once a day, and every hour packs sealed ones and takes old orders out of the book, beginning shortly
// after the start.
func (m *Machine) tend(ctx context.Context) {
	var scrubbed time.Time
	for {
		if time.Since(scrubbed) > 24*time.Hour {
			scrubbed = time.Now()
			if r, err := m.Till.Journal().Scrub(ctx, nil); ctx.Err() == nil && (err != nil || !r.OK()) {
				m.log.Error("scrub found damage", "err", err, "bad", r.Bad)
				m.mu.Lock()
				m.damage = ErrScrub.Wrap(err)
				m.mu.Unlock()
				m.changed()
			}
		}
		if err := m.Till.Journal().Compress(ctx, nil); err != nil && ctx.Err() == nil {
			m.log.Warn("packing sealed days failed", "err", err)
		}
		if err := m.prune(ctx); err != nil && ctx.Err() == nil {
			m.log.Warn("old orders stay in the book", "err", err)
		}
		select {
		case <-time.After(time.Hour):
		case <-ctx.Done():
			return
		}
	}
}

// prune takes settled orders out of the book that are older than it keeps them; the journal has them for ever.
func (m *Machine) prune(ctx context.Context) error {
	var day fact.Day
	m.Till.View(func(s *till.State) { day = s.Day })
	b := m.Book()
	if b == nil || day == 0 {
		return nil
	}
	_, err := b.Prune(ctx, day-book.KeepYears*10000)
	return err
}

// Close stops everything: the printers within two seconds, whatever they do, then the till.
func (m *Machine) Close() error {
	var errs []error
	if m.socket != nil {
		errs = append(errs, m.socket.Close())
	}
	if m.paper != nil {
		m.paper.close()
	}
	m.cancel()
	m.work.Wait()
	errs = append(errs, m.Till.Close(), m.history.close())
	return errors.Join(errs...)
}

// Watch returns a channel that receives (at most one pending) after changes of the state or
// of anything Status tells, and a function that ends it.
func (m *Machine) Watch() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	m.mu.Lock()
	m.watchers[c] = true
	m.mu.Unlock()
	changes, end := m.Till.Watch()
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case <-changes:
				poke(c)
			case <-stop:
				return
			}
		}
	}()
	return c, func() {
		end()
		close(stop)
		m.mu.Lock()
		delete(m.watchers, c)
		m.mu.Unlock()
	}
}

// Damage is what the scrub of older days found, or that the printer settings were unreadable at the start, or nil.
func (m *Machine) Damage() *fault.Error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.damage
}

// changed tells the watchers.
func (m *Machine) changed() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for c := range m.watchers {
		poke(c)
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
