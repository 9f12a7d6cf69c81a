// Package memory keeps the register small while it is calm and lets it breathe in a rush.
package memory

import (
	"context"
	"runtime/debug"
	"time"
)

// The settings of the garbage collector. A collection takes both processors for milliseconds, which a cashier beside a crowd
// of phones would feel; so in a rush it comes a quarter as often, with a ceiling that the machine surely has.
const (
	calmPercent = 50
	rushPercent = 400
	ceiling     = 512 << 20 // bytes; collected as often as it takes to stay below
	rush        = 500       // facts a second
	calmAfter   = 5 * time.Second
	look        = 100 * time.Millisecond
	tidyEvery   = 15 * time.Second // how often memory is given back to the system while calm; some 20 ms of work
)

// Tend adjusts the collector until ctx ends. made tells how many facts there are; it must be quick. What was needed for a
// moment, for the fonts at the start or a PIN check (19 MiB by design), is given back: a register shares its machine with the
// graphics and runs for months.
func Tend(ctx context.Context, made func() uint64) {
	debug.SetMemoryLimit(ceiling)
	debug.SetGCPercent(calmPercent)
	var busy, tidied time.Time
	rushing := false
	for last, tick := made(), time.Tick(look); ; {
		select {
		case now := <-tick:
			n := made()
			if n-last > uint64(rush*look/time.Second) {
				busy = now
			}
			last = n
			switch inRush := now.Sub(busy) < calmAfter; {
			case inRush && !rushing:
				debug.SetGCPercent(rushPercent)
				rushing = true
			case !inRush && rushing:
				debug.SetGCPercent(calmPercent)
				rushing = false
			case !inRush && now.Sub(tidied) > tidyEvery:
				debug.FreeOSMemory()
				tidied = now
			}
		case <-ctx.Done():
			return
		}
	}
}
