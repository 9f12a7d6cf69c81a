// Package pay is about money that changes hands: tenders, change and payments. It is pure.
package pay

import (
	"wendan/store/fault"
	"wendan/store/money"
)

// Way is how a guest pays. Numbers are stored and only grow.
type Way uint8

// Ways of paying.
const (
	Cash     Way = 1 // 现金
	Card     Way = 2 // 银行卡, on a terminal of its own
	WeChat   Way = 3 // 微信
	Alipay   Way = 4 // 支付宝
	UnionPay Way = 5 // 云闪付
)

// Ways lists every way in the order screens show them.
var Ways = []Way{Cash, WeChat, Alipay, Card, UnionPay}

// Name is the way's stable English key: "cash".
func (w Way) Name() string {
	switch w {
	case Cash:
		return "cash"
	case Card:
		return "card"
	case WeChat:
		return "wechat"
	case Alipay:
		return "alipay"
	case UnionPay:
		return "unionpay"
	}
	return "unknown"
}

// Label is the way's name on paper, Chinese.
func (w Way) Label() string {
	switch w {
	case Cash:
		return "现金"
	case Card:
		return "银行卡"
	case WeChat:
		return "微信支付"
	case Alipay:
		return "支付宝"
	case UnionPay:
		return "云闪付"
	}
	return "其他"
}

// Valid reports whether w is a known way.
func (w Way) Valid() bool { return w >= Cash && w <= UnionPay }

// Check is how sure a payment is. Numbers are stored and only grow.
type Check uint8

// Check states.
const (
	Sure    Check = 1 // cash in hand
	Pending Check = 2 // 待核对: recorded by hand, to be checked against the terminal or the wallet's statement
)

// Tender is what the cashier enters: for cash the sum handed over (which may exceed what
// is due), for other ways the sum taken.
type Tender struct {
	Way   Way          `cbor:"1,keyasint" json:"way"`
	Given money.Amount `cbor:"2,keyasint" json:"given"`
	Ref   string       `cbor:"3,keyasint,omitempty" json:"ref,omitempty"` // slip or trade number, at most 40 printable ASCII characters
}

// Payment is a tender as recorded in a fact: what it settled.
type Payment struct {
	Way    Way          `cbor:"1,keyasint" json:"way"`
	Amount money.Amount `cbor:"2,keyasint" json:"amount"`                    // part of the bill it settled
	Given  money.Amount `cbor:"3,keyasint,omitempty" json:"given,omitempty"` // handed over, when more than Amount
	Check  Check        `cbor:"4,keyasint" json:"check"`
	Ref    string       `cbor:"5,keyasint,omitempty" json:"ref,omitempty"`
}

// Change is what was handed back.
func (p *Payment) Change() money.Amount {
	if p.Given > p.Amount {
		return p.Given - p.Amount
	}
	return 0
}

// Faults of taking payment.
var (
	ErrShort = fault.New("pay.short", "还差 %s 元，请继续收款", "%s is still due; take more",
		"The tenders do not add up to what is due.")
	ErrOver = fault.New("pay.over", "%s不能多收：应收 %s 元", "%s cannot take more than the %s due",
		"Only cash gives change; other ways must not exceed what is due.")
	ErrAmount = fault.New("pay.amount", "收款金额不对，请重新输入", "The amount taken is wrong; enter it again",
		"A tender was zero, negative or beyond one hundred thousand yuan.")
	ErrWay = fault.New("pay.way", "不支持这种付款方式，请换一种", "This way of paying is not supported; choose another",
		"Unknown tender number, or cash given in two tenders.")
	ErrRef = fault.New("pay.ref", "参考号不对：最多 40 个字母数字，不可填卡号", "The reference is wrong: at most 40 letters and digits, never a card number",
		"References hold slip or trade numbers. Digit runs that pass the card number check are refused and never stored.")
)

// MaxTender bounds one tender: one hundred thousand yuan.
const MaxTender = 100_000 * money.Yuan

// Settle turns tenders into payments that add up to due exactly. Other ways come first, cash
// settles the rest and gives change, whatever order they were entered in (规则 17). It refuses what is short,
// what would take too much by another way than cash, and cash that settles nothing. A due of zero takes no tender.
func Settle(due money.Amount, tenders []Tender) ([]Payment, error) {
	rest := due
	var cash *Tender
	var out []Payment
	for i := range tenders {
		t := &tenders[i]
		switch {
		case !t.Way.Valid():
			return nil, ErrWay
		case t.Given <= 0 || t.Given > MaxTender:
			return nil, ErrAmount
		case !cleanRef(t.Ref):
			return nil, ErrRef
		case t.Way == Cash && cash != nil:
			return nil, ErrWay
		case t.Way == Cash:
			cash = t
			continue
		case t.Given > rest:
			return nil, ErrOver.With(t.Way.Label(), rest.String())
		}
		rest -= t.Given
		out = append(out, Payment{Way: t.Way, Amount: t.Given, Check: Pending, Ref: t.Ref})
	}
	if cash != nil {
		if rest == 0 {
			return nil, ErrOver.With(Cash.Label(), rest.String())
		}
		p := Payment{Way: Cash, Amount: min(rest, cash.Given), Check: Sure, Ref: cash.Ref}
		if cash.Given > rest {
			p.Given = cash.Given
		}
		rest -= p.Amount
		out = append(out, p)
	}
	if rest > 0 {
		return nil, ErrShort.With(rest.String())
	}
	return out, nil
}

// cleanRef refuses long and unprintable references and anything that holds what looks like a
// card number: 13 to 19 digits that pass the Luhn check (ISO/IEC 7812-1), in one group or
// in several next to each other, so that an expiry date or a label beside it does not hide it. A
// longer unbroken run, such as the 28 digits of a wallet's trade number, is no card number.
func cleanRef(s string) bool {
	if len(s) > 40 {
		return false
	}
	var groups []string
	open := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < 0x20 || c > 0x7e:
			return false
		case c < '0' || c > '9':
			open = false
		case open:
			groups[len(groups)-1] += s[i : i+1]
		default:
			open, groups = true, append(groups, s[i:i+1])
		}
	}
	for i := range groups {
		digits := ""
		for _, g := range groups[i:] {
			if digits += g; len(digits) >= 13 && len(digits) <= 19 && luhn(digits) {
				return false
			}
		}
	}
	return true
}

// luhn reports whether digits, nothing else, pass the card number check.
func luhn(digits string) bool {
	sum, double := 0, false
	for i := len(digits) - 1; i >= 0; i-- {
		d := int(digits[i] - '0')
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		double = !double
	}
	return sum%10 == 0
}
