package emu

import "image"

// draw makes the picture of the strip.
func (s *strip) draw() *image.Gray {
	img := image.NewGray(image.Rect(0, 0, s.width, max(s.height, 1)))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for _, m := range s.marks {
		switch m.kind {
		case markText:
			drawText(img, m)
		case markRaster:
			drawRaster(img, m)
		case markQR:
			for y, row := range qrBits(m.text, m.level) {
				for x, on := range row {
					if on {
						fill(img, m.x+x*m.scale, m.y+y*m.scale, m.scale, m.scale, 0)
					}
				}
			}
		case markBarcode:
			bars := barPicture(m.symbology, m.text)
			if bars == nil {
				continue
			}
			b := bars.Bounds()
			for x := range b.Dx() {
				if r, _, _, _ := bars.At(b.Min.X+x, b.Min.Y).RGBA(); r < 0x8000 {
					fill(img, m.x+x*m.scale, m.y, m.scale, m.h, 0)
				}
			}
		}
	}
	return img
}

// drawText draws one run of characters.
func drawText(img *image.Gray, m mark) {
	if m.look.invert {
		fill(img, m.x, m.y, m.w, m.h, 0)
	}
	x := m.x
	for _, r := range m.text {
		st := stampOf(r, m.look.body, m.h, m.look.bold, m.look.han)
		for dy := range st.h {
			y := m.y + dy
			if y < 0 || y >= img.Rect.Max.Y {
				continue
			}
			for dx := range st.w {
				ink := st.ink[dy*st.w+dx]
				if ink == 0 || x+dx < 0 || x+dx >= img.Rect.Max.X {
					continue
				}
				p := &img.Pix[y*img.Stride+x+dx]
				if m.look.invert {
					*p = max(*p, thermal(ink))
				} else {
					*p = min(*p, 255-thermal(ink))
				}
			}
		}
		x += m.look.cell
	}
	if m.look.underline > 0 && !m.look.invert {
		fill(img, m.x, m.y+m.h-m.look.underline, m.w, m.look.underline, 0)
	}
}

// thermal sharpens an edge and lets it gain a little: a heated dot is nearly black or nearly white.
func thermal(ink byte) byte {
	if ink < 16 {
		return 0
	}
	v := (int(ink) - 128) * 7 / 4
	return byte(min(max(v+165, 0), 255))
}

func drawRaster(img *image.Gray, m mark) {
	if m.scale == 0 || m.h == 0 {
		return
	}
	rows := m.h / m.scaleY
	if rows == 0 {
		return
	}
	stride := len(m.bits) / rows
	for y := range rows {
		for i, b := range m.bits[y*stride : (y+1)*stride] {
			for bit := 0; b != 0; bit++ {
				if b&0x80 != 0 {
					fill(img, m.x+(i*8+bit)*m.scale, m.y+y*m.scaleY, m.scale, m.scaleY, 0)
				}
				b <<= 1
			}
		}
	}
}

// fill paints a box as far as it lies on the picture.
func fill(img *image.Gray, x, y, w, h int, v byte) {
	box := image.Rect(x, y, x+w, y+h).Intersect(img.Rect)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		row := img.Pix[y*img.Stride+box.Min.X : y*img.Stride+box.Max.X]
		for i := range row {
			row[i] = v
		}
	}
}
