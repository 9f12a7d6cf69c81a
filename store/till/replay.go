package till

import (
	"context"

	"wendan/store/fact"
)

// Replay takes in every fact from the first one and checks each against the state before it: sums,
// numbers without gap, carries. It returns the state reached, or ErrReplay naming the first fact that
// contradicts. facts calls its function with every fact after a number, in order; *journal.Journal's Iterate is one.
func Replay(ctx context.Context, epoch uint32, facts func(context.Context, uint64, func(*fact.Fact) error) error) (*State, error) {
	s := newState(epoch)
	err := facts(ctx, 0, func(f *fact.Fact) error { return s.Apply(f) })
	if err != nil {
		return s, ErrReplay.Wrap(err)
	}
	return s, nil
}
