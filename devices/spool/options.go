package spool

import (
	"context"
	"strings"
	"time"

	"wendan/devices/printer"
	"wendan/devices/ticket"
	"wendan/store/fault"
)

// Printer is one printer as the spool uses it; *printer.Printer is one. Pulse may be called
// beside the others. Every method must return soon after its context ends.
type Printer interface {
	// Print prints one ticket. jobID is new for each attempt, so that a late proof of an earlier one
	// proves nothing.
	Print(ctx context.Context, jobID uint32, t ticket.Ticket) (printer.Proof, error)
	Status(ctx context.Context) (printer.Status, error)
	Pulse(ctx context.Context, pin int) error
}

// Ledger takes outcomes for good. Confirmed returns nil when the outcome is durable; it is
// called again with the same outcome after an error, and by several goroutines at once.
type Ledger interface {
	Confirmed(ctx context.Context, o Outcome) error
}

// Route says which printer serves a role and which one stands in for it.
type Route struct {
	Printer string
	Backup  string // "" for none
}

// Options set the spool up. Zero durations and counts mean the values given here.
type Options struct {
	Printers map[string]Printer
	// Routes maps roles to printers. A role that is not listed is looked up by the part before its colon
	// ("kitchen" for "kitchen:3"), then under "".
	Routes map[string]Route
	Ledger Ledger

	AlarmAfter  time.Duration // 10 s of trouble raise the alarm
	BackupAfter time.Duration // 10 s of trouble send waiting jobs to the backup printer
	OldAfter    time.Duration // 30 min; jobs older than that ask a person. Negative: never
	MaxPause    time.Duration // 5 s, the longest pause between attempts
	Watch       time.Duration // 30 s between looks at an idle printer, which others may want to use too. Negative: never
	Attempt     time.Duration // 5 min, the longest one attempt may take: longer than the driver waits for a repair
	MaxPapers   int           // 3 papers at most of one job that is never proven; then a person is asked
	MaxJobs     int           // 20000 jobs may wait in all, and for one printer its even share of them: a dead one takes no place from the others
	Remember    int           // 100000 finished ids are remembered against doubles
	Now         func() time.Time
}

func (o *Options) fill() {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&o.AlarmAfter, 10*time.Second)
	set(&o.BackupAfter, 10*time.Second)
	set(&o.OldAfter, 30*time.Minute)
	set(&o.MaxPause, 5*time.Second)
	set(&o.Watch, 30*time.Second)
	set(&o.Attempt, 5*time.Minute)
	count := func(n *int, v int) {
		if *n <= 0 {
			*n = v
		}
	}
	count(&o.MaxPapers, 3)
	count(&o.MaxJobs, 20000)
	count(&o.Remember, 100000)
	if o.Now == nil {
		o.Now = time.Now
	}
}

// route finds the printer of a role.
func (o *Options) route(role string) (Route, bool) {
	if r, ok := o.Routes[role]; ok {
		return r, true
	}
	if station, _, ok := strings.Cut(role, ":"); ok {
		if r, ok := o.Routes[station]; ok {
			return r, true
		}
	}
	r, ok := o.Routes[""]
	return r, ok
}

// The faults of the spool.
var (
	ErrNoRoute = fault.New("spool.no_route", "没有为“%s”设置打印机，请在设置中选择", "No printer is set for %q; choose one in the settings",
		"The role has no entry in the routes, or the entry names a printer that is not set up.")
	ErrFull = fault.New("spool.full", "等待打印的单据太多，请先处理打印机故障", "Too many slips wait for printing; clear the printer fault first",
		"The queue holds its maximum; the slip is not lost and can be handed in again from the journal.")
	ErrClosed = fault.New("spool.closed", "打印服务已停止，请重启收银机", "Printing has stopped; restart the register",
		"The spool was used after Close.")
	ErrUnknown = fault.New("spool.unknown", "没有这张等待处理的单据，请刷新后再看", "There is no such slip waiting; refresh and look again",
		"The job is finished or was never handed in.")
	ErrSlow = fault.New("spool.slow", "打印机 %s 迟迟没有打完，请查看", "Printer %s takes very long; have a look at it",
		"One ticket has been on its way for longer than the alarm time: the printer took the line and goes on slowly or not at all.")
	ErrOld = fault.New("spool.old", "旧单据“%s”等待确认，请选择打印或放弃", "The old slip %q waits; choose to print it or to drop it",
		"They were made longer ago than the setting allows, so they do not come out by themselves after an outage.")
	ErrUnproven = fault.New("spool.unproven", "打印机没有确认已打印，请看纸上有没有这张单据", "The printer did not confirm this slip; look whether it is on the paper",
		"The printer should prove its work (process id or ordered status) and did not, several times. Check its profile and its line.")
	ErrRender = fault.New("spool.render", "单据内容出错，无法打印，请联系技术员", "The slip cannot be drawn; call the technician",
		"Drawing the slip failed; see the cause.")
)
