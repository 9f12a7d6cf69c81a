package machine

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"wendan/devices/escpos"
	"wendan/devices/port/portreg"
	"wendan/devices/printer"
	"wendan/devices/spool"
	"wendan/store/fault"
	"wendan/store/till"
)

// Printer is one printer as set up: where it is and what it prints.
type Printer struct {
	Name    string   `json:"name"`
	Address string   `json:"address"`          // tcp:192.168.1.50:9100, serial:/dev/ttyS0?baud=115200, usb:/dev/usb/lp0
	Columns int      `json:"columns"`          // 48, 42 or 32
	Roles   []string `json:"roles"`            // receipt, kitchen:1 …; "kitchen" is every station not named elsewhere
	Backup  string   `json:"backup,omitempty"` // printer that takes over (转印)
	Drawer  bool     `json:"drawer,omitempty"` // the cash drawer hangs on it
}

// ErrPrinter refuses printer settings that cannot work.
var ErrPrinter = fault.New("machine.printer", "打印机“%s”的设置不对：%s", "The settings of printer %q are wrong: %s",
	"Each printer needs a name of its own, an address, 32, 42 or 48 columns, and roles that no other printer has.")

func printersPath(dir string) string { return filepath.Join(dir, "printers.json") }

// LoadPrinters reads the printer settings of a data folder; none when there is no file yet.
func LoadPrinters(dir string) ([]Printer, error) {
	b, err := os.ReadFile(printersPath(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var list []Printer
	if err == nil {
		if err = json.Unmarshal(b, &list); err == nil {
			return list, checkPrinters(list)
		}
	}
	return nil, ErrPrinter.With(printersPath(dir), err.Error())
}

// SavePrinters checks the settings and keeps them.
func SavePrinters(dir string, list []Printer) error {
	if err := checkPrinters(list); err != nil {
		return err
	}
	b, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	return WriteFile(printersPath(dir), append(b, '\n'))
}

// WriteFile replaces a small file whole: temporary file, sync, rename, folder sync.
func WriteFile(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func checkPrinters(list []Printer) error {
	names, roles := map[string]bool{}, map[string]bool{}
	for _, p := range list {
		switch {
		case strings.TrimSpace(p.Name) == "" || names[p.Name]:
			return ErrPrinter.With(p.Name, "名称为空或重复 name empty or used twice")
		case p.Columns != 32 && p.Columns != 42 && p.Columns != 48:
			return ErrPrinter.With(p.Name, "每行 32、42 或 48 列 columns must be 32, 42 or 48")
		}
		if _, err := portreg.Opener(p.Address); err != nil {
			return ErrPrinter.With(p.Name, fault.Of(err).Text(fault.ZH)).Wrap(err)
		}
		names[p.Name] = true
		for _, r := range p.Roles {
			if roles[r] {
				return ErrPrinter.With(p.Name, "用途重复 role served twice: "+r)
			}
			roles[r] = true
		}
	}
	for _, p := range list {
		if p.Backup != "" && (!names[p.Backup] || p.Backup == p.Name) {
			return ErrPrinter.With(p.Name, "备用打印机不存在 no such backup: "+p.Backup)
		}
	}
	return nil
}

// profile is the printer profile of a number of columns.
func profile(columns int) escpos.Profile {
	if columns == 32 {
		return escpos.Default58()
	}
	p := escpos.Default80()
	p.Columns = columns
	if columns == 42 {
		p.Dots = 512
	}
	return p
}

// printers are the drivers in service.
type printers struct {
	list    []Printer
	drivers map[string]*printer.Printer
	routes  map[string]spool.Route
	drawer  string // name of the printer the drawer hangs on
	queue   atomic.Pointer[spool.Spool]
}

func openPrinters(list []Printer) (*printers, error) {
	if err := checkPrinters(list); err != nil {
		return nil, err
	}
	d := &printers{list: list, drivers: map[string]*printer.Printer{}, routes: map[string]spool.Route{}}
	if len(list) == 0 { // slips wait in the queue until a printer is set up
		list = []Printer{{Name: "未设置", Roles: []string{""}}}
	}
	for i, p := range list {
		open, err := portreg.Opener(p.Address)
		if err != nil && p.Address != "" {
			return nil, err
		}
		if p.Address == "" {
			open = absent
		}
		d.drivers[p.Name] = printer.New(open, profile(max(p.Columns, 32)), printer.Options{Name: p.Name, Trouble: func(err error) {
			if s := d.queue.Load(); s != nil {
				s.Trouble(p.Name, err)
			}
		}})
		route := spool.Route{Printer: p.Name, Backup: p.Backup}
		if i == 0 {
			d.routes[""] = route // roles nobody was given
		}
		for _, r := range p.Roles {
			d.routes[r] = route
		}
		if p.Drawer && d.drawer == "" {
			d.drawer = p.Name
		}
	}
	return d, nil
}

func (d *printers) ports() map[string]spool.Printer {
	out := make(map[string]spool.Printer, len(d.drivers))
	for name, p := range d.drivers {
		out[name] = p
	}
	return out
}

func (d *printers) close() {
	for _, p := range d.drivers {
		p.Close()
	}
}

// Printers are the printer settings in force.
func (m *Machine) Printers() []Printer {
	m.paper.mu.Lock()
	defer m.paper.mu.Unlock()
	return m.paper.printers.list
}

// SetPrinters keeps new printer settings and puts them into force: slips that waited move to the new queue,
// marked when they may have come out already.
func (m *Machine) SetPrinters(ctx context.Context, list []Printer) error {
	p := m.paper
	p.change.Lock()
	defer p.change.Unlock()
	if p.closed {
		return till.ErrClosed
	}
	if err := SavePrinters(m.cfg.Dir, list); err != nil {
		return err
	}
	p.mu.Lock()
	old, devices := p.spool, p.printers
	p.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	old.Close(ctx)
	devices.close()
	fresh := untouched(old)
	if err := p.equip(list); err != nil {
		return err
	}
	upTo := min(p.done.Load()+1, m.Till.Head().Seq) // the slips of the next fact may be half handed in
	go p.restore(p.ctx, upTo, fresh)
	m.mu.Lock()
	if m.damage != nil && m.damage.Code == ErrPrinter.Code {
		m.damage = nil
	}
	m.mu.Unlock()
	m.changed()
	return nil
}

// untouched are the slips left in a closed queue of which certainly no byte reached a printer.
func untouched(s *spool.Spool) map[spool.ID]bool {
	fresh := map[spool.ID]bool{}
	for _, p := range s.Snapshot().Printers {
		for _, w := range s.Queue(p.Name, math.MaxInt) {
			if w.State == spool.Intended {
				fresh[w.ID] = true
			}
		}
	}
	return fresh
}
