package receipt

import (
	"strconv"
	"strings"

	"wendan/devices/ticket"
)

// Sample is the slip of a printer check (打印测试): what a technician compares with the
// printer's profile. The ruler shows whether columns is right: on the right setting it
// ends at the edge of the paper and does not wrap. name says which printer, time when.
func Sample(shop Shop, name string, columns int, time string) ticket.Ticket {
	columns = min(max(columns, 16), 96)
	p := &paper{}
	p.text(title, "打印测试")
	p.text(centre, shop.Name)
	p.pair(plain, "打印机", name)
	p.pair(plain, "时间", time)
	p.pair(plain, "每行字符", strconv.Itoa(columns)+" 列")
	p.add(ticket.Rule{Heavy: true})
	p.text(plain, ruler(columns))
	p.text(plain, strings.Repeat("1234567890", 10)[:columns])
	p.text(plain, strings.Repeat("汉", columns/2))
	p.add(ticket.Rule{})
	p.text(plain, "宫保鸡丁 鱼香肉丝 麻婆豆腐 扬州炒饭 酸辣汤")
	p.text(plain, "焗饭 煲仔饭 啫啫煲 焖面 粿条 饸饹面 囍")
	p.text(plain, "①②③ ℃ ※ ★ · “引号” （括号） —— ……")
	p.text(plain, "ABCDEFGHIJKLM abcdefghijklm 0123456789")
	p.add(ticket.Rule{})
	p.pair(plain, "人民币 ¥ 与 ￥", "￥1,234.50")
	p.pair(plain, "右对齐", "8.00")
	p.pair(plain, "右对齐", "12345.00")
	p.add(ticket.Rule{})
	p.text(bold, "加粗 Bold")
	p.text(ticket.Style{Underline: true}, "下划线 Underline")
	p.text(ticket.Style{Invert: true}, " 反白 Invert ")
	p.text(ticket.Style{High: 2}, "倍高 High")
	p.text(ticket.Style{Wide: 2}, "倍宽 Wide")
	p.text(ticket.Style{Wide: 2, High: 2}, "大字 2×2")
	p.text(ticket.Style{Wide: 3, High: 3, Align: ticket.Centre}, "88")
	p.add(ticket.Feed{Lines: 1})
	p.add(ticket.QR{Data: "WENDAN TEST", Size: 6, Level: ticket.LevelM})
	p.add(ticket.Feed{Lines: 1})
	p.add(ticket.Barcode{Data: "WD-0123456"})
	p.text(centre, "以上清晰、不缺行即为正常")
	p.add(ticket.Cut{Partial: true})
	return ticket.Ticket{Name: "test " + ticket.Clean(name), Items: p.items}
}

// ruler marks every tenth column with its number and every fifth with a cross.
func ruler(columns int) string {
	b := []byte(strings.Repeat(".", columns))
	for i := 4; i < columns; i += 5 {
		b[i] = '+'
	}
	for i := 10; i <= columns; i += 10 {
		b[i-1] = byte('0' + i/10)
	}
	b[columns-1] = '|'
	return string(b)
}
