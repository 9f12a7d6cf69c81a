package uplink

import (
	"strconv"

	"wendan/store/fact"
	"wendan/store/fault"
)

// Status is a snapshot of the uplink for the status bar and the tools.
type Status struct {
	Connected bool
	Made      fact.Head // last durable fact of this register
	Booked    fact.Head // highest fact head office has booked, hash compared with ours
	Waiting   uint64    // facts made and not yet booked
	BookedAt  int64     // UTC milliseconds of head office's last booking, 0 when unknown
	Err       error     // last passing trouble, a fault; nil while all is well
	Alarm     error     // what a person must look at, a fault: fork, lying or refusing head office
}

// Complete reports whether head office has booked exactly everything made here: same
// number, same hash.
func (s Status) Complete() bool { return s.Made == s.Booked && s.Alarm == nil }

// Proof is the sentence that proves completeness: "已记 1,204 = 已入账 1,204".
func (s Status) Proof(l fault.Lang) string {
	sign := "≠"
	if s.Complete() {
		sign = "="
	}
	if l == fault.EN {
		return "made " + thousands(s.Made.Seq) + " " + sign + " booked " + thousands(s.Booked.Seq)
	}
	return "已记 " + thousands(s.Made.Seq) + " " + sign + " 已入账 " + thousands(s.Booked.Seq)
}

func thousands(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Status is the present state. It never waits for the network.
func (u *Uplink) Status() Status {
	u.mu.Lock()
	s := u.st
	u.mu.Unlock()
	s.Booked, s.Made = u.opt.Mark.Booked(), u.opt.Facts.Head()
	if s.Made.Epoch != s.Booked.Epoch {
		s.Booked = fact.Head{Epoch: s.Made.Epoch}
	}
	if s.Made.Seq > s.Booked.Seq {
		s.Waiting = s.Made.Seq - s.Booked.Seq
	}
	return s
}

// Subscribe returns a channel that gets a value when the status may have changed (read it
// with Status), and a function that ends it. A slow subscriber delays nobody.
func (u *Uplink) Subscribe() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ears[c] = true
	return c, func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		delete(u.ears, c)
	}
}

func (u *Uplink) change(f func(*Status)) {
	u.mu.Lock()
	defer u.mu.Unlock()
	f(&u.st)
	for c := range u.ears {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
