package saleslog

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"wendan/store/fault"
	"wendan/store/menu"
)

// columns of the details file, in the order scan uses them.
var columns = []string{"order_id", "order_date", "order_time", "item_id"}

// scan reads one details file.
type scan struct {
	Reader
	log   *Log
	index *menu.Index
	file  string
	place []int // of columns in a row
	seen  map[uint32]bool
	open  *Order // the order being collected; its Lines may be empty
	last  time.Time
}

func (s *scan) run(r io.Reader) error {
	in := bufio.NewReader(r)
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\uFEFF")) {
		in.Discard(3)
	}
	rows := csv.NewReader(in)
	rows.FieldsPerRecord = -1
	rows.ReuseRecord = true
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			s.log.LinesRead++
			s.refuse(bad.Line, "", menu.ErrQuote.With(bad.Column))
			continue
		}
		if err != nil {
			return menu.ErrFile.Wrap(err)
		}
		line, _ := rows.FieldPos(0)
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case s.place == nil:
			if err := s.head(cells); err != nil {
				return err
			}
		case strings.Join(cells, "") != "":
			s.log.LinesRead++
			s.row(line, cells)
		}
	}
	if s.place == nil {
		return s.head(nil)
	}
	s.close()
	return nil
}

func (s *scan) head(cells []string) error {
	place := make([]int, len(columns))
	for i, column := range columns {
		place[i] = slices.Index(cells, column)
		if place[i] < 0 {
			return menu.Problem{File: s.file, Line: 1, Column: column, Fault: menu.ErrNoColumn.With(column)}
		}
	}
	s.place = place
	return nil
}

func (s *scan) row(line int, cells []string) {
	var v [4]string
	for i, at := range s.place {
		if at < len(cells) {
			v[i] = cells[at]
		}
	}
	id, ok := positive(v[0])
	if !ok {
		s.refuse(line, columns[0], ErrOrder.With(v[0]))
		return
	}
	if s.open == nil || s.open.ID != id {
		if s.seen[id] {
			s.refuse(line, columns[0], ErrScattered.With(v[0]))
			return
		}
		s.close()
		s.seen[id] = true
		s.open = &Order{ID: id, Line: line}
		s.log.OrdersRead++
	}
	at, ok := s.moment(v[1], v[2])
	if !ok {
		s.refuse(line, columns[1], ErrDate.With(v[1]+" "+v[2]))
		return
	}
	if absent(v[3]) {
		s.refuse(line, columns[3], ErrNoItem.With(v[3]))
		return
	}
	item, ok := positive(v[3])
	if ok {
		_, ok = s.index.Dish(item)
	}
	switch {
	case !ok:
		s.refuse(line, columns[3], ErrItem.With(v[3]))
	case !s.open.At.IsZero() && !s.open.At.Equal(at):
		s.refuse(line, columns[2], ErrMoment.With(id))
	default:
		s.open.At = at
		s.open.Lines = append(s.open.Lines, item)
	}
}

func (s *scan) refuse(line int, column string, f *fault.Error) {
	s.log.LinesRefused++
	s.log.Refused = append(s.log.Refused, menu.Problem{File: s.file, Line: line, Column: column, Fault: f})
}

// close books the order collected so far, or refuses it when nothing of it is left.
func (s *scan) close() {
	o := s.open
	s.open = nil
	if o == nil {
		return
	}
	if len(o.Lines) == 0 {
		s.log.OrdersRefused++
		s.log.Refused = append(s.log.Refused, menu.Problem{File: s.file, Line: o.Line, Column: columns[0], Fault: ErrNothingLeft.With(o.ID)})
		return
	}
	if o.At.Before(s.last) && len(s.log.Warnings) == 0 {
		const day = "2006-01-02"
		s.log.Warnings = append(s.log.Warnings, menu.Problem{File: s.file, Line: o.Line, Column: columns[1], Warning: true,
			Fault: ErrBackwards.With(s.last.Format(day), o.At.Format(day))})
	}
	s.last = o.At
	for _, id := range o.Lines {
		d, _ := s.index.Dish(id)
		s.log.Amount += d.From()
	}
	s.log.LinesSold += len(o.Lines)
	s.log.Orders = append(s.log.Orders, *o)
}
