package cashier

import (
	"time"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/shift"
	"wendan/store/staff"
)

// Sign is the sign-in page.
type Sign struct {
	Person *staff.Person // chosen, or nil
	Busy   bool
	Fault  *fault.Error
	Until  time.Time // no try before this time
}

// Day is the page that opens a business day.
type Day struct {
	Date  fact.Day
	Ask   *fault.Error // a person must confirm this date
	Fault *fault.Error
	Busy  bool
}

// Sign is the state of signing in.
func (m *Model) Sign() *Sign { return &m.sign }

// Day is the state of opening the day.
func (m *Model) Day() *Day {
	if m.day.Date == 0 {
		m.day.Date = m.view.Propose
	}
	return &m.day
}

// People lists who can sign in.
func (m *Model) People() []staff.Person {
	var out []staff.Person
	for _, p := range m.view.People {
		if !p.Left {
			out = append(out, p)
		}
	}
	return out
}

// PersonName is a person's name in the screen's language.
func (m *Model) PersonName(p *staff.Person) string { return m.name(p.Name, p.NameEN) }

// ChoosePerson chooses who signs in.
func (m *Model) ChoosePerson(p staff.Person) {
	m.change(func() {
		m.sign.Person, m.sign.Fault, m.sign.Until = &p, nil, time.Time{}
		m.touch(PartSign)
	})
}

// Wait is how many seconds must pass before the next try.
func (m *Model) Wait() int {
	return max(0, int((m.sign.Until.Sub(m.loop.Now())+time.Second-1)/time.Second))
}

// SignIn tries a PIN.
func (m *Model) SignIn(pin string) {
	m.change(func() {
		s := &m.sign
		if s.Person == nil || s.Busy || m.Wait() > 0 {
			return
		}
		p := *s.Person
		s.Busy, s.Fault = true, nil
		m.touch(PartSign)
		m.do(zeroKey, staff.SignIn{Person: p.ID, PIN: pin}, func(_ act.Answer, err error) {
			s.Busy = false
			m.touch(PartSign)
			if err != nil {
				m.wrong(err)
				return
			}
			*s = Sign{}
			m.me = &p
			m.turn(m.home())
			m.touch(PartStatus)
			m.learn()
		})
	})
}

// wrong shows why signing in failed and counts a delay down.
func (m *Model) wrong(err error) {
	f := fault.Of(err)
	m.sign.Fault = f
	m.beep(SoundError)
	if f.Code != staff.ErrWait.Code || len(f.Args) == 0 {
		return
	}
	seconds := int64(0)
	switch n := f.Args[0].(type) {
	case int64:
		seconds = n
	case int:
		seconds = int64(n)
	case uint64:
		seconds = int64(n)
	case float64: // through a socket
		seconds = int64(n)
	}
	m.sign.Until = m.loop.Now().Add(time.Duration(seconds) * time.Second)
	m.countDown()
}

func (m *Model) countDown() {
	m.loop.After(time.Second, func() {
		m.change(func() {
			m.touch(PartSign)
			if m.Wait() > 0 {
				m.countDown()
			} else {
				m.sign.Fault = nil
			}
		})
	})
}

// Lock asks for a PIN again; the order and who is signed in stay.
func (m *Model) Lock() { m.change(m.lock) }

func (m *Model) lock() {
	if m.pay != nil && m.pay.Saving() {
		return
	}
	m.me, m.pay, m.choice, m.sign = nil, nil, nil, Sign{}
	m.turn(PageSign)
	m.touch(PartSign | PartStatus | PartChoice)
}

// SignOut leaves the register; the order stays.
func (m *Model) SignOut() {
	m.change(func() {
		if m.me == nil || m.pay != nil && m.pay.Saving() {
			return
		}
		m.do(zeroKey, staff.SignOut{Person: m.me.ID}, func(_ act.Answer, err error) {
			if err != nil {
				m.fail(err)
			}
		})
		m.lock()
	})
}

// MoveDate changes the date that OpenDay will open.
func (m *Model) MoveDate(by int) {
	m.change(func() {
		d := m.Day()
		if d.Busy {
			return
		}
		*d = Day{Date: d.Date.Add(by)}
		m.touch(PartPage)
	})
}

// OpenDay opens the business day shown. A date that is not the day after the last one is asked about first.
func (m *Model) OpenDay() {
	m.change(func() {
		d := m.Day()
		if d.Busy || m.me == nil || m.view.DayOpen {
			return
		}
		d.Busy = true
		m.touch(PartPage)
		confirmed := d.Ask != nil
		m.do(zeroKey, shift.OpenDay{Day: d.Date, Confirmed: confirmed}, func(_ act.Answer, err error) {
			d.Busy, d.Ask, d.Fault = false, nil, nil
			m.touch(PartPage)
			switch {
			case err == nil:
				m.look()
			case fault.Code(err) == shift.ErrDate.Code:
				d.Ask = fault.Of(err)
			default:
				d.Fault = fault.Of(err)
			}
		})
	})
}

// CloseDay closes the business day (日结). Screens ask first.
func (m *Model) CloseDay() {
	m.change(func() {
		if m.me == nil || m.closing || m.pay != nil {
			return
		}
		m.closing = true
		m.do(zeroKey, shift.CloseDay{}, func(_ act.Answer, err error) {
			m.closing = false
			if err != nil {
				m.fail(err)
				return
			}
			m.say(m.tr("day.closed"))
			m.day = Day{}
			m.look()
		})
	})
}

// look reads the shop's state elsewhere and takes it in.
func (m *Model) look() {
	m.loop.Go(func() {
		v, s := m.doors.Shop.Look(), m.doors.Shop.Status()
		m.loop.Post(func() { m.Take(v, s) })
	})
}
