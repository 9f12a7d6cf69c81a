package node

import (
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"wendan/devices/port"
)

// fifo opens a node whose kernel queue is played by waiting.
func fifo(t *testing.T, waiting *atomic.Int32, discard func(*os.File)) *File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "node")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path, "test:node", func(*os.File) (bool, error) { return waiting.Load() > 0, nil }, discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestDrainWaitsForTheQueueAndGivesUpAtItsDeadline(t *testing.T) {
	var waiting atomic.Int32
	f := fifo(t, &waiting, nil)
	waiting.Store(1)
	if err := f.Drain(time.Now().Add(10 * time.Millisecond)); !errors.Is(err, port.ErrTimeout) {
		t.Fatal(err)
	}
	time.AfterFunc(10*time.Millisecond, func() { waiting.Store(0) })
	if err := f.Drain(time.Now().Add(10 * time.Second)); err != nil || waiting.Load() != 0 {
		t.Fatal(err)
	}
}

func TestCloseWaitsForTheTailOnlyOfADeviceThatTakesBytes(t *testing.T) {
	var waiting atomic.Int32
	var seen atomic.Int32 // what was waiting when the rest was dropped
	look := func(*os.File) { seen.Store(waiting.Load()) }
	f := fifo(t, &waiting, look)
	waiting.Store(1)
	time.AfterFunc(10*time.Millisecond, func() { waiting.Store(0) })
	if err := f.Close(); err != nil || seen.Load() != 0 {
		t.Fatalf("%v; closed with a tail under way", err)
	}
	stuck := fifo(t, &waiting, look)
	waiting.Store(1)
	flood := make([]byte, 1<<20)
	stuck.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
	if _, err := stuck.Write(flood); !errors.Is(err, port.ErrTimeout) {
		t.Fatal(err)
	}
	if err := stuck.Close(); err != nil || seen.Load() != 1 {
		t.Fatalf("%v; a stopped device was waited for", err)
	}
	if err := stuck.Drain(time.Now().Add(time.Second)); !errors.Is(err, port.ErrClosed) {
		t.Fatal(err)
	}
}

func TestAFileThatCannotHonourDeadlinesIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err := Open(path, "test:plain", nil, nil); !errors.Is(err, port.ErrFailed) || f != nil {
		t.Fatal(err)
	}
}
