package cashier_test

import (
	"strings"
	"testing"

	"wendan/store/fault"
	"wendan/store/menu"
	"wendan/store/pay"
	"wendan/ui/cashier"
	"wendan/ui/cashier/cashiertest"
)

const drink = "6901234567892"

func withBarcode(r *cashiertest.Register) {
	m := *menu.Demo()
	m.Dishes = append([]menu.Dish(nil), m.Dishes...)
	for i := range m.Dishes {
		if m.Dishes[i].ID == pork {
			m.Dishes[i].Barcode = drink
		}
	}
	r.View.Menu = m.Index()
}

func TestADishBarcodeAddsTheDishOnEveryPage(t *testing.T) {
	b := open(t, withBarcode)
	for i, p := range []cashier.Page{cashier.PageSale, cashier.PageFind, cashier.PageHeld, cashier.PageOrders, cashier.PageSettings, cashier.PageSoldOut} {
		b.Go(p)
		b.Scan(drink)
		if b.qty() != int32(i+1) {
			t.Errorf("page %d: %d portions after %d scans", p, b.qty(), i+1)
		}
	}
	b.StartPay()
	b.Scan(drink) // nothing taken yet: back to the order
	if b.Payment() != nil || b.qty() != 7 {
		t.Errorf("%d portions, payment %+v", b.qty(), b.Payment())
	}
	b.StartPay()
	b.TypePay("1")
	b.TakeWay(pay.Card)
	b.Scan(drink)
	if b.qty() != 7 || b.Payment() == nil {
		t.Error("a scan changed an order that is partly paid")
	}
	b.Lock()
	b.Scan(drink)
	if b.qty() != 7 {
		t.Error("a scan sold while nobody was signed in")
	}
}

func TestPaymentCodesAreNeverKept(t *testing.T) {
	wechat, alipay := "134567890123456789", "281234567890123456"
	b := open(t, nil)
	b.Tap(pork)
	for _, code := range []string{wechat, alipay} {
		b.Scan(code)
		b.said(t, "扫码支付尚未开通，请手工记账")
		if strings.Contains(b.Toast().Text, code[:6]) {
			t.Error("a payment code is on the screen")
		}
	}
	b.StartPay()
	b.Scan(alipay)
	if b.Payment().Hint != pay.Alipay {
		t.Errorf("hint %d", b.Payment().Hint)
	}
	b.Scan(wechat)
	if p := b.Payment(); p.Hint != pay.WeChat || p.Ref != "" || p.Entry != "" || len(p.Tenders) != 0 {
		t.Errorf("payment %+v", p)
	}
	b.settle()
	if len(b.places()) != 0 {
		t.Error("a scan took money")
	}
}

func TestUnknownAndHostileScansAreAnswered(t *testing.T) {
	b := open(t, nil)
	for _, code := range []string{"0000", "\x1b@\x00\xff", "https://example.com/" + strings.Repeat("x", 5000), "12345678901234567", "淘宝"} {
		b.Scan(code)
		b.said(t, "菜单里没有条码")
		if text := b.Toast().Text; len([]rune(text)) > 60 || strings.ContainsAny(text, "\x00\x1b") {
			t.Errorf("the screen said %q", text)
		}
	}
	n := b.Toast().N
	b.Scan("")
	if b.Toast().N != n || b.Lines() != 0 {
		t.Error("an empty scan did something")
	}
}

func TestTheNetworkIsOnlyAnIcon(t *testing.T) {
	b := open(t, nil)
	for _, c := range []struct {
		set  func(*cashier.Status)
		want string
		g    cashier.Grade
	}{
		{func(s *cashier.Status) { s.Made, s.Booked = 1204, 1204 }, "在线", cashier.GradeGood},
		{func(s *cashier.Status) { s.Made, s.Booked = 1204, 1200 }, "待上传 4", cashier.GradeGood},
		{func(s *cashier.Status) { s.Online, s.Booked = false, 0 }, "待上传 1204", cashier.GradeWarn},
		{func(s *cashier.Status) { s.Paired = false }, "未连总部", cashier.GradeQuiet},
	} {
		b.reg.Edit(func(r *cashiertest.Register) { c.set(&r.State) })
		b.follow()
		if n := b.Network(); !strings.Contains(n.Text, c.want) || n.Grade != c.g {
			t.Errorf("network %+v, want %q", n, c.want)
		}
		if b.Alarm() != nil {
			t.Errorf("the network raised %+v", b.Alarm())
		}
	}
}

func TestTheProofSaysMadeEqualsBooked(t *testing.T) {
	b := open(t, func(r *cashiertest.Register) { r.State.Made, r.State.Booked = 1204, 1204; r.Prefs.Lang = fault.EN })
	b.reg.Edit(func(r *cashiertest.Register) { r.State.Made, r.State.Booked = 1204, 1204 })
	b.follow()
	if p := b.Proof(); p.Text != "made 1,204 = booked 1,204" || !p.Complete {
		t.Errorf("proof %+v", p)
	}
	b.reg.Edit(func(r *cashiertest.Register) { r.State.Booked = 1190 })
	b.follow()
	if p := b.Proof(); p.Complete || p.Waiting != 14 || !strings.Contains(p.Text, "≠") {
		t.Errorf("proof %+v", p)
	}
	b.reg.Edit(func(r *cashiertest.Register) { r.State.Booked = 2000 }) // a head office that claims too much
	b.follow()
	if p := b.Proof(); p.Complete || p.Waiting != 0 {
		t.Errorf("proof %+v", p)
	}
}

var errPaper = fault.New("test.paper", "缺纸，请装纸", "Out of paper; load paper", "A stand-in for a printer's fault.")

func TestTheBannerShowsTheWorstAlarmAndGoesWithIt(t *testing.T) {
	b := open(t, nil)
	set := func(f func(*cashier.Status)) {
		b.reg.Edit(func(r *cashiertest.Register) {
			r.State.Printers = []cashier.Printer{{Name: "前台"}, {Name: "后厨"}}
			r.State.DiskLow, r.State.DiskFull, r.State.Alarm = false, false, nil
			f(&r.State)
		})
		b.follow()
	}
	set(func(s *cashier.Status) { s.Printers[1].Problem = errPaper })
	if b.Alarm() != nil || b.PrinterItem().Grade != cashier.GradeWarn {
		t.Errorf("a fresh printer problem raised %+v, chip %+v", b.Alarm(), b.PrinterItem())
	}
	set(func(s *cashier.Status) {
		s.Printers[1] = cashier.Printer{Name: "后厨", Problem: errPaper, Alarm: true, Queue: 3}
	})
	if a := b.Alarm(); a == nil || a.Text != "后厨：缺纸，请装纸" {
		t.Errorf("alarm %+v", a)
	}
	if p := b.PrinterItem(); p.Grade != cashier.GradeBad || !strings.Contains(p.Text, "后厨") {
		t.Errorf("chip %+v", p)
	}
	set(func(s *cashier.Status) { s.Printers[0].Asks = 2 })
	if a := b.Alarm(); a == nil || !strings.Contains(a.Text, "前台 有 2 张旧单") {
		t.Errorf("alarm %+v", a)
	}
	set(func(s *cashier.Status) { s.DiskLow, s.DiskFree = true, 1_234_000_000 })
	if a := b.Alarm(); a == nil || !strings.Contains(a.Text, "1.2 GB") {
		t.Errorf("alarm %+v", a)
	}
	set(func(*cashier.Status) {})
	if b.Alarm() != nil {
		t.Errorf("alarm %+v with nothing wrong", b.Alarm())
	}
	b.RetryPrinter("后厨", cashier.PrintOld)
	b.settle()
	if len(b.reg.Retries) != 1 || b.reg.Retries[0] != cashier.PrintOld {
		t.Errorf("retries %v", b.reg.Retries)
	}
}

func TestSettingsShowAtOnceAndComeBackWhenTheyCannotBeKept(t *testing.T) {
	b := open(t, nil)
	b.Change(func(s *cashier.Settings) { s.Dark = true })
	if !b.Settings().Dark {
		t.Error("a setting waits for the disk")
	}
	b.settle()
	if !b.reg.Settings().Dark {
		t.Error("a setting was not kept")
	}
	b.reg.Edit(func(r *cashiertest.Register) { r.Refuses = errPaper })
	b.SavePrinter(1, cashier.PrinterSetting{Name: "坏的", Address: "nonsense"})
	b.settle()
	b.saidFault(t, errPaper)
	if b.Settings().Printers[1].Name != "后厨" {
		t.Errorf("printers %+v", b.Settings().Printers)
	}
}

func TestPrintersAreAddedRenamedTestedAndRemoved(t *testing.T) {
	b := open(t, nil)
	b.SavePrinter(2, cashier.PrinterSetting{Name: "水吧", Address: "tcp:192.168.1.52:9100", Columns: 32, Roles: []string{"kitchen:5"}, Backup: "前台"})
	b.settle()
	first := b.Settings().Printers[0]
	first.Name = "收银"
	b.SavePrinter(0, first)
	b.settle()
	if p := b.reg.Settings().Printers; len(p) != 3 || p[1].Backup != "收银" || p[2].Backup != "收银" {
		t.Fatalf("printers %+v", p)
	}
	b.TestPrint("水吧")
	if !b.Test().Running {
		t.Error("the test print did not wait for the printer")
	}
	b.settle()
	if b.Test().Running || b.Test().Fault != nil || b.reg.Tests[0] != "水吧" {
		t.Errorf("test %+v", b.Test())
	}
	b.RemovePrinter(0)
	b.settle()
	if p := b.Settings().Printers; len(p) != 2 || p[0].Backup != "" {
		t.Errorf("printers %+v", p)
	}
	b.Toast().Do()
	b.settle()
	if len(b.reg.Settings().Printers) != 3 {
		t.Error("the removed printer did not come back")
	}
}

func TestADishIsLimitedStoppedAndFreed(t *testing.T) {
	b := open(t, nil)
	three, none := int32(3), int32(0)
	for _, c := range []struct {
		left *int32
		want string
	}{{&three, "剩 3"}, {&none, "售罄"}, {nil, ""}} {
		b.Limit(pork, c.left, true)
		b.settle()
		if got := b.LimitText(pork); got != c.want {
			t.Errorf("limited: %q, want %q", got, c.want)
		}
	}
}

func TestSoundsAreMadeOnlyWhenWanted(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.settle()
	if len(b.reg.Beeps) != 0 {
		t.Error("a silent register beeped")
	}
	b.Change(func(s *cashier.Settings) { s.Sound = true })
	b.Tap(pork)
	b.Place()
	b.settle()
	if n := len(b.reg.Beeps); n != 2 || b.reg.Beeps[1] != cashier.SoundDone {
		t.Errorf("beeps %v", b.reg.Beeps)
	}
}
