// Package netport opens TCP connections to devices, such as port 9100 of a network
// printer (JetDirect raw printing). Such printers take one connection at a time.
package netport

import (
	"context"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"wendan/devices/port"
)

// An idle connection is probed after silence. The user timeout is long on purpose: it also
// counts the time a printer without paper takes no bytes (zero window), which may be minutes;
// drivers have deadlines of their own.
const (
	silence     = 5 * time.Second
	userTimeout = 5 * time.Minute
)

// How long Drain rests between looks: at first shortly, because a printer nearby acknowledges within a tenth of a
// millisecond and a status takes four drains, then up to poll.
const (
	firstPoll = 50 * time.Microsecond
	poll      = 3 * time.Millisecond
)

// settle is how long Close waits at most for bytes that are still on their way.
const settle = 300 * time.Millisecond

type conn struct {
	name    string
	tcp     *net.TCPConn
	writers atomic.Int32 // writes under way
	stuck   atomic.Bool  // the last write did not get through
	closing sync.Once
	err     error
}

// Open connects to address (host:port). name is the address shown to people.
func Open(ctx context.Context, address, name string) (port.Port, error) {
	d := net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silence, Interval: silence / 2, Count: 2},
		Control: func(_, _ string, c syscall.RawConn) error {
			var inner error
			err := c.Control(func(fd uintptr) {
				inner = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(userTimeout.Milliseconds()))
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
	c.writers.Add(1)
	n, err := c.tcp.Write(p)
	c.writers.Add(-1)
	c.stuck.Store(err != nil)
	return n, port.UseFault(c.name, err)
}

func (c *conn) SetReadDeadline(t time.Time) error {
	return port.UseFault(c.name, c.tcp.SetReadDeadline(t))
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	return port.UseFault(c.name, c.tcp.SetWriteDeadline(t))
}

// tcpClose is TCP_CLOSE of the kernel's include/net/tcp_states.h: the connection is over, for instance after a reset.
const tcpClose = 7

// Drain waits until the device's network side has acknowledged every byte.
func (c *conn) Drain(deadline time.Time) error {
	raw, err := c.tcp.SyscallConn()
	if err != nil {
		return port.UseFault(c.name, err)
	}
	for pause := firstPoll; ; pause = min(2*pause, poll) {
		n, gone := 0, false
		var inner error
		if err := raw.Control(func(fd uintptr) {
			n, inner = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ)
			info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
			gone = err == nil && info.State == tcpClose
		}); err != nil {
			return port.UseFault(c.name, err)
		}
		if gone && n != 0 { // reset: nobody will ever take these bytes
			return port.UseFault(c.name, unix.ECONNRESET)
		}
		if inner != nil || n == 0 {
			return port.UseFault(c.name, inner)
		}
		if !time.Now().Before(deadline) {
			return port.ErrTimeout.With(c.name).Wrap(os.ErrDeadlineExceeded)
		}
		time.Sleep(pause)
	}
}

// Close waits a moment for bytes still on their way, unless the device has stopped taking
// them, and closes.
func (c *conn) Close() error {
	c.closing.Do(func() {
		if c.writers.Load() == 0 && !c.stuck.Load() {
			_ = c.Drain(time.Now().Add(settle))
			c.discard()
		}
		c.err = c.tcp.Close()
	})
	return c.err
}

// discard takes what the device has said and nobody read: closing over it would reset
// the connection, and the device would throw away the end of a ticket.
func (c *conn) discard() {
	raw, err := c.tcp.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		buf := make([]byte, 512)
		for range 64 {
			if n, _, err := unix.Recvfrom(int(fd), buf, unix.MSG_DONTWAIT); n <= 0 || err != nil {
				return
			}
		}
	})
}

func (c *conn) String() string { return c.name }
