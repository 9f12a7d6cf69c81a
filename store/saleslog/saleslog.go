// Package saleslog reads a past sales log, one CSV line per portion sold, so that real
// lunch peaks can be replayed through the register.
//
// Nothing is guessed: a line that names no dish, an unknown dish, an impossible date or
// another order's time is refused with file, line and reason, and an order of which no
// line is left is refused as a whole. The package is pure and reads only from the
// readers it is given.
package saleslog

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"wendan/store/fault"
	"wendan/store/menu"
	"wendan/store/money"
)

// Why a line or an order is refused.
var (
	ErrNoItem = fault.New("saleslog.no_item", "没有写菜品（“%s”），此行不计", "No dish is named (%q); the line is left out",
		"The item column is empty, NULL or 0.")
	ErrItem = fault.New("saleslog.item", "菜单里没有编号“%s”，请核对菜单", "There is no dish %q on the menu; check the menu file",
		"The two files may not belong together.")
	ErrDate = fault.New("saleslog.date", "日期时间“%s”看不懂，请写成 2023-01-31 12:05:00 PM", "The date and time %q are not understood; write them like 2023-01-31 12:05:00 PM",
		"Dates are YYYY-MM-DD or M/D/YY, times h:mm:ss AM or PM.")
	ErrOrder = fault.New("saleslog.order", "订单号“%s”不是正整数，请改正", "The order number %q is not a positive whole number; correct it",
		"Every line belongs to a numbered order.")
	ErrScattered = fault.New("saleslog.scattered", "订单 %s 的各行不相连，请按订单排好", "The lines of order %s do not stand together; sort the file by order",
		"The number came back after other orders.")
	ErrMoment = fault.New("saleslog.moment", "订单 %d 的各行时间不同，请核对", "The lines of order %d name different times; check them",
		"All lines of an order carry the moment it was placed.")
	ErrNothingLeft = fault.New("saleslog.nothing_left", "订单 %d 没有可计的菜品，整单不计", "Order %d has no line left; the whole order is left out",
		"Every line of the order was refused.")
	ErrBackwards = fault.New("saleslog.backwards", "日期倒退（%s 之后是 %s），年月日的次序可能不对，请核对", "The dates run backwards (%s, then %s); check the order of month and day",
		"When the four-digit-year dates are really year-day-month, read the file with Reader.DayFirst.")
)

// Order is one order of the past.
type Order struct {
	ID    uint32
	At    time.Time // civil time of the shop as written, carried in UTC; the log names no zone
	Line  int       // line in the details file where it begins, from 1
	Lines []uint32  // dish numbers, one per portion, in file order; never empty
}

// Log is what was read.
type Log struct {
	Menu          menu.Menu      // of the menu file; usable, otherwise Read fails
	Orders        []Order        // in file order, refused ones left out
	Refused       []menu.Problem // why lines and orders were left out, by line; a refused order's problem is ErrNothingLeft
	Warnings      []menu.Problem // what to look at though nothing was left out
	OrdersRead    int            // orders the file names
	LinesRead     int            // data lines in the file
	LinesRefused  int
	OrdersRefused int
	LinesSold     int          // portions in Orders
	Amount        money.Amount // their sum at the menu's prices, in the menu's minor unit
}

// Reader holds how ambiguous things in a log are to be taken. The zero Reader takes
// everything as written.
type Reader struct {
	// DayFirst takes 2023-02-01 for the second of January, as a spreadsheet with the wrong
	// locale writes it. Dates with slashes are M/D/YY in any case.
	DayFirst bool
}

// Read is Reader{}.Read: dates are taken as written.
func Read(menuName string, menuCSV io.Reader, detailsName string, details io.Reader) (*Log, error) {
	return Reader{}.Read(menuName, menuCSV, detailsName, details)
}

// Read reads a menu file, in any form menu.Read knows, and the details file with the
// columns order_details_id, order_id, order_date, order_time and item_id. The names are
// those problems are reported under. It fails when a file cannot be read, the menu has
// an error or a column is missing; bad lines do not fail it but are in Log.Refused.
func (o Reader) Read(menuName string, menuCSV io.Reader, detailsName string, details io.Reader) (*Log, error) {
	m, problems := menu.Read(menuName, menuCSV, nil)
	for _, p := range problems {
		if !p.Warning {
			return nil, fmt.Errorf("read menu of sales log: %w", p)
		}
	}
	log := &Log{Menu: m}
	s := &scan{Reader: o, log: log, index: log.Menu.Index(), file: detailsName, seen: map[uint32]bool{}}
	if err := s.run(details); err != nil {
		return nil, fmt.Errorf("read sales log: %w", err)
	}
	return log, nil
}

// moment reads date and time as civil time.
func (o Reader) moment(date, clock string) (time.Time, bool) {
	layout := "1/2/06"
	if strings.Contains(date, "-") {
		layout = "2006-01-02"
		if o.DayFirst {
			layout = "2006-02-01"
		}
	}
	at, err := time.Parse(layout+" 3:04:05 PM", date+" "+clock)
	return at, err == nil
}

// positive reads a number from 1 up.
func positive(text string) (uint32, bool) {
	n, err := strconv.ParseUint(text, 10, 32)
	return uint32(n), err == nil && n > 0
}

// absent reports an item column that names no dish.
func absent(item string) bool { return item == "" || item == "0" || strings.EqualFold(item, "null") }
