package linktest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"wendan/sync/uplink"
	"wendan/sync/wire"
)

// Liar stands between a register and head office and changes what head office says.
type Liar struct {
	Dial  uplink.Dialer
	Twist func(wire.Mark) wire.Mark // changes each mark, asked for or not; nil leaves them
	Echo  bool                      // repeats marks and sends them out of order
	Deaf  float64                   // chance that the stream's answer to a run gets lost
	Naive bool                      // broken twin: publishes without key and expected number
	Eager bool                      // broken twin: says "booked" as soon as the stream has a run
	Seed  uint64

	once  sync.Once
	mu    sync.Mutex
	rnd   *rand.Rand
	taken atomic.Int64
}

// Taken counts the facts of all runs the stream has taken in: what a head office would
// book that has no key.
func (l *Liar) Taken() int64 { return l.taken.Load() }

func (l *Liar) chance(p float64) bool {
	l.once.Do(func() { l.rnd = rand.New(rand.NewPCG(l.Seed, 11)) })
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rnd.Float64() < p
}

func (l *Liar) twist(m wire.Mark) wire.Mark {
	if l.Twist == nil {
		return m
	}
	return l.Twist(m)
}

// Open dials through the liar: an uplink.Dialer.
func (l *Liar) Open(ctx context.Context) (uplink.Link, error) {
	real, err := l.Dial(ctx)
	if err != nil {
		return nil, err
	}
	k := &lie{Link: real, liar: l, marks: make(chan wire.Mark), extra: make(chan wire.Mark), ended: make(chan struct{})}
	go k.relay()
	return k, nil
}

type lie struct {
	uplink.Link
	liar  *Liar
	marks chan wire.Mark
	extra chan wire.Mark
	ended chan struct{}
	once  sync.Once
	last  atomic.Uint64 // where the stream really stands, for the naive twin
}

func (k *lie) relay() {
	defer close(k.marks)
	defer k.end()
	var old []wire.Mark
	for {
		select {
		case m, ok := <-k.Link.Marks():
			if !ok {
				return
			}
			m = k.liar.twist(m)
			k.say(m)
			if old = append(old, m); k.liar.Echo {
				k.say(old[len(old)/2])
				k.say(old[0])
				k.say(m)
			}
		case m := <-k.extra:
			k.say(m)
		case <-k.ended:
			return
		}
	}
}

func (k *lie) end() { k.once.Do(func() { close(k.ended) }) }

func (k *lie) say(m wire.Mark) {
	select {
	case k.marks <- m:
	case <-k.ended:
	}
}

func (k *lie) Marks() <-chan wire.Mark { return k.marks }

func (k *lie) Close() {
	k.end()
	k.Link.Close()
}

func (k *lie) Ask(ctx context.Context, epoch uint32) (wire.Mark, error) {
	m, err := k.Link.Ask(ctx, epoch)
	if err != nil {
		return m, err
	}
	k.last.Store(max(k.last.Load(), m.Stream))
	return k.liar.twist(m), nil
}

func (k *lie) Publish(run []byte, id string, expect uint64) (<-chan error, error) {
	if k.liar.Naive {
		expect = k.last.Add(1) - 1
		id = fmt.Sprint("naive", expect)
	}
	in, err := k.Link.Publish(run, id, expect)
	if err != nil {
		return nil, err
	}
	out := make(chan error, 1)
	deaf := k.liar.chance(k.liar.Deaf)
	go func() {
		err := <-in
		if err == nil {
			m := claim(run)
			k.liar.taken.Add(int64(m.Head.Seq - m.Stream))
			if m.Stream = 0; k.liar.Eager {
				select {
				case k.extra <- m:
				case <-k.ended:
				}
			}
		}
		if !deaf {
			out <- err
		}
	}()
	return out, nil
}

// claim is the mark a head office would send that does not wait for its books, with the
// number before the run's first fact as Stream.
func claim(run []byte) wire.Mark {
	h, err := wire.Peek(run)
	if err != nil {
		panic("linktest: " + err.Error())
	}
	return wire.Mark{Branch: h.Branch, Register: h.Register, Head: h.After(), Reason: wire.ReasonBooked, Stream: h.First - 1, Epoch: h.Epoch}
}
