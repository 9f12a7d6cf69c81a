// Package netport opens TCP connections to devices, such as port 9100 of a network
// printer (JetDirect raw printing). Such printers take one connection at a time.
package netport

import (
	"context"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"wendan/devices/port"
)

// A device that vanished without a word is noticed after about silence.
const silence = 10 * time.Second

const poll = 3 * time.Millisecond

type conn struct {
	name    string
	tcp     *net.TCPConn
	closing sync.Once
	err     error
}

// Open connects to address (host:port). name is the address shown to people.
func Open(ctx context.Context, address, name string) (port.Port, error) {
	d := net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silence / 2, Interval: silence / 4, Count: 2},
		Control: func(_, _ string, c syscall.RawConn) error {
			var inner error
			err := c.Control(func(fd uintptr) {
				inner = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(silence.Milliseconds()))
			})
			if err == nil {
				err = inner
			}
			return err
		},
	}
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, port.OpenFault(name, err)
	}
	return &conn{name: name, tcp: c.(*net.TCPConn)}, nil
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.tcp.Read(p)
	return n, port.UseFault(c.name, err)
}

func (c *conn) Write(p []byte) (int, error) {
	n, err := c.tcp.Write(p)
	return n, port.UseFault(c.name, err)
}

func (c *conn) SetReadDeadline(t time.Time) error {
	return port.UseFault(c.name, c.tcp.SetReadDeadline(t))
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	return port.UseFault(c.name, c.tcp.SetWriteDeadline(t))
}

// Drain waits until the device's network side has acknowledged every byte.
func (c *conn) Drain(deadline time.Time) error {
	raw, err := c.tcp.SyscallConn()
	if err != nil {
		return port.UseFault(c.name, err)
	}
	for {
		n := 0
		var inner error
		if err := raw.Control(func(fd uintptr) { n, inner = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) }); err != nil {
			return port.UseFault(c.name, err)
		}
		if inner != nil || n == 0 {
			return port.UseFault(c.name, inner)
		}
		if !time.Now().Before(deadline) {
			return port.ErrTimeout.With(c.name).Wrap(os.ErrDeadlineExceeded)
		}
		time.Sleep(poll)
	}
}

func (c *conn) Close() error {
	c.closing.Do(func() { c.err = c.tcp.Close() })
	return c.err
}

func (c *conn) String() string { return c.name }
