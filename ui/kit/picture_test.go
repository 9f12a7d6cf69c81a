package kit_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"wendan/ui/kit"
	"wendan/ui/kit/kittest"
	"wendan/ui/theme"
)

type shelf []kit.Tile

func (s shelf) Len() int          { return len(s) }
func (s shelf) At(i int) kit.Tile { return s[i] }

func sampleTiles(l *theme.Look) shelf {
	return shelf{
		{Name: "宫保鸡丁", Price: "¥38.00", Bar: l.Category(0)},
		{Name: "鱼香肉丝", Price: "¥32.50", Bar: l.Category(0), Tag: "热销", TagTone: kit.Bad},
		{Name: "麻婆豆腐", Price: "¥22.00", Bar: l.Category(1), Badge: "1", Selected: true},
		{Name: "干煸四季豆", Price: "¥26.00", Bar: l.Category(1), Tag: "售罄", SoldOut: true},
		{Name: "盐焗土豆丝配青椒及木耳拌粉", Price: "¥1,288.00", Bar: l.Category(2), Badge: "12", Tag: "剩 3", TagTone: kit.Caution},
		{Name: "Spicy Kung Pao Chicken Set", Price: "¥45.00"},
	}
}

// both runs a picture test in the light and in the dark look.
func both(t *testing.T, name string, w, h float32, fill func(l *theme.Look, b *board)) {
	for look, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(look, func(t *testing.T) {
			l := theme.NewLook(dark, 1, false)
			win, _ := show(t, l, w, h, func(b *board) { fill(l, b) })
			kittest.Picture(t, win, name+"-"+look+".png")
		})
	}
}

func TestTilesLookAsDrawn(t *testing.T) {
	both(t, "tiles", 500, 220, func(l *theme.Look, b *board) {
		b.put(kit.NewTileGrid(l, sampleTiles(l)), 0, 0, 500, 220)
	})
}

func TestTilesInLiteModeLookAsDrawn(t *testing.T) {
	for look, dark := range map[string]bool{"light": false, "dark": true} {
		l := theme.NewLook(dark, 1, true)
		win, _ := show(t, l, 500, 160, func(b *board) { b.put(kit.NewTileGrid(l, sampleTiles(l)), 0, 0, 500, 160) })
		kittest.Picture(t, win, "tiles-lite-"+look+".png")
	}
}

func TestButtonsLookAsDrawn(t *testing.T) {
	both(t, "buttons", 400, 232, func(l *theme.Look, b *board) {
		pay := kit.NewButton(l, kit.Pay, "收款", nil)
		pay.SetDetail("¥209.10")
		b.put(pay, 8, 8, 384, 84)
		b.put(kit.NewButton(l, kit.Primary, "下单", nil), 8, 100, 122, 56)
		b.put(kit.NewIconButton(l, kit.Plain, kit.IconPerson, "会员", nil), 138, 100, 122, 56)
		b.put(kit.NewIconButton(l, kit.Danger, kit.IconBin, "删除", nil), 268, 100, 124, 56)
		b.put(kit.NewButton(l, kit.Alarm, "作废", nil), 8, 164, 122, 56)
		b.put(kit.NewIconButton(l, kit.Ghost, kit.IconPrinter, "补打", nil), 138, 164, 122, 56)
		off := kit.NewButton(l, kit.Plain, "挂单", nil)
		off.Disable()
		b.put(off, 268, 164, 124, 56)
	})
}

func TestKeypadLooksAsDrawn(t *testing.T) {
	both(t, "keypad", 400, 256, func(l *theme.Look, b *board) {
		rows := kit.NumberRows(kit.BackKey(), kit.Key{Code: "discount", Label: "折扣"}, kit.Key{Code: "note", Label: "备注"},
			kit.Key{Code: "remove", Label: "删除", Kind: kit.Danger})
		b.put(kit.NewKeypad(l, rows, func(string) {}), 8, 8, 384, 240)
	})
}

func TestOrderLinesLookAsDrawn(t *testing.T) {
	both(t, "lines", 400, 232, func(l *theme.Look, b *board) {
		lines := []kit.Line{
			{Lead: "1×", Title: "宫保鸡丁", Note: "微辣 · 少油", Trail: "¥38.00"},
			{Lead: "2×", Title: "糖醋里脊", Trail: "¥68.20", Tag: "已送", Tone: kit.Good},
			{Lead: "12×", Title: "盐焗土豆丝配青椒及木耳", Note: "不要香菜，打包带走，少放盐，米饭分开装", Trail: "¥1,160.20", Tag: "赠", Tone: kit.Accent},
			{Lead: "1×", Title: "水煮牛肉", Trail: "¥0.00", Tag: "退", Tone: kit.Bad, Dim: true},
			{Lead: "1×", Title: "米饭", Trail: "¥2.00"},
		}
		list := kit.NewTouchList(l, 0, func() int { return len(lines) },
			func() fyne.CanvasObject { return kit.NewLineRow(l, 0) },
			func(i int, o fyne.CanvasObject) { o.(*kit.LineRow).Set(lines[i]) })
		list.Select(2)
		b.put(list, 0, 0, 400, 232)
	})
}

func TestBarAndMarksLookAsDrawn(t *testing.T) {
	both(t, "marks", 520, 240, func(l *theme.Look, b *board) {
		tabs := kit.NewSegmentedTabs(l, []string{"堂食", "外带", "外卖", "扫码"}, nil)
		tabs.SetCount(2, 3)
		b.put(tabs, 8, 8, 504, 48)
		b.put(kit.NewStatusChip(l, kit.Good, "在线 · 待上传 0", nil), 8, 64, 190, 48)
		b.put(kit.NewStatusChip(l, kit.Bad, "打印机缺纸", nil), 206, 64, 150, 48)
		b.put(kit.NewBadge(l, kit.Good, "已付"), 370, 64, 60, 48)
		b.put(kit.NewBadge(l, kit.Bad, "已退款"), 430, 64, 80, 48)
		banner := kit.NewBanner(l)
		b.put(banner, 8, 120, 504, 48)
		banner.Raise(kit.Bad, "后厨打印机缺纸，3 张待打印", "改用备用", func() {})
		b.put(kit.NewSwitch(l, "深色", true, nil), 8, 176, 150, 56)
		b.put(kit.NewStepper(l, 2, 1, 9, nil), 170, 176, 180, 56)
		b.put(kit.NewAmountText(l, 40, fyne.TextAlignTrailing, "¥62.00"), 352, 176, 160, 56)
	})
}

func TestRailLooksAsDrawn(t *testing.T) {
	both(t, "rail", 140, 260, func(l *theme.Look, b *board) {
		b.put(kit.NewRail(l, []kit.RailItem{{Text: "招牌推荐", Bar: l.Category(0), Count: "2"}, {Text: "热菜", Bar: l.Category(1)},
			{Text: "凉菜", Bar: l.Category(2)}, {Text: "主食", Bar: l.Category(3), Count: "1"}}, nil), 8, 6, 124, 248)
	})
}
