// Package drawer is the cash drawer (钱箱), which hangs on the drawer connector of a
// receipt printer and opens by a pulse of current.
package drawer

import (
	"context"

	"wendan/devices/printer"
	"wendan/store/fault"
)

// ErrNotOpened means that the command did not reach the printer, or only perhaps.
var ErrNotOpened = fault.New("drawer.not_opened", "钱箱可能没有打开，请检查打印机，必要时用钥匙开启", "The drawer may not have opened; check the printer, or use the key",
	"The drawer is opened through the printer; the cause says what the printer's trouble is. A pulse is never repeated by itself.")

// Pulser sends one drawer pulse; printer.Printer is one. Pin is 2 or 5, 0 means the
// printer profile's.
type Pulser interface {
	Pulse(ctx context.Context, pin int) error
}

// Sensor tells the state of the printer, and with it of the drawer; printer.Printer is one.
type Sensor interface {
	Status(ctx context.Context) (printer.Status, error)
}

// State is whether the drawer stands open. A drawer without a sensor, or with a cable
// without the sensor wire, always reads closed.
type State = printer.Drawer

// The states.
const (
	Unknown State = printer.DrawerUnknown
	Closed  State = printer.DrawerClosed
	Opened  State = printer.DrawerOpen
)

// Drawer is one drawer. It owns nothing; its printer is closed by whoever made it.
type Drawer struct {
	pulser Pulser
	pin    int
}

// New returns the drawer on the given pin of the printer's drawer connector.
func New(p Pulser, pin int) *Drawer { return &Drawer{pulser: p, pin: pin} }

// Open sends one pulse and returns when it was sent, or ErrNotOpened with the printer's fault
// as its cause. It never tries again: that is a person's decision and a fact of its own.
func (d *Drawer) Open(ctx context.Context) error {
	if err := d.pulser.Pulse(ctx, d.pin); err != nil {
		return ErrNotOpened.Wrap(err)
	}
	return nil
}

// State asks the sensor through the printer. Without a printer that tells its state it
// is Unknown and no error.
func (d *Drawer) State(ctx context.Context) (State, error) {
	s, ok := d.pulser.(Sensor)
	if !ok {
		return Unknown, nil
	}
	status, err := s.Status(ctx)
	if err != nil {
		return Unknown, err
	}
	return status.Drawer, nil
}
