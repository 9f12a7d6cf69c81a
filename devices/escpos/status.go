package escpos

// Status is the state of a printer as its answers tell it. The zero value is a printer
// in order.
type Status struct {
	Offline       bool
	CoverOpen     bool
	FeedButton    bool // somebody holds the paper feed button
	PaperOut      bool
	PaperNearEnd  bool
	Error         bool // an error of any kind
	CutterError   bool
	Unrecoverable bool // needs power off and on
	Recoverable   bool // goes away by itself, such as a head that is too hot
	DrawerHigh    bool // level of the drawer sensor, pin 3; see Profile.SensorOpenHigh
}

// RealTime takes the answer to StatusRequest(n) into s.
func (s *Status) RealTime(n int, b byte) {
	bit := func(k int) bool { return b>>k&1 == 1 }
	switch n {
	case 1:
		s.DrawerHigh, s.Offline = bit(2), bit(3)
	case 2:
		s.CoverOpen, s.FeedButton, s.Error = bit(2), bit(3), bit(6)
		s.PaperOut = s.PaperOut || bit(5)
	case 3:
		s.CutterError, s.Unrecoverable, s.Recoverable = bit(3), bit(5), bit(6)
	case 4:
		s.PaperNearEnd = b&0x0c != 0
		s.PaperOut = s.PaperOut || b&0x60 != 0
	}
}

// Ordered takes the answer to GS r 1 (paper) into s.
func (s *Status) Ordered(b byte) {
	s.PaperNearEnd, s.PaperOut = b&0x03 != 0, b&0x0c != 0
}

// Auto returns the state told by an automatic status message.
func (a Answer) Auto() Status {
	b := a.Bytes
	bit := func(i, k int) bool { return b[i]>>k&1 == 1 }
	return Status{
		DrawerHigh: bit(0, 2), Offline: bit(0, 3), CoverOpen: bit(0, 5), FeedButton: bit(0, 6),
		CutterError: bit(1, 3), Unrecoverable: bit(1, 5), Recoverable: bit(1, 6), Error: b[1]&0x68 != 0,
		PaperNearEnd: b[2]&0x03 != 0, PaperOut: b[2]&0x0c != 0,
	}
}

// Ready reports whether the printer takes and prints a ticket now.
func (s Status) Ready() bool {
	return !s.Offline && !s.CoverOpen && !s.PaperOut && !s.Error && !s.CutterError && !s.Unrecoverable && !s.Recoverable && !s.FeedButton
}

// DrawerOpen reports whether the sensor says that the drawer stands open. A drawer
// without a sensor always reads low.
func (s Status) DrawerOpen(p Profile) bool { return s.DrawerHigh == p.SensorOpenHigh }
