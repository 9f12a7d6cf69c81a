package bench

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wendan/cmd/internal/machine"
	"wendan/store/book"
	"wendan/store/fact"
	"wendan/store/journal"
	"wendan/store/menu"
	"wendan/store/order"
	"wendan/store/till"
)

// Registers with a history are kept between runs under this version: raise it when what is generated changes.
const historyVersion = 2

const (
	perDay   = 2000   // orders of a business day
	unbooked = 10_000 // newest facts that head office does not have yet
)

// history is a generated register: a folder as the product leaves it, with so many orders, the last day still open.
type history struct {
	dir    string
	Orders int       `json:"orders"`
	Head   fact.Head `json:"head"`
	Booked fact.Head `json:"booked"`
	Day    fact.Day  `json:"day"`  // the open one
	Full   fact.Day  `json:"full"` // the one before it
}

// history finds the register with so many orders, or makes it.
func (b *bench) history(ctx context.Context, orders int) (*history, error) {
	dir := filepath.Join(b.Folder, fmt.Sprintf("v%d-%d", historyVersion, orders))
	h := &history{dir: dir}
	if text, err := os.ReadFile(filepath.Join(dir, "history.json")); err == nil {
		return h, json.Unmarshal(text, h)
	}
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	began := time.Now()
	b.logf("   making a register with %d orders (kept in %s)", orders, dir)
	h, err := makeHistory(ctx, dir, orders)
	if err != nil {
		return nil, fmt.Errorf("make a register with %d orders: %w", orders, err)
	}
	made := time.Since(began)
	k, err := book.Rebuild(ctx, machine.BookPath(dir), book.Options{Epoch: 1, Booked: h.Booked}, h.iterate, nil)
	if err != nil {
		return nil, fmt.Errorf("make the book of %d orders: %w", orders, err)
	}
	if err := k.Close(); err != nil {
		return nil, err
	}
	b.logf("   %d facts in %.0f s, the book in %.0f s", h.Head.Seq, made.Seconds(), (time.Since(began) - made).Seconds())
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	return h, os.WriteFile(filepath.Join(dir, "history.json"), text, 0o600)
}

// iterate reads the facts of a register that is not running.
func (h *history) iterate(ctx context.Context, after uint64, see func(*fact.Fact) error) error {
	j, _, err := journal.Open(journal.OS{}, machine.JournalDir(h.dir), journal.Options{WitnessEvery: -1})
	if err != nil {
		return err
	}
	return errors.Join(j.Iterate(ctx, after, see), j.Close())
}

// copy makes a folder to work in: sealed day files, which nobody writes to, are linked, everything else is copied.
func (h *history) copy(b *bench, name string) (string, error) {
	to, err := b.dir(name)
	if err != nil {
		return "", err
	}
	from := os.DirFS(h.dir)
	open := ""
	err = fs.WalkDir(from, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(p, ".wdj") && p > open {
			open = p
		}
		return err
	})
	if err != nil {
		return "", err
	}
	return to, fs.WalkDir(from, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, p), 0o700)
		case p != open && (strings.HasSuffix(p, ".wdj") || strings.HasSuffix(p, ".zst")):
			return os.Link(filepath.Join(h.dir, p), filepath.Join(to, p))
		}
		return copyFile(filepath.Join(to, p), filepath.Join(h.dir, p))
	})
}

func copyFile(to, from string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close() // only read
	dst, err := os.OpenFile(to, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = dst.ReadFrom(src)
	return errors.Join(err, dst.Sync(), dst.Close())
}

// standing is a clock that stands still.
type standing time.Time

// Now is the time it stands at.
func (s standing) Now() time.Time { return time.Time(s) }

// Passed says that no time passes.
func (standing) Passed() time.Duration { return 0 }

// makeHistory sells so many orders, perDay a day, into a new register. The till sets the register up and opens the
// first day; then the facts are appended past the till, in groups, exactly as the till would make them: a test has
// the till replay them and compare every carry.
func makeHistory(ctx context.Context, dir string, orders int) (*history, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	morning := time.Date(2025, 6, 1, 8, 0, 0, 0, time.FixedZone("CST", 8*3600))
	t, err := till.Create(till.Config{Dir: machine.JournalDir(dir), Clock: standing(morning)}, setup)
	if err != nil {
		return nil, err
	}
	c := &counter{till: t}
	err = c.begin(ctx)
	var ix *menu.Index
	t.View(func(s *till.State) { ix = s.Menu })
	if err := errors.Join(err, t.Close()); err != nil {
		return nil, err
	}
	j, _, err := journal.Open(journal.OS{}, machine.JournalDir(dir), journal.Options{WitnessEvery: -1})
	if err != nil {
		return nil, err
	}
	h, err := fill(ctx, j, ix, morning.UnixMilli(), orders)
	err = errors.Join(err, j.Close())
	if err == nil {
		h.dir = dir
	}
	return h, err
}

func fill(ctx context.Context, j *journal.Journal, ix *menu.Index, at int64, orders int) (*history, error) {
	s, err := newSeller(ctx, j, ix, at)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	packed := make(chan error, 1)
	days := make(chan struct{}, 1)
	go func() { packed <- packDays(ctx, j, days) }()
	h := &history{Orders: orders}
	for sold := 0; sold < orders; {
		if sold > 0 {
			h.Full = s.day
			if err := s.nextDay(); err != nil {
				return nil, err
			}
			select {
			case days <- struct{}{}:
			default:
			}
		}
		n := min(perDay, orders-sold)
		if err := s.sell(ctx, n); err != nil {
			return nil, err
		}
		sold += n
	}
	close(days)
	if err := <-packed; err != nil {
		return nil, err
	}
	h.Head, h.Day = s.head, s.day
	if s.head.Seq > unbooked {
		f, err := j.ReadAfter(ctx, s.head.Seq-unbooked-1, 1)
		if err != nil {
			return nil, err
		}
		h.Booked = fact.Head{Epoch: 1, Seq: f[0].Seq, Hash: f[0].Hash}
	} else {
		h.Booked = fact.Head{Epoch: 1}
	}
	return h, nil
}

// packDays compresses sealed days as a running register does within the hour.
func packDays(ctx context.Context, j *journal.Journal, days <-chan struct{}) error {
	for range days {
		if err := j.Compress(ctx, nil); err != nil {
			return err
		}
	}
	return j.Compress(ctx, nil)
}

// keyOf is the n-th idempotency key: a rising number in front, as the till puts the time there, then what looks like chance.
func keyOf(day fact.Day, n uint64) fact.Key {
	var r [12]byte
	binary.BigEndian.PutUint32(r[:], uint32(n))
	binary.BigEndian.PutUint64(r[4:], n*0x9e3779b97f4a7c15)
	return fact.NewKey(day, r)
}

// frozen are the lines of every cart.
func frozen(ix *menu.Index) ([][]order.Line, error) {
	var out [][]order.Line
	for _, c := range carts(ix) {
		lines, err := c.Freeze(ix)
		if err != nil {
			return nil, err
		}
		out = append(out, lines)
	}
	return out, nil
}
