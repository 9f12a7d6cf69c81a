package menu

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"wendan/store/fault"
)

// MaxFile bounds a menu file, in bytes.
const MaxFile = 8 << 20

// Problems a menu file can have, besides those of the menu in it.
var (
	ErrFile = fault.New("menu.file", "文件读不出来，请重试或换一个文件", "The file cannot be read; try again or use another",
		"The reader failed; see the cause.")
	ErrFileSize = fault.New("menu.file_size", "文件超过 %d MB，不像是菜单，请核对", "The file is larger than %d MB and hardly a menu; check it",
		"A menu of ten thousand dishes is about one megabyte.")
	ErrEncoding = fault.New("menu.encoding", "文字编码看不懂，请另存为 UTF-8 或 GBK 的 CSV", "The text encoding is not understood; save the file as CSV in UTF-8 or GBK",
		"Neither valid UTF-8 nor valid GB18030; UTF-16 is not read.")
	ErrQuote = fault.New("menu.quote", "引号不成对或位置不对（第 %d 字节），请改正", "A quotation mark is unpaired or misplaced (byte %d); correct it",
		"Fields with commas or quotation marks stand in quotation marks, inner ones doubled.")
	ErrHeader = fault.New("menu.header", "不认识表头“%s”，请改成说明里的名称或删除该列", "The header word %q is not known; use one of the documented words or remove the column",
		"Nothing is silently left out, so a column nobody reads is refused.")
	ErrNoColumn = fault.New("menu.no_column", "缺少“%s”列，请补上", "The column %q is missing; add it",
		"number, name, category and price or sizes are necessary.")
	ErrNoHeader = fault.New("menu.no_header", "没有菜品表头，请在菜品前加一行表头", "There is no header row; put one above the dishes",
		"The first row that does not begin with # is taken as the header.")
	ErrSectionWord = fault.New("menu.section_word", "不认识“%s”，请改成 #分类、#档口、#做法组、#做法、#备注 或 #餐厅", "%q is not known; use #category, #station, #group, #method, #note or #restaurant",
		"Rows whose first cell begins with # describe everything but dishes.")
	ErrExtra = fault.New("menu.extra", "多出一格“%s”，请核对是否少了引号", "There is one cell too many: %q; check for missing quotation marks",
		"The row has more filled cells than its header or section has columns.")
	ErrYesNo = fault.New("menu.yes_no", "“%s”看不懂，请写 是 或 否", "%q is not understood; write yes or no",
		"Accepted: 是 否 yes no y n true false 1 0 and the empty cell.")
	ErrSize = fault.New("menu.size", "规格“%s”看不懂，请写成 小份:18.00|大份:28.00", "The size %q is not understood; write it like Small:18.00|Large:28.00",
		"Each size is a name, a colon and a price.")
	ErrNoDishes = fault.New("menu.no_dishes", "文件里没有菜品", "There are no dishes in the file",
		"Only headers or section rows were found.")
)

// shapes are the fixed columns of the section rows.
var shapes = map[Section][]string{
	InMenu:     {"name"},
	InCategory: {"number", "name", "name_en", "colour"},
	InStation:  {"number", "code", "name", "name_en"},
	InGroup:    {"number", "name", "name_en", "required", "many"},
	InMethod:   {"group", "number", "name", "name_en", "price", "times"},
	InNote:     {"name"},
}

// dishColumns are the columns of dish rows in the order they are written.
var dishColumns = []string{"number", "name", "name_en", "initials", "category", "price", "sizes", "methods", "stations", "barcode", "unit", "hot", "off"}

// otherWords are further header words that menus in the wild use.
var otherWords = map[string]string{
	"menu_item_id": "number", "id": "number", "item_name": "name", "菜名": "name", "菜品名称": "name", "英文名称": "name_en",
	"类别": "category", "单价": "price", "售价": "price", "条形码": "barcode", "拼音码": "initials", "下架": "off", "size": "sizes",
	"method": "methods", "groups": "methods", "做法组": "methods", "station": "stations",
}

// record is one row, its cells by column.
type record struct {
	line    int
	section Section
	cells   map[string]string
}

// split reads a file into records and reports what is no record.
func split(file string, r io.Reader) ([]record, []Problem) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, []Problem{{File: file, Fault: ErrFile.Wrap(err)}}
	}
	if len(raw) > MaxFile {
		return nil, []Problem{{File: file, Fault: ErrFileSize.With(MaxFile >> 20)}}
	}
	text, line := decode(raw)
	if line > 0 {
		return nil, []Problem{{File: file, Line: line, Fault: ErrEncoding}}
	}
	s := &splitter{file: file}
	rows := csv.NewReader(bytes.NewReader(text))
	rows.FieldsPerRecord = -1
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			s.fail(bad.Line, "", ErrQuote.With(bad.Column))
			continue
		}
		if err != nil {
			s.fail(0, "", ErrFile.Wrap(err))
			break
		}
		line, _ := rows.FieldPos(0)
		s.row(line, cells)
	}
	if s.header == nil && len(s.problems) == 0 {
		s.fail(0, "", ErrNoHeader)
	}
	return s.records, s.problems
}

// decode turns the file into UTF-8 without a mark. A line above 0 is the first that is
// in no known encoding.
func decode(raw []byte) (text []byte, line int) {
	if bytes.HasPrefix(raw, []byte{0xFF, 0xFE}) || bytes.HasPrefix(raw, []byte{0xFE, 0xFF}) {
		return nil, 1
	}
	text, marked := bytes.CutPrefix(raw, []byte("\uFEFF"))
	if utf8.Valid(text) {
		return text, 0
	}
	if !marked {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
		if err != nil {
			return nil, 1
		}
		text = decoded
		if !bytes.ContainsRune(text, utf8.RuneError) {
			return text, 0
		}
	}
	for i, l := range bytes.Split(text, []byte("\n")) {
		if !utf8.Valid(l) || bytes.ContainsRune(l, utf8.RuneError) {
			return nil, i + 1
		}
	}
	return nil, 1
}

type splitter struct {
	file     string
	header   []string // canonical column words; "" for an empty header cell
	broken   bool     // the header is wrong, so dish rows would only give consequences
	records  []record
	problems []Problem
}

func (s *splitter) fail(line int, column string, f *fault.Error) {
	s.problems = append(s.problems, Problem{File: s.file, Line: line, Column: column, Fault: f})
}

func (s *splitter) row(line int, cells []string) {
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	if strings.Join(cells, "") == "" {
		return
	}
	if word, ok := strings.CutPrefix(cells[0], "#"); ok {
		for section := range shapes {
			if strings.EqualFold(word, string(section)) || word == sectionsZH[section] {
				s.keep(line, section, shapes[section], cells[1:])
				return
			}
		}
		s.fail(line, "", ErrSectionWord.With(cells[0]))
		return
	}
	switch {
	case s.header == nil:
		before := len(s.problems)
		s.head(line, cells)
		s.broken = len(s.problems) > before
	case !s.broken:
		s.keep(line, InDish, s.header, cells)
	}
}

func (s *splitter) keep(line int, section Section, columns, cells []string) {
	rec := record{line, section, make(map[string]string, len(columns))}
	for i, c := range cells {
		if i < len(columns) && columns[i] != "" {
			rec.cells[columns[i]] = c
		} else if c != "" {
			s.fail(line, fmt.Sprint(i+1), ErrExtra.With(c))
		}
	}
	s.records = append(s.records, rec)
}

func (s *splitter) head(line int, cells []string) {
	s.header = make([]string, len(cells))
	for i, word := range cells {
		column := columnOf(word)
		switch {
		case word == "":
		case column == "":
			s.fail(line, word, ErrHeader.With(word))
		case slices.Contains(s.header, column):
			s.fail(line, word, ErrTwice.With(word))
		}
		s.header[i] = column
	}
	for _, needed := range []string{"number", "name", "category", "price"} {
		if !slices.Contains(s.header, needed) && !(needed == "price" && slices.Contains(s.header, "sizes")) {
			s.fail(line, needed, ErrNoColumn.With(columnsZH[needed]+" "+needed))
		}
	}
}

// columnOf finds the column a header word stands for, "" when it stands for none.
func columnOf(word string) string {
	word = strings.ToLower(word)
	for _, column := range dishColumns {
		if word == column || word == columnsZH[column] {
			return column
		}
	}
	return otherWords[word]
}
