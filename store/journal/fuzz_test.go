package journal

import (
	"bytes"
	"testing"

	"wendan/store/fact"
)

func FuzzFrame(f *testing.F) {
	id := newTestIdentity(f)
	m := &maker{id.Start()}
	h := newHeader(&id, id.Start(), 20261122, testTime)
	file := appendGroup(h.frame(id.private), m.group(3, 20))
	s := newSeal(id.Start(), m.head)
	f.Add(append(file, s.frame(id.private)...))
	f.Add(file[:len(file)-9])
	f.Add(make([]byte, 64))
	f.Fuzz(func(t *testing.T, b []byte) {
		seen := uint64(0)
		s, err := scanReader(bytes.NewReader(b), func(*fact.Fact) error { seen++; return nil })
		if err != nil {
			return
		}
		if s.end > int64(len(b)) || s.head.Seq != s.header.First-1+seen {
			t.Fatalf("end %d of %d, head %v, %d facts", s.end, len(b), s.head, seen)
		}
		laterFrame(b)
		if typ, payload, size, err := parseFrame(b); err == nil {
			again := finish(append(make([]byte, frameHead), payload...), typ)
			if !bytes.Equal(again, b[:size]) {
				t.Fatal("frame does not encode as it was read")
			}
		}
	})
}

func FuzzGroup(f *testing.F) {
	m := &maker{fact.Head{Epoch: 1}}
	f.Add(appendGroup(nil, m.group(3, 20))[frameHead:])
	f.Add([]byte{1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, payload []byte) {
		facts, h, err := readGroup(payload, fact.Head{Epoch: 1})
		if err != nil {
			return
		}
		if h.Seq != uint64(len(facts)) || !bytes.Equal(appendGroup(nil, facts)[frameHead:], payload) {
			t.Fatal("group does not encode as it was read")
		}
	})
}

func FuzzHeader(f *testing.F) {
	id := newTestIdentity(f)
	h := newHeader(&id, id.Start(), 20261122, testTime)
	head := h.frame(id.private)
	s := newSeal(id.Start(), fact.Head{Epoch: 1, Seq: 9})
	f.Add(head[frameHead:], s.frame(id.private)[frameHead:])
	f.Fuzz(func(t *testing.T, head, end []byte) {
		got, err := readHeader(head)
		if err != nil {
			return
		}
		if len(got.Public) != 32 || got.First == 0 {
			t.Fatalf("header %+v", got)
		}
		if s, err := readSeal(end, &got); err == nil && s.First != got.First {
			t.Fatalf("seal %+v", s)
		}
	})
}

func FuzzPacked(f *testing.F) {
	id := newTestIdentity(f)
	h := newHeader(&id, id.Start(), 20261122, testTime)
	s := newSeal(id.Start(), fact.Head{Epoch: 1, Seq: 9})
	f.Add(append(makeFront(h.frame(id.private), s.frame(id.private), 3, 9), 1, 2, 3))
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := readFront(bytes.NewReader(b), int64(len(b))); err == nil && p.size+p.length != int64(len(b)) {
			t.Fatalf("front %+v of %d bytes", p, len(b))
		}
		_, _ = scanPacked(bytes.NewReader(b), int64(len(b)), nil) // must only not panic
	})
}

func FuzzName(f *testing.F) {
	f.Add("e0001-000000000205.s01.wdj.zst.broken")
	f.Fuzz(func(t *testing.T, s string) {
		if d, ok := parseName(s); ok && d.String() != s {
			t.Fatalf("%q became %q", s, d)
		}
	})
}
