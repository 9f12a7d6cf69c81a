package replay

import (
	"errors"
	"fmt"

	"wendan/store/saleslog"
)

// check holds the figures of the places against each other and against the log.
func (r *Result) check(log *saleslog.Log) error {
	var errs []error
	same := func(what string, have, want any) {
		if fmt.Sprint(have) != fmt.Sprint(want) {
			errs = append(errs, ErrSum.With(fmt.Sprintf("%s %v, %v", what, have, want)))
		}
	}
	same("orders_sold", r.OrdersSold, len(log.Orders))
	same("orders_sold + orders_refused", r.OrdersSold+uint64(r.OrdersRefused), r.OrdersRead)
	same("lines_sold", r.LinesSold, log.LinesSold)
	same("lines_sold + lines_refused", r.LinesSold+int64(r.LinesRefused), r.LinesRead)
	same("amount_minor", r.Amount, log.Amount)
	same("numbers_in_order", r.InOrder, true)
	same("receipts_printed", r.ReceiptsPrinted, r.OrdersSold)
	same("receipts_confirmed", r.ReceiptsConfirmed, r.OrdersSold)
	same("receipts_genuine", r.ReceiptsGenuine, r.OrdersSold)
	same("kitchen_printed", r.KitchenPrinted, r.OrdersSold)
	same("kitchen_confirmed", r.KitchenConfirmed, r.OrdersSold)
	same("doubled", r.Doubled, 0)
	same("booked", r.Booked, r.Facts)
	same("booked_amount_minor", r.BookedAmount, r.Amount)
	same("booked_orders", r.BookedOrders, r.OrdersSold)
	same("head_office_view_minor", r.ViewAmount, r.Amount)
	same("chain_ok", r.ChainOK, true)
	same("rebuilt_equal", r.RebuiltEqual, true)
	if r.Cuts.Planned > 0 {
		same("cuts", r.Cuts.Register+r.Cuts.Printer+r.Cuts.HeadOffice, r.Cuts.Planned)
	}
	return errors.Join(errs...)
}
