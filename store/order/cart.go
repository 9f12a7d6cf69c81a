package order

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/pay"
)

// Limits of a cart; beyond them a typed number is surely a slip of the finger.
const (
	MaxQty   = 999 // portions on a line
	MaxLines = 300 // lines of an order
	MaxNote  = 60  // runes of a note
)

// Item is one line of a cart: what was tapped, nothing frozen yet.
type Item struct {
	Dish    uint32   `cbor:"1,keyasint" json:"dish"`
	Size    uint8    `cbor:"2,keyasint,omitempty" json:"size,omitempty"` // index in the dish's sizes
	Qty     int32    `cbor:"3,keyasint" json:"qty"`
	Methods []uint16 `cbor:"4,keyasint,omitempty" json:"methods,omitempty"`
	Note    string   `cbor:"5,keyasint,omitempty" json:"note,omitempty"`
}

// Same reports whether two items differ in nothing but their quantity, so that a second
// tap can count up the first.
func (i *Item) Same(j *Item) bool {
	if i.Dish != j.Dish || i.Size != j.Size || i.Note != j.Note || len(i.Methods) != len(j.Methods) {
		return false
	}
	for k := range i.Methods {
		if i.Methods[k] != j.Methods[k] {
			return false
		}
	}
	return true
}

// Cart is an order being rung up. It carries the key of its next submit, so that a cart
// that was submitted before a power cut is recognised and never comes back beside its order.
type Cart struct {
	Key     fact.Key `cbor:"1,keyasint" json:"key"`
	Channel Channel  `cbor:"2,keyasint" json:"channel"`
	Items   []Item   `cbor:"3,keyasint,omitempty" json:"items,omitempty"`
	Note    string   `cbor:"4,keyasint,omitempty" json:"note,omitempty"`
	HeldAt  int64    `cbor:"5,keyasint,omitempty" json:"held_at,omitempty"` // 挂单: UTC milliseconds; 0 = the current cart
	Label   string   `cbor:"6,keyasint,omitempty" json:"label,omitempty"`   // what the cashier finds a held cart by
	Staff   uint32   `cbor:"7,keyasint,omitempty" json:"staff,omitempty"`
}

// Faults of carts and orders.
var (
	ErrEmpty = fault.New("order.empty", "还没有点菜，请先点菜", "Nothing ordered yet; ring up a dish first",
		"The submitted cart had no lines.")
	ErrNoDish = fault.New("order.no_dish", "菜单里没有编号 %d 的菜，请重新选择", "There is no dish number %d on the menu; choose again",
		"The cart was made with another menu than the one in force.")
	ErrOff = fault.New("order.off", "%s 已下架，请换一道", "%s is off the menu; choose another dish",
		"The dish is marked 停售 in the menu.")
	ErrQty = fault.New("order.qty", "%s 的数量 %d 不对，应为 1 到 999", "%s: the quantity %d is wrong; 1 to 999 are allowed",
		"Quantity outside 1 to 999.")
	ErrSize = fault.New("order.size", "请为 %s 选择规格", "Choose a size for %s",
		"The size index is outside the dish's sizes.")
	ErrMethod = fault.New("order.method", "%s 没有这个做法，请重新选择", "%s cannot be made that way; choose again",
		"The method's group is not offered by the dish, a method was given twice, or two of a single-choice group.")
	ErrRequired = fault.New("order.required", "请为 %s 选择%s", "Choose %[2]s for %[1]s",
		"A required method group has no choice.")
	ErrNote = fault.New("order.note", "备注太长或含有不能打印的字符，最多 60 字", "The note is too long or cannot be printed; at most 60 characters",
		"Notes are limited to 60 runes and to printable characters; control bytes could drive the printer.")
	ErrTooLong = fault.New("order.too_long", "一单最多 300 行，请分成两单", "An order has at most 300 lines; make two orders of it",
		"More than 300 lines in one cart.")
	ErrPriceChanged = fault.New("order.price_changed", "价格已更新：应收 %s，请核对后再收款", "Prices changed: %s is due now; check and take payment again",
		"The cart's expected total differs from the bill under the menu in force.")
	ErrUnknown = fault.New("order.unknown", "找不到订单 %s，请在今日订单里查找", "Order %s is not open here; look in the order list",
		"The order is neither open nor known to this register's journal.")
	ErrPaid = fault.New("order.paid", "订单 %s 已经付清，不用再收款", "Order %s is already paid; do not take money again",
		"A second payment of a settled order was refused.")
	ErrChannel = fault.New("order.channel", "请选择堂食或外带", "Choose dine-in or takeaway",
		"Unknown channel number.")
)

// CleanNote reports whether a note may be stored: valid UTF-8, at most MaxNote runes, no
// control or format characters.
func CleanNote(s string) bool {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > MaxNote {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co) {
			return false
		}
	}
	return true
}

// Freeze turns the cart's items into lines with the menu's names and prices, or refuses with the
// first thing that is wrong and what to do. It does not look at sold-out limits.
func (c *Cart) Freeze(ix *menu.Index) ([]Line, error) {
	switch {
	case len(c.Items) == 0:
		return nil, ErrEmpty
	case len(c.Items) > MaxLines:
		return nil, ErrTooLong
	case c.Channel != DineIn && c.Channel != Takeaway:
		return nil, ErrChannel
	case !CleanNote(c.Note):
		return nil, ErrNote
	}
	lines := make([]Line, len(c.Items))
	for i := range c.Items {
		var err error
		if lines[i], err = c.Items[i].Freeze(ix); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// Freeze turns one item into a line.
func (i *Item) Freeze(ix *menu.Index) (Line, error) {
	d, ok := ix.Dish(i.Dish)
	switch {
	case !ok:
		return Line{}, ErrNoDish.With(i.Dish)
	case d.Off:
		return Line{}, ErrOff.With(d.Name)
	case i.Qty < 1 || i.Qty > MaxQty:
		return Line{}, ErrQty.With(d.Name, i.Qty)
	case !CleanNote(i.Note):
		return Line{}, ErrNote
	}
	l := Line{Dish: d.ID, Name: d.Name, Unit: d.Unit, Qty: i.Qty, Price: d.Price, Note: i.Note, Category: d.Category, Stations: d.Stations}
	if len(d.Sizes) > 0 {
		if int(i.Size) >= len(d.Sizes) {
			return Line{}, ErrSize.With(d.Name)
		}
		l.Size, l.Price = d.Sizes[i.Size].Name, d.Sizes[i.Size].Price
	} else if i.Size != 0 {
		return Line{}, ErrSize.With(d.Name)
	}
	left := len(i.Methods)
	for _, id := range d.Groups {
		g, ok := ix.Group(id)
		if !ok {
			continue
		}
		chosen := 0
		for k, want := range i.Methods {
			if slices.Contains(i.Methods[:k], want) {
				return Line{}, ErrMethod.With(d.Name)
			}
			for _, m := range g.Methods {
				if m.ID == want {
					l.Methods = append(l.Methods, Method{ID: m.ID, Name: m.Name, Price: m.Price, Times: m.Times})
					chosen++
				}
			}
		}
		if g.Required && chosen == 0 {
			return Line{}, ErrRequired.With(d.Name, g.Name)
		}
		if chosen > 1 && !g.Many {
			return Line{}, ErrMethod.With(d.Name)
		}
		left -= chosen
	}
	if left != 0 {
		return Line{}, ErrMethod.With(d.Name)
	}
	return l, nil
}

// Place is the intent to send a cart to the kitchen, and to settle it at once when payments are given.
type Place struct {
	Cart   Cart         `cbor:"1,keyasint" json:"cart"`
	Tender []pay.Tender `cbor:"2,keyasint,omitempty" json:"tender,omitempty"` // empty: 下单, pay later
	Expect money.Amount `cbor:"3,keyasint,omitempty" json:"expect,omitempty"` // total the cashier saw; 0 = not checked
}

// Act names the intent.
func (Place) Act() string { return "order.place" }

// Pay is the intent to settle a placed order in full.
type Pay struct {
	Number Number       `cbor:"1,keyasint" json:"number"`
	Tender []pay.Tender `cbor:"2,keyasint" json:"tender"`
}

// Act names the intent.
func (Pay) Act() string { return "order.pay" }
