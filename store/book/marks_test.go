package book

import (
	"context"
	"errors"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"wendan/store/book/booktest"
	"wendan/store/fact"
)

func headOf(f *fact.Fact) fact.Head { return fact.Head{Epoch: f.Epoch, Seq: f.Seq, Hash: f.Hash} }

func moveValue(from *Book, bucket, key []byte) func(*bolt.Tx) error {
	return func(tx *bolt.Tx) error {
		return from.view(func(old *bolt.Tx) error {
			v := append([]byte{}, old.Bucket(bucket).Get(key)...)
			return tx.Bucket(bucket).Put(key, v)
		})
	}
}

func TestCopiesStayUntilTheirFactsAreBooked(t *testing.T) {
	facts := booktest.Days(10, 2, 150)
	path := newPath(t)
	b := sound(t, path, mine)
	must(t, b.Apply(facts))
	all, err := b.Unbooked(0, len(facts)+1)
	must(t, err)
	if len(all) != len(facts) {
		t.Fatalf("%d copies of %d facts", len(all), len(facts))
	}
	for i := range all {
		if string(all[i].Raw) != string(facts[i].Raw) || all[i].Hash != facts[i].Hash || all[i].Kind != facts[i].Kind {
			t.Fatalf("copy %d differs", i+1)
		}
	}
	at := len(facts) - 10 // more than one step to drop
	must(t, b.SetBooked(ctx, headOf(&facts[at-1])))
	must(t, b.Close())
	b = sound(t, path, mine)
	rest, err := b.Unbooked(0, len(facts))
	must(t, err)
	if len(rest) != 10 || rest[0].Seq != uint64(at+1) || b.Booked() != headOf(&facts[at-1]) {
		t.Fatalf("%d copies behind %v", len(rest), b.Booked())
	}
	if s, err := b.Stats(); err != nil || s.Copies != 10 || s.Missing != 0 {
		t.Fatalf("stats %+v, %v", s, err)
	}
}

func TestMarkAheadOfTheBookCopiesNothingUntilItIsPassed(t *testing.T) {
	facts := booktest.Days(11, 1, 30)
	b := sound(t, newPath(t), mine)
	must(t, b.Apply(facts[:20]))
	must(t, b.SetBooked(ctx, headOf(&facts[59])))
	must(t, b.Apply(facts[20:80]))
	rest, err := b.Unbooked(0, 1000)
	must(t, err)
	if len(rest) != 20 || rest[0].Seq != 61 {
		t.Fatalf("%d copies from %d on", len(rest), rest[0].Seq)
	}
	if _, equal, err := b.Compare(rebuilt(t, facts[:80])); err != nil || !equal {
		t.Fatalf("mark changed the book: %v", err)
	}
}

func TestMarkThatFallsFromAheadOfTheBookIsCopiedFromThere(t *testing.T) {
	facts := booktest.Days(16, 1, 30)
	b := sound(t, newPath(t), mine)
	must(t, b.Apply(facts[:20]))
	must(t, b.SetBooked(ctx, headOf(&facts[59])))
	must(t, b.SetBooked(ctx, headOf(&facts[9])))
	must(t, b.Apply(facts[20:40]))
	have, err := b.Unbooked(0, 1000)
	must(t, err)
	s, err := b.Stats()
	must(t, err)
	if len(have) != 20 || have[0].Seq != 21 || s.Missing != 10 || s.Copies != 20 {
		t.Fatalf("%d copies, stats %+v", len(have), s)
	}
}

// once is a source that ends Follow when there is nothing left to do.
type once struct{ *booktest.Tape }

var errIdle = errors.New("nothing left to do")

func (once) Wait(context.Context, uint64) error { return errIdle }

func TestCopiesComeBackWhenHeadOfficeForgets(t *testing.T) {
	facts := booktest.Days(12, 2, 200)
	b := sound(t, newPath(t), mine)
	must(t, b.Apply(facts))
	must(t, b.SetBooked(ctx, headOf(&facts[len(facts)-1])))
	must(t, b.SetBooked(ctx, headOf(&facts[99])))
	if s, err := b.Stats(); err != nil || s.Missing != uint64(len(facts)-100) || s.Copies != 0 {
		t.Fatalf("stats %+v, %v", s, err)
	}
	src := tape(facts)
	follow, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	if err := b.Follow(follow, once{src}); !errors.Is(err, errIdle) {
		t.Fatalf("follow ended with %v", err)
	}
	rest, err := b.Unbooked(0, len(facts))
	must(t, err)
	if len(rest) != len(facts)-100 || rest[0].Seq != 101 {
		t.Fatalf("%d copies came back", len(rest))
	}
	same(t, b, rebuilt(t, facts))
}

func TestFollowerMarksSurviveAndAreIndependent(t *testing.T) {
	facts := booktest.Days(13, 1, 5)
	path := newPath(t)
	b := sound(t, path, mine)
	must(t, b.Apply(facts))
	must(t, b.SetMark("mirror", headOf(&facts[4])))
	must(t, b.SetMark(bookedMark, headOf(&facts[2])))
	must(t, b.Close())
	b = sound(t, path, mine)
	for name, want := range map[string]fact.Head{"mirror": headOf(&facts[4]), bookedMark: headOf(&facts[2]), "unknown": {}} {
		if h, err := b.Mark(name); err != nil || h != want {
			t.Fatalf("mark %s is %v, %v", name, h, err)
		}
	}
	if err := b.SetBooked(ctx, fact.Head{Epoch: 2, Seq: 1}); !errors.Is(err, ErrForeign) {
		t.Fatalf("mark of another epoch: %v", err)
	}
	for _, n := range []int{7, len(facts)} {
		if err := b.SetBooked(ctx, fact.Head{Epoch: 1, Seq: uint64(n), Hash: facts[0].Hash}); !errors.Is(err, ErrForked) {
			t.Fatalf("mark of another chain at %d: %v", n, err)
		}
	}
	if b.Booked() != headOf(&facts[2]) || b.Err() != nil {
		t.Fatalf("a refused mark moved the book: %v, %v", b.Booked(), b.Err())
	}
}

func TestFollowTakesWhatBecomesDurableAndReportsFailure(t *testing.T) {
	facts := booktest.Days(14, 2, 60)
	b := sound(t, newPath(t), mine)
	src := tape(facts[:10])
	follow, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- b.Follow(follow, src) }()
	for at := 10; at < len(facts); at += 25 {
		src.Append(facts[at:min(at+25, len(facts))]...)
	}
	must(t, b.Wait(ctx, uint64(len(facts))))
	if lag := b.Lag(uint64(len(facts)) + 3); lag != 3 {
		t.Fatalf("lag %d", lag)
	}
	same(t, b, rebuilt(t, facts))
	s, err := b.Stats()
	must(t, err)
	if s.Facts != uint64(len(facts)) || s.Batches == 0 || s.Largest > batch {
		t.Fatalf("stats %+v", s)
	}
	src.Append(booktest.Days(15, 3, 60)[len(facts):]...) // another register's facts
	if err := <-done; !errors.Is(err, ErrForked) {
		t.Fatalf("follow ended with %v", err)
	}
	if b.Applied().Seq != uint64(len(facts)) {
		t.Fatalf("foreign facts reached the book: %v", b.Applied())
	}
	stop()
	if err := b.Follow(follow, tape(facts)); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped follow ended with %v", err)
	}
	if err := b.Wait(follow, 1<<40); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped wait ended with %v", err)
	}
	waits := make(chan error, 1)
	go func() { waits <- b.Wait(ctx, 1<<40) }()
	must(t, b.Close())
	if err := <-waits; !errors.Is(err, ErrClosed) {
		t.Fatalf("wait on a closed book ended with %v", err)
	}
}
