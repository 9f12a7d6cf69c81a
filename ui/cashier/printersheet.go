package cashier

import (
	"slices"
	"strconv"

	"fyne.io/fyne/v2"

	"wendan/store/order"
	"wendan/ui/kit"
)

// columnsOffered are the paper widths that thermal printers have: 80 mm, 76 mm and 58 mm.
var columnsOffered = []int{48, 42, 32}

// printerSheet changes the i-th printer, or makes a new one.
func (s *Screen) printerSheet(i int) {
	m := s.m
	all := m.Settings().Printers
	p := PrinterSetting{Name: s.tr("printer.newname"), Address: "tcp:192.168.1.50:9100", Columns: 48, Roles: []string{"receipt"}}
	fresh := i >= len(all)
	if !fresh {
		p = all[i]
		p.Roles = slices.Clone(p.Roles)
	}
	s.editPrinter(i, p, fresh)
}

// editPrinter opens the sheet over a copy of the setting; only 保存 puts it into force.
func (s *Screen) editPrinter(i int, p PrinterSetting, fresh bool) {
	l, m := s.look, s.m
	var sheet *kit.Sheet
	again := func() { sheet.Close(); s.editPrinter(i, p, fresh) }
	name := kit.NewIconButton(l, kit.Plain, kit.IconNote, p.Name, func() {
		sheet.Close()
		s.askText(s.tr("printer.name"), "", 12, []string{"前台", "后厨", "凉菜", "水吧", "打包", "面点"}, func(t string) {
			if t != "" {
				p.Name = t
			}
			s.editPrinter(i, p, fresh)
		})
	})
	address := kit.NewIconButton(l, kit.Plain, kit.IconNote, p.Address, func() {
		sheet.Close()
		s.askText(s.tr("printer.address"), p.Address, 120, []string{"tcp:", "192.168.", ":9100", "serial:/dev/tty", "usb:/dev/usb/lp0", "?baud="}, func(t string) {
			p.Address = t
			s.editPrinter(i, p, fresh)
		})
	})
	width := kit.NewSegmentedTabs(l, []string{"48", "42", "32"}, func(n int) { p.Columns = columnsOffered[n] })
	width.Select(max(0, slices.Index(columnsOffered, p.Columns)))
	drawer := kit.NewSwitch(l, s.tr("printer.drawer"), p.Drawer, func(on bool) { p.Drawer = on })
	backup := kit.NewButton(l, kit.Plain, s.tr("printer.backup.is", orNone(s, p.Backup)), func() {
		p.Backup = s.nextBackup(p)
		again()
	})
	roles := []string{"receipt", "kitchen"}
	if m.view.Menu != nil {
		for _, st := range m.view.Menu.Menu().Stations {
			roles = append(roles, order.Kitchen(st.ID).Role())
		}
	}
	var chips []*kit.Button
	for _, r := range roles[:min(len(roles), 12)] {
		kind := kit.Plain
		text := roleName(s, r)
		if slices.Contains(p.Roles, r) {
			kind, text = kit.Primary, "✓ "+text
		}
		chips = append(chips, kit.NewButton(l, kind, text, func() {
			if k := slices.Index(p.Roles, r); k >= 0 {
				p.Roles = slices.Delete(p.Roles, k, k+1)
			} else {
				p.Roles = append(p.Roles, r)
			}
			again()
		}).SetHeight(l.Touch))
	}
	test := kit.NewButton(l, kit.Plain, s.tr("printer.test"), func() { m.TestPrint(p.Name) })
	result := kit.NewWords(l, l.Small, l.Muted, false, fyne.TextAlignLeading, 2, s.testText(p.Name))
	s.testResult = result
	remove := kit.NewButton(l, kit.Danger, s.tr("act.delete"), func() { sheet.Close(); m.RemovePrinter(i) })
	save := kit.NewButton(l, kit.Primary, s.tr("act.save"), func() { sheet.Close(); m.SavePrinter(i, p) })
	if fresh {
		test.Disable()
		remove.Disable()
	}
	labels := []*kit.Words{body(l, s.tr("printer.name")), body(l, s.tr("printer.address")), body(l, s.tr("printer.columns")), body(l, s.tr("printer.roles"))}
	objects := []fyne.CanvasObject{name, address, width, drawer, backup, test, result, remove, save, labels[0], labels[1], labels[2], labels[3]}
	rows := float32((len(chips) + 2) / 3)
	h := l.Touch
	content := sized(func() fyne.Size { return fyne.NewSize(760*l.Scale, 5*(h+l.Gap)+rows*(h+l.Gap)+l.RowH) }, func(size fyne.Size) {
		lw := 110 * l.Scale
		line := func(k int, y float32, o fyne.CanvasObject) {
			put(labels[k], 0, y, lw, h)
			put(o, lw, y, size.Width-lw, h)
		}
		y := float32(0)
		line(0, y, name)
		y += h + l.Gap
		line(1, y, address)
		y += h + l.Gap
		put(labels[2], 0, y, lw, h)
		put(width, lw, y, 200*l.Scale, h)
		put(drawer, lw+200*l.Scale+l.Gap, y, size.Width-lw-200*l.Scale-l.Gap, h)
		y += h + l.Gap
		put(labels[3], 0, y, lw, h)
		grid(l.Gap, lw, y, size.Width-lw, h, 3, objectsOf(chips)...)
		y += rows * (h + l.Gap)
		put(backup, lw, y, (size.Width-lw)/2, h)
		y += h + l.Gap
		put(test, 0, y, 200*l.Scale, h)
		put(result, 200*l.Scale+l.Gap, y, size.Width-200*l.Scale-l.Gap, h)
		row(l.Gap, 0, size.Height-l.RowH, size.Width, l.RowH, remove, save)
	}, append(objects, objectsOf(chips)...)...)
	sheet = kit.NewSheet(l, kit.Middle, s.tr("printer.edit")+" "+strconv.Itoa(i+1), true, content)
	sheet.OnClosed = func() { s.testResult = nil }
	s.open(sheet)
}

func orNone(s *Screen, name string) string {
	if name == "" {
		return s.tr("printer.backup.none")
	}
	return name
}

// nextBackup is the printer after the present backup in the list, and none after the last.
func (s *Screen) nextBackup(p PrinterSetting) string {
	names := []string{""}
	for _, other := range s.m.Settings().Printers {
		if other.Name != p.Name {
			names = append(names, other.Name)
		}
	}
	return names[(slices.Index(names, p.Backup)+1)%len(names)]
}

// testText says how the last test print of a printer ended.
func (s *Screen) testText(name string) string {
	t := s.m.Test()
	switch {
	case t == nil || t.Printer != name:
		return ""
	case t.Running:
		return s.tr("printer.testing")
	case t.Fault != nil:
		return t.Fault.Text(s.m.Lang())
	}
	return s.tr("printer.tested")
}
