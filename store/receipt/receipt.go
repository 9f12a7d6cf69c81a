// Package receipt turns orders and days into documents of devices/ticket: the guest's
// receipt (结账单), the kitchen's slips (厨打单), the day report (日结单) and the test slip.
//
// It is pure and does not know the paper: the same document is right on 32, 42 and 48
// columns, so that a slip can move to another printer without being made again. Texts from
// outside (dish names, notes, staff) are cleaned of control characters and line ends, so that none
// can drive a printer or fake a line.
package receipt

import (
	"strconv"
	"strings"
	"time"

	"wendan/devices/ticket"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/order"
	"wendan/store/report"
)

// Shop is what every slip says about where it comes from. Empty texts are left out.
type Shop struct {
	Name     string // 店名, printed large
	Branch   string // 门店
	Register string // register letter
	Address  string
	Phone    string
	Footer   string // last line for the guest; "谢谢惠顾，欢迎再次光临" when empty
}

// Copy says in which way a slip is not the first and only one. Its marks stand at the
// top and at the bottom and cannot be switched off.
type Copy struct {
	Reprint  int    // 补打: the how-manieth further copy, from 1; 0 is the original
	Doubtful bool   // 可能重复: an earlier attempt may have reached paper
	Rerouted string // 转印: printer role the slip was meant for, such as "kitchen:3"; empty when it is on its own printer
}

// Source is everything one slip is made from. Who calls fills it from the job:
//
//   - a kitchen slip: Fact is the placed fact, Order what Placed.Apply makes of it;
//   - a receipt: Fact is the settled fact, Order the order after it;
//   - a copy (补打): Fact is still the placed or settled fact of the original, not the
//     reprinted one, and Copy.Reprint counts;
//   - a day report: Fact is the closing fact, Totals those of its day.
type Source struct {
	Slip     order.Slip
	Shop     Shop
	Copy     Copy
	Order    order.Order       // slips of an order
	Fact     fact.Fact         // what the slip vouches for; with Seq, Hash, At and Zone
	Staff    string            // name of the person of Fact; empty leaves it out
	Stations map[uint16]string // station names; a missing one prints as its number

	Totals     report.Totals     // day report: of the day that closed
	Categories map[uint16]string // day report: category names; a missing one prints as its number
}

// ErrSlip refuses a slip this version cannot print.
var ErrSlip = fault.New("receipt.slip", "不认识的小票种类 %d，请联系技术员", "Slip kind %d is unknown; call the technician",
	"The job names a slip that this version cannot print. Check the version that recorded it.")

// Render makes the document. It refuses with order.ErrNoSlip what the order does not have (a receipt before it
// is paid, a station without a line), with ErrSlip a kind it does not know, and a day report whose Fact is not a
// closing one with order.ErrJob or fact.ErrDecode.
func Render(s Source) (ticket.Ticket, error) {
	station, kitchen := s.Slip.Station()
	p := &paper{}
	switch {
	case s.Slip == order.ReceiptSlip:
		if !s.Order.Paid() {
			return ticket.Ticket{}, order.ErrNoSlip.With(s.Order.Number.String())
		}
		p.marked(&s, p.guest)
		p.name = "receipt " + s.Order.Number.String()
	case s.Slip == order.DaySlip:
		closed, err := s.finished()
		if err != nil {
			return ticket.Ticket{}, err
		}
		p.marked(&s, func(s *Source) { p.day(s, &closed) })
		p.name = "day " + closed.Day.String()
	case kitchen:
		if !cooks(s.Order.Lines, station) {
			return ticket.Ticket{}, order.ErrNoSlip.With(s.Order.Number.String())
		}
		p.marked(&s, p.kitchen)
		p.name = "kitchen " + s.station(station) + " " + s.Order.Number.String()
	default:
		return ticket.Ticket{}, ErrSlip.With(int(s.Slip))
	}
	return ticket.Ticket{Name: ticket.Clean(p.name), Items: p.items}, nil
}

// paper collects the items of one document.
type paper struct {
	name  string
	items []ticket.Item
}

var (
	plain  = ticket.Style{}
	centre = ticket.Style{Align: ticket.Centre}
	bold   = ticket.Style{Bold: true}
	// headline says what kind of slip it is.
	headline = ticket.Style{Bold: true, Align: ticket.Centre}
	title    = ticket.Style{Bold: true, Wide: 2, High: 2, Align: ticket.Centre}
	alarm    = ticket.Style{Bold: true, Invert: true, Wide: 2, High: 2, Align: ticket.Centre}
)

// marked prints body between the marks of the copy and cuts.
func (p *paper) marked(s *Source, body func(*Source)) {
	marks := s.marks()
	for _, m := range marks {
		p.text(alarm, " "+m+" ")
	}
	if len(marks) > 0 {
		p.add(ticket.Feed{Lines: 1})
	}
	body(s)
	if len(marks) > 0 {
		p.add(ticket.Feed{Lines: 1})
	}
	for _, m := range marks {
		p.text(alarm, " "+m+" ")
	}
	p.add(ticket.Cut{Partial: true})
}

// marks are the texts that say what is special about this copy.
func (s *Source) marks() []string {
	var out []string
	if s.Copy.Doubtful {
		out = append(out, "可能重复")
	}
	if s.Copy.Reprint > 0 {
		out = append(out, "补打(第"+strconv.Itoa(s.Copy.Reprint)+"次)")
	}
	if s.Copy.Rerouted != "" {
		out = append(out, "转印:"+s.role(s.Copy.Rerouted))
	}
	return out
}

// role is a printer role as people call it.
func (s *Source) role(role string) string {
	if role == order.ReceiptSlip.Role() {
		return "前台"
	}
	if n, ok := strings.CutPrefix(role, "kitchen:"); ok {
		if id, err := strconv.ParseUint(n, 10, 16); err == nil {
			return s.station(uint16(id))
		}
	}
	return role
}

func (s *Source) station(id uint16) string {
	if name := s.Stations[id]; name != "" {
		return name
	}
	return "档口" + strconv.Itoa(int(id))
}

func (p *paper) add(i ticket.Item) { p.items = append(p.items, i) }

// text adds one paragraph of text that may come from outside.
func (p *paper) text(style ticket.Style, s string) {
	p.add(ticket.Text{Style: style, Text: ticket.Clean(s)})
}

// pair adds a line with one text at the left and one at the right edge.
func (p *paper) pair(style ticket.Style, left, right string) {
	width := min(ticket.Width(right), 20)
	p.add(ticket.Row{Style: style, Cells: []ticket.Cell{{Text: ticket.Clean(left)}, {Text: ticket.Clean(right), Width: width, Align: ticket.Right}}})
}

// narrowest is the fewest columns a receipt printer has: 58 mm paper at 12 dots.
const narrowest = 32

// grand adds the sum that matters most, as large as fits on one line of the narrowest paper.
func (p *paper) grand(left, right string) {
	wide := 2
	if 2*(ticket.Width(left)+1+ticket.Width(right)) > narrowest {
		wide = 1
	}
	style := ticket.Style{Bold: true, Wide: wide, High: 2}
	p.add(ticket.Row{Style: style, Cells: []ticket.Cell{{Text: left}, {Text: right, Width: ticket.Width(right) * wide, Align: ticket.Right}}})
}

// prefixed is text behind a label, or nothing when there is no text.
func prefixed(label, text string) string {
	if text == "" {
		return ""
	}
	return label + text
}

// voucher prints what ties the slip to its record: 凭证 and the fact's number.
func (p *paper) voucher(f *fact.Fact) {
	p.text(centre, "凭证 "+f.Hash.Short()+" · 第 "+strconv.FormatUint(f.Seq, 10)+" 条")
}

// local is the time a fact was made, on the wall clock of the register.
func local(f *fact.Fact, layout string) string {
	return time.UnixMilli(f.At).In(time.FixedZone("", int(f.Zone)*60)).Format(layout)
}

// channel is the channel's Chinese name.
func channel(c order.Channel) string {
	switch c {
	case order.DineIn:
		return "堂食"
	case order.Takeaway:
		return "外带"
	}
	return "其他"
}

// huge is the largest style that keeps s on one line of the narrowest paper.
func huge(s string, most int) ticket.Style {
	style := ticket.Style{Bold: true, Align: ticket.Centre, Wide: 1, High: 1}
	for n := most; n > 1; n-- {
		if ticket.Width(s)*n <= narrowest {
			style.Wide, style.High = n, n
			break
		}
	}
	return style
}
