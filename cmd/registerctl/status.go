package main

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"wendan/cmd/internal/command"
	"wendan/cmd/internal/machine"
	"wendan/store/fact"
)

var statusCommands = []command.Command{{Name: "status", About: "how the running register is; of one that is not running, whose it is", About2: "查看收银机状态", Setup: status}}

// standing is what status tells.
type standing struct {
	Running bool `json:"running"`
	machine.Identity
	Head  fact.Head      `json:"head"`
	State *machine.State `json:"state,omitempty"` // of a running register
}

func status(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	dir := dirFlag(f)
	return func(ctx context.Context, out *command.Output, args []string) error {
		if len(args) > 0 {
			return command.ErrUsage.With("status")
		}
		s, err := standingOf(ctx, *dir)
		if err != nil {
			return err
		}
		return out.Result(s, standingText(&s))
	}
}

func standingOf(ctx context.Context, dir string) (standing, error) {
	var s standing
	client, err := reach(dir)
	if err != nil {
		return s, err
	}
	if client == nil {
		j, err := openJournal(dir)
		if err != nil {
			return s, err
		}
		s.Identity, s.Head = machine.IdentityOf(j), j.Head()
		return s, j.Close()
	}
	defer client.Close()
	s.Running, s.State = true, &machine.State{}
	if err := client.Status(ctx, "identity", &s.Identity); err != nil {
		return s, err
	}
	if err := client.Status(ctx, "", s.State); err != nil {
		return s, err
	}
	s.Head = s.State.Head
	return s, nil
}

func standingText(s *standing) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s %s（第 %d 期 epoch），公钥 public key %s", s.Branch, s.Register, s.Epoch, s.PublicKey)
	if !s.Running {
		line("没有运行 not running；%d 条记录 facts", s.Head.Seq)
		return b.String()
	}
	day := "已日结 closed"
	if s.State.DayOpen {
		day = "营业中 open"
	}
	if s.State.Day == fact.Day(0).String() {
		day = "还没有营业过 never opened"
	}
	line("运行中 running：%s，营业日 day %s %s", s.State.Shop, s.State.Day, day)
	line("已结 settled %d，未结 open %d，营业额 turnover %s，共 %d 条记录 facts", s.State.Settled, s.State.Open, s.State.Turnover, s.Head.Seq)
	up := &s.State.Uplink
	switch {
	case !up.Paired:
		line("总部 head office：未配对 not paired")
	case up.Complete:
		line("总部 head office：已记 made %d = 已入账 booked %d", up.Made, up.Booked)
	default:
		line("总部 head office：已记 made %d，已入账 booked %d %s%s", up.Made, up.Booked, up.Trouble, up.Alarm)
	}
	if s.State.Book == nil {
		line("账本 book：正在重建 being rebuilt")
	}
	if s.State.Disk.Low {
		line("磁盘将满 the disk is nearly full")
	}
	for _, p := range s.State.Printers {
		state := "正常 ok"
		if p.Problem != "" {
			state = p.ZH + " · " + p.EN
		}
		line("打印机 printer %s：等待 waiting %d，%s", p.Name, p.Waiting, state)
	}
	return b.String()
}
