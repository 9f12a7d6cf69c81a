package menu

import "testing"

func TestInitialsAreThoseACashierTypes(t *testing.T) {
	for name, want := range map[string]string{
		"宫保鸡丁": "GBJD", "重庆小面": "CQXM", "肠粉": "CF", "鲜虾肠粉": "XXCF", "老北京炸酱面": "LBJZJM", "长寿面": "CSM", "长豆角": "CDJ", "长沙臭豆腐": "CSCDF",
		"豆角焖面": "DJMM", "炸春卷": "ZCJ", "鸡肉卷": "JRJ", "凉调三丝": "LTSS", "行者素斋": "XZSZ", "银行咖啡": "YHKF", "咖喱牛腩": "GLNN", "蛤蜊炖蛋": "GLDD",
		"番茄炒蛋": "FQCD", "西红柿鸡蛋汤": "XHSJDT", "海参烩": "HSH", "毛血旺": "MXW", "鸭血粉丝汤": "YXFST", "德州扒鸡": "DZPJ", "可乐鸡翅": "KLJC", "薄荷排骨": "BHPG",
		"车仔面": "CZM", "煲仔饭": "BZF", "馄饨": "HT", "什锦炒饭": "SJCF", "厦门沙茶面": "XMSCM", "腊肉炒笋": "LRCS", "糍粑": "CB", "荸荠虾仁": "BQXR",
		"单县羊肉汤": "SXYRT", "露笋牛柳": "LSNL", "撒尿牛丸": "SNNW", "佛跳墙": "FTQ", "红烧猪蹄膀": "HSZTP", "粉蒸肉": "FZR", "秘制叉烧": "MZCS", "朝鲜冷面": "CXLM",
		"大煮干丝": "DZGS", "葱爆羊肉": "CBYR", "绿豆汤": "LDT", "便当": "BD", "叶儿粑": "YEB", "女儿红": "NEH", "桔子汁": "JZZ", "薏米粥": "YMZ",
		"套餐A": "TCA", "7号套餐": "7HTC", "Mac & Cheese": "MC", "Children's Set": "CS", "（位）": "W", "": "", "…": "",
	} {
		if got := Initials(name); got != want {
			t.Errorf("%s gives %s, want %s", name, got, want)
		}
	}
}

func TestNoReadingIsLongerThanSearched(t *testing.T) {
	for word, said := range readings {
		n := len([]rune(word))
		if n > longestReading || len(said) != n {
			t.Errorf("%s → %s: %d characters, at most %d, one letter each", word, said, n, longestReading)
		}
	}
}
