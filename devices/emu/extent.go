package emu

// The control bytes that begin a command.
const (
	nul = 0x00
	eot = 0x04
	enq = 0x05
	bel = 0x07
	ht  = 0x09
	lf  = 0x0a
	ff  = 0x0c
	cr  = 0x0d
	dle = 0x10
	dc4 = 0x14
	can = 0x18
	esc = 0x1b
	fs  = 0x1c
	gs  = 0x1d
)

// blockLimit is the most data one command may carry; longer blocks are read and thrown away.
const blockLimit = 4 << 20

// plainArgs holds, per prefix, how many bytes follow a command whose length is fixed, after
// the Epson ESC/POS command reference and the manuals of Chinese makers.
var plainArgs = map[byte]map[byte]int{
	esc: {' ': 1, '!': 1, '$': 2, '%': 1, '-': 1, '2': 0, '3': 1, '=': 1, '?': 1, '@': 0, 'B': 2, 'E': 1, 'G': 1,
		'J': 1, 'K': 1, 'L': 0, 'M': 1, 'R': 1, 'S': 0, 'T': 1, 'U': 1, 'V': 1, 'W': 8, '\\': 2, 'a': 1, 'c': 2,
		'd': 1, 'e': 1, 'i': 0, 'm': 0, 'p': 3, 'r': 1, 't': 1, 'u': 1, 'v': 0, '{': 1, ff: 0},
	gs: {'!': 1, '#': 1, '$': 2, '/': 1, ':': 0, 'B': 1, 'E': 1, 'H': 1, 'I': 1, 'L': 2, 'P': 2, 'T': 1, 'W': 2,
		'\\': 2, '^': 3, 'a': 1, 'b': 1, 'c': 0, 'f': 1, 'g': 4, 'h': 1, 'j': 1, 'r': 1, 'w': 1, 'z': 3, bel: 3},
	fs: {'!': 1, '&': 0, '-': 1, '.': 0, '2': 74, '?': 2, 'C': 1, 'S': 2, 'W': 1, 'p': 2},
}

// argTable is plainArgs for quick reading: one more than the number of bytes, 0 for unknown.
var argTable = func() (t [256][256]uint8) {
	for prefix, commands := range plainArgs {
		for c, n := range commands {
			t[prefix][c] = uint8(n + 1)
		}
	}
	return t
}()

// extent says how long the command that begins with cmd is, as far as cmd tells. When the answer is
// greater than len(cmd), more bytes are needed before asking again; otherwise the command is whole.
func extent(cmd []byte) int {
	if len(cmd) < 2 {
		return 2
	}
	switch cmd[0] {
	case dle:
		return dleExtent(cmd)
	case esc:
		switch cmd[1] {
		case '*':
			return bitImageExtent(cmd)
		case '&':
			return ownFontExtent(cmd)
		case 'D':
			if last := len(cmd) - 1; last >= 2 && cmd[last] == nul || len(cmd) >= 2+33 {
				return len(cmd)
			}
			return len(cmd) + 1
		case '(':
			return blockExtent(cmd, 2)
		}
	case gs:
		switch cmd[1] {
		case '(':
			return blockExtent(cmd, 2)
		case '8':
			return blockExtent(cmd, 4)
		case 'V':
			if len(cmd) >= 3 && cutHasArgument(cmd[2]) {
				return 4
			}
			return 3
		case 'k':
			return barcodeExtent(cmd)
		case 'v':
			return 8 // the rows are read by themselves
		case '*':
			if len(cmd) < 4 {
				return 4
			}
			return 4 + int(cmd[2])*int(cmd[3])*8
		case 'C':
			return counterExtent(cmd)
		}
	case fs:
		if cmd[1] == '(' {
			return blockExtent(cmd, 2)
		}
	}
	return 2 + max(int(argTable[cmd[0]][cmd[1]])-1, 0)
}

func dleExtent(cmd []byte) int {
	switch cmd[1] {
	case eot:
		if len(cmd) >= 3 && (cmd[2] == 7 || cmd[2] == 8 || cmd[2] == 18) {
			return 4
		}
		return 3
	case enq:
		return 3
	case dc4:
		if len(cmd) < 3 {
			return 3
		}
		switch cmd[2] {
		case 8:
			return 10
		case 1, 2, 3:
			return 5
		}
		return 3
	}
	return 2
}

// blockExtent reads a length of lengthBytes bytes behind the function letter, lowest first.
func blockExtent(cmd []byte, lengthBytes int) int {
	head := 3 + lengthBytes
	if len(cmd) < head {
		return head
	}
	n := 0
	for i := range lengthBytes {
		n |= int(cmd[3+i]) << (8 * i)
	}
	return head + n
}

// bitImageExtent is ESC * m nL nH data.
func bitImageExtent(cmd []byte) int {
	if len(cmd) < 5 {
		return 5
	}
	columns := int(cmd[3]) | int(cmd[4])<<8
	if cmd[2] >= 32 {
		columns *= 3
	}
	return 5 + columns
}

// ownFontExtent is ESC & y c1 c2 followed by a width and y bytes per column for each character.
func ownFontExtent(cmd []byte) int {
	if len(cmd) < 5 {
		return 5
	}
	at := 5
	for range max(int(cmd[4])-int(cmd[3])+1, 0) {
		if at >= len(cmd) {
			return at + 1
		}
		at += 1 + int(cmd[at])*int(cmd[2])
	}
	return at
}

// barcodeExtent is GS k m data NUL for m up to 6 and GS k m n data from 65 on.
func barcodeExtent(cmd []byte) int {
	if len(cmd) < 3 {
		return 3
	}
	if cmd[2] < 65 {
		if last := len(cmd) - 1; last >= 3 && cmd[last] == nul || len(cmd) >= 3+256 {
			return len(cmd)
		}
		return len(cmd) + 1
	}
	if len(cmd) < 4 {
		return 4
	}
	return 4 + int(cmd[3])
}

// counterExtent is the old counter printing of GS C.
func counterExtent(cmd []byte) int {
	if len(cmd) < 3 {
		return 3
	}
	switch cmd[2] {
	case '0':
		return 5
	case '1':
		return 9
	case '2':
		return 5
	}
	return 3
}

func cutHasArgument(m byte) bool {
	switch m {
	case 65, 66, 97, 98, 103, 104:
		return true
	}
	return false
}
