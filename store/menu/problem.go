package menu

import (
	"fmt"
	"strconv"
	"strings"

	"wendan/store/fault"
)

// Section names a part of the menu. The words are stable.
type Section string

// Sections, in the words of a menu file.
const (
	InMenu     Section = "restaurant"
	InCategory Section = "category"
	InStation  Section = "station"
	InGroup    Section = "group"
	InMethod   Section = "method"
	InNote     Section = "note"
	InDish     Section = "dish"
)

// Problem is something wrong with a menu, found by Validate or while reading a file. A
// menu with a problem that is not a Warning must not be used.
type Problem struct {
	File    string       // name of the file as given to Read; "" when the menu did not come from one
	Line    int          // line in File from 1; 0 when the problem is of no single line
	Section Section      // part of the menu; "" when not known
	Item    string       // number and name of the dish, group … as in "101 宫保鸡丁"; "" when not known
	Column  string       // what is wrong, in the English header words: "price", "barcode"; "" when the whole line is
	Fault   *fault.Error // the reason, with texts in Chinese and English
	Warning bool         // the menu may be used all the same

	index int // position in the section's list
}

// Text is the problem as one line for a person: place, then reason. Control characters
// that came in with the menu are replaced, so the line is safe for a terminal or a log.
func (p Problem) Text(l fault.Lang) string {
	var b strings.Builder
	zh := l != fault.EN
	say := func(inZH, inEN string) {
		if zh {
			b.WriteString(inZH)
		} else {
			b.WriteString(inEN)
		}
	}
	if p.File != "" {
		b.WriteString(p.File)
		if p.Line > 0 {
			n := strconv.Itoa(p.Line)
			say(" 第 "+n+" 行", " line "+n)
		}
		b.WriteString(" ")
	}
	if p.Section != "" {
		say(sectionsZH[p.Section], string(p.Section))
		b.WriteString(" ")
	}
	if p.Item != "" {
		b.WriteString(p.Item + " ")
	}
	if p.Column != "" {
		name := p.Column
		if zh && columnsZH[name] != "" {
			name = columnsZH[name]
		}
		b.WriteString("[" + name + "] ")
	}
	if p.Warning {
		say("提醒：", "warning: ")
	}
	text := []rune(strings.Map(plain, b.String()+p.Fault.Text(l)))
	if len(text) > longestText {
		text = append(text[:longestText], '…')
	}
	return string(text)
}

// longestText bounds the text of a problem, in characters, whatever a hostile file holds.
const longestText = 300

// Error is Text in English with the code, for logs.
func (p Problem) Error() string { return fmt.Sprintf("%s (%s)", p.Text(fault.EN), p.Fault.Code) }

// Unwrap returns the fault.
func (p Problem) Unwrap() error { return p.Fault }

// Failed reports whether any problem is more than a warning.
func Failed(problems []Problem) bool {
	for _, p := range problems {
		if !p.Warning {
			return true
		}
	}
	return false
}

var sectionsZH = map[Section]string{
	InMenu: "餐厅", InCategory: "分类", InStation: "档口", InGroup: "做法组", InMethod: "做法", InNote: "备注", InDish: "菜品",
}

// columnsZH are the header words of a menu file in Chinese, by the English ones.
var columnsZH = map[string]string{
	"number": "编号", "name": "名称", "name_en": "英文名", "initials": "拼音", "category": "分类", "price": "价格", "sizes": "规格",
	"methods": "做法", "stations": "档口", "barcode": "条码", "unit": "单位", "hot": "热销", "off": "停售",
	"colour": "颜色", "code": "代码", "required": "必选", "many": "多选", "group": "做法组", "times": "随数量",
}
