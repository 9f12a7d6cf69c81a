package wire

import (
	"sync"

	"github.com/klauspost/compress/zstd"
)

// One encoder and one decoder serve the whole program; EncodeAll and DecodeAll may be
// called by several goroutines at once. Both are made on first use: they hold some
// hundred kilobytes each.
var (
	encoder = sync.OnceValue(func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1),
			zstd.WithWindowSize(MaxRaw), zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true))
		if err != nil {
			panic("wire: " + err.Error())
		}
		return e
	})
	decoder = sync.OnceValue(func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(maxUnpacked),
			zstd.WithDecoderMaxWindow(MaxFact), zstd.WithDecoderLowmem(true))
		if err != nil {
			panic("wire: " + err.Error())
		}
		return d
	})
)

func squeeze(plain []byte) []byte { return encoder().EncodeAll(plain, make([]byte, 0, len(plain)/4)) }

// expand fails rather than produce more than maxUnpacked bytes.
func expand(packed []byte) ([]byte, error) { return decoder().DecodeAll(packed, nil) }
