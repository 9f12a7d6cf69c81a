package book

import (
	"time"

	bolt "go.etcd.io/bbolt"

	"wendan/store/fact"
)

// Stats are the book's figures for screens and technicians.
type Stats struct {
	Applied fact.Head `json:"applied"`
	Booked  fact.Head `json:"booked"`
	Orders  uint64    `json:"orders"`     // bodies in the file
	Open    int       `json:"open"`       // unpaid
	Jobs    int       `json:"jobs"`       // unconfirmed
	Copies  uint64    `json:"copies"`     // facts that are not booked elsewhere
	Missing uint64    `json:"missing"`    // of those, not copied: the booked mark fell back; Follow fetches them
	Bytes   int64     `json:"bytes"`      // size of the file
	Lame    bool      `json:"lame"`       // one of two meta pages was damaged when it was opened
	Batches uint64    `json:"batches"`    // applied since it was opened
	Facts   uint64    `json:"facts"`      // applied since it was opened
	Largest uint64    `json:"largest"`    // facts in a batch
	Slowest int64     `json:"slowest_ms"` // milliseconds for a batch
	Rot     uint64    `json:"rot"`        // values that failed their checksum when read
}

// Stats reads the figures.
func (b *Book) Stats() (Stats, error) {
	c := &b.count
	s := Stats{Lame: b.lame, Batches: c.batches.Load(), Facts: c.facts.Load(), Largest: c.largest.Load(),
		Slowest: time.Duration(c.slowest.Load()).Milliseconds(), Rot: c.rot.Load()}
	err := b.view(func(tx *bolt.Tx) error {
		st, err := b.stateIn(tx)
		if err != nil {
			return err
		}
		s.Applied, s.Booked, s.Orders, s.Bytes = st.Head, *b.booked.Load(), st.Orders, tx.Size()
		s.Missing, s.Copies = copied(&st, s.Booked.Seq)
		s.Open, s.Jobs = length(tx, bOpen), length(tx, bJobs)
		return nil
	})
	return s, err
}
