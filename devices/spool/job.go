package spool

import (
	"time"

	"wendan/devices/printer"
	"wendan/devices/ticket"
)

// ID names a job for ever: the number of the fact it is derived from and the slip (the fact
// may call for several papers). A wanted reprint (补打) is a new fact and so a new ID.
type ID struct {
	Fact uint64
	Slip string // "receipt", "kitchen:3"
}

// Mark is what must stand visibly on a paper.
type Mark struct {
	Again bool   // 可能重复: the same slip may have come out before
	Moved string // 转印: the printer it was meant for (Job.Role is the role), "" when it is printed where it belongs
}

// Job is one slip to be printed.
type Job struct {
	ID    ID
	Role  string // where it wants to go: "receipt", "kitchen:3"; see Options.Routes
	Title string // for people who look at the queue
	Order string // the order's label, for people too
	// Uncertain says that the slip may have come out already: it was neither confirmed nor abandoned when
	// the register stopped. It comes marked.
	Uncertain bool
	Made      time.Time // when the fact was made; the zero time never grows old
	// Render draws the slip. It is called at each attempt, from a goroutine of the spool,
	// and must show the mark it is given.
	Render func(Mark) ticket.Ticket
}

// State is how far a job is. The numbers are stored and never change.
type State uint8

// The states. A job ends Confirmed or Abandoned, and both reach the Ledger.
const (
	Intended  State = 1 // no byte has left for a printer
	Sent      State = 2 // on its way to a printer right now
	Uncertain State = 3 // perhaps on paper: it comes again marked
	Held      State = 4 // waits for a person
	Printed   State = 5 // done, the Ledger has not taken it yet
	Confirmed State = 6
	Abandoned State = 7 // given up by a person
)

// Outcome is how a job ended, for the till to make a fact of.
type Outcome struct {
	ID    ID
	State State // Confirmed or Abandoned
	// Proof is printer.Confirmed, or printer.Unproven for a paper the printer cannot prove; of an abandoned job
	// printer.NotStarted, or printer.Uncertain when it may be on paper all the same.
	Proof   printer.Proof
	Printer string    // where it came out; "" when it never did
	Marked  bool      // the paper bears 可能重复
	Moved   string    // the printer it was meant for, when another one printed it
	Papers  int       // attempts that put bytes on a printer in this run of the register
	At      time.Time // when it ended
}
