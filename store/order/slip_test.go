package order

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wendan/store/fact"
)

func made(seq uint64, d fact.Draft) fact.Fact {
	f, _ := fact.Head{Epoch: 2, Seq: seq - 1}.Next(fact.Fact{At: 1, Kind: d.Kind, Ver: d.Ver, Body: d.Body, Source: fact.SourceScreen})
	return f
}

func TestFactsCallForTheirSlips(t *testing.T) {
	lines := []Line{{Stations: []uint16{3, 1}}, {Stations: []uint16{1}}, {}}
	for name, c := range map[string]struct {
		draft fact.Draft
		want  []Slip
	}{
		"placed":           {PlacedKind.Draft(Placed{Lines: lines}), []Slip{101, 103}},
		"placed, no cook":  {PlacedKind.Draft(Placed{Lines: lines[2:]}), nil},
		"settled":          {SettledKind.Draft(Settled{}), []Slip{ReceiptSlip}},
		"copy of a slip":   {ReprintedKind.Draft(Reprinted{Slip: Kitchen(3)}), []Slip{103}},
		"day closed":       {fact.Draft{Kind: dayClosed, Ver: 1, Body: fact.Marshal(map[int]int{})}, []Slip{DaySlip}},
		"printed":          {PrintedKind.Draft(Printed{Outcome: Proven}), nil},
		"kind not known":   {fact.Draft{Kind: 9999, Ver: 1}, nil},
		"another register": {fact.Draft{Kind: 20, Ver: 1}, nil},
	} {
		f := made(204, c.draft)
		jobs, err := JobsOf(&f)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got []Slip
		for _, j := range jobs {
			if j.Epoch != 2 || j.Seq != 204 {
				t.Errorf("%s: job %+v does not name its fact", name, j)
			}
			got = append(got, j.Slip)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s calls for %v, want %v", name, got, c.want)
		}
	}
}

func TestUnreadableFactsCallForNoSlipAndSaySo(t *testing.T) {
	for _, kind := range []fact.Number{PlacedKind.Number, ReprintedKind.Number} {
		f := made(5, fact.Draft{Kind: kind, Ver: 1, Body: fact.Marshal("nonsense")})
		if jobs, err := JobsOf(&f); !errors.Is(err, fact.ErrDecode) || jobs != nil {
			t.Errorf("kind %d: %v %v", kind, jobs, err)
		}
	}
}

func TestJobsAreTheSameEveryTimeAndNamedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stations := rapid.SliceOfN(rapid.SliceOfN(rapid.Uint16Range(1, 500), 0, 5), 1, 20).Draw(t, "stations")
		var lines []Line
		for _, s := range stations {
			lines = append(lines, Line{Qty: 1, Stations: s})
		}
		f := made(rapid.Uint64Range(1, 1<<40).Draw(t, "seq"), PlacedKind.Draft(Placed{Lines: lines}))
		jobs, err := JobsOf(&f)
		if err != nil {
			t.Fatal(err)
		}
		back, _, err := fact.Head{Epoch: 2, Seq: f.Seq - 1}.Follow(f.Raw)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := JobsOf(&back); !slices.Equal(jobs, again) {
			t.Fatalf("%v, then %v", jobs, again)
		}
		names := map[string]bool{}
		for _, j := range jobs {
			read, err := ParseJob(j.String())
			if err != nil || read != j || names[j.String()] {
				t.Fatalf("job %+v is named %q (%v)", j, j, err)
			}
			names[j.String()] = true
			if n, ok := j.Slip.Station(); !ok || Kitchen(n) != j.Slip || !slices.Contains(Stations(lines), n) {
				t.Fatalf("job %+v is of no station", j)
			}
		}
		if len(jobs) != len(Stations(lines)) {
			t.Fatalf("%d jobs for %d stations", len(jobs), len(Stations(lines)))
		}
	})
}

func TestRolesNameThePrinter(t *testing.T) {
	for s, want := range map[Slip]string{ReceiptSlip: "receipt", DaySlip: "receipt", Kitchen(3): "kitchen:3", Kitchen(65000): "kitchen:65000"} {
		if s.Role() != want {
			t.Errorf("slip %d goes to %q, want %q", s, s.Role(), want)
		}
	}
	if _, ok := KitchenSlip.Station(); ok {
		t.Error("station 0 exists")
	}
}

func FuzzParseJob(f *testing.F) {
	f.Add("1-204-101")
	f.Add("1-204-65536")
	f.Add("-1--")
	f.Add("+1-01-1")
	f.Fuzz(func(t *testing.T, s string) {
		j, err := ParseJob(s)
		if err != nil {
			if !errors.Is(err, ErrJob) || j != (Job{}) {
				t.Fatalf("%q: %+v %v", s, j, err)
			}
			return
		}
		if back, err := ParseJob(j.String()); err != nil || back != j {
			t.Fatalf("%q read as %+v, back as %+v %v", s, j, back, err)
		}
	})
}
