// Package headoffice is the upstream server (总部): it keeps what registers send in a
// durable stream, books every fact once, verbatim, and answers with the highest gap-free
// number booked and its hash.
//
// A register's runs arrive on JetStream, by default a NATS server inside this process
// that syncs every message. One consumer per register unpacks and verifies them; one
// booker writes facts, marks and views in one SQL transaction per batch and only then
// acknowledges the messages and answers. So what a register hears as booked is on the
// disk, and what was lost between stream and books simply comes again.
//
// Head office never refuses a well-chained fact. Kinds it does not know are booked and
// counted; facts of a machine that was replaced are booked as contested; only a broken
// chain or a fork stops a mark, with an alarm.
package headoffice

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"wendan/sync/wire"
)

// Options of a head office. Dir is required.
type Options struct {
	Dir    string           // books, stream and key live here; made when missing
	Listen string           // address for registers; default "127.0.0.1:0", a free port
	NATS   string           // URL of an external cluster instead of the embedded server
	Dial   []nats.Option    // credentials for the external cluster
	Copies int              // stream replicas on the external cluster; default 1
	Pages  fs.FS            // files of the web page; without it only the API is served
	Log    *slog.Logger     // default: discard
	Now    func() time.Time // default: time.Now
}

// Office is a running head office. Close it.
type Office struct {
	opt     Options
	log     *slog.Logger
	ledger  *ledger
	desk    *desk
	broker  *broker // nil on an external cluster
	nc      *nats.Conn
	js      jetstream.JetStream
	public  ed25519.PublicKey
	pairing sync.Mutex
	inbox   chan delivery
	stop    context.CancelFunc
	quit    <-chan struct{} // closed when booking ends
	done    sync.WaitGroup
	news    news

	mu        sync.Mutex
	consumers map[string]jetstream.ConsumeContext // by branch + "." + register
	trouble   error                               // why booking stands still, or nil
}

// Open opens the books in opt.Dir, starts the message server and begins to book. The
// context bounds the start only.
func Open(ctx context.Context, opt Options) (*Office, error) {
	if opt.Listen == "" {
		opt.Listen = "127.0.0.1:0"
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	opt.Copies = max(opt.Copies, 1)
	if err := os.MkdirAll(opt.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make head office's folder: %w", err)
	}
	o := &Office{opt: opt, log: opt.Log, desk: newDesk(), inbox: make(chan delivery, 2*runsAtOnce), consumers: map[string]jetstream.ConsumeContext{}}
	err := o.start(ctx)
	if err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

func (o *Office) start(ctx context.Context) error {
	var err error
	if o.public, err = officeKey(filepath.Join(o.opt.Dir, "office.key")); err != nil {
		return err
	}
	if o.ledger, err = openLedger(ctx, filepath.Join(o.opt.Dir, "books.sqlite")); err != nil {
		return err
	}
	if err := o.desk.load(ctx, o.ledger.db); err != nil {
		return err
	}
	if o.opt.NATS == "" {
		if o.broker, err = startBroker(o.opt.Dir, o.opt.Listen, o.desk, o.log); err != nil {
			return err
		}
		o.nc, err = o.broker.connect(nats.MaxReconnects(-1))
	} else {
		o.nc, err = nats.Connect(o.opt.NATS, append([]nats.Option{nats.MaxReconnects(-1), nats.RetryOnFailedConnect(false)}, o.opt.Dial...)...)
	}
	if err != nil {
		return fmt.Errorf("connect to the message server: %w", err)
	}
	if o.js, err = jetstream.New(o.nc); err != nil {
		return fmt.Errorf("open the stream: %w", err)
	}
	run, stop := context.WithCancel(context.Background())
	o.stop, o.quit = stop, run.Done()
	o.done.Add(1)
	go func() { defer o.done.Done(); o.bookAll(run) }()
	for _, n := range o.desk.names() {
		if err := o.follow(ctx, n[0], n[1]); err != nil {
			return err
		}
	}
	if _, err := o.nc.QueueSubscribe("mark.*.*", "headoffice", o.answerAsk); err != nil {
		return fmt.Errorf("listen for questions: %w", err)
	}
	return o.nc.FlushTimeout(10 * time.Second)
}

// URL is the address registers dial.
func (o *Office) URL() string {
	if o.broker != nil {
		return o.broker.url()
	}
	return o.opt.NATS
}

// Close stops booking and closes the books. What is booked stays; what is only in the
// stream is booked after the next Open.
func (o *Office) Close() error {
	o.mu.Lock()
	for _, c := range o.consumers {
		c.Stop()
	}
	o.mu.Unlock()
	if o.stop != nil {
		o.stop()
	}
	o.done.Wait()
	if o.nc != nil {
		o.nc.Close()
	}
	if o.broker != nil {
		o.broker.stop()
	}
	o.news.close()
	if o.ledger != nil {
		return o.ledger.close()
	}
	return nil
}

// The stream keeps runs for a while after they are booked, for looking into trouble. What
// it drops is booked already, or comes again because the mark did not move. There is no
// limit in bytes: the server would set that much aside for every register.
const (
	keepRuns = 14 * 24 * time.Hour
	mostRuns = 250_000
)

// ackWait is when a run that was handed out and not booked is handed out again: after a
// crash, or when the books stand still. Tests shorten it.
var ackWait = 10 * time.Second

// follow makes the register's stream and starts its consumer, once.
func (o *Office) follow(ctx context.Context, branch, register string) error {
	name := branch + "." + register
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.consumers[name] != nil {
		return nil
	}
	stream, err := o.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: wire.Stream(branch, register), Subjects: []string{wire.Facts(branch, register)}, Storage: jetstream.FileStorage,
		MaxAge: keepRuns, MaxMsgs: mostRuns, Discard: jetstream.DiscardOld, MaxMsgSize: wire.MaxMessage, Replicas: o.opt.Copies,
	})
	if err != nil {
		return fmt.Errorf("make the stream of %s: %w", name, err)
	}
	consumer, err := stream.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: "books", AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxAckPending: 2 * runsAtOnce,
	})
	if err != nil {
		return fmt.Errorf("make the consumer of %s: %w", name, err)
	}
	o.consumers[name], err = consumer.Consume(o.receive, jetstream.PullMaxMessages(runsAtOnce))
	if err != nil {
		return fmt.Errorf("follow the stream of %s: %w", name, err)
	}
	return nil
}
