package cashier

import (
	"context"
	"time"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/order"
	"wendan/store/staff"
	"wendan/ui/i18n"
)

// Part says which parts of the screen a change touches, so that only these are drawn again.
type Part uint32

// Parts.
const (
	PartLines  Part = 1 << 0 // lines and total of the current order
	PartTiles  Part = 1 << 1 // counts and sold-out marks of the dishes
	PartRail   Part = 1 << 2 // categories, or the chosen one
	PartStatus Part = 1 << 3 // status bar and alarm banner
	PartPage   Part = 1 << 4 // another page
	PartToast  Part = 1 << 5
	PartPay    Part = 1 << 6 // payment page
	PartList   Part = 1 << 7 // lists of orders and the preview
	PartSign   Part = 1 << 8
	PartChoice Part = 1 << 9  // the sheet of sizes and methods
	PartFind   Part = 1 << 10 // search
	PartCounts Part = 1 << 11 // numbers of held and unpaid orders
	PartLook   Part = 1 << 12 // language, palette, scale: build everything again
	PartSetup  Part = 1 << 13 // settings page
)

// Page is what fills the screen.
type Page uint8

// Pages.
const (
	PageSign     Page = 1 // who are you
	PageDay      Page = 2 // open the business day
	PageSale     Page = 3
	PagePay      Page = 4
	PageFind     Page = 5
	PageHeld     Page = 6
	PageOrders   Page = 7
	PageSettings Page = 8
	PageSoldOut  Page = 9
)

// Loop is what the model needs of the program around it: other goroutines, the screen's goroutine and the time.
type Loop struct {
	Go    func(f func())                                // runs f elsewhere
	Post  func(f func())                                // runs f on the screen's goroutine, in order
	After func(d time.Duration, f func()) (stop func()) // runs f on the screen's goroutine after d
	Now   func() time.Time
}

// patience is how long an act may take before its outcome counts as unknown and it is asked again with the same key.
const patience = 15 * time.Second

// Toast is a short message; Do is offered under Action for as long as it shows.
type Toast struct {
	Text   string
	Action string
	Do     func()
	N      int // grows with every toast
}

// Model is the state of the cashier's screen and everything that can be done with it. All methods must be called on
// one goroutine; nothing in it waits for disk, device or network.
type Model struct {
	OnChange func(Part)

	doors  Doors
	loop   Loop
	prefs  Settings
	view   View
	status Status
	page   Page
	me     *staff.Person
	sign   Sign

	cats     []Category
	cat      int
	tiles    []Tile
	counts   map[uint32]int32 // portions of each dish in the current order
	cur      *cart
	held     []*cart
	heldNo   int
	selected int
	entry    string // quantity being typed
	typing   bool
	bill     order.Bill
	choice   *Choice
	find     Find
	pay      *Payment
	last     *Sale
	list     List
	day      Day
	fav      favourite
	shown    []uint32 // dishes that sales put on the first page
	made     int      // catalogues made, so that screens see a new one
	closing  bool
	printing bool // a reprint is on its way
	test     *Test
	saves    int // settings saved so far
	tell     int // the save to tell about
	drawer   fact.Key
	busy     map[fact.Key]bool // acts on their way, by key
	broken   *fault.Error      // the till's storage fails
	toast    Toast
	keeper   *keeper
	dirty    Part
	depth    int
}

// NewModel starts with the carts of the last run and the sign-in page.
func NewModel(doors Doors, loop Loop) *Model {
	m := &Model{doors: doors, loop: loop, busy: map[fact.Key]bool{}, counts: map[uint32]int32{}, page: PageSign, selected: -1}
	m.prefs = doors.Preferences.Settings()
	if m.prefs.Lang == "" {
		m.prefs.Lang = fault.ZH
	}
	m.view, m.status = doors.Shop.Look(), doors.Shop.Status()
	m.keeper = &keeper{loop: loop, save: doors.Carts.Save}
	m.restore(doors.Kept)
	m.catalogue()
	return m
}

// change runs f and reports everything it touched at once.
func (m *Model) change(f func()) {
	m.depth++
	f()
	m.depth--
	if m.depth > 0 || m.dirty == 0 {
		return
	}
	d := m.dirty
	m.dirty = 0
	if m.OnChange != nil {
		m.OnChange(d)
	}
}

func (m *Model) touch(p Part) { m.dirty |= p }

func (m *Model) tr(key string, args ...any) string { return i18n.T(m.prefs.Lang, key, args...) }

// Lang is the language in force.
func (m *Model) Lang() fault.Lang { return m.prefs.Lang }

// name chooses between a Chinese and an English name.
func (m *Model) name(zh, en string) string {
	if m.prefs.Lang == fault.EN && en != "" {
		return en
	}
	return zh
}

// Page is the page in front.
func (m *Model) Page() Page { return m.page }

// Me is who is signed in, or nil.
func (m *Model) Me() *staff.Person { return m.me }

// Shop is the state shown.
func (m *Model) Shop() *View { return &m.view }

// Toast is the latest message.
func (m *Model) Toast() Toast { return m.toast }

// Now is the time on the screen's clock.
func (m *Model) Now() time.Time { return m.loop.Now() }

func (m *Model) say(text string) { m.offer(text, "", nil) }

func (m *Model) offer(text, action string, do func()) {
	m.toast = Toast{Text: text, Action: action, Do: do, N: m.toast.N + 1}
	m.touch(PartToast)
}

// fail shows an error as a message and sounds.
func (m *Model) fail(err error) {
	if err != nil {
		m.say(fault.Of(err).Text(m.prefs.Lang))
		m.beep(SoundError)
	}
}

func (m *Model) beep(s Sound) {
	if m.prefs.Sound {
		m.loop.Go(func() { m.doors.Bench.Beep(s) })
	}
}

// Go turns to a page, when somebody may: a payment under way and a closed day keep theirs.
func (m *Model) Go(p Page) {
	m.change(func() {
		if m.me == nil || m.pay != nil && m.pay.Saving() {
			return
		}
		if !m.view.DayOpen && p != PageSign && p != PageOrders && p != PageSettings {
			p = PageDay
		}
		if p != PagePay {
			m.pay = nil
		}
		m.seen()
		m.turn(p)
		switch p {
		case PageOrders:
			m.list.open(m)
		case PageFind, PageSoldOut:
			m.find.Text, m.find.done = "", false
			m.findAgain()
		}
	})
}

func (m *Model) turn(p Page) {
	if m.page != p {
		m.page = p
		m.typing, m.entry = false, ""
		m.touch(PartPage | PartLines)
	}
}

// home is the page to return to.
func (m *Model) home() Page {
	switch {
	case m.me == nil:
		return PageSign
	case !m.view.DayOpen:
		return PageDay
	}
	return PageSale
}

// Back leaves the page or the open sheet; it never loses the order.
func (m *Model) Back() {
	m.change(func() {
		switch {
		case m.choice != nil:
			m.choice = nil
			m.touch(PartChoice)
		case m.typing:
			m.typing, m.entry = false, ""
			m.touch(PartLines)
		case m.pay != nil && m.pay.Saving():
		case m.page == PageSign:
			m.sign.Person = nil
			m.touch(PartSign)
		default:
			m.Go(m.home())
		}
	})
}

// do sends an act to the till from another goroutine and hands its answer to then.
func (m *Model) do(key fact.Key, intent act.Intent, then func(act.Answer, error)) {
	a := act.Act{Key: key, By: act.By{Source: fact.SourceScreen}, Intent: intent}
	if m.me != nil {
		a.By.Staff = m.me.ID
	}
	if in, ok := intent.(staff.SignIn); ok {
		a.By.Staff = in.Person
	}
	m.doAct(a, then)
}

func (m *Model) doAct(a act.Act, then func(act.Answer, error)) {
	m.loop.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		answer, err := m.doors.Till.Do(ctx, a)
		m.loop.Post(func() {
			m.change(func() {
				m.storage(err)
				then(answer, err)
				if fault.Code(err) == staff.ErrSignedOut.Code { // the register knows nobody here: ask for a PIN again
					m.lock()
				}
			})
		})
	})
}

// storage keeps the fault of a till that cannot write in the banner until an act went through.
func (m *Model) storage(err error) {
	was := m.broken
	switch {
	case fault.Code(err) == codeStorage:
		m.broken = fault.Of(err)
	case err == nil:
		m.broken = nil
	}
	if was != m.broken {
		m.touch(PartStatus)
	}
}

// Codes of faults of the till, which this package must not import.
const (
	codeUnknown = "till.unknown"
	codeStorage = "till.storage"
	codeClosed  = "till.closed"
)

// Take takes in a new state of the shop. Call it when Watch signals; Look and Status were read elsewhere.
func (m *Model) Take(v View, s Status) {
	m.change(func() {
		old := m.view
		m.view, m.status = v, s
		m.touch(PartStatus)
		if old.Menu != v.Menu {
			m.catalogue()
			m.freezeAll()
			m.choice = nil // it asked what the old menu asks
			m.touch(PartRail | PartTiles | PartLines | PartChoice)
		}
		if !sameLimits(old.Limits, v.Limits) {
			m.touch(PartTiles)
		}
		if len(old.Open) != len(v.Open) {
			m.touch(PartCounts | PartList)
		}
		if old.Day != v.Day || old.DayOpen != v.DayOpen {
			m.renew()
			m.touch(PartPage)
			if m.me != nil && (m.page == PageDay || m.page == PageSale) && m.pay == nil {
				m.turn(m.home())
			}
		}
		m.learn()
		if len(old.People) != len(v.People) {
			m.touch(PartSign)
		}
		if m.me != nil && !v.SignedIn[m.me.ID] && old.SignedIn[m.me.ID] {
			m.lock()
		}
		if m.page == PageOrders && (old.Made != v.Made || m.list.behind(&s)) {
			m.list.stale(m)
		}
	})
}

// Tick redraws the clock.
func (m *Model) Tick() {
	m.change(func() {
		m.touch(PartStatus)
		m.learn()
	})
}
