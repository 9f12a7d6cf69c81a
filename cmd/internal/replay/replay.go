// Package replay sells a past sales log through the whole register: till, journal, book, print queue with
// the real drivers to virtual printers, and uplink into a head office. Then it counts, in every place by
// itself, and compares. With cuts it kills the register in the middle of sales, pulls the printers' cables
// and takes head office down, and the sums must be the same.
package replay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"wendan/cmd/internal/machine"
	"wendan/store/fault"
	"wendan/store/saleslog"
)

// Options of a replay.
type Options struct {
	Orders string  // folder with menu_items.csv and order_details.csv
	Dir    string  // data stays here; "" is a temporary folder that is removed
	Cuts   int     // how many times something is cut; 0 for none
	Seed   uint64  // of keys, payments and cuts
	Mixed  bool    // cash, WeChat and card instead of cash only
	Speed  float64 // times the speed of the log; 0 is as fast as it goes
	// Command starts one life of the register in a process of its own, which must call Life.Serve with what the
	// arguments say. Only needed with cuts.
	Command func(l Life) *exec.Cmd
	// Progress is told how far the replay is, Note what is worth a line. Both may be nil.
	Progress, Note func(format string, args ...any)
}

// ErrUsed refuses a folder that holds a register already.
var ErrUsed = fault.New("replay.used", "%s 里已有收银数据，请换一个文件夹", "There is a register in %s already; choose another folder",
	"A replay makes a register of its own and never sells into one that exists.")

// Run replays and counts. A result is also returned with ErrSum, when something does not add up.
func Run(ctx context.Context, o Options) (Result, error) {
	start := time.Now()
	o.fill()
	log, err := Read(o.Orders)
	if err != nil {
		return Result{}, err
	}
	for i := range log.Warnings {
		o.Note("%s", log.Warnings[i].Text(fault.ZH)+"\n  "+log.Warnings[i].Text(fault.EN))
	}
	for i := range log.Refused {
		o.Note("%s", log.Refused[i].Text(fault.ZH)+"\n  "+log.Refused[i].Text(fault.EN))
	}
	if o.Dir == "" {
		if o.Dir, err = os.MkdirTemp("", "wendan-replay-"); err != nil {
			return Result{}, fmt.Errorf("make a folder: %w", err)
		}
		defer os.RemoveAll(o.Dir)
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return Result{}, err
	}
	s, err := newShop(ctx, o.Dir, log)
	if err != nil {
		return Result{}, err
	}
	r := Result{Cuts: Cuts{Planned: o.Cuts}}
	err = o.sell(ctx, s, log, &r)
	sold := time.Since(start)
	if err == nil {
		err = s.prove(ctx, log, &r, o)
	}
	r.Seconds, r.SellSeconds = round(time.Since(start)), round(sold)
	err = errors.Join(err, s.close())
	if err == nil {
		err = r.check(log)
	}
	return r, err
}

func (o *Options) fill() {
	if o.Progress == nil {
		o.Progress = func(string, ...any) {}
	}
	if o.Note == nil {
		o.Note = func(string, ...any) {}
	}
}

// sell runs the register to the end of the log.
func (o *Options) sell(ctx context.Context, s *shop, log *saleslog.Log, r *Result) error {
	orders, err := filepath.Abs(o.Orders)
	if err != nil {
		return err
	}
	life := Life{Dir: s.dir, Orders: orders, Seed: o.Seed, Mixed: o.Mixed, Speed: o.Speed, Begun: func(int) {}}
	life.Saved = func(i int) { o.Progress("已售 %d / %d 单 orders sold", i+1, len(log.Orders)) }
	if o.Cuts == 0 {
		r.Lives = 1
		return life.run(ctx, log)
	}
	d := newDirector(s, o.Seed, o.Cuts, len(log.Orders))
	defer d.work.Wait()
	for from := 0; ; r.Lives++ {
		life.From = from
		ended, saved, err := d.live(ctx, o.Command(life), life.Saved)
		from = max(from, saved)
		if err != nil {
			return err
		}
		if ended {
			r.Lives++
			d.work.Wait()
			r.Cuts.Register, r.Cuts.Printer, r.Cuts.HeadOffice = d.killed, int(d.pulled.Load()), int(d.downs.Load())
			return d.failed()
		}
	}
}

// bookPath is where the register of s keeps its book.
func (s *shop) bookPath() string { return machine.BookPath(s.dir) }

func round(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }
