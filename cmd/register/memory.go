package main

import (
	"context"
	"runtime/debug"
	"time"
)

// tidyEvery is how often memory is given back. A collection takes some 20 ms beside the work.
const tidyEvery = 15 * time.Second

// tidy gives memory that was needed for a moment, for the fonts at the start or a PIN check (19 MiB by design),
// back to the system until ctx ends: a register shares its machine with the graphics and runs for months.
func tidy(ctx context.Context) {
	debug.SetGCPercent(50)
	for {
		select {
		case <-time.After(tidyEvery):
			debug.FreeOSMemory()
		case <-ctx.Done():
			return
		}
	}
}
