package escpos

import (
	"fmt"
	"image"
	"strings"

	"github.com/boombuler/barcode/code128"
	"github.com/skip2/go-qrcode"

	"wendan/devices/ticket"
)

var centred = ticket.Style{Align: ticket.Centre}

var qrLevels = map[ticket.Level]qrcode.RecoveryLevel{0: qrcode.Medium, ticket.LevelL: qrcode.Low, ticket.LevelM: qrcode.Medium, ticket.LevelQ: qrcode.High, ticket.LevelH: qrcode.Highest}

// quiet is the free margin a QR code needs on each side, in modules.
const quiet = 4

// qr prints a QR code. The size shrinks until code and margin fit the paper: a printer
// that is asked for a wider one prints nothing.
func (j *job) qr(v ticket.QR) error {
	level, ok := qrLevels[v.Level]
	if !ok || v.Data == "" {
		return ErrCode.With("QR")
	}
	code, err := qrcode.New(v.Data, level)
	if err != nil {
		return ErrCode.With("QR").Wrap(err)
	}
	code.DisableBorder = true
	edge := 17 + 4*code.VersionNumber // modules on a side
	size := 6
	if v.Size > 0 {
		size = min(v.Size, 16)
	}
	size = min(size, j.profile.Dots/(edge+2*quiet))
	if size < 1 {
		return ErrCode.With(fmt.Sprintf("QR %d > %d", edge, j.profile.Dots))
	}
	if !j.profile.QRNative || strings.ContainsFunc(v.Data, func(r rune) bool { return r < 0x20 }) {
		// A picture also where the data holds control bytes, which a printer might obey.
		modules := code.Bitmap()
		j.picture(bitmap{width: edge * size, height: edge * size, dark: func(x, y int) bool { return modules[y/size][x/size] }})
		return nil
	}
	j.apply(centred)
	n := len(v.Data) + 3
	j.raw(gs, '(', 'k', 4, 0, '1', 'A', '2', 0)          // model 2
	j.raw(gs, '(', 'k', 3, 0, '1', 'C', byte(size))      // module size in dots
	j.raw(gs, '(', 'k', 3, 0, '1', 'E', '0'+byte(level)) // error correction: 0 to 3
	j.raw(gs, '(', 'k', byte(n), byte(n>>8), '1', 'P', '0')
	j.raw([]byte(v.Data)...)
	j.raw(gs, '(', 'k', 3, 0, '1', 'Q', '0')
	return nil
}

// barcode prints Code 128 with two dots per module, in code set B, and its text below.
func (j *job) barcode(v ticket.Barcode) error {
	if v.Data == "" || strings.ContainsFunc(v.Data, func(r rune) bool { return r < 0x20 || r > 0x7e }) {
		return ErrCode.With("Code128")
	}
	const module, height = 2, 80
	width := (11*(len(v.Data)+2) + 13) * module // start, data, check, stop
	if width > j.profile.Dots || len(v.Data) > 120 {
		return ErrCode.With(fmt.Sprintf("Code128 %d > %d", width, j.profile.Dots))
	}
	if j.profile.Code128 {
		j.apply(centred)
		data := append([]byte{'{', 'B'}, strings.ReplaceAll(v.Data, "{", "{{")...)
		j.raw(gs, 'w', module)
		j.raw(gs, 'h', height)
		j.raw(gs, 'f', 0)
		j.raw(gs, 'H', 2)
		j.raw(gs, 'k', 73, byte(len(data)))
		j.raw(data...)
		return nil
	}
	bars, err := code128.Encode(v.Data)
	if err != nil {
		return ErrCode.With("Code128").Wrap(err)
	}
	b := bars.Bounds()
	j.picture(bitmap{width: b.Dx() * module, height: height, dark: func(x, _ int) bool {
		r, _, _, _ := bars.At(b.Min.X+x/module, b.Min.Y).RGBA()
		return r < 0x8000
	}})
	j.line(centred, v.Data)
	return nil
}

// bitmap is a picture in dots.
type bitmap struct {
	width, height int
	dark          func(x, y int) bool
}

func threshold(g *image.Gray) bitmap {
	return bitmap{width: g.Rect.Dx(), height: g.Rect.Dy(), dark: func(x, y int) bool {
		return g.GrayAt(g.Rect.Min.X+x, g.Rect.Min.Y+y).Y < 128
	}}
}

// slice is the most bytes of one raster command, so that Recover, which must outlast a
// half-received one, stays short on a slow line.
const slice = 4000

// picture prints a bitmap in the centre with GS v 0, in slices of at most 255 rows.
func (j *job) picture(b bitmap) {
	b.width = min(b.width, j.profile.Dots)
	if b.width <= 0 || b.height <= 0 {
		return
	}
	j.apply(centred)
	stride := (b.width + 7) / 8
	rows := min(255, slice/stride)
	for top := 0; top < b.height; top += rows {
		n := min(rows, b.height-top)
		data := make([]byte, stride*n)
		for y := range n {
			for x := range b.width {
				if b.dark(x, top+y) {
					data[y*stride+x/8] |= 0x80 >> (x % 8)
				}
			}
		}
		calm(data)
		j.raw(gs, 'v', '0', 0, byte(stride), byte(stride>>8), byte(n), byte(n>>8))
		j.raw(data...)
	}
}

// calm darkens one dot wherever raster data would spell a real-time command, which
// printers obey even inside a picture: DLE EOT (status), DLE ENQ (drop everything), DLE
// DC4 (open the drawer).
func calm(data []byte) {
	for i := 0; i+1 < len(data); i++ {
		if data[i] == dle && (data[i+1] == 0x04 || data[i+1] == 0x05 || data[i+1] == 0x14) {
			data[i] |= 0x20
		}
	}
}
