package cashier

import (
	"strconv"

	"wendan/store/fault"
)

// Grade is how good or bad a status is.
type Grade uint8

// Grades.
const (
	GradeQuiet Grade = 0
	GradeGood  Grade = 1
	GradeWarn  Grade = 2
	GradeBad   Grade = 3
)

// Item is one status of the bar: a dot and a text that says the same.
type Item struct {
	Grade Grade
	Text  string
}

// Status is what the bar shows of the machines.
func (m *Model) Status() *Status { return &m.status }

// Network is the state of the way to head office. Selling never depends on it.
func (m *Model) Network() Item {
	s := &m.status
	switch {
	case !s.Paired:
		return Item{GradeQuiet, m.tr("net.off")}
	case s.Alarm != nil:
		return Item{GradeBad, m.tr("net.alarm")}
	case s.Online && s.Waiting() == 0:
		return Item{GradeGood, m.tr("net.online")}
	case s.Online:
		return Item{GradeGood, m.tr("net.online.queue", s.Waiting())}
	}
	return Item{GradeWarn, m.tr("net.offline.queue", s.Waiting())}
}

// PrinterItem is the state of all printers in one text; with one in trouble it is that one's.
func (m *Model) PrinterItem() Item {
	worst, queue := -1, 0
	for i := range m.status.Printers {
		p := &m.status.Printers[i]
		queue += p.Queue
		if worst < 0 && (p.Problem != nil || p.Alarm || p.Asks > 0) || p.Alarm && !m.status.Printers[max(worst, 0)].Alarm {
			worst = i
		}
	}
	switch {
	case len(m.status.Printers) == 0:
		return Item{GradeQuiet, m.tr("printer.none")}
	case worst >= 0:
		p := &m.status.Printers[worst]
		grade := GradeWarn
		if p.Alarm {
			grade = GradeBad
		}
		return Item{grade, m.tr("printer.trouble", p.Name)}
	case queue > 0:
		return Item{GradeGood, m.tr("printer.busy", queue)}
	}
	return Item{GradeGood, m.tr("printer.fine")}
}

// MachineItem is what else needs a look: disk, drawer, history; an empty text when nothing does.
func (m *Model) MachineItem() Item {
	s := &m.status
	switch {
	case s.DiskFull:
		return Item{GradeBad, m.tr("disk.short")}
	case s.DiskLow:
		return Item{GradeWarn, m.tr("disk.short")}
	case s.Drawer == DrawerOpen:
		return Item{GradeWarn, m.tr("drawer.open")}
	case s.History != "":
		return Item{GradeQuiet, m.tr("history.progress", s.History)}
	}
	return Item{}
}

// DrawerItem is the state of the cash drawer.
func (m *Model) DrawerItem() Item {
	switch m.status.Drawer {
	case DrawerOpen:
		return Item{GradeWarn, m.tr("drawer.open")}
	case DrawerClosed:
		return Item{GradeGood, m.tr("drawer.closed")}
	}
	return Item{GradeQuiet, m.tr("drawer.unknown")}
}

// DiskItem is the state of the storage.
func (m *Model) DiskItem() Item {
	s := &m.status
	free := Bytes(s.DiskFree)
	switch {
	case m.broken != nil:
		return Item{GradeBad, m.tr("disk.bad")}
	case s.DiskFull:
		return Item{GradeBad, m.tr("disk.full")}
	case s.DiskLow:
		return Item{GradeWarn, m.tr("disk.low", free)}
	}
	return Item{GradeGood, m.tr("disk.free", free)}
}

// Bytes writes a size: 12.3 GB. Tenths are cut, not rounded, so that it never promises too much.
func Bytes(n int64) string {
	unit, div := "MB", int64(1_000_000)
	if n >= 1_000_000_000 {
		unit, div = "GB", 1_000_000_000
	}
	return strconv.FormatInt(n/div, 10) + "." + strconv.FormatInt(n%div*10/div, 10) + " " + unit
}

// Proof is the proof of completeness: what was made here and what head office has booked.
type Proof struct {
	Made, Booked, Waiting uint64
	Complete              bool
	Text                  string // made 1,204 = booked 1,204
}

// Proof compares what was made with what is booked.
func (m *Model) Proof() Proof {
	s := &m.status
	p := Proof{Made: s.Made, Booked: s.Booked, Waiting: s.Waiting()}
	p.Complete = s.Paired && s.Alarm == nil && p.Made == p.Booked
	sign := "="
	if p.Made != p.Booked {
		sign = "≠"
	}
	p.Text = m.tr("proof.made", Grouped(p.Made)) + " " + sign + " " + m.tr("proof.booked", Grouped(p.Booked))
	return p
}

// Grouped writes a count with separators: 1,204.
func Grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Alarm is what the banner shows, or nil: only what somebody should do something about now.
func (m *Model) Alarm() *Item {
	s := &m.status
	text := func(g Grade, f *fault.Error) *Item { return &Item{g, f.Text(m.prefs.Lang)} }
	switch {
	case m.broken != nil:
		return text(GradeBad, m.broken)
	case s.DiskFull:
		return &Item{GradeBad, m.tr("disk.full")}
	case s.Alarm != nil:
		return text(GradeBad, s.Alarm)
	}
	for i := range s.Printers {
		p := &s.Printers[i]
		if p.Alarm {
			why := m.tr("printer.slow", p.Queue)
			if p.Problem != nil {
				why = p.Problem.Text(m.prefs.Lang)
			}
			return &Item{GradeBad, m.tr("printer.named", p.Name, why)}
		}
	}
	for i := range s.Printers {
		if p := &s.Printers[i]; p.Asks > 0 {
			return &Item{GradeWarn, m.tr("printer.asks", p.Name, p.Asks)}
		}
	}
	if s.DiskLow {
		return &Item{GradeWarn, m.tr("disk.low", Bytes(s.DiskFree))}
	}
	return nil
}

// RetryPrinter tries a printer's slips again; old says what happens to those too old to print unasked.
func (m *Model) RetryPrinter(name string, old OldSlips) {
	m.loop.Go(func() { m.doors.Bench.Retry(name, old) })
	m.change(func() { m.say(m.tr("printer.retrying", name)) })
}
