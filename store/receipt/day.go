package receipt

import (
	"fmt"
	"maps"
	"slices"

	"wendan/devices/ticket"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/report"
	"wendan/store/shift"
)

// day prints the day report (日结单).
func (p *paper) day(s *Source, closed *shift.Closed) {
	t := &s.Totals
	p.text(title, "日 结 单")
	p.text(headline, s.Shop.Name)
	if s.Shop.Branch != "" {
		p.text(centre, s.Shop.Branch)
	}
	p.add(ticket.Rule{})
	p.pair(bold, "营业日 "+closed.Day.String(), prefixed("机号 ", s.Shop.Register))
	p.pair(plain, "日结时间", local(&s.Fact, "2006-01-02 15:04"))
	if s.Staff != "" {
		p.pair(plain, "日结人", s.Staff)
	}
	p.add(ticket.Rule{Heavy: true})
	p.grand("营业额", t.Turnover().String())
	p.add(ticket.Rule{})
	p.pair(plain, "结账订单", number(t.Settled.Orders)+" 单")
	p.pair(plain, "结账份数", number(t.Settled.Portions)+" 份")
	if n := t.Settled.Orders; n > 0 {
		p.pair(plain, "单均", money.Split(t.Turnover(), int(n))[0].String())
	}
	ways, pending := takings(t)
	p.groups("收款方式", "笔数", ways)
	if pending.count > 0 {
		p.text(ticket.Style{Bold: true, Invert: true, High: 2}, " 待核对 "+number(pending.count)+" 笔 ￥"+pending.sum.String()+" ")
		p.text(plain, "请与刷卡机、微信和支付宝账单核对")
	}
	var channels, categories []group
	for _, c := range slices.Sorted(maps.Keys(t.ByChannel)) {
		channels = append(channels, group{channel(c), t.ByChannel[c].Orders, t.ByChannel[c].Amount})
	}
	for _, c := range slices.Sorted(maps.Keys(t.ByCategory)) {
		name := s.Categories[c]
		if name == "" {
			name = "分类" + number(c)
		}
		categories = append(categories, group{name, uint64(max(t.ByCategory[c].Qty, 0)), t.ByCategory[c].Amount})
	}
	p.groups("就餐方式(按下单)", "单数", channels)
	p.groups("菜品分类(按下单)", "份数", categories)
	p.add(ticket.Rule{})
	var opened uint64
	for _, n := range t.Drawer {
		opened += n
	}
	p.pair(plain, "开钱箱", number(opened)+" 次")
	p.pair(plain, "  其中非收款", number(opened-t.Drawer[shift.CashSale])+" 次")
	p.pair(plain, "补打", number(t.Reprints)+" 次")
	p.pair(plain, "放弃打印", number(t.Abandoned)+" 张")
	p.pair(plain, "未结订单转次日", number(closed.Unpaid)+" 单")
	p.add(ticket.Rule{Heavy: true})
	p.text(centre, "链头 "+closed.Head.Short()+" · 第 "+number(s.Fact.Seq-1)+" 条")
	p.voucher(&s.Fact)
	p.add(ticket.Feed{Lines: 1})
	p.text(plain, "收银签字：____________")
	p.add(ticket.Feed{Lines: 1})
	p.text(plain, "店长签字：____________")
}

// group is one line of a table.
type group struct {
	label string
	count uint64
	sum   money.Amount
}

// takings lists the ways of paying as screens order them, unknown ones last, and what of
// them is to be checked by hand.
func takings(t *report.Totals) (ways []group, pending group) {
	order := slices.Clone(pay.Ways)
	for _, w := range slices.Sorted(maps.Keys(t.ByWay)) {
		if !slices.Contains(order, w) {
			order = append(order, w)
		}
	}
	for _, w := range order {
		taken, ok := t.ByWay[w]
		if !ok {
			continue
		}
		ways = append(ways, group{w.Label(), taken.Count, taken.Amount})
		pending.count += taken.Pending
		pending.sum += taken.PendingAmount
	}
	return ways, pending
}

func number[N uint16 | uint32 | uint64 | int64](n N) string { return fmt.Sprint(n) }

// groups prints one table of the report.
func (p *paper) groups(head, count string, all []group) {
	if len(all) == 0 {
		return
	}
	p.add(ticket.Rule{})
	counts, amounts := ticket.Width(count), ticket.Width("金额")
	for _, g := range all {
		counts, amounts = max(counts, len(number(g.count))), max(amounts, ticket.Width(g.sum.String()))
	}
	row := func(style ticket.Style, a, b, c string) {
		p.add(ticket.Row{Style: style, Cells: []ticket.Cell{{Text: ticket.Clean(a)}, {Text: b, Width: counts, Align: ticket.Right}, {Text: c, Width: amounts + 2, Align: ticket.Right}}})
	}
	row(bold, head, count, "金额")
	for _, g := range all {
		row(plain, g.label, number(g.count), g.sum.String())
	}
}

// finished reads the closing fact of a day report.
func (s *Source) finished() (shift.Closed, error) {
	if s.Fact.Seq == 0 {
		return shift.Closed{}, order.ErrJob.With(order.Job{Slip: s.Slip}.String())
	}
	return shift.ClosedKind.Read(&s.Fact)
}
