package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"

	"wendan/store/fact"
)

// stream reads the facts of one day file in order.
type stream struct {
	file    File
	unpack  *zstd.Decoder // nil for a plain file
	r       *bufio.Reader
	head    fact.Head // after the last fact read from r
	last    uint64    // what the file held when the stream was opened
	pending []fact.Fact
	name    string
}

// at is the number of the fact given last.
func (s *stream) at() uint64 { return s.head.Seq - uint64(len(s.pending)) }

// next gives at least one and up to n facts; errEnd at the end of the file.
func (s *stream) next(n int) ([]fact.Fact, error) {
	if len(s.pending) == 0 {
		if s.head.Seq >= s.last {
			return nil, errEnd
		}
		typ, payload, _, err := readFrame(s.r)
		if err == errEnd || err == nil && typ != typeGroup {
			err = fmt.Errorf("%w: expected a group", errFrame)
		}
		if err == nil {
			s.pending, s.head, err = readGroup(payload, s.head)
		}
		if err != nil {
			return nil, ErrDamaged.With(s.name, 0, s.head.Seq, s.last).Wrap(err)
		}
	}
	n = min(n, len(s.pending))
	out := s.pending[:n:n]
	s.pending = s.pending[n:]
	return out, nil
}

func (s *stream) close() error {
	if s.unpack != nil {
		s.unpack.Close()
	}
	return s.file.Close()
}

// streamCache keeps the streams that followers are likely to go on with.
type streamCache struct {
	mu   sync.Mutex
	kept []*stream
}

func (c *streamCache) take(seq uint64) *stream {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, s := range c.kept {
		if s.at() == seq {
			c.kept = append(c.kept[:i], c.kept[i+1:]...)
			return s
		}
	}
	return nil
}

func (c *streamCache) put(s *stream) {
	if s.at() >= s.last {
		_ = s.close() // only read
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = append(c.kept, s)
	if len(c.kept) > 3 {
		_ = c.kept[0].close() // only read
		c.kept = c.kept[1:]
	}
}

func (c *streamCache) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for _, s := range c.kept {
		errs = append(errs, s.close())
	}
	c.kept = nil
	return errors.Join(errs...)
}

// stream finds or opens a stream that gives the fact behind seq next.
func (j *Journal) stream(seq uint64) (*stream, error) {
	if s := j.streams.take(seq); s != nil {
		return s, nil
	}
	for try := 0; ; try++ {
		s, err := j.openStream(seq)
		if absent(err) && try < 3 { // packed or rewritten under another name meanwhile
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read behind number %d: %w", seq, err)
		}
		for s.at() < seq {
			if _, err := s.next(int(seq - s.at())); err != nil {
				return nil, errors.Join(err, s.close())
			}
		}
		return s, nil
	}
}

func (j *Journal) openStream(seq uint64) (*stream, error) {
	files, head, tail := j.snapshot()
	i := len(files) - 1
	for i > 0 && files[i].name.first > seq+1 {
		i--
	}
	d := files[i]
	from, end, last := mark{0, d.before}, d.bytes, d.head.Seq
	if i == len(files)-1 {
		end, last = tail, head.Seq
	}
	for _, m := range d.marks {
		if m.head.Seq <= seq && !d.name.packed {
			from = m
		}
	}
	s := &stream{head: from.head, last: last, name: d.name.String()}
	f, err := j.fs.Open(j.path(s.name))
	if err != nil {
		return nil, err
	}
	s.file = f
	var in io.Reader = io.NewSectionReader(f, from.off, end-from.off)
	if d.name.packed {
		p, err := readFront(f, d.bytes)
		if err == nil {
			s.unpack, err = newUnpacker(io.NewSectionReader(f, p.size, p.length))
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		in = s.unpack
	}
	s.r = bufio.NewReaderSize(in, 64<<10)
	if from.off == 0 {
		if typ, _, _, err := readFrame(s.r); err != nil || typ != typeHeader {
			return nil, errors.Join(ErrDamaged.With(s.name, 0, d.before.Seq, last).Wrap(err), s.close())
		}
	}
	return s, nil
}
