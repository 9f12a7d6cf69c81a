package menu

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"wendan/store/fault"
	"wendan/store/money"
)

func written(t rapid.TB, m *Menu) string {
	var b bytes.Buffer
	if err := Write(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// same reads text and wants exactly the menu m out of it.
func same(t rapid.TB, text string, m *Menu) {
	t.Helper()
	got, problems := Read("m.csv", strings.NewReader(text), nil)
	if Failed(problems) || got.Hash() != m.Hash() {
		t.Fatalf("%v\n%+v\n%+v", problems, got, *m)
	}
}

func TestWrittenMenuReadsBackTheSame(t *testing.T) {
	same(t, written(t, sound()), sound())
	same(t, written(t, Demo()), Demo())
}

func TestAnyValidMenuSurvivesTheFile(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune(`宫保鸡丁辣长AZaz09 ,;"'#:：-/（）=`)), 1, 8, -1).Filter(func(s string) bool { return strings.TrimSpace(s) == s })
	plainText := text.Filter(func(s string) bool { return !strings.ContainsAny(s, "/") })
	price := rapid.Map(rapid.Int64Range(1, int64(MaxPrice)), func(n int64) money.Amount { return money.Amount(n) })
	rapid.Check(t, func(t *rapid.T) {
		m := &Menu{Name: text.Draw(t, "restaurant")}
		names := func(n int, label string) []string {
			return rapid.SliceOfNDistinct(text, n, n, rapid.ID[string]).Draw(t, label)
		}
		numbers := rapid.Permutation([]uint16{1, 2, 3, 40, 65535}).Draw(t, "numbers")
		for i, n := range names(3, "categories") {
			m.Categories = append(m.Categories, Category{numbers[i], n, text.Draw(t, "en"), rapid.Uint8().Draw(t, "colour")})
		}
		for i, n := range names(3, "stations") {
			m.Stations = append(m.Stations, Station{numbers[i], []string{"hot", "cold-2", "9"}[i], n, ""})
		}
		for i, n := range names(3, "groups") {
			g := Group{numbers[i], n, text.Draw(t, "en"), rapid.Bool().Draw(t, "required"), rapid.Bool().Draw(t, "many"), nil}
			for j, a := range names(2, "methods") {
				g.Methods = append(g.Methods, Method{uint16(10*i + j + 1), a, "", 0, rapid.Bool().Draw(t, "times")})
			}
			m.Groups = append(m.Groups, g)
		}
		m.Notes = names(2, "notes")
		for i := range rapid.IntRange(1, 6).Draw(t, "dishes") {
			d := Dish{ID: uint32(i*1000 + 1), Name: text.Draw(t, "name"), NameEN: text.Draw(t, "en"), Initials: "X9", Category: m.Categories[i%3].ID, Unit: "份",
				Hot: rapid.Bool().Draw(t, "hot"), Off: rapid.Bool().Draw(t, "off")}
			for _, g := range m.Groups[:rapid.IntRange(0, 3).Draw(t, "n")] {
				d.Groups = append(d.Groups, g.ID)
			}
			for _, s := range m.Stations[:rapid.IntRange(0, 3).Draw(t, "n")] {
				d.Stations = append(d.Stations, s.ID)
			}
			d.Price = price.Draw(t, "price")
			for _, s := range rapid.SliceOfNDistinct(plainText, 0, 3, rapid.ID[string]).Draw(t, "sizes") {
				d.Sizes = append(d.Sizes, Size{s, rapid.SampledFrom([]string{"", "Small"}).Draw(t, "en"), price.Draw(t, "price")})
			}
			m.Dishes = append(m.Dishes, d)
		}
		if p := Validate(m, nil); Failed(p) {
			t.Fatalf("the drawn menu is not valid: %v", p)
		}
		same(t, written(t, m), m)
	})
}

const plainHead = "编号,名称,分类,价格\n"

func TestFileIsReadInAnyUsualEncodingAndLineEnding(t *testing.T) {
	want, problems := Read("m.csv", strings.NewReader("编号,名称,分类,价格\n1,宫保鸡丁,热菜,36\n2,\"汤,大\",汤羹,\"1,234.50\"\n"), nil)
	if Failed(problems) || want.Dishes[1].Price != 123450 || want.Dishes[1].Name != "汤,大" || want.Dishes[0].Initials != "GBJD" {
		t.Fatal(problems, want)
	}
	text := "价格,分类,名称,编号,\r\n36.00,热菜,宫保鸡丁,1,\r\n,,,,\r\n\r\n\" 1234.5 \",汤羹,\"汤,大\",2\r\n"
	gbk, _ := simplifiedchinese.GBK.NewEncoder().String(text)
	for _, text := range []string{text, "\uFEFF" + text, gbk, strings.NewReplacer("价格", "PRICE", "分类", "Category", "名称", "name", "编号", "Number").Replace(text)} {
		same(t, text, &want)
	}
}

func TestPlainPracticeMenuGetsCategoriesAndOneStation(t *testing.T) {
	m, problems := Read("data/menu_items.csv", strings.NewReader("\uFEFFmenu_item_id,item_name,category,price\n101,Hamburger,American,12.95\n105,Mac & Cheese,American,7.00\n107,Orange Chicken,Asian,16.50\n"), nil)
	if len(problems) != 0 {
		t.Fatal(problems)
	}
	if m.Name != "menu_items" || len(m.Categories) != 2 || m.Categories[1] != (Category{2, "Asian", "", 1}) || m.Dishes[2].Category != 2 || m.Dishes[0].Price != 1295 ||
		len(m.Stations) != 1 || !slices.Equal(m.Dishes[2].Stations, []uint16{1}) || m.Dishes[1].Initials != "MC" {
		t.Fatalf("%+v", m)
	}
}

func TestSectionsMayStandAnywhereAndMissingNumbersContinue(t *testing.T) {
	m, problems := Read("m.csv", strings.NewReader(`#Category,7,热菜
#分类,,凉菜,Cold,3
number,name,category,price,methods,stations,sizes,hot
1,鱼,凉菜,,辣度 | 加料,hot|水吧,小份/Small:18.00|大份：28,是
#做法,辣度,,不辣
#做法,加料,,加蛋,Egg,2.00,yes
#做法组,,辣度,Heat,1
#group,,加料,,no,Y
#档口,5,hot,热菜档
#档口,,bar,水吧
#备注,打包,,,
#restaurant,小馆
`), nil)
	if len(problems) != 0 {
		t.Fatal(problems)
	}
	want := Menu{Name: "小馆", Categories: []Category{{7, "热菜", "", 0}, {8, "凉菜", "Cold", 3}}, Stations: []Station{{5, "hot", "热菜档", ""}, {6, "bar", "水吧", ""}},
		Groups: []Group{{1, "辣度", "Heat", true, false, []Method{{1, "不辣", "", 0, false}}}, {2, "加料", "", false, true, []Method{{2, "加蛋", "Egg", 200, true}}}},
		Notes:  []string{"打包"},
		Dishes: []Dish{{ID: 1, Name: "鱼", Initials: "Y", Category: 8, Sizes: []Size{{"小份", "Small", 1800}, {"大份", "", 2800}}, Groups: []uint16{1, 2}, Stations: []uint16{5, 6}, Hot: true}}}
	if m.Hash() != want.Hash() {
		t.Fatalf("%+v", m)
	}
}

func TestStationsNamedOnlyByDishesAreMade(t *testing.T) {
	m, problems := Read("m.csv", strings.NewReader("编号,名称,分类,价格,档口\n1,鱼,菜,1,热菜\n2,茶,饮,1,水吧\n3,虾,菜,1,热菜\n"), nil)
	if len(problems) != 0 || len(m.Stations) != 2 || m.Stations[1] != (Station{2, "station-2", "水吧", ""}) || m.Dishes[2].Stations[0] != 1 {
		t.Fatal(problems, m)
	}
}

func TestBadLinesAreNamedWithLineColumnAndReason(t *testing.T) {
	for _, c := range []struct {
		text   string
		line   int
		column string
		want   *fault.Error
	}{
		{plainHead + "1,鱼,菜,1.999\n", 2, "price", money.ErrSyntax},
		{plainHead + "1,鱼,菜,¥18\n", 2, "price", money.ErrSyntax},
		{plainHead + "1,鱼,菜,\n", 2, "price", ErrEmpty},
		{plainHead + "1,鱼,菜,1\n2,虾,菜,-3\n", 3, "price", ErrPrice},
		{plainHead + "1,鱼,菜,1\n1,虾,菜,3\n", 3, "number", ErrTwice},
		{plainHead + "x,鱼,菜,1\n", 2, "number", ErrNumber},
		{plainHead + "0,鱼,菜,1\n", 2, "number", ErrNumber},
		{plainHead + "1e3,鱼,菜,1\n", 2, "number", ErrNumber},
		{plainHead + ",鱼,菜,1\n", 2, "number", ErrEmpty},
		{plainHead + "1,,菜,1\n", 2, "name", ErrEmpty},
		{plainHead + "1,鱼,,1\n", 2, "category", ErrEmpty},
		{plainHead + "1,鱼,菜,1,多\n", 2, "5", ErrExtra},
		{plainHead + "1,鱼\x07,菜,1\n", 2, "name", ErrControl},
		{plainHead + "1,\"鱼\n尾\",菜,1\n", 2, "name", ErrControl},
		{plainHead + "1,鱼\"头,菜,1\n2,虾,菜,1\n", 2, "", ErrQuote},
		{plainHead + "2,虾,菜,1\n1,\"鱼,菜,1\n", 3, "", ErrQuote},
		{"#分类,1,热菜\n" + plainHead + "1,鱼,凉菜,1\n", 3, "category", ErrUnknown},
		{"#分类,1,热菜,,x\n" + plainHead + "1,鱼,热菜,1\n", 1, "colour", ErrNumber},
		{"#分类,65536,热菜\n" + plainHead + "1,鱼,热菜,1\n", 1, "number", ErrNumber},
		{"#分類,1,热菜\n" + plainHead + "1,鱼,热菜,1\n", 1, "", ErrSectionWord},
		{"#做法,辣度,1,不辣\n" + plainHead + "1,鱼,菜,1\n", 1, "group", ErrUnknown},
		{"#做法组,1,辣度,,要\n#做法,辣度,1,不辣\n" + plainHead + "1,鱼,菜,1\n", 1, "required", ErrYesNo},
		{"#做法组,1,辣度\n#做法,辣度,1,不辣,,贵\n" + plainHead + "1,鱼,菜,1\n", 2, "price", money.ErrSyntax},
		{"#做法组,1,辣度,,是\n" + plainHead + "1,鱼,菜,1\n", 1, "", ErrNoMethods},
		{"#餐厅,甲\n#餐厅,乙\n" + plainHead + "1,鱼,菜,1\n", 2, "name", ErrTwice},
		{"编号,名称,分类,价格,规格\n1,鱼,菜,,大份28\n", 2, "sizes", ErrSize},
		{"编号,名称,分类,价格,做法\n1,鱼,菜,1,辣度\n", 2, "methods", ErrUnknown},
		{"编号,名称,分类,价格,热销\n1,鱼,菜,1,√\n", 2, "hot", ErrYesNo},
		{"#档口,1,hot,热\n编号,名称,分类,价格,档口\n1,鱼,菜,1,冷\n", 3, "stations", ErrUnknown},
		{"编号,名称,分类,价格,颜值\n1,鱼,菜,1,\n", 1, "颜值", ErrHeader},
		{"编号,名称,分类,价格,price\n1,鱼,菜,1,\n", 1, "price", ErrTwice},
		{"编号,名称,分类\n1,鱼,菜\n", 1, "price", ErrNoColumn},
		{"#分类,1,热菜\n", 0, "", ErrNoHeader},
		{"", 0, "", ErrNoHeader},
		{plainHead, 0, "", ErrNoDishes},
		{plainHead + "1,\xff\xff,菜,1\n", 2, "", ErrEncoding},
	} {
		m, problems := Read("坏.csv", strings.NewReader(c.text), nil)
		var errs []Problem
		for _, p := range problems {
			if !p.Warning {
				errs = append(errs, p)
			}
		}
		if len(errs) != 1 || errs[0].Line != c.line || errs[0].Column != c.column || !errors.Is(errs[0], c.want) || errs[0].File != "坏.csv" {
			t.Errorf("%q: %v %+v", c.text, problems, m)
		}
		for _, p := range problems {
			if text := p.Text(fault.ZH) + p.Text(fault.EN); strings.Contains(text, "%!") {
				t.Errorf("text %q", text)
			}
		}
	}
}

func TestOtherEncodingsAndUnreadableFilesAreRefused(t *testing.T) {
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(plainHead + "1,鱼,菜,1\n")
	for name, c := range map[string]struct {
		r    io.Reader
		want *fault.Error
	}{
		"UTF-16":             {strings.NewReader(utf16), ErrEncoding},
		"mark and then GBK":  {strings.NewReader("\uFEFF\xb1\xe0\xba\xc5"), ErrEncoding},
		"too large":          {io.LimitReader(endless{}, MaxFile+1), ErrFileSize},
		"a stick pulled out": {iotest.ErrReader(io.ErrUnexpectedEOF), ErrFile},
	} {
		_, problems := Read("m.csv", c.r, nil)
		if len(problems) == 0 || !errors.Is(problems[0], c.want) || !Failed(problems) {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '\n'
	}
	return len(b), nil
}

func TestProblemReadsInBothLanguages(t *testing.T) {
	_, problems := Read("菜单.csv", strings.NewReader(plainHead+"7,鱼,菜,免费\n"), nil)
	if len(problems) != 1 {
		t.Fatal(problems)
	}
	if got := problems[0].Text(fault.ZH); got != "菜单.csv 第 2 行 菜品 7 鱼 [价格] 金额“免费”看不懂，请写成 12.50 这样" {
		t.Error(got)
	}
	if got := problems[0].Text(fault.EN); got != `菜单.csv line 2 dish 7 鱼 [price] The amount "免费" is not understood; write it like 12.50` {
		t.Error(got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(demo[:2000]))
	f.Add([]byte(plainHead + "1,鱼,菜,1\n"))
	f.Add([]byte("#做法组,1,辣度,,是\n#做法,辣度,,不辣\n编号,名称,分类,规格,做法,档口\n1,鱼,菜,大/L:1|小：2,辣度,热\n"))
	f.Add([]byte("\xb1\xe0\xba\xc5,name,category,price\n1,\xd3\xe3,a,1\n"))
	f.Add([]byte("\xff\xfe1\x002"))
	f.Add([]byte("\x1b[2J,名称\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, problems := Read("f.csv", bytes.NewReader(raw), gbk)
		for _, p := range problems {
			if p.Fault == nil || p.File == "" || strings.IndexFunc(p.Text(fault.ZH)+p.Text(fault.EN), unfit) >= 0 {
				t.Fatalf("%+v", p)
			}
		}
		if Failed(problems) {
			return
		}
		if len(m.Dishes) == 0 || Failed(Validate(&m, gbk)) {
			t.Fatal("an unusable menu passed")
		}
		same(t, written(t, &m), &m)
	})
}
