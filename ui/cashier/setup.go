package cashier

import (
	"context"
	"slices"
	"time"

	"wendan/store/act"
	"wendan/store/fault"
	"wendan/store/menu"
)

// testPatience bounds a test print.
const testPatience = 30 * time.Second

// Test is the result of a test print.
type Test struct {
	Printer string
	Running bool
	Fault   *fault.Error // nil with Running false: it came out
}

// Settings are the settings in force.
func (m *Model) Settings() Settings {
	s := m.prefs
	s.Printers = slices.Clone(s.Printers)
	return s
}

// Scales are the sizes offered.
var Scales = []float32{1, 1.2, 1.4, 1.6, 2}

// Change puts changed settings of the screen into force at once and keeps them in the background; when keeping fails,
// the old ones come back with the reason.
func (m *Model) Change(edit func(*Settings)) {
	m.change(func() {
		old, next := m.prefs, m.Settings()
		edit(&next)
		look := old.Lang != next.Lang || old.Dark != next.Dark || old.Scale != next.Scale || old.Lite != next.Lite
		m.prefs = next
		m.touch(PartSetup)
		if look {
			m.catalogue()
			m.touch(PartLook)
		}
		m.saves++
		n := m.saves
		m.loop.Go(func() {
			err := m.doors.Preferences.SaveSettings(next)
			m.loop.Post(func() {
				m.change(func() {
					if err == nil {
						m.kept(n)
						return
					}
					m.fail(err)
					if n == m.saves {
						m.prefs = old
						m.catalogue()
						m.touch(PartSetup | PartLook)
					}
				})
			})
		})
	})
}

// kept tells that the printers' settings are in force; other settings show by themselves.
func (m *Model) kept(n int) {
	if m.tell == n {
		m.say(m.tr("set.saved"))
	}
}

// SavePrinter changes the i-th printer, or adds one when i is their number.
func (m *Model) SavePrinter(i int, p PrinterSetting) {
	m.change(func() {
		m.tell = m.saves + 1
		m.Change(func(s *Settings) {
			if i >= len(s.Printers) {
				s.Printers = append(s.Printers, p)
				return
			}
			was := s.Printers[i].Name
			s.Printers[i] = p
			for k := range s.Printers { // a backup keeps pointing to the renamed printer
				if s.Printers[k].Backup == was {
					s.Printers[k].Backup = p.Name
				}
			}
		})
	})
}

// RemovePrinter removes the i-th printer; the toast offers it back.
func (m *Model) RemovePrinter(i int) {
	m.change(func() {
		if i < 0 || i >= len(m.prefs.Printers) {
			return
		}
		old := m.Settings().Printers
		m.Change(func(s *Settings) {
			name := s.Printers[i].Name
			s.Printers = slices.Delete(s.Printers, i, i+1)
			for k := range s.Printers {
				if s.Printers[k].Backup == name {
					s.Printers[k].Backup = ""
				}
			}
		})
		m.offer(m.tr("line.removed", old[i].Name), m.tr("act.undo"), func() {
			m.Change(func(s *Settings) { s.Printers = old })
		})
	})
}

// Test is the latest test print, or nil.
func (m *Model) Test() *Test { return m.test }

// TestPrint prints a test slip and shows the proof or the reason why not.
func (m *Model) TestPrint(name string) {
	m.change(func() {
		if m.test != nil && m.test.Running {
			return
		}
		t := &Test{Printer: name, Running: true}
		m.test = t
		m.touch(PartSetup)
		m.loop.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), testPatience)
			defer cancel()
			err := m.doors.Bench.TestPrint(ctx, name)
			m.loop.Post(func() {
				m.change(func() {
					t.Running, t.Fault = false, fault.Of(err)
					m.touch(PartSetup)
				})
			})
		})
	})
}

// Limit sets how many portions of a dish are left: nil frees it, 0 stops it (沽清). Until lifted it survives the day.
func (m *Model) Limit(dish uint32, left *int32, untilLifted bool) {
	m.change(func() {
		if m.me == nil {
			return
		}
		m.do(zeroKey, menu.SetLimit{Dish: dish, Left: left, UntilLifted: untilLifted}, func(_ act.Answer, err error) {
			if err != nil {
				m.fail(err)
				return
			}
			m.look()
		})
	})
}

// LimitText says how a dish is limited, "" when it is not.
func (m *Model) LimitText(id uint32) string {
	left, limited := m.view.Limits.Left(id)
	switch {
	case !limited:
		return ""
	case left == 0:
		return m.tr("dish.soldout")
	}
	return m.tr("dish.left", left)
}
