package till

import (
	"context"
	"io"
	"time"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/order"
	"wendan/store/staff"
)

// prepare does in the caller's goroutine what deciding must not wait for: checksum, PIN, and
// questions to the book. A key that the book knows from the day before is answered here.
func (t *Till) prepare(ctx context.Context, a act.Act) (prepared, act.Answer, error) {
	p := prepared{Act: a}
	if a.Key != (fact.Key{}) {
		p.sum = act.Sum(a.Intent)
		var answer act.Answer
		var err error
		if answer, p.day, err = t.yesterday(ctx, a.Key, p.sum); err != nil || answer.First != 0 {
			return p, answer, err
		}
	}
	switch in := a.Intent.(type) {
	case staff.SignIn:
		if stranger(a.By) {
			return p, act.Answer{}, staff.ErrRight.With(a.Intent.Act())
		}
		return t.checkPIN(p, in)
	case staff.SignOut:
		if stranger(a.By) {
			return p, act.Answer{}, staff.ErrRight.With(a.Intent.Act())
		}
	case staff.Change:
		if in.PIN != "" {
			if !staff.ValidPIN(in.PIN) {
				return p, act.Answer{}, staff.ErrPINForm
			}
			var salt [16]byte
			if _, err := io.ReadFull(t.cfg.Random, salt[:]); err != nil {
				return p, act.Answer{}, err
			}
			secret := staff.HashPIN(in.PIN, salt)
			p.secret = &secret
		}
	case order.Reprint:
		o, err := t.orderOf(ctx, in.Number)
		if err != nil {
			return p, act.Answer{}, err
		}
		p.printed = o
	}
	return p, act.Answer{}, nil
}

// stranger reports an author who has no business with the sign-in at the register: guesses of guests would lock everybody
// out, and a guest could sign the cashier out.
func stranger(by act.By) bool {
	return by.Source == fact.SourceGuest || by.Source == fact.SourceUpstream
}

// checkPIN compares the PIN only when the delay allows a try, so that guesses cost the guesser and not the register. A try
// that comes too early is still decided: a clock that was set back is noticed there.
func (t *Till) checkPIN(p prepared, in staff.SignIn) (prepared, act.Answer, error) {
	var person staff.Person
	var wait int64
	now := t.cfg.Clock.Now().UnixMilli()
	t.View(func(s *State) { person, wait = s.Staff[in.Person], s.Attempts.Wait(in.Person, now) })
	if wait > 0 {
		return p, act.Answer{}, nil
	}
	t.pins.Lock()
	defer t.pins.Unlock()
	p.pin = pinWrong
	if person.PIN.Matches(in.PIN) {
		p.pin = pinRight
	}
	return p, act.Answer{}, nil
}

// yesterday settles a key made on the business day before the open one, which only the
// book remembers. Keys of the open day, which is told, are settled when the act is decided.
func (t *Till) yesterday(ctx context.Context, key fact.Key, sum uint64) (_ act.Answer, day fact.Day, _ error) {
	var before fact.Day
	var since uint64
	known := false
	t.View(func(s *State) {
		day, before = s.Day, s.Before
		_, known = s.keys[key]
		since = t.journal.OpenDayStart()
	})
	switch {
	case known || key.Day() == day:
		return act.Answer{}, day, nil
	case key.Day() != before:
		return act.Answer{}, day, act.ErrKeyOld
	}
	b := t.book.Load()
	if b == nil || b.Applied().Seq+1 < since {
		return act.Answer{}, day, ErrUnknown.Wrap(act.ErrKeyUnsettled) // it may be recorded: nobody must give it another key
	}
	first, last, oldSum, found, err := b.FactsOfKey(key)
	switch {
	case err != nil:
		return act.Answer{}, day, ErrUnknown.Wrap(err)
	case !found:
		return act.Answer{}, day, nil
	case oldSum != sum:
		return act.Answer{}, day, act.ErrKeyReused
	}
	answer, err := t.answerFrom(ctx, first, last)
	if err != nil {
		err = ErrUnknown.Wrap(err)
	}
	return answer, day, err
}

// answerFrom makes an act's answer again from its facts.
func (t *Till) answerFrom(ctx context.Context, first, last uint64) (act.Answer, error) {
	facts, err := t.journal.ReadAfter(ctx, first-1, int(last-first)+1)
	if err != nil {
		return act.Answer{}, err
	}
	a := act.Answer{First: first, Last: last, Again: true}
	for i := range facts {
		f := &facts[i]
		a.At = f.At
		if b, err := order.PlacedKind.Read(f); err == nil {
			a.Order, a.Pickup, a.Total = b.Number, b.Pickup, b.Total
		}
		if b, err := order.SettledKind.Read(f); err == nil {
			a.Order, a.Total = b.Number, b.Total
			for i := range b.Payments {
				a.Change += b.Payments[i].Change()
			}
		}
	}
	return a, nil
}

// orderOf finds an order in the state or, once the book has caught up, in the book.
func (t *Till) orderOf(ctx context.Context, n order.Number) (*order.Order, error) {
	var open *order.Order
	var head fact.Head
	t.View(func(s *State) {
		head = s.Head
		if o := s.Open[n.N]; o != nil && o.Number == n {
			open = o
		}
	})
	if open != nil {
		return open, nil
	}
	b := t.book.Load()
	for wait := 0; b != nil && b.Applied().Seq < head.Seq && wait < 200; wait++ {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return nil, ErrBookBusy.Wrap(ctx.Err())
		}
	}
	if b == nil {
		return nil, ErrBookBusy
	}
	o, found, err := b.Order(n)
	switch {
	case err != nil:
		return nil, err
	case !found && b.Applied().Seq < head.Seq:
		return nil, ErrBookBusy
	case !found:
		return nil, order.ErrUnknown.With(n.String())
	}
	return o, nil
}

// pace holds the caller back while the book is more than MaxLag facts behind, a second at most.
func (t *Till) pace(ctx context.Context, key fact.Key) error {
	b := t.book.Load()
	if b == nil || !b.pace || b.Applied().Seq+MaxLag >= t.Head().Seq {
		return nil
	}
	t.lagWaits.Add(1)
	for range 200 {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return t.late(key, ctx.Err())
		}
		if b.Applied().Seq+MaxLag/2 >= t.Head().Seq {
			return nil
		}
	}
	return nil
}
