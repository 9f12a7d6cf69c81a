// Package cashier is the cashier's touchscreen: sign-in, ringing up, payment, today's orders, settings. Its
// view-model (files without Fyne) carries the logic and the tests; the screens are thin.
package cashier

import (
	"context"

	"wendan/devices/ticket"
	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/staff"
)

// Till takes acts and makes keys. Do blocks until the act is durable or refused: never
// call it on the screen's own goroutine.
type Till interface {
	Do(ctx context.Context, a act.Act) (act.Answer, error)
	NewKey() fact.Key
}

// Shop is the durable state that screens show, read from memory.
type Shop interface {
	// Look returns the state as of the last durable fact. It never blocks for long.
	Look() View
	// Watch returns a channel that receives (at most one pending) after every change of the state or the
	// status, and a function that ends it.
	Watch() (<-chan struct{}, func())
	// Status returns what the status bar shows. It never blocks for long.
	Status() Status
}

// View is a copy of the state that screens need; the menu is shared and never changes.
type View struct {
	Shop     string // name of the restaurant
	Branch   string
	Register string // register letter
	Day      fact.Day
	DayOpen  bool
	Propose  fact.Day // business date that opening a day would use now
	Menu     *menu.Index
	Limits   menu.Limits
	People   []staff.Person // who can sign in
	SignedIn map[uint32]bool
	Open     []*order.Order // placed and not yet paid, oldest first
	Settled  uint32         // orders settled on the open day
	Turnover money.Amount   // and their sum
	Made     uint64         // facts recorded so far
}

// Status is what the status bar shows.
type Status struct {
	Online   bool         // head office answers
	Paired   bool         // there is a head office at all
	Made     uint64       // facts recorded
	Booked   uint64       // facts head office has booked, hash compared
	Alarm    *fault.Error // head office contradicts the register, or nil
	Printers []Printer
	Drawer   DrawerState
	DiskFree int64  // bytes
	DiskLow  bool   // warn: order of a new disk or a clean-up
	DiskFull bool   // selling is refused
	History  string // "" or progress of a rebuild of the history, such as "42 %"
}

// Waiting is how many facts head office does not have yet.
func (s *Status) Waiting() uint64 {
	if s.Booked > s.Made {
		return 0
	}
	return s.Made - s.Booked
}

// Printer is one printer's state in the status bar.
type Printer struct {
	Name    string       // as set up: 前台, 后厨
	Problem *fault.Error // what is wrong and what to do, or nil
	Queue   int          // slips waiting
	Alarm   bool         // the oldest slip waits too long
	Asks    int          // old slips that wait for a person to say print or give up
}

// DrawerState is what is known of the cash drawer. Numbers only grow.
type DrawerState uint8

// Drawer states.
const (
	DrawerUnknown DrawerState = 0 // no sensor
	DrawerClosed  DrawerState = 1
	DrawerOpen    DrawerState = 2
)

// PrintState is how far an order's slips are.
type PrintState uint8

// Print states.
const (
	PrintDone    PrintState = 1
	PrintWaiting PrintState = 2
	PrintAlarm   PrintState = 3
)

// Row is one order in the list of today's orders.
type Row struct {
	Order  order.Order
	Print  PrintState
	Booked bool // head office has all its facts
}

// History reads orders from the book. Its methods read the disk: call them off the screen's goroutine.
type History interface {
	// Orders lists orders of a business day, newest first, below the number before (0 = from the newest).
	Orders(ctx context.Context, day fact.Day, before uint64, limit int) ([]Row, error)
	// Find lists orders of the day whose number, 取餐号 or amount matches the text.
	Find(ctx context.Context, day fact.Day, text string, limit int) ([]Row, error)
	// Preview gives the slip of an order as a document, as it would be printed again.
	Preview(ctx context.Context, n order.Number, slip order.Slip) (ticket.Ticket, error)
}

// Bench is what the screen asks of the devices, beyond what facts call for.
type Bench interface {
	// TestPrint prints a test slip on the named printer and waits for the proof or the reason why not.
	TestPrint(ctx context.Context, printer string) error
	// Retry tries the printer's waiting slips at once; old says what happens to slips that are too old to print unasked.
	Retry(printer string, old OldSlips)
	// Beep sounds, when the machine can.
	Beep(Sound)
}

// OldSlips is the person's answer about old slips.
type OldSlips uint8

// Answers about old slips.
const (
	KeepOld    OldSlips = 0 // leave them waiting
	PrintOld   OldSlips = 1
	AbandonOld OldSlips = 2
)

// Sound is a signal for the cashier.
type Sound uint8

// Sounds.
const (
	SoundTap   Sound = 1
	SoundDone  Sound = 2
	SoundError Sound = 3
)

// Settings are the preferences of this screen. They are kept in a file of the register, not in facts.
type Settings struct {
	Lang     fault.Lang       `json:"lang"` // zh or en
	Dark     bool             `json:"dark"`
	Scale    float32          `json:"scale"` // 0.8 to 2
	Lite     bool             `json:"lite"`  // no fling, shadows or transitions: for screens without a graphics chip
	Sound    bool             `json:"sound"`
	Printers []PrinterSetting `json:"printers"` // in the order of the status bar
}

// PrinterSetting says where a printer is and what it prints.
type PrinterSetting struct {
	Name    string   `json:"name"`
	Address string   `json:"address"`          // tcp:192.168.1.50:9100, serial:/dev/ttyS0?baud=115200, usb:/dev/usb/lp0
	Columns int      `json:"columns"`          // 48, 42 or 32
	Roles   []string `json:"roles"`            // receipt, kitchen:1 …; "kitchen" is every station not named elsewhere
	Backup  string   `json:"backup,omitempty"` // name of the printer that takes over (转印)
	Drawer  bool     `json:"drawer,omitempty"` // the cash drawer hangs on it
}

// Preferences keeps the settings.
type Preferences interface {
	Settings() Settings
	// SaveSettings keeps s and puts it into force, printers included. Errors are faults that say what is wrong with s.
	SaveSettings(s Settings) error
}

// CartKeeper keeps the carts across a power cut, in the background.
type CartKeeper interface {
	Save(carts []order.Cart)
}

// Doors is everything the cashier's screen is joined to.
type Doors struct {
	Till        Till
	Shop        Shop
	History     History
	Bench       Bench
	Preferences Preferences
	Carts       CartKeeper
	Kept        []order.Cart  // carts of the last run
	Scans       <-chan string // codes from the scanners; nil without one
	// Wedge turns key events of a keyboard scanner into a code: it takes a rune typed at a time in milliseconds and returns the
	// code when one is complete and whether the rune belongs to a scan. nil without.
	Wedge func(r rune, ms int64) (code string, scanning bool)
}
