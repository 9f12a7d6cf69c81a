package machine

import (
	"context"
	"errors"
	"time"

	"wendan/devices/port/portreg"
	"wendan/devices/printer"
	"wendan/store/book"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/journal"
	"wendan/store/receipt"
	"wendan/store/till"
)

// Witness is the highest fact the book of a data folder has seen, or nothing when there is no readable
// book. The journal must reach it. A book held by a running register is book.ErrLocked.
func Witness(dir string) (fact.Head, error) {
	o, err := bookOptions(dir)
	if err != nil {
		return fact.Head{}, nil // opening the journal will say what is wrong
	}
	o.ReadOnly = true
	b, err := book.Open(BookPath(dir), o)
	if errors.Is(err, book.ErrLocked) {
		return fact.Head{}, err
	}
	if err != nil {
		return fact.Head{}, nil
	}
	defer b.Close()
	return b.Applied(), nil
}

// OpenTill opens only the till of a register that is not running, for a tool with one intent: nothing is printed
// or sent, the book follows at the next start. The caller closes it. journal.ErrLocked when somebody else has it.
func OpenTill(dir string) (*till.Till, error) {
	if err := present(dir); err != nil {
		return nil, err
	}
	witness, err := Witness(dir)
	if err != nil {
		return nil, err
	}
	t, _, err := till.Open(tillConfig(Config{Dir: dir}, witness))
	return t, access(dir, err)
}

// OpenJournal opens only the journal of a register that is not running, to read it.
func OpenJournal(dir string) (*journal.Journal, error) {
	if err := present(dir); err != nil {
		return nil, err
	}
	witness, err := Witness(dir)
	if err != nil {
		return nil, err
	}
	j, _, err := journal.Open(journal.OS{}, journalDir(dir), journal.Options{Witness: witness})
	return j, access(dir, err)
}

// testLimit bounds a test print.
const testLimit = 20 * time.Second

// TestPrinter prints the test slip on a printer of a register that is not running.
func TestPrinter(ctx context.Context, dir, name string) error {
	list, err := LoadPrinters(dir)
	if err != nil {
		return err
	}
	for _, p := range list {
		if p.Name != name {
			continue
		}
		open, err := portreg.Opener(p.Address)
		if err != nil {
			return err
		}
		d := printer.New(open, profile(p.Columns), printer.Options{Name: name})
		defer d.Close()
		ctx, cancel := context.WithTimeout(ctx, testLimit)
		defer cancel()
		proof, err := d.Print(ctx, uint32(time.Now().UnixNano()), receipt.Sample(receipt.Shop{}, name, p.Columns, time.Now().Format("2006-01-02 15:04")))
		if err == nil && proof == printer.Uncertain {
			err = printer.ErrNoProof.With(name)
		}
		if err != nil {
			return fault.Of(err)
		}
		return nil
	}
	return ErrPrinter.With(name, "没有这台打印机 no such printer")
}
