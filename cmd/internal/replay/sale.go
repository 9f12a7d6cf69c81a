package replay

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/saleslog"
)

// ErrLog refuses a folder without a usable log.
var ErrLog = fault.New("replay.log", "销售记录 %s 无法使用，请检查 menu_items.csv 和 order_details.csv", "The sales log %s cannot be used; check menu_items.csv and order_details.csv",
	"The folder must hold both files, and their columns and menu must be readable. See the cause.")

// Read reads the log of a folder: menu_items.csv and order_details.csv. Its dates with dashes are
// year, day, month.
func Read(dir string) (*saleslog.Log, error) {
	menuName, detailsName := filepath.Join(dir, "menu_items.csv"), filepath.Join(dir, "order_details.csv")
	m, err := os.Open(menuName)
	if err != nil {
		return nil, ErrLog.With(dir).Wrap(err)
	}
	defer m.Close()
	d, err := os.Open(detailsName)
	if err != nil {
		return nil, ErrLog.With(dir).Wrap(err)
	}
	defer d.Close()
	log, err := saleslog.Reader{DayFirst: true}.Read(filepath.Base(menuName), m, filepath.Base(detailsName), d)
	if err != nil {
		return nil, ErrLog.With(dir).Wrap(err)
	}
	if len(log.Orders) == 0 {
		return nil, ErrLog.With(dir).Wrap(fmt.Errorf("no order can be sold"))
	}
	return log, nil
}

// sale is one order of the log as the cashier rings it up. The same log and seed always give
// the same sale with the same key, so that a cashier who does not know whether it was saved can ask again.
type sale struct {
	at  time.Time
	day fact.Day
	key fact.Key
	in  order.Place
}

// ways are what guests pay with in a mixed replay; cash twice, because it is half of them.
var ways = []pay.Way{pay.Cash, pay.Cash, pay.WeChat, pay.Card}

func ring(o *saleslog.Order, ix *menu.Index, seed uint64, mixed bool) (sale, error) {
	random := rand.New(rand.NewPCG(seed, uint64(o.ID)))
	s := sale{at: civil(o.At)}
	s.day = fact.DayOf(s.at, 0)
	sum := sha256.Sum256(fmt.Appendf(nil, "replay %d order %d", seed, o.ID))
	s.key = fact.NewKey(s.day, [12]byte(sum[:12]))
	cart := order.Cart{Key: s.key, Channel: order.DineIn}
	if random.IntN(3) == 0 {
		cart.Channel = order.Takeaway
	}
	for _, dish := range o.Lines {
		tapped := order.Item{Dish: dish, Qty: 1}
		at := 0
		for at < len(cart.Items) && !cart.Items[at].Same(&tapped) {
			at++
		}
		if at < len(cart.Items) {
			cart.Items[at].Qty++ // a second tap counts up
		} else {
			cart.Items = append(cart.Items, tapped)
		}
	}
	lines, err := cart.Freeze(ix)
	if err != nil {
		return s, fmt.Errorf("ring up order %d of the log: %w", o.ID, err)
	}
	total := order.BillOf(lines, nil).Total
	s.in = order.Place{Cart: cart, Expect: total}
	if total == 0 {
		return s, nil
	}
	t := pay.Tender{Way: pay.Cash, Given: total}
	if mixed {
		t.Way = ways[random.IntN(len(ways))]
	}
	if t.Way == pay.Cash {
		note := []money.Amount{1, 10 * money.Yuan, 50 * money.Yuan, 100 * money.Yuan}[random.IntN(4)]
		t.Given = (total + note - 1) / note * note
	} else {
		t.Ref = fmt.Sprintf("R%06d", o.ID)
	}
	s.in.Tender = []pay.Tender{t}
	return s, nil
}

// cashier is who sells.
const cashier = 2

var (
	atScreen = act.By{Staff: cashier, Source: fact.SourceScreen}
	byTool   = act.By{Source: fact.SourceTool}
)
