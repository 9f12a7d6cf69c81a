package menu

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/money"
)

// sound is a small menu without a problem.
func sound() *Menu {
	return &Menu{
		Name:       "小馆",
		Categories: []Category{{1, "热菜", "Hot", 0}, {2, "饮品", "Drinks", 1}},
		Stations:   []Station{{1, "hot", "热菜档", "Hot Kitchen"}, {2, "bar", "水吧", "Bar"}},
		Groups: []Group{
			{1, "辣度", "Heat", true, false, []Method{{1, "不辣", "Not Hot", 0, false}, {2, "特辣", "Very Hot", 0, false}}},
			{2, "加料", "Extras", false, true, []Method{{3, "加蛋", "Egg", 200, true}}},
		},
		Notes: []string{"打包", "不要香菜"},
		Dishes: []Dish{
			{ID: 101, Name: "宫保鸡丁", NameEN: "Kung Pao Chicken", Initials: "GBJD", Category: 1, Price: 3600, Groups: []uint16{1, 2}, Stations: []uint16{1}, Unit: "份", Hot: true},
			{ID: 102, Name: "米饭", Initials: "MF", Category: 1, Sizes: []Size{{"小", "Small", 200}, {"大", "", 300}}, Stations: []uint16{1}},
			{ID: 201, Name: "可乐", Initials: "KL", Category: 2, Price: 500, Stations: []uint16{2}, Barcode: "6901234567892", Unit: "听", Off: true},
		},
	}
}

func TestSoundMenuHasNoProblem(t *testing.T) {
	if p := Validate(sound(), func(rune) bool { return true }); len(p) != 0 {
		t.Fatal(p)
	}
}

func TestEveryRuleNamesTheFaultAndItsPlace(t *testing.T) {
	long := strings.Repeat("长", 49)
	for _, c := range []struct {
		name    string
		spoil   func(*Menu)
		section Section
		column  string
		want    *fault.Error
		warning bool
	}{
		{"restaurant without a name", func(m *Menu) { m.Name = "" }, InMenu, "name", ErrEmpty, false},
		{"two categories of a number", func(m *Menu) { m.Categories[1].ID = 1; m.Dishes[2].Category = 1 }, InCategory, "number", ErrTwice, false},
		{"two categories of a name", func(m *Menu) { m.Categories[1].Name = "热菜" }, InCategory, "name", ErrTwice, false},
		{"category without a number", func(m *Menu) { m.Categories = append(m.Categories, Category{Name: "新"}) }, InCategory, "number", ErrNumber, false},
		{"two stations of a code", func(m *Menu) { m.Stations[1].Code = "hot" }, InStation, "code", ErrTwice, false},
		{"station code with a space", func(m *Menu) { m.Stations[1].Code = "Hot 2" }, InStation, "code", ErrCode, false},
		{"station without a code", func(m *Menu) { m.Stations[1].Code = "" }, InStation, "code", ErrCode, false},
		{"station with a separator", func(m *Menu) { m.Stations[1].Name = "水|吧" }, InStation, "name", ErrReserved, false},
		{"two groups of a name", func(m *Menu) { m.Groups[1].Name = "辣度" }, InGroup, "name", ErrTwice, false},
		{"group with a separator", func(m *Menu) { m.Groups[1].Name = "加｜料" }, InGroup, "name", ErrReserved, false},
		{"required group without methods", func(m *Menu) { m.Groups[0].Methods = nil }, InGroup, "", ErrNoMethods, false},
		{"free group without methods", func(m *Menu) { m.Groups[1].Methods = nil }, InGroup, "", ErrNoMethods, true},
		{"method number used in another group", func(m *Menu) { m.Groups[1].Methods[0].ID = 2 }, InMethod, "number", ErrTwice, false},
		{"method twice in a group", func(m *Menu) { m.Groups[0].Methods[1].Name = "不辣" }, InMethod, "name", ErrTwice, false},
		{"method of a negative price", func(m *Menu) { m.Groups[1].Methods[0].Price = -1 }, InMethod, "price", ErrPrice, false},
		{"note twice", func(m *Menu) { m.Notes[1] = "打包" }, InNote, "name", ErrTwice, false},
		{"empty note", func(m *Menu) { m.Notes[1] = "" }, InNote, "name", ErrEmpty, false},
		{"two dishes of a number", func(m *Menu) { m.Dishes[1].ID = 101 }, InDish, "number", ErrTwice, false},
		{"dish without a number", func(m *Menu) { m.Dishes[1].ID = 0 }, InDish, "number", ErrNumber, false},
		{"dish number of ten digits", func(m *Menu) { m.Dishes[1].ID = MaxNumber + 1 }, InDish, "number", ErrNumber, false},
		{"dish name twice", func(m *Menu) { m.Dishes[1].Name = "可乐" }, InDish, "name", ErrTwice, true},
		{"dish without a name", func(m *Menu) { m.Dishes[1].Name = "" }, InDish, "name", ErrEmpty, false},
		{"name that wraps", func(m *Menu) { m.Dishes[1].Name = strings.Repeat("宽", 12) + "a" }, InDish, "name", ErrWide, true},
		{"endless English name", func(m *Menu) { m.Dishes[1].NameEN = long }, InDish, "name_en", ErrLong, false},
		{"name with a space at its end", func(m *Menu) { m.Dishes[1].Name = "米饭 " }, InDish, "name", ErrSpaces, false},
		{"control character", func(m *Menu) { m.Dishes[1].Name = "米\x1b饭" }, InDish, "name", ErrControl, false},
		{"direction override", func(m *Menu) { m.Dishes[1].NameEN = "a\u202eb" }, InDish, "name_en", ErrControl, false},
		{"broken UTF-8", func(m *Menu) { m.Dishes[1].Unit = "\xff" }, InDish, "unit", ErrControl, false},
		{"rune nobody prints", func(m *Menu) { m.Notes[0] = "𰻝𰻝面" }, InNote, "name", ErrRune, false},
		{"unknown category", func(m *Menu) { m.Dishes[1].Category = 9 }, InDish, "category", ErrUnknown, false},
		{"unknown group", func(m *Menu) { m.Dishes[1].Groups = []uint16{9} }, InDish, "methods", ErrUnknown, false},
		{"group twice on a dish", func(m *Menu) { m.Dishes[1].Groups = []uint16{2, 2} }, InDish, "methods", ErrTwice, false},
		{"unknown station", func(m *Menu) { m.Dishes[1].Stations = []uint16{9} }, InDish, "stations", ErrUnknown, false},
		{"no station", func(m *Menu) { m.Dishes[1].Stations = nil }, InDish, "stations", ErrNoStation, true},
		{"negative price", func(m *Menu) { m.Dishes[0].Price = -1 }, InDish, "price", ErrPrice, false},
		{"price above the bound", func(m *Menu) { m.Dishes[0].Price = MaxPrice + 1 }, InDish, "price", ErrPrice, false},
		{"size above the bound", func(m *Menu) { m.Dishes[1].Sizes[0].Price = MaxPrice + 1 }, InDish, "sizes", ErrPrice, false},
		{"dish for nothing", func(m *Menu) { m.Dishes[0].Price = 0 }, InDish, "price", ErrFree, true},
		{"size for nothing", func(m *Menu) { m.Dishes[1].Sizes[0].Price = 0 }, InDish, "sizes", ErrFree, true},
		{"size twice", func(m *Menu) { m.Dishes[1].Sizes[1].Name = "小" }, InDish, "sizes", ErrTwice, false},
		{"size without a name", func(m *Menu) { m.Dishes[1].Sizes[1].Name = "" }, InDish, "sizes", ErrEmpty, false},
		{"size with a slash", func(m *Menu) { m.Dishes[1].Sizes[1].Name = "大/特大" }, InDish, "sizes", ErrReserved, false},
		{"barcode twice", func(m *Menu) { m.Dishes[1].Barcode = m.Dishes[2].Barcode }, InDish, "barcode", ErrTwice, false},
		{"barcode with a sign", func(m *Menu) { m.Dishes[1].Barcode = "69 012" }, InDish, "barcode", ErrBarcode, false},
		{"wrong check digit", func(m *Menu) { m.Dishes[2].Barcode = "6901234567893" }, InDish, "barcode", ErrCheckDigit, true},
		{"initials in lower case", func(m *Menu) { m.Dishes[1].Initials = "mf" }, InDish, "initials", ErrInitials, false},
	} {
		m := sound()
		c.spoil(m)
		problems := Validate(m, func(r rune) bool { return r < 0x20000 })
		if len(problems) != 1 {
			t.Errorf("%s: %v", c.name, problems)
			continue
		}
		p := problems[0]
		if p.Section != c.section || p.Column != c.column || !errors.Is(p, c.want) || p.Warning != c.warning || Failed(problems) == c.warning {
			t.Errorf("%s: %+v %v", c.name, p, p)
		}
		for _, l := range []fault.Lang{fault.ZH, fault.EN} {
			if text := p.Text(l); strings.Contains(text, "%!") || strings.ContainsAny(text, "\x1b\u202e\n") {
				t.Errorf("%s: text %q", c.name, text)
			}
		}
	}
}

func TestBoundsThemselvesAreAllowed(t *testing.T) {
	m := sound()
	m.Dishes[0].Price, m.Dishes[0].ID, m.Dishes[0].Name = 100_000*money.Yuan, MaxNumber, strings.Repeat("宽", 12)
	m.Notes[0] = strings.Repeat("长", 48)
	if p := Validate(m, nil); len(p) != 0 {
		t.Fatal(p)
	}
}

func TestColumnsCountsAChineseCharacterTwice(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "米饭": 4, "米饭A": 5, "（位）": 6, "…": 2, "ｶ": 1} {
		if got := Columns(s); got != want {
			t.Errorf("%q is %d columns, want %d", s, got, want)
		}
	}
}

func TestEAN13KnowsItsCheckDigit(t *testing.T) {
	// The GS1 General Specifications use 629104150021 3 as their example.
	if !EAN13("6291041500213") || EAN13("6291041500214") || EAN13("629104150021") || EAN13("62910415002a3") {
		t.Fatal("check digit")
	}
}

func TestIndexFindsEverythingAndTheFirstOfTwins(t *testing.T) {
	m := sound()
	m.Dishes = append(m.Dishes, Dish{ID: 101, Name: "双"})
	x := m.Index()
	if d, ok := x.Dish(101); !ok || d.Name != "宫保鸡丁" {
		t.Error("dish")
	}
	if d, ok := x.Barcode("6901234567892"); !ok || d.ID != 201 {
		t.Error("barcode")
	}
	if _, ok := x.Barcode(""); ok {
		t.Error("empty barcode found a dish")
	}
	if a, g, ok := x.Method(3); !ok || a.Name != "加蛋" || g.ID != 2 {
		t.Error("method")
	}
	if _, _, ok := x.Method(9); ok {
		t.Error("unknown method found")
	}
	g, ok1 := x.Group(1)
	s, ok2 := x.Station(2)
	c, ok3 := x.Category(2)
	if !ok1 || !ok2 || !ok3 || !g.Required || s.Code != "bar" || c.NameEN != "Drinks" {
		t.Error("group, station or category")
	}
	if in := x.In(1); len(in) != 2 || in[0].ID != 101 || in[1].ID != 102 || x.Menu() != m {
		t.Error("dishes of a category")
	}
	if x.In(1)[1].From() != 200 {
		t.Error("lowest price of the sizes")
	}
}

func TestHashFollowsContentOnly(t *testing.T) {
	a, b := sound(), sound()
	b.Notes = slices.Clone(b.Notes)
	b.Dishes[2].Groups = []uint16{}
	if a.Hash() != b.Hash() {
		t.Fatal("equal menus, different hashes")
	}
	b.Dishes[2].Price++
	if a.Hash() == b.Hash() {
		t.Fatal("a changed price keeps the hash")
	}
}

func TestImportTakesOnlyAMenuWithoutErrors(t *testing.T) {
	m := *sound()
	m.Dishes[1].Stations = nil // a warning only
	body, err := Import{m}.Decide(nil)
	if err != nil || body.Hash != m.Hash() {
		t.Fatal(err)
	}
	var back Changed
	if err := fact.Unmarshal(fact.Marshal(body), &back); err != nil || back.Menu.Hash() != back.Hash {
		t.Fatal("the fact holds another menu", err)
	}
	m.Dishes[1].Name = ""
	if _, err := (Import{m}).Decide(nil); !errors.Is(err, ErrEmpty) || fault.Code(err) != "menu.empty" {
		t.Fatal(err)
	}
}
