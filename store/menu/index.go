package menu

// Index finds things in one menu. It is built once per menu, never changes and is safe
// for any number of concurrent readers. Pointers it returns point into the menu and must
// not be written through.
type Index struct {
	menu       *Menu
	dishes     map[uint32]*Dish
	barcodes   map[string]*Dish
	categories map[uint16]*Category
	within     map[uint16][]*Dish
	stations   map[uint16]*Station
	groups     map[uint16]*Group
	methods    map[uint16]*Method
	asked      map[uint16]*Group // by method
	words      words
}

// Index builds the index of m, which must not be changed afterwards. Of duplicates,
// which Validate refuses, the first is found.
func (m *Menu) Index() *Index {
	x := &Index{
		menu:   m,
		dishes: make(map[uint32]*Dish, len(m.Dishes)), barcodes: map[string]*Dish{},
		categories: map[uint16]*Category{}, within: map[uint16][]*Dish{}, stations: map[uint16]*Station{},
		groups: map[uint16]*Group{}, methods: map[uint16]*Method{}, asked: map[uint16]*Group{},
	}
	for i := range m.Categories {
		keep(x.categories, m.Categories[i].ID, &m.Categories[i])
	}
	for i := range m.Stations {
		keep(x.stations, m.Stations[i].ID, &m.Stations[i])
	}
	for i := range m.Groups {
		g := &m.Groups[i]
		keep(x.groups, g.ID, g)
		for j := range g.Methods {
			keep(x.methods, g.Methods[j].ID, &g.Methods[j])
			keep(x.asked, g.Methods[j].ID, g)
		}
	}
	for i := range m.Dishes {
		d := &m.Dishes[i]
		keep(x.dishes, d.ID, d)
		x.within[d.Category] = append(x.within[d.Category], d)
		if d.Barcode != "" {
			keep(x.barcodes, d.Barcode, d)
		}
	}
	x.words = wordsOf(m)
	return x
}

func keep[K comparable, V any](in map[K]*V, key K, v *V) {
	if _, twice := in[key]; !twice {
		in[key] = v
	}
}

// Menu is the menu the index was built from.
func (x *Index) Menu() *Menu { return x.menu }

// Dish finds a dish by its number (编号), on or off the menu.
func (x *Index) Dish(id uint32) (*Dish, bool) { d, ok := x.dishes[id]; return d, ok }

// Barcode finds a dish by exactly the text the scanner sent.
func (x *Index) Barcode(code string) (*Dish, bool) { d, ok := x.barcodes[code]; return d, ok }

// Category finds a category.
func (x *Index) Category(id uint16) (*Category, bool) { c, ok := x.categories[id]; return c, ok }

// In lists the dishes of a category in menu order, those taken off included. The caller
// must not change the list.
func (x *Index) In(category uint16) []*Dish { return x.within[category] }

// Station finds a station.
func (x *Index) Station(id uint16) (*Station, bool) { s, ok := x.stations[id]; return s, ok }

// Group finds a method group.
func (x *Index) Group(id uint16) (*Group, bool) { g, ok := x.groups[id]; return g, ok }

// Method finds a method and the group it belongs to.
func (x *Index) Method(id uint16) (*Method, *Group, bool) {
	m, ok := x.methods[id]
	return m, x.asked[id], ok
}
