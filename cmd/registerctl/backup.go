package main

import (
	"context"
	"errors"
	"flag"
	"net/url"
	"path/filepath"

	"wendan/cmd/internal/command"
	"wendan/cmd/internal/machine"
	"wendan/store/journal"
)

var backupCommands = []command.Command{{Name: "journal backup", Args: "DIR", About: "copy the journal and read the copy back; selling goes on", About2: "备份流水并读回校验，不影响收银", Setup: backup}}

// backedUp is the result of a backup.
type backedUp struct {
	To     string         `json:"to"`
	Report journal.Report `json:"report"`
}

func backup(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	dir := dirFlag(f)
	return func(ctx context.Context, out *command.Output, args []string) error {
		if len(args) != 1 {
			return command.ErrUsage.With("journal backup DIR")
		}
		to, err := filepath.Abs(args[0])
		if err != nil {
			return err
		}
		r, err := backedUpTo(ctx, out, *dir, to)
		if err != nil {
			return err
		}
		return out.Result(backedUp{to, r}, "备份 backup → "+to+"\n"+reportText(&r))
	}
}

func backedUpTo(ctx context.Context, out *command.Output, dir, to string) (journal.Report, error) {
	step := func(_ string, done, total uint64) { progress(out, "备份 backing up", done, total) }
	client, err := reach(dir)
	if err != nil {
		return journal.Report{}, err
	}
	if client != nil {
		defer client.Close()
		last, err := work(ctx, client, "backup", url.Values{"to": {to}}, step)
		if err != nil || last.Backup == nil {
			return journal.Report{}, errors.Join(err, missing(err == nil))
		}
		return *last.Backup, nil
	}
	j, err := openJournal(dir)
	if err != nil {
		return journal.Report{}, err
	}
	defer j.Close()
	return j.Backup(ctx, journal.OS{}, to, func(done, total int64) { step("", uint64(done), uint64(total)) })
}

// journalIn is the journal folder meant by a path: a backup itself, or a data folder with a journal in it.
func journalIn(path string) string {
	if have, err := journal.Exists(journal.OS{}, machine.JournalDir(path)); err == nil && have {
		return machine.JournalDir(path)
	}
	return path
}
