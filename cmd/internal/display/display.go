// Package display runs a virtual X display, takes pictures of it and touches it, for demonstrations
// without a screen, for the pictures of the manual and for tests by real clicks.
package display

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
	"github.com/jezek/xgb/xtest"

	"wendan/store/fault"
)

// ErrNoXvfb tells that no virtual display can be started.
var ErrNoXvfb = fault.New("display.no_xvfb", "没有显示器，也没有安装 Xvfb；请先运行 make setup", "There is no display and Xvfb is not installed; run 'make setup' first",
	"Install the Debian package xvfb, or set DISPLAY.")

// Virtual is a running Xvfb.
type Virtual struct {
	Name string // as DISPLAY wants it: ":99"
	cmd  *exec.Cmd
}

// Start starts an Xvfb of the given size on a free display number. The caller stops it with Close; it also ends with ctx.
func Start(ctx context.Context, width, height int) (*Virtual, error) {
	path, err := exec.LookPath("Xvfb")
	if err != nil {
		return nil, ErrNoXvfb.Wrap(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	cmd := exec.CommandContext(ctx, path, "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", width, height), "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{w}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM} // Ctrl-C is for the program that shows on it, which then ends the display
	err = cmd.Start()
	w.Close()
	if err != nil {
		return nil, ErrNoXvfb.Wrap(err)
	}
	number, err := io.ReadAll(io.LimitReader(r, 16)) // Xvfb closes it once the display is ready
	n, perr := strconv.Atoi(strings.TrimSpace(string(number)))
	if err != nil || perr != nil {
		cmd.Process.Kill()
		cmd.Wait()
		return nil, ErrNoXvfb.Wrap(fmt.Errorf("no display number: %q", number))
	}
	return &Virtual{":" + strconv.Itoa(n), cmd}, nil
}

// Close ends the display and whatever it showed.
func (v *Virtual) Close() error {
	v.cmd.Process.Signal(os.Interrupt)
	return v.cmd.Wait()
}

// Screen is a connection to a display, virtual or not.
type Screen struct {
	c    *xgb.Conn
	root xproto.Window
	size image.Point
}

// Connect opens a connection to the display with the given name.
func Connect(name string) (*Screen, error) {
	xgb.Logger.SetOutput(io.Discard) // it remarks on every missing authority file
	c, err := xgb.NewConnDisplay(name)
	if err != nil {
		return nil, fmt.Errorf("connect to display %s: %w", name, err)
	}
	if err := xtest.Init(c); err != nil {
		c.Close()
		return nil, fmt.Errorf("display %s cannot be touched: %w", name, err)
	}
	s := xproto.Setup(c).DefaultScreen(c)
	return &Screen{c, s.Root, image.Pt(int(s.WidthInPixels), int(s.HeightInPixels))}, nil
}

// Close ends the connection.
func (s *Screen) Close() { s.c.Close() }

// Size is the display's size in pixels.
func (s *Screen) Size() image.Point { return s.size }

// Picture takes a picture of the whole display.
func (s *Screen) Picture() (*image.RGBA, error) {
	reply, err := xproto.GetImage(s.c, xproto.ImageFormatZPixmap, xproto.Drawable(s.root), 0, 0, uint16(s.size.X), uint16(s.size.Y), ^uint32(0)).Reply()
	if err != nil {
		return nil, fmt.Errorf("take a picture of the display: %w", err)
	}
	img := image.NewRGBA(image.Rectangle{Max: s.size})
	if len(reply.Data) < len(img.Pix) {
		return nil, fmt.Errorf("take a picture of the display: %d bytes of %d", len(reply.Data), len(img.Pix))
	}
	for i := 0; i < len(img.Pix); i += 4 { // blue, green, red, unused
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = reply.Data[i+2], reply.Data[i+1], reply.Data[i], 255
	}
	return img, nil
}

// Tap presses and releases the first button at a point, as the kernel reports a finger to X.
func (s *Screen) Tap(at image.Point) error {
	s.input(xproto.MotionNotify, 0, at)
	time.Sleep(20 * time.Millisecond)
	s.input(xproto.ButtonPress, 1, at)
	time.Sleep(40 * time.Millisecond)
	s.input(xproto.ButtonRelease, 1, at)
	_, err := xproto.GetInputFocus(s.c).Reply() // all sent
	return err
}

func (s *Screen) input(kind, detail byte, at image.Point) {
	xtest.FakeInput(s.c, kind, detail, 0, s.root, int16(at.X), int16(at.Y), 0)
}

// Save writes a picture as PNG under a temporary name and renames it, so that a viewer never sees half of it.
func Save(img image.Image, path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".picture-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := e.Encode(f, img); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Chmod(f.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
