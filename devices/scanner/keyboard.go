package scanner

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/holoplot/go-evdev"
	"golang.org/x/sys/unix"

	"wendan/devices/port"
	"wendan/devices/port/node"
)

// Keyboard returns a reader for a keyboard-wedge scanner at an event node, such as
// /dev/input/by-id/usb-…-event-kbd. The node is grabbed: neither the screen nor an input
// method sees its keys, and a second grab is port.ErrBusy.
func Keyboard(path string) *Reader {
	name := "evdev:" + path
	return newReader(name, func(ctx context.Context) (source, error) {
		f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
		if err != nil {
			return nil, port.OpenFault(name, err)
		}
		if err := node.Control(f, grab); err != nil {
			_ = f.Close()
			return nil, port.OpenFault(name, err)
		}
		return &keys{events: f, name: name}, nil
	})
}

// grab is EVIOCGRAB of linux/input.h; the kernel lets go when the node is closed.
func grab(fd uintptr) error {
	const eviocgrab = 0x40044590
	return unix.IoctlSetInt(int(fd), eviocgrab, 1)
}

// keys turns the event records of a node into the text that was typed.
type keys struct {
	events interface {
		io.ReadCloser
		SetReadDeadline(time.Time) error
	}
	name string
	held []byte // part of a record
	pad  pad
}

// Read gives the text of one batch of records, often none.
func (k *keys) Read(p []byte) (int, error) {
	size := binary.Size(evdev.InputEvent{})
	batch := make([]byte, min(len(p), 64)*size)
	n, err := k.events.Read(batch)
	k.held = append(k.held, batch[:n]...)
	out := 0
	for len(k.held) >= size && out < len(p) {
		var e evdev.InputEvent
		if err := binary.Read(bytes.NewReader(k.held[:size]), binary.NativeEndian, &e); err != nil {
			return out, err
		}
		k.held = k.held[size:]
		if c, ok := k.pad.press(e); ok {
			p[out] = c
			out++
		}
	}
	return out, port.UseFault(k.name, err)
}

func (k *keys) SetReadDeadline(t time.Time) error { return k.events.SetReadDeadline(t) }

func (k *keys) Close() error { return k.events.Close() }

// pad is the state of a keyboard with the US layout, which scanners type.
type pad struct{ left, right, caps bool }

// press takes one event and returns the character it types. Keys that no code consists
// of, such as Ctrl, and lost events give SUB (1Ah), so that the framer reports the scan as
// unreadable instead of passing a shortened code.
func (p *pad) press(e evdev.InputEvent) (byte, bool) {
	if e.Type == evdev.EV_SYN && e.Code == evdev.SYN_DROPPED {
		return 0x1a, true // the kernel lost events
	}
	if e.Type != evdev.EV_KEY {
		return 0, false
	}
	down := e.Value != 0
	switch e.Code {
	case evdev.KEY_LEFTSHIFT:
		p.left = down
		return 0, false
	case evdev.KEY_RIGHTSHIFT:
		p.right = down
		return 0, false
	case evdev.KEY_CAPSLOCK:
		if e.Value == 1 {
			p.caps = !p.caps
		}
		return 0, false
	case evdev.KEY_NUMLOCK:
		return 0, false
	}
	if e.Value != 1 { // releases and auto-repeat
		return 0, false
	}
	pair, known := us[e.Code]
	if !known {
		return 0x1a, true
	}
	shift := p.left || p.right
	if p.caps && pair[0] >= 'a' && pair[0] <= 'z' {
		shift = !shift
	}
	if shift {
		return pair[1], true
	}
	return pair[0], true
}

// us is the US layout: plain and shifted.
var us = layout()

func layout() map[evdev.EvCode][2]byte {
	m := map[evdev.EvCode][2]byte{
		evdev.KEY_ENTER: {'\r', '\r'}, evdev.KEY_KPENTER: {'\r', '\r'}, evdev.KEY_TAB: {'\t', '\t'}, evdev.KEY_SPACE: {' ', ' '},
		evdev.KEY_KPASTERISK: {'*', '*'}, evdev.KEY_KPMINUS: {'-', '-'}, evdev.KEY_KPPLUS: {'+', '+'}, evdev.KEY_KPDOT: {'.', '.'}, evdev.KEY_KPSLASH: {'/', '/'},
	}
	// Neighbouring keys have neighbouring codes.
	rows := []struct {
		from           evdev.EvCode
		plain, shifted string
	}{
		{evdev.KEY_1, "1234567890-=", "!@#$%^&*()_+"},
		{evdev.KEY_Q, "qwertyuiop[]", "QWERTYUIOP{}"},
		{evdev.KEY_A, "asdfghjkl;'`", "ASDFGHJKL:\"~"},
		{evdev.KEY_BACKSLASH, "\\zxcvbnm,./", "|ZXCVBNM<>?"},
		{evdev.KEY_KP7, "789", "789"}, {evdev.KEY_KP4, "456", "456"}, {evdev.KEY_KP1, "1230", "1230"},
	}
	for _, r := range rows {
		for i := range len(r.plain) {
			m[r.from+evdev.EvCode(i)] = [2]byte{r.plain[i], r.shifted[i]}
		}
	}
	return m
}
