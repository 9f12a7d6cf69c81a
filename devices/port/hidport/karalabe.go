package hidport

import "github.com/karalabe/usb"

// handle is an open device. Read waits for one report, for ever; Close ends it.
type handle interface {
	Read([]byte) (int, error)
	Close() error
}

// karalabe is the USB library.
type karalabe struct{}

func (karalabe) supported() bool { return usb.Supported() }

func (karalabe) list(vendor, product uint16) ([]Device, error) {
	// Only HID: the listing of all devices leaks memory and fails at one bad descriptor.
	infos, err := usb.EnumerateHid(vendor, product)
	if err != nil {
		return nil, err
	}
	out := make([]Device, 0, len(infos))
	for _, i := range infos {
		out = append(out, Device{
			Address:   Address{Vendor: i.VendorID, Product: i.ProductID, Serial: i.Serial},
			Interface: i.Interface, Maker: i.Manufacturer, Name: i.Product, path: i.Path,
		})
	}
	return out, nil
}

func (karalabe) open(d Device) (handle, error) {
	h, err := usb.DeviceInfo{Path: d.path, VendorID: d.Vendor, ProductID: d.Product, Interface: d.Interface}.Open()
	if err != nil {
		return nil, err // not h, which is a nil of another type
	}
	return h, nil
}
