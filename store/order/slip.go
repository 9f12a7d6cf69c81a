package order

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"wendan/store/fact"
	"wendan/store/fault"
)

// Slip says which piece of paper. Numbers are stored and only grow.
type Slip uint16

// Slips. Kitchen slips are KitchenSlip plus the station's number.
const (
	ReceiptSlip Slip = 1   // 结账单: the guest's receipt
	DaySlip     Slip = 2   // 日结单
	KitchenSlip Slip = 100 // + station number: 厨打单 of that station
)

// Kitchen is the slip of a station.
func Kitchen(station uint16) Slip { return KitchenSlip + Slip(station) }

// Station is the kitchen station a slip belongs to.
func (s Slip) Station() (uint16, bool) {
	return uint16(s - KitchenSlip), s > KitchenSlip
}

// Role names the printer role that prints the slip: "receipt" or "kitchen:3". The
// register's settings say which printers serve a role.
func (s Slip) Role() string {
	if n, ok := s.Station(); ok {
		return "kitchen:" + strconv.Itoa(int(n))
	}
	return "receipt"
}

// Job names one piece of paper that a fact calls for, for ever: the number of the fact
// and the slip. The same facts always give the same jobs.
type Job struct {
	Epoch uint32 `cbor:"1,keyasint,omitempty" json:"epoch,omitempty"`
	Seq   uint64 `cbor:"2,keyasint" json:"seq"`
	Slip  Slip   `cbor:"3,keyasint" json:"slip"`
}

// String writes "1-204-101".
func (j Job) String() string { return fmt.Sprintf("%d-%d-%d", j.Epoch, j.Seq, j.Slip) }

// ParseJob reads what String writes.
func ParseJob(s string) (Job, error) {
	parts := strings.Split(s, "-")
	if len(parts) == 3 {
		e, err1 := strconv.ParseUint(parts[0], 10, 32)
		n, err2 := strconv.ParseUint(parts[1], 10, 64)
		p, err3 := strconv.ParseUint(parts[2], 10, 16)
		if err1 == nil && err2 == nil && err3 == nil {
			return Job{uint32(e), n, Slip(p)}, nil
		}
	}
	return Job{}, ErrJob.With(s)
}

// Outcome is how a print job ended. Numbers are stored and only grow.
type Outcome uint8

// Outcomes.
const (
	Proven   Outcome = 1 // the printer proved that it is on paper
	Unproven Outcome = 2 // sent whole to a printer that cannot prove anything
	Given    Outcome = 3 // 放弃: a person gave it up
)

// Printed is the body of the fact that a job reached paper or was given up.
type Printed struct {
	Job     Job     `cbor:"1,keyasint" json:"job"`
	Outcome Outcome `cbor:"2,keyasint" json:"outcome"`
	Printer string  `cbor:"3,keyasint,omitempty" json:"printer,omitempty"` // when another than the role's first: 转印
	Marked  bool    `cbor:"4,keyasint,omitempty" json:"marked,omitempty"`  // carried 可能重复
}

// Reprinted is the body of the fact that a further copy of a slip was asked for (补打).
type Reprinted struct {
	Number Number `cbor:"1,keyasint" json:"number"`
	Slip   Slip   `cbor:"2,keyasint" json:"slip"`
}

// Kinds of facts about paper.
var (
	PrintedKind   = fact.Define[Printed](150, "paper.printed", 1)
	ReprintedKind = fact.Define[Reprinted](151, "paper.reprinted", 1)
)

// Confirm is the intent of the print queue to record an outcome.
type Confirm struct {
	Printed Printed `cbor:"1,keyasint" json:"printed"`
}

// Act names the intent.
func (Confirm) Act() string { return "paper.confirm" }

// Reprint is the intent to print a further, marked copy of an order's slip.
type Reprint struct {
	Number Number `cbor:"1,keyasint" json:"number"`
	Slip   Slip   `cbor:"2,keyasint" json:"slip"`
}

// Act names the intent.
func (Reprint) Act() string { return "paper.reprint" }

// Faults of paper.
var (
	ErrJob = fault.New("paper.job", "打印任务“%s”不存在", "There is no print job %q",
		"Job names are epoch-fact-slip, and the fact must call for that slip.")
	ErrNoSlip = fault.New("paper.no_slip", "订单 %s 没有这张单，不能补打", "Order %s has no such slip to print again",
		"A receipt exists once an order is paid; a kitchen slip only for stations with a line.")
)

// Stations lists the stations that the lines are cooked at, smallest number first.
func Stations(lines []Line) []uint16 {
	seen := map[uint16]bool{}
	var out []uint16
	for i := range lines {
		for _, s := range lines[i].Stations {
			if !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

// dayClosed is the number of the day.closed kind, which package shift declares.
const dayClosed fact.Number = 4

// JobsOf derives the print jobs a fact calls for: kitchen slips of a placed order, the
// receipt of a settled one, the copy that a reprint asks for, the report of a closed day. Facts
// of other kinds call for none.
func JobsOf(f *fact.Fact) ([]Job, error) {
	job := func(s Slip) Job { return Job{f.Epoch, f.Seq, s} }
	switch f.Kind {
	case PlacedKind.Number:
		p, err := PlacedKind.Read(f)
		if err != nil {
			return nil, err
		}
		var jobs []Job
		for _, s := range Stations(p.Lines) {
			jobs = append(jobs, job(Kitchen(s)))
		}
		return jobs, nil
	case SettledKind.Number:
		return []Job{job(ReceiptSlip)}, nil
	case ReprintedKind.Number:
		r, err := ReprintedKind.Read(f)
		if err != nil {
			return nil, err
		}
		return []Job{job(r.Slip)}, nil
	case dayClosed:
		return []Job{job(DaySlip)}, nil
	}
	return nil, nil
}
