package shift

import (
	"errors"
	"testing"

	"wendan/store/fact"
)

func TestOnlyTheNextDateOpensUnasked(t *testing.T) {
	for _, c := range []struct {
		last, day fact.Day
		asked     bool
		want      error
	}{
		{0, 20261122, false, nil},
		{20261122, 20261123, false, nil},
		{20261231, 20270101, false, nil},
		{20261122, 20261124, false, ErrDate},
		{20261122, 20261124, true, nil},
		{20261122, 20261122, true, ErrBackwards},
		{20261122, 19700101, true, fact.ErrDay},
		{20261122, 20251122, true, ErrBackwards},
	} {
		if err := Check(c.last, c.day, c.asked); !errors.Is(err, c.want) {
			t.Errorf("Check(%v, %v, %v) = %v, want %v", c.last, c.day, c.asked, err, c.want)
		}
	}
}
