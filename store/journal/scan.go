package journal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"wendan/store/fact"
)

// mark is a place in a day file where reading can begin: a frame's offset and the head
// before it.
type mark struct {
	off  int64
	head fact.Head
}

const markEvery = 256 << 10

// scanned is what one day file holds.
type scanned struct {
	header header
	head   fact.Head // after the last good group
	end    int64     // offset behind the last good group
	groups int
	seal   *seal
	marks  []mark
	recent []fact.Fact // filled by load only
	stop   error       // why reading ended before the zeros or the end of the file, or nil
	torn   int64       // bytes behind end (and the seal) that are not zero
	later  bool        // a whole frame stands behind a broken one: damage in the middle
}

// scanReader reads frames from the start of a day file. see, when not nil, gets every
// fact; its error ends the scan. Only errors of the medium, of see and of the header are
// returned; a broken frame is told in stop.
func scanReader(in io.Reader, see func(*fact.Fact) error) (scanned, error) {
	var s scanned
	r := bufio.NewReaderSize(in, 64<<10)
	typ, payload, size, err := readFrame(r)
	if err == nil && typ != typeHeader {
		err = fmt.Errorf("%w: no header", errFrame)
	}
	if err != nil {
		return s, fmt.Errorf("read the header: %w", err)
	}
	if s.header, err = readHeader(payload); err != nil {
		return s, fmt.Errorf("read the header: %w", err)
	}
	s.head, s.end = s.header.before(), int64(size)
	for s.seal == nil {
		typ, payload, size, err = readFrame(r)
		if err == errEnd {
			return s, nil
		}
		if errors.Is(err, errFrame) {
			s.stop = err
			return s, nil
		}
		if err != nil {
			return s, fmt.Errorf("read behind number %d: %w", s.head.Seq, err)
		}
		switch typ {
		case typeSeal:
			sl, err := readSeal(payload, &s.header)
			if err == nil && sl.head() != s.head {
				err = fmt.Errorf("%w: seal names another head", errFrame)
			}
			if err != nil {
				s.stop, s.later = err, true
				return s, nil
			}
			s.seal = &sl
		case typeGroup:
			facts, head, err := readGroup(payload, s.head)
			if err != nil {
				s.stop, s.later = err, true // the checksum is right: this was not torn by a power cut
				return s, nil
			}
			if see != nil {
				for i := range facts {
					if err := see(&facts[i]); err != nil {
						return s, err
					}
				}
			}
			s.marks = addMark(s.marks, mark{s.end, s.head})
			s.head, s.end, s.groups = head, s.end+int64(size), s.groups+1
		default:
			s.stop, s.later = fmt.Errorf("%w: second header", errFrame), true
			return s, nil
		}
	}
	return s, nil
}

func addMark(marks []mark, m mark) []mark {
	if n := len(marks); n == 0 || m.off-marks[n-1].off >= markEvery {
		return append(marks, m)
	}
	return marks
}

// scanPath scans the day file at path, packed or not, and looks behind its end.
func scanPath(fsys FS, path string, see func(*fact.Fact) error) (s scanned, err error) {
	size, err := fsys.Stat(path)
	if err != nil {
		return s, err
	}
	f, err := fsys.Open(path)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if isPacked(f) {
		return scanPacked(f, size, see)
	}
	s, err = scanReader(io.NewSectionReader(f, 0, size), see)
	if err != nil {
		return s, err
	}
	from := s.end
	if s.seal != nil {
		from += sealSize
	}
	tail := make([]byte, max(size-from, 0))
	if _, err := io.ReadFull(io.NewSectionReader(f, from, size-from), tail); err != nil {
		return s, fmt.Errorf("read behind number %d: %w", s.head.Seq, err)
	}
	tail = bytes.TrimRight(tail, "\x00")
	s.torn = int64(len(tail))
	if s.torn > maxFrame && !s.later {
		s.later, s.stop = true, fmt.Errorf("%w: %d bytes that are no frame, more than one group", errFrame, s.torn)
	}
	if at, found := laterFrame(tail); found && !s.later {
		s.later = true
		s.stop = fmt.Errorf("%w: a whole frame follows at offset %d", errFrame, from+int64(at))
	}
	if s.torn > 0 && s.stop == nil {
		s.stop = fmt.Errorf("%w: %d bytes that are no frame", errFrame, s.torn)
	}
	return s, nil
}

// ends reads header and seal of a day file without its contents. The seal is nil when
// the file is open or its last frame is no valid seal.
func ends(fsys FS, path string) (h header, s *seal, err error) {
	size, err := fsys.Stat(path)
	if err != nil {
		return h, nil, err
	}
	f, err := fsys.Open(path)
	if err != nil {
		return h, nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if isPacked(f) {
		p, err := readFront(f, size)
		return p.header, &p.seal, err
	}
	typ, payload, _, err := readFrameAt(f, size)
	if err == nil && typ != typeHeader {
		err = fmt.Errorf("%w: no header", errFrame)
	}
	if err != nil {
		return h, nil, fmt.Errorf("read the header: %w", err)
	}
	if h, err = readHeader(payload); err != nil || size < sealSize {
		return h, nil, err
	}
	b := make([]byte, sealSize)
	if _, err := io.ReadFull(io.NewSectionReader(f, size-sealSize, sealSize), b); err != nil {
		return h, nil, fmt.Errorf("read the seal: %w", err)
	}
	typ, payload, n, err := parseFrame(b)
	if err != nil || typ != typeSeal || n != sealSize {
		return h, nil, nil
	}
	if sl, err := glanceSeal(payload, &h); err == nil {
		return h, &sl, nil
	}
	return h, nil, nil
}

// readFrameAt reads the first frame of a file.
func readFrameAt(f io.ReaderAt, size int64) (typ byte, payload []byte, n int, err error) {
	return readFrame(bufio.NewReader(io.NewSectionReader(f, 0, size)))
}
