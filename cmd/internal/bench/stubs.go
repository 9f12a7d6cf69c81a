package bench

import (
	"context"
	"errors"
)

var errX = errors.New("x")

func growth(ctx context.Context, b *bench) ([]Row, error) { return nil, errX }
func taps(ctx context.Context, b *bench) ([]Row, error)   { return nil, errX }
func drain(ctx context.Context, b *bench) ([]Row, error)  { return nil, errX }
func link(ctx context.Context, b *bench) ([]Row, error)   { return nil, errX }
func window(ctx context.Context, b *bench) ([]Row, error) { return nil, errX }
