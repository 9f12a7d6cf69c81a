package emu

import (
	"os"
	"path/filepath"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// terminal is a raw pseudo-terminal. Its own side is read and written here; hosts open path.
// The host's side is held open too, so that the terminal survives hosts that come and go.
type terminal struct {
	*os.File
	slave *os.File
	path  string // of the host's side
	link  string
}

// openTerminal makes a terminal and, when link is not empty, points that symbolic link to it.
func openTerminal(link string) (*terminal, error) {
	master, slave, err := pty.Open()
	if err != nil {
		return nil, err
	}
	t := &terminal{File: master, slave: slave, path: slave.Name()}
	if err = makeRaw(slave); err == nil && link != "" {
		err = t.point(link)
	}
	if err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// point replaces the link in one step.
func (t *terminal) point(link string) error {
	temporary := filepath.Join(filepath.Dir(link), "."+filepath.Base(link)+".new")
	os.Remove(temporary)
	if err := os.Symlink(t.path, temporary); err != nil {
		return err
	}
	if err := os.Rename(temporary, link); err != nil {
		return err
	}
	t.link, t.path = link, link
	return nil
}

// Close ends the terminal for both sides and removes the link.
func (t *terminal) Close() error {
	if t.link != "" {
		os.Remove(t.link)
		t.link = ""
	}
	t.slave.Close()
	return t.File.Close()
}

// makeRaw switches off echo, line editing and every translation.
func makeRaw(f *os.File) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		var t *unix.Termios
		if t, failed = unix.IoctlGetTermios(int(fd), unix.TCGETS); failed != nil {
			return
		}
		t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
		t.Oflag &^= unix.OPOST
		t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
		t.Cflag = t.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
		t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
		failed = unix.IoctlSetTermios(int(fd), unix.TCSETS, t)
	})
	if err != nil {
		return err
	}
	return failed
}
