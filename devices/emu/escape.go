package emu

// escape runs ESC commands.
func (in *interpreter) escape(c []byte) {
	m := &in.mode
	arg := func(i int) int {
		if i < len(c) {
			return int(c[i])
		}
		return 0
	}
	on := arg(2)&1 == 1
	switch c[1] {
	case '@':
		in.initialize()
	case '!':
		m.fontB = arg(2)&1 != 0
		m.bold = arg(2)&8 != 0
		m.asciiHigh, m.asciiWide = 1+arg(2)>>4&1, 1+arg(2)>>5&1
		m.hanHigh, m.hanWide = m.asciiHigh, m.asciiWide
		m.underline = arg(2) >> 7 & 1
	case 'E':
		m.bold = on
	case 'G':
		m.double = on
	case '-':
		m.underline = digit(c[2], 2)
	case 'M':
		m.fontB = on
	case 'a':
		if in.line.empty() {
			m.align = byte(digit(c[2], 2))
		}
	case 'd':
		in.feedLines(arg(2))
	case 'J':
		in.printAndFeed(arg(2))
	case 'e', 'K': // backwards: no receipt printer here does it
	case '2':
		m.spacing = lineSpacing
	case '3':
		m.spacing = arg(2)
	case '$':
		in.moveTo(arg(2) | arg(3)<<8)
	case '\\':
		in.moveTo(in.line.x + int(int16(uint16(c[2])|uint16(c[3])<<8)))
	case ' ':
		m.charSpace = arg(2)
	case 'D':
		m.tabs = []int{}
		for _, stop := range c[2:] {
			if stop != nul {
				m.tabs = append(m.tabs, int(stop)*columnDots)
			}
		}
	case 't':
		m.page = c[2]
	case 'i':
		in.cutNow(FullCut)
	case 'm':
		in.cutNow(PartialCut)
	case 'p':
		in.printLine()
		in.host.pulse(connector(c[2]), arg(3)*2)
	case 'B':
		in.host.buzz()
	case '(':
		if c[2] == 'A' {
			in.host.buzz()
			return
		}
		in.note(c)
	case '*':
		in.bitImage(c)
	case 'u':
		in.host.reply(true, []byte{in.host.ordered(2)})
	case 'v':
		in.host.reply(true, []byte{in.host.ordered(1)})
	case '%', '&', '=', '?', 'R', 'S', 'T', 'U', 'V', 'W', 'c', 'r', '{', ff: // taken, no effect on this paper
	default:
		in.note(c)
	}
}

// digit reads an argument given as a number or as its character; what is beyond limit is 0.
func digit(b byte, limit int) int {
	n := int(b)
	if b >= '0' && b <= '9' {
		n = int(b - '0')
	}
	if n > limit {
		return 0
	}
	return n
}

// connector is the pin of a drawer: m 0 drives pin 2, 1 drives pin 5.
func connector(m byte) int {
	if m&1 == 1 {
		return 5
	}
	return 2
}

// feedLines is ESC d.
func (in *interpreter) feedLines(n int) {
	if !in.line.empty() {
		in.feedLine()
		n--
	}
	for ; n > 0; n-- {
		in.feedLine()
	}
}

// fileSeparator runs FS commands: the Chinese character modes.
func (in *interpreter) fileSeparator(c []byte) {
	m := &in.mode
	switch c[1] {
	case '&':
		m.han = true
	case '.':
		m.han = false
	case '!':
		m.hanWide, m.hanHigh = 1+int(c[2]>>2&1), 1+int(c[2]>>3&1)
		m.hanUnderline = int(c[2] >> 7 & 1)
	case 'W':
		m.hanWide, m.hanHigh = 1+int(c[2]&1), 1+int(c[2]&1)
	case '-':
		m.hanUnderline = digit(c[2], 2)
	case 'S':
		m.hanSpace = int(c[2]) + int(c[3])
	case '(', '2', '?', 'C', 'p': // fonts, own characters, code systems and stored pictures: taken, not drawn
	default:
		in.note(c)
	}
}
