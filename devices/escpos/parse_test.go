package escpos

import (
	"bytes"
	"fmt"
	"testing"
)

// command is one step of a job as a printer reads it: text up to a line feed, or one
// command with its arguments and data.
type command struct {
	name string // "text", "LF", "ESC @", ...
	args []byte
}

// parse reads a job the way a printer does, independently of the encoder. It fails the
// test on a byte no printer of this kind would understand there.
func parse(t testing.TB, b []byte) []command {
	t.Helper()
	var out []command
	take := func(name string, head, n int) {
		if len(b) < head+n {
			t.Fatalf("%s is cut short: % X", name, b)
		}
		out = append(out, command{name, bytes.Clone(b[head : head+n])})
		b = b[head+n:]
	}
	for len(b) > 0 {
		switch {
		case b[0] == lf:
			take("LF", 1, 0)
		case b[0] >= 0x20:
			n := 0
			for n < len(b) && b[n] >= 0x20 {
				if b[n] >= 0x80 {
					n++ // the second byte may be anything from 30h on
				}
				n++
			}
			take("text", 0, min(n, len(b)))
		case len(b) < 3:
			take(fmt.Sprintf("% X", b), len(b), 0)
		case b[0] == esc && bytes.IndexByte([]byte("E-V{ad"), b[1]) >= 0, b[0] == gs && bytes.IndexByte([]byte("B!whfH"), b[1]) >= 0, b[0] == fs && bytes.IndexByte([]byte("-!"), b[1]) >= 0:
			take(fmt.Sprintf("%02X %c", b[0], b[1]), 2, 1)
		case b[0] == esc && bytes.IndexByte([]byte("@im"), b[1]) >= 0, b[0] == fs && b[1] == '&':
			take(fmt.Sprintf("%02X %c", b[0], b[1]), 2, 0)
		case b[0] == esc && b[1] == 'B':
			take("ESC B", 2, 2)
		case b[0] == gs && b[1] == 'V':
			if b[2] >= 65 {
				take("GS V", 2, 2)
			} else {
				take("GS V", 2, 1)
			}
		case b[0] == gs && b[1] == 'k' && b[2] == 73:
			take("GS k", 4, int(b[3]))
		case b[0] == gs && b[1] == '(' && b[2] == 'k':
			take("GS ( k", 5, int(b[3])|int(b[4])<<8)
		case b[0] == gs && b[1] == 'v':
			n := (int(b[4]) | int(b[5])<<8) * (int(b[6]) | int(b[7])<<8)
			out = append(out, command{"raster", bytes.Clone(b[4:8])})
			take("raster data", 8, n)
		default:
			t.Fatalf("no printer command: % X", b[:min(len(b), 16)])
		}
	}
	return out
}

// commands names everything but text and line feeds, with the arguments of short ones.
func commands(list []command) []string {
	var names []string
	for _, c := range list {
		if c.name != "text" && c.name != "LF" {
			names = append(names, fmt.Sprintf("%s % X", c.name, c.args))
		}
	}
	return names
}

// texts returns the lines as bytes.
func texts(list []command) [][]byte {
	var lines [][]byte
	var line []byte
	for _, c := range list {
		switch c.name {
		case "text":
			line = append(line, c.args...)
		case "LF":
			lines = append(lines, line)
			line = nil
		}
	}
	return lines
}
