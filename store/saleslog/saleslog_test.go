package saleslog

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wendan/store/fault"
	"wendan/store/menu"
)

const fixtureMenu = "\uFEFFmenu_item_id,item_name,category,price\r\n" +
	"1,Noodles,Bowls,12.50\r\n2,Dumplings,Bowls,18.00\r\n3,\"Tea, hot\",Drinks,0.05\r\n"

// fixture has 30 data lines; what each must become stands behind it in the test below.
var fixture = "\uFEFForder_details_id,order_id,order_date,order_time,item_id\r\n" + strings.Join([]string{
	"1,1,2024-05-01,11:30:00 AM,1", // line 2
	"2,1,2024-05-01,11:30:00 AM,3",
	"3,2,2024-05-01,12:00:00 PM,2",
	"4,2,2024-05-01,12:00:00 PM,",     // 5: no dish
	"5,3,2024-05-01,12:00:30 PM,NULL", // 6: no dish, and with the next the whole order
	"6,3,2024-05-01,12:00:30 PM,0",    // 7
	"7,4,5/2/24,9:05:07 AM,2",
	"8,4,5/2/24,9:05:07 AM,99", // 9: unknown dish
	"9,5,5/2/24,12:15:00 AM,3", // quarter past midnight: backwards
	"10,5,5/2/24,12:15:00 AM,3",
	"11,6,5/13/24,1:00:00 PM,1",
	"12,6,5/13/24,1:00:00 PM,1",
	"13,6,5/13/24,1:00:01 PM,1", // 14: another time within the order
	"14,7,13/5/24,1:00:00 PM,1", // 15: month 13, whole order
	"15,8,2024-02-30,1:00 PM,1", // 16: no such day and form
	"16,8,2024-02-29,1:00:00 PM,1",
	"17,x,2024-05-14,1:00:00 PM,1",  // 18: no order number
	"18,-1,2024-05-14,1:00:00 PM,1", // 19
	"19,1,2024-05-14,1:00:00 PM,1",  // 20: order 1 again, scattered
	"20,9,2024-05-14,1:00:00 PM, 2 ",
	"21,9,2024-05-14,1:00:00 PM,2.0",   // 22: not a number
	"22,9,2024-05-14,1:00:00 PM",       // 23: cell missing
	"23,10,2024-05-14,2:00:00 PM,null", // 24: whole order
	"24,11,2024-05-14,2:10:00 PM,3",
	"25,11,2024-05-14,2:10:00 PM,3",
	"26,11,2024-05-14,2:10:00 PM,3",
	`27,12,"2024-05-14",2:20:00 PM,1`,
	`28,12,2024-05-14,2:20:00 PM,1"`, // 29: stray quotation mark
	",,,,",                           // 30: spacing, not a line
	"29,12,2024-05-14,2:20:00 PM,2",
	"30,13,2024-05-14,14:20:00,2", // 32: no AM or PM, whole order
}, "\r\n") + "\r\n"

func readFixture(t *testing.T) *Log {
	t.Helper()
	log, err := Read("menu.csv", strings.NewReader(fixtureMenu), "sales.csv", strings.NewReader(fixture))
	if err != nil {
		t.Fatal(err)
	}
	return log
}

func TestEveryLineIsSoldOrRefusedWithItsReason(t *testing.T) {
	log := readFixture(t)
	want := map[int]*fault.Error{5: ErrNoItem, 6: ErrNoItem, 7: ErrNoItem, 9: ErrItem, 14: ErrMoment, 15: ErrDate, 16: ErrDate, 18: ErrOrder, 19: ErrOrder,
		20: ErrScattered, 22: ErrItem, 23: ErrNoItem, 24: ErrNoItem, 29: menu.ErrQuote, 32: ErrDate}
	got, orders := map[int]bool{}, []int{}
	for _, p := range log.Refused {
		if errors.Is(p, ErrNothingLeft) {
			orders = append(orders, p.Line)
			continue
		}
		if !errors.Is(p, want[p.Line]) || p.File != "sales.csv" || got[p.Line] {
			t.Errorf("line %d refused as %v", p.Line, p)
		}
		got[p.Line] = true
	}
	if len(got) != len(want) || log.LinesRefused != len(want) {
		t.Errorf("%d lines refused, counted %d, want %d", len(got), log.LinesRefused, len(want))
	}
	if !slices.Equal(orders, []int{6, 15, 24, 32}) || log.OrdersRefused != 4 {
		t.Errorf("orders refused at lines %v, counted %d", orders, log.OrdersRefused)
	}
	if log.LinesRead != 30 || log.LinesSold != 15 || log.LinesRead != log.LinesSold+log.LinesRefused {
		t.Errorf("read %d, sold %d, refused %d", log.LinesRead, log.LinesSold, log.LinesRefused)
	}
	if log.OrdersRead != 13 || len(log.Orders) != 9 {
		t.Errorf("orders read %d, sold %d", log.OrdersRead, len(log.Orders))
	}
	if log.Amount != 5*1250+4*1800+6*5 {
		t.Errorf("amount %s", log.Amount)
	}
}

func TestOrdersKeepFileOrderAndCivilTime(t *testing.T) {
	log := readFixture(t)
	if o := log.Orders[0]; o.ID != 1 || !slices.Equal(o.Lines, []uint32{1, 3}) || !o.At.Equal(time.Date(2024, 5, 1, 11, 30, 0, 0, time.UTC)) || o.Line != 2 {
		t.Errorf("first order %+v", o)
	}
	if o := log.Orders[3]; o.ID != 5 || !o.At.Equal(time.Date(2024, 5, 2, 0, 15, 0, 0, time.UTC)) {
		t.Errorf("order after midnight %+v", o)
	}
	if len(log.Warnings) != 1 || !errors.Is(log.Warnings[0], ErrBackwards) || log.Warnings[0].Line != 10 {
		t.Errorf("warnings %v", log.Warnings)
	}
}

func TestDayFirstTouchesOnlyDatesWithHyphens(t *testing.T) {
	text := "order_id,order_date,order_time,item_id\n1,2023-02-01,1:00:00 PM,1\n2,1/13/23,1:00:00 PM,1\n3,2023-13-01,1:00:00 PM,1\n"
	log, err := Reader{DayFirst: true}.Read("m", strings.NewReader(fixtureMenu), "s", strings.NewReader(text))
	if err != nil || len(log.Orders) != 3 {
		t.Fatalf("%+v, %v", log, err)
	}
	if log.Orders[0].At.Month() != time.January || log.Orders[0].At.Day() != 2 || log.Orders[1].At.Day() != 13 || log.Orders[2].At.Day() != 13 {
		t.Fatalf("%+v", log.Orders)
	}
}

func TestBadMenuOrMissingColumnFailsTheWhole(t *testing.T) {
	if _, err := Read("menu.csv", strings.NewReader("menu_item_id,item_name,category,price\n1,A,B,1.999\n"), "s", strings.NewReader(fixture)); err == nil || !strings.Contains(err.Error(), "menu.csv") {
		t.Errorf("bad menu: %v", err)
	}
	for _, text := range []string{"", "order_id,order_date,order_time\n1,2024-05-01,1:00:00 PM\n"} {
		if _, err := Read("m", strings.NewReader(fixtureMenu), "s", strings.NewReader(text)); !errors.Is(err, menu.ErrNoColumn) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// practiceData finds the practice data beside the module, or skips.
func practiceData(t *testing.T) string {
	t.Helper()
	root, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(root)
		if up == root {
			t.Fatal("no go.mod above the package")
		}
		root = up
	}
	dir := filepath.Join(root, "..", "shared", "data", "orders")
	if _, err := os.Stat(filepath.Join(dir, "order_details.csv")); err != nil {
		t.Skipf("SKIPPED: the practice data is not at ../shared/data/orders beside the module: %v", err)
	}
	return dir
}

func TestQuarterOfPracticeOrdersAddsUp(t *testing.T) {
	dir := practiceData(t)
	for _, dayFirst := range []bool{false, true} {
		m, err := os.Open(filepath.Join(dir, "menu_items.csv"))
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		d, err := os.Open(filepath.Join(dir, "order_details.csv"))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		log, err := Reader{DayFirst: dayFirst}.Read("menu_items.csv", m, "order_details.csv", d)
		if err != nil {
			t.Fatal(err)
		}
		got := []int{log.OrdersRead, log.LinesRead, log.LinesRefused, log.OrdersRefused, len(log.Orders), log.LinesSold, int(log.Amount)}
		if want := []int{5370, 12234, 137, 27, 5343, 12097, 15921790}; !slices.Equal(got, want) {
			t.Errorf("read %v, want %v", got, want)
		}
		if backwards := len(log.Warnings) > 0; backwards == dayFirst {
			t.Errorf("day first %v: warnings %v", dayFirst, log.Warnings)
		}
		if len(log.Warnings) > 0 {
			t.Log(log.Warnings[0].Text(fault.ZH))
		}
		if dayFirst {
			first, last := log.Orders[0].At, log.Orders[len(log.Orders)-1].At
			if first.Month() != time.January || last.Month() != time.March || last.Sub(first) > 91*24*time.Hour {
				t.Errorf("from %v to %v", first, last)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(fixture)
	f.Add("order_id,order_date,order_time,item_id\n\"1,2")
	f.Fuzz(func(t *testing.T, text string) {
		log, err := Read("m", strings.NewReader(fixtureMenu), "s", strings.NewReader(text))
		if err != nil {
			return
		}
		if log.LinesRead != log.LinesSold+log.LinesRefused || log.OrdersRead != len(log.Orders)+log.OrdersRefused {
			t.Fatalf("something was dropped silently: %+v", log)
		}
	})
}
