package headoffice

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"wendan/sync/wire"
)

// runsAtOnce and factsAtOnce bound one transaction when a backlog drains. With little to do
// a transaction holds whatever arrived during the one before.
const (
	runsAtOnce  = 64
	factsAtOnce = 20_000
)

// receive unpacks and verifies a message and queues it for the booker. It runs on the
// consumer's goroutine, beside the booker.
func (o *Office) receive(msg jetstream.Msg) {
	branch, register, ok := wire.Owner(msg.Subject())
	if !ok {
		o.log.Error("message on a foreign subject", "subject", msg.Subject())
		_ = msg.Term() // nobody can own it; it stays in the stream
		return
	}
	d := delivery{branch: branch, register: register, ack: msg.Ack}
	d.run, d.err = wire.Unpack(msg.Data(), o.desk.key)
	if d.err == nil && (d.run.Branch != branch || d.run.Register != register) {
		d.err = ErrForeign.With(branch + "." + register)
	}
	if d.err != nil {
		o.log.Error("run refused", "branch", branch, "register", register, "err", d.err)
	}
	select {
	case o.inbox <- d:
	case <-o.quit:
	}
}

// bookAll books what arrives until ctx ends.
func (o *Office) bookAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case d := <-o.inbox:
			o.bookBatch(ctx, o.gather(d))
		}
	}
}

func (o *Office) gather(first delivery) []delivery {
	batch, facts := []delivery{first}, len(first.run.Facts)
	for len(batch) < runsAtOnce && facts < factsAtOnce {
		select {
		case d := <-o.inbox:
			batch, facts = append(batch, d), facts+len(d.run.Facts)
		default:
			return batch
		}
	}
	return batch
}

// bookBatch books the batch however long it takes, then acknowledges and answers. Until
// then the stream keeps the messages.
func (o *Office) bookBatch(ctx context.Context, batch []delivery) {
	wait := 50 * time.Millisecond
	for {
		done, err := o.ledger.book(ctx, o.desk, o.opt.Now().UnixMilli(), batch)
		o.setTrouble(err)
		if err == nil {
			for i := range batch {
				if err := batch[i].ack(); err != nil {
					o.log.Warn("acknowledge a booked run", "err", err) // it comes again and changes nothing
				}
			}
			o.answer(done)
			return
		}
		if ctx.Err() != nil {
			return
		}
		o.log.Error("booking stands still", "err", err)
		if errors.Is(err, errStale) {
			o.ledger.mu.Lock()
			err = o.desk.load(ctx, o.ledger.db)
			o.ledger.mu.Unlock()
			if err == nil {
				continue
			}
		}
		select {
		case <-time.After(wait):
			wait = min(2*wait, 5*time.Second)
		case <-ctx.Done():
			return
		}
	}
}

func (o *Office) setTrouble(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.trouble = err
}

// answer tells the registers where their marks stand and the pages that there is news.
func (o *Office) answer(done []*entry) {
	for _, e := range done {
		if !e.known {
			continue
		}
		m := wire.Mark{Branch: e.branch, Register: e.register, Head: e.head, At: o.opt.Now().UnixMilli(), Reason: e.reason, Fault: e.fault, Epoch: e.epoch}
		if err := o.nc.Publish(wire.Booked(e.branch, e.register), m.Encode()); err != nil {
			o.log.Warn("send a mark", "branch", e.branch, "register", e.register, "err", err) // the register asks when it hears nothing
		}
	}
	o.news.tell()
}

// answerAsk answers a register's question for its mark.
func (o *Office) answerAsk(msg *nats.Msg) {
	branch, register, ok := wire.Owner(msg.Subject)
	ask, err := wire.ReadAsk(msg.Data)
	if !ok || err != nil {
		o.log.Warn("question refused", "subject", msg.Subject, "err", err)
		return
	}
	m, ok := o.desk.mark(branch, register, ask.Epoch)
	if !ok {
		o.log.Warn("question of a register not paired", "branch", branch, "register", register)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	stream, err := o.js.Stream(ctx, wire.Stream(branch, register))
	if err != nil {
		o.log.Error("look up the stream", "branch", branch, "register", register, "err", err)
		return
	}
	m.Ask, m.Stream = ask.Nonce, stream.CachedInfo().State.LastSeq
	if err := msg.Respond(m.Encode()); err != nil {
		o.log.Warn("answer a question", "branch", branch, "register", register, "err", err)
	}
}
