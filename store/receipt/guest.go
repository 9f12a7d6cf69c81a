package receipt

import (
	"strconv"
	"strings"

	"wendan/devices/ticket"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
)

// thanks is the footer of a shop that has none of its own.
const thanks = "谢谢惠顾，欢迎再次光临"

// guest prints the receipt (结账单).
func (p *paper) guest(s *Source) {
	o := &s.Order
	bill := o.Bill()
	p.text(title, s.Shop.Name)
	if s.Shop.Branch != "" {
		p.text(centre, s.Shop.Branch)
	}
	p.text(headline, "结 账 单")
	if o.Pickup != "" {
		p.add(ticket.Rule{})
		p.text(title, channel(o.Channel)+" 取餐号")
		p.text(huge(o.Pickup, 5), o.Pickup)
	} else {
		p.text(title, channel(o.Channel))
	}
	p.add(ticket.Rule{})
	p.pair(plain, "单号 "+o.Number.String(), prefixed("收银 ", s.Staff))
	p.pair(plain, "时间 "+local(&s.Fact, "2006-01-02 15:04"), prefixed("机号 ", s.Shop.Register))
	if o.Note != "" {
		p.text(bold, "整单备注："+o.Note)
	}
	p.add(ticket.Rule{})
	p.lines(o.Lines)
	p.add(ticket.Rule{})
	p.pair(plain, "合计 "+strconv.Itoa(int(bill.Portions))+" 份", bill.Dishes.String())
	p.grand("应收", "￥"+bill.Total.String())
	p.add(ticket.Rule{})
	p.payments(o)
	p.add(ticket.Rule{})
	p.add(ticket.Feed{Lines: 1})
	p.add(ticket.QR{Data: CheckOf(o.Number, bill.Total, &s.Fact).String(), Size: 5, Level: ticket.LevelM})
	p.add(ticket.Feed{Lines: 1})
	p.voucher(&s.Fact)
	if s.Shop.Address != "" {
		p.text(centre, s.Shop.Address)
	}
	if s.Shop.Phone != "" {
		p.text(centre, "电话 "+s.Shop.Phone)
	}
	footer := s.Shop.Footer
	if footer == "" {
		footer = thanks
	}
	p.text(centre, footer)
}

// position is one line of the amounts: a dish, or a method that costs something.
type position struct {
	name   string
	count  string
	amount string
	extras []string // below it, indented
	dish   bool
}

// positions lists the lines of the bill so that the amounts at the right edge add up to
// its total: a dish with quantity × price, each method that costs something below it.
func positions(lines []order.Line) []position {
	var out []position
	for i := range lines {
		l := &lines[i]
		name := l.Name
		if l.Size != "" {
			name += "(" + l.Size + ")"
		}
		free := freeMethods(l)
		out = append(out, position{name: name, count: count(int64(l.Qty), l.Price), amount: l.Price.Times(int64(l.Qty)).String(), dish: true})
		if free != "" {
			out[len(out)-1].extras = append(out[len(out)-1].extras, free)
		}
		for _, m := range l.Methods {
			n := int64(1)
			if m.Times {
				n = int64(l.Qty)
			}
			if m.Price != 0 {
				out = append(out, position{name: "  +" + m.Name, count: count(n, m.Price), amount: m.Price.Times(n).String()})
			}
		}
		if l.Note != "" {
			out[len(out)-1].extras = append(out[len(out)-1].extras, "备注："+l.Note)
		}
	}
	return out
}

func count(n int64, price money.Amount) string {
	return strconv.FormatInt(n, 10) + "×" + price.String()
}

// freeMethods lists the methods of a line that cost nothing.
func freeMethods(l *order.Line) string {
	var names []string
	for _, m := range l.Methods {
		if m.Price == 0 {
			names = append(names, m.Name)
		}
	}
	return strings.Join(names, "、")
}

// widest is what the two columns of numbers may take beside the names; beyond it the name
// gets a line of its own.
const widest = 22

// lines prints the dishes: name, quantity × price, amount.
func (p *paper) lines(lines []order.Line) {
	all := positions(lines)
	counts, amounts := ticket.Width("数量×单价"), ticket.Width("金额")
	for _, x := range all {
		counts, amounts = max(counts, ticket.Width(x.count)), max(amounts, ticket.Width(x.amount))
	}
	amounts += 2
	apart := counts+amounts > widest
	row := func(style ticket.Style, name, count, amount string) {
		if apart && name != "" {
			p.text(style, name)
			name = ""
		}
		cells := []ticket.Cell{{Text: ticket.Clean(name)}, {Text: count, Width: counts, Align: ticket.Right}, {Text: amount, Width: amounts, Align: ticket.Right}}
		if apart {
			cells = []ticket.Cell{{Text: count, Align: ticket.Right}, {Text: amount, Width: amounts, Align: ticket.Right}}
		}
		p.add(ticket.Row{Style: style, Cells: cells})
	}
	row(plain, "品名", "数量×单价", "金额")
	for _, x := range all {
		row(ticket.Style{Bold: x.dish}, x.name, x.count, x.amount)
		for _, e := range x.extras {
			p.hanging(plain, "  ", e)
		}
	}
}

// hanging prints text beside a lead that stays free on the further lines.
func (p *paper) hanging(style ticket.Style, lead, text string) {
	wide, _ := style.Magnify()
	p.add(ticket.Row{Style: style, Cells: []ticket.Cell{{Text: lead, Width: max(ticket.Width(lead)+1, 3) * wide}, {Text: ticket.Clean(text)}}})
}

// payments prints how the bill was paid: what was handed over by each way, 实收 their
// sum, 找零 what went back.
func (p *paper) payments(o *order.Order) {
	var taken money.Amount
	cash := false
	for i := range o.Payments {
		x := &o.Payments[i]
		sum := max(x.Amount, x.Given)
		taken += sum
		cash = cash || x.Way == pay.Cash
		label := x.Way.Label()
		if x.Check == pay.Pending {
			label += " [待核对]"
		}
		p.pair(plain, label, sum.String())
		if x.Ref != "" {
			p.hanging(plain, "  ", "流水号 "+x.Ref)
		}
	}
	p.pair(bold, "实收", taken.String())
	if cash {
		p.pair(bold, "找零", o.Change().String())
	}
}
