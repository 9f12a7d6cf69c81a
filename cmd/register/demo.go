package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"wendan/cmd/internal/machine"
	"wendan/devices/emu"
	"wendan/store/menu"
	"wendan/store/staff"
	"wendan/store/till"
	"wendan/sync/headoffice"
	"wendan/ui/web"
)

// demo is the world around the demo register: virtual devices and a local head office.
type demo struct {
	printers []*emu.Printer
	albums   []*emu.Album
	drawer   *emu.Drawer
	scanner  *emu.Scanner
	office   *headoffice.Office
	page     *http.Server
}

// demoBranch and demoRegister name the demo register at its head office.
const demoBranch, demoRegister = "demo", "A"

// startDemo makes what of the demo is not there yet, starts the virtual devices and head office, and pairs the register.
func startDemo(ctx context.Context, c *config, cfg *machine.Config, log *slog.Logger) (d *demo, err error) {
	root, err := filepath.Abs(c.dir)
	if err != nil {
		return nil, err
	}
	cfg.Dir = filepath.Join(root, "register")
	for _, dir := range []string{cfg.Dir, filepath.Join(root, "dev")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	d = &demo{drawer: emu.NewDrawer()}
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	if err := d.devices(root, cfg.Dir, c); err != nil {
		return nil, err
	}
	made, err := machine.Exists(cfg.Dir)
	if err != nil {
		return nil, err
	}
	if !made {
		m, err := machine.Create(*cfg, demoSetup())
		if err != nil {
			return nil, err
		}
		if err := m.Close(); err != nil {
			return nil, err
		}
	}
	if d.office, err = headoffice.Open(ctx, headoffice.Options{Dir: filepath.Join(root, "headoffice"), Pages: web.HeadOffice(), Log: log.With("at", "headoffice")}); err != nil {
		return nil, err
	}
	if err := d.pair(ctx, cfg.Dir); err != nil {
		return nil, err
	}
	page, err := d.serve()
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(os.Stderr, "\n稳单演示 the demo restaurant\n"+
		"  登录 sign in     张敏 1234 (收银员 cashier) · 王店长 8888 (店长 manager) · 李师傅 6666 (技术员 technician)\n"+
		"  小票 paper       %s\n  总部 head office http://%s/\n"+
		"  扫码 scan        在此终端输入条码后回车 type a bar code here and press Enter, such as %s\n\n",
		filepath.Join(root, "paper"), page, sampleBarcode())
	go d.typed(ctx)
	return d, nil
}

func demoSetup() till.Setup {
	person := func(id uint32, name, english string, role staff.Role, pin string) staff.Change {
		return staff.Change{Person: staff.Person{ID: id, Name: name, NameEN: english, Role: role}, PIN: pin}
	}
	return till.Setup{Branch: demoBranch, Register: demoRegister, Shop: "稳单小馆", Menu: menu.Demo(), People: []staff.Change{
		person(1, "王店长", "Wang", staff.Manager, "8888"), person(2, "张敏", "Zhang Min", staff.Cashier, "1234"),
		person(3, "陈晓", "Chen Xiao", staff.Cashier, "2345"), person(4, "李师傅", "Li", staff.Technician, "6666")}}
}

func sampleBarcode() string {
	for _, dish := range menu.Demo().Dishes {
		if dish.Barcode != "" {
			return dish.Barcode
		}
	}
	return ""
}

// devices starts three virtual printers, the drawer and the scanner, and sets the register's printers up for them.
func (d *demo) devices(root, dir string, c *config) error {
	// One printer hangs on a serial line, the others on the network, as in a shop. They print at 250 mm a second.
	set := []machine.Printer{
		{Name: "前台", Columns: 48, Roles: []string{"receipt"}, Drawer: true},
		{Name: "后厨", Columns: 48, Roles: []string{"kitchen"}, Backup: "前台"},
		{Name: "吧台", Columns: 32, Roles: barRoles(), Backup: "后厨"},
	}
	for i := range set {
		p := emu.NewPrinter(emu.Options{Name: set[i].Name, Narrow: set[i].Columns == 32, DotsPerSecond: 2000, KeepPapers: 200, KeepPictures: 20})
		d.printers = append(d.printers, p)
		album, err := emu.NewAlbum(filepath.Join(root, "paper", set[i].Name))
		if err != nil {
			return err
		}
		d.albums = append(d.albums, album)
		p.OnPaper(album.Add)
		if i == 0 {
			p.Attach(2, d.drawer)
			path, err := p.ServePTY(filepath.Join(root, "dev", "printer"))
			if err != nil {
				return err
			}
			set[i].Address = "pty:" + path
			continue
		}
		address, err := p.ServeTCP("127.0.0.1:0")
		if err != nil {
			return err
		}
		set[i].Address = "tcp:" + address
	}
	var err error
	if d.scanner, err = emu.NewScanner(filepath.Join(root, "dev", "scanner")); err != nil {
		return err
	}
	c.scanners = append(c.scanners, "pty:"+d.scanner.Path())
	go d.shutDrawer()
	return machine.SavePrinters(dir, set)
}

// barRoles are the kitchen roles that the bar's narrow printer serves: drinks and sweets.
func barRoles() []string {
	var roles []string
	for _, s := range menu.Demo().Stations {
		if s.Code == "drinks" || s.Code == "dessert" {
			roles = append(roles, fmt.Sprintf("kitchen:%d", s.ID))
		}
	}
	return roles
}

// shutDrawer pushes the drawer shut again some seconds after it sprang open, as a cashier does.
func (d *demo) shutDrawer() {
	for range time.Tick(4 * time.Second) {
		d.drawer.Push()
	}
}

// pair admits the register at the local head office.
func (d *demo) pair(ctx context.Context, dir string) error {
	t, _, err := till.Open(till.Config{Dir: machine.JournalDir(dir)})
	if err != nil {
		return err
	}
	key := t.Journal().PublicKey()
	if err := t.Close(); err != nil {
		return err
	}
	p, err := d.office.Pair(ctx, demoBranch, demoRegister, 1, key)
	if err != nil {
		return err
	}
	if err := d.office.Name(ctx, demoBranch, "稳单小馆"); err != nil {
		return err
	}
	return machine.SavePairing(dir, p)
}

// serve shows head office's page, on its usual port when that is free.
func (d *demo) serve() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:8780")
	if err != nil {
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return "", err
		}
	}
	d.page = &http.Server{Handler: d.office.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go d.page.Serve(l)
	return l.Addr().String(), nil
}

// typed scans what is typed on the terminal.
func (d *demo) typed(ctx context.Context) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if code := lines.Text(); code != "" {
			d.scanner.Scan(ctx, code)
		}
	}
}

func (d *demo) close() {
	var errs []error
	if d.page != nil {
		errs = append(errs, d.page.Close())
	}
	if d.office != nil {
		errs = append(errs, d.office.Close())
	}
	for _, p := range d.printers {
		errs = append(errs, p.Close())
	}
	for _, a := range d.albums {
		errs = append(errs, a.Close())
	}
	if d.scanner != nil {
		errs = append(errs, d.scanner.Close())
	}
	if err := errors.Join(errs...); err != nil {
		slog.Warn("closing the demo", "err", err)
	}
}
