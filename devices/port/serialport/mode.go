package serialport

import (
	"fmt"
	"net/url"
	"strconv"

	"go.bug.st/serial"
)

// Flow is how a device stops the register from sending.
type Flow uint8

// The kinds of flow control: none, the RTS/CTS wires, and the bytes XON (11h) and XOFF (13h),
// which are then taken out of what the device sends. What is written passes unchanged.
const (
	FlowNone    Flow = 0
	FlowRTSCTS  Flow = 1
	FlowXONXOFF Flow = 2
)

// Mode is the setting of a serial line.
type Mode struct {
	Baud   int // 300 to 4,000,000
	Bits   int // 7 or 8
	Parity serial.Parity
	Stop   int // 1 or 2
	Flow   Flow
}

// Default is what most receipt printers and scanners leave the factory with on a USB
// serial port: 115200 8N1 without flow control.
var Default = Mode{Baud: 115200, Bits: 8, Stop: 1}

// ParseMode reads the query part of an address, such as
// "baud=9600&bits=7&parity=even&stop=1&flow=rtscts"; what is not named keeps its value of
// Default.
func ParseMode(query string) (Mode, error) {
	m := Default
	values, err := url.ParseQuery(query)
	if err != nil {
		return m, err
	}
	for key, list := range values {
		v := list[len(list)-1]
		ok := true
		switch key {
		case "baud":
			m.Baud, ok = number(v, 300, 4_000_000)
		case "bits":
			m.Bits, ok = number(v, 7, 8)
		case "stop":
			m.Stop, ok = number(v, 1, 2)
		case "parity":
			m.Parity, ok = map[string]serial.Parity{"none": serial.NoParity, "even": serial.EvenParity, "odd": serial.OddParity}[v]
		case "flow":
			m.Flow, ok = map[string]Flow{"none": FlowNone, "rtscts": FlowRTSCTS, "xonxoff": FlowXONXOFF}[v]
		default:
			return m, fmt.Errorf("unknown setting %q", key)
		}
		if !ok {
			return m, fmt.Errorf("%s cannot be %q", key, v)
		}
	}
	return m, nil
}

func number(s string, least, most int) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= least && n <= most
}
