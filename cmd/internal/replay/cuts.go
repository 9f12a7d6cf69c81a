package replay

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"wendan/devices/emu"
)

// Cuts counts what was cut.
type Cuts struct {
	Planned    int `json:"planned"`
	Register   int `json:"register"`    // killed in the middle of something
	Printer    int `json:"printer"`     // cable pulled, paper out, or stalled
	HeadOffice int `json:"head_office"` // closed and opened again
}

// part is what a cut concerns.
type part uint8

const (
	cutRegister part = 1
	cutPrinter  part = 2
	cutOffice   part = 3
)

// cut is planned for the moment order at is begun.
type cut struct {
	part part
	at   int
	rand *rand.Rand // all further chance of this cut
}

// director cuts the shop at the planned points.
type director struct {
	shop   *shop
	plan   []cut // by order
	killed int
	pulled atomic.Int64
	downs  atomic.Int64
	work   sync.WaitGroup
	mu     sync.Mutex
	errs   []error

	atFront, atKitchen sync.Mutex
}

// newDirector plans cuts at random orders, of each part in turn.
func newDirector(s *shop, seed uint64, cuts, orders int) *director {
	d := &director{shop: s}
	random := rand.New(rand.NewPCG(seed, 0xC0FFEE))
	for i := range cuts {
		d.plan = append(d.plan, cut{part(i%3 + 1), random.IntN(orders), rand.New(rand.NewPCG(seed, uint64(i)))})
	}
	slices.SortStableFunc(d.plan, func(a, b cut) int { return a.at - b.at })
	return d
}

func (d *director) failed() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return errors.Join(d.errs...)
}

// live runs one life of the register until it ends by itself or is killed as planned. saved is how many orders it has shown
// as saved, counted from the beginning of the log.
func (d *director) live(ctx context.Context, c *exec.Cmd, tell func(int)) (ended bool, saved int, err error) {
	out, err := c.StdoutPipe()
	if err != nil {
		return false, 0, err
	}
	var messages strings.Builder
	c.Stderr = &messages
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		return false, 0, fmt.Errorf("start the register: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Process.Kill() })
	defer stop()
	var killing atomic.Bool
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		word, number, _ := strings.Cut(lines.Text(), " ")
		i, err := strconv.Atoi(number)
		switch {
		case err != nil:
		case word == "saved":
			saved = i + 1
			tell(i)
		case word == "begun":
			d.fire(ctx, i, c, &killing)
		}
	}
	if err := lines.Err(); err != nil && !killing.Load() {
		return false, saved, fmt.Errorf("listen to the register: %w", err)
	}
	_, _ = io.Copy(io.Discard, out)
	err = c.Wait()
	switch {
	case ctx.Err() != nil:
		return false, saved, ctx.Err()
	case killing.Load() && err != nil && c.ProcessState.Sys().(syscall.WaitStatus).Signaled():
		d.killed++
		return false, saved, nil
	case err != nil:
		return false, saved, fmt.Errorf("the register ended (%w): %s\n%+v\n%+v", err, strings.TrimSpace(messages.String()), d.shop.front.State(), d.shop.kitchen.State())
	}
	return true, saved, nil
}

// fire makes the cuts planned up to order i. A register is killed once in a life.
func (d *director) fire(ctx context.Context, i int, c *exec.Cmd, killing *atomic.Bool) {
	for len(d.plan) > 0 && d.plan[0].at <= i {
		next := d.plan[0]
		if next.part == cutRegister && killing.Load() {
			return
		}
		d.plan = d.plan[1:]
		switch next.part {
		case cutRegister:
			killing.Store(true)
			time.Sleep(delay(next.rand))
			_ = c.Process.Kill()
		case cutPrinter:
			d.work.Go(func() { d.pull(ctx, next.rand) })
		case cutOffice:
			d.work.Go(func() { d.down(ctx, next.rand) })
		}
	}
}

// delay is how long a register lives on after the begin of a sale: within the sale itself, or a little
// later, while its slips are printed and its facts are sent.
func delay(r *rand.Rand) time.Duration {
	if r.IntN(2) == 0 {
		return time.Duration(r.IntN(1500)) * time.Microsecond
	}
	return time.Duration(r.IntN(30)) * time.Millisecond
}

// pull gives a printer a fault and takes it away again.
func (d *director) pull(ctx context.Context, r *rand.Rand) {
	p, one := d.shop.front, &d.atFront
	if r.IntN(2) == 0 {
		p, one = d.shop.kitchen, &d.atKitchen
	}
	one.Lock() // a second fault at the same printer waits, so that each is taken away again
	defer one.Unlock()
	fault := emu.Unplugged
	switch r.IntN(4) {
	case 0:
		fault = emu.PaperOut
		p.LoadPaper(1 + r.IntN(3000))
	case 1:
		fault = emu.Stalled
		p.Set(emu.Stalled, true)
	default:
		p.UnplugAfter(1+r.IntN(5000), r.IntN(2) == 0)
	}
	for wait := 0; !p.Has(fault) && wait < 1000 && ctx.Err() == nil; wait++ {
		time.Sleep(2 * time.Millisecond)
	}
	p.Set(fault, true) // nothing was printed until now
	time.Sleep(time.Duration(20+r.IntN(300)) * time.Millisecond)
	p.Set(fault, false)
	d.pulled.Add(1)
}

// down takes head office down for a moment.
func (d *director) down(ctx context.Context, r *rand.Rand) {
	pause := time.Duration(r.IntN(400)) * time.Millisecond
	if err := d.shop.reopenOffice(ctx, func() { time.Sleep(pause) }); err != nil {
		d.mu.Lock()
		d.errs = append(d.errs, err)
		d.mu.Unlock()
		return
	}
	d.downs.Add(1)
}
