package emu

import "fmt"

// group runs GS commands.
func (in *interpreter) group(c []byte) {
	m := &in.mode
	switch c[1] {
	case '!':
		m.asciiWide, m.asciiHigh = 1+int(c[2]>>4&7), 1+int(c[2]&7)
		m.hanWide, m.hanHigh = m.asciiWide, m.asciiHigh
	case 'B':
		m.invert = c[2]&1 == 1
	case 'L':
		m.margin = min(int(c[2])|int(c[3])<<8, in.dots-columnDots)
	case 'W':
		m.width = max(int(c[2])|int(c[3])<<8, columnDots)
	case 'V':
		in.cutCommand(c)
	case 'a':
		in.host.setASB(c[2])
	case 'r':
		in.host.reply(true, []byte{in.host.ordered(digit(c[2], 4))})
	case 'I':
		if id := in.host.identity(c[2]); id != nil {
			in.host.reply(true, id)
		}
	case 'h':
		m.barHeight = max(int(c[2]), 1)
	case 'w':
		m.barModule = min(max(int(c[2]), 1), 6)
	case 'H':
		m.hri = byte(digit(c[2], 3))
	case 'k':
		in.barcode(c)
	case 'v':
		in.beginRaster(c)
	case '(':
		in.groupBlock(c[2], c[5:], c)
	case '8':
		if c[2] == 'L' {
			in.graphics(c[7:])
			return
		}
		in.note(c)
	case bel:
		in.host.buzz()
	case '#', '$', '/', ':', 'C', 'E', 'P', 'T', '\\', '^', 'b', 'c', 'f', 'g', 'j', 'z', '*': // taken, no effect here
	default:
		in.note(c)
	}
}

// groupBlock runs GS ( commands by their letter.
func (in *interpreter) groupBlock(letter byte, data, c []byte) {
	switch letter {
	case 'k':
		in.symbol(data)
	case 'L':
		in.graphics(data)
	case 'H':
		// fn 48: the process id is answered when everything before it is printed (Epson GS ( H).
		if len(data) == 6 && data[0] == 48 && data[1] == 48 {
			id := [4]byte(data[2:6])
			in.printLine()
			in.host.reply(true, []byte{0x37, 0x22, id[0], id[1], id[2], id[3], nul})
			in.host.confirm(id)
			return
		}
		in.note(c)
	case 'D':
		// fn 20: a pairs of switch and state; switch 1 is the real-time drawer pulse.
		if len(data) >= 3 && data[0] == 20 {
			for i := 1; i+1 < len(data); i += 2 {
				in.host.heed(data[i] == 1, data[i+1]&1 == 1)
			}
			return
		}
		in.note(c)
	case 'A', 'C', 'E', 'K', 'M', 'N', 'P', 'Q', 'V': // settings without effect on this paper
	default:
		in.note(c)
	}
}

// cutCommand is GS V in all its forms.
func (in *interpreter) cutCommand(c []byte) {
	kind := FullCut
	switch c[2] {
	case 1, '1', 66, 98, 104:
		kind = PartialCut
	case 0, '0', 65, 97, 103:
	default:
		in.note(c)
		return
	}
	if len(c) > 3 {
		in.printLine()
		in.advance(bladeDots + int(c[3]))
	}
	in.cutNow(kind)
}

// cutNow cuts at the blade, which stands bladeDots after the print head.
func (in *interpreter) cutNow(kind CutKind) {
	in.printLine()
	in.host.cut(kind)
}

// bladeDots is the way from the print head to the blade: 12 mm.
const bladeDots = 96

// symbol runs GS ( k: the QR code functions 65, 67, 69, 80 and 81 of symbol type 49.
func (in *interpreter) symbol(data []byte) {
	if len(data) < 2 || data[0] != 49 {
		in.note(append([]byte{gs, '(', 'k'}, data[:min(len(data), 1)]...))
		return
	}
	q := &in.qr
	switch data[1] {
	case 65:
	case 67:
		if len(data) > 2 {
			q.module = min(max(int(data[2]), 1), 16)
		}
	case 69:
		if len(data) > 2 && data[2] >= 48 && data[2] <= 51 {
			q.level = data[2]
		}
	case 80:
		if len(data) > 3 {
			q.data = string(data[3:])
		}
	case 81:
		in.printQR()
	default:
		in.note([]byte{gs, '(', 'k', data[1]})
	}
}

// qrCode is the stored symbol.
type qrCode struct {
	data   string
	module int
	level  byte
}

func (in *interpreter) printQR() {
	side := qrModules(in.qr.data, in.qr.level) * in.qr.module
	if side == 0 || side > in.lineWidth() {
		return // a real printer prints nothing when the code does not fit
	}
	in.place(mark{kind: markQR, w: side, h: side, text: in.qr.data, scale: in.qr.module, level: in.qr.level},
		fmt.Sprintf("[QR %s]", in.qr.data))
}
