// Package porttest has ports that drivers are tested with: a connected pair, a recorder, a playback
// that insists on its script, ports that break on command, and the suite that every
// real port must pass.
package porttest

import (
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"wendan/devices/port"
)

type socket struct {
	net.Conn
	name string
}

// Pair returns two connected ports: what one writes the other reads. The buffers are
// the kernel's, a few hundred kilobytes; a writer blocks when they are full.
func Pair(name string) (device, host port.Port, err error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("make socket pair: %w", err)
	}
	var ends [2]port.Port
	for i, fd := range fds {
		f := os.NewFile(uintptr(fd), name)
		c, err := net.FileConn(f)
		_ = f.Close()
		if err != nil {
			return nil, nil, fmt.Errorf("make socket pair: %w", err)
		}
		ends[i] = &socket{Conn: c, name: name}
	}
	return ends[0], ends[1], nil
}

func (s *socket) Read(p []byte) (int, error) {
	n, err := s.Conn.Read(p)
	return n, port.UseFault(s.name, err)
}

func (s *socket) Write(p []byte) (int, error) {
	n, err := s.Conn.Write(p)
	return n, port.UseFault(s.name, err)
}

func (s *socket) SetReadDeadline(t time.Time) error {
	return port.UseFault(s.name, s.Conn.SetReadDeadline(t))
}

func (s *socket) SetWriteDeadline(t time.Time) error {
	return port.UseFault(s.name, s.Conn.SetWriteDeadline(t))
}

func (s *socket) Close() error {
	_ = s.Conn.Close() // a second close is no error for a port
	return nil
}

func (s *socket) String() string { return s.name }
