// Package menu is what the restaurant sells: categories, stations, method groups (做法组),
// dishes with their sizes, and how many portions are left (估清).
//
// A Menu is a plain value. It is imported and validated as a whole, replaced as a whole
// by a fact, and read through an Index. The package reads no clock and does no I/O
// beyond the reader it is given.
package menu

import (
	"crypto/sha256"

	"wendan/store/fact"
	"wendan/store/money"
)

// Menu is everything on sale. Order within each list is the order on the screen. A Menu
// that has been handed to Index or put into a fact must not be changed any more.
type Menu struct {
	Name       string     `cbor:"1,keyasint,omitempty" json:"name"`                 // the restaurant as printed on receipts
	Categories []Category `cbor:"2,keyasint,omitempty" json:"categories,omitempty"` // tabs of the order screen
	Stations   []Station  `cbor:"3,keyasint,omitempty" json:"stations,omitempty"`   // places that cook, each with its slip
	Groups     []Group    `cbor:"4,keyasint,omitempty" json:"groups,omitempty"`     // method groups (做法组)
	Notes      []string   `cbor:"5,keyasint,omitempty" json:"notes,omitempty"`      // quick notes (备注) offered for an order
	Dishes     []Dish     `cbor:"6,keyasint,omitempty" json:"dishes,omitempty"`     // in the order of the menu
}

// Category (分类) is one tab of the order screen.
type Category struct {
	ID     uint16 `cbor:"1,keyasint,omitempty" json:"id"` // from 1, unique among categories
	Name   string `cbor:"2,keyasint,omitempty" json:"name"`
	NameEN string `cbor:"3,keyasint,omitempty" json:"name_en,omitempty"`
	Colour uint8  `cbor:"4,keyasint,omitempty" json:"colour,omitempty"` // index in the screen's palette, which wraps
}

// Station (档口) is a place in the kitchen that gets its own slip.
type Station struct {
	ID     uint16 `cbor:"1,keyasint,omitempty" json:"id"`   // from 1, unique among stations
	Code   string `cbor:"2,keyasint,omitempty" json:"code"` // stable word for routing to printers: "hot", "cold"; [a-z0-9-], unique
	Name   string `cbor:"3,keyasint,omitempty" json:"name"`
	NameEN string `cbor:"4,keyasint,omitempty" json:"name_en,omitempty"`
}

// Group is a method group (做法组): a question asked about a dish, such as how hot.
type Group struct {
	ID       uint16   `cbor:"1,keyasint,omitempty" json:"id"` // from 1, unique among groups
	Name     string   `cbor:"2,keyasint,omitempty" json:"name"`
	NameEN   string   `cbor:"3,keyasint,omitempty" json:"name_en,omitempty"`
	Required bool     `cbor:"4,keyasint,omitempty" json:"required,omitempty"` // a dish cannot be ordered without an answer (必选)
	Many     bool     `cbor:"5,keyasint,omitempty" json:"many,omitempty"`     // several methods may be chosen (多选)
	Methods  []Method `cbor:"6,keyasint,omitempty" json:"methods,omitempty"`
}

// Method is one answer of a group (做法), such as 微辣 or 加蛋.
type Method struct {
	ID     uint16       `cbor:"1,keyasint,omitempty" json:"id"` // from 1, unique in the whole menu
	Name   string       `cbor:"2,keyasint,omitempty" json:"name"`
	NameEN string       `cbor:"3,keyasint,omitempty" json:"name_en,omitempty"`
	Price  money.Amount `cbor:"4,keyasint,omitempty" json:"price,omitempty"` // added to the line, in fen
	Times  bool         `cbor:"5,keyasint,omitempty" json:"times,omitempty"` // Price multiplies with the quantity (随数量); otherwise once per line
}

// Dish is one article of the menu.
type Dish struct {
	ID       uint32       `cbor:"1,keyasint,omitempty" json:"id"` // dish number (编号) a cashier types; from 1, unique
	Name     string       `cbor:"2,keyasint,omitempty" json:"name"`
	NameEN   string       `cbor:"3,keyasint,omitempty" json:"name_en,omitempty"`
	Initials string       `cbor:"4,keyasint,omitempty" json:"initials,omitempty"` // pinyin initials, upper case: GBJD for 宫保鸡丁
	Category uint16       `cbor:"5,keyasint,omitempty" json:"category"`           // Category.ID
	Price    money.Amount `cbor:"6,keyasint,omitempty" json:"price"`              // of one Unit, in fen; ignored when there are Sizes
	Sizes    []Size       `cbor:"7,keyasint,omitempty" json:"sizes,omitempty"`    // 规格; one must be chosen when there are any
	Groups   []uint16     `cbor:"8,keyasint,omitempty" json:"groups,omitempty"`   // Group.ID, in the order asked
	Stations []uint16     `cbor:"9,keyasint,omitempty" json:"stations,omitempty"` // Station.ID; the slip goes to each
	Barcode  string       `cbor:"10,keyasint,omitempty" json:"barcode,omitempty"` // digits as the scanner sends them, unique; "" for none
	Unit     string       `cbor:"11,keyasint,omitempty" json:"unit,omitempty"`    // 份, 杯, 碗, 斤 …
	Hot      bool         `cbor:"12,keyasint,omitempty" json:"hot,omitempty"`     // sells well (热销): first among equals in a search
	Off      bool         `cbor:"13,keyasint,omitempty" json:"off,omitempty"`     // taken off the menu (停售, 下架); cannot be ordered
}

// Size (规格) is one of several portions of a dish with its own price.
type Size struct {
	Name   string       `cbor:"1,keyasint,omitempty" json:"name"`
	NameEN string       `cbor:"2,keyasint,omitempty" json:"name_en,omitempty"`
	Price  money.Amount `cbor:"3,keyasint,omitempty" json:"price"` // in fen
}

// Hash names the menu: SHA-256 of its deterministic CBOR. Equal menus have equal hashes
// on every machine.
func (m *Menu) Hash() fact.Hash { return sha256.Sum256(fact.Marshal(m)) }

// From is the lowest price the dish can be ordered at, for the tile of the order screen:
// the price itself, or the cheapest size.
func (d *Dish) From() money.Amount {
	if len(d.Sizes) == 0 {
		return d.Price
	}
	low := d.Sizes[0].Price
	for _, s := range d.Sizes[1:] {
		low = min(low, s.Price)
	}
	return low
}

// Changed is the body of a "menu.changed" fact: from here on this menu is sold. The
// limits of dishes it no longer has are dropped.
type Changed struct {
	Menu Menu      `cbor:"1,keyasint" json:"menu"`
	Hash fact.Hash `cbor:"2,keyasint" json:"hash"` // Menu.Hash(), so that two registers can compare
}

// Limited is the body of a "menu.limited" fact: the portions left were set by hand (估清,
// 沽清). Portions taken by orders are not recorded here: they follow from the orders.
type Limited struct {
	Dish  uint32 `cbor:"1,keyasint" json:"dish"`
	Limit *Limit `cbor:"2,keyasint,omitempty" json:"limit,omitempty"` // nil: lifted, no limit any more
}

// Kinds of facts about the menu.
var (
	KindChanged = fact.Define[Changed](40, "menu.changed", 1)
	KindLimited = fact.Define[Limited](41, "menu.limited", 1)
)

// Import is the intent to sell by another menu. The menu must have passed Validate
// without an error.
type Import struct {
	Menu Menu `cbor:"1,keyasint" json:"menu"`
}

// Act is the intent's stable name.
func (Import) Act() string { return "menu.import" }

// Decide turns the intent into the body of a "menu.changed" fact. It fails with the first
// Problem that is not a warning; covers is that of Validate.
func (i Import) Decide(covers func(rune) bool) (Changed, error) {
	for _, p := range Validate(&i.Menu, covers) {
		if !p.Warning {
			return Changed{}, p
		}
	}
	return Changed{i.Menu, i.Menu.Hash()}, nil
}

// SetLimit is the intent to limit (估清), stop (沽清) or free a dish.
type SetLimit struct {
	Dish        uint32 `cbor:"1,keyasint" json:"dish"`
	Left        *int32 `cbor:"2,keyasint,omitempty" json:"left,omitempty"`         // nil frees the dish, 0 stops it, n leaves n portions
	UntilLifted bool   `cbor:"3,keyasint,omitempty" json:"until_lifted,omitempty"` // survives the new business day
}

// Act is the intent's stable name.
func (SetLimit) Act() string { return "menu.limit" }
