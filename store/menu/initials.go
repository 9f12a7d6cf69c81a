package menu

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// readings corrects characters of several readings as dishes and places say them: whole
// words first, the longest that fits, then the single characters at the end of the table.
var readings = map[string]string{
	"重庆": "CQ", "银行": "YH", "长大": "ZD", "咖喱": "GL", "厦门": "XM", "阿胶": "EJ", "荸荠": "BQ", "果脯": "GF", "肉脯": "RF",
	"蹄膀": "TP", "收藏": "SC", "西藏": "XZ", "朝鲜": "CX", "潮汕": "CS", "空调": "KT", "单县": "SX", "蛤蟆": "HM", "音乐": "YY",
	"行": "X", "长": "C", "肠": "C", "角": "J", "卷": "J", "调": "T", "炸": "Z", "酱": "J", "重": "Z", "扒": "P", "茄": "Q", "蛤": "G",
	"参": "S", "藏": "Z", "车": "C", "乐": "L", "盛": "S", "单": "D", "薄": "B", "脯": "P", "膀": "B", "血": "X", "露": "L", "咖": "K",
	"豆": "D", "粥": "Z", "汤": "T", "什": "S", "仔": "Z", "佛": "F", "番": "F", "荠": "J", "扎": "Z", "尿": "N", "弹": "T", "石": "S",
	"虾": "X", "腊": "L", "叶": "Y", "合": "H", "堡": "B", "秘": "M", "解": "J", "传": "C", "干": "G", "大": "D", "红": "H", "泡": "P",
	"切": "Q", "尾": "W", "夹": "J", "炮": "P", "糖": "T", "核": "H", "沙": "S", "冷": "L", "白": "B", "百": "B", "食": "S", "骨": "G",
}

const longestReading = 2 // characters of the longest word in readings

// Initials makes the pinyin initials a cashier types for a name: one upper-case letter
// per Chinese character, the first letter of every Latin word, digits as they are, and
// nothing for other signs. 宫保鸡丁 gives GBJD.
func Initials(name string) string {
	var b strings.Builder
	letters := []rune(name)
	args := pinyin.NewArgs()
	args.Style = pinyin.FirstLetter
	word := false // inside a Latin word
	for i := 0; i < len(letters); {
		r := letters[i]
		if said, n := reading(letters[i:]); n > 0 {
			b.WriteString(said)
			i, word = i+n, false
			continue
		}
		i++
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
			word = false
		case r < unicode.MaxASCII && unicode.IsLetter(r):
			if !word {
				b.WriteRune(unicode.ToUpper(r))
			}
			word = true
		case r == '\'':
		default:
			word = false
			if first := pinyin.SinglePinyin(r, args); len(first) > 0 && first[0] != "" {
				b.WriteString(strings.ToUpper(first[0][:1]))
			}
		}
	}
	return b.String()
}

// reading finds the longest entry of the table that text begins with.
func reading(text []rune) (string, int) {
	for n := min(longestReading, len(text)); n > 0; n-- {
		if said, ok := readings[string(text[:n])]; ok {
			return said, n
		}
	}
	return "", 0
}
