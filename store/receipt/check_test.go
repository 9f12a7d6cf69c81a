package receipt

import (
	"errors"
	"testing"

	"wendan/devices/ticket"
	"wendan/store/order"
)

func TestTheCodeOnPaperVouchesForItsFactOnly(t *testing.T) {
	s := source(order.ReceiptSlip)
	tk, err := Render(s)
	if err != nil {
		t.Fatal(err)
	}
	var data string
	for _, item := range tk.Items {
		if qr, ok := item.(ticket.QR); ok {
			data = qr.Data
		}
	}
	c, err := ParseCheck(data)
	if err != nil || c.Number != s.Order.Number || c.Total != s.Order.Bill().Total || !c.Vouches(&s.Fact) {
		t.Fatalf("%q is %+v %v", data, c, err)
	}
	cheaper := c
	cheaper.Total--
	otherHash := s.Fact
	otherHash.Hash[0]++
	if cheaper.Vouches(&s.Fact) || c.Vouches(&otherHash) {
		t.Fatal("a changed paper or fact still vouches")
	}
}

func FuzzParseCheck(f *testing.F) {
	f.Add("WD1:A-000123:128.00:20261122T040531Z:3FA9C2D1")
	f.Add("WD1:A2-000001:-0.05:20261122T040531Z:00000000")
	f.Add("WD1::::")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCheck(s)
		if err != nil {
			if !errors.Is(err, ErrCheck) {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if c.String() != s {
			t.Fatalf("%q read as %q", s, c)
		}
	})
}
