package order

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"wendan/store/menu"
)

func card() *menu.Menu {
	return &menu.Menu{
		Stations: []menu.Station{{ID: 1, Name: "热菜"}},
		Groups: []menu.Group{
			{ID: 1, Name: "辣度", Required: true, Methods: []menu.Method{{ID: 1, Name: "免辣"}, {ID: 2, Name: "微辣"}}},
			{ID: 2, Name: "加料", Many: true, Methods: []menu.Method{{ID: 3, Name: "加蛋", Price: 200, Times: true}, {ID: 4, Name: "打包盒", Price: 100}}},
		},
		Dishes: []menu.Dish{
			{ID: 1, Name: "宫保鸡丁", Category: 1, Price: 9999, Unit: "份", Groups: []uint16{1, 2}, Stations: []uint16{1},
				Sizes: []menu.Size{{Name: "小份", Price: 1800}, {Name: "大份", Price: 2800}}},
			{ID: 2, Name: "米饭", Category: 2, Price: 200},
			{ID: 3, Name: "旧菜", Price: 100, Off: true},
			{ID: 4, Name: "坏菜", Price: 100, Groups: []uint16{77}},
		},
	}
}

func good() Item { return Item{Dish: 1, Size: 1, Qty: 2, Methods: []uint16{3, 2}} }

func TestFreezingTakesNamesPricesAndStationsFromTheMenu(t *testing.T) {
	m := card()
	i := good()
	l, err := i.Freeze(m.Index())
	if err != nil {
		t.Fatal(err)
	}
	if l.Name != "宫保鸡丁" || l.Size != "大份" || l.Price != 2800 || l.Unit != "份" || l.Category != 1 || !slices.Equal(l.Stations, []uint16{1}) || l.Amount() != 2*3000 {
		t.Fatalf("frozen as %+v, %s", l, l.Amount())
	}
	if len(l.Methods) != 2 || l.Methods[0].Name != "微辣" || l.Methods[1].Name != "加蛋" {
		t.Fatalf("methods are not in the order the menu asks: %+v", l.Methods)
	}
	m.Dishes[0].Name, m.Dishes[0].Sizes[1].Price = "改名", 1
	if l.Name != "宫保鸡丁" || l.Price != 2800 {
		t.Fatal("a later menu change reached a frozen line")
	}
}

func TestFreezingRefusesWithTheReason(t *testing.T) {
	ix := card().Index()
	with := func(change func(*Item)) Item { i := good(); change(&i); return i }
	for name, c := range map[string]struct {
		item Item
		want error
	}{
		"unknown dish":             {Item{Dish: 99, Qty: 1}, ErrNoDish},
		"taken off":                {Item{Dish: 3, Qty: 1}, ErrOff},
		"no portion":               {Item{Dish: 2}, ErrQty},
		"negative":                 {Item{Dish: 2, Qty: -1}, ErrQty},
		"too many":                 {Item{Dish: 2, Qty: MaxQty + 1}, ErrQty},
		"size out of range":        {with(func(i *Item) { i.Size = 2 }), ErrSize},
		"size of a dish without":   {Item{Dish: 2, Qty: 1, Size: 1}, ErrSize},
		"required choice missing":  {with(func(i *Item) { i.Methods = []uint16{3} }), ErrRequired},
		"two of a single choice":   {with(func(i *Item) { i.Methods = []uint16{1, 2} }), ErrMethod},
		"the same choice twice":    {with(func(i *Item) { i.Methods = []uint16{2, 2} }), ErrMethod},
		"the same extra twice":     {with(func(i *Item) { i.Methods = []uint16{2, 3, 3} }), ErrMethod},
		"method of no group":       {with(func(i *Item) { i.Methods = []uint16{2, 9} }), ErrMethod},
		"method of another dish":   {Item{Dish: 2, Qty: 1, Methods: []uint16{3}}, ErrMethod},
		"method of a group unkown": {Item{Dish: 4, Qty: 1, Methods: []uint16{3}}, ErrMethod},
		"printer command in note":  {Item{Dish: 2, Qty: 1, Note: "\x1bp\x00"}, ErrNote},
	} {
		if l, err := c.item.Freeze(ix); !errors.Is(err, c.want) || l.Name != "" {
			t.Errorf("%s: %+v %v, want %v", name, l, err, c.want)
		}
	}
	cart := func(change func(*Cart)) Cart {
		c := Cart{Channel: DineIn, Items: []Item{good()}}
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		cart Cart
		want error
	}{
		"empty":          {cart(func(c *Cart) { c.Items = nil }), ErrEmpty},
		"too long":       {cart(func(c *Cart) { c.Items = slices.Repeat([]Item{good()}, MaxLines+1) }), ErrTooLong},
		"no channel":     {cart(func(c *Cart) { c.Channel = 0 }), ErrChannel},
		"unknown way":    {cart(func(c *Cart) { c.Channel = 9 }), ErrChannel},
		"note with feed": {cart(func(c *Cart) { c.Note = "a\nb" }), ErrNote},
		"one bad line":   {cart(func(c *Cart) { c.Items = append(c.Items, Item{Dish: 3, Qty: 1}) }), ErrOff},
	} {
		if lines, err := c.cart.Freeze(ix); !errors.Is(err, c.want) || lines != nil {
			t.Errorf("%s: %v %v, want %v", name, lines, err, c.want)
		}
	}
	full := cart(func(c *Cart) { c.Items = slices.Repeat([]Item{good()}, MaxLines) })
	if lines, err := full.Freeze(ix); err != nil || len(lines) != MaxLines {
		t.Fatalf("a full cart: %d lines, %v", len(lines), err)
	}
}

func TestWhatFreezesCostsWhatTheMenuSays(t *testing.T) {
	ix := card().Index()
	rapid.Check(t, func(t *rapid.T) {
		i := Item{Dish: rapid.Uint32Range(0, 5).Draw(t, "dish"), Size: rapid.Uint8Range(0, 3).Draw(t, "size"), Qty: rapid.Int32Range(-2, 1001).Draw(t, "qty"),
			Methods: rapid.SliceOfN(rapid.Uint16Range(1, 5), 0, 4).Draw(t, "methods")}
		l, err := i.Freeze(ix)
		if err != nil {
			return
		}
		seen := map[uint16]bool{}
		for _, m := range l.Methods {
			if seen[m.ID] {
				t.Fatalf("%+v charges method %d twice", i, m.ID)
			}
			seen[m.ID] = true
		}
		if len(l.Methods) != len(i.Methods) || l.Qty < 1 || l.Qty > MaxQty || l.Amount() < 0 {
			t.Fatalf("%+v froze as %+v", i, l)
		}
	})
}

func TestItemsAreTheSameWhateverTheirQuantity(t *testing.T) {
	a, b := good(), good()
	b.Qty = 9
	if !a.Same(&b) {
		t.Fatal("only the quantity differs")
	}
	for name, change := range map[string]func(*Item){
		"dish": func(i *Item) { i.Dish++ }, "size": func(i *Item) { i.Size = 0 }, "note": func(i *Item) { i.Note = "x" },
		"fewer methods": func(i *Item) { i.Methods = i.Methods[:1] }, "other methods": func(i *Item) { i.Methods = []uint16{3, 1} },
	} {
		c := good()
		change(&c)
		if a.Same(&c) || c.Same(&a) {
			t.Errorf("%s differs, yet the same", name)
		}
	}
}

func TestNotesHoldOnlyWhatPaperCanShow(t *testing.T) {
	for _, ok := range []string{"", "不要香菜", "no chili, please!", "①少盐；½糖", strings.Repeat("字", MaxNote)} {
		if !CleanNote(ok) {
			t.Errorf("%q refused", ok)
		}
	}
	for _, bad := range []string{strings.Repeat("字", MaxNote+1), "a\x00", "\x1b@", "a\nb", "a\tb", "\x7f", "\u0085", "\u202eabc", "\u2066x\u2069", "\u200b", "\ufeff", "\u2028", "\u2029", "\ue000", "\U000F0000", "\xff\xfe", "\xe5\xae"} {
		if CleanNote(bad) {
			t.Errorf("%q accepted", bad)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.RuneFrom(nil, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co).Draw(t, "rune")
		if CleanNote("前" + string(r) + "后") {
			t.Fatalf("%U accepted", r)
		}
	})
}
