// Package portreg turns the address of a device, as it stands in the settings, into an
// opener:
//
//	tcp:192.168.1.50:9100
//	serial:/dev/ttyS0?baud=115200&flow=rtscts&parity=none&bits=8&stop=1
//	usb:/dev/usb/lp0
//	hid:05e0:1300                    (a scanner in HID-POS mode; hid:05e0:1300/SERIAL is one of several)
//	pty:/run/wendan/printer          (a pseudo-terminal of the virtual devices)
package portreg

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strconv"
	"strings"

	"wendan/devices/port"
	"wendan/devices/port/hidport"
	"wendan/devices/port/netport"
	"wendan/devices/port/serialport"
	"wendan/devices/port/usbport"
)

// Opener checks the address and returns its opener; nothing is opened yet. A wrong
// address is port.ErrAddress.
func Opener(address string) (port.Opener, error) {
	scheme, rest, _ := strings.Cut(address, ":")
	wrong := func(why string) (port.Opener, error) {
		return nil, port.ErrAddress.With(address).Wrap(errors.New(why))
	}
	switch scheme {
	case "tcp":
		host, number, err := net.SplitHostPort(rest)
		if n, nerr := strconv.Atoi(number); err != nil || host == "" || nerr != nil || n < 1 || n > 65535 {
			return wrong("host and port are needed")
		}
		return func(ctx context.Context) (port.Port, error) { return netport.Open(ctx, rest, address) }, nil
	case "serial", "pty":
		path, query, _ := strings.Cut(rest, "?")
		if !filepath.IsAbs(path) {
			return wrong("the path must be absolute")
		}
		mode, err := serialport.ParseMode(query)
		if err != nil {
			return wrong(err.Error())
		}
		return func(ctx context.Context) (port.Port, error) { return serialport.Open(ctx, path, address, mode) }, nil
	case "usb":
		if !filepath.IsAbs(rest) {
			return wrong("the path must be absolute")
		}
		return func(ctx context.Context) (port.Port, error) { return usbport.Open(ctx, rest, address) }, nil
	case "hid":
		a, err := hidport.ParseAddress(rest)
		if err != nil {
			return wrong(err.Error())
		}
		return func(ctx context.Context) (port.Port, error) { return hidport.Open(ctx, a, address) }, nil
	}
	return wrong("the address must begin with tcp:, serial:, usb:, hid: or pty:")
}
