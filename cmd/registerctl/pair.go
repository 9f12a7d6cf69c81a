package main

import (
	"context"
	"encoding/json"
	"flag"
	"os"

	"wendan/cmd/internal/command"
	"wendan/cmd/internal/machine"
	"wendan/store/fault"
	"wendan/sync/headoffice"
)

var pairCommands = []command.Command{{Name: "pair", Args: "FILE", About: "put a pairing made by 'headoffice pair' in place", About2: "装入总部生成的配对文件", Setup: pair}}

var errForeign = fault.New("registerctl.foreign", "配对文件属于 %s，本机是 %s；请为本机重新配对", "The pairing is for %s, this register is %s; pair this register",
	"Branch, register or epoch differ. Run 'registerctl status' for this register's public key and 'headoffice pair' with it.")

// paired is the result of putting a pairing in place. Its seed is never shown.
type paired struct {
	Branch   string `json:"branch"`
	Register string `json:"register"`
	URL      string `json:"url"`
	Restart  bool   `json:"restart"` // the running register takes it at its next start
}

func pair(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	dir := dirFlag(f)
	return func(ctx context.Context, out *command.Output, args []string) error {
		if len(args) != 1 {
			return command.ErrUsage.With("pair FILE")
		}
		b, err := os.ReadFile(args[0])
		if err != nil {
			return errPath.With(args[0]).Wrap(err)
		}
		var p headoffice.Pairing
		if err := json.Unmarshal(b, &p); err != nil || p.URL == "" || p.Seed == "" {
			return machine.ErrPairing.Wrap(err)
		}
		s, err := standingOf(ctx, *dir)
		if err != nil {
			return err
		}
		if p.Branch != s.Branch || p.Register != s.Register || p.Epoch != s.Epoch {
			return errForeign.With(p.Branch+"/"+p.Register, s.Branch+"/"+s.Register)
		}
		if err := machine.SavePairing(*dir, p); err != nil {
			return errWrite.With(machine.PairingPath(*dir)).Wrap(err)
		}
		text := "已配对 paired: " + p.URL
		if s.Running {
			text += "\n请重启收银程序 restart the register to use it"
		}
		return out.Result(paired{p.Branch, p.Register, p.URL, s.Running}, text)
	}
}
