package uplink_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/sync/headoffice"
	"wendan/sync/linktest"
	"wendan/sync/uplink"
	"wendan/sync/wire"
)

type shop struct {
	t    testing.TB
	dir  string
	o    *headoffice.Office
	j    *linktest.Journal
	dial uplink.Dialer
}

func open(t testing.TB, seed uint64) *shop {
	t.Helper()
	s := &shop{t: t, dir: t.TempDir(), j: linktest.NewJournal(1, seed)}
	s.start("")
	p, err := s.o.Pair(t.Context(), "hz-1", "A", 1, s.j.Public())
	if err != nil {
		t.Fatal(err)
	}
	s.dial = uplink.NATS(p.URL, "hz-1", "A", p.Seed)
	return s
}

func (s *shop) start(listen string) {
	s.t.Helper()
	o, err := headoffice.Open(s.t.Context(), headoffice.Options{Dir: s.dir, Listen: listen})
	if err != nil {
		s.t.Fatal(err)
	}
	s.o = o
	s.t.Cleanup(func() { _ = o.Close() })
}

// send starts an uplink whose mark is kept in mark.
func (s *shop) send(dial uplink.Dialer, mark uplink.Mark, change ...func(*uplink.Uplink)) *uplink.Uplink {
	s.t.Helper()
	u, err := uplink.New(uplink.Options{Branch: "hz-1", Register: "A", Facts: s.j, Mark: mark, Signer: s.j, Dial: dial,
		PauseMin: 5 * time.Millisecond, PauseMax: 40 * time.Millisecond, Patience: 300 * time.Millisecond})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, f := range change {
		f(u)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { _ = u.Run(ctx); close(ended) }()
	s.t.Cleanup(func() { cancel(); <-ended })
	return u
}

func until(t testing.TB, u *uplink.Uplink, what string, ok func(uplink.Status) bool) {
	t.Helper()
	news, end := u.Subscribe()
	defer end()
	for late := time.After(20 * time.Second); !ok(u.Status()); {
		select {
		case <-news:
		case <-time.After(10 * time.Millisecond):
		case <-late:
			t.Fatalf("not %s in time: %+v", what, u.Status())
		}
	}
}

func alarmed(e *fault.Error) func(uplink.Status) bool {
	return func(s uplink.Status) bool { return errors.Is(s.Alarm, e) }
}

func TestHeadOfficeThatClaimsMoreThanWasMadeRaisesAnAlarmAndSkipsNothing(t *testing.T) {
	s := open(t, 1)
	var lying atomic.Bool
	liar := &linktest.Liar{Dial: s.dial, Twist: func(m wire.Mark) wire.Mark {
		if lying.Load() {
			m.Head.Seq += 1000
		}
		return m
	}}
	s.j.Sell(5)
	u := s.send(liar.Open, s.j)
	until(t, u, "complete", uplink.Status.Complete)
	lying.Store(true)
	s.j.Sell(5)
	until(t, u, "alarmed", alarmed(uplink.ErrAhead))
	if st := u.Status(); st.Booked.Seq != 25 || st.Waiting != 25 || st.Complete() {
		t.Fatalf("the lie moved the mark: %+v", st)
	}
	lying.Store(false)
	until(t, u, "complete after the lie", uplink.Status.Complete)
}

func TestMarkWithAForeignHashRaisesAnAlarmAndMovesNothing(t *testing.T) {
	s := open(t, 2)
	liar := &linktest.Liar{Dial: s.dial, Twist: func(m wire.Mark) wire.Mark {
		if m.Head.Seq > 0 {
			m.Head.Hash[0] ^= 1
		}
		return m
	}}
	s.j.Sell(5)
	u := s.send(liar.Open, s.j)
	until(t, u, "alarmed", alarmed(uplink.ErrFork))
	s.j.Sell(5)
	if st := u.Status(); st.Booked.Seq != 0 || st.Made.Seq != 50 {
		t.Fatalf("a foreign hash moved the mark: %+v", st)
	}
}

func TestTwinThatBelievesAnyHashIsCaught(t *testing.T) {
	s := open(t, 2)
	liar := &linktest.Liar{Dial: s.dial, Twist: func(m wire.Mark) wire.Mark {
		if m.Head.Seq > 0 {
			m.Head.Hash[0] ^= 1
		}
		return m
	}}
	s.j.Sell(5)
	u := s.send(liar.Open, s.j, (*uplink.Uplink).Believe)
	until(t, u, "fooled", func(st uplink.Status) bool { return st.Booked.Seq == 25 })
	if u.Status().Complete() {
		t.Fatal("the proof of completeness did not notice a foreign hash either")
	}
}

// witness fails marks that head office has not booked at that moment.
type witness struct {
	*linktest.Journal
	o     *headoffice.Office
	early atomic.Int64
}

func (w *witness) SetBooked(ctx context.Context, h fact.Head) error {
	if really, _ := w.o.Booked("hz-1", "A"); really.Seq < h.Seq {
		w.early.Add(1)
	}
	return w.Journal.SetBooked(ctx, h)
}

// held runs f while the books cannot be written although the stream accepts.
func (s *shop) held(f func()) {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.dir, "books.sqlite"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`BEGIN IMMEDIATE`); err != nil {
		s.t.Fatal(err)
	}
	f()
	if _, err := db.Exec(`ROLLBACK`); err != nil {
		s.t.Fatal(err)
	}
}

// accepted counts the runs the stream has taken.
func accepted(dial uplink.Dialer, runs *atomic.Int64) uplink.Dialer {
	return func(ctx context.Context) (uplink.Link, error) {
		l, err := dial(ctx)
		return counting{l, runs}, err
	}
}

type counting struct {
	uplink.Link
	runs *atomic.Int64
}

func (c counting) Publish(run []byte, id string, expect uint64) (<-chan error, error) {
	in, err := c.Link.Publish(run, id, expect)
	if err != nil {
		return nil, err
	}
	out := make(chan error, 1)
	go func() {
		err := <-in
		if err == nil {
			c.runs.Add(1)
		}
		out <- err
	}()
	return out, nil
}

func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s did not happen", what)
		}
	}
}

func TestMarkFollowsTheBooksAndNotTheStream(t *testing.T) {
	s := open(t, 3)
	w := &witness{Journal: s.j, o: s.o}
	var runs atomic.Int64
	var u *uplink.Uplink
	s.held(func() {
		u = s.send(accepted(s.dial, &runs), w)
		s.j.Sell(5)
		waitFor(t, "stream accepted", func() bool { return runs.Load() > 0 })
		if st := u.Status(); st.Booked.Seq != 0 {
			t.Fatalf("mark moved before the books: %+v", st)
		}
	})
	until(t, u, "complete", uplink.Status.Complete)
	if n := w.early.Load(); n != 0 {
		t.Fatalf("%d marks were ahead of the books", n)
	}
}

func TestTwinThatMovesItsMarkOnTheStreamsAnswerIsCaught(t *testing.T) {
	s := open(t, 3)
	w := &witness{Journal: s.j, o: s.o}
	s.held(func() {
		u := s.send((&linktest.Liar{Dial: s.dial, Eager: true}).Open, w)
		s.j.Sell(5)
		until(t, u, "fooled", func(st uplink.Status) bool { return st.Booked.Seq == 25 })
	})
	if w.early.Load() == 0 {
		t.Fatal("nobody noticed a mark ahead of the books")
	}
}

// The twin's stream holds facts more than once: whoever sums it without a key sells them
// twice. The books, keyed, hold each once.
func TestTwinWithoutExpectedNumberAndKeyIsCaughtByTheBooks(t *testing.T) {
	s := open(t, 5)
	liar := &linktest.Liar{Dial: s.dial, Naive: true, Deaf: 1}
	var u *uplink.Uplink
	s.held(func() {
		u = s.send(liar.Open, s.j)
		s.j.Sell(5)
		waitFor(t, "sent twice", func() bool { return liar.Taken() > 25 })
	})
	until(t, u, "complete", uplink.Status.Complete)
	got, err := s.o.Facts(t.Context(), "hz-1", "A", 1, 0, 1000)
	if err != nil || len(got) != 25 {
		t.Fatalf("booked %d facts of 25, %v", len(got), err)
	}
	if liar.Taken() <= 25 {
		t.Fatal("the twin sent nothing twice: this proves nothing")
	}
}

func TestRefusedRegisterSeesOnlyThatItIsOffline(t *testing.T) {
	s := open(t, 4)
	s.j.Sell(5)
	u := s.send(s.dial, s.j)
	until(t, u, "complete", uplink.Status.Complete)
	if err := s.o.Revoke(t.Context(), "hz-1", "A"); err != nil {
		t.Fatal(err)
	}
	until(t, u, "offline", func(st uplink.Status) bool { return !st.Connected && errors.Is(st.Err, uplink.ErrOffline) })
	s.j.Sell(5)
	p, err := s.o.Pair(t.Context(), "hz-1", "A", 1, s.j.Public())
	if err != nil {
		t.Fatal(err)
	}
	again := s.send(uplink.NATS(p.URL, "hz-1", "A", p.Seed), s.j)
	until(t, again, "complete after pairing again", uplink.Status.Complete)
}

func TestProofIsReadableInBothLanguages(t *testing.T) {
	st := uplink.Status{Made: fact.Head{Epoch: 1, Seq: 1204}, Booked: fact.Head{Epoch: 1, Seq: 1204}}
	if a, b := st.Proof(fault.ZH), st.Proof(fault.EN); a != "已记 1,204 = 已入账 1,204" || b != "made 1,204 = booked 1,204" {
		t.Fatal(a, b)
	}
	st.Booked.Hash[3] = 1
	if a := st.Proof(fault.EN); a != "made 1,204 ≠ booked 1,204" {
		t.Fatal(a)
	}
}

func TestNewRefusesWhatIsMissing(t *testing.T) {
	if _, err := uplink.New(uplink.Options{Branch: "a b", Register: "A"}); !errors.Is(err, wire.ErrName) {
		t.Fatal(err)
	}
	if _, err := uplink.New(uplink.Options{Branch: "b", Register: "A"}); err == nil {
		t.Fatal("an uplink without facts was made")
	}
}
