package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"wendan/cmd/internal/display"
)

// window starts a register of 10,000 orders, 2,000 of them today, as a shop does, with its window on a display without graphics
// hardware, waits until the screen stands, signs in, and then leaves it alone and looks at what it costs.
func window(ctx context.Context, b *bench) (rows []Row, err error) {
	program := filepath.Join(b.work, "register")
	if out, err := goCommand(ctx, "build", "-o", program, "wendan/cmd/register").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the register: %w\n%s", err, out)
	}
	h, err := b.history(ctx, 10_000)
	if err != nil {
		return nil, err
	}
	dir, err := h.copy(b, "window")
	if err != nil {
		return nil, err
	}
	v, err := display.Start(ctx, 1366, 768)
	if err != nil {
		return nil, err
	}
	defer v.Close() // ends by a signal: no outcome to look at
	screen, err := display.Connect(v.Name)
	if err != nil {
		return nil, err
	}
	defer screen.Close()
	cmd := exec.CommandContext(ctx, program, "-data", dir)
	cmd.Env = append(os.Environ(), "DISPLAY="+v.Name, "LIBGL_ALWAYS_SOFTWARE=1")
	var messages bytes.Buffer
	cmd.Stderr = &messages
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if werr := cmd.Wait(); werr != nil && err == nil {
			err = fmt.Errorf("the register ended: %w\n%s", werr, messages.String())
		}
	}()
	usable, err := firstFrame(ctx, screen, began)
	if err != nil {
		return nil, err
	}
	if err := signIn(screen); err != nil {
		return nil, err
	}
	time.Sleep(2 * time.Second) // what a start leaves behind is not idle
	span := 20 * time.Second
	if b.Short {
		span = 5 * time.Second
	}
	before, err := cpuOf(cmd.Process.Pid)
	if err != nil {
		return nil, err
	}
	select {
	case <-time.After(span):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	after, err := cpuOf(cmd.Process.Pid)
	if err != nil {
		return nil, err
	}
	rss, peak, err := memoryOf(cmd.Process.Pid)
	if err != nil {
		return nil, err
	}
	return []Row{
		atMost("idle_cpu", 100*float64(after-before)/float64(span), "% of a core", 3, "over %v at the selling page, software GL", span),
		atMost("idle_rss", rss, "MB", 250, "software GL, selling page, 2,000 orders today; peak %.0f MB", peak),
		told("start_to_first_frame", ms(usable), "ms", "from the start of the program until the page stands complete"),
	}, nil
}

// goCommand is the go command with the project's build flags, also outside make.
func goCommand(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = os.Environ()
	if os.Getenv("GOFLAGS") == "" {
		cmd.Env = append(cmd.Env, "GOFLAGS=-buildvcs=false -tags=x11,migrated_fynedo")
	}
	return cmd
}

// fingers are where 张敏 and the keys of her PIN stand on the sign-in page of 1366x768.
var fingers = []image.Point{{440, 260}, {992, 271}, {1114, 271}, {1236, 271}, {992, 360}, {1236, 539}}

// signIn taps the cashier and her PIN and waits for the selling page.
func signIn(s *display.Screen) error {
	before, err := s.Picture()
	if err != nil {
		return err
	}
	for _, at := range fingers {
		if err := s.Tap(at); err != nil {
			return err
		}
		time.Sleep(200 * time.Millisecond)
	}
	for range 50 {
		time.Sleep(200 * time.Millisecond)
		now, err := s.Picture()
		if err != nil {
			return err
		}
		if difference(before, now) > 0.25 {
			return nil
		}
	}
	return errors.New("signing in did not open the selling page")
}

// firstFrame takes pictures until the screen has not changed for three seconds, and returns when it first looked as
// it does then.
func firstFrame(ctx context.Context, s *display.Screen, began time.Time) (time.Duration, error) {
	type shot struct {
		at time.Duration
		p  *image.RGBA
	}
	var shots []shot
	for still := time.Now(); time.Since(still) < 3*time.Second; {
		if time.Since(began) > time.Minute {
			return 0, errors.New("no picture stands after a minute")
		}
		p, err := s.Picture()
		if err != nil {
			return 0, err
		}
		at := time.Since(began)
		if n := len(shots); n == 0 || !alike(shots[n-1].p, p) {
			shots = append(shots, shot{at, p})
			still = time.Now()
		}
		if len(shots) < 2 { // nothing but the empty display yet
			still = time.Now()
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return shots[len(shots)-1].at, nil
}

// alike reports whether two pictures differ in less than one pixel of a hundred: a clock and a cursor may move.
func alike(a, b *image.RGBA) bool { return difference(a, b) < 0.01 }

// difference is the part of the pixels that differ.
func difference(a, b *image.RGBA) float64 {
	differ := 0
	for i := 0; i < len(a.Pix); i += 4 {
		if !bytes.Equal(a.Pix[i:i+4], b.Pix[i:i+4]) {
			differ++
		}
	}
	return float64(4*differ) / float64(len(a.Pix))
}

// cpuOf is the processor time a process has used, proc(5): utime and stime in clock ticks of 10 ms.
func cpuOf(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("read /proc/%d/stat: %q", pid, text)
	}
	user, err1 := strconv.Atoi(fields[11])
	sys, err2 := strconv.Atoi(fields[12])
	return time.Duration(user+sys) * 10 * time.Millisecond, errors.Join(err1, err2)
}

// memoryOf is what a process keeps in memory, in MB, and the most it kept.
func memoryOf(pid int) (now, peak float64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(text)) {
		var kib float64
		if _, err := fmt.Sscanf(line, "VmRSS: %f kB", &kib); err == nil {
			now = kib / 1024
		}
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kib); err == nil {
			peak = kib / 1024
		}
	}
	return now, peak, nil
}
