package emu

import "fmt"

// host is what the interpreter needs from the printer around it.
type host interface {
	reply(ordered bool, b []byte)    // bytes to the host
	confirm(id [4]byte)              // a process id was reached: everything before it is printed
	pulse(pin int, milliseconds int) // drawer connector 2 or 5
	buzz()
	cut(kind CutKind) bool // false: the cutter failed, nothing was cut
	moved(dots int)        // the paper went forward
	status(n int) byte     // DLE EOT n
	ordered(n int) byte    // GS r n
	setASB(mask byte)
	identity(n byte) []byte
	heed(bit, on bool) // real-time drawer pulses: bit names the switch, on its state
}

// interpreter reads the printer's language byte by byte and draws on a strip of paper. It
// accepts any bytes: what it does not know is counted and skipped.
type interpreter struct {
	host    host
	strip   strip
	cmd     []byte // the command being collected
	want    int    // length at which cmd is looked at again
	skip    int    // bytes of an oversized block still to be thrown away
	raster  rows
	mode    modes
	line    lineBuffer
	qr      qrCode
	graphic *mark // stored by GS ( L, printed by its function 50
	unknown map[string]int
	dots    int // of the print head
}

// modes is what ESC @ puts back.
type modes struct {
	asciiWide, asciiHigh int
	hanWide, hanHigh     int
	bold, double, invert bool
	underline            int
	hanUnderline         int
	fontB                bool
	align                byte
	spacing              int // of lines, in dots
	charSpace, hanSpace  int
	page                 byte
	han                  bool
	margin, width        int
	tabs                 []int
	barHeight, barModule int
	hri                  byte
}

// The most unknown commands told apart; the rest is counted together.
const unknownKinds = 64

// columnDots is the width of a character of Font A, the paper's column.
const columnDots = 12

// lineSpacing is the line feed after power on: 30 dots of 1/203 inch are 3.75 mm.
const lineSpacing = 30

func newInterpreter(h host, dots int) *interpreter {
	in := &interpreter{host: h, dots: dots, unknown: map[string]int{}, want: 2}
	in.strip.width, in.strip.height = dots, bladeDots // a fresh roll ends at the blade
	in.initialize()
	return in
}

// initialize is ESC @: the modes of power on. Paper, stored graphics and received bytes stay.
func (in *interpreter) initialize() {
	in.mode = modes{asciiWide: 1, asciiHigh: 1, hanWide: 1, hanHigh: 1, spacing: lineSpacing, han: true,
		width: in.dots, barHeight: 162, barModule: 3}
	in.line = lineBuffer{runs: in.line.runs[:0], text: in.line.text[:0]}
	in.qr = qrCode{module: 3, level: 48}
}

// forget is what a loss of power does to the print buffer.
func (in *interpreter) forget() {
	in.cmd, in.want, in.skip = in.cmd[:0], 2, 0
	in.raster = rows{}
	in.graphic = nil
	in.initialize()
}

// busy reports whether bytes of an unfinished command are held.
func (in *interpreter) busy() bool {
	return len(in.cmd) > 0 || in.skip > 0 || in.raster.left > 0
}

// step takes one byte.
func (in *interpreter) step(b byte) {
	switch {
	case in.skip > 0:
		in.skip--
		return
	case in.raster.left > 0:
		in.rasterByte(b)
		return
	case len(in.cmd) == 0:
		in.first(b)
		return
	}
	if leads(in.cmd[0]) && in.mode.han {
		in.hanByte(b)
		return
	}
	in.cmd = append(in.cmd, b)
	if len(in.cmd) < in.want {
		return
	}
	in.want = extent(in.cmd)
	if in.want > blockLimit {
		in.skip = in.want - len(in.cmd)
		in.note(in.cmd)
		in.cmd = in.cmd[:0]
		return
	}
	if in.want > len(in.cmd) {
		return
	}
	in.execute(in.cmd)
	if cap(in.cmd) > 64<<10 {
		in.cmd = nil
	}
	in.cmd = in.cmd[:0]
}

// first takes the first byte of a command or character.
func (in *interpreter) first(b byte) {
	switch b {
	case dle, esc, fs, gs:
		in.cmd, in.want = append(in.cmd, b), 2
	case lf:
		in.feedLine()
	case ff:
		in.printLine()
	case ht:
		in.tab()
	case cr, nul, can, bel:
	default:
		switch {
		case b < 0x20 || b == 0x7f:
			in.note([]byte{b})
		case leads(b) && in.mode.han:
			in.cmd, in.want = append(in.cmd, b), 2
		default:
			in.character(pageRune(in.mode.page, b), false)
		}
	}
}

// hanByte takes the second to fourth byte of a Chinese character. A byte that cannot stand
// there prints as a box and is read again as a first byte.
func (in *interpreter) hanByte(b byte) {
	digit := b >= 0x30 && b <= 0x39
	switch n := len(in.cmd); {
	case n == 1 && trails(b):
		r := hanRune(in.cmd[0], b)
		in.cmd = in.cmd[:0]
		in.character(r, true)
	case (n == 1 || n == 3) && digit, n == 2 && leads(b):
		in.cmd = append(in.cmd, b)
		if n == 3 {
			r := longRune(in.cmd)
			in.cmd = in.cmd[:0]
			in.character(r, true)
		}
	default:
		in.cmd = in.cmd[:0]
		in.character(notDrawn, true)
		in.first(b)
	}
}

// note counts an unknown command under its first bytes.
func (in *interpreter) note(cmd []byte) {
	key := fmt.Sprintf("% X", cmd[:min(len(cmd), 4)])
	if _, known := in.unknown[key]; !known && len(in.unknown) >= unknownKinds {
		key = "more"
	}
	in.unknown[key]++
}

// execute runs a whole command.
func (in *interpreter) execute(cmd []byte) {
	switch cmd[0] {
	case esc:
		in.escape(cmd)
	case gs:
		in.group(cmd)
	case fs:
		in.fileSeparator(cmd)
	case dle:
		// Real-time commands were obeyed when they arrived; in the buffer they are passed over.
		if extentKnown := cmd[1] == eot || cmd[1] == enq || cmd[1] == dc4; !extentKnown {
			in.note(cmd)
		}
	}
}
