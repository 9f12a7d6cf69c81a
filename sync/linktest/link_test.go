package linktest_test

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"wendan/store/fact"
	"wendan/sync/headoffice"
	"wendan/sync/linktest"
	"wendan/sync/uplink"
)

func logger(t testing.TB) *slog.Logger {
	if os.Getenv("LINKTEST_LOG") == "" {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(t.Output(), nil))
}

func office(t testing.TB, dir, listen string) *headoffice.Office {
	t.Helper()
	o, err := headoffice.Open(t.Context(), headoffice.Options{Dir: dir, Listen: listen, Log: logger(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Close() })
	return o
}

func pair(t testing.TB, o *headoffice.Office, j *linktest.Journal, register string) headoffice.Pairing {
	t.Helper()
	p, err := o.Pair(t.Context(), "hz-1", register, j.Head().Epoch, j.Public())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// run starts an uplink that ends with the test.
func run(t testing.TB, j *linktest.Journal, register string, dial uplink.Dialer) *uplink.Uplink {
	t.Helper()
	u, err := uplink.New(uplink.Options{Branch: "hz-1", Register: register, Facts: j, Mark: j, Signer: j, Dial: dial, Log: logger(t),
		PauseMin: 5 * time.Millisecond, PauseMax: 50 * time.Millisecond, Patience: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { _ = u.Run(ctx); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	return u
}

// until waits for a condition of the uplink's status.
func until(t testing.TB, u *uplink.Uplink, what string, ok func(uplink.Status) bool) {
	t.Helper()
	news, end := u.Subscribe()
	defer end()
	late := time.After(30 * time.Second)
	for !ok(u.Status()) {
		select {
		case <-news:
		case <-time.After(20 * time.Millisecond):
		case <-late:
			t.Fatalf("not %s in time: %+v", what, u.Status())
		}
	}
}

var emptyHead = fact.Head{Epoch: 1}

func complete(t testing.TB, u *uplink.Uplink) {
	t.Helper()
	until(t, u, "complete", uplink.Status.Complete)
}

func TestEverySaleIsBookedOnceWithItsHash(t *testing.T) {
	o := office(t, t.TempDir(), "")
	j := linktest.NewJournal(1, 1)
	j.Sell(50)
	p := pair(t, o, j, "A")
	u := run(t, j, "A", uplink.NATS(p.URL, "hz-1", "A", p.Seed))
	complete(t, u)
	j.Sell(3)
	complete(t, u)
	if got := u.Status().Proof("en"); got != "made 265 = booked 265" {
		t.Fatal(got)
	}
}
