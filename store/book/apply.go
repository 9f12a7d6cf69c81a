package book

import (
	"crypto/sha256"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"wendan/store/fact"
)

// Apply takes facts in, which must be consecutive and begin at Applied().Seq+1 or before, in
// one transaction: all of them or, on an error, none. What the book already has is compared by
// hash and skipped. A fact whose body this program cannot read is counted and skipped over,
// as the totals do; nothing well chained ever stops the book.
//
// ErrGap changes nothing: read again after Applied(). ErrForked: the book and these facts are
// not of one chain. After any other error the book refuses further work; see Err. The
// facts are not kept. Several callers at once wait for each other.
func (b *Book) Apply(facts []fact.Fact) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.Err(); err != nil {
		return err
	}
	fresh, err := follow(b.st.Head, facts)
	if err != nil || len(fresh) == 0 {
		return err
	}
	start := time.Now()
	st := b.st
	err = b.update(func(tx *bolt.Tx) error {
		s := newStage(b, tx, st)
		for i := range fresh {
			if err := s.take(&fresh[i]); err != nil {
				return fmt.Errorf("take fact %d in: %w", fresh[i].Seq, err)
			}
		}
		st = s.st
		return s.flush()
	})
	if err != nil {
		return err
	}
	b.st = st
	b.head.Store(&st.Head)
	b.wake()
	b.count.batches.Add(1)
	b.count.facts.Add(uint64(len(fresh)))
	b.count.largest.Store(max(b.count.largest.Load(), uint64(len(fresh))))
	b.count.slowest.Store(max(b.count.slowest.Load(), uint64(time.Since(start))))
	return nil
}

// follow checks that facts are one chain that overlaps or continues head, and returns those
// behind head.
func follow(head fact.Head, facts []fact.Fact) ([]fact.Fact, error) {
	var fresh []fact.Fact
	for i := range facts {
		f := &facts[i]
		switch {
		case f.Epoch != head.Epoch:
			return nil, ErrForked.With(f.Seq).Wrap(fmt.Errorf("fact of epoch %d, book of epoch %d", f.Epoch, head.Epoch))
		case i > 0 && f.Seq != facts[i-1].Seq+1, i == 0 && f.Seq > head.Seq+1:
			return nil, ErrGap.With(head.Seq + 1).Wrap(fmt.Errorf("fact %d cannot follow", f.Seq))
		case f.Seq == head.Seq && f.Hash != head.Hash:
			return nil, ErrForked.With(f.Seq)
		}
		before := fact.Hash{}
		switch {
		case i > 0:
			before = facts[i-1].Hash
		case f.Seq == head.Seq+1:
			before = head.Hash
		default: // the first of an overlap; the ones behind it vouch for it
			continue
		}
		if link(before, f.Raw) != f.Hash {
			return nil, ErrForked.With(f.Seq)
		}
		if f.Seq == head.Seq+1 {
			fresh = facts[i:]
		}
	}
	return fresh, nil
}

// link is the chain's hash of a fact after the one with hash before; see package fact.
func link(before fact.Hash, raw []byte) (out fact.Hash) {
	s := sha256.New()
	s.Write(before[:])
	s.Write(raw)
	s.Sum(out[:0])
	return out
}
