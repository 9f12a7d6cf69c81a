package emu

import (
	"context"
	"fmt"
	"time"
)

// Scanner is a virtual bar code scanner (扫码枪) on a serial line. Close it after use.
type Scanner struct {
	// Suffix ends each code; CR unless set before the first Scan.
	Suffix string
	// BytesPerSecond is the speed of the line: 960 for 9600 baud; 0 is unlimited.
	BytesPerSecond int
	// Piece is how many bytes arrive together, as USB delivers them (8 of 15 were seen); 0 is all at once.
	Piece    int
	terminal *terminal
}

// NewScanner puts a scanner at 9600 baud on a pseudo-terminal; link is as for
// Printer.ServePTY.
func NewScanner(link string) (*Scanner, error) {
	t, err := openTerminal(link)
	if err != nil {
		return nil, fmt.Errorf("open a pseudo-terminal: %w", err)
	}
	return &Scanner{Suffix: "\r", BytesPerSecond: 960, Piece: 8, terminal: t}, nil
}

// Path is where hosts open the scanner.
func (s *Scanner) Path() string { return s.terminal.path }

// Scan sends one code with its suffix and returns when the last byte is on the line. One
// scan at a time.
func (s *Scanner) Scan(ctx context.Context, code string) error {
	data := []byte(code + s.Suffix)
	piece := s.Piece
	if piece <= 0 {
		piece = len(data)
	}
	for len(data) > 0 {
		n := min(piece, len(data))
		if s.BytesPerSecond > 0 {
			select {
			case <-time.After(time.Duration(n) * time.Second / time.Duration(s.BytesPerSecond)):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if deadline, ok := ctx.Deadline(); ok {
			s.terminal.SetWriteDeadline(deadline)
		}
		if _, err := s.terminal.Write(data[:n]); err != nil {
			return fmt.Errorf("send a code: %w", err)
		}
		data = data[n:]
	}
	return nil
}

// Close unplugs the scanner.
func (s *Scanner) Close() error { return s.terminal.Close() }
