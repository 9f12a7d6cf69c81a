package portreg

import (
	"context"
	"errors"
	"testing"
	"time"

	"wendan/devices/port"
	"wendan/devices/port/hidport"
)

func TestWrongAddressesAreRefusedBeforeAnythingIsOpened(t *testing.T) {
	for _, a := range []string{"", "tcp:", "tcp:host", "tcp::9100", "tcp:host:0", "tcp:host:70000", "serial:ttyS0", "serial:/dev/x?baud=fast",
		"serial:/dev/x?baud=10", "serial:/dev/x?parity=maybe", "serial:/dev/x?colour=red", "usb:lp0", "hid:", "hid:05e0", "hid:5e0:1300", "hid:05e0:1300/", "hid:05e0:13001", "hid:0000:1300", "lpt:/dev/lp0", "/dev/usb/lp0"} {
		if _, err := Opener(a); !errors.Is(err, port.ErrAddress) {
			t.Errorf("%q: %v", a, err)
		}
	}
	for _, a := range []string{"tcp:127.0.0.1:9100", "tcp:[::1]:9100", "serial:/dev/ttyS0", "serial:/dev/ttyUSB0?baud=9600&flow=rtscts&parity=even&bits=7&stop=2", "usb:/dev/usb/lp0", "hid:05e0:1300", "hid:05E0:1300/S/N 1", "pty:/tmp/p"} {
		if _, err := Opener(a); err != nil {
			t.Errorf("%q: %v", a, err)
		}
	}
}

func TestAbsentDevicesAreReportedAsAbsent(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, a := range []string{"tcp:127.0.0.1:1", "serial:/dev/no-such-line", "usb:/dev/usb/no-such-printer", "pty:/dev/no-such-pty", "hid:ffff:fffe/no-such-scanner"} {
		open, err := Opener(a)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := open(ctx); p != nil || !errors.Is(err, port.ErrAbsent) && !errors.Is(err, hidport.ErrUnsupported) { // without a C compiler
			t.Errorf("%q: %v %v", a, p, err)
		}
	}
}
