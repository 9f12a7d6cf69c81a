package hidport

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/karalabe/usb"

	"wendan/devices/port"
)

// shelf is a USB library with these devices plugged in; the paths in refused cannot be opened.
type shelf struct {
	plugged []Device
	refused []string
	absent  bool // the library was built without its C code
	opened  []string
}

func (s *shelf) supported() bool { return !s.absent }

func (s *shelf) list(vendor, product uint16) (out []Device, err error) {
	for _, d := range s.plugged {
		if (vendor == 0 || d.Vendor == vendor) && (product == 0 || d.Product == product) {
			out = append(out, d)
		}
	}
	return out, nil
}

func (s *shelf) open(d Device) (handle, error) {
	if slices.Contains(s.refused, d.path) {
		return nil, errors.New("hidapi: failed to open device")
	}
	s.opened = append(s.opened, d.path)
	return newCable(), nil
}

func device(vendor, product uint16, serial string, number int, path string) Device {
	return Device{Address: Address{vendor, product, serial}, Interface: number, Maker: "maker", path: path}
}

// Report descriptors, cut to what says what a device is.
var (
	keyboardDescriptor = []byte{0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x81, 0x02, 0xc0}
	scannerDescriptor  = []byte{0x05, 0x8c, 0x09, 0x02, 0xa1, 0x01, 0x85, 0x02, 0x09, 0x12, 0xa1, 0x02, 0x05, 0x01, 0x09, 0x3b, 0x81, 0x02, 0xc0, 0xc0}
	touchDescriptor    = []byte{0x05, 0x0d, 0x09, 0x04, 0xa1, 0x01, 0xc0}
)

// plug adds a HID interface to the kernel's directory.
func plug(kernel fstest.MapFS, device, vendor, product, serial, number, subclass, protocol string, descriptor []byte) {
	put := func(name, text string) { kernel[name] = &fstest.MapFile{Data: []byte(text + "\n")} }
	put(device+"/idVendor", vendor)
	put(device+"/idProduct", product)
	if serial != "" {
		put(device+"/serial", serial)
	}
	i := device + ":1." + number
	put(i+"/bInterfaceClass", "03")
	put(i+"/bInterfaceNumber", "0"+number)
	put(i+"/bInterfaceSubClass", subclass)
	put(i+"/bInterfaceProtocol", protocol)
	if descriptor != nil {
		kernel[i+"/0003:"+vendor+":"+product+".0001/report_descriptor"] = &fstest.MapFile{Data: descriptor}
	}
}

func TestLibraryWithoutItsCCodeIsAFaultAndNotAnEmptyList(t *testing.T) {
	s := system{&shelf{absent: true}, fstest.MapFS{}}
	if l, err := s.list(0, 0); !errors.Is(err, ErrUnsupported) || l != nil {
		t.Errorf("listed %v, %v", l, err)
	}
	if c, err := s.open(Address{0x05e0, 0x1300, ""}, "hid:x"); !errors.Is(err, ErrUnsupported) || c != nil {
		t.Errorf("opened %v, %v", c, err)
	}
	// The library that is linked into this very test.
	if _, err := List(); usb.Supported() == errors.Is(err, ErrUnsupported) {
		t.Errorf("supported %v, %v", usb.Supported(), err)
	}
	p, err := Open(context.Background(), Address{0xffff, 0xfffe, "no such"}, "hid:ffff:fffe/no such")
	if p != nil || usb.Supported() && !errors.Is(err, port.ErrAbsent) || !usb.Supported() && !errors.Is(err, ErrUnsupported) {
		t.Errorf("%v, %v", p, err)
	}
}

func TestAddressesAreReadAsTheyArePrinted(t *testing.T) {
	for text, want := range map[string]Address{"05e0:1300": {0x05e0, 0x1300, ""}, "0C2E:0B61/S/N 1": {0x0c2e, 0x0b61, "S/N 1"}} {
		a, err := ParseAddress(text)
		if err != nil || a != want {
			t.Errorf("%q: %v, %v", text, a, err)
		}
		if again, err := ParseAddress(a.String()[len("hid:"):]); err != nil || again != a {
			t.Errorf("%v: %v, %v", a, again, err)
		}
	}
	for _, text := range []string{"", ":", "05e0", "05e0:", "5e0:1300", "05e0:13000", "05e0:130g", "05e0:1300/", "0000:1300", "+5e0:1300"} {
		if a, err := ParseAddress(text); err == nil {
			t.Errorf("%q was taken for %v", text, a)
		}
	}
}

func TestTheRightInterfaceOfTheRightDeviceIsOpened(t *testing.T) {
	kernel := fstest.MapFS{}
	plug(kernel, "1-1", "05e0", "1300", "A1", "0", "01", "01", keyboardDescriptor)
	plug(kernel, "1-1", "05e0", "1300", "A1", "1", "00", "00", nil) // a maker's own
	plug(kernel, "1-1", "05e0", "1300", "A1", "2", "00", "00", scannerDescriptor)
	plug(kernel, "1-2.1", "05e0", "1300", "B2", "2", "00", "00", scannerDescriptor)
	plug(kernel, "1-3", "046d", "c31c", "", "0", "01", "01", nil) // opened before: the kernel's driver is gone
	plug(kernel, "1-4", "046d", "c31d", "", "0", "00", "00", keyboardDescriptor)
	plug(kernel, "1-5", "0eef", "0001", "", "0", "00", "00", touchDescriptor)
	plug(kernel, "1-6", "0c2e", "0b61", "", "0", "00", "00", nil)
	all := []Device{
		device(0x05e0, 0x1300, "B2", 2, "b2"), device(0x05e0, 0x1300, "A1", 2, "a2"), device(0x05e0, 0x1300, "A1", 1, "a1"), device(0x05e0, 0x1300, "A1", 0, "a0"),
		device(0x046d, 0xc31c, "", 0, "keyboard"), device(0x046d, 0xc31d, "", 0, "keyboard 2"), device(0x0eef, 1, "", 0, "touch"),
		device(0x0c2e, 0x0b61, "", 0, "plain"), device(0x0c2e, 0x0b62, "", 0, "unknown to the kernel"),
		{Address: Address{0x1111, 0x2222, ""}, path: "hidden"},
	}
	for _, c := range []struct {
		address string
		refused []string
		path    string
		err     error
	}{
		{"05e0:1300", nil, "a2", nil},
		{"05e0:1300/B2", nil, "b2", nil},
		{"05e0:1300", []string{"a2"}, "b2", nil}, // the first is in use: its twin
		{"05e0:1300", []string{"a2", "b2"}, "", port.ErrBusy},
		{"05e0:1300/C3", nil, "", port.ErrAbsent},
		{"05e0:1301", nil, "", port.ErrAbsent},
		{"046d:c31c", nil, "", ErrInput},
		{"046d:c31d", nil, "", ErrInput},
		{"0eef:0001", nil, "", ErrInput},
		{"0c2e:0b61", nil, "plain", nil},
		{"0c2e:0b62", nil, "unknown to the kernel", nil},
		{"1111:2222", []string{"hidden"}, "", port.ErrPermission},
		{"1111:2222/S", nil, "", port.ErrPermission},
	} {
		lib := &shelf{plugged: all, refused: c.refused}
		a, err := ParseAddress(c.address)
		if err != nil {
			t.Fatal(err)
		}
		p, err := system{lib, kernel}.open(a, "hid:"+c.address)
		if !errors.Is(err, c.err) || (p == nil) != (c.err != nil) {
			t.Errorf("%s: %v, %v", c.address, p, err)
		}
		if p != nil {
			p.Close()
		}
		if want := []string{c.path}; c.path != "" && !slices.Equal(lib.opened, want) || c.path == "" && lib.opened != nil {
			t.Errorf("%s: opened %q, want %q", c.address, lib.opened, c.path)
		}
	}
}

func TestListIsInASteadyOrderAndSaysWhatTheKernelKnows(t *testing.T) {
	kernel := fstest.MapFS{}
	plug(kernel, "1-1", "05e0", "1300", "A1", "0", "01", "01", keyboardDescriptor)
	plug(kernel, "1-1", "05e0", "1300", "A1", "1", "00", "00", scannerDescriptor)
	all := []Device{device(0x05e0, 0x1300, "A1", 1, "x"), device(0x05e0, 0x1300, "A1", 0, "y"), device(0x0483, 1, "", 0, "z")}
	for range 2 {
		got, err := system{&shelf{plugged: all}, kernel}.list(0, 0)
		if err != nil || len(got) != 3 {
			t.Fatal(got, err)
		}
		if got[0].path != "z" || got[0].Input || got[0].Usages != nil || got[1].path != "y" || !got[1].Input || got[1].Scanner() || got[2].path != "x" || got[2].Input || !got[2].Scanner() {
			t.Errorf("%+v", got)
		}
		slices.Reverse(all)
	}
	if got := interfaces(fstest.MapFS{"1-1:1.0/bInterfaceClass": &fstest.MapFile{Data: []byte("03\n")}, "1-1:1.1": &fstest.MapFile{Mode: fs.ModeDir}}); len(got) != 1 {
		t.Errorf("a directory with nothing but a class gives %v", got)
	}
}

func TestUsagesOfReportDescriptors(t *testing.T) {
	for name, c := range map[string]struct {
		descriptor []byte
		want       []Usage
	}{
		"keyboard":        {keyboardDescriptor, []Usage{{1, 6}}},
		"scanner":         {scannerDescriptor, []Usage{{0x8c, 2}}},
		"both":            {slices.Concat(keyboardDescriptor, scannerDescriptor), []Usage{{1, 6}, {0x8c, 2}}},
		"page pushed":     {[]byte{0x05, 0x8c, 0xa4, 0x05, 0x01, 0xb4, 0x09, 0x02, 0xa1, 0x01}, []Usage{{0x8c, 2}}},
		"page in usage":   {[]byte{0x0b, 2, 0, 0x8c, 0, 0xa1, 0x01}, []Usage{{0x8c, 2}}},
		"long item":       {[]byte{0xfe, 2, 0, 9, 9, 0x06, 0x8c, 0, 0x09, 2, 0xa1, 1}, []Usage{{0x8c, 2}}},
		"without usage":   {[]byte{0x05, 0x8c, 0xa1, 0x01}, nil},
		"cut short":       {keyboardDescriptor[:5], nil},
		"long item short": {[]byte{0xfe, 200, 0, 1}, nil},
		"pop of nothing":  {[]byte{0xb4}, nil},
	} {
		if got := applications(c.descriptor); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzUsagesEndWithAnyDescriptor(f *testing.F) {
	f.Add(keyboardDescriptor)
	f.Add(slices.Concat(scannerDescriptor, touchDescriptor))
	f.Add([]byte{0xfe, 0, 0, 0x0b, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if got := applications(b); len(got) > len(b)/2 {
			t.Fatalf("%d usages in %d bytes", len(got), len(b))
		}
	})
}
