package memory

import (
	"context"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"time"
)

// percent reads the collector's setting.
func percent() int {
	p := debug.SetGCPercent(100)
	debug.SetGCPercent(p)
	return p
}

func TestCollectorIsLeftAloneInARushOnly(t *testing.T) {
	before := percent()
	defer debug.SetGCPercent(before)
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	ctx, stop := context.WithCancel(t.Context())
	var made atomic.Uint64
	done := make(chan struct{})
	go func() {
		Tend(ctx, made.Load)
		close(done)
	}()
	await := func(want int, each uint64) {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); percent() != want; time.Sleep(10 * time.Millisecond) {
			made.Add(each)
			if time.Now().After(deadline) {
				t.Fatalf("the collector stays at %d, not %d", percent(), want)
			}
		}
	}
	await(calmPercent, 0)
	await(rushPercent, 100)
	await(calmPercent, 0)
	stop()
	<-done
}
