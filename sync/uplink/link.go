package uplink

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"

	"wendan/sync/wire"
)

// Link is one connection to head office. It ends with Close or by itself, when Marks is
// closed; a new one is dialled then.
type Link interface {
	// Ask asks for the booked mark and the stream's last number.
	Ask(ctx context.Context, epoch uint32) (wire.Mark, error)
	// Publish hands a run to the stream, which must stand at number expect. It does not
	// wait: the channel gets nil once the run is durable in the stream, or the error.
	Publish(run []byte, id string, expect uint64) (<-chan error, error)
	// Marks are what head office says it has booked.
	Marks() <-chan wire.Mark
	Close()
}

// Dialer opens a link.
type Dialer func(ctx context.Context) (Link, error)

// ErrSequence says that the stream stood elsewhere than expected: another run arrived, or
// an earlier one did although its answer was lost.
var ErrSequence = errors.New("stream stands at another number")

// NATS dials head office's JetStream. seed is the NKey seed from pairing. The client does
// not reconnect and buffers nothing by itself: after every loss the mark is read again.
func NATS(url, branch, register, seed string) Dialer {
	return func(ctx context.Context) (Link, error) {
		user, err := nkeys.FromSeed([]byte(seed))
		if err != nil {
			return nil, fmt.Errorf("read the pairing seed: %w", err)
		}
		pub, err := user.PublicKey()
		if err != nil {
			return nil, fmt.Errorf("read the pairing seed: %w", err)
		}
		l := &natsLink{branch: branch, register: register, marks: make(chan wire.Mark, 64), down: make(chan struct{})}
		l.nc, err = nats.Connect(url, nats.Name(branch+"."+register), nats.Nkey(pub, user.Sign), nats.CustomInboxPrefix(wire.Inbox(branch, register)),
			nats.SetCustomDialer(dialer{ctx}), nats.NoReconnect(), nats.ReconnectBufSize(-1), nats.Timeout(time.Minute), nats.PingInterval(20*time.Second), nats.MaxPingsOutstanding(3),
			nats.ClosedHandler(func(*nats.Conn) { l.hang() }), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
		if err != nil {
			return nil, fmt.Errorf("connect to head office: %w", err)
		}
		if l.js, err = jetstream.New(l.nc, jetstream.WithPublishAsyncMaxPending(256)); err != nil {
			l.nc.Close()
			return nil, fmt.Errorf("open the stream: %w", err)
		}
		if _, err = l.nc.Subscribe(wire.Booked(branch, register), l.hear); err != nil {
			l.nc.Close()
			return nil, fmt.Errorf("listen for marks: %w", err)
		}
		return l, nil
	}
}

// dialer ends a connection attempt, and the connection, with its context.
type dialer struct{ ctx context.Context }

func (d dialer) Dial(network, address string) (net.Conn, error) {
	c, err := (&net.Dialer{Timeout: 30 * time.Second}).DialContext(d.ctx, network, address)
	if err == nil {
		context.AfterFunc(d.ctx, func() { _ = c.Close() }) // closing twice is harmless
	}
	return c, err
}

type natsLink struct {
	branch, register string
	nc               *nats.Conn
	js               jetstream.JetStream
	down             chan struct{}

	mu    sync.Mutex
	gone  bool
	marks chan wire.Mark
}

var _ Link = (*natsLink)(nil)

func (l *natsLink) hang() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.gone {
		l.gone = true
		close(l.marks)
		close(l.down)
	}
}

// hear queues a mark. When nobody reads fast enough the oldest goes: only the newest counts.
func (l *natsLink) hear(msg *nats.Msg) {
	m, err := wire.ReadMark(msg.Data)
	if err != nil || m.Branch != l.branch || m.Register != l.register {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for !l.gone {
		select {
		case l.marks <- m:
			return
		default:
		}
		select {
		case <-l.marks:
		default:
		}
	}
}

func (l *natsLink) Marks() <-chan wire.Mark { return l.marks }

func (l *natsLink) Close() {
	l.nc.Close()
	l.hang()
}

func (l *natsLink) Ask(ctx context.Context, epoch uint32) (wire.Mark, error) {
	ask := wire.Ask{Epoch: epoch, Nonce: rand.Uint64()}
	msg, err := l.nc.RequestWithContext(ctx, wire.MarkAsk(l.branch, l.register), ask.Encode())
	if err != nil {
		return wire.Mark{}, fmt.Errorf("ask for the mark: %w", err)
	}
	m, err := wire.ReadMark(msg.Data)
	if err != nil {
		return wire.Mark{}, err
	}
	if m.Ask != ask.Nonce || m.Branch != l.branch || m.Register != l.register {
		return wire.Mark{}, wire.ErrMessage.Wrap(fmt.Errorf("answer to another question"))
	}
	return m, nil
}

func (l *natsLink) Publish(run []byte, id string, expect uint64) (<-chan error, error) {
	subject := wire.Facts(l.branch, l.register)
	ack, err := l.js.PublishMsgAsync(&nats.Msg{Subject: subject, Data: run}, jetstream.WithMsgID(id),
		jetstream.WithExpectLastSequencePerSubject(expect), jetstream.WithRetryAttempts(0))
	if err != nil {
		return nil, fmt.Errorf("publish a run: %w", err)
	}
	out := make(chan error, 1)
	go func() {
		select {
		case <-ack.Ok():
			out <- nil
		case err := <-ack.Err():
			var api *jetstream.APIError
			if errors.As(err, &api) && api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence {
				err = fmt.Errorf("%w: %w", ErrSequence, err)
			}
			out <- err
		case <-l.down:
			out <- nats.ErrConnectionClosed
		}
	}()
	return out, nil
}
