package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"

	"wendan/cmd/internal/command"
	"wendan/cmd/internal/machine"
	"wendan/store/book"
	"wendan/store/fault"
	"wendan/sync/control"
)

var checkCommands = []command.Command{{Name: "journal check", About: "replay every fact, check sums, numbers and carries, and compare with the book", About2: "从头核算全部流水，并与账本对照", Setup: check}}

var errCheck = fault.New("registerctl.check", "核对没有通过：%s", "The check failed: %s",
	"Nothing was changed. A wrong book is rebuilt: stop the register and move book.db away. A wrong journal is restored from a backup or head office.")

var errBook = fault.New("registerctl.book", "账本打不开；下次启动时会由流水重建", "The book cannot be opened; it is made anew from the journal at the next start",
	"The journal itself is right. See the cause.")

func check(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	dir := dirFlag(f)
	rebuild := f.Bool("rebuild", false, "also make the book anew beside the old one and compare 重建账本并比较")
	return func(ctx context.Context, out *command.Output, args []string) error {
		if len(args) > 0 {
			return command.ErrUsage.With("journal check")
		}
		c, err := checked(ctx, out, *dir, *rebuild)
		if err != nil {
			return err
		}
		err = out.Result(c, checkText(&c))
		if !c.OK() {
			reason := c.ProblemZH + " / " + c.Problem
			if c.Problem == "" {
				reason = "?"
			}
			err = errors.Join(err, errCheck.With(reason))
		}
		return err
	}
}

func checked(ctx context.Context, out *command.Output, dir string, rebuild bool) (machine.Checked, error) {
	step := func(name string, done, total uint64) { progress(out, name, done, total) }
	client, err := reach(dir)
	if err != nil {
		return machine.Checked{}, err
	}
	if client != nil {
		defer client.Close()
		query := url.Values{}
		if rebuild {
			query.Set("rebuild", "1")
		}
		last, err := work(ctx, client, "check", query, step)
		if err != nil || last.Check == nil {
			return machine.Checked{}, errors.Join(err, missing(err == nil))
		}
		return *last.Check, nil
	}
	j, err := openJournal(dir)
	if err != nil {
		return machine.Checked{}, err
	}
	defer j.Close()
	// After a power cut the book may be a step behind; it catches up at the next start, a check changes nothing.
	b, err := book.Open(machine.BookPath(dir), book.Options{Epoch: j.Identity().Epoch, ReadOnly: true})
	if err != nil {
		if held(err) != err {
			return machine.Checked{}, held(err)
		}
		c, failed := machine.Check(ctx, j, nil, false, dir, step)
		if c.ChainOK && c.ReplayOK {
			why := errBook.Wrap(err)
			c.Problem, c.ProblemZH = why.Text(fault.EN)+": "+err.Error(), why.Text(fault.ZH)
		}
		return c, failed
	}
	defer b.Close()
	return machine.Check(ctx, j, b, rebuild, dir, step)
}

// work reads a long answer of the running register and returns its last line.
func work(ctx context.Context, c *control.Client, name string, query url.Values, step machine.Step) (machine.Move, error) {
	stream, err := c.Journal(ctx, name, query)
	if err != nil {
		return machine.Move{}, err
	}
	defer stream.Close()
	var m machine.Move
	for lines := json.NewDecoder(stream); ; {
		var next machine.Move
		if err := lines.Decode(&next); err == io.EOF {
			return m, nil
		} else if err != nil {
			return m, err
		}
		if m = next; m.Step != "" {
			step(m.Step, m.Done, m.Total)
		}
	}
}

// missing is the error of a long answer that ended without a result.
func missing(is bool) error {
	if is {
		return control.ErrSocket.Wrap(io.ErrUnexpectedEOF)
	}
	return nil
}

func checkText(c *machine.Checked) string {
	yes := func(ok bool) string {
		if ok {
			return "✓"
		}
		return "✗"
	}
	s := fmt.Sprintf("%s 流水完好 chain\n%s 逐条核算 replay：%d 条 facts，%d 天 days，%d 单 orders，已结 settled %d，合计 amount %s，未结 open %d\n%s 账本一致 book\n",
		yes(c.ChainOK), yes(c.ReplayOK), c.Facts, c.Days, c.Orders, c.Settled, c.Amount, c.Open, yes(c.BookOK))
	if c.Rebuilt != nil {
		s += yes(*c.Rebuilt) + " 重建后一致 rebuilt book is equal\n"
	}
	return s
}
