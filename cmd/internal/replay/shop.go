package replay

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"wendan/cmd/internal/machine"
	"wendan/devices/emu"
	"wendan/store/saleslog"
	"wendan/store/staff"
	"wendan/store/till"
	"wendan/sync/headoffice"
)

// shop is what stands around the register of a replay: two virtual printers with a drawer, and a head
// office. All of it can be cut and comes back.
type shop struct {
	dir            string // data folder of the register
	branch         string
	register       string
	front, kitchen *emu.Printer
	receipts       *tray
	slips          *tray
	drawer         *emu.Drawer

	mu       sync.Mutex // guards office while it is closed and opened again
	office   *headoffice.Office
	officeIn headoffice.Options
}

// newShop makes a register for the log's menu in dir/register, a head office in dir/headoffice, and the printers.
func newShop(ctx context.Context, dir string, log *saleslog.Log) (*shop, error) {
	s := &shop{dir: filepath.Join(dir, "register"), branch: "replay", register: "A", receipts: newTray(qrOf), slips: newTray(numberOf),
		drawer: emu.NewDrawer(), officeIn: headoffice.Options{Dir: filepath.Join(dir, "headoffice")}}
	if have, err := machine.Exists(s.dir); err != nil || have {
		return nil, errors.Join(err, ErrUsed.With(s.dir))
	}
	var err error
	if s.office, err = headoffice.Open(ctx, s.officeIn); err != nil {
		return nil, fmt.Errorf("open head office: %w", err)
	}
	if err := s.equip(ctx, log); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// equip makes the register, pairs it and gives it its printers.
func (s *shop) equip(ctx context.Context, log *saleslog.Log) error {
	start := newClock(civil(log.Orders[0].At))
	first, err := machine.Create(machine.Config{Dir: s.dir, Clock: start}, till.Setup{Branch: s.branch, Register: s.register, Shop: log.Menu.Name, Menu: &log.Menu,
		People: []staff.Change{
			{Person: staff.Person{ID: 1, Name: "店长", Role: staff.Manager}, PIN: pin},
			{Person: staff.Person{ID: cashier, Name: "收银员", Role: staff.Cashier}, PIN: pin},
		}})
	if err != nil {
		return err
	}
	public := first.Till.Journal().PublicKey()
	if err := first.Close(); err != nil {
		return err
	}
	pairing, err := s.office.Pair(ctx, s.branch, s.register, 1, public)
	if err != nil {
		return err
	}
	s.officeIn.Listen = strings.TrimPrefix(pairing.URL, "nats://") // registers find it there after a restart
	if err := machine.SavePairing(s.dir, pairing); err != nil {
		return err
	}
	front, at, err := printer("前台", s.receipts)
	if err != nil {
		return err
	}
	s.front = front
	s.front.Attach(2, s.drawer)
	kitchen, kitchenAt, err := printer("后厨", s.slips)
	if err != nil {
		return err
	}
	s.kitchen = kitchen
	return machine.SavePrinters(s.dir, []machine.Printer{
		{Name: "前台", Address: at, Columns: 48, Roles: []string{"receipt"}, Drawer: true},
		{Name: "后厨", Address: kitchenAt, Columns: 48, Roles: []string{"kitchen"}},
	})
}

// printer puts a virtual printer on a free local port; its papers go into t.
func printer(name string, t *tray) (*emu.Printer, string, error) {
	p := emu.NewPrinter(emu.Options{Name: name, KeepPapers: 1, KeepPictures: 1})
	p.OnPaper(t.add)
	at, err := p.ServeTCP("127.0.0.1:0")
	if err != nil {
		return nil, "", fmt.Errorf("start a virtual printer: %w", err)
	}
	return p, "tcp:" + strings.TrimPrefix(at, "tcp:"), nil
}

// reopenOffice is head office going down and coming back at the same address.
func (s *shop) reopenOffice(ctx context.Context, down func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.office.Close(); err != nil {
		return fmt.Errorf("close head office: %w", err)
	}
	down()
	office, err := headoffice.Open(ctx, s.officeIn)
	if err != nil {
		return fmt.Errorf("open head office again: %w", err)
	}
	s.office = office
	return nil
}

func (s *shop) close() error {
	var errs []error
	for _, p := range []*emu.Printer{s.front, s.kitchen} {
		if p != nil {
			errs = append(errs, p.Close())
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(append(errs, s.office.Close())...)
}
