package theme

// Sizes are in device-independent pixels (dp). A 15.6" panel at 1366x768 has 0.25 mm
// per dp at scale 1; at 1920x1080 a scale of 1.4 gives the same keys.
type Sizes struct {
	Small  float32 // secondary text; nothing is set smaller than 16 at scale 1
	Body   float32 // names, prices, button labels
	Title  float32 // headings and keypad digits
	Total  float32 // the amount on the pay button and under the order
	Huge   float32 // change due, call numbers
	Gap    float32 // between cards
	Pad    float32 // inside cards and panels
	Radius float32 // of cards and keys
	Hair   float32 // hairlines
	Touch  float32 // least side of anything tappable
	RowH   float32 // height of plain buttons and list rows
	KeyH   float32 // height of a keypad key
	PayH   float32 // height of the pay button
	TileW  float32 // least width of a dish tile; tiles stretch to fill the row
	TileH  float32 // height of a dish tile
	BarH   float32 // height of the top bar
}

// MinTouch is the least side in dp of anything a finger is meant to hit, at any scale.
const MinTouch = 48

// Look is everything a widget needs to draw itself. It is read only once handed out.
type Look struct {
	Palette
	Sizes
	Scale float32
	Lite  bool // no GPU: no shadows, no fling, pages in place of scrolling
}

// NewLook returns the look for a palette and a scale. A scale of 0 means 1; it is held
// between 1 and 2.5, because nothing may become smaller than a finger.
func NewLook(dark bool, scale float32, lite bool) *Look {
	scale = clampScale(scale)
	l := &Look{Palette: Light(), Scale: scale, Lite: lite, Sizes: Sizes{
		Small: 16, Body: 18, Title: 22, Total: 28, Huge: 64, Gap: 8, Pad: 12, Radius: 8, Hair: 1,
		Touch: MinTouch, RowH: 56, KeyH: 60, PayH: 76, TileW: 148, TileH: 96, BarH: 56,
	}}
	if dark {
		l.Palette = Dark()
	}
	for _, v := range []*float32{&l.Small, &l.Body, &l.Title, &l.Total, &l.Huge, &l.Gap, &l.Pad, &l.Radius,
		&l.Touch, &l.RowH, &l.KeyH, &l.PayH, &l.TileW, &l.TileH, &l.BarH} {
		*v *= scale
	}
	return l
}

func clampScale(s float32) float32 {
	switch {
	case s == 0 || s < 1:
		return 1
	case s > 2.5:
		return 2.5
	}
	return s
}
