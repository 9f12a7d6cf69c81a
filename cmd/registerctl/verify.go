package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"wendan/cmd/internal/command"
	"wendan/cmd/internal/machine"
	"wendan/store/fault"
	"wendan/store/journal"
)

var verifyCommands = []command.Command{{Name: "journal verify", Args: "PATH…", About: "check copied day files, or a folder of them, with nothing but themselves; needs no register",
	About2: "核对流水文件或文件夹，单独一个文件也行", Setup: verify}}

var (
	errVerify = fault.New("registerctl.verify", "流水有损坏：%s 从第 %d 条起不可信（%s）", "The journal is damaged: %s cannot be relied on from number %d (%s)",
		"Run 'registerctl journal restore BACKUP' on the register's folder. Do not edit or delete anything: it may be needed.")
	errTorn = fault.New("registerctl.torn", "流水末尾有 %d 字节没有写完，属断电痕迹；正本会在下次启动时自动处理", "The journal ends with %d bytes of an unfinished group, as after a power cut; the register mends it when it starts",
		"Of a backup it means that the copy was not made with 'journal backup'.")
	errPath = fault.New("registerctl.path", "%s 读不了，请检查路径", "%s cannot be read; check the path", "Give a day file (.wdj, .wdj.zst), the journal folder, or the data folder. See the cause.")
)

func verify(*flag.FlagSet) func(context.Context, *command.Output, []string) error {
	return func(ctx context.Context, out *command.Output, args []string) error {
		if len(args) == 0 {
			return command.ErrUsage.With("journal verify PATH")
		}
		if len(args) == 1 { // a data folder means the journal in it
			if s, err := os.Stat(machine.JournalDir(args[0])); err == nil && s.IsDir() {
				args = []string{machine.JournalDir(args[0])}
			}
		}
		r, err := journal.Verify(ctx, journal.OS{}, func(done, total int64) { progress(out, "核对 verifying", uint64(done), uint64(total)) }, args...)
		if err != nil {
			if fault.Code(err) == fault.Internal && ctx.Err() == nil {
				err = errPath.With(filepath.Base(args[0])).Wrap(err)
			}
			return err
		}
		return errors.Join(out.Result(r, reportText(&r)), complaint(&r))
	}
}

// complaint is what is wrong with a report, or nil.
func complaint(r *journal.Report) error {
	switch {
	case r.Bad != nil:
		return errVerify.With(r.Bad.File, r.Bad.Seq, r.Bad.Reason)
	case r.Torn > 0:
		return errTorn.With(r.Torn)
	case !r.OK():
		return errVerify.With("", r.Last+1, "")
	}
	return nil
}

func reportText(r *journal.Report) string {
	word := "完好 good"
	if !r.OK() {
		word = "有问题 NOT good"
	}
	return fmt.Sprintf("%s：第 %d 至 %d 条，共 %d 条 facts，%d 个文件 files，%d 个已封存 sealed\n链首 head %s\n签名公钥指纹 key %s",
		word, r.First, r.Last, r.Facts, r.Files, r.Sealed, r.Head, r.Key)
}

func progress(out *command.Output, what string, done, total uint64) {
	if total > 0 {
		out.Progress("%s %d %%", what, min(100, done*100/total))
	}
}
