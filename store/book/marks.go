package book

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"wendan/store/fact"
)

// bookedMark names the mark that decides which facts are copied.
const bookedMark = "booked"

// step is how many records one transaction of a long job touches.
const step = 512

// Booked is the last fact that stands in a second place: at head office or, without one, in
// a verified backup. It never waits.
func (b *Book) Booked() fact.Head { return *b.booked.Load() }

// SetBooked moves the booked mark and drops the copies of facts up to it, a few at a time,
// each step durable, so that applying goes on in between. The mark may run ahead of Applied(). It
// may also fall, when head office forgot: Follow then copies again what was dropped. ErrForked,
// with nothing changed, when the mark names a hash that its fact does not have here.
func (b *Book) SetBooked(ctx context.Context, h fact.Head) error {
	if h.Epoch != b.opt.Epoch {
		return ErrForeign.Wrap(fmt.Errorf("mark of epoch %d", h.Epoch))
	}
	if have := b.Applied(); h.Seq == have.Seq && h.Hash != have.Hash {
		return ErrForked.With(h.Seq)
	}
	if h.Seq > 0 {
		own, err := b.Unbooked(h.Seq-1, 1)
		if err != nil {
			return err
		}
		if len(own) == 1 && own[0].Seq == h.Seq && own[0].Hash != h.Hash {
			return ErrForked.With(h.Seq)
		}
	}
	for more, first := true, true; more; first = false {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		if more, err = b.dropCopies(h, first); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) dropCopies(h fact.Head, first bool) (more bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	st := b.st
	switch {
	case h.Seq+1 > st.Copied:
		st.Copied = h.Seq + 1
	case st.Copied > st.Head.Seq+1: // what is applied from now on is copied again
		st.Copied = st.Head.Seq + 1
	}
	err = b.update(func(tx *bolt.Tx) error {
		if first {
			if err := put(tx, bMarks, keyMark(h.Epoch, bookedMark), fact.Marshal(h)); err != nil {
				return err
			}
			if err := put(tx, bState, keyEpoch(b.opt.Epoch), fact.Marshal(st)); err != nil {
				return err
			}
		}
		var old [][]byte
		c, last := tx.Bucket(bCopies).Cursor(), keyNumber(h.Epoch, h.Seq)
		for k, _ := c.Seek(keyEpoch(h.Epoch)); k != nil && bytes.Compare(k, last) <= 0 && len(old) < step; k, _ = c.Next() {
			old = append(old, bytes.Clone(k))
		}
		for _, k := range old {
			if err := tx.Bucket(bCopies).Delete(k); err != nil {
				return err
			}
		}
		more = len(old) == step
		return nil
	})
	if err == nil && first {
		b.st = st
		b.booked.Store(&h)
	}
	return more, err
}

// Mark is how far the named follower got. The zero Head, when it never set one.
func (b *Book) Mark(name string) (h fact.Head, err error) {
	err = b.view(func(tx *bolt.Tx) error {
		k := keyMark(b.opt.Epoch, name)
		if v := tx.Bucket(bMarks).Get(k); v != nil {
			return read(bMarks, k, v, &h)
		}
		return nil
	})
	return h, err
}

// SetMark stores how far the named follower got; it is durable when SetMark returns. Marks
// are not made of facts, so a rebuilt book begins without them.
func (b *Book) SetMark(name string, h fact.Head) error {
	if name == bookedMark {
		return b.SetBooked(context.Background(), h)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.update(func(tx *bolt.Tx) error {
		return put(tx, bMarks, keyMark(b.opt.Epoch, name), fact.Marshal(h))
	})
}

// Unbooked reads up to max copies of facts after number after, oldest first, with their
// hashes. When the first is not after+1, the facts between are in the journal only.
func (b *Book) Unbooked(after uint64, max int) (facts []fact.Fact, err error) {
	err = b.view(func(tx *bolt.Tx) error {
		facts = nil
		c := tx.Bucket(bCopies).Cursor()
		for k, v := c.Seek(keyNumber(b.opt.Epoch, after+1)); k != nil && len(facts) < max; k, v = c.Next() {
			f, err := readCopy(k, v)
			if err != nil {
				return err
			}
			facts = append(facts, f)
		}
		return nil
	})
	return facts, err
}

func putCopy(tx *bolt.Tx, f *fact.Fact) error {
	body := append(append(make([]byte, 0, len(f.Hash)+len(f.Raw)), f.Hash[:]...), f.Raw...)
	return put(tx, bCopies, keyNumber(f.Epoch, f.Seq), body)
}

// readCopy decodes a copy into memory of its own.
func readCopy(k, v []byte) (fact.Fact, error) {
	body, err := unseal(bCopies, k, v)
	if err != nil {
		return fact.Fact{}, err
	}
	epoch, seq, err := readNumber(k)
	if err == nil && len(body) < len(fact.Hash{}) {
		err = errors.New("too short")
	}
	if err != nil {
		return fact.Fact{}, ErrRot.Wrap(fmt.Errorf("copy %x: %w", k, err))
	}
	f, err := fact.Decode(bytes.Clone(body[len(fact.Hash{}):]))
	if err != nil || f.Epoch != epoch || f.Seq != seq {
		return fact.Fact{}, ErrRot.Wrap(fmt.Errorf("copy %x holds fact %d: %w", k, f.Seq, err))
	}
	copy(f.Hash[:], body)
	return f, nil
}

// copied counts the applied facts behind the booked mark: those the file has no copy of and
// those it has.
func copied(st *state, booked uint64) (missing, have uint64) {
	if st.Head.Seq <= booked {
		return 0, 0
	}
	if st.Copied > booked+1 {
		missing = min(st.Copied-1, st.Head.Seq) - booked
	}
	return missing, st.Head.Seq - booked - missing
}

// missing is the next run of facts to copy again: up to step numbers that end right before
// the copies that are there. n is 0 when nothing is missing.
func (b *Book) missing() (after uint64, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	booked := b.booked.Load().Seq
	gap, _ := copied(&b.st, booked)
	if gap == 0 {
		return 0, 0
	}
	last := min(b.st.Copied-1, b.st.Head.Seq)
	run := min(gap, step)
	return last - run, int(run)
}

// copyAgain stores the run of facts that missing named. They must lead up to what stands
// behind them.
func (b *Book) copyAgain(facts []fact.Fact) error {
	if len(facts) == 0 {
		return nil
	}
	for i := 1; i < len(facts); i++ {
		if facts[i].Seq != facts[i-1].Seq+1 || link(facts[i-1].Hash, facts[i].Raw) != facts[i].Hash {
			return ErrForked.With(facts[i].Seq)
		}
	}
	last := &facts[len(facts)-1]
	next, err := b.Unbooked(last.Seq, 1)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	st := b.st
	switch {
	case last.Seq == st.Head.Seq && last.Hash != st.Head.Hash:
		return ErrForked.With(last.Seq)
	case len(next) == 1 && next[0].Seq == last.Seq+1 && link(last.Hash, next[0].Raw) != next[0].Hash:
		return ErrForked.With(last.Seq)
	case last.Seq != min(st.Copied-1, st.Head.Seq): // the mark moved meanwhile
		return nil
	}
	st.Copied = facts[0].Seq
	err = b.update(func(tx *bolt.Tx) error {
		for i := range facts {
			if err := putCopy(tx, &facts[i]); err != nil {
				return err
			}
		}
		return put(tx, bState, keyEpoch(b.opt.Epoch), fact.Marshal(st))
	})
	if err == nil {
		b.st = st
	}
	return err
}
