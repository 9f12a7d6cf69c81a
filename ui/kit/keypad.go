package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"wendan/ui/theme"
)

// Codes of keys that are not simply their character.
const (
	CodeBack  = "back"  // delete the last character
	CodeClear = "clear" // delete everything
	CodeEnter = "enter"
)

// Key is one key of a Keypad. The zero Key is a gap.
type Key struct {
	Code  string  // what a press reports
	Label string  // text on the key; empty shows the code
	Icon  Icon    // in place of the text
	Kind  Kind    // 0 is Plain
	Wide  float32 // width relative to its row; 0 is 1
}

// Keypad is rows of keys that fill its area. Every press reports the key's code at once.
type Keypad struct {
	widget.BaseWidget
	look *theme.Look
	gap  float32
	rows [][]padKey
	all  []fyne.CanvasObject
	min  fyne.Size
}

type padKey struct {
	button *Button
	code   string
	wide   float32
}

// NewKeypad makes a keypad from rows of keys. Keys of a row share its width by Wide.
func NewKeypad(l *theme.Look, rows [][]Key, press func(code string)) *Keypad {
	p := &Keypad{look: l, gap: 6 * l.Scale}
	for _, row := range rows {
		var line []padKey
		var units float32
		for _, k := range row {
			pk := padKey{code: k.Code, wide: k.Wide}
			if pk.wide == 0 {
				pk.wide = 1
			}
			units += pk.wide
			if k.Code != "" {
				pk.button = p.key(k, press)
				p.all = append(p.all, pk.button)
			}
			line = append(line, pk)
		}
		p.rows = append(p.rows, line)
		p.min.Width = max(p.min.Width, units*(l.Touch+p.gap)-p.gap)
	}
	p.min.Height = float32(len(rows))*(l.Touch+p.gap) - p.gap
	p.ExtendBaseWidget(p)
	return p
}

func (p *Keypad) key(k Key, press func(string)) *Button {
	label, kind := k.Label, k.Kind
	if label == "" && k.Icon == "" {
		label = k.Code
	}
	if kind == 0 {
		kind = Plain
	}
	b := NewIconButton(p.look, kind, k.Icon, label, func() { press(k.Code) })
	if len([]rune(label)) <= 2 && label != "" && label[0] < 0x80 {
		b.SetTextSize(p.look.Title * 1.1)
	} else if k.Icon != "" && label == "" {
		b.SetTextSize(p.look.Title)
	}
	return b
}

// SetEnabled enables or disables the key with a code.
func (p *Keypad) SetEnabled(code string, on bool) {
	if b := p.Button(code); b != nil {
		b.SetEnabled(on)
	}
}

// Button returns the key with a code, or nil.
func (p *Keypad) Button(code string) *Button {
	for _, row := range p.rows {
		for _, k := range row {
			if k.button != nil && k.code == code {
				return k.button
			}
		}
	}
	return nil
}

func (p *Keypad) arrange(s fyne.Size) {
	h := (s.Height+p.gap)/float32(len(p.rows)) - p.gap
	for r, row := range p.rows {
		var units float32
		for _, k := range row {
			units += k.wide
		}
		unit := (s.Width + p.gap) / units
		var x float32
		for _, k := range row {
			if k.button != nil {
				place(k.button, x, float32(r)*(h+p.gap), k.wide*unit-p.gap, h)
			}
			x += k.wide * unit
		}
	}
}

// CreateRenderer is called by Fyne.
func (p *Keypad) CreateRenderer() fyne.WidgetRenderer {
	return &face{objects: p.all, layout: p.arrange, min: func() fyne.Size { return p.min }}
}

// NumberRows are the digits with 00 and the point, telephone-desk order (7 8 9 on top).
// side adds a fourth column from the top; where it is too short gaps keep the digits in
// their columns.
func NumberRows(side ...Key) [][]Key {
	rows := [][]Key{
		{{Code: "7"}, {Code: "8"}, {Code: "9"}},
		{{Code: "4"}, {Code: "5"}, {Code: "6"}},
		{{Code: "1"}, {Code: "2"}, {Code: "3"}},
		{{Code: "00"}, {Code: "0"}, {Code: "."}},
	}
	if len(side) == 0 {
		return rows
	}
	for i := range rows {
		k := Key{}
		if i < len(side) {
			k = side[i]
		}
		rows[i] = append(rows[i], k)
	}
	return rows
}

// BackKey is the ⌫ key.
func BackKey() Key { return Key{Code: CodeBack, Icon: IconBackspace} }

// QwertyRows are digits and letters in typewriter order with ⌫, for pinyin initials and
// dish numbers. Ten keys wide: they need at least 534 dp at scale 1.
func QwertyRows() [][]Key {
	rows := [][]Key{letters("1234567890"), letters("QWERTYUIOP"), {{Wide: 0.5}}, letters("ZXCVBNM")}
	rows[2] = append(append(rows[2], letters("ASDFGHJKL")...), Key{Wide: 0.5})
	rows[3] = append(rows[3], Key{Code: CodeClear, Icon: IconClose, Wide: 1.5, Kind: Danger}, Key{Code: CodeBack, Icon: IconBackspace, Wide: 1.5})
	return rows
}

// LetterRows are the letters A to Z in order with ⌫ and clear, seven keys wide, for
// panels too narrow for QwertyRows.
func LetterRows() [][]Key {
	rows := [][]Key{letters("ABCDEFG"), letters("HIJKLMN"), letters("OPQRSTU"), letters("VWXYZ")}
	rows[3] = append(rows[3], Key{Code: CodeClear, Icon: IconClose, Kind: Danger}, BackKey())
	return rows
}

func letters(s string) []Key {
	keys := make([]Key, 0, len(s))
	for _, r := range s {
		keys = append(keys, Key{Code: string(r)})
	}
	return keys
}
