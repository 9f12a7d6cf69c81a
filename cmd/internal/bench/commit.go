package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/journal"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
)

// kib is the body of an order whose fact is 1 KiB long, give or take a few bytes.
func kib() fact.Draft {
	p := order.Placed{Number: order.Number{Register: "A", Epoch: 1, N: 123_456}, Pickup: "A042", Channel: order.DineIn}
	ix := menu.Demo().Index()
	for _, c := range carts(ix) {
		lines, err := c.Freeze(ix)
		if err != nil {
			panic(err) // the demo menu of this very program
		}
		for _, l := range lines {
			p.Lines = append(p.Lines, l)
			p.Total = order.BillOf(p.Lines, nil).Total
			if d := order.PlacedKind.Draft(p); len(rawOf(d)) >= 1000 {
				return d
			}
		}
	}
	return order.PlacedKind.Draft(p)
}

func rawOf(d fact.Draft) []byte {
	f, _ := fact.Head{Epoch: 1}.Next(stamped(d))
	return f.Raw
}

// stamped is a fact of a draft, as the till stamps it.
func stamped(d fact.Draft) fact.Fact {
	return fact.Fact{At: 1_750_000_000_000, Zone: 480, Day: firstDay, Staff: cashierID, Source: fact.SourceScreen, Kind: d.Kind, Ver: d.Ver,
		Key: fact.NewKey(firstDay, [12]byte{1, 2, 3}), Sum: 0x1122334455667788, Body: d.Body}
}

// journalled makes one draft durable and then does what follows an answer, untimed.
func journalled(j *journal.Journal, d fact.Draft) (time.Duration, error) {
	took, err := timed(func() error {
		f, _ := j.Head().Next(stamped(d))
		return j.Append([]fact.Fact{f})
	})
	return took, errors.Join(err, j.Maintain())
}

// commits compares one durable order at a time with a plain file and with SQLite, and shows what the till adds.
func commits(ctx context.Context, b *bench) (rows []Row, err error) {
	dir, err := b.dir("commit")
	if err != nil {
		return nil, err
	}
	d := kib()
	raw := rawOf(d)
	j, err := journalOf(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	plain, err := newBare(dir + "/plain")
	if err != nil {
		return nil, err
	}
	defer plain.close()
	sqlite, err := newLite(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer sqlite.close()
	shop, err := b.dir("commit-till")
	if err != nil {
		return nil, err
	}
	c, err := newCounter(ctx, shop)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	long, err := c.longSale(len(raw))
	if err != nil {
		return nil, err
	}
	medians, all, err := rounds(b.rounds(), b.scaled(150),
		func() (time.Duration, error) { return journalled(j, d) },
		func() (time.Duration, error) {
			took, err := timed(func() error { return plain.write(raw) })
			return took, errors.Join(err, plain.prepare())
		},
		func() (time.Duration, error) { return timed(func() error { return sqlite.write(ctx, raw) }) },
		func() (time.Duration, error) {
			long.Key = c.till.NewKey()
			took, err := timed(func() error { _, err := c.till.Do(ctx, long); return err })
			return took, errors.Join(err, c.caughtUp(ctx))
		})
	if err != nil {
		return nil, err
	}
	shown := fmt.Sprintf("medians: journal %.3f, plain file %.3f, SQLite %.3f ms", ms(median(all[0])), ms(median(all[1])), ms(median(all[2])))
	return []Row{
		atMost("commit_vs_plain_file", ratios(medians[0], medians[1]), "ratio", 1.3, "%s; order of %d bytes", shown, len(raw)),
		atMost("commit_vs_sqlite", ratios(medians[0], medians[2]), "ratio", 1.1, ""),
		told("till_do_vs_plain_file", ratios(medians[3], medians[1]), "ratio", "rules, two states and answer included: %.3f ms", ms(median(all[3]))),
		told("till_do_vs_sqlite", ratios(medians[3], medians[2]), "ratio", ""),
	}, nil
}

// longSale is an unpaid order whose fact has about so many bytes.
func (c *counter) longSale(size int) (act.Act, error) {
	cart := order.Cart{Channel: order.DineIn}
	ix := menu.Demo().Index()
	for _, more := range c.carts {
		cart.Items = append(cart.Items, more.Items...)
		lines, err := cart.Freeze(ix)
		if err != nil {
			return act.Act{}, err
		}
		d := order.PlacedKind.Draft(order.Placed{Number: order.Number{Register: "A", Epoch: 1, N: 99}, Pickup: "A099", Channel: cart.Channel, Lines: lines, Total: money.Amount(1)})
		if len(rawOf(d)) >= size-20 {
			break
		}
	}
	return act.Act{By: screen, Intent: order.Place{Cart: cart}}, nil
}
