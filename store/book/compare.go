package book

import (
	"bytes"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"wendan/store/fact"
)

// Compare reports whether two books say the same, value by value, and otherwise the first
// difference in words. Both must have applied the same facts. Marks, copies that only one of
// them must have, and orders that one of them pruned do not count.
func (b *Book) Compare(other *Book) (diff string, equal bool, err error) {
	err = b.view(func(tx *bolt.Tx) error {
		return other.view(func(otx *bolt.Tx) error {
			diff, err = compare(b, tx, other, otx)
			return err
		})
	})
	return diff, err == nil && diff == "", err
}

func compare(a *Book, tx *bolt.Tx, b *Book, otx *bolt.Tx) (string, error) {
	sa, err := a.stateIn(tx)
	if err != nil {
		return "", err
	}
	sb, err := b.stateIn(otx)
	if err != nil {
		return "", err
	}
	if sa.Head != sb.Head || sa.Act != sb.Act || sa.ActFirst != sb.ActFirst || sa.LastN != sb.LastN {
		return fmt.Sprintf("state: %+v and %+v", sa, sb), nil
	}
	floor := keyNumber(sa.Head.Epoch, max(sa.Floor, sb.Floor))
	copies := keyNumber(sa.Head.Epoch, max(sa.Copied, sb.Copied))
	for _, name := range [][]byte{bOrders, bOpen, bDays, bKeys, bJobs, bCopies} {
		count := func(k []byte) bool {
			switch {
			case bytes.Equal(name, bOrders):
				return bytes.Compare(k, floor) >= 0
			case bytes.Equal(name, bCopies):
				return bytes.Compare(k, copies) >= 0
			}
			return true
		}
		if diff, err := compareBucket(name, tx, otx, count); err != nil || diff != "" {
			return diff, err
		}
	}
	return "", nil
}

func compareBucket(name []byte, tx, otx *bolt.Tx, count func([]byte) bool) (string, error) {
	ca, cb := tx.Bucket(name).Cursor(), otx.Bucket(name).Cursor()
	skip := func(c *bolt.Cursor, k, v []byte) ([]byte, []byte) {
		for k != nil && !count(k) {
			k, v = c.Next()
		}
		return k, v
	}
	ka, va := ca.First()
	kb, vb := cb.First()
	for {
		ka, va = skip(ca, ka, va)
		kb, vb = skip(cb, kb, vb)
		switch {
		case ka == nil && kb == nil:
			return "", nil
		case kb == nil || ka != nil && bytes.Compare(ka, kb) < 0:
			return fmt.Sprintf("%s %x: only in the first", name, ka), nil
		case ka == nil || !bytes.Equal(ka, kb):
			return fmt.Sprintf("%s %x: only in the second", name, kb), nil
		}
		for _, v := range [][]byte{va, vb} {
			if _, err := unseal(name, ka, v); err != nil {
				return "", err
			}
		}
		if !bytes.Equal(va, vb) {
			return fmt.Sprintf("%s %x: %s and %s", name, ka, words(name, va), words(name, vb)), nil
		}
		ka, va = ca.Next()
		kb, vb = cb.Next()
	}
}

// words shows a sealed value to a person.
func words(name, v []byte) string {
	if bytes.Equal(name, bCopies) {
		return fmt.Sprintf("%x", v)
	}
	var body any
	if err := fact.Unmarshal(v[4:], &body); err != nil {
		return err.Error()
	}
	return fmt.Sprint(body)
}
