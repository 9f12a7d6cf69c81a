package menu

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"wendan/store/fault"
	"wendan/store/money"
)

// Read reads a menu file from r and validates the menu in it; file is the name problems
// are reported under, covers is that of Validate. When Failed(problems), the menu is
// incomplete and must not be used; nothing was guessed and every line that was left out
// is among the problems. Read does not close r.
//
// A menu file is CSV with one row per dish under a row of header words, Chinese or
// English, in any order:
//
//	编号 number      名称 name        英文名 name_en    分类 category      价格 price
//	规格 sizes       做法 methods     档口 stations     条码 barcode       单位 unit
//	热销 hot         停售 off         拼音 initials
//
// number, name, category and one of price and sizes must be there. Several groups or
// stations in a cell are separated by "|"; sizes are written 小份/Small:18.00|大份:28.00,
// the English name being optional; yes and no are 是 and 否, yes and no, or 1 and 0, and an
// empty cell is no. Prices are decimal yuan. Empty initials are made from the name.
//
// Everything else of the menu stands in rows whose first cell begins with "#". They may
// stand anywhere and their cells have a fixed order, the last ones may be left out:
//
//	#餐厅   #restaurant   名称
//	#分类   #category     编号, 名称, 英文名, 颜色
//	#档口   #station      编号, 代码, 名称, 英文名
//	#做法组 #group        编号, 名称, 英文名, 必选, 多选
//	#做法   #method       做法组, 编号, 名称, 英文名, 价格, 随数量
//	#备注   #note         名称
//
// An empty number takes the next one after the largest used. A file without any category
// row gets its categories from the dishes, in order of appearance; one without any
// station row gets its stations likewise, or the single station "kitchen" when no dish
// names one; one without a restaurant row is named like the file. This also reads the
// plain form menu_item_id, item_name, category, price. Rows of empty cells are spacing.
// The encoding is UTF-8, with or without a mark, or GB18030, which holds the GBK and
// GB2312 that Excel saves in China.
func Read(file string, r io.Reader, covers func(rune) bool) (Menu, []Problem) {
	records, problems := split(file, r)
	b := &builder{file: file, problems: problems, lines: map[Section][]int{}, bad: map[int]bool{},
		categories: map[string]uint16{}, stations: map[string]uint16{}, groups: map[string]uint16{}}
	for _, p := range problems {
		b.bad[p.Line] = true
	}
	for _, section := range []Section{InMenu, InCategory, InStation, InGroup, InMethod, InNote, InDish} {
		for i := range records {
			if records[i].section == section {
				b.rec = &records[i]
				b.add()
			}
		}
		b.finish(section)
	}
	b.rec = nil
	if len(b.menu.Dishes) == 0 && len(b.problems) == 0 {
		b.fail("", ErrNoDishes)
	}
	for _, p := range Validate(&b.menu, covers) {
		if lines := b.lines[p.Section]; p.index < len(lines) {
			p.Line = lines[p.index]
		}
		if !b.bad[p.Line] || p.Line == 0 {
			p.File = file
			b.problems = append(b.problems, p)
		}
	}
	slices.SortStableFunc(b.problems, func(x, y Problem) int { return x.Line - y.Line })
	return b.menu, b.problems
}

type builder struct {
	file       string
	menu       Menu
	problems   []Problem
	lines      map[Section][]int // by position in the section's list
	bad        map[int]bool      // lines with a problem already
	rec        *record
	categories map[string]uint16
	stations   map[string]uint16 // by name and by code
	groups     map[string]uint16
	declared   bool // there is a station row
	opened     bool // there is a category row
	methods    [][]int
}

func (b *builder) fail(column string, f *fault.Error) {
	p := Problem{File: b.file, Column: column, Fault: f}
	if b.rec != nil {
		p.Line, p.Section = b.rec.line, b.rec.section
		p.Item = strings.TrimSpace(b.rec.cells["number"] + " " + b.rec.cells["name"])
		b.bad[p.Line] = true
	}
	b.problems = append(b.problems, p)
}

func (b *builder) add() {
	s, c := b.rec.section, b.rec.cells
	switch s {
	case InMenu:
		if b.menu.Name != "" {
			b.fail("name", ErrTwice.With(c["name"]))
		}
		b.menu.Name = c["name"]
	case InCategory:
		b.opened = true
		colour := b.whole("colour", c["colour"], 0, 255)
		b.menu.Categories = append(b.menu.Categories, Category{b.id(), c["name"], c["name_en"], uint8(colour)})
	case InStation:
		b.declared = true
		b.menu.Stations = append(b.menu.Stations, Station{b.id(), c["code"], c["name"], c["name_en"]})
	case InGroup:
		b.menu.Groups = append(b.menu.Groups, Group{ID: b.id(), Name: c["name"], NameEN: c["name_en"], Required: b.yes("required"), Many: b.yes("many")})
	case InMethod:
		b.method()
		return
	case InNote:
		b.menu.Notes = append(b.menu.Notes, c["name"])
	case InDish:
		b.dish()
	}
	b.lines[s] = append(b.lines[s], b.rec.line)
}

func (b *builder) method() {
	c := b.rec.cells
	m := Method{ID: b.id(), Name: c["name"], NameEN: c["name_en"], Times: b.yes("times")}
	if c["price"] != "" {
		m.Price = b.amount("price", c["price"])
	}
	for i := range b.menu.Groups {
		if b.menu.Groups[i].Name == c["group"] {
			b.menu.Groups[i].Methods = append(b.menu.Groups[i].Methods, m)
			b.methods[i] = append(b.methods[i], b.rec.line)
			return
		}
	}
	b.fail("group", ErrUnknown.With(c["group"]))
}

func (b *builder) dish() {
	c := b.rec.cells
	d := Dish{ID: uint32(b.whole("number", c["number"], 1, int64(MaxNumber))), Name: c["name"], NameEN: c["name_en"],
		Initials: strings.ToUpper(c["initials"]), Barcode: c["barcode"], Unit: c["unit"], Hot: b.yes("hot"), Off: b.yes("off")}
	if c["number"] == "" {
		b.fail("number", ErrEmpty)
	}
	if d.Initials == "" {
		d.Initials = Initials(d.Name)
	}
	d.Category = b.category(c["category"])
	if c["price"] != "" {
		d.Price = b.amount("price", c["price"])
	} else if c["sizes"] == "" {
		b.fail("price", ErrEmpty)
	}
	for _, text := range list(c["sizes"]) {
		d.Sizes = append(d.Sizes, b.size(text))
	}
	for _, name := range list(c["methods"]) {
		d.Groups = append(d.Groups, b.known("methods", name, b.groups))
	}
	for _, name := range list(c["stations"]) {
		if !b.declared && b.stations[name] == 0 {
			id := uint16(len(b.menu.Stations) + 1)
			b.menu.Stations = append(b.menu.Stations, Station{ID: id, Code: fmt.Sprintf("station-%d", id), Name: name})
			b.lines[InStation] = append(b.lines[InStation], b.rec.line)
			b.stations[name] = id
		}
		d.Stations = append(d.Stations, b.known("stations", name, b.stations))
	}
	b.menu.Dishes = append(b.menu.Dishes, d)
}

func (b *builder) category(name string) uint16 {
	if name == "" {
		b.fail("category", ErrEmpty)
		return 0
	}
	if !b.opened && b.categories[name] == 0 {
		id := uint16(len(b.menu.Categories) + 1)
		b.menu.Categories = append(b.menu.Categories, Category{ID: id, Name: name, Colour: uint8(id - 1)})
		b.lines[InCategory] = append(b.lines[InCategory], b.rec.line)
		b.categories[name] = id
	}
	return b.known("category", name, b.categories)
}

func (b *builder) known(column, name string, in map[string]uint16) uint16 {
	id, ok := in[name]
	if !ok {
		b.fail(column, ErrUnknown.With(name))
	}
	return id
}

// list cuts a cell at its separators; an empty cell is an empty list.
func list(cell string) []string {
	parts := strings.FieldsFunc(cell, func(r rune) bool { return r == '|' || r == '｜' })
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

func (b *builder) size(text string) Size {
	name, price, found := cutLast(text, ":：")
	if !found {
		b.fail("sizes", ErrSize.With(text))
		return Size{}
	}
	name, english, _ := strings.Cut(name, "/")
	return Size{strings.TrimSpace(name), strings.TrimSpace(english), b.amount("sizes", strings.TrimSpace(price))}
}

func cutLast(s, signs string) (before, after string, found bool) {
	i := strings.LastIndexAny(s, signs)
	if i < 0 {
		return s, "", false
	}
	_, rest, _ := strings.Cut(s[i:], string([]rune(s[i:])[0]))
	return s[:i], rest, true
}

func (b *builder) amount(column, text string) money.Amount {
	a, err := money.Parse(text)
	if err != nil {
		b.fail(column, fault.Of(err))
	}
	return a
}

func (b *builder) yes(column string) bool {
	switch strings.ToLower(b.rec.cells[column]) {
	case "是", "yes", "y", "true", "1":
		return true
	case "", "否", "no", "n", "false", "0":
	default:
		b.fail(column, ErrYesNo.With(b.rec.cells[column]))
	}
	return false
}

// whole reads a plain whole number; an empty text is 0 without a problem.
func (b *builder) whole(column, text string, low, high int64) int64 {
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < low || n > high || strings.HasPrefix(text, "+") {
		b.fail(column, ErrNumber.With(text, high))
		return 0
	}
	return n
}

func (b *builder) id() uint16 { return uint16(b.whole("number", b.rec.cells["number"], 1, 1<<16-1)) }

// finish numbers what had no number in a section and makes its names known to the next.
func (b *builder) finish(s Section) {
	m := &b.menu
	switch s {
	case InMenu:
		if m.Name == "" && len(b.lines[InMenu]) == 0 {
			m.Name = title(b.file)
		}
	case InCategory:
		number(m.Categories, func(c *Category) *uint16 { return &c.ID })
		for _, c := range m.Categories {
			b.categories[c.Name] = c.ID
		}
	case InStation:
		number(m.Stations, func(s *Station) *uint16 { return &s.ID })
		for _, s := range m.Stations {
			b.stations[s.Name] = s.ID
		}
		for _, s := range m.Stations {
			b.stations[s.Code] = s.ID
		}
	case InGroup:
		number(m.Groups, func(g *Group) *uint16 { return &g.ID })
		for _, g := range m.Groups {
			b.groups[g.Name] = g.ID
		}
		b.methods = make([][]int, len(m.Groups))
	case InMethod:
		b.numberMethods()
	case InDish:
		b.kitchen()
	}
}

func (b *builder) numberMethods() {
	var all []*uint16
	for i := range b.menu.Groups {
		for j := range b.menu.Groups[i].Methods {
			all = append(all, &b.menu.Groups[i].Methods[j].ID)
		}
		b.lines[InMethod] = append(b.lines[InMethod], b.methods[i]...)
	}
	number(all, func(id **uint16) *uint16 { return *id })
}

// number gives those without a number the next one after the largest.
func number[T any](all []T, id func(*T) *uint16) {
	var top uint16
	for i := range all {
		top = max(top, *id(&all[i]))
	}
	for i := range all {
		if n := id(&all[i]); *n == 0 && top < 1<<16-1 {
			top++
			*n = top
		}
	}
}

// kitchen gives a file that knows no stations a single one.
func (b *builder) kitchen() {
	if len(b.menu.Stations) > 0 || len(b.menu.Dishes) == 0 {
		return
	}
	b.menu.Stations = []Station{{1, "kitchen", "厨房", "Kitchen"}}
	for i := range b.menu.Dishes {
		b.menu.Dishes[i].Stations = []uint16{1}
	}
}

// title makes a restaurant's name from a file's.
func title(file string) string {
	name := file[strings.LastIndexAny(file, `/\`)+1:]
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	return strings.TrimSpace(name)
}
