package replay

import (
	"sync"
	"time"
)

// zone is the zone the register of a replay stands in. The log names none, so its civil times
// are taken for this one.
var zone = time.FixedZone("CST", 8*3600)

// clock shows the times of the log: it stands still during a sale and moves on with the next
// order. Time of day and time passed always agree, so a night is no step of the clock.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	shown time.Time // by the last Now, so that the Passed after it belongs to it
}

// epoch is where Passed begins.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, zone)

func newClock(at time.Time) *clock { return &clock{now: at, shown: at} }

// Now is the time of day in the log.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shown = c.now
	return c.now
}

// Passed is the time since epoch that the last Now showed.
func (c *clock) Passed() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown.Sub(epoch)
}

// set moves the clock on; it never goes back.
func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.now) {
		c.now = at
	}
}

// civil is a time of the log on the register's clock.
func civil(at time.Time) time.Time {
	y, m, d := at.Date()
	return time.Date(y, m, d, at.Hour(), at.Minute(), at.Second(), 0, zone)
}
