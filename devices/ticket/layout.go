package ticket

import (
	"fmt"
	"strings"
)

// narrowest is the least width of a cell: room for one Han character and a blank.
const narrowest = 3

// Lines lays the paragraph out on paper of the given columns: one string per line,
// without padding, each to be drawn at the size of the style.
func (t Text) Lines(columns int) []string {
	wide, _ := t.Style.Magnify()
	return Wrap(t.Text, columns/wide)
}

// Lines lays the row out on paper of the given columns: one string per line, padded to
// the full width, each to be drawn at the size of the style. When the paper is too
// narrow for the columns asked for, they shrink together; when that leaves no room for a
// character, the cells stand below each other.
func (r Row) Lines(columns int) []string {
	wide, _ := r.Style.Magnify()
	columns = max(columns/wide, 1)
	widths, ok := r.widths(columns, wide)
	if !ok {
		var lines []string
		for _, c := range r.Cells {
			for _, l := range Wrap(c.Text, columns) {
				lines = append(lines, Pad(l, max(columns, Width(l)), c.Align))
			}
		}
		return lines
	}
	parts := make([][]string, len(r.Cells))
	height := 0
	for i, c := range r.Cells {
		room := widths[i]
		if c.Align != Right && i < len(r.Cells)-1 {
			room--
		}
		parts[i] = Wrap(c.Text, room)
		height = max(height, len(parts[i]))
	}
	lines := make([]string, height)
	for y := range lines {
		var b strings.Builder
		for i, c := range r.Cells {
			text := ""
			if y < len(parts[i]) {
				text = parts[i][y]
			}
			room := widths[i]
			if c.Align == Centre && i < len(r.Cells)-1 {
				b.WriteString(Pad(text, room-1, Centre) + " ")
				continue
			}
			b.WriteString(Pad(text, room, c.Align))
		}
		lines[y] = b.String()
	}
	return lines
}

// widths shares columns (already divided by the magnification) among the cells.
func (r Row) widths(columns, wide int) ([]int, bool) {
	n := len(r.Cells)
	if n == 0 || columns < n*narrowest {
		return nil, n == 0
	}
	widths := make([]int, n)
	fixed, shares := 0, 0
	for i, c := range r.Cells {
		if c.Width <= 0 {
			shares++
			continue
		}
		widths[i] = max(min(c.Width, 1024)/wide, narrowest)
		fixed += widths[i]
	}
	for fixed > columns-shares*narrowest { // shrink the widest until all fit
		widest := 0
		for i := range widths {
			if widths[i] > widths[widest] {
				widest = i
			}
		}
		widths[widest]--
		fixed--
	}
	rest := columns - fixed
	for i, c := range r.Cells {
		if c.Width <= 0 {
			widths[i] = rest / shares
			rest -= widths[i]
			shares--
		}
	}
	return widths, true
}

// Lines lays out a whole ticket as plain text, as wide as the paper, for the preview on
// the screen and for golden files. Magnified text keeps one character per rune; a line
// drawn twice as high is one line. Codes, images, cuts and the buzzer are shown as a
// word in brackets.
func Lines(t Ticket, columns int) []string {
	columns = max(columns, 1)
	var out []string
	for _, item := range t.Items {
		switch v := item.(type) {
		case Text:
			wide, _ := v.Style.Magnify()
			for _, l := range v.Lines(columns) {
				out = append(out, indent(l, columns-Width(l)*wide, v.Style.Align))
			}
		case Row:
			for _, l := range v.Lines(columns) {
				out = append(out, strings.TrimRight(l, " "))
			}
		case Rule:
			mark := "-"
			if v.Heavy {
				mark = "="
			}
			out = append(out, strings.Repeat(mark, columns))
		case Feed:
			out = append(out, make([]string, min(max(v.Lines, 0), 255))...)
		case QR:
			out = append(out, marked("QR", v.Data, columns)...)
		case Barcode:
			out = append(out, marked("|||", v.Data, columns)...)
		case Image:
			size := "0x0"
			if v.Gray != nil {
				size = fmt.Sprintf("%dx%d", v.Gray.Rect.Dx(), v.Gray.Rect.Dy())
			}
			out = append(out, marked("image", size, columns)...)
		case Cut:
			word := "[cut]"
			if v.Partial {
				word = "[partial cut]"
			}
			out = append(out, Fit(word, columns))
		case Buzz:
			out = append(out, Fit(fmt.Sprintf("[buzz %d]", v.Times), columns))
		}
	}
	return out
}

func marked(kind, data string, columns int) []string {
	lines := Wrap("["+kind+" "+data+"]", columns)
	for i, l := range lines {
		lines[i] = indent(l, columns-Width(l), Centre)
	}
	return lines
}

func indent(s string, space int, align Align) string {
	switch align {
	case Right:
		s = strings.Repeat(" ", max(space, 0)) + s
	case Centre:
		s = strings.Repeat(" ", max(space, 0)/2) + s
	}
	return strings.TrimRight(s, " ")
}
