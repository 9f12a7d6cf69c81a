package bench

import (
	"context"
	"runtime"
	"time"

	"wendan/devices/escpos"
	"wendan/store/fact"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/receipt"
)

// slip measures the way from an order of 30 lines to the bytes of its receipt.
func slip(_ context.Context, b *bench) ([]Row, error) {
	src, err := thirtyLines()
	if err != nil {
		return nil, err
	}
	profile := escpos.Default80()
	doc, err := receipt.Render(src)
	if err != nil {
		return nil, err
	}
	bytes := 0
	_, all, err := rounds(b.rounds(), b.scaled(300),
		func() (time.Duration, error) {
			return timed(func() error { out, err := escpos.Encode(doc, profile); bytes = len(out); return err })
		},
		func() (time.Duration, error) {
			return timed(func() error { _, err := receipt.Render(src); return err })
		})
	if err != nil {
		return nil, err
	}
	runtime.KeepAlive(doc)
	return []Row{
		atMost("receipt_30_lines_encode", ms(median(all[0])), "ms", 1, "p99 %.3f ms, %d bytes; making the document before it %.3f ms",
			ms(quantile(all[0], 990)), bytes, ms(median(all[1]))),
	}, nil
}

func thirtyLines() (receipt.Source, error) {
	ix := menu.Demo().Index()
	var cart order.Cart
	for _, c := range carts(ix) {
		cart.Items = append(cart.Items, c.Items...)
	}
	cart.Channel, cart.Items = order.DineIn, cart.Items[:30]
	lines, err := cart.Freeze(ix)
	if err != nil {
		return receipt.Source{}, err
	}
	n := order.Number{Register: "A", Epoch: 1, N: 1}
	placed := order.Placed{Number: n, Pickup: "A001", Channel: cart.Channel, Lines: lines}
	placed.Total = order.BillOf(lines, nil).Total
	f, h := fact.Head{Epoch: 1}.Next(stamped(order.PlacedKind.Draft(placed)))
	o := placed.Apply(&f)
	paid := order.Settled{Number: n, Total: placed.Total, Payments: []pay.Payment{{Way: pay.Cash, Amount: placed.Total, Given: placed.Total + money.Amount(500), Check: pay.Sure}}}
	s, _ := h.Next(stamped(order.SettledKind.Draft(paid)))
	paid.Apply(o, &s)
	return receipt.Source{Slip: order.ReceiptSlip, Shop: receipt.Shop{Name: setup.Shop, Branch: setup.Branch, Register: setup.Register}, Order: *o, Fact: s, Staff: "张敏"}, nil
}
