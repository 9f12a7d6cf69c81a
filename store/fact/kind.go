package fact

import (
	"fmt"
	"sort"
	"sync"
)

// Number is the stored number of a kind. Numbers are explicit, never reused and only
// grow; a reader skips numbers it does not know and keeps their facts.
//
//	  1– 19  register, day, clock            (store/shift, store/till)
//	 20– 39  staff                           (store/staff)
//	 40– 59  menu and sold-out               (store/menu)
//	 60–119  orders, returns, tables         (store/order)
//	120–149  payments and refunds            (store/pay)
//	150–169  paper and drawer                (store/receipt)
//	170–189  shift and till money            (store/shift)
//	190–     later features
type Number uint16

// Kind ties a number to the Go type of its body.
type Kind[T any] struct {
	Number Number
	Name   string // stable, dotted: "order.placed"
	Ver    uint8  // version written now
}

type described struct {
	name   string
	decode func([]byte) (any, error)
}

var (
	kindsMu sync.Mutex
	kinds   = map[Number]described{}
)

// Define declares a kind. Call it only in package variable declarations; it panics on a
// number declared twice.
func Define[T any](n Number, name string, ver uint8) Kind[T] {
	kindsMu.Lock()
	defer kindsMu.Unlock()
	if old, twice := kinds[n]; twice || n == 0 || ver == 0 {
		panic(fmt.Sprintf("fact: kind %d (%s) declared wrongly or twice (%s)", n, name, old.name))
	}
	kinds[n] = described{name, func(b []byte) (any, error) {
		var v T
		err := Unmarshal(b, &v)
		return v, err
	}}
	return Kind[T]{n, name, ver}
}

// Draft is a fact before it is numbered: what the pure rules decide.
type Draft struct {
	Kind Number
	Ver  uint8
	Body []byte
}

// Draft makes a draft of the kind.
func (k Kind[T]) Draft(body T) Draft { return Draft{k.Number, k.Ver, Marshal(body)} }

// Is reports whether f is of this kind.
func (k Kind[T]) Is(f *Fact) bool { return f.Kind == k.Number }

// Read decodes the body of f, which must be of this kind.
func (k Kind[T]) Read(f *Fact) (T, error) {
	var v T
	if f.Kind != k.Number {
		return v, ErrDecode.Wrap(fmt.Errorf("fact %d is %s, not %s", f.Seq, Name(f.Kind), k.Name))
	}
	err := Unmarshal(f.Body, &v)
	return v, err
}

// Name is the kind's name, or "kind 77" for one this program does not know.
func Name(n Number) string {
	kindsMu.Lock()
	defer kindsMu.Unlock()
	if d, ok := kinds[n]; ok {
		return d.name
	}
	return fmt.Sprintf("kind %d", n)
}

// Body decodes the body with the type its kind was declared with, for dumps and JSON. An
// unknown kind gives the generic CBOR value.
func Body(f *Fact) (any, error) {
	kindsMu.Lock()
	d, ok := kinds[f.Kind]
	kindsMu.Unlock()
	if ok {
		return d.decode(f.Body)
	}
	if len(f.Body) == 0 {
		return nil, nil
	}
	var v any
	err := Unmarshal(f.Body, &v)
	return v, err
}

// Numbers lists the kinds declared by the packages linked in, smallest first.
func Numbers() []Number {
	kindsMu.Lock()
	defer kindsMu.Unlock()
	all := make([]Number, 0, len(kinds))
	for n := range kinds {
		all = append(all, n)
	}
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	return all
}
