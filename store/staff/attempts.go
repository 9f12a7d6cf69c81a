package staff

// Attempts counts wrong PINs so that guessing is slow and stays slow across restarts: it
// is rebuilt from facts. After Free failures in a row a person waits First, doubling up to Longest;
// the register as a whole takes at most Hourly failures an hour. Times are UTC milliseconds.
type Attempts struct {
	People map[uint32]Tries `cbor:"1,keyasint,omitempty"`
	Recent []int64          `cbor:"2,keyasint,omitempty"` // failures of the last hour, oldest first, at most Hourly
}

// Tries are one person's failures in a row.
type Tries struct {
	Failed int   `cbor:"1,keyasint"`
	Last   int64 `cbor:"2,keyasint"`
}

// The limits of Attempts.
const (
	Free    = 5       // wrong PINs in a row before the first delay
	First   = 30_000  // milliseconds
	Longest = 900_000 // milliseconds
	Hourly  = 30      // wrong PINs an hour on one register
	hour    = 3_600_000
)

// Wait is how many milliseconds person must wait at now before the next try; 0 means go.
func (a *Attempts) Wait(person uint32, now int64) int64 {
	var wait int64
	if t := a.People[person]; t.Failed >= Free {
		delay := int64(First)
		for i := Free; i < t.Failed && delay < Longest; i++ {
			delay *= 2
		}
		wait = until(t.Last, min(delay, Longest), now)
	}
	if len(a.Recent) >= Hourly {
		wait = max(wait, until(a.Recent[len(a.Recent)-Hourly], hour, now))
	}
	return wait
}

// until is what remains of delay after from; a clock that fell behind from waits the whole delay.
func until(from, delay, now int64) int64 {
	return max(0, min(delay, from+delay-now))
}

// Failed takes in a wrong PIN.
func (a *Attempts) Failed(person uint32, at int64) {
	if a.People == nil {
		a.People = map[uint32]Tries{}
	}
	a.People[person] = Tries{Failed: a.People[person].Failed + 1, Last: at}
	a.Recent = append(a.Recent, at)
	if len(a.Recent) > Hourly {
		a.Recent = append([]int64(nil), a.Recent[len(a.Recent)-Hourly:]...)
	}
}

// Passed forgets a person's failures; those of the register stay.
func (a *Attempts) Passed(person uint32) { delete(a.People, person) }

// Stepped moves all times when the clock was set from one time to another, so that a
// clock put back a year locks nobody out for a year and one put forward opens no door.
func (a *Attempts) Stepped(from, to int64) {
	for p, t := range a.People {
		t.Last += to - from
		a.People[p] = t
	}
	for i := range a.Recent {
		a.Recent[i] += to - from
	}
}

// Clone copies a so that the two change apart.
func (a *Attempts) Clone() Attempts {
	c := Attempts{Recent: append([]int64(nil), a.Recent...)}
	if a.People != nil {
		c.People = make(map[uint32]Tries, len(a.People))
		for p, t := range a.People {
			c.People[p] = t
		}
	}
	return c
}
