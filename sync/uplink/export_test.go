package uplink

import (
	"context"

	"wendan/store/fact"
)

// Believe makes the broken twin that takes any mark for its own without comparing hashes.
func (u *Uplink) Believe() {
	u.check = func(context.Context, fact.Head) (bool, error) { return true, nil }
}
