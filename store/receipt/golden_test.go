package receipt

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wendan/devices/ticket"
	"wendan/store/fact"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/report"
	"wendan/store/shift"
)

var update = flag.Bool("update", false, "write the golden files anew; look at them before committing")

var shop = Shop{Name: "稳单小馆", Branch: "城西店", Register: "A", Address: "城西路 88 号", Phone: "0571-8888 6666"}

// noon is 2026-11-22 12:05:31 in UTC+8.
const noon = 1795320331000

func lunch() order.Order {
	o := order.Order{Number: order.Number{Register: "A", Epoch: 1, N: 123}, Pickup: "A023", Channel: order.Takeaway, Note: "少盐，餐具两份", Day: 20261122, At: noon, Staff: 7, Seq: 201,
		Lines: []order.Line{
			{Dish: 101, Name: "宫保鸡丁", Size: "大份", Qty: 2, Price: 2800, Category: 1, Stations: []uint16{1},
				Methods: []order.Method{{ID: 1, Name: "微辣"}, {ID: 2, Name: "少油"}, {ID: 3, Name: "加花生", Price: 200, Times: true}}},
			{Dish: 102, Name: "老坛酸菜红烧牛肉面配溏心蛋", Qty: 1, Price: 3250, Stations: []uint16{2}, Note: "不要香菜，面硬一点",
				Methods: []order.Method{{ID: 4, Name: "加面", Price: 300}}},
			{Dish: 103, Name: "凉拌黄瓜", Qty: 1, Price: 1200, Stations: []uint16{3}, Methods: []order.Method{{ID: 5, Name: "免蒜"}}},
			{Dish: 104, Name: "米饭", Qty: 3, Price: 200, Stations: []uint16{1}},
			{Dish: 105, Name: "Iced lemon tea 冻柠茶", Size: "中杯", Qty: 2, Price: 1000, Methods: []order.Method{{ID: 6, Name: "少冰"}}},
		}}
	payments, err := pay.Settle(o.Bill().Total, []pay.Tender{{Way: pay.WeChat, Given: 10000, Ref: "42000019"}, {Way: pay.Cash, Given: 5000}})
	if err != nil {
		panic(err)
	}
	s := order.Settled{Number: o.Number, Payments: payments, Total: o.Bill().Total, Portions: o.Bill().Portions}
	f := settledFact(s)
	s.Apply(&o, &f)
	return o
}

func settledFact(s order.Settled) fact.Fact {
	head := fact.Head{Epoch: 1, Seq: 203, Hash: fact.Hash{0x3f}}
	d := order.SettledKind.Draft(s)
	f, _ := head.Next(fact.Fact{At: noon, Zone: 480, Day: 20261122, Staff: 7, Source: fact.SourceScreen, Kind: d.Kind, Ver: d.Ver, Body: d.Body})
	return f
}

func source(slip order.Slip) Source {
	o := lunch()
	return Source{Slip: slip, Shop: shop, Order: o, Staff: "王小丽", Stations: map[uint16]string{1: "热菜", 2: "面点", 3: "凉菜"},
		Fact: settledFact(order.Settled{Number: o.Number, Payments: o.Payments, Total: o.Bill().Total, Portions: o.Bill().Portions})}
}

// evening is a day report of a plausible day.
func evening() Source {
	head := fact.Head{Epoch: 1, Seq: 2040, Hash: fact.Hash{0x9c, 0x01, 0xfe, 0x22}}
	d := shift.ClosedKind.Draft(shift.Closed{Day: 20261122, Orders: 186, Total: 1234560, Unpaid: 1, Head: head.Hash})
	f, _ := head.Next(fact.Fact{At: noon + 33_600_000, Zone: 480, Day: 20261122, Staff: 7, Source: fact.SourceScreen, Kind: d.Kind, Ver: d.Ver, Body: d.Body})
	return Source{Slip: order.DaySlip, Shop: shop, Fact: f, Staff: "李店长", Categories: map[uint16]string{1: "招牌热菜", 2: "面点主食"},
		Totals: report.Totals{Settled: report.Sales{Orders: 186, Portions: 512, Amount: 1234560}, Reprints: 3, Abandoned: 1,
			ByWay: map[pay.Way]report.Taken{pay.Cash: {Count: 60, Amount: 334560, Change: 51000}, pay.WeChat: {Count: 110, Amount: 780000, Pending: 110, PendingAmount: 780000},
				pay.Alipay: {Count: 16, Amount: 120000, Pending: 16, PendingAmount: 120000}},
			ByChannel:  map[order.Channel]report.Sales{order.DineIn: {Orders: 121, Amount: 834560}, order.Takeaway: {Orders: 66, Amount: 402800}},
			ByCategory: map[uint16]report.Part{1: {Qty: 240, Amount: 737360}, 2: {Qty: 172, Amount: 350000}, 5: {Qty: 101, Amount: 150000}},
			Drawer:     map[shift.Reason]uint64{shift.CashSale: 60, shift.NoSale: 2}}}
}

// everySlip lists the documents that have golden files.
func everySlip(t *testing.T) map[string]ticket.Ticket {
	t.Helper()
	out := map[string]ticket.Ticket{"sample": Sample(shop, "前台 80mm", 48, "2026-11-22 12:05")}
	add := func(name string, s Source) {
		tk, err := Render(s)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = tk
	}
	add("receipt", source(order.ReceiptSlip))
	for i := range 3 {
		add(fmt.Sprintf("kitchen-%d", i+1), source(order.Kitchen(uint16(i+1))))
	}
	again := source(order.ReceiptSlip)
	again.Copy = Copy{Reprint: 2, Doubtful: true}
	again.Order.Channel, again.Order.Payments = order.DineIn, []pay.Payment{{Way: pay.Cash, Amount: again.Order.Bill().Total, Check: pay.Sure}}
	add("receipt-copy", again)
	moved := source(order.Kitchen(1))
	moved.Copy, moved.Order.Channel = Copy{Doubtful: true, Rerouted: "kitchen:1"}, order.DineIn
	add("kitchen-moved", moved)
	add("day", evening())
	return out
}

func TestSlipsLookLikeTheGoldenFiles(t *testing.T) {
	for name, tk := range everySlip(t) {
		for _, columns := range []int{32, 42, 48} {
			got := strings.Join(ticket.Lines(tk, columns), "\n") + "\n"
			path := filepath.Join("testdata", fmt.Sprintf("%s.%d.txt", name, columns))
			if *update {
				if err := os.MkdirAll("testdata", 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				continue
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs:\n%s", path, got)
			}
		}
	}
}
