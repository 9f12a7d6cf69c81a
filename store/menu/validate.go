package menu

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"wendan/store/fault"
	"wendan/store/money"
)

// MaxPrice bounds every price of a menu.
const MaxPrice = 100_000 * money.Yuan

// Problems a menu can have.
var (
	ErrTwice = fault.New("menu.twice", "“%s”重复了，请改成不同的", "%q is there twice; make them different",
		"Numbers, barcodes and the names by which a menu file refers to things must be unique.")
	ErrUnknown = fault.New("menu.unknown", "找不到“%s”，请先建立或改正", "%q is not known; add it or correct it",
		"A dish refers to a category, station or method group that the menu does not have.")
	ErrPrice = fault.New("menu.price", "价格 %s 不在 0 到 %s 之间，请改正", "The price %s is not between 0 and %s; correct it",
		"Prices in yuan must not be negative or above the bound.")
	ErrEmpty = fault.New("menu.empty", "此项不能为空，请填写", "This must not be empty; fill it in",
		"A name or another necessary value is missing.")
	ErrWide = fault.New("menu.wide", "“%s”宽 %d 列，超过 %d 列会换行", "%q takes %d columns; beyond %d it wraps",
		"One Chinese character is two columns. Shorten the name if the wrapped slip looks bad.")
	ErrLong = fault.New("menu.long", "文字宽 %d 列，最多 %d 列，请缩短", "The text takes %d columns of at most %d; shorten it",
		"One Chinese character is two columns.")
	ErrRune = fault.New("menu.rune", "“%s”（%s）无法显示或打印，请换一个字", "The character %s (%s) can be neither drawn nor printed; use another",
		"Neither the embedded fonts nor the printer's character set hold this character.")
	ErrControl = fault.New("menu.control", "含有看不见的控制字符 %s，请删除后重新输入", "There is an invisible control character %s; delete it and type the text again",
		"Control, format, private and broken characters never go to a screen or a printer.")
	ErrSpaces = fault.New("menu.spaces", "“%s”首尾有空格，请删除", "%q begins or ends with a space; remove it",
		"A menu file cannot keep such spaces, and a search would miss the name.")
	ErrReserved = fault.New("menu.reserved", "“%s”里的“%s”用来分隔，请换一个字", "%q holds %q, which separates entries; use another character",
		"Names listed in one cell of a menu file are separated by these characters.")
	ErrNoMethods = fault.New("menu.no_methods", "做法组“%s”没有做法，请补充或删除", "The method group %q has no methods; add some or remove it",
		"A required group without methods would make its dishes impossible to order.")
	ErrNoStation = fault.New("menu.no_station", "没有档口，厨房收不到小票", "No station, so no kitchen gets a slip",
		"Right for goods handed over at the counter; otherwise name a station.")
	ErrFree = fault.New("menu.free", "价格是 0，请确认", "The price is 0; make sure",
		"A dish or size of no price is sold for nothing.")
	ErrBarcode = fault.New("menu.barcode", "条码“%s”应为 4 到 32 位数字、字母或短横线", "The barcode %q must be 4 to 32 digits, letters or hyphens",
		"Scanners send the code as plain ASCII.")
	ErrCheckDigit = fault.New("menu.check_digit", "条码“%s”校验位不对，扫码可能找不到", "The check digit of barcode %q is wrong; scanning may not find it",
		"A 13-digit code is expected to be an EAN-13; compare it with the goods.")
	ErrCode = fault.New("menu.code", "档口代码“%s”只能用小写字母、数字和短横线", "The station code %q may hold only a-z, 0-9 and hyphens",
		"Printers are routed by this code.")
	ErrInitials = fault.New("menu.initials", "拼音“%s”只能用大写字母和数字", "The initials %q may hold only A-Z and digits",
		"Leave the cell empty to have them made from the name.")
	ErrNumber = fault.New("menu.number", "编号“%s”应为 1 到 %d 的整数", "The number %q must be a whole number from 1 to %d",
		"Zero is no number; larger ones cannot be stored or typed.")
)

// MaxNumber bounds the number of a dish (编号): nine digits.
const MaxNumber uint32 = 999_999_999

// Validate finds everything wrong with a menu. covers tells whether a rune can be both
// drawn and printed; nil skips that question. Errors and warnings come in the order of
// the menu.
func Validate(m *Menu, covers func(rune) bool) []Problem {
	v := &validator{covers: covers, seen: map[string]bool{}}
	v.at(InMenu, 0, "")
	v.text("name", m.Name, true)
	for i, c := range m.Categories {
		v.at(InCategory, i, item(uint32(c.ID), c.Name))
		v.number(uint32(c.ID))
		v.once("name", c.Name)
		v.name(c.Name, c.NameEN)
	}
	for i, s := range m.Stations {
		v.at(InStation, i, item(uint32(s.ID), s.Name))
		v.number(uint32(s.ID))
		v.once("code", s.Code)
		if s.Code == "" || strings.Trim(s.Code, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			v.fail("code", ErrCode.With(s.Code))
		}
		v.once("name", s.Name)
		v.reserved("name", s.Name, "|｜")
		v.name(s.Name, s.NameEN)
	}
	v.groups(m.Groups)
	for i, n := range m.Notes {
		v.at(InNote, i, "")
		v.text("name", n, true)
		v.once("name", n)
	}
	v.dishes(m)
	return v.problems
}

type validator struct {
	covers   func(rune) bool
	seen     map[string]bool // section, column and value
	place    Problem
	problems []Problem
}

func item(id uint32, name string) string { return strings.TrimSpace(fmt.Sprintf("%d %s", id, name)) }

func (v *validator) at(s Section, index int, name string) {
	v.place = Problem{Section: s, Item: name, index: index}
}

func (v *validator) report(column string, f *fault.Error, warning bool) {
	p := v.place
	p.Column, p.Fault, p.Warning = column, f, warning
	v.problems = append(v.problems, p)
}

func (v *validator) fail(column string, f *fault.Error) { v.report(column, f, false) }
func (v *validator) warn(column string, f *fault.Error) { v.report(column, f, true) }

func (v *validator) number(id uint32) {
	if id == 0 {
		v.fail("number", ErrNumber.With("0", MaxNumber))
		return
	}
	v.once("number", fmt.Sprint(id))
}

// once reports a value seen before in the same section and column; empty ones are others' business.
func (v *validator) once(column, value string) {
	key := string(v.place.Section) + "\x00" + column + "\x00" + value
	if value != "" && v.seen[key] {
		v.fail(column, ErrTwice.With(value))
	}
	v.seen[key] = true
}

func (v *validator) name(name, english string) {
	v.text("name", name, true)
	v.text("name_en", english, false)
	if w := Columns(name); w > MaxNameColumns {
		v.warn("name", ErrWide.With(name, w, MaxNameColumns))
	}
}

// text checks one printable text; only the first bad rune is named.
func (v *validator) text(column, s string, needed bool) {
	switch {
	case s == "" && needed:
		v.fail(column, ErrEmpty)
		return
	case strings.TrimSpace(s) != s:
		v.fail(column, ErrSpaces.With(s))
	}
	if w := Columns(s); w > MaxTextColumns {
		v.fail(column, ErrLong.With(w, MaxTextColumns))
	}
	for i, r := range s {
		if r == utf8.RuneError || unfit(r) {
			named := fmt.Sprintf("U+%04X", r)
			if _, size := utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && size == 1 {
				named = fmt.Sprintf("0x%02X", s[i])
			}
			v.fail(column, ErrControl.With(named))
			return
		}
		if v.covers != nil && r != ' ' && r != '\u3000' && !v.covers(r) {
			v.fail(column, ErrRune.With(string(r), fmt.Sprintf("U+%04X", r)))
			return
		}
	}
}

func (v *validator) reserved(column, s, signs string) {
	if i := strings.IndexAny(s, signs); i >= 0 {
		r, _ := utf8.DecodeRuneInString(s[i:])
		v.fail(column, ErrReserved.With(s, string(r)))
	}
}

func (v *validator) price(column string, p money.Amount) {
	if p < 0 || p > MaxPrice {
		v.fail(column, ErrPrice.With(p.String(), MaxPrice.String()))
	}
}

func (v *validator) groups(groups []Group) {
	count := 0
	for i, g := range groups {
		v.at(InGroup, i, item(uint32(g.ID), g.Name))
		v.number(uint32(g.ID))
		v.once("name", g.Name)
		v.reserved("name", g.Name, "|｜")
		v.name(g.Name, g.NameEN)
		if len(g.Methods) == 0 {
			v.report("", ErrNoMethods.With(g.Name), !g.Required)
		}
		names := map[string]bool{}
		for _, m := range g.Methods {
			v.at(InMethod, count, item(uint32(m.ID), m.Name))
			count++
			v.number(uint32(m.ID))
			if names[m.Name] {
				v.fail("name", ErrTwice.With(m.Name))
			}
			names[m.Name] = true
			v.name(m.Name, m.NameEN)
			v.price("price", m.Price)
		}
	}
}

func (v *validator) dishes(m *Menu) {
	categories, stations, groups := map[uint16]bool{}, map[uint16]bool{}, map[uint16]bool{}
	for _, c := range m.Categories {
		categories[c.ID] = true
	}
	for _, s := range m.Stations {
		stations[s.ID] = true
	}
	for _, g := range m.Groups {
		groups[g.ID] = true
	}
	names := map[string]bool{}
	for i := range m.Dishes {
		d := &m.Dishes[i]
		v.at(InDish, i, item(d.ID, d.Name))
		v.number(d.ID)
		if d.ID > MaxNumber {
			v.fail("number", ErrNumber.With(fmt.Sprint(d.ID), MaxNumber))
		}
		v.name(d.Name, d.NameEN)
		if names[d.Name] && d.Name != "" {
			v.warn("name", ErrTwice.With(d.Name))
		}
		names[d.Name] = true
		if strings.Trim(d.Initials, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
			v.fail("initials", ErrInitials.With(d.Initials))
		}
		if !categories[d.Category] {
			v.fail("category", ErrUnknown.With(fmt.Sprint(d.Category)))
		}
		v.refer("methods", d.Groups, groups)
		v.refer("stations", d.Stations, stations)
		if len(d.Stations) == 0 {
			v.warn("stations", ErrNoStation)
		}
		v.text("unit", d.Unit, false)
		v.once("barcode", d.Barcode)
		v.barcode(d.Barcode)
		v.prices(d)
	}
}

func (v *validator) prices(d *Dish) {
	v.price("price", d.Price)
	if len(d.Sizes) == 0 && d.Price == 0 {
		v.warn("price", ErrFree)
	}
	names := map[string]bool{}
	for _, s := range d.Sizes {
		v.text("sizes", s.Name, true)
		v.text("sizes", s.NameEN, false)
		v.reserved("sizes", s.Name, "|｜/")
		v.reserved("sizes", s.NameEN, "|｜")
		v.price("sizes", s.Price)
		if s.Price == 0 {
			v.warn("sizes", ErrFree)
		}
		if names[s.Name] {
			v.fail("sizes", ErrTwice.With(s.Name))
		}
		names[s.Name] = true
	}
}

func (v *validator) refer(column string, ids []uint16, known map[uint16]bool) {
	named := map[uint16]bool{}
	for _, id := range ids {
		if !known[id] {
			v.fail(column, ErrUnknown.With(fmt.Sprint(id)))
		}
		if named[id] {
			v.fail(column, ErrTwice.With(fmt.Sprint(id)))
		}
		named[id] = true
	}
}

func (v *validator) barcode(code string) {
	if code == "" {
		return
	}
	digits := strings.Trim(code, "0123456789") == ""
	inside := strings.IndexFunc(code, func(r rune) bool {
		return r > 'z' || (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-'
	})
	switch {
	case len(code) < 4 || len(code) > 32 || inside >= 0:
		v.fail("barcode", ErrBarcode.With(code))
	case digits && len(code) == 13 && !EAN13(code):
		v.warn("barcode", ErrCheckDigit.With(code))
	}
}

// EAN13 reports whether code is 13 digits with a right check digit: the digits weighed
// 1, 3, 1, 3 … from the left add up to a multiple of ten (GS1 General Specifications,
// section 7.9).
func EAN13(code string) bool {
	if len(code) != 13 {
		return false
	}
	total := 0
	for i := 0; i < len(code); i++ {
		if code[i] < '0' || code[i] > '9' {
			return false
		}
		total += int(code[i]-'0') * (1 + 2*(i%2))
	}
	return total%10 == 0
}
