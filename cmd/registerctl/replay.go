package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"wendan/cmd/internal/command"
	"wendan/cmd/internal/replay"
)

var replayCommands = []command.Command{
	{Name: "replay", About: "sell a past sales log through the whole register and compare all sums", About2: "用过去的销售记录演练整台收银机，并核对所有合计", Setup: replayLog},
	{Name: "replay life", About: "one life of the register; replay -cut starts and kills it", About2: "演练中收银机的一次运行，由 replay -cut 启动和切断", Setup: replayLife},
}

// lifeFlags declares what replay and its lives share.
func lifeFlags(f *flag.FlagSet, l *replay.Life) {
	f.StringVar(&l.Orders, "orders", "", "folder with menu_items.csv and order_details.csv")
	f.Uint64Var(&l.Seed, "seed", 1, "seed of keys, payments and cuts")
	f.BoolVar(&l.Mixed, "mixed", false, "guests pay by cash, WeChat and card instead of cash only")
	f.Float64Var(&l.Speed, "speed", 0, "times the speed of the log; 0 is as fast as it goes")
}

// minCuts is how many things are cut at least with -cut.
const minCuts = 24

func replayLog(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	var l replay.Life
	lifeFlags(f, &l)
	dir := f.String("dir", "", "keep the data in this folder; by default it is removed")
	cut := f.Bool("cut", false, "kill the register, pull the printers' cables and take head office down at random points")
	cuts := f.Int("cuts", minCuts, "how many cuts -cut makes")
	quiet := f.Bool("quiet", false, "do not list the refused lines")
	return func(ctx context.Context, out *command.Output, args []string) error {
		if l.Orders == "" || len(args) > 0 || *cuts < 1 {
			return command.ErrUsage.With("replay -orders DIR")
		}
		o := replay.Options{Orders: l.Orders, Dir: *dir, Seed: l.Seed, Mixed: l.Mixed, Speed: l.Speed, Progress: out.Progress, Note: out.Note}
		if *quiet {
			o.Note = nil
		}
		if *cut {
			o.Cuts, o.Command = *cuts, lifeCommand
		}
		r, err := replay.Run(ctx, o)
		if err != nil && !errors.Is(err, replay.ErrSum) {
			return err
		}
		return errors.Join(out.Result(r, replayText(&r)), err)
	}
}

// lifeCommand is one life of the register as a process of its own.
func lifeCommand(l replay.Life) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	return exec.Command(self, "replay", "life", "-dir", l.Dir, "-orders", l.Orders, "-from", strconv.Itoa(l.From),
		"-seed", strconv.FormatUint(l.Seed, 10), "-mixed="+strconv.FormatBool(l.Mixed), "-speed", strconv.FormatFloat(l.Speed, 'g', -1, 64))
}

func replayLife(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	var l replay.Life
	lifeFlags(f, &l)
	f.StringVar(&l.Dir, "dir", "", "data folder of the register")
	f.IntVar(&l.From, "from", 0, "how many orders were shown as saved before")
	return func(ctx context.Context, out *command.Output, args []string) error {
		if l.Orders == "" || l.Dir == "" || l.From < 0 || len(args) > 0 {
			return command.ErrUsage.With("replay life -dir DIR -orders DIR")
		}
		return l.Serve(ctx, out.Out)
	}
}

func replayText(r *replay.Result) string {
	var b strings.Builder
	row := func(zh, en string, v any) { fmt.Fprintf(&b, "%-14v %s %s\n", v, zh, en) }
	row("单读入", "orders read", r.OrdersRead)
	row("行读入", "lines read", r.LinesRead)
	row("单拒收", "orders refused", r.OrdersRefused)
	row("行拒收", "lines refused", r.LinesRefused)
	row("单售出", "orders sold", r.OrdersSold)
	row("份售出", "portions sold", r.LinesSold)
	row("合计", "amount", r.Amount)
	row("张小票", "receipts printed", r.ReceiptsPrinted)
	row("张标记补印", "slips marked 可能重复", r.ReprintsMarked)
	row("条记录", "facts made", r.Facts)
	row("条已入账", "facts booked at head office", r.Booked)
	row("总部合计", "amount booked", r.BookedAmount)
	row("流水完好", "journal verifies and replays", r.ChainOK)
	row("账本一致", "rebuilt book is equal", r.RebuiltEqual)
	row("次切断", "cuts", r.Cuts.Register+r.Cuts.Printer+r.Cuts.HeadOffice)
	row("秒", "seconds", r.Seconds)
	return b.String()
}
