package menu

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// gbk reports the runes of the character set Chinese receipt printers hold.
func gbk(r rune) bool {
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(r)))
	return err == nil && len(b) > 0
}

func TestDemoRestaurantIsWholeAndPrintable(t *testing.T) {
	m, problems := Read("demo.csv", strings.NewReader(demo), gbk)
	for _, p := range problems {
		t.Error(p)
	}
	if len(m.Dishes) < 130 || len(m.Categories) < 11 || len(m.Stations) < 5 || len(m.Groups) < 5 || len(m.Notes) < 8 || m.Name != "稳单小馆" {
		t.Fatalf("%d dishes, %d categories, %d stations, %d groups", len(m.Dishes), len(m.Categories), len(m.Stations), len(m.Groups))
	}
	names, english, sized, coded, hot, cooked := map[string]bool{}, map[string]bool{}, 0, 0, 0, map[uint16]int{}
	for _, d := range m.Dishes {
		if names[d.Name] || english[d.NameEN] || d.NameEN == "" || d.Initials == "" || d.Unit == "" || d.From() <= 0 {
			t.Errorf("incomplete or twice: %+v", d)
		}
		names[d.Name], english[d.NameEN] = true, true
		if len(d.Sizes) > 0 {
			sized++
		}
		if d.Barcode != "" {
			coded++
			if !EAN13(d.Barcode) || !strings.HasPrefix(d.Barcode, "69") {
				t.Errorf("barcode of %s", d.Name)
			}
		}
		if d.Hot {
			hot++
		}
		for _, s := range d.Stations {
			cooked[s]++
		}
	}
	if sized < 15 || coded < 15 || hot < 20 || hot > len(m.Dishes)/2 || len(cooked) != len(m.Stations) {
		t.Errorf("%d with sizes, %d with barcodes, %d hot, stations used %v", sized, coded, hot, cooked)
	}
	x := m.Index()
	for _, c := range m.Categories {
		if len(x.In(c.ID)) == 0 {
			t.Errorf("category %s is empty", c.Name)
		}
	}
}

func TestDemoMenusAreIndependent(t *testing.T) {
	a, b := Demo(), Demo()
	a.Dishes[0].Price, a.Dishes[0].Groups[0] = 1, 99
	if b.Dishes[0].Price == 1 || b.Dishes[0].Groups[0] == 99 || b.Hash() != Demo().Hash() {
		t.Fatal("one copy changed another")
	}
}
