package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wendan/cmd/internal/command"
)

// heard is what an emulator tells on standard error.
type heard struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.b.Write(p)
}

func (h *heard) await(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		h.mu.Lock()
		found := strings.Contains(h.b.String(), text)
		h.mu.Unlock()
		if found {
			return
		}
	}
	t.Fatalf("never told %q:\n%s", text, h.b.String())
}

// emulator starts an emulator; what is typed goes to its standard input. It ends with "quit".
func emulator(t *testing.T, args ...string) (d device, say func(string), told *heard) {
	t.Helper()
	in, typedIn := io.Pipe()
	out, written := io.Pipe()
	old := input
	input, told = in, &heard{}
	ended := make(chan int)
	go func() {
		ended <- command.RunWith(t.Context(), program, about, commands, append([]string{"emulate", args[0], "-json"}, args[1:]...), written, told)
	}()
	say = func(line string) { io.WriteString(typedIn, line+"\n") }
	t.Cleanup(func() {
		say("quit")
		if status := <-ended; status != 0 {
			t.Errorf("ended with %d: %s", status, told.b.String())
		}
		input = old
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &d)
	}
	if err != nil || len(d.Addresses) == 0 {
		t.Fatalf("first line %q: %v", line, err)
	}
	return d, say, told
}

func TestVirtualPrinterTakesPaperFaultsFromTheKeyboard(t *testing.T) {
	pictures := filepath.Join(t.TempDir(), "paper")
	link := filepath.Join(t.TempDir(), "printer")
	d, say, told := emulator(t, "printer", "-listen", "127.0.0.1:0", "-pty", link, "-out", pictures, "-fault", "paperout")
	say("state")
	told.await(t, "paper out")
	var tcp string
	for _, a := range d.Addresses {
		if rest, ok := strings.CutPrefix(a, "tcp:"); ok {
			tcp = rest
		}
	}
	if _, err := os.Readlink(link); err != nil || tcp == "" {
		t.Fatalf("addresses %v, link %v", d.Addresses, err)
	}
	c, err := net.Dial("tcp", tcp)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("hello paper\n\n\n\n\x1dV\x00")); err != nil {
		t.Fatal(err)
	}
	say("paperout off")
	told.await(t, "hello paper")
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(pictures, "latest.png")); err == nil {
			break
		} else if time.Now().After(end) {
			t.Fatal("no picture of the paper")
		}
	}
	say("explode")
	told.await(t, "[registerctl.typed]")
	say("unplug 3")
	say("cover on")
	say("state")
	told.await(t, "cover open")
	say("repair")
}

func TestVirtualDrawerCountsItsPulses(t *testing.T) {
	d, say, told := emulator(t, "drawer")
	f, err := os.OpenFile(strings.TrimPrefix(d.Addresses[0], "serial:"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write([]byte{7}); err != nil {
		t.Fatal(err)
	}
	for range 200 { // the pulse takes its way through the terminal
		say("state")
		told.mu.Lock()
		kicked := strings.Contains(told.b.String(), "pulses 1")
		told.mu.Unlock()
		if kicked {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	told.await(t, "pulses 1")
	say("slam")
	told.await(t, "[registerctl.typed]")
}

func TestVirtualScannerSendsWhatIsTyped(t *testing.T) {
	d, say, _ := emulator(t, "scanner")
	f, err := os.OpenFile(strings.TrimPrefix(d.Addresses[0], "serial:"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	say("6901234567892")
	code, err := bufio.NewReader(f).ReadString('\r')
	if err != nil || code != "6901234567892\r" {
		t.Fatalf("%q %v", code, err)
	}
}

func TestVirtualPrinterTellsWhyItCannotStart(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	refused(t, "registerctl.line", "emulate printer", "-listen", l.Addr().String())
	refused(t, "registerctl.typed", "emulate printer", "-listen", "127.0.0.1:0", "-fault", "flood")
	refused(t, "command.usage", "emulate scanner", "extra")
}
