// Package ticket is the document model of everything that is printed on a receipt
// printer (小票、后厨单、报表). It knows paper, not orders: lines, columns, sizes, codes,
// images and cuts. devices/escpos turns a Ticket into printer bytes, Lines turns it
// into plain text for the screen preview and for tests.
//
// There is no drawer pulse (钱箱) in a ticket: a reprint must never open the drawer.
package ticket

import "image"

// Ticket is one document. Name says what it is ("receipt", "kitchen 热菜") for logs and
// for the person who looks at the print queue; it is not printed.
type Ticket struct {
	Name  string
	Items []Item
}

// Item is one element of a ticket. The set is closed: Text, Row, Rule, Feed, QR,
// Barcode, Image, Cut and Buzz, always as values, never as pointers.
type Item interface{ item() }

// Align places content between the margins. The zero value is left.
type Align uint8

// The alignments. The numbers are stored and never change.
const (
	Left   Align = 1
	Centre Align = 2
	Right  Align = 3
)

// Style is how a Text or a Row is drawn. Wide and High multiply the character size,
// 1 to 8; 0 means 1 and anything outside is clamped. Align has no meaning for a Row,
// whose cells carry their own.
type Style struct {
	Bold      bool
	Underline bool
	Invert    bool // white on black
	Wide      int
	High      int
	Align     Align
}

// Magnify returns the character size in force: 1 to 8 in each direction.
func (s Style) Magnify() (wide, high int) { return clampSize(s.Wide), clampSize(s.High) }

func clampSize(n int) int { return min(max(n, 1), 8) }

// Text is a paragraph. It wraps at the edge of the paper; a newline starts a new line;
// empty text is one blank line.
type Text struct {
	Style Style
	Text  string
}

// Row is a line of columns, such as name, quantity and amount. A cell that is too
// narrow for its text wraps inside its own column, so nothing is cut off.
type Row struct {
	Style Style
	Cells []Cell
}

// Cell is one column of a Row. Width is in paper columns (a Latin letter is one, a Han
// character two, whatever the Style); 0 shares what the other cells leave over. A cell
// that is not aligned right and not the last keeps its last column blank.
type Cell struct {
	Text  string
	Width int
	Align Align
}

// Rule is a horizontal line over the whole width.
type Rule struct{ Heavy bool }

// Feed moves the paper by Lines blank lines of normal height, 0 to 255.
type Feed struct{ Lines int }

// Level is how much damage a QR code survives. The zero value is LevelM.
type Level uint8

// The QR error correction levels: about 7, 15, 25 and 30 percent of the code.
const (
	LevelL Level = 1
	LevelM Level = 2
	LevelQ Level = 3
	LevelH Level = 4
)

// QR is a QR code, printed in the centre. Size is the edge of one module in dots, 1 to
// 16; 0 means 6. Data is printed as the UTF-8 bytes it holds.
type QR struct {
	Data  string
	Size  int
	Level Level
}

// Barcode is a Code 128 bar code of printable ASCII with its text below, centred.
type Barcode struct{ Data string }

// Image is a picture printed in the centre, one pixel per dot; dark is printed. It is
// not scaled: what is wider than the paper is cut at the right edge.
type Image struct{ Gray *image.Gray }

// Cut feeds the paper to the cutter and cuts. Partial leaves a bridge.
type Cut struct{ Partial bool }

// Buzz sounds the printer's buzzer Times times, 1 to 9, where it has one.
type Buzz struct{ Times int }

func (Text) item()    {}
func (Row) item()     {}
func (Rule) item()    {}
func (Feed) item()    {}
func (QR) item()      {}
func (Barcode) item() {}
func (Image) item()   {}
func (Cut) item()     {}
func (Buzz) item()    {}
