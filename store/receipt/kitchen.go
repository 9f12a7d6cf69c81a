package receipt

import (
	"slices"
	"strconv"
	"strings"

	"wendan/devices/ticket"
	"wendan/store/order"
)

// cooks reports whether a line is cooked at the station.
func cooks(lines []order.Line, station uint16) bool {
	return slices.ContainsFunc(lines, func(l order.Line) bool { return slices.Contains(l.Stations, station) })
}

// kitchen prints the slip of one station (厨打单): what a cook reads at arm's length, large
// and in the order it matters: number, how it leaves the kitchen, the guest's wish, dishes.
func (p *paper) kitchen(s *Source) {
	o := &s.Order
	id, _ := s.Slip.Station()
	all := order.Stations(o.Lines)
	p.text(title, s.station(id))
	p.add(ticket.Rule{})
	if o.Pickup != "" {
		p.text(centre, "取餐号")
		p.text(huge(o.Pickup, 6), o.Pickup)
	}
	how := title
	if o.Channel == order.Takeaway {
		how = alarm
	}
	p.text(how, " "+channel(o.Channel)+" ")
	if o.Note != "" {
		p.add(ticket.Feed{Lines: 1})
		p.text(ticket.Style{Bold: true, Invert: true, High: 2}, " 整单备注："+o.Note+" ")
	}
	p.add(ticket.Rule{Heavy: true})
	portions := 0
	for i := range o.Lines {
		l := &o.Lines[i]
		if !slices.Contains(l.Stations, id) {
			continue
		}
		if portions > 0 {
			p.add(ticket.Rule{})
		}
		portions += int(l.Qty)
		p.dish(l)
	}
	p.add(ticket.Rule{Heavy: true})
	p.pair(bold, "本单 "+strconv.Itoa(portions)+" 份", strconv.Itoa(slices.Index(all, id)+1)+"/"+strconv.Itoa(len(all))+" 张")
	p.pair(plain, "单号 "+o.Number.String(), prefixed("收银 ", s.Staff))
	p.text(plain, "时间 "+local(&s.Fact, "2006-01-02 15:04:05"))
}

// usual is the fewest columns of a kitchen's 80 mm printer.
const usual = 42

// dish prints one line for the cook: quantity first, then how it is to be made. A size that
// would be torn off a long name stands below it.
func (p *paper) dish(l *order.Line) {
	large := ticket.Style{Bold: true, Wide: 2, High: 2}
	qty, name, size := strconv.Itoa(int(l.Qty))+" ×", l.Name, ""
	if l.Size != "" {
		size = "(" + l.Size + ")"
		if 2*(ticket.Width(qty)+1+ticket.Width(name+size)) <= usual {
			name, size = name+size, ""
		}
	}
	p.hanging(large, qty, name)
	if size != "" {
		p.hanging(large, strings.Repeat(" ", ticket.Width(qty)), size)
	}
	for _, m := range l.Methods {
		p.hanging(ticket.Style{Wide: 2, High: 2}, "  ·", m.Name)
	}
	if l.Note != "" {
		p.hanging(large, "  ※", l.Note)
	}
}
