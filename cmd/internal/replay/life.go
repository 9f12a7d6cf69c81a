package replay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"wendan/cmd/internal/machine"
	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/saleslog"
	"wendan/store/shift"
	"wendan/store/staff"
	"wendan/store/till"
	"wendan/sync/uplink"
)

// ErrLost tells that the register does not have what it had said was saved.
var ErrLost = fault.New("replay.lost", "第 %d 单曾显示已保存，重启后却不在", "Order %d was shown as saved and is gone after a restart",
	"The replay proves the register's promise, and here it was broken: keep the data folder and look at journal and log.")

// Life is one run of the register, from starting to a cut or to the end of the log.
type Life struct {
	Dir    string // data folder of the register
	Orders string // folder of the log
	From   int    // orders before this one were shown as saved
	Seed   uint64
	Mixed  bool    // payments of several ways, not only cash
	Speed  float64 // times the speed of the log; 0 is as fast as it goes
	// Begun is told the index of an order right before it is sold, Saved right after it was
	// shown as saved.
	Begun, Saved func(i int)
}

// pin is the PIN of the replay's people; the register is made for one replay only.
const pin = "2468"

// patience bounds the wait for printers and head office that are cut and mended meanwhile.
const patience = 2 * time.Minute

// Run starts the register, sells the rest of the log and returns when every slip is proven, every fact is
// booked at head office, and the register is closed.
func (l Life) Run(ctx context.Context) error {
	log, err := Read(l.Orders)
	if err != nil {
		return err
	}
	return l.run(ctx, log)
}

func (l Life) run(ctx context.Context, log *saleslog.Log) (err error) {
	messages, err := os.OpenFile(filepath.Join(l.Dir, "register.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the register's log: %w", err)
	}
	defer messages.Close()
	hand := newClock(civil(log.Orders[min(l.From, len(log.Orders)-1)].At))
	m, err := machine.Open(machine.Config{Dir: l.Dir, Clock: hand, Log: slog.New(slog.NewTextHandler(messages, nil)),
		Uplink: uplink.Options{PauseMin: 20 * time.Millisecond, PauseMax: 500 * time.Millisecond, Patience: 3 * time.Second},
		Print:  machine.PrintOptions{OldAfter: -1, MaxPause: 100 * time.Millisecond}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	c := counter{Life: l, m: m, clock: hand}
	if err := c.signIn(ctx); err != nil {
		return err
	}
	if err := c.sell(ctx, log); err != nil {
		return err
	}
	return c.finish(ctx)
}

// counter is the cashier at work in one life of the register.
type counter struct {
	Life
	m     *machine.Machine
	clock *clock
}

// do acts until the answer is certain: asking again with the same key is how a cashier settles
// what is not known.
func (c *counter) do(ctx context.Context, a act.Act) (act.Answer, error) {
	for {
		answer, err := c.m.Till.Do(ctx, a)
		switch {
		case ctx.Err() != nil:
			return answer, err
		case errors.Is(err, act.ErrKeyUnsettled):
			if _, err := c.m.CaughtUp(ctx); err != nil {
				return answer, err
			}
		case errors.Is(err, till.ErrUnsaved), errors.Is(err, till.ErrUnknown), errors.Is(err, till.ErrStorage):
			time.Sleep(20 * time.Millisecond)
		default:
			return answer, err
		}
	}
}

// ask is do under a new key.
func (c *counter) ask(ctx context.Context, by act.By, in act.Intent) error {
	_, err := c.do(ctx, act.Act{Key: c.m.Till.NewKey(), By: by, Intent: in})
	if err != nil {
		return fmt.Errorf("%s: %w", in.Act(), err)
	}
	return nil
}

func (c *counter) signIn(ctx context.Context) error {
	in := false
	c.m.Till.View(func(s *till.State) { in = s.SignedIn[cashier] })
	if in {
		return nil
	}
	return c.ask(ctx, atScreen, staff.SignIn{Person: cashier, PIN: pin})
}

// sell rings up the log from order From on. What the register had shown as saved must be there.
func (c *counter) sell(ctx context.Context, log *saleslog.Log) error {
	var have uint64
	c.m.Till.View(func(s *till.State) { have = s.Orders })
	if have < uint64(c.From) {
		return ErrLost.With(have + 1)
	}
	ix := log.Menu.Index()
	for i := c.From; i < len(log.Orders); i++ {
		s, err := ring(&log.Orders[i], ix, c.Seed, c.Mixed)
		if err != nil {
			return err
		}
		if err := c.wait(ctx, s.at); err != nil {
			return err
		}
		if err := c.openDay(ctx, &s); err != nil {
			return err
		}
		if err := c.breathe(ctx); err != nil {
			return err
		}
		c.clock.set(s.at)
		c.Begun(i)
		answer, err := c.do(ctx, act.Act{Key: s.key, By: atScreen, Intent: s.in})
		if err != nil {
			return fmt.Errorf("sell order %d of the log: %w", log.Orders[i].ID, err)
		}
		if want := uint64(i + 1); answer.Order.N != want || answer.Total != s.in.Expect || (len(s.in.Tender) > 0 && answer.Change != s.in.Tender[0].Given-s.in.Expect) {
			return ErrSum.With(fmt.Sprintf("order %d of the log became %v, %v", log.Orders[i].ID, answer.Order, answer.Total))
		}
		c.Saved(i)
	}
	return nil
}

// wait lets the time between two orders of a day pass, at the speed asked for.
func (c *counter) wait(ctx context.Context, at time.Time) error {
	gap := at.Sub(c.clock.Now())
	if c.Speed <= 0 || gap <= 0 || gap > 3*time.Hour { // nobody waits for the night
		return ctx.Err()
	}
	select {
	case <-time.After(time.Duration(float64(gap) / c.Speed)):
	case <-ctx.Done():
	}
	return ctx.Err()
}

// ahead is how many slips may wait while the next order is rung up: at a counter the receipt of one guest is in
// hand before the order of the next.
const ahead = 8

// breathe waits until not more than ahead slips wait for a printer. It gives up after a second, because selling
// never waits for a printer.
func (c *counter) breathe(ctx context.Context) error {
	for wait := 0; wait < 1000 && ctx.Err() == nil; wait++ {
		waiting := 0
		for _, p := range c.m.Slips().Printers {
			waiting = max(waiting, p.Waiting)
		}
		if waiting <= ahead {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return ctx.Err()
}

// openDay opens the order's business day, after closing the one before it.
func (c *counter) openDay(ctx context.Context, s *sale) error {
	var day fact.Day
	open := false
	c.m.Till.View(func(st *till.State) { day, open = st.Day, st.DayOpen })
	if open && day == s.day {
		return nil
	}
	if err := c.closeDay(ctx); err != nil {
		return err
	}
	c.clock.set(s.at)
	return c.ask(ctx, byTool, shift.OpenDay{Day: s.day, Confirmed: true})
}

// closeDay closes the open day, if there is one, once all its slips are out.
func (c *counter) closeDay(ctx context.Context) error {
	open := false
	c.m.Till.View(func(st *till.State) { open = st.DayOpen })
	if !open {
		return nil
	}
	if err := c.slips(ctx); err != nil {
		return err
	}
	return c.ask(ctx, byTool, shift.CloseDay{})
}

// slips waits until every slip called for is proven and recorded. Slips the queue holds for a person
// are sent again, as the person would.
func (c *counter) slips(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		if err := c.m.SlipsDone(ctx); err != nil {
			return ErrSlips.Wrap(fmt.Errorf("%w: %s", err, c.waiting()))
		}
		if len(c.m.Slips().Held) > 0 {
			if err := c.m.PrintOld(); err != nil {
				return ErrSlips.Wrap(err)
			}
			continue
		}
		b, err := c.m.CaughtUp(ctx)
		if err != nil {
			return err
		}
		jobs, err := b.Jobs()
		if err != nil {
			return err
		}
		if len(jobs) == 0 {
			return nil
		}
		time.Sleep(time.Millisecond) // the journal's follower has not handed them in yet
	}
}

// waiting says what the print queue waits for.
func (c *counter) waiting() string {
	v := c.m.Slips()
	text := fmt.Sprintf("%d held, %d not recorded", len(v.Held), v.Unrecorded)
	for _, p := range v.Printers {
		text += fmt.Sprintf("; %s: %d waiting", p.Name, p.Waiting)
		if p.Fault != nil {
			text += ", " + p.Fault.Error()
		}
		if p.Current != nil {
			text += ", printing " + p.Current.ID.Slip
		}
	}
	return text
}

// finish closes the last day and waits until paper and head office have everything.
func (c *counter) finish(ctx context.Context) error {
	if err := c.closeDay(ctx); err != nil {
		return err
	}
	if err := c.slips(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	changes, end := c.m.Watch()
	defer end()
	for {
		if s, paired := c.m.Uplink(); paired && s.Complete() {
			return nil
		} else if s.Alarm != nil {
			return s.Alarm
		}
		select {
		case <-changes:
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			s, _ := c.m.Uplink()
			return fmt.Errorf("wait for head office, booked %d of %d: %w", s.Booked.Seq, s.Made.Seq, ctx.Err())
		}
	}
}

// Faults of a replay.
var (
	ErrSum = fault.New("replay.sum", "对不上：%s", "It does not add up: %s",
		"The replay compares what was sold, printed, kept and booked. Keep the data folder (-dir) and look at journal and log.")
	ErrSlips = fault.New("replay.slips", "小票没有打完，请看打印机", "Not every slip came out; look at the printers",
		"The print queue did not become empty in time. See register.log in the data folder.")
)
