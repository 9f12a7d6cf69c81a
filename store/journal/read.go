package journal

import (
	"context"
	"errors"
	"fmt"

	"wendan/store/fact"
)

const ringSize = 8192

// ring holds at least the newest ringSize facts, when there are as many.
type ring struct{ facts []fact.Fact }

func (r *ring) push(group []fact.Fact) {
	r.facts = append(r.facts, group...)
	if n := len(r.facts); n >= 2*ringSize {
		kept := copy(r.facts, r.facts[n-ringSize:])
		clear(r.facts[kept:])
		r.facts = r.facts[:kept]
	}
}

// after gives up to n facts behind seq, or false when they are no longer here.
func (r *ring) after(seq uint64, n int) ([]fact.Fact, bool) {
	if len(r.facts) == 0 || seq+1 < r.facts[0].Seq {
		return nil, false
	}
	rest := r.facts[seq+1-r.facts[0].Seq:]
	return append([]fact.Fact(nil), rest[:min(n, len(rest))]...), true
}

// ReadAfter gives up to max durable facts behind number seq, in order; none when there are none yet. max below 1
// means 1,000. Raw and Body of the facts are shared and must not be changed.
// Facts that left memory are read from the files and checked on the way.
func (j *Journal) ReadAfter(ctx context.Context, seq uint64, max int) ([]fact.Fact, error) {
	if max < 1 {
		max = 1000
	}
	j.view.RLock()
	closed, head := j.moved == nil, j.head
	if closed || seq >= head.Seq {
		j.view.RUnlock()
		if closed {
			return nil, ErrClosed
		}
		return nil, ctx.Err()
	}
	out, ok := j.ring.after(seq, max)
	j.view.RUnlock()
	if ok {
		return out, ctx.Err()
	}
	want := min(uint64(max), head.Seq-seq)
	for uint64(len(out)) < want {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s, err := j.stream(seq + uint64(len(out)))
		if err != nil {
			return nil, err
		}
		before := len(out)
		for uint64(len(out)) < want {
			facts, err := s.next(int(want) - len(out))
			if errors.Is(err, errEnd) {
				break
			}
			if err != nil {
				return nil, errors.Join(err, s.close())
			}
			out = append(out, facts...)
		}
		j.streams.put(s)
		if len(out) == before {
			return nil, fmt.Errorf("read behind number %d: %s ends with number %d, the journal with %d", seq, s.name, s.last, head.Seq)
		}
	}
	return out, nil
}

// Iterate calls see for every fact behind number seq that is durable when Iterate begins, in order. An error of
// see ends it and is returned.
func (j *Journal) Iterate(ctx context.Context, seq uint64, see func(*fact.Fact) error) error {
	for end := j.Head().Seq; seq < end; {
		facts, err := j.ReadAfter(ctx, seq, int(min(1024, end-seq)))
		if err != nil {
			return err
		}
		if len(facts) == 0 {
			return fmt.Errorf("read behind number %d: the journal ends before number %d", seq, end)
		}
		for i := range facts {
			if err := see(&facts[i]); err != nil {
				return err
			}
		}
		seq = facts[len(facts)-1].Seq
	}
	return nil
}

// Wait returns nil as soon as a fact behind number seq is durable, ctx's error when it
// ends before, and ErrClosed after Close.
func (j *Journal) Wait(ctx context.Context, seq uint64) error {
	for {
		j.view.RLock()
		head, moved := j.head.Seq, j.moved
		j.view.RUnlock()
		if head > seq {
			return nil
		}
		if moved == nil {
			return ErrClosed
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
