package machine

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"wendan/devices/emu"
	"wendan/devices/printer"
	"wendan/devices/spool"
	"wendan/store/book"
	"wendan/store/order"
	"wendan/store/shift"
)

// stopped closes the machine, does what to its folder and opens it again.
func (s *shop) stopped(t *testing.T, what func() error) {
	t.Helper()
	if err := errors.Join(s.Machine.Close(), what()); err != nil {
		t.Fatal(err)
	}
	m, err := Open(s.cfg)
	if err != nil {
		t.Fatalf("the register does not start: %v", err)
	}
	s.Machine = m
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(what)
		}
	}
}

func TestRottenValueThatSomebodyReadsHasTheBookMadeAnew(t *testing.T) {
	s := newShop(t)
	a := s.sell(t)
	settled(t, s)
	s.stopped(t, func() error {
		db, err := bolt.Open(BookPath(s.cfg.Dir), 0o600, nil)
		if err != nil {
			return err
		}
		return errors.Join(db.Update(func(tx *bolt.Tx) error {
			k, v := tx.Bucket([]byte("orders")).Cursor().First()
			rotten := bytes.Clone(v)
			rotten[len(rotten)-1] ^= 4
			return tx.Bucket([]byte("orders")).Put(bytes.Clone(k), rotten)
		}), db.Close())
	})
	b, err := s.CaughtUp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Order(a.Order); !errors.Is(err, book.ErrRot) {
		t.Fatalf("the rotten order reads as %v", err)
	}
	eventually(t, "the book was never made anew", func() bool {
		b := s.Book()
		if b == nil {
			return false
		}
		_, err := b.Order(a.Order)
		return err == nil
	})
	if next := s.sell(t); next.Order.N != a.Order.N+1 {
		t.Fatalf("sold %v after %v", next.Order, a.Order)
	}
}

func TestBookThatCannotBeOpenedStopsNobodyFromSelling(t *testing.T) {
	s := newShop(t)
	s.sell(t)
	settled(t, s)
	inTheWay := filepath.Join(BookPath(s.cfg.Dir)+".new", "x")
	s.stopped(t, func() error {
		return errors.Join(os.Remove(BookPath(s.cfg.Dir)), os.MkdirAll(inTheWay, 0o700))
	})
	s.sell(t)
	if s.Book() != nil {
		t.Fatal("the book could be opened; the test proves nothing")
	}
	if err := os.RemoveAll(filepath.Dir(inTheWay)); err != nil {
		t.Fatal(err)
	}
	settled(t, s)
	b, err := s.CaughtUp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if totals, err := b.Totals(20261122); err != nil || totals.Settled.Orders != 2 {
		t.Fatalf("%+v, %v", totals, err)
	}
}

func TestUnreadablePrinterSettingsStopNobodyFromSelling(t *testing.T) {
	s := newShop(t)
	good, err := LoadPrinters(s.cfg.Dir)
	if err != nil {
		t.Fatal(err)
	}
	s.stopped(t, func() error { return os.WriteFile(printersPath(s.cfg.Dir), []byte("["), 0o600) })
	s.sell(t)
	if s.Damage() == nil {
		t.Fatal("nobody is told")
	}
	if err := s.SetPrinters(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	settled(t, s)
	if s.front.Count() != 1 || s.kitchen.Count() != 1 || s.Damage() != nil {
		t.Fatalf("%d receipts, %d kitchen slips, %v", s.front.Count(), s.kitchen.Count(), s.Damage())
	}
}

func TestSlipsThatNeverStartedMoveUnmarkedWhenThePrintersChange(t *testing.T) {
	s := newShop(t)
	s.kitchen.Set(emu.PaperOut, true)
	s.sell(t)
	s.sell(t)
	eventually(t, "no receipts, or no kitchen slips waiting", func() bool {
		v := s.Slips()
		return s.front.Count() == 2 && v.Printers[0].Waiting+v.Printers[1].Waiting == 2 && (v.Printers[0].Fault != nil || v.Printers[1].Fault != nil)
	})
	if err := s.SetPrinters(t.Context(), s.Printers()); err != nil {
		t.Fatal(err)
	}
	s.kitchen.Set(emu.PaperOut, false)
	settled(t, s)
	if s.front.Count() != 2 || s.kitchen.Count() != 2 {
		t.Fatalf("%d receipts, %d kitchen slips", s.front.Count(), s.kitchen.Count())
	}
	for _, p := range s.kitchen.Papers() {
		if strings.Contains(p.Text, "可能重复") {
			t.Fatalf("a slip that was never printed is marked:\n%s", p.Text)
		}
	}
}

func TestSecondPaperOfASlipIsRecordedAndHoldsUpNoOutcome(t *testing.T) {
	s := newShop(t)
	s.sell(t)
	settled(t, s)
	seq := uint64(0)
	b, err := s.CaughtUp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	filed, err := b.Order(order.Number{Register: "A", Epoch: 1, N: 1})
	if err != nil {
		t.Fatal(err)
	}
	seq = filed.Papers[0].Job.Seq
	o := spool.Outcome{ID: spool.ID{Fact: seq, Slip: filed.Papers[0].Job.String()}, State: spool.Confirmed, Proof: printer.Confirmed, Marked: true}
	before := s.Till.Head().Seq
	for range 2 {
		if err := s.paper.Confirmed(context.Background(), o); err != nil {
			t.Fatal(err)
		}
	}
	if made := s.Till.Head().Seq - before; made != 1 {
		t.Fatalf("%d facts of the second paper", made)
	}
}

func TestOldOrdersLeaveTheBookAndABackupFreesTheCopiesOfARegisterWithoutHeadOffice(t *testing.T) {
	s := newShop(t)
	old := s.sell(t)
	s.do(t, tool, shift.CloseDay{})
	s.do(t, tool, shift.OpenDay{Day: 20281123, Confirmed: true})
	fresh := s.sell(t)
	settled(t, s)
	if err := s.prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	b, err := s.CaughtUp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Order(old.Order); !errors.Is(err, book.ErrAbsent) {
		t.Fatalf("the order of two years ago: %v", err)
	}
	if _, err := b.Order(fresh.Order); err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	tools := &socket{m: s.Machine}
	if err := tools.Stream(t.Context(), "backup", url.Values{"to": {t.TempDir()}}, &told); err != nil {
		t.Fatal(err)
	}
	stats, err := b.Stats()
	if err != nil || stats.Copies != 0 || stats.Booked != s.Till.Head() {
		t.Fatalf("after a backup: %+v, %v", stats, err)
	}
}

func TestDeadPrinterWithAFullQueueHoldsUpNeitherReceiptsNorTheDrawer(t *testing.T) {
	s := newShop(t)
	s.cfg.Print.MaxJobs = 6
	s.reopen(t)
	s.kitchen.Set(emu.PaperOut, true)
	const sales = 8
	for range sales {
		s.sell(t)
	}
	eventually(t, "receipts or the drawer wait for the kitchen", func() bool { return s.front.Count() == sales && s.drawer.Kicks() == sales })
	s.kitchen.Set(emu.PaperOut, false)
	eventually(t, "kitchen slips are lost", func() bool { return s.kitchen.Count() == sales })
	settled(t, s)
	if s.kitchen.Count() != sales || s.front.Count() != sales {
		t.Fatalf("%d receipts, %d kitchen slips", s.front.Count(), s.kitchen.Count())
	}
}

func TestSocketAndPairingThatCannotBeUsedStopNobodyFromSelling(t *testing.T) {
	s := newShop(t)
	s.cfg.Control = true
	s.stopped(t, func() error {
		return errors.Join(os.MkdirAll(filepath.Join(SocketPath(s.cfg.Dir), "x"), 0o700), os.WriteFile(PairingPath(s.cfg.Dir), []byte("{"), 0o600))
	})
	s.sell(t)
	settled(t, s)
	if _, paired := s.Uplink(); paired || s.front.Count() != 1 {
		t.Fatalf("paired %v, %d receipts", paired, s.front.Count())
	}
}

func TestFolderThatMayNotBeUsedIsNotCalledEmpty(t *testing.T) {
	for _, refusal := range []error{syscall.EACCES, syscall.EPERM, syscall.EROFS} {
		err := access("/data", &os.PathError{Op: "open", Path: "/data/journal/lock", Err: refusal})
		if !errors.Is(err, ErrFolder) || errors.Is(err, ErrAbsent) || !errors.Is(err, refusal) {
			t.Errorf("%v became %v", refusal, err)
		}
	}
	if err := access("/data", syscall.ENOSPC); err != syscall.ENOSPC {
		t.Errorf("another error became %v", err)
	}
	if err := present(t.TempDir()); !errors.Is(err, ErrAbsent) {
		t.Errorf("an empty folder: %v", err)
	}
	if os.Getuid() == 0 {
		t.Skip("everything is allowed to root")
	}
	s := newShop(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(s.cfg.Dir, 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(s.cfg.Dir, 0o700)
	if _, err := Open(s.cfg); !errors.Is(err, ErrFolder) {
		t.Errorf("a folder of somebody else: %v", err)
	}
}
