package book

import (
	"context"
	"time"

	"wendan/store/fact"
)

// Source is the journal as the book reads it: durable facts only.
type Source interface {
	// ReadAfter returns up to max consecutive facts behind number seq, none when there
	// are none yet.
	ReadAfter(ctx context.Context, seq uint64, max int) ([]fact.Fact, error)
	// Wait returns when facts behind number seq are durable, or ctx ends.
	Wait(ctx context.Context, seq uint64) error
}

const (
	batch = 512                  // facts a transaction of Follow takes at most
	rest  = 4 * time.Millisecond // between two small batches, so that commits of the journal go first
)

// Follow applies what the source has, right behind it, until ctx ends or something fails; it
// returns the reason. When it is busy with small batches it rests a few milliseconds
// between them, so that more facts share a transaction. Run one Follow per book.
func (b *Book) Follow(ctx context.Context, src Source) error {
	pause := time.NewTimer(0)
	defer pause.Stop()
	last := 0
	for {
		if last > 0 && last < batch {
			pause.Reset(rest)
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-pause.C:
			}
		}
		seq := b.Applied().Seq
		facts, err := src.ReadAfter(ctx, seq, batch)
		if err == nil {
			err = b.Apply(facts)
		}
		if err != nil {
			return err
		}
		if last = len(facts); last > 0 {
			continue
		}
		more, err := b.refill(ctx, src)
		if err != nil {
			return err
		}
		if !more {
			if err := src.Wait(ctx, seq); err != nil {
				return err
			}
		}
	}
}

// refill copies one run of facts again that are missing since the booked mark fell.
func (b *Book) refill(ctx context.Context, src Source) (more bool, err error) {
	after, n := b.missing()
	if n == 0 {
		return false, nil
	}
	var facts []fact.Fact
	for len(facts) < n {
		part, err := src.ReadAfter(ctx, after+uint64(len(facts)), n-len(facts))
		if err != nil {
			return false, err
		}
		if len(part) == 0 {
			return false, ErrGap.With(after + uint64(len(facts)) + 1)
		}
		facts = append(facts, part...)
	}
	return true, b.copyAgain(facts)
}
