package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"wendan/cmd/internal/command"
	"wendan/cmd/internal/machine"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/journal"
)

var restoreCommands = []command.Command{{Name: "journal restore", Args: "BACKUP", About: "put a verified backup in place; a register that is there is moved aside, never overwritten",
	About2: "用校验过的备份恢复；原有数据移到一旁，绝不覆盖", Setup: restore}}

var (
	errRunning = fault.New("registerctl.running", "收银程序正在运行，不能恢复；请先退出它", "The register is running; end it before restoring",
		"Its control socket answers, or its files are locked.")
	errPresent = fault.New("registerctl.present", "%s 里已有收银数据；确定要恢复请加 -replace，原有数据会移到一旁", "There is a register in %s already; add -replace to restore all the same, the old data is moved aside",
		"Nothing was changed.")
	errOlder = fault.New("registerctl.older", "备份只到第 %d 条，本机已有第 %d 条，恢复会缺少后面的记录；确定请再加 -older", "The backup ends with number %d, this register reached number %d; restoring would lose what follows. Add -older if you mean it",
		"Look for a newer backup first. Selling on with an older copy makes facts that head office will show as contested.")
	errCopy = fault.New("registerctl.copy", "恢复没有完成，原有数据没有改动，请检查磁盘后重试", "The restore did not finish; the data that was there is unchanged. Check the disk and try again",
		"See the cause. Folders called journal.restoring can be deleted.")
	errNoKey = fault.New("registerctl.no_key", "备份里没有签名密钥；请用 -key 指出原机的 journal/key 文件", "A backup holds no signing key; name the old register's journal/key file with -key",
		"Keys are never backed up. Without the key this register cannot go on; a replacement takes over under a new epoch.")
)

// restored is the result of a restore.
type restored struct {
	Dir    string         `json:"dir"`
	Report journal.Report `json:"report"`
	Aside  []string       `json:"aside"` // where the data that was there is now
}

// restoring is one restore under way.
type restoring struct {
	from, dir, key string
	replace, older bool
	out            *command.Output
}

func restore(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	r := restoring{}
	dir := dirFlag(f)
	f.StringVar(&r.key, "key", "", "signing key of the register, when its data folder does not have it any more")
	f.BoolVar(&r.replace, "replace", false, "move a register that is there aside 原有数据移到一旁")
	f.BoolVar(&r.older, "older", false, "restore though the register had got further than the backup 备份较旧也恢复")
	return func(ctx context.Context, out *command.Output, args []string) error {
		if len(args) != 1 {
			return command.ErrUsage.With("journal restore BACKUP")
		}
		r.from, r.dir, r.out = journalIn(args[0]), *dir, out
		done, err := r.run(ctx)
		if err != nil {
			return err
		}
		text := "已恢复 restored → " + r.dir + "\n" + reportText(&done.Report)
		for _, a := range done.Aside {
			text += "\n原有数据在 the old data is in " + a
		}
		return out.Result(done, text)
	}
}

func (r *restoring) run(ctx context.Context) (restored, error) {
	done := restored{Dir: r.dir, Aside: []string{}}
	if client, err := reach(r.dir); err != nil || client != nil {
		return done, errRunning.Wrap(err)
	}
	present, err := machine.Exists(r.dir)
	if err != nil {
		return done, err
	}
	if err := os.MkdirAll(machine.JournalDir(r.dir), 0o700); err != nil {
		return done, errCopy.Wrap(err)
	}
	lock, err := (journal.OS{}).Lock(filepath.Join(machine.JournalDir(r.dir), "lock"))
	if err != nil {
		return done, errRunning.Wrap(err)
	}
	defer lock.Close()
	if present && !r.replace {
		return done, errPresent.With(r.dir)
	}
	report, err := journal.RestoreCheck(ctx, journal.OS{}, r.from, fact.Head{}, func(a, b int64) { progress(r.out, "校验备份 verifying the backup", uint64(a), uint64(b)) })
	if err != nil {
		return done, err
	}
	if have := r.reached(ctx); present && !r.older && have > report.Head.Seq {
		return done, errOlder.With(report.Head.Seq, have)
	}
	fresh, err := r.copy(ctx, report)
	if err != nil {
		return done, err
	}
	if !present { // only the lock is in there
		if err := os.RemoveAll(machine.JournalDir(r.dir)); err != nil {
			return done, errCopy.Wrap(err)
		}
	}
	if done.Aside, err = r.swap(fresh); err != nil {
		return done, errCopy.Wrap(err)
	}
	done.Report = report
	return done, nil
}

// reached is how far the register that is there got, by whatever can still be read.
func (r *restoring) reached(ctx context.Context) uint64 {
	head, _ := machine.Witness(r.dir)
	if report, err := journal.Verify(ctx, journal.OS{}, nil, machine.JournalDir(r.dir)); err == nil {
		return max(head.Seq, report.Last)
	}
	return head.Seq
}

// copy makes the new journal folder beside the old one, and opens it to see that it works.
func (r *restoring) copy(ctx context.Context, want journal.Report) (string, error) {
	fresh := machine.JournalDir(r.dir) + ".restoring"
	if err := os.RemoveAll(fresh); err != nil {
		return "", errCopy.Wrap(err)
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return "", errCopy.Wrap(err)
	}
	entries, err := os.ReadDir(r.from)
	if err != nil {
		return "", errPath.With(r.from).Wrap(err)
	}
	for i, e := range entries {
		progress(r.out, "恢复 restoring", uint64(i), uint64(len(entries)))
		name := e.Name()
		if !e.Type().IsRegular() || name == "lock" || name == "witness" || name == "key" {
			continue
		}
		if err := copyFile(filepath.Join(r.from, name), filepath.Join(fresh, name)); err != nil {
			return "", errCopy.Wrap(err)
		}
	}
	key := r.key
	if key == "" {
		key = filepath.Join(machine.JournalDir(r.dir), "key")
	}
	if err := copyFile(key, filepath.Join(fresh, "key")); errors.Is(err, fs.ErrNotExist) {
		return "", errors.Join(errNoKey.Wrap(err), os.RemoveAll(fresh))
	} else if err != nil {
		return "", errCopy.Wrap(err)
	}
	j, _, err := journal.Open(journal.OS{}, fresh, journal.Options{Witness: want.Head})
	if err != nil { // ErrKey: the key is another register's
		return "", errors.Join(err, os.RemoveAll(fresh))
	}
	if j.Head() != want.Head {
		err = errCopy.Wrap(fmt.Errorf("the copy ends with %v, the backup with %v", j.Head(), want.Head))
	}
	return fresh, errors.Join(err, j.Close(), ctx.Err())
}

// copyFile copies a file and syncs the copy.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// swap moves the old journal and book aside and the new journal in place.
func (r *restoring) swap(fresh string) (aside []string, err error) {
	suffix := ".before-" + time.Now().Format("20060102-150405")
	aside = []string{}
	for _, old := range []string{machine.BookPath(r.dir), machine.CartsPath(r.dir), machine.JournalDir(r.dir)} {
		err := os.Rename(old, old+suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return aside, err
		}
		aside = append(aside, old+suffix)
	}
	if err := os.Rename(fresh, machine.JournalDir(r.dir)); err != nil {
		return aside, err
	}
	return aside, (journal.OS{}).SyncDir(r.dir)
}
