package emu

import (
	"fmt"
	"image"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/codabar"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/code39"
	"github.com/boombuler/barcode/code93"
	"github.com/boombuler/barcode/ean"
	"github.com/boombuler/barcode/twooffive"
	qr "github.com/skip2/go-qrcode"
)

// qrLevel maps the printer's level byte to the drawing library's.
func qrLevel(level byte) qr.RecoveryLevel {
	return [...]qr.RecoveryLevel{qr.Low, qr.Medium, qr.High, qr.Highest}[(level-48)&3]
}

// qrModules is the number of modules along one side, 0 when the data does not fit.
func qrModules(data string, level byte) int {
	if data == "" {
		return 0
	}
	code, err := qr.New(data, qrLevel(level))
	if err != nil {
		return 0
	}
	return 17 + 4*code.VersionNumber
}

// qrBits is the code itself without a quiet zone.
func qrBits(data string, level byte) [][]bool {
	code, err := qr.New(data, qrLevel(level))
	if err != nil {
		return nil
	}
	code.DisableBorder = true
	return code.Bitmap()
}

// barcode is GS k in both forms.
func (in *interpreter) barcode(c []byte) {
	kind := c[2]
	var data string
	if kind < 65 {
		kind += 65
		data = string(c[3 : len(c)-1])
	} else {
		data = string(c[4:])
	}
	bars := barPicture(kind, data)
	if bars == nil {
		in.note(c[:3])
		return
	}
	w := bars.Bounds().Dx() * in.mode.barModule
	if w > in.lineWidth() {
		return // a real printer prints nothing when the code does not fit
	}
	shown := barText(kind, data)
	if in.mode.hri&1 == 1 {
		in.caption(shown)
	}
	in.place(mark{kind: markBarcode, w: w, h: in.mode.barHeight, text: data, scale: in.mode.barModule, symbology: kind},
		fmt.Sprintf("[||| %s]", shown))
	if in.mode.hri&2 == 2 {
		in.caption(shown)
	}
}

// caption prints the readable text of a bar code in the code's alignment.
func (in *interpreter) caption(text string) {
	lines := len(in.strip.lines)
	keep := in.mode
	in.mode.asciiWide, in.mode.asciiHigh, in.mode.spacing = 1, 1, 0
	for _, r := range text {
		in.character(r, false)
	}
	in.printLine()
	in.mode = keep
	in.strip.lines = in.strip.lines[:min(lines, len(in.strip.lines))] // the word in brackets already says it
}

// barText is what stands under the bars: Code 128 without its code set marks.
func barText(kind byte, data string) string {
	if kind != 73 {
		return data
	}
	var out []byte
	set := byte('B')
	for i := 0; i < len(data); i++ {
		switch {
		case data[i] == '{' && i+1 < len(data):
			i++
			switch data[i] {
			case 'A', 'B', 'C':
				set = data[i]
			case '{':
				out = append(out, '{')
			}
		case set == 'C':
			out = fmt.Appendf(out, "%02d", data[i])
		case data[i] >= 0x20 && data[i] < 0x7f:
			out = append(out, data[i])
		}
	}
	return string(out)
}

// barPicture draws the bars one dot per module, one dot high; nil when the symbology is
// unknown or the data is wrong for it.
func barPicture(kind byte, data string) image.Image {
	var code barcode.Barcode
	var err error
	switch kind {
	case 65, 67, 68: // UPC-A, EAN-13, EAN-8
		code, err = ean.Encode(data)
	case 69:
		code, err = code39.Encode(data, false, true)
	case 70:
		code, err = twooffive.Encode(data, true)
	case 71:
		code, err = codabar.Encode(data)
	case 72:
		code, err = code93.Encode(data, true, true)
	case 73:
		code, err = code128.Encode(barText(kind, data))
	default:
		return nil
	}
	if err != nil || code == nil {
		return nil
	}
	return code
}
