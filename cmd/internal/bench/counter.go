package bench

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"wendan/cmd/internal/machine"
	"wendan/store/act"
	"wendan/store/book"
	"wendan/store/fact"
	"wendan/store/journal"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/shift"
	"wendan/store/staff"
	"wendan/store/till"
)

const cashierID = 2

var (
	screen = act.By{Staff: cashierID, Source: fact.SourceScreen}
	waiter = act.By{Staff: cashierID, Source: fact.SourceLAN}
	tool   = act.By{Source: fact.SourceTool}
	system = act.By{Source: fact.SourceSystem}
)

var setup = till.Setup{Branch: "bench", Register: "A", Shop: "稳单小馆", Menu: menu.Demo(), People: []staff.Change{
	{Person: staff.Person{ID: 1, Name: "王店长", Role: staff.Manager}, PIN: "8888"},
	{Person: staff.Person{ID: cashierID, Name: "张敏", Role: staff.Cashier}, PIN: "1234"},
}}

// firstDay is the business date that measured registers open with.
const firstDay fact.Day = 20250601

// counter is a till with its book right behind it, in the folder of a register.
type counter struct {
	dir   string
	till  *till.Till
	book  *book.Book
	carts []order.Cart
	stop  func() error // ends following

	mu   sync.Mutex
	next int
}

// archive is the book as the till asks it.
type archive struct{ *book.Book }

// FactsOfKey finds the facts of an act.
func (a archive) FactsOfKey(k fact.Key) (first, last, sum uint64, found bool, err error) {
	e, found, err := a.Key(k)
	return e.First, e.Last, e.Sum, found, err
}

// Order finds an order.
func (a archive) Order(n order.Number) (*order.Order, bool, error) {
	f, err := a.Book.Order(n)
	if errors.Is(err, book.ErrAbsent) {
		return nil, false, nil
	}
	return &f.Order, err == nil, err
}

// newCounter sets up a register in dir, signs the cashier in and opens a day.
func newCounter(ctx context.Context, dir string) (*counter, error) {
	t, err := till.Create(till.Config{Dir: machine.JournalDir(dir)}, setup)
	if err != nil {
		return nil, err
	}
	c, err := serve(dir, t)
	if err == nil {
		err = c.begin(ctx)
	}
	return c, err
}

// openCounter opens the register in dir, which has a day open.
func openCounter(dir string) (*counter, error) {
	t, _, err := till.Open(till.Config{Dir: machine.JournalDir(dir), Journal: journal.Options{}})
	if err != nil {
		return nil, err
	}
	return serve(dir, t)
}

func serve(dir string, t *till.Till) (*counter, error) {
	b, err := book.Open(machine.BookPath(dir), book.Options{Epoch: 1})
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	c := &counter{dir: dir, till: t, book: b}
	t.View(func(s *till.State) { c.carts = carts(s.Menu) })
	t.UseBook(archive{b}, true)
	c.follow()
	return c, nil
}

// begin signs the cashier in and opens the first day.
func (c *counter) begin(ctx context.Context) error {
	for _, i := range []act.Intent{staff.SignIn{Person: cashierID, PIN: "1234"}, shift.OpenDay{Day: firstDay}} {
		if _, err := c.till.Do(ctx, act.Act{Key: c.till.NewKey(), By: screen, Intent: i}); err != nil {
			return err
		}
	}
	return nil
}

// follow lets the book follow the journal until stop.
func (c *counter) follow() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.book.Follow(ctx, c.till.Journal()) }()
	c.stop = func() error {
		cancel()
		c.stop = nil
		if err := <-ended; !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	}
}

// caughtUp waits until the book has everything that is durable now.
func (c *counter) caughtUp(ctx context.Context) error {
	for head := c.till.Head().Seq; c.book.Applied().Seq < head; {
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := c.book.Err(); err != nil {
			return err
		}
	}
	return nil
}

func (c *counter) close() error {
	var err error
	if c.stop != nil {
		err = c.stop()
	}
	return errors.Join(err, c.till.Close(), c.book.Close())
}

// sell rings up the next order, paid at once, and returns when it is durable.
func (c *counter) sell(ctx context.Context, by act.By) (act.Answer, error) {
	return c.till.Do(ctx, c.sale(by))
}

// sale is the act of the next order: two dishes, paid in cash.
func (c *counter) sale(by act.By) act.Act {
	c.mu.Lock()
	cart := c.carts[c.next%len(c.carts)]
	c.next++
	c.mu.Unlock()
	return act.Act{Key: c.till.NewKey(), By: by, Intent: order.Place{Cart: cart, Tender: []pay.Tender{{Way: pay.Cash, Given: 2000 * money.Yuan}}}}
}

// print records the slips of an order as printed, as the print queue does.
func (c *counter) print(ctx context.Context, a act.Answer) error {
	facts, err := c.till.Journal().ReadAfter(ctx, a.First-1, int(a.Last-a.First)+1)
	if err != nil {
		return err
	}
	for i := range facts {
		jobs, err := order.JobsOf(&facts[i])
		if err != nil {
			return err
		}
		for _, j := range jobs {
			if _, err := c.till.Do(ctx, act.Act{Key: c.till.NewKey(), By: system, Intent: order.Confirm{Printed: order.Printed{Job: j, Outcome: order.Proven}}}); err != nil {
				return err
			}
		}
	}
	return nil
}

// carts are believable small orders of the menu: one to three dishes that need no choice.
func carts(ix *menu.Index) []order.Cart {
	var plain []uint32
	for _, d := range ix.Menu().Dishes {
		if len(d.Groups) == 0 && len(d.Sizes) == 0 && len(d.Stations) == 1 && !d.Off && d.Price < 100*money.Yuan {
			plain = append(plain, d.ID)
		}
	}
	var out []order.Cart
	for i := range 60 {
		c := order.Cart{Channel: order.DineIn}
		if i%3 == 0 {
			c.Channel = order.Takeaway
		}
		for k := range 1 + i%3 {
			c.Items = append(c.Items, order.Item{Dish: plain[(i*7+k*11)%len(plain)], Qty: int32(1 + (i+k)%2)})
		}
		out = append(out, c)
	}
	return out
}

// journalOf is a new journal of its own under dir, for appends past the till.
func journalOf(dir string) (*journal.Journal, error) {
	random := constant(7)
	id, err := journal.NewIdentity(&random, setup.Branch, setup.Register, 1)
	if err != nil {
		return nil, err
	}
	d := shift.CreatedKind.Draft(shift.Created{Branch: setup.Branch, Register: setup.Register, Name: setup.Shop, PublicKey: id.Public})
	f, _ := id.Start().Next(fact.Fact{At: time.Now().UnixMilli(), Zone: 480, Source: fact.SourceSystem, Kind: d.Kind, Ver: d.Ver, Body: d.Body})
	return journal.Create(journal.OS{}, filepath.Join(dir, "journal"), id, []fact.Fact{f}, time.Now(), journal.Options{})
}

// constant is a source of one byte: keys of throw-away journals need no chance.
type constant byte

func (c *constant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(*c)
	}
	return len(p), nil
}
