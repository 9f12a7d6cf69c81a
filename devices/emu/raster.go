package emu

import "fmt"

// rows reads the rows of GS v 0 as they come, so that a printer that loses its cable in the
// middle has printed what it got.
type rows struct {
	left   int    // rows still to come, the current one included
	stride int    // bytes per row as announced
	row    []byte // of the current row, as far as the paper is wide
	at     int    // bytes of the current row read
	scaleX int
	scaleY int
}

// beginRaster is GS v 0 m xL xH yL yH.
func (in *interpreter) beginRaster(c []byte) {
	stride, height := int(c[4])|int(c[5])<<8, int(c[6])|int(c[7])<<8
	if c[2] != '0' && c[2] != 0 {
		in.note(c)
		return
	}
	in.printLine()
	if stride == 0 || height == 0 {
		return
	}
	m := digit(c[3], 3)
	in.raster = rows{left: height, stride: stride, scaleX: 1 + m&1, scaleY: 1 + m>>1}
	in.place(mark{kind: markRaster, w: min(stride*8*in.raster.scaleX, in.lineWidth()), scale: in.raster.scaleX, scaleY: in.raster.scaleY},
		fmt.Sprintf("[image %dx%d]", stride*8, height))
	in.raster.row = make([]byte, 0, in.rasterStride())
}

func (in *interpreter) rasterStride() int {
	return min(in.raster.stride, (in.dots+7)/8)
}

func (in *interpreter) rasterByte(b byte) {
	r := &in.raster
	if r.at < cap(r.row) {
		r.row = append(r.row, b)
	}
	r.at++
	if r.at < r.stride {
		return
	}
	n := len(in.strip.marks)
	if n == 0 || in.strip.marks[n-1].kind != markRaster { // torn off: the rest goes on the new paper
		in.strip.marks = append(in.strip.marks, mark{kind: markRaster, x: in.mode.margin, y: in.strip.height,
			w: min(r.stride*8*r.scaleX, in.lineWidth()), scale: r.scaleX, scaleY: r.scaleY})
		n = len(in.strip.marks)
	}
	m := &in.strip.marks[n-1]
	m.bits = append(m.bits, r.row...)
	m.h += r.scaleY
	r.at, r.row = 0, r.row[:0]
	r.left--
	in.advance(r.scaleY)
}

// graphics runs the functions of GS ( L and GS 8 L for monochrome pictures: 112 stores, 2 and 50 print.
func (in *interpreter) graphics(data []byte) {
	if len(data) < 2 || data[0] != 48 {
		in.note([]byte{gs, '(', 'L'})
		return
	}
	switch data[1] {
	case 112:
		if len(data) < 10 || data[2] != 48 {
			return
		}
		w, h := int(data[6])|int(data[7])<<8, int(data[8])|int(data[9])<<8
		stride := (w + 7) / 8
		if w == 0 || h == 0 || len(data)-10 < stride*h {
			return
		}
		sx, sy := min(max(int(data[3]), 1), 2), min(max(int(data[4]), 1), 2)
		m := mark{kind: markRaster, w: min(w*sx, in.dots), h: h * sy, scale: sx, scaleY: sy}
		keep := (m.w/sx + 7) / 8
		for y := range h {
			m.bits = append(m.bits, data[10+y*stride:][:min(keep, stride)]...)
		}
		in.graphic = &m
	case 2, 50:
		if in.graphic != nil {
			in.place(*in.graphic, fmt.Sprintf("[image %dx%d]", in.graphic.w/in.graphic.scale, in.graphic.h/in.graphic.scaleY))
			in.graphic = nil
		}
	default:
		in.note([]byte{gs, '(', 'L', data[1]})
	}
}

// bitImage is ESC * m nL nH data: columns of 8 or 24 dots on the current line.
func (in *interpreter) bitImage(c []byte) {
	deep := 1
	if c[2] >= 32 {
		deep = 3
	}
	wide := 2 - int(c[2]&1)
	data := c[5:]
	n := min(len(data)/deep, (in.lineWidth()-in.line.x)/wide)
	if n <= 0 {
		return
	}
	scaleY := 3 / deep
	stride := (n + 7) / 8
	m := mark{kind: markRaster, x: in.line.x, w: n * wide, h: 24, scale: wide, scaleY: scaleY, bits: make([]byte, stride*8*deep)}
	for x := range n {
		for y := range 8 * deep {
			if data[x*deep+y/8]>>(7-y%8)&1 == 1 {
				m.bits[y*stride+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	if len(in.line.runs) > runLimit {
		in.feedLine()
	}
	in.line.runs = append(in.line.runs, run{mark: m})
	in.line.height = max(in.line.height, 24)
	in.line.x += n * wide
}
