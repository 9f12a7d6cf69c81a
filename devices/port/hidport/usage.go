package hidport

import (
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Usage is a page and a number of the HID usage tables: what a part of a device is for.
type Usage struct{ Page, ID uint16 }

// Pages of the HID usage tables.
const (
	pageDesktop   = 0x01
	pageDigitizer = 0x0d
	pageScanner   = 0x8c // HID Point of Sale Usage Tables 1.02
)

// input reports whether the usage is a pointer, mouse, keyboard, keypad or anything of a touch screen.
func (u Usage) input() bool {
	return u.Page == pageDesktop && (u.ID == 1 || u.ID == 2 || u.ID == 6 || u.ID == 7) || u.Page == pageDigitizer
}

// interfaceInfo is what the kernel tells of one HID interface.
type interfaceInfo struct {
	vendor, product uint64
	serial          string
	number          uint64
	boot            bool // boot keyboard or boot mouse (HID 1.11, 4.2 and 4.3)
	usages          []Usage
}

// interfaces reads the HID interfaces from the kernel's directory of USB devices, as far as it can be
// read: interface 1-2:1.0 belongs to device 1-2.
func interfaces(kernel fs.FS) (out []interfaceInfo) {
	entries, err := fs.ReadDir(kernel, ".")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		device, _, ok := strings.Cut(e.Name(), ":")
		if !ok {
			continue
		}
		text := func(parts ...string) string {
			b, err := fs.ReadFile(kernel, path.Join(parts...))
			if err != nil {
				return ""
			}
			return strings.TrimSpace(string(b))
		}
		hex := func(parts ...string) uint64 {
			n, err := strconv.ParseUint(text(parts...), 16, 16)
			if err != nil {
				return 0
			}
			return n
		}
		if hex(e.Name(), "bInterfaceClass") != 3 {
			continue
		}
		i := interfaceInfo{vendor: hex(device, "idVendor"), product: hex(device, "idProduct"), serial: text(device, "serial"), number: hex(e.Name(), "bInterfaceNumber"),
			boot: hex(e.Name(), "bInterfaceSubClass") == 1 && hex(e.Name(), "bInterfaceProtocol") != 0}
		// Only there while the kernel's own driver has the interface.
		descriptors, _ := fs.Glob(kernel, e.Name()+"/*/report_descriptor")
		for _, name := range descriptors {
			if b, err := fs.ReadFile(kernel, name); err == nil {
				i.usages = append(i.usages, applications(b)...)
			}
		}
		out = append(out, i)
	}
	return out
}

// describe adds to a device what the kernel tells of the interfaces that may be it. Of twins that
// cannot be told apart one keyboard is enough.
func describe(d *Device, known []interfaceInfo) {
	for _, i := range known {
		if i.vendor != uint64(d.Vendor) || i.product != uint64(d.Product) || i.number != uint64(d.Interface) || d.Serial != "" && i.serial != "" && d.Serial != i.serial {
			continue
		}
		scanner := slices.ContainsFunc(i.usages, func(u Usage) bool { return u.Page == pageScanner })
		d.Input = d.Input || i.boot || !scanner && slices.ContainsFunc(i.usages, Usage.input)
		for _, u := range i.usages {
			if !slices.Contains(d.Usages, u) {
				d.Usages = append(d.Usages, u)
			}
		}
	}
}

// applications returns the usages of the application collections of a report descriptor (HID 1.11, 6.2.2), as
// far as it is well formed.
func applications(b []byte) (out []Usage) {
	const (
		collection  = 0xa0 // main
		usagePage   = 0x04 // global
		push        = 0xa4
		pop         = 0xb4
		usage       = 0x08 // local
		long        = 0xfe
		application = 1
	)
	var page uint16
	var pages []uint16 // pushed
	var local *Usage   // the first usage since the last main item
	for len(b) > 0 {
		prefix := b[0]
		if prefix == long {
			if len(b) < 3 || len(b) < 3+int(b[1]) {
				return out
			}
			b = b[3+int(b[1]):]
			continue
		}
		size := []int{0, 1, 2, 4}[prefix&3]
		if len(b) < 1+size {
			return out
		}
		var value uint32
		for i := range size {
			value |= uint32(b[1+i]) << (8 * i)
		}
		b = b[1+size:]
		switch prefix &^ 3 {
		case usagePage:
			page = uint16(value)
		case push:
			pages = append(pages, page)
		case pop:
			if last := len(pages) - 1; last >= 0 {
				page, pages = pages[last], pages[:last]
			}
		case usage:
			u := Usage{Page: page, ID: uint16(value)}
			if size == 4 {
				u.Page = uint16(value >> 16)
			}
			if local == nil {
				local = &u
			}
		case collection:
			if value == application && local != nil {
				out = append(out, *local)
			}
		}
		if prefix&0x0c == 0 { // a main item ends what is local
			local = nil
		}
	}
	return out
}
