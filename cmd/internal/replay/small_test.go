package replay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wendan/devices/emu"
)

// few writes a log of 36 lines in 14 orders on three days: two lines without a usable dish, one of them the
// whole of its order.
func few(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var b strings.Builder
	b.WriteString("\ufefforder_details_id,order_id,order_date,order_time,item_id\n")
	line := 0
	add := func(order int, date, at string, items ...string) {
		for _, item := range items {
			line++
			fmt.Fprintf(&b, "%d,%d,%s,%s,%s\n", line, order, date, at, item)
		}
	}
	for i := range 5 {
		add(1+i, "2023-01-01", fmt.Sprintf("11:%02d:36 AM", 30+i), "101", "102", "101")
	}
	add(6, "1/2/23", "12:05:00 PM", "103", "NULL")
	add(7, "1/2/23", "12:06:00 PM", "999")
	for i := range 4 {
		add(8+i, "1/2/23", fmt.Sprintf("1:%02d:00 PM", 10+i), "102", "103", "103")
	}
	for i := range 3 {
		add(12+i, "2023-03-01", fmt.Sprintf("6:%02d:09 PM", 20+i), "101", "104")
	}
	files := map[string]string{"order_details.csv": b.String(),
		"menu_items.csv": "\ufeffmenu_item_id,item_name,category,price\n101,Hamburger,American,12.95\n102,Edamame,Asian,5.00\n103,Cheese Pizza,Italian,0.05\n104,Banquet,Italian,99.99\n"}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func wantFew(t *testing.T, r Result) {
	t.Helper()
	// 5 × (12.95 + 5.00 + 12.95) + 0.05 + 4 × (5.00 + 0.05 + 0.05) + 3 × (12.95 + 99.99)
	if r.OrdersRead != 14 || r.OrdersRefused != 1 || r.LinesRefused != 2 || r.OrdersSold != 13 || r.LinesRead != r.LinesRefused+int(r.LinesSold) ||
		r.Amount != 5*3090+5+4*510+3*11294 || r.Days != 3 {
		t.Fatalf("%+v", r)
	}
}

func TestSmallLogAddsUpInEveryPlace(t *testing.T) {
	var told []string
	dir := t.TempDir()
	o := Options{Orders: few(t), Dir: dir, Seed: 3, Mixed: true, Note: func(f string, a ...any) { told = append(told, fmt.Sprintf(f, a...)) }}
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatalf("%v\n%+v", err, r)
	}
	wantFew(t, r)
	if r.ReprintsMarked != 0 || r.Lives != 1 {
		t.Fatalf("%+v", r)
	}
	all := strings.Join(told, "\n")
	if !strings.Contains(all, "order_details.csv") || !strings.Contains(all, "999") || !strings.Contains(all, "NULL") {
		t.Fatalf("refused lines are not told:\n%s", all)
	}
	if _, err := Run(t.Context(), o); !errors.Is(err, ErrUsed) {
		t.Fatalf("a second replay into the same folder: %v", err)
	}
}

func TestCutsChangeNoSum(t *testing.T) {
	r, err := Run(t.Context(), Options{Orders: few(t), Seed: 11, Cuts: 9, Command: life})
	if err != nil {
		t.Fatalf("%v\n%+v", err, r)
	}
	wantFew(t, r)
	if r.Cuts.Register != 3 || r.Cuts.Printer != 3 || r.Cuts.HeadOffice != 3 || r.Lives != 4 {
		t.Fatalf("%+v", r)
	}
}

// interrupted sells until the answer of order at is lost, and goes on in a second life that was not told of it.
func interrupted(t *testing.T, at int, secondSeed uint64) (Result, error) {
	t.Helper()
	orders := few(t)
	log, err := Read(orders)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newShop(t.Context(), t.TempDir(), log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	ctx, cut := context.WithCancel(t.Context())
	saved := 0
	l := Life{Dir: s.dir, Orders: orders, Seed: 5, Begun: func(int) {}, Saved: func(i int) {
		if saved = i; i == at {
			cut()
		}
	}}
	if err := l.run(ctx, log); !errors.Is(err, context.Canceled) || saved != at {
		t.Fatalf("first life: %v after order %d", err, saved)
	}
	l.From, l.Seed, l.Saved = at, secondSeed, func(int) {}
	if err := l.run(t.Context(), log); err != nil {
		return Result{}, err
	}
	var r Result
	o := Options{Seed: 5}
	o.fill()
	if err := s.prove(t.Context(), log, &r, o); err != nil {
		return r, err
	}
	return r, r.check(log)
}

func TestSaleWhoseAnswerWasLostEndsExactlyOnce(t *testing.T) {
	r, err := interrupted(t, 4, 5)
	if err != nil {
		t.Fatalf("%v\n%+v", err, r)
	}
	wantFew(t, r)
}

func TestCashierWhoAsksAgainUnderAnotherKeyIsCaught(t *testing.T) {
	if r, err := interrupted(t, 4, 6); !errors.Is(err, ErrSum) {
		t.Fatalf("the sale was doubled and nobody noticed: %v\n%+v", err, r)
	}
}

func TestRegisterThatForgotASavedOrderIsCaught(t *testing.T) {
	orders := few(t)
	log, err := Read(orders)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newShop(t.Context(), t.TempDir(), log)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	l := Life{Dir: s.dir, Orders: orders, From: 1, Begun: func(int) {}, Saved: func(int) {}}
	if err := l.run(t.Context(), log); !errors.Is(err, ErrLost) {
		t.Fatalf("order 1 was shown as saved and is not there: %v", err)
	}
}

func TestTrayCountsSlipsByOrderAndSeesDoubles(t *testing.T) {
	code := func(n, hash string) string { return "[QR WD1:A-00000" + n + ":12.95:20230101T033836Z:" + hash + "]" }
	tray := newTray(qrOf)
	tray.add(emu.Paper{Text: "结 账 单\n" + code("1", "0A0B0C0D") + "\n谢谢"})
	tray.add(emu.Paper{Text: "结 账 单\n" + code("2", "0A0B0C0D") + "可能重复\n结 账 单\n" + code("2", "0A0B0C0D") + "\n谢谢\n可能重复"})
	if distinct, marked, doubled := tray.count(); distinct != 2 || marked != 1 || doubled != 0 {
		t.Fatalf("%d distinct, %d marked, %d doubled", distinct, marked, doubled)
	}
	tray.add(emu.Paper{Text: "half a receipt without its code"})
	tray.add(emu.Paper{Text: code("1", "0A0B0C0D")})
	if distinct, _, doubled := tray.count(); distinct != 2 || doubled != 1 {
		t.Fatalf("%d distinct, %d doubled after an unmarked second receipt", distinct, doubled)
	}
}

func TestResultThatDoesNotAddUpIsNotOK(t *testing.T) {
	log, err := Read(few(t))
	if err != nil {
		t.Fatal(err)
	}
	n := len(log.Orders)
	good := Result{OrdersRead: log.OrdersRead, LinesRead: log.LinesRead, LinesRefused: log.LinesRefused, OrdersRefused: log.OrdersRefused,
		OrdersSold: uint64(n), LinesSold: int64(log.LinesSold), Amount: log.Amount, InOrder: true, ReceiptsPrinted: n, ReceiptsConfirmed: n, ReceiptsGenuine: n,
		KitchenPrinted: n, KitchenConfirmed: n, Facts: 80, Booked: 80, BookedAmount: log.Amount, BookedOrders: uint64(n), ViewAmount: log.Amount, ChainOK: true, RebuiltEqual: true}
	if err := good.check(log); err != nil {
		t.Fatal(err)
	}
	for i, spoil := range []func(*Result){
		func(r *Result) { r.OrdersSold++ }, func(r *Result) { r.Amount-- }, func(r *Result) { r.ReceiptsPrinted-- }, func(r *Result) { r.Doubled++ },
		func(r *Result) { r.Booked-- }, func(r *Result) { r.BookedAmount++ }, func(r *Result) { r.ChainOK = false }, func(r *Result) { r.RebuiltEqual = false },
		func(r *Result) { r.ReceiptsConfirmed-- }, func(r *Result) { r.InOrder = false }, func(r *Result) { r.ViewAmount = 0 }, func(r *Result) { r.Cuts.Planned = 3 },
	} {
		bad := good
		spoil(&bad)
		if err := bad.check(log); !errors.Is(err, ErrSum) {
			t.Errorf("spoilt result %d passes", i)
		}
	}
}

func TestLogThatCannotBeReadIsRefused(t *testing.T) {
	if _, err := Run(t.Context(), Options{Orders: t.TempDir()}); !errors.Is(err, ErrLog) {
		t.Fatalf("empty folder: %v", err)
	}
}
