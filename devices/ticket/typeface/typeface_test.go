package typeface

import (
	_ "embed"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

//go:embed runes.txt
var runes string

const dishes = `宫保鸡丁鱼香肉丝麻婆豆腐回锅水煮牛毛血旺夫妻肺片口水担担面蚂蚁上树糖醋里脊锅包京酱干煸四季豆地三鲜蒜蓉西兰花
手撕包菜清炒时蔬酸辣土凉拌黄瓜皮蛋松仁玉米番茄炒卤拼盘佛跳墙焗粿馃饸饹喆㸆囧蛯鮰鮸爊鑊焅啫炆囍煲馄饨糍粑粄煨燜烀馕馓
鲅鲃鲘鮨叉烧肠粉虾饺凤爪萝卜糕榴莲酥双皮奶芋圆烧仙草珍珠椰汁柠檬茶咖啡拿铁美式卡布奇诺摩冰淇淋蛋挞汉堡薯条可乐雪碧橙汁
疙瘩汤羊泡馍腊排骨臭鳜剁椒头东坡狮子螺蛳粉过桥米线热干炸酱刀削拉条小笼锅贴生煎烧卖葱油饼驴火烧煎馃子豆浆油条
胡辣汤咸甜腐脑鸭血粉丝盐水桂花莲藕排龙井虾仁叫花鸡大闸蟹醉蟹鳝鲈鲫鲤鲢鳙鲳鲍鱿墨海参鲜贝蛤蜊蛏蚝牡蛎扇贝花甲小麻椒孜然
燒鵝雞飯麵雲吞魚蛋腸粉鴛鴦凍檸茶菠蘿油蘿蔔糕鹹魚茄子煲`

func TestEveryDishCharacterIsCovered(t *testing.T) {
	seen := map[rune]bool{}
	for _, r := range dishes {
		if unicode.IsSpace(r) {
			continue
		}
		seen[r] = true
		if !Covers(r) {
			t.Errorf("%c U+%04X is not drawn", r, r)
		}
	}
	if len(seen) < 200 {
		t.Fatalf("only %d different characters tried", len(seen))
	}
	if m := Missing("¥￥·•…–—‘’“”×÷±℃°№½✓←→↑↓▲▼◀▶■□●○★☆，。（）①②Àé"); len(m) > 0 {
		t.Errorf("signs not drawn: %q", m)
	}
}

func TestUndrawableRunesAreReportedOnceAndInOrder(t *testing.T) {
	if got := string(Missing("微辣🌶少油\n🌶𠮷🙂")); got != "🌶𠮷🙂" {
		t.Fatalf("reported %q", got)
	}
	if Missing("微辣少油") != nil {
		t.Fatal("drawable text reported")
	}
}

func TestBothWeightsDrawTheWholeListWithInk(t *testing.T) {
	for name, data := range map[string][]byte{"regular": Regular(), "bold": Bold()} {
		f, err := sfnt.Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		var buf sfnt.Buffer
		listed := 0
		for _, r := range strings.ReplaceAll(runes, "\n", "") {
			listed++
			i, err := f.GlyphIndex(&buf, r)
			if err != nil || i == 0 {
				t.Fatalf("%s: U+%04X has no glyph", name, r)
			}
			if listed%50 != 0 { // loading all outlines takes seconds
				continue
			}
			bounds, advance, err := f.GlyphBounds(&buf, i, fixed.I(24), font.HintingNone)
			if err != nil || advance <= 0 || bounds.Empty() && !unicode.IsSpace(r) {
				t.Errorf("%s: %c U+%04X is empty: %v", name, r, r, err)
			}
		}
		if listed < 12000 {
			t.Fatalf("the list has only %d runes", listed)
		}
		if _, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 24, DPI: 72}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReservedNameIsNotUsedAndLicenceIsThere(t *testing.T) {
	f, err := sfnt.Parse(Regular())
	if err != nil {
		t.Fatal(err)
	}
	family, err := f.Name(nil, sfnt.NameIDFamily)
	if err != nil || strings.Contains(family, "Source") || family == "" {
		t.Fatalf("family %q, %v", family, err)
	}
	if !strings.Contains(Licence(), "SIL OPEN FONT LICENSE") {
		t.Fatal("licence text missing")
	}
}
