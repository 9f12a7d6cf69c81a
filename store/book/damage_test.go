package book

import (
	"bytes"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"wendan/store/book/booktest"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/order"
)

// filled makes a closed book of facts and returns its bytes up to the high-water mark.
func filled(t testing.TB, facts []fact.Fact) (path string, image []byte) {
	t.Helper()
	path = newPath(t)
	b, err := Open(path, mine)
	must(t, err)
	for i := 0; i < len(facts); i += 40 { // some commits, so that pages become free
		must(t, b.Apply(facts[i:min(i+40, len(facts))]))
	}
	must(t, b.Close())
	h, err := inspect(path)
	must(t, err)
	image, err = os.ReadFile(path)
	must(t, err)
	return path, image[:h.high*uint64(h.pageSize)]
}

func newest(t testing.TB, path string) (h health, page int64) {
	t.Helper()
	h, err := inspect(path)
	must(t, err)
	return h, int64(h.txn%2) * int64(h.pageSize)
}

func TestDamagedFilesAreRefusedBeforeTheyAreMapped(t *testing.T) {
	facts := booktest.Days(20, 1, 40)
	path, image := filled(t, facts)
	h, _ := newest(t, path)
	size := int(h.pageSize)
	list := int(h.freelist) * size
	for name, harm := range map[string]func([]byte) []byte{
		"empty":           func([]byte) []byte { return nil },
		"one page":        func(b []byte) []byte { return b[:size] },
		"half":            func(b []byte) []byte { return b[:len(b)/2] },
		"one page short":  func(b []byte) []byte { return b[:len(b)-size] },
		"text":            func(b []byte) []byte { return bytes.Repeat([]byte("not a book "), 2000) },
		"both metas":      func(b []byte) []byte { b[30] ^= 1; b[size+30] ^= 1; return b },
		"zeroed start":    func(b []byte) []byte { clear(b[:2*size]); return b },
		"freelist zeroed": func(b []byte) []byte { clear(b[list : list+size]); return b },
		"freelist flags":  func(b []byte) []byte { b[list+8] = leafPage; return b },
		"freelist out of order": func(b []byte) []byte {
			if native.Uint16(b[list+10:]) < 2 {
				t.Fatal("no two free pages")
			}
			copy(b[list+pageHead+8:list+pageHead+16], b[list+pageHead:])
			return b
		},
		"more pages than the file": func(b []byte) []byte {
			for _, page := range []int{0, size} {
				m := b[page+pageHead : page+pageHead+metaSize]
				native.PutUint64(m[40:], h.high+1)
				sum := fnv.New64a()
				sum.Write(m[:56])
				native.PutUint64(m[56:], sum.Sum64())
			}
			return b
		},
		"freelist beyond end": func(b []byte) []byte { b[list+pageHead+5] = 0x7f; return b },
	} {
		harmed := harm(bytes.Clone(image))
		must(t, os.WriteFile(path, harmed, 0o600))
		if _, err := inspect(path); err == nil {
			t.Errorf("%s: would be mapped", name)
		}
		if _, err := Open(path, mine); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
		if now, _ := os.ReadFile(path); !bytes.Equal(now, harmed) {
			t.Errorf("%s: the file was changed", name)
		}
		b, again, err := Ensure(ctx, path, mine, tape(facts).Each, nil)
		if err != nil || !again || b.Applied().Seq != uint64(len(facts)) {
			t.Fatalf("%s: not rebuilt: %v", name, err)
		}
		must(t, b.Check(ctx))
		must(t, b.Close())
	}
}

func TestFlippedNewestMetaPageHealsByApplyingAgain(t *testing.T) {
	facts := booktest.Days(21, 1, 30)
	for bit := range 8 * metaSize {
		if bit%37 != 0 {
			continue
		}
		path, _ := filled(t, facts)
		h, at := newest(t, path)
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		must(t, err)
		one := make([]byte, 1)
		off := at + pageHead + int64(bit/8)
		_, err = f.ReadAt(one, off)
		must(t, err)
		one[0] ^= 1 << (bit % 8)
		_, err = f.WriteAt(one, off)
		must(t, errors.Join(err, f.Close()))

		b, err := Open(path, mine)
		must(t, err)
		s, err := b.Stats()
		must(t, err)
		if !s.Lame || b.Applied().Seq >= uint64(len(facts)) {
			t.Fatalf("bit %d of commit %d: book says %v", bit, h.txn, b.Applied())
		}
		must(t, b.Apply(facts[b.Applied().Seq:]))
		must(t, b.Check(ctx))
		same(t, b, rebuilt(t, facts))
		must(t, b.Close())
	}
}

func TestRotInAnOrderIsFoundWhereItIsRead(t *testing.T) {
	facts := booktest.Days(22, 1, 30)
	path, image := filled(t, facts)
	name := []byte("宫保鸡丁")
	at := bytes.LastIndex(image, name)
	if at < 0 {
		t.Fatal("no dish name in the file")
	}
	for ; at >= 0; at = bytes.LastIndex(image[:at], name) {
		image[at+2] ^= 1 // another character, so that only the checksum can tell; in every copy, whichever page is the live one
	}
	must(t, os.WriteFile(path, image, 0o600))
	b, err := Open(path, mine)
	must(t, err)
	defer b.Close()
	rotten, good := 0, 0
	for n := uint64(1); n <= 30; n++ {
		switch _, err := b.Order(order.Number{Register: "A", Epoch: 1, N: n}); {
		case errors.Is(err, ErrRot):
			rotten++
		case err == nil:
			good++
		default:
			t.Fatalf("order %d: %v", n, err)
		}
	}
	if rotten == 0 || good == 0 {
		t.Fatalf("%d orders rotten, %d good", rotten, good)
	}
	if err := b.Check(ctx); !errors.Is(err, ErrRot) {
		t.Fatalf("check: %v", err)
	}
	if s, err := b.Stats(); err != nil || s.Rot < uint64(rotten) {
		t.Fatalf("stats %+v, %v", s, err)
	}
	if err := b.Err(); err != nil {
		t.Fatalf("one rotten order closed the whole book: %v", err)
	}
}

// exercise uses every door of a book that may be damaged. All that matters is that it comes
// back, with faults.
func exercise(path string, facts []fact.Fact) (err error) {
	b, err := Open(path, mine)
	if err != nil {
		return err
	}
	note := func(e error) {
		if err == nil {
			err = e
		}
	}
	for n := uint64(1); n <= 40; n++ {
		if _, e := b.Order(order.Number{Register: "A", Epoch: 1, N: n}); !errors.Is(e, ErrAbsent) {
			note(e)
		}
	}
	_, e := b.OrdersOfDay(20261122, 0, 100)
	note(e)
	_, e = b.OpenOrders()
	note(e)
	_, e = b.Jobs()
	note(e)
	_, e = b.Unbooked(0, 1000)
	note(e)
	_, e = b.Totals(20261122)
	note(e)
	note(b.Check(ctx))
	if have := b.Applied().Seq; have < uint64(len(facts)) {
		note(b.Apply(facts[have:]))
	}
	note(b.Check(ctx))
	return errors.Join(err, b.Close())
}

func TestGarbageInAnyPageIsAFaultAndNeverADeath(t *testing.T) {
	facts := booktest.Days(23, 1, 40)
	path, image := filled(t, facts[:len(facts)-20])
	h, _ := newest(t, path)
	size := int(h.pageSize)
	rnd := rand.New(rand.NewPCG(23, 1))
	unnoticed := 0
	for page := 2; page < int(h.high); page++ {
		for _, harm := range []func([]byte){
			func(p []byte) { clear(p) },
			func(p []byte) {
				for i := range p {
					p[i] = byte(rnd.Uint32())
				}
			},
			func(p []byte) { p[pageHead+7] ^= 0x40 }, // a position or child pointer far outside
			func(p []byte) { copy(p, image[2*size:3*size]) },
		} {
			harmed := bytes.Clone(image)
			harm(harmed[page*size : (page+1)*size])
			must(t, os.WriteFile(path, harmed, 0o600))
			switch err := exercise(path, facts); fault.Code(err) {
			case "":
				unnoticed++ // a free page
			case "book.damaged", "book.rot", "book.failed", "book.forked":
			default:
				t.Fatalf("page %d: %v", page, err)
			}
		}
	}
	if total := 4 * int(h.high-2); unnoticed > total*3/4 {
		t.Fatalf("%d of %d went unnoticed", unnoticed, total)
	}
}

func TestPageThatIsItsOwnChildIsFoundBeforeItIsFollowed(t *testing.T) {
	facts := booktest.Days(28, 1, 60)
	path, image := filled(t, facts)
	h, _ := newest(t, path)
	size := int(h.pageSize)
	circles := 0
	for page := 2; page < int(h.high); page++ {
		p := image[page*size:]
		if native.Uint16(p[8:]) != branchPage {
			continue
		}
		harmed := bytes.Clone(image)
		native.PutUint64(harmed[page*size+pageHead+8:], uint64(page))
		must(t, os.WriteFile(path, harmed, 0o600))
		must(t, os.WriteFile(path+flag, nil, 0o600)) // as the process left it that died of it
		b, err := Open(path, mine)
		if err == nil { // a page no longer in use
			must(t, b.Check(ctx))
			must(t, b.Close())
			continue
		}
		if !errors.Is(err, ErrDamaged) {
			t.Fatalf("page %d: %v", page, err)
		}
		circles++
	}
	if circles == 0 {
		t.Fatal("no branch page in use was turned into a circle")
	}
	must(t, os.WriteFile(path, image, 0o600))
	must(t, sound(t, path, mine).Close()) // the sound tree passes, and the flag goes with the clean end
	if _, err := os.Stat(path + flag); !os.IsNotExist(err) {
		t.Fatalf("flag after a clean end: %v", err)
	}
}

func TestKilledBetweenAnyTwoBatchesResumesToTheSameBook(t *testing.T) {
	facts := booktest.Days(29, 2, 30)
	path, want := newPath(t), rebuilt(t, facts)
	b := sound(t, path, mine)
	for at := 0; at < len(facts); at += 40 {
		must(t, b.Apply(facts[at:min(at+40, len(facts))]))
		now, err := os.ReadFile(path) // what a killed process leaves behind
		must(t, err)
		left := newPath(t)
		must(t, os.WriteFile(left, now, 0o600))
		must(t, os.WriteFile(left+flag, nil, 0o600))
		again, err := Open(left, mine)
		must(t, err)
		must(t, again.Apply(facts[again.Applied().Seq:]))
		same(t, again, want)
		must(t, errors.Join(again.Check(ctx), again.Close()))
	}
}

func TestFileCutWhileOpenIsAFaultAndNeverADeath(t *testing.T) {
	facts := booktest.Days(24, 1, 40)
	path, _ := filled(t, facts[:len(facts)-20])
	b, err := Open(path, mine)
	must(t, err)
	must(t, os.Truncate(path, 8192))
	_, err = b.OrdersOfDay(20261122, 0, 100)
	if !errors.Is(err, ErrDamaged) {
		t.Fatalf("reading a page that is gone: %v", err)
	}
	for name, err := range map[string]error{"Apply": b.Apply(facts), "Check": b.Check(ctx), "Err": b.Err(), "SetMark": b.SetMark("x", fact.Head{})} {
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("%s after that: %v", name, err)
		}
	}
	must(t, b.Close())
	again, err := Rebuild(ctx, path, mine, tape(facts).Each, nil)
	must(t, err)
	keepSound(t, again)
}

func TestFullDiskIsToldAndTheBookGoesOnAfterwards(t *testing.T) {
	facts := booktest.Days(25, 2, 400)
	path := newPath(t)
	small := mine
	small.MaxSize = 256 << 10
	b, err := Open(path, small)
	must(t, err)
	for at := 0; err == nil && at < len(facts); at += 50 {
		err = b.Apply(facts[at:min(at+50, len(facts))])
	}
	if !errors.Is(err, ErrFull) || !errors.Is(b.Err(), ErrFull) {
		t.Fatalf("limit of the size: %v", err)
	}
	must(t, b.Close())
	b = sound(t, path, mine)
	if b.Applied().Seq == 0 {
		t.Fatal("what was applied before is gone")
	}
	must(t, b.Apply(facts[b.Applied().Seq:]))
	same(t, b, rebuilt(t, facts))
}

func TestBackupIsReadBackAndOpensAsABook(t *testing.T) {
	facts := booktest.Days(26, 2, 30)
	b := sound(t, newPath(t), mine)
	must(t, b.Apply(facts))
	to := filepath.Join(t.TempDir(), "copy.db")
	head, err := b.Backup(ctx, to)
	must(t, err)
	if head != b.Applied() {
		t.Fatalf("copy reaches %v", head)
	}
	same(t, sound(t, to, mine), b)
	if _, err := b.Backup(ctx, filepath.Join(t.TempDir(), "no", "folder", "copy.db")); err == nil {
		t.Fatal("a backup into nowhere was reported as made")
	}
}

func FuzzInspect(f *testing.F) {
	_, image := filled(f, booktest.Days(27, 1, 2))
	f.Add(image[:2*4096])
	f.Add([]byte{})
	f.Add(make([]byte, 70000))
	path := newPath(f)
	f.Fuzz(func(t *testing.T, image []byte) {
		must(t, os.WriteFile(path, image, 0o600))
		h, err := inspect(path)
		if err == nil && h.high*uint64(h.pageSize) > uint64(len(image)) {
			t.Fatalf("%d pages accepted in %d bytes", h.high, len(image))
		}
		if err == nil {
			_ = walkPages(ctx, bytes.NewReader(image), h.meta)
		}
	})
}
