package headoffice_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"wendan/store/fact"
	"wendan/store/order"
	"wendan/sync/headoffice"
	"wendan/sync/linktest"
	"wendan/sync/uplink"
	"wendan/sync/wire"
)

func office(t testing.TB, dir string) *headoffice.Office {
	t.Helper()
	o, err := headoffice.Open(t.Context(), headoffice.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

// hand sends runs by hand, as no honest uplink would.
type hand struct {
	t    testing.TB
	o    *headoffice.Office
	link uplink.Link
	sent uint64
}

func pair(t testing.TB, o *headoffice.Office, register string, j *linktest.Journal) *hand {
	t.Helper()
	p, err := o.Pair(t.Context(), "hz-1", register, j.Head().Epoch, j.Public())
	if err != nil {
		t.Fatal(err)
	}
	link, err := uplink.NATS(p.URL, "hz-1", register, p.Seed)(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(link.Close)
	m, err := link.Ask(t.Context(), j.Head().Epoch)
	if err != nil {
		t.Fatal(err)
	}
	return &hand{t, o, link, m.Stream}
}

// cut packs facts first to last of j.
func cut(t testing.TB, j *linktest.Journal, register string, first, last uint64) []byte {
	t.Helper()
	before := fact.Head{Epoch: j.Head().Epoch}
	if first > 1 {
		fs, err := j.ReadAfter(t.Context(), first-2, 1)
		if err != nil {
			t.Fatal(err)
		}
		before.Seq, before.Hash = fs[0].Seq, fs[0].Hash
	}
	fs, err := j.ReadAfter(t.Context(), first-1, int(last-first+1))
	if err != nil {
		t.Fatal(err)
	}
	run, _, err := wire.Pack("hz-1", register, before, fs, j.Sign)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// send publishes a run and returns the mark that answers it.
func (h *hand) send(run []byte) wire.Mark {
	h.t.Helper()
	done, err := h.link.Publish(run, fmt.Sprint("by hand ", h.sent), h.sent)
	if err == nil {
		err = <-done
	}
	if err != nil {
		h.t.Fatal(err)
	}
	h.sent++
	select {
	case m := <-h.link.Marks():
		return m
	case <-time.After(10 * time.Second):
		h.t.Fatal("no answer")
	}
	return wire.Mark{}
}

func facts(t testing.TB, o *headoffice.Office, register string, epoch uint32) []fact.Fact {
	t.Helper()
	fs, err := o.Facts(t.Context(), "hz-1", register, epoch, 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return fs
}

func alarms(t testing.TB, o *headoffice.Office) []headoffice.Alarm {
	t.Helper()
	a, err := o.Alarms(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRepeatedReorderedAndOverlappingRunsBookEachFactOnce(t *testing.T) {
	o, j := office(t, t.TempDir()), linktest.NewJournal(1, 1)
	j.Sell(20)
	h := pair(t, o, "A", j)
	steps := []struct {
		first, last, mark uint64
		reason            wire.Reason
	}{
		{1, 30, 30, wire.ReasonBooked}, {1, 30, 30, wire.ReasonBooked}, {61, 100, 30, wire.ReasonGap}, {41, 60, 30, wire.ReasonGap},
		{11, 50, 50, wire.ReasonBooked}, {1, 10, 50, wire.ReasonBooked}, {50, 50, 50, wire.ReasonBooked}, {41, 60, 60, wire.ReasonBooked},
		{61, 100, 100, wire.ReasonBooked}, {1, 100, 100, wire.ReasonBooked},
	}
	for i, s := range steps {
		m := h.send(cut(t, j, "A", s.first, s.last))
		if m.Head.Seq != s.mark || m.Reason != s.reason || m.Fault != "" {
			t.Fatalf("step %d: %+v", i, m)
		}
	}
	got := facts(t, o, "A", 1)
	want, _ := j.ReadAfter(t.Context(), 0, 1000)
	if !slices.EqualFunc(got, want, func(a, b fact.Fact) bool { return bytes.Equal(a.Raw, b.Raw) && a.Hash == b.Hash }) {
		t.Fatalf("%d facts booked, %d made", len(got), len(want))
	}
	orders, amount := j.Orders()
	sum, err := o.Totals(t.Context(), "", 0, 99999999)
	if err != nil || sum.Settled.Orders != orders || sum.Settled.Amount != amount || sum.Facts != 100 {
		t.Fatalf("%+v, %v", sum.Settled, err)
	}
	if a := alarms(t, o); len(a) != 0 {
		t.Fatalf("alarms without a reason: %+v", a)
	}
}

func TestUnknownKindsAndUnreadableBodiesAreBookedAndShown(t *testing.T) {
	o, j := office(t, t.TempDir()), linktest.NewJournal(1, 2)
	j.Sell(1)
	j.Draft(fact.Draft{Kind: 59999, Ver: 3, Body: fact.Marshal("from a later program")})
	j.Draft(fact.Draft{Kind: order.SettledKind.Number, Ver: 1, Body: fact.Marshal("not a settlement")})
	j.Sell(1)
	m := pair(t, o, "A", j).send(cut(t, j, "A", 1, 12))
	if m.Head != j.Head() {
		t.Fatalf("refused: %+v", m)
	}
	r, err := o.Registers(t.Context(), 20261122)
	if err != nil || r[0].Unknown != 2 || r[0].Orders != 2 || r[0].Fault != "" {
		t.Fatalf("%+v, %v", r, err)
	}
}

func TestForkStopsTheMarkKeepsBothSidesAndRaisesTheAlarm(t *testing.T) {
	o := office(t, t.TempDir())
	one, two := linktest.NewJournal(1, 3), linktest.NewJournal(1, 3)
	one.Sell(4)
	two.Sell(4)
	two.Draft(fact.Draft{Kind: 59999, Ver: 1})
	one.Sell(2)
	two.Sell(2)
	h := pair(t, o, "A", one)
	h.send(cut(t, one, "A", 1, 25))
	for range 2 {
		if m := h.send(cut(t, two, "A", 11, 30)); m.Head.Seq != 25 || m.Reason != wire.ReasonRefused || m.Fault != headoffice.ErrFork.Code {
			t.Fatalf("fork answered with %+v", m)
		}
	}
	a := alarms(t, o)
	if len(a) != 1 || a[0].Code != headoffice.ErrFork.Code || a[0].Seq != 21 || a[0].Times != 2 {
		t.Fatalf("%+v", a)
	}
	r, err := o.Registers(t.Context(), 20261122)
	if err != nil || r[0].Contested != 10 || r[0].Fault != headoffice.ErrFork.Code {
		t.Fatalf("%+v, %v", r, err)
	}
	if m := h.send(cut(t, one, "A", 26, 30)); m.Head != one.Head() || m.Fault != "" {
		t.Fatalf("the honest side is held up: %+v", m)
	}
}

func TestFactsOfAReplacedMachineAreBookedAsContested(t *testing.T) {
	o := office(t, t.TempDir())
	old, young := linktest.NewJournal(1, 4), linktest.NewJournal(2, 5)
	old.Sell(4)
	young.Sell(3)
	h := pair(t, o, "A", old)
	h.send(cut(t, old, "A", 1, 10))
	h = pair(t, o, "A", young)
	if m := h.send(cut(t, young, "A", 1, 15)); m.Head != young.Head() || m.Epoch != 2 {
		t.Fatalf("new machine: %+v", m)
	}
	if m := h.send(cut(t, old, "A", 11, 20)); m.Head != old.Head() || m.Epoch != 2 || m.Fault != "" {
		t.Fatalf("old machine: %+v", m)
	}
	if n := len(facts(t, o, "A", 1)); n != 20 {
		t.Fatalf("%d facts of the old machine", n)
	}
	r, err := o.Registers(t.Context(), 20261122)
	if err != nil || r[0].Contested != 10 || r[0].Orders != 5 || r[0].Epoch != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	list, count, err := o.Orders(t.Context(), headoffice.Filter{Limit: 100})
	contested := 0
	for _, l := range list {
		if l.Contested {
			contested++
		}
	}
	if err != nil || count != 7 || contested != 2 {
		t.Fatalf("%d orders, %d contested, %v", count, contested, err)
	}
}

func TestRunSignedByAnotherKeyOrForAnotherRegisterIsRefused(t *testing.T) {
	o := office(t, t.TempDir())
	j, thief := linktest.NewJournal(1, 6), linktest.NewJournal(1, 7)
	j.Sell(1)
	thief.Sell(1)
	h := pair(t, o, "A", j)
	pair(t, o, "B", thief)
	if m := h.send(cut(t, thief, "A", 1, 5)); m.Head.Seq != 0 || m.Fault != wire.ErrSignature.Code {
		t.Fatalf("foreign key: %+v", m)
	}
	if m := h.send(cut(t, thief, "B", 1, 5)); m.Head.Seq != 0 || m.Fault != headoffice.ErrForeign.Code {
		t.Fatalf("foreign register: %+v", m)
	}
	if m := h.send([]byte("nonsense")); m.Head.Seq != 0 || m.Fault != wire.ErrRun.Code {
		t.Fatalf("nonsense: %+v", m)
	}
	if m := h.send(cut(t, j, "A", 1, 5)); m.Head != j.Head() || m.Fault != "" {
		t.Fatalf("the right run: %+v", m)
	}
	if len(facts(t, o, "B", 1)) != 0 || len(alarms(t, o)) != 3 {
		t.Fatalf("alarms %+v", alarms(t, o))
	}
}

func TestPairingGrantsEachEpochToOneMachine(t *testing.T) {
	o, j, other := office(t, t.TempDir()), linktest.NewJournal(1, 8), linktest.NewJournal(1, 9)
	pairOf := func(epoch uint32, j *linktest.Journal) error {
		_, err := o.Pair(t.Context(), "hz-1", "A", epoch, j.Public())
		return err
	}
	if err := pairOf(1, j); err != nil {
		t.Fatal(err)
	}
	if err := pairOf(1, j); err != nil {
		t.Fatalf("renewal: %v", err)
	}
	if err := pairOf(1, other); !errors.Is(err, headoffice.ErrEpoch) {
		t.Fatalf("same epoch, other machine: %v", err)
	}
	if err := pairOf(2, other); err != nil {
		t.Fatalf("takeover: %v", err)
	}
	if err := pairOf(1, j); !errors.Is(err, headoffice.ErrEpoch) {
		t.Fatalf("replaced machine came back: %v", err)
	}
	if _, err := o.Pair(t.Context(), "hz 1", "A", 1, j.Public()); !errors.Is(err, wire.ErrName) {
		t.Fatal(err)
	}
	if _, err := o.Pair(t.Context(), "hz-1", "A", 1, nil); !errors.Is(err, headoffice.ErrKey) {
		t.Fatal(err)
	}
	if err := o.Revoke(t.Context(), "hz-1", "Z"); !errors.Is(err, headoffice.ErrUnpaired) {
		t.Fatal(err)
	}
}
