package replay

import (
	"regexp"
	"strings"
	"sync"

	"wendan/devices/emu"
	"wendan/store/order"
	"wendan/store/receipt"
)

// tray is where the papers of one virtual printer are gathered and read.
type tray struct {
	mu       sync.Mutex
	papers   int
	slips    map[string]int // unmarked slips by order number
	again    map[string]int // slips marked 可能重复 by order number
	checks   map[string]receipt.Check
	unread   int // check codes that are none
	readMark *regexp.Regexp
}

var (
	// qrOf is a receipt's check code; it comes behind all amounts, so a paper that has it has those.
	qrOf = regexp.MustCompile(`\[QR (WD1:[^\]]*)\]`)
	// numberOf is the order's number near the end of a kitchen slip.
	numberOf = regexp.MustCompile(`单号 ([A-Z]+\d*-\d+)`)
)

func newTray(mark *regexp.Regexp) *tray {
	return &tray{slips: map[string]int{}, again: map[string]int{}, checks: map[string]receipt.Check{}, readMark: mark}
}

// add reads a paper. One piece may hold a slip that was broken off and the whole one behind it.
func (t *tray) add(p emu.Paper) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.papers++
	found := t.readMark.FindAllStringSubmatchIndex(p.Text, -1)
	begin := 0
	for i, at := range found {
		piece := p.Text[begin:at[1]]
		if i == len(found)-1 {
			piece = p.Text[begin:]
		}
		begin = at[1]
		number := p.Text[at[2]:at[3]]
		if t.readMark == qrOf {
			check, err := receipt.ParseCheck(number)
			if err != nil {
				t.unread++
				continue
			}
			number = check.Number.String()
			t.checks[number] = check
		}
		if strings.Contains(piece, "可能重复") {
			t.again[number]++
		} else {
			t.slips[number]++
		}
	}
}

// count tells what lies in the tray: orders that have a slip, slips marked 可能重复, and orders that
// have two slips without that mark, which must not be.
func (t *tray) count() (distinct, marked, doubled int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	orders := map[string]bool{}
	for n, papers := range t.slips {
		orders[n] = true
		if papers > 1 {
			doubled++
		}
	}
	for n, papers := range t.again {
		orders[n] = true
		marked += papers
	}
	return len(orders), marked, doubled
}

// genuine reports whether the receipt of an order lies in the tray with exactly this check code.
func (t *tray) genuine(n order.Number, want receipt.Check) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	have, ok := t.checks[n.String()]
	return ok && have == want
}
