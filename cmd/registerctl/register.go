package main

import (
	"errors"
	"flag"

	"wendan/cmd/internal/machine"
	"wendan/store/fault"
	"wendan/store/journal"
	"wendan/sync/control"
)

// defaultDir is where an installed register keeps its data.
const defaultDir = "/var/lib/wendan"

func dirFlag(f *flag.FlagSet) *string {
	return f.String("dir", defaultDir, "data folder of the register 数据目录")
}

// errHeld refuses work on files that another program holds without answering on the socket.
var errHeld = fault.New("registerctl.held", "收银数据正被另一个程序使用，却没有应答；请先退出那个程序", "Another program holds the register's data and does not answer; end that program first",
	"The journal or book is locked, and nothing listens on control.sock: a register that starts or stops, or another tool.")

// reach connects to the register running in dir. The client is nil when none runs.
func reach(dir string) (*control.Client, error) {
	c, err := control.Dial(machine.SocketPath(dir))
	if errors.Is(err, control.ErrNotRunning) {
		return nil, nil
	}
	return c, err
}

// openJournal opens the journal of a register that is not running.
func openJournal(dir string) (*journal.Journal, error) {
	j, err := machine.OpenJournal(dir)
	return j, held(err)
}

// held makes a lock's error tell what to do.
func held(err error) error {
	if errors.Is(err, journal.ErrLocked) || fault.Code(err) == "book.locked" {
		return errHeld.Wrap(err)
	}
	return err
}
