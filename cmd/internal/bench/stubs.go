package bench

import (
	"context"
	"errors"
)

var errX = errors.New("x")

func taps(ctx context.Context, b *bench) ([]Row, error)   { return nil, errX }
func window(ctx context.Context, b *bench) ([]Row, error) { return nil, errX }
