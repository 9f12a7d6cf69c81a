package booktest

import (
	"context"
	"sync"

	"wendan/store/fact"
)

// Tape is a journal in memory that can be followed. The zero Tape is empty.
type Tape struct {
	mu    sync.Mutex
	facts []fact.Fact
	grown chan struct{}
}

// Append makes facts durable, as far as a Tape can.
func (t *Tape) Append(facts ...fact.Fact) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.facts = append(t.facts, facts...)
	if t.grown != nil {
		close(t.grown)
		t.grown = nil
	}
}

// ReadAfter returns up to max facts behind number seq.
func (t *Tape) ReadAfter(ctx context.Context, seq uint64, max int) ([]fact.Fact, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if seq >= uint64(len(t.facts)) {
		return nil, ctx.Err()
	}
	rest := t.facts[seq:]
	return rest[:min(max, len(rest))], ctx.Err()
}

// Wait returns when there are facts behind number seq.
func (t *Tape) Wait(ctx context.Context, seq uint64) error {
	for {
		t.mu.Lock()
		if seq < uint64(len(t.facts)) {
			t.mu.Unlock()
			return nil
		}
		if t.grown == nil {
			t.grown = make(chan struct{})
		}
		grown := t.grown
		t.mu.Unlock()
		select {
		case <-grown:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Each hands the facts behind number after to fn until there are no more or fn fails.
func (t *Tape) Each(ctx context.Context, after uint64, fn func(*fact.Fact) error) error {
	for {
		facts, err := t.ReadAfter(ctx, after, 1024)
		if err != nil || len(facts) == 0 {
			return err
		}
		for i := range facts {
			if err := fn(&facts[i]); err != nil {
				return err
			}
		}
		after += uint64(len(facts))
	}
}
