package machine

import (
	"context"

	"wendan/devices/port"
	"wendan/store/fault"
)

// errNoPrinter tells that no printer is set up at all.
var errNoPrinter = fault.New("machine.no_printer", "还没有设置打印机，请在设置里添加；小票会等着", "No printer is set up yet; add one in the settings. Slips wait for it",
	"printers.json is missing or empty.")

// absent is the port of a register without printers.
func absent(context.Context) (port.Port, error) { return nil, errNoPrinter }
