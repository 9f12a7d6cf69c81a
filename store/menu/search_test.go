package menu

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

func ids(dishes []*Dish) []uint32 {
	out := []uint32{}
	for _, d := range dishes {
		out = append(out, d.ID)
	}
	return out
}

func searched() *Index {
	m := &Menu{Dishes: []Dish{
		{ID: 10, Name: "鸡丁", Initials: "JD", Barcode: "6901234567892"},
		{ID: 1, Name: "宫保鸡丁", NameEN: "Kung Pao Chicken", Initials: "GBJD"},
		{ID: 101, Name: "鸡蛋饼", Initials: "JDB", Hot: true},
		{ID: 102, Name: "辣子鸡", Initials: "LZJ", Hot: true},
		{ID: 103, Name: "酱豆腐", Initials: "JDF", Off: true},
		{ID: 690, Name: "冰粉", Initials: "BF"},
		{ID: 7, Name: "套餐A", Initials: "TCA"},
	}}
	return m.Index()
}

func TestBetterHitsComeFirst(t *testing.T) {
	x := searched()
	for _, c := range []struct {
		query string
		want  []uint32
	}{
		{"1", []uint32{1, 101, 102, 10}},     // the whole number, then beginnings, hot first
		{"10", []uint32{10, 101, 102}},       //
		{"jd", []uint32{101, 10, 1}},         // initials: hot prefix, prefix, inside; 103 is off the menu
		{"JDB", []uint32{101}},               //
		{"鸡", []uint32{101, 10, 102, 1}},     // name: hot prefix, prefix, hot inside, inside
		{"6901234567892", []uint32{10}},      // barcode
		{"690", []uint32{690}},               // a piece of a barcode finds nothing
		{"chick", []uint32{1}},               // English name, any case
		{" a ", []uint32{1, 7}},              // Latin letter in name and initials; "Pao" inside
		{"", nil}, {"  ", nil}, {"zzz", nil}, //
		{"103", nil}, // off the menu
	} {
		if got := ids(x.Search(c.query, 10)); !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("%q finds %v, want %v", c.query, got, c.want)
		}
	}
}

func TestSearchStopsAtTheMaximum(t *testing.T) {
	x := searched()
	if got := ids(x.Search("鸡", 2)); !slices.Equal(got, []uint32{101, 10}) {
		t.Fatal(got)
	}
	if x.Search("鸡", 0) != nil || x.Search("鸡", -1) != nil {
		t.Fatal("found more than asked for")
	}
}

func TestManyReadersShareOneIndex(t *testing.T) {
	x := Demo().Index()
	want := ids(x.Search("j", 20))
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 50 {
				if !slices.Equal(ids(x.Search("j", 20)), want) {
					t.Error("another answer")
				}
			}
		})
	}
	wait.Wait()
}

func BenchmarkSearchTenThousandDishes(b *testing.B) {
	base := Demo().Dishes
	m := &Menu{}
	for i := range 10_000 {
		d := base[i%len(base)]
		d.ID = uint32(i + 1)
		d.Name = fmt.Sprintf("%s%d", d.Name, i)
		m.Dishes = append(m.Dishes, d)
	}
	x := m.Index()
	for _, q := range []string{"g", "hsr", "鸡", "101", "6907312800158", "zzz"} {
		b.Run(q, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x.Search(q, 20)
			}
		})
	}
}
