package emu

import (
	"bytes"
	"unicode/utf8"
)

// lineBuffer collects what stands on one line until it is printed.
type lineBuffer struct {
	runs   []run
	x      int // where the next character goes, from the left margin
	height int
	text   []byte // the line as plain text
	column int    // end of text in columns, to pad jumps with blanks
}

// run is characters of one look; its text is line.text[from:to].
type run struct {
	mark
	from, to int
}

// The most runs on one line before it is printed by itself.
const runLimit = 1024

func (l *lineBuffer) empty() bool { return len(l.runs) == 0 && l.x == 0 }

// character puts a rune on the line; a line that is full is printed first.
func (in *interpreter) character(r rune, han bool) {
	m := &in.mode
	lk := look{body: columnDots * m.asciiWide, bold: m.bold || m.double, invert: m.invert, underline: m.underline}
	h := 24 * m.asciiHigh
	lk.cell = lk.body + m.charSpace*m.asciiWide
	if m.fontB && !han {
		lk.body, h = 9*m.asciiWide, 17*m.asciiHigh
		lk.cell = lk.body + m.charSpace*m.asciiWide
	}
	if han {
		lk.han = true
		lk.body, h = 24*m.hanWide, 24*m.hanHigh
		lk.cell = lk.body + m.hanSpace*m.hanWide
		lk.underline = max(m.underline, m.hanUnderline)
	}
	if in.line.x+lk.body > in.lineWidth() && in.line.x > 0 || len(in.line.runs) > runLimit {
		in.feedLine()
	}
	in.line.put(r, lk, h)
}

// put appends to the last run when nothing changed, else begins a new one.
func (l *lineBuffer) put(r rune, lk look, h int) {
	for l.column < l.x/columnDots { // after a jump
		l.text = append(l.text, ' ')
		l.column++
	}
	from := len(l.text)
	l.text = utf8.AppendRune(l.text, r)
	if n := len(l.runs); n > 0 && l.runs[n-1].look == lk && l.runs[n-1].h == h && l.runs[n-1].x+l.runs[n-1].w == l.x && l.runs[n-1].to == from {
		l.runs[n-1].to = len(l.text)
		l.runs[n-1].w += lk.cell
	} else {
		l.runs = append(l.runs, run{mark{kind: markText, x: l.x, w: lk.cell, h: h, look: lk}, from, len(l.text)})
	}
	l.height = max(l.height, h)
	l.x += lk.cell
	l.column = l.x / columnDots
}

// lineWidth is the printable width in force.
func (in *interpreter) lineWidth() int {
	return max(min(in.mode.width, in.dots-in.mode.margin), columnDots)
}

// tab goes to the next stop: every eight columns until ESC D says otherwise.
func (in *interpreter) tab() {
	for _, stop := range in.mode.tabs {
		if stop > in.line.x {
			in.line.x = min(stop, in.lineWidth())
			return
		}
	}
	if in.mode.tabs == nil {
		in.line.x = min((in.line.x/(8*columnDots)+1)*8*columnDots, in.lineWidth())
	}
}

// moveTo sets the printing position in dots from the left margin.
func (in *interpreter) moveTo(x int) {
	in.line.x = min(max(x, 0), in.lineWidth())
	in.line.column = min(in.line.column, in.line.x/columnDots)
}

// feedLine prints the line and goes on by the line spacing or the height of the line.
func (in *interpreter) feedLine() {
	h := in.line.height
	empty := in.line.empty()
	in.emit()
	if empty {
		in.strip.lines = append(in.strip.lines, textLine{y: in.strip.height})
	}
	in.advance(max(in.mode.spacing, h))
}

// printLine prints a line that is not empty.
func (in *interpreter) printLine() {
	if !in.line.empty() {
		in.feedLine()
	}
}

// printAndFeed is ESC J: print, then feed exactly so many dots, at least the line's height.
func (in *interpreter) printAndFeed(dots int) {
	h := in.line.height
	in.emit()
	in.advance(max(dots, h))
}

// emit puts the line on the paper without moving it on.
func (in *interpreter) emit() {
	l := &in.line
	if !l.empty() {
		shift := in.mode.margin
		if rest := in.lineWidth() - l.x; rest > 0 {
			switch in.mode.align {
			case 1:
				shift += rest / 2
			case 2:
				shift += rest
			}
		}
		text := string(l.text)
		for _, r := range l.runs {
			m := r.mark
			m.text = text[r.from:r.to]
			m.x += shift
			m.y = in.strip.height + l.height - m.h
			in.strip.marks = append(in.strip.marks, m)
		}
		in.strip.lines = append(in.strip.lines, textLine{in.strip.height, string(bytes.TrimRight(l.text, " "))})
	}
	in.line = lineBuffer{runs: l.runs[:0], text: l.text[:0]}
}

// place prints a box of its own (a code or a picture) at the alignment and feeds past it.
func (in *interpreter) place(m mark, word string) {
	in.printLine()
	m.x = in.mode.margin
	if rest := in.lineWidth() - m.w; rest > 0 {
		switch in.mode.align {
		case 1:
			m.x += rest / 2
		case 2:
			m.x += rest
		}
	}
	m.y = in.strip.height
	in.strip.marks = append(in.strip.marks, m)
	if word != "" {
		in.strip.lines = append(in.strip.lines, textLine{in.strip.height, word})
	}
	in.advance(m.h)
}

// longest is the most paper that can hang out uncut: 12.5 m. A longer one tears off.
const longest = 100_000

// advance moves the paper.
func (in *interpreter) advance(dots int) {
	in.strip.height += dots
	in.host.moved(dots)
	if in.strip.height > longest || len(in.strip.marks) > longest || len(in.strip.lines) > longest {
		in.host.cut(Torn)
	}
}
