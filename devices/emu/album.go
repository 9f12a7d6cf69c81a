package emu

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"sync"
)

// Album saves papers as pictures in a folder while the printer runs: paper-0001.png and so on,
// latest.png, and roll.png with the newest papers below each other, newest last. Papers of an earlier
// run that are in the folder stay, and the numbers go on after theirs. Join it with
// Printer.OnPaper(album.Add). Files appear whole, never half written.
type Album struct {
	dir     string
	before  int // number of the last paper of earlier runs
	mu      sync.Mutex
	wake    *sync.Cond
	waiting []Paper
	skipped int
	err     error
	closed  bool
	idle    bool
	done    chan struct{}
}

const (
	albumWaiting = 1024 // papers waiting to be drawn; beyond that the oldest is left out
	rollPapers   = 8
)

// NewAlbum makes the folder if needed. The caller closes the album.
func NewAlbum(dir string) (*Album, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the picture folder: %w", err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "paper-*.png"))
	if err != nil {
		return nil, fmt.Errorf("look for earlier papers: %w", err)
	}
	before := 0
	for _, name := range names {
		var n int
		if _, err := fmt.Sscanf(filepath.Base(name), "paper-%d.png", &n); err == nil {
			before = max(before, n)
		}
	}
	a := &Album{dir: dir, before: before, done: make(chan struct{}), idle: true}
	a.wake = sync.NewCond(&a.mu)
	go a.run()
	return a, nil
}

// Add takes a paper to be saved. It does not block.
func (a *Album) Add(p Paper) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return
	}
	if len(a.waiting) >= albumWaiting {
		a.waiting = a.waiting[1:]
		a.skipped++
	}
	a.waiting = append(a.waiting, p)
	a.idle = false
	a.wake.Broadcast()
}

// Flush waits until every paper added so far is saved and returns the first error met.
func (a *Album) Flush() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for !a.idle {
		a.wake.Wait()
	}
	return a.err
}

// Skipped is how many papers were left out because drawing could not keep up.
func (a *Album) Skipped() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.skipped
}

// Close saves what waits, ends the album and returns the first error met.
func (a *Album) Close() error {
	a.mu.Lock()
	a.closed = true
	a.wake.Broadcast()
	a.mu.Unlock()
	<-a.done
	return a.err
}

func (a *Album) run() {
	defer close(a.done)
	var roll []Paper
	for {
		a.mu.Lock()
		if len(a.waiting) == 0 {
			a.idle = true
			a.wake.Broadcast()
		}
		for len(a.waiting) == 0 && !a.closed {
			a.wake.Wait()
		}
		if len(a.waiting) == 0 {
			a.mu.Unlock()
			return
		}
		p := a.waiting[0]
		a.waiting = a.waiting[1:]
		last := len(a.waiting) == 0
		a.mu.Unlock()

		roll = append(roll, p)
		roll = roll[max(len(roll)-rollPapers, 0):]
		err := a.save(p)
		if last && err == nil {
			err = a.write("roll.png", Roll(roll))
		}
		if err != nil {
			a.mu.Lock()
			if a.err == nil {
				a.err = err
			}
			a.mu.Unlock()
		}
	}
}

func (a *Album) save(p Paper) error {
	picture := p.Picture()
	if err := a.write(fmt.Sprintf("paper-%04d.png", a.before+p.Number), picture); err != nil {
		return err
	}
	return a.write("latest.png", picture)
}

// write saves one picture under its name in one step; no picture is no file.
func (a *Album) write(name string, img *image.RGBA) error {
	if img == nil {
		return nil
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&b, img); err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	temporary := filepath.Join(a.dir, "."+name)
	if err := os.WriteFile(temporary, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("save %s: %w", name, err)
	}
	return os.Rename(temporary, filepath.Join(a.dir, name))
}
