package headoffice_test

import (
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"wendan/sync/linktest"
	"wendan/sync/wire"
)

func connect(url, seed, register string, refused chan<- error) (*nats.Conn, error) {
	user, err := nkeys.FromSeed([]byte(seed))
	if err != nil {
		return nil, err
	}
	pub, err := user.PublicKey()
	if err != nil {
		return nil, err
	}
	return nats.Connect(url, nats.Nkey(pub, user.Sign), nats.NoReconnect(), nats.CustomInboxPrefix(wire.Inbox("hz-1", register)),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err }))
}

func TestRegisterReachesOnlyItsOwnSubjects(t *testing.T) {
	o := office(t, t.TempDir())
	a, b := linktest.NewJournal(1, 1), linktest.NewJournal(1, 2)
	p, err := o.Pair(t.Context(), "hz-1", "A", 1, a.Public())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Pair(t.Context(), "hz-1", "B", 1, b.Public()); err != nil {
		t.Fatal(err)
	}
	refused := make(chan error, 10)
	nc, err := connect(p.URL, p.Seed, "A", refused)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	forbidden := map[string]func() error{
		"publish another's facts":   func() error { return nc.Publish(wire.Facts("hz-1", "B"), []byte("x")) },
		"ask another's mark":        func() error { return nc.Publish(wire.MarkAsk("hz-1", "B"), wire.Ask{Epoch: 1}.Encode()) },
		"delete the stream":         func() error { return nc.Publish("$JS.API.STREAM.DELETE."+wire.Stream("hz-1", "A"), nil) },
		"claim to be head office":   func() error { return nc.Publish(wire.Booked("hz-1", "A"), nil) },
		"hear another's marks":      func() error { _, err := nc.SubscribeSync(wire.Booked("hz-1", "B")); return err },
		"hear everything":           func() error { _, err := nc.SubscribeSync(">"); return err },
		"read another's answers":    func() error { _, err := nc.SubscribeSync(wire.Inbox("hz-1", "B") + ".>"); return err },
		"listen to published facts": func() error { _, err := nc.SubscribeSync(wire.Facts("hz-1", "A")); return err },
	}
	for what, try := range forbidden {
		if err := try(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		select {
		case err := <-refused:
			if !errors.Is(err, nats.ErrPermissionViolation) {
				t.Errorf("%s: %v", what, err)
			}
		case <-time.After(5 * time.Second):
			t.Errorf("%s was not refused", what)
		}
	}
	answer, err := nc.Request(wire.MarkAsk("hz-1", "A"), wire.Ask{Epoch: 1, Nonce: 9}.Encode(), 5*time.Second)
	if err != nil {
		t.Fatalf("its own mark: %v", err)
	}
	if m, err := wire.ReadMark(answer.Data); err != nil || m.Ask != 9 || m.Register != "A" {
		t.Fatalf("%+v, %v", m, err)
	}
}

func TestStrangersAndRevokedRegistersAreRefused(t *testing.T) {
	o, j := office(t, t.TempDir()), linktest.NewJournal(1, 1)
	p, err := o.Pair(t.Context(), "hz-1", "A", 1, j.Public())
	if err != nil {
		t.Fatal(err)
	}
	stranger, _ := nkeys.CreateUser()
	seed, _ := stranger.Seed()
	if _, err := connect(p.URL, string(seed), "A", nil); !errors.Is(err, nats.ErrAuthorization) {
		t.Fatalf("stranger: %v", err)
	}
	if _, err := nats.Connect(p.URL, nats.NoReconnect()); !errors.Is(err, nats.ErrAuthorization) {
		t.Fatalf("nobody: %v", err)
	}
	nc, err := connect(p.URL, p.Seed, "A", make(chan error, 10))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	closed := nc.StatusChanged(nats.CLOSED)
	if err := o.Revoke(t.Context(), "hz-1", "A"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-closed:
	case <-time.After(5 * time.Second):
		t.Fatal("the open connection of a revoked register stays")
	}
	if _, err := connect(p.URL, p.Seed, "A", nil); !errors.Is(err, nats.ErrAuthorization) {
		t.Fatalf("revoked: %v", err)
	}
}
