package hidport

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/karalabe/usb"

	"wendan/devices/port"
)

// The tests here run the real library, with its own libusb, in a child process on a bus mocked by
// umockdev. Without umockdev they are skipped.
const (
	inside = "WENDAN_MOCKED_BUS" // set in the child: what the scanner does
	silent = "silent"
	pulled = "pulled" // sends three reports, then its cable is pulled
	node   = "/dev/bus/usb/001/004"
)

// descriptors are those of a full-speed scanner without names: one HID interface with one interrupt endpoint.
func descriptors() []byte {
	parts := []byte{9, 4, 0, 0, 1, 3, 0, 0, 0, 9, 0x21, 0x11, 1, 0, 1, 0x22, 60, 0, 7, 5, 0x81, 3, 64, 0, 1}
	device := []byte{18, 1, 0, 2, 0, 0, 0, 64, 0xe0, 0x05, 0x00, 0x13, 0, 1, 0, 0, 0, 1}
	configuration := binary.LittleEndian.AppendUint16([]byte{9, 2}, uint16(9+len(parts)))
	return slices.Concat(device, configuration, []byte{1, 1, 0, 0x80, 50}, parts)
}

// scannerReport is the report the mocked scanner sends for the n-th time.
func scannerReport(n int) []byte {
	b := make([]byte, 64)
	copy(b, fmt.Appendf([]byte{2, 6, ']', 'E', '0'}, "code %d", n))
	return b
}

// onMockedBus runs the calling test again in a child on a bus with one scanner.
func onMockedBus(t *testing.T, does string) {
	run, err := exec.LookPath("umockdev-run")
	if err != nil || !usb.Supported() {
		t.Skip("needs umockdev-run (Debian package umockdev) and a program with C code")
	}
	bus := fmt.Sprintf("P: /devices/pci0000:00/usb1/1-1\nN: bus/usb/001/004=%[1]X\nE: DEVNAME=%[2]s\nE: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\nE: BUSNUM=001\nE: DEVNUM=004\n"+
		"A: busnum=1\\n\nA: devnum=4\\n\nA: speed=12\\n\nA: bConfigurationValue=1\\n\nA: idVendor=05e0\\n\nA: idProduct=1300\\n\nH: descriptors=%[1]X\n\n", descriptors(), node)
	calls := "@DEV " + node + "\nUSBDEVFS_CONNECTINFO 0 0400000000000000\nUSBDEVFS_GET_CAPABILITIES 0 00000000\n"
	reap := map[string]string{pulled: "USBDEVFS_REAPURBNDELAY", silent: "USBDEVFS_REAPURB"}[does] // libusb never calls the second: its transfer stays pending
	for n := range 3 {
		calls += fmt.Sprintf("%s 0 1 129 0 0 64 64 0 %X\n", reap, scannerReport(n))
	}
	if does == pulled {
		calls += fmt.Sprintf("%s 0 1 129 %d 0 64 64 0 %X\n", reap, -int(syscall.ESHUTDOWN), make([]byte, 64))
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"bus": bus, "calls": calls} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
	defer stop()
	child := exec.CommandContext(ctx, run, "--device", filepath.Join(dir, "bus"), "--ioctl", node+"="+filepath.Join(dir, "calls"), "--", self, "-test.run", "^"+t.Name()+"$", "-test.v")
	child.Env = append(os.Environ(), inside+"="+does)
	out, err := child.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("%v\n%s", err, out)
	}
}

// mocked opens the scanner of the mocked bus.
func mocked(t *testing.T) port.Port {
	t.Helper()
	all, err := List()
	if err != nil || len(all) != 1 || all[0].Address != (Address{0x05e0, 0x1300, ""}) || all[0].Interface != 0 {
		t.Fatalf("listed %v, %v", all, err)
	}
	p, err := Open(t.Context(), all[0].Address, "hid:05e0:1300")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheLibraryDeliversReportByReportUntilTheCableIsPulled(t *testing.T) {
	if os.Getenv(inside) != pulled {
		onMockedBus(t, pulled)
		return
	}
	p := mocked(t)
	defer p.Close()
	if err := p.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, longest)
	for n := range 3 {
		if got, err := p.Read(b); err != nil || string(b[:got]) != string(scannerReport(n)) {
			t.Fatalf("% X, %v", b[:got], err)
		}
	}
	if got, err := p.Read(b); got != 0 || !errors.Is(err, port.ErrUnplugged) {
		t.Fatalf("% X, %v", b[:got], err)
	}
	ended(t, func() struct{} { <-p.(*channel).pumped; return struct{}{} }) // the library let the device go by itself
}

func TestCloseComesBackWhileTheLibraryWaitsForItsTransfer(t *testing.T) {
	if os.Getenv(inside) != silent {
		onMockedBus(t, silent)
		return
	}
	p := mocked(t)
	if err := p.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Read(make([]byte, longest)); !errors.Is(err, port.ErrTimeout) {
		t.Fatal(err)
	}
	if err := ended(t, p.Close); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Read(make([]byte, longest)); !errors.Is(err, port.ErrClosed) {
		t.Fatal(err)
	}
}
