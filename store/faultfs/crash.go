package faultfs

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
)

const sector = 512

// Crash says how thoroughly to look.
type Crash struct {
	Seed   uint64 // of the random choices; the same record and seed give the same states
	Random int    // random choices after each operation, beside the systematic ones
	From   int    // first operation to cut behind
}

// State is what a power cut behind operation Cut may have left.
type State struct {
	Cut   int
	Op    Op
	Marks []any  // notes made up to the cut
	How   string // which unsynced things survived
	FS    *Mem
}

func (s State) String() string {
	return fmt.Sprintf("cut behind operation %d (%v), %s", s.Cut, s.Op, s.How)
}

type disk struct {
	data    map[int][]byte // durable contents of inodes
	dirty   []Op           // writes and truncations that no sync has reached, in order
	names   map[string]int // durable names
	entries []Op           // creations, renames and removals that no folder sync has reached
	dirs    map[string]bool
}

// Crashes calls visit with every distinct state that a power cut behind each recorded operation may leave. After each operation that is:
// nothing unsynced survived, all of it, the data without the names, the names without the data, each unsynced thing
// alone missing and alone there, and random choices of 512-byte sectors, torn prefixes and names. A sync makes a file's data
// durable, only a folder sync makes its name durable. States are the caller's to change. It returns the
// number of states visited and visit's first error.
func (f *FS) Crashes(c Crash, visit func(State) error) (int, error) {
	ops := f.Ops()
	d := &disk{data: map[int][]byte{}, names: map[string]int{}, dirs: f.dirs}
	f.mu.Lock()
	for _, g := range f.initial {
		d.data[g.ino], d.names[g.name] = slices.Clone(g.data), g.ino
	}
	f.mu.Unlock()
	rng := rand.New(rand.NewPCG(c.Seed, 0x5eed))
	seen := map[[2]uint64]bool{}
	var marks []any
	visited := 0
	for i, o := range ops {
		d.apply(o)
		if o.Kind == Mark {
			marks = append(marks, o.Note)
		}
		if i < c.From {
			continue
		}
		for _, ch := range d.choices(rng, c.Random) {
			m := d.build(ch)
			key := [2]uint64{m.sum(), uint64(len(marks))}
			if seen[key] {
				continue
			}
			seen[key] = true
			visited++
			if err := visit(State{i, o, slices.Clone(marks), ch.how, m}); err != nil {
				return visited, err
			}
		}
	}
	return visited, nil
}

func (d *disk) apply(o Op) {
	switch o.Kind {
	case Write, Truncate:
		if o.ino >= 0 && (o.Kind == Truncate || len(o.Data) > 0) {
			d.dirty = append(d.dirty, o)
		}
	case Sync:
		if o.Err != nil && !o.Lost || o.Err == nil {
			for _, w := range d.dirty {
				if w.ino == o.ino {
					d.data[w.ino] = change(d.data[w.ino], w, whole)
				}
			}
		}
		d.dirty = slices.DeleteFunc(d.dirty, func(w Op) bool { return w.ino == o.ino })
	case Create, Rename, Remove:
		if o.ino >= 0 {
			d.entries = append(d.entries, o)
		}
	case SyncDir:
		if o.Err != nil {
			return
		}
		inDir := func(e Op) bool { return filepath.Dir(e.Name) == o.Name }
		for _, e := range d.entries {
			if inDir(e) {
				name(d.names, e)
			}
		}
		d.entries = slices.DeleteFunc(d.entries, inDir)
	}
}

func name(names map[string]int, e Op) {
	if e.Kind != Create {
		if ino, ok := names[e.Name]; ok && ino == e.ino {
			delete(names, e.Name)
		}
	}
	switch e.Kind {
	case Create:
		names[e.Name] = e.ino
	case Rename:
		names[e.To] = e.ino
	}
}

// keep says how much of a write survives.
type keep struct {
	none    bool
	prefix  int    // bytes from the start; below 0 all
	sectors uint64 // when not 0: seed of the sectors that survive
}

var (
	whole = keep{prefix: -1}
	lost  = keep{none: true}
)

func change(data []byte, o Op, k keep) []byte {
	switch {
	case k.none:
		return data
	case o.Kind == Truncate:
		return resize(slices.Clone(data), o.Size)
	case k.sectors != 0:
		rng := rand.New(rand.NewPCG(k.sectors, 1))
		for at := int64(0); at < int64(len(o.Data)); {
			n := min(sector-(o.Off+at)%sector, int64(len(o.Data))-at)
			if rng.IntN(2) == 0 {
				data = write(data, o.Data[at:at+n], o.Off+at)
			}
			at += n
		}
		return data
	case k.prefix >= 0:
		return write(data, o.Data[:min(k.prefix, len(o.Data))], o.Off)
	}
	return write(data, o.Data, o.Off)
}

type choice struct {
	how   string
	data  []keep
	names []bool
}

func (d *disk) choices(rng *rand.Rand, random int) []choice {
	fill := func(k keep, named bool, how string) choice {
		c := choice{how, make([]keep, len(d.dirty)), make([]bool, len(d.entries))}
		for i := range c.data {
			c.data[i] = k
		}
		for i := range c.names {
			c.names[i] = named
		}
		return c
	}
	all := []choice{fill(lost, false, "nothing unsynced survived"), fill(whole, true, "everything survived")}
	if len(d.dirty) > 0 && len(d.entries) > 0 {
		all = append(all, fill(whole, false, "data without names"), fill(lost, true, "names without data"))
	}
	for i := range d.dirty {
		c := fill(whole, true, fmt.Sprintf("all but %v", d.dirty[i]))
		c.data[i] = lost
		e := fill(lost, true, fmt.Sprintf("only %v", d.dirty[i]))
		e.data[i] = whole
		all = append(all, c, e)
	}
	for i := range d.entries {
		c := fill(whole, true, fmt.Sprintf("all but %v", d.entries[i]))
		c.names[i] = false
		e := fill(whole, false, fmt.Sprintf("only %v", d.entries[i]))
		e.names[i] = true
		all = append(all, c, e)
	}
	if len(d.dirty)+len(d.entries) == 0 {
		return all[:1]
	}
	for range random {
		c := fill(lost, false, "random sectors, prefixes and names")
		for i := range c.data {
			switch rng.IntN(4) {
			case 0:
				c.data[i] = whole
			case 1:
				c.data[i] = keep{sectors: rng.Uint64() | 1}
			case 2:
				c.data[i] = keep{prefix: rng.IntN(len(d.dirty[i].Data) + 1)}
			}
		}
		for i := range c.names {
			c.names[i] = rng.IntN(2) == 0
		}
		all = append(all, c)
	}
	return all
}

func (d *disk) build(c choice) *Mem {
	m := NewMem()
	for dir := range d.dirs {
		_ = m.MkdirAll(dir) // cannot fail in memory
	}
	names := make(map[string]int, len(d.names))
	for n, ino := range d.names {
		names[n] = ino
	}
	for i, e := range d.entries {
		if c.names[i] {
			name(names, e)
		}
	}
	data := map[int]*inode{}
	for n, ino := range names {
		if data[ino] == nil {
			data[ino] = &inode{slices.Clone(d.data[ino])}
		}
		m.files[n] = data[ino]
	}
	for i, w := range d.dirty {
		if ino := data[w.ino]; ino != nil {
			ino.data = change(ino.data, w, c.data[i])
		}
	}
	return m
}
