// Package hidport reads USB devices of class HID, such as bar code scanners in HID-POS mode
// (usage page 8Ch), through github.com/karalabe/usb. It is the only package that knows that library.
//
// Opening a device takes it from the kernel. Its input node is gone from then on and does not come
// back when the port is closed, only when the device is plugged in again. A keyboard opened this way
// types nothing until somebody pulls its plug; so keyboards, mice and touch screens are refused
// wherever the kernel says that a device is one. A scanner in keyboard mode (键盘口) belongs to
// scanner.Keyboard.
//
// What of the library is worked round here: a listing without C code is empty and no error; the
// path in a listing is no name (it changes with every plug), so devices are found anew by vendor,
// product, serial number and interface; a read waits for ever; usages are never filled in; the cause of a
// failed opening is not told.
package hidport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"wendan/devices/port"
	"wendan/store/fault"
)

// The faults of this package; all others are those of devices/port.
var (
	ErrUnsupported = fault.New("hidport.unsupported", "此程序不支持 HID 扫码枪，请联系技术员", "This program was built without HID support; call the technician",
		"karalabe/usb works only when the register is built with CGO_ENABLED=1 and a C compiler.")
	ErrInput = fault.New("hidport.input", "设备 %s 是键盘、鼠标或触摸屏，不能这样使用；请把扫码枪设为 HID-POS 模式", "Device %s is a keyboard, mouse or touch screen and cannot be used this way; set the scanner to HID-POS mode",
		"Opening would take the device from the kernel until it is plugged in again. A scanner in keyboard mode is read with -keyboard-scanner.")
	ErrReadOnly = fault.New("hidport.read_only", "设备 %s 只能读取，不能写入，请检查设备设置", "Device %s can only be read; check the device settings",
		"A HID scanner takes no data; the address was given to a printer or display.")
)

// Address names a device. An empty serial number stands for any.
type Address struct {
	Vendor, Product uint16
	Serial          string
}

// ParseAddress reads VVVV:PPPP or VVVV:PPPP/SERIAL, the numbers being four hexadecimal digits as lsusb
// shows them.
func ParseAddress(s string) (Address, error) {
	numbers, serial, named := strings.Cut(s, "/")
	v, p, _ := strings.Cut(numbers, ":")
	vendor, verr := strconv.ParseUint(v, 16, 16)
	product, perr := strconv.ParseUint(p, 16, 16)
	if verr != nil || perr != nil || len(v) != 4 || len(p) != 4 || vendor == 0 || named && serial == "" {
		return Address{}, errors.New("vendor and product are needed as VVVV:PPPP, four hexadecimal digits each, then perhaps /SERIAL")
	}
	return Address{uint16(vendor), uint16(product), serial}, nil
}

func (a Address) String() string {
	s := fmt.Sprintf("hid:%04x:%04x", a.Vendor, a.Product)
	if a.Serial != "" {
		s += "/" + a.Serial
	}
	return s
}

// Device is one HID interface that is plugged in.
type Device struct {
	Address          // Serial is empty when there is none or the device may not be opened
	Interface int    // number of the interface within the device
	Maker     string // as the device says it, often empty
	Name      string
	Usages    []Usage // of its application collections, nil when the kernel does not tell
	Input     bool    // the kernel says it is a keyboard, mouse or touch screen: Open refuses it

	path string // the library's, good only until the device is plugged in again
}

// List returns the HID interfaces that are plugged in, in a steady order. Nothing is taken from the
// kernel. It fails with ErrUnsupported where the library cannot work.
func List() ([]Device, error) { return host.list(0, 0) }

// Open opens the device at the address for reading; name is shown to people. Of several devices
// that fit, it takes the first that is free; of several interfaces of one device it prefers
// the bar code scanner. Each Read of the port gives exactly one input report. Write fails with ErrReadOnly.
// An unplugged device is port.ErrUnplugged; one that is not there port.ErrAbsent; ErrInput and ErrUnsupported
// are the other refusals. Why the library could not open a device it does not say: a
// device whose names may not be read is taken for port.ErrPermission, any other for port.ErrBusy.
func Open(ctx context.Context, a Address, name string) (port.Port, error) {
	return port.Within(ctx, name, func() (port.Port, error) {
		c, err := host.open(a, name)
		if err != nil {
			return nil, err // not c, which is a nil of another type
		}
		return c, nil
	})
}

// library is what is used of the USB library.
type library interface {
	supported() bool
	list(vendor, product uint16) ([]Device, error) // 0 is any
	open(Device) (handle, error)
}

// system is a machine: its USB library and what its kernel tells of USB devices.
type system struct {
	library library
	kernel  fs.FS // the kernel's directory of USB devices
}

var host = system{library: karalabe{}, kernel: os.DirFS("/sys/bus/usb/devices")}

func (s system) list(vendor, product uint16) ([]Device, error) {
	if !s.library.supported() {
		return nil, ErrUnsupported
	}
	all, err := s.library.list(vendor, product)
	if err != nil {
		return nil, fmt.Errorf("list HID devices: %w", err)
	}
	known := interfaces(s.kernel)
	for i := range all {
		describe(&all[i], known)
	}
	slices.SortStableFunc(all, func(a, b Device) int {
		return cmp.Or(cmp.Compare(a.Vendor, b.Vendor), cmp.Compare(a.Product, b.Product), cmp.Compare(a.Serial, b.Serial),
			cmp.Compare(a.Interface, b.Interface), cmp.Compare(a.path, b.path))
	})
	return all, nil
}

func (s system) open(a Address, name string) (*channel, error) {
	all, err := s.list(a.Vendor, a.Product)
	if err != nil {
		return nil, err
	}
	fitting, err := choose(all, a, name)
	if err != nil {
		return nil, err
	}
	for _, d := range fitting {
		h, openErr := s.library.open(d)
		if openErr == nil {
			return newChannel(h, name), nil
		}
		err = openErr
	}
	if fitting[0].nameless() {
		return nil, port.ErrPermission.With(name).Wrap(err)
	}
	return nil, port.ErrBusy.With(name).Wrap(err)
}

// choose returns the devices that may be opened for the address, best first.
func choose(all []Device, a Address, name string) ([]Device, error) {
	var fitting []Device
	hidden := false // a device that fits but whose serial number may not be read
	for _, d := range all {
		if d.Vendor != a.Vendor || d.Product != a.Product {
			continue
		}
		if a.Serial == "" || d.Serial == a.Serial {
			fitting = append(fitting, d)
		}
		hidden = hidden || d.nameless()
	}
	switch {
	case len(fitting) == 0 && hidden:
		return nil, port.ErrPermission.With(name)
	case len(fitting) == 0:
		return nil, port.ErrAbsent.With(name)
	}
	fitting = slices.DeleteFunc(fitting, func(d Device) bool { return d.Input })
	if len(fitting) == 0 {
		return nil, ErrInput.With(name)
	}
	if slices.ContainsFunc(fitting, Device.Scanner) {
		fitting = slices.DeleteFunc(fitting, func(d Device) bool { return !d.Scanner() })
	}
	return fitting, nil
}

// Scanner reports whether the kernel says that the device is a bar code scanner (usage page 8Ch).
func (d Device) Scanner() bool {
	return slices.ContainsFunc(d.Usages, func(u Usage) bool { return u.Page == pageScanner })
}

// nameless is what a device looks like that may not be opened.
func (d Device) nameless() bool { return d.Serial == "" && d.Maker == "" && d.Name == "" }
