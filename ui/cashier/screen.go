package cashier

import (
	"image/color"
	"slices"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"wendan/ui/i18n"
	"wendan/ui/kit"
	"wendan/ui/theme"
)

// Screen is the cashier's touchscreen in a window. All its methods must be called on Fyne's goroutine.
type Screen struct {
	m     *Model
	look  *theme.Look
	root  *fyne.Container
	inner *fyne.Container
	win   fyne.Window

	bar     *bar
	banner  *kit.Banner
	toaster *kit.Toaster
	toast   int
	pulse   *canvas.Rectangle
	news    news
	pages   map[Page]view
	sale    *saleView
	front   view
	chrome  bool // the front page has the bar above it
	sheets  []*kit.Sheet

	heldBack []rune // typed so fast that they may be a scan's
	choice   *choiceSheet

	typing      *typingSheet
	testResult  *kit.Words
	untilLifted bool // the last answer in the sold-out sheet

	done chan struct{}
}

// view is a page: what it shows, and what to draw again when parts of the model changed.
type view interface {
	object() fyne.CanvasObject
	refresh(Part)
}

// New makes the screen over doors, at the sign-in page, with the carts of the last run.
func New(doors Doors) *Screen {
	return Over(NewModel(doors, Loop{
		Go:    func(f func()) { go f() },
		Post:  fyne.Do,
		After: after,
		Now:   time.Now,
	}))
}

func after(d time.Duration, f func()) func() {
	t := time.AfterFunc(d, func() { fyne.Do(f) })
	return func() { t.Stop() }
}

// Over makes the screen over a model that somebody else made, with a Loop of their own.
func Over(m *Model) *Screen {
	s := &Screen{m: m, root: container.NewStack()}
	m.OnChange = s.changed
	s.build()
	return s
}

// Model is the state behind the screen, for tests and for joining other input to it.
func (s *Screen) Model() *Model { return s.m }

// Content is the object to put into the window. It stays the same for the life of the screen.
func (s *Screen) Content() fyne.CanvasObject { return s.root }

// Attach tells the screen its window, for sheets and the keyboard.
func (s *Screen) Attach(w fyne.Window) {
	s.win = w
	s.keyboard(w.Canvas())
}

// Run follows the shop's state, the scanners and the clock until Close. It returns at once.
func (s *Screen) Run() {
	if s.done != nil {
		return
	}
	s.done = make(chan struct{})
	go s.watch(s.done)
}

// Close ends what Run began. The carts were handed to the keeper at each change.
func (s *Screen) Close() {
	if s.done != nil {
		close(s.done)
		s.done = nil
	}
}

func (s *Screen) watch(done chan struct{}) {
	doors := &s.m.doors
	changes, end := doors.Shop.Watch()
	defer end()
	clock := time.NewTimer(untilMinute(time.Now()))
	defer clock.Stop()
	for {
		select {
		case <-done:
			return
		case <-changes:
			s.news.bring(doors.Shop.Look(), doors.Shop.Status(), s.m.Take)
		case code, ok := <-doors.Scans:
			if !ok {
				doors.Scans = nil
				continue
			}
			fyne.Do(func() { s.m.Scan(code) })
		case now := <-clock.C:
			clock.Reset(untilMinute(now))
			fyne.Do(s.m.Tick)
		}
	}
}

// news holds the latest state of the shop until the screen's goroutine takes it, so that a busy shop never fills its queue.
type news struct {
	mu      sync.Mutex
	view    View
	status  Status
	waiting bool
}

func (n *news) bring(v View, st Status, take func(View, Status)) {
	n.mu.Lock()
	n.view, n.status = v, st
	first := !n.waiting
	n.waiting = true
	n.mu.Unlock()
	if !first {
		return
	}
	fyne.Do(func() {
		n.mu.Lock()
		v, st := n.view, n.status
		n.waiting = false
		n.mu.Unlock()
		take(v, st)
	})
}

func untilMinute(t time.Time) time.Duration {
	return t.Truncate(time.Minute).Add(time.Minute + 50*time.Millisecond).Sub(t)
}

func (s *Screen) tr(key string, args ...any) string { return i18n.T(s.m.prefs.Lang, key, args...) }

// build makes everything anew in the language, palette and scale in force. The order is in the model and stays.
func (s *Screen) build() {
	p := &s.m.prefs
	s.look = theme.NewLook(p.Dark, p.Scale, p.Lite)
	if app := fyne.CurrentApp(); app != nil {
		app.Settings().SetTheme(theme.New(p.Dark, p.Scale))
	}
	for _, sheet := range s.sheets {
		sheet.Close()
	}
	s.sheets, s.choice = nil, nil
	s.pages = map[Page]view{}
	s.sale = nil
	s.bar = newBar(s)
	s.banner = kit.NewBanner(s.look)
	s.toaster = kit.NewToaster(s.look)
	s.toast = s.m.toast.N
	s.front = s.page(s.m.page)
	s.pulse = fill(color.Transparent, 0)
	s.inner = framed(s.arrange)
	s.root.Objects = []fyne.CanvasObject{s.inner}
	s.stack()
	s.changed(PartStatus | PartPage | PartLines | PartCounts | PartSetup)
	s.root.Refresh()
}

// stack puts the front page under the bar.
func (s *Screen) stack() {
	p := s.m.page
	s.chrome = p != PageSign
	objects := []fyne.CanvasObject{s.front.object()}
	if s.chrome {
		objects = append(objects, s.bar.box, s.banner)
	}
	s.inner.Objects = append(objects, s.toaster, s.pulse)
	if sz := s.inner.Size(); sz.Width > 0 {
		s.arrange(sz)
	}
}

func (s *Screen) arrange(size fyne.Size) {
	top := float32(0)
	if s.chrome {
		put(s.bar.box, 0, 0, size.Width, s.look.BarH)
		top = s.look.BarH
		if s.banner.Visible() {
			put(s.banner, 0, top, size.Width, s.look.Touch)
			top += s.look.Touch
		}
	}
	put(s.front.object(), 0, top, size.Width, size.Height-top)
	put(s.toaster, 0, 0, size.Width, size.Height)
	put(s.pulse, 0, 0, 1, 1)
}

// page is the view of a page, built when first seen.
func (s *Screen) page(p Page) view {
	switch p {
	case PageSale, PagePay, PageFind, PageHeld:
		if s.sale == nil {
			s.sale = newSaleView(s)
		}
		return s.sale
	}
	v := s.pages[p]
	if v == nil {
		switch p {
		case PageDay:
			v = newDayView(s)
		case PageOrders:
			v = newOrdersView(s)
		case PageSettings:
			v = newSettingsView(s)
		case PageSoldOut:
			v = newSoldOutView(s)
		default:
			v = newSignView(s)
		}
		s.pages[p] = v
	}
	return v
}

// changed draws what the model says has changed, and nothing else.
func (s *Screen) changed(p Part) {
	if p&PartLook != 0 {
		s.build()
		return
	}
	if p&PartPage != 0 {
		for _, sheet := range s.sheets {
			sheet.Close()
		}
		s.sheets = nil
		s.front = s.page(s.m.page)
		s.stack()
		p |= PartLines | PartTiles | PartRail | PartPay | PartList | PartSign | PartFind | PartCounts | PartSetup
	}
	s.front.refresh(p)
	if p&(PartStatus|PartLines|PartCounts|PartPage) != 0 && s.chrome {
		s.bar.refresh(p)
	}
	if p&PartStatus != 0 {
		s.alarm()
	}
	if p&PartChoice != 0 {
		s.showChoice()
	}
	if p&PartSetup != 0 && s.testResult != nil {
		if t := s.m.Test(); t != nil {
			s.testResult.Set(s.testText(t.Printer))
		}
	}
	if t := s.m.toast; t.N != s.toast {
		s.toast = t.N
		s.toaster.Offer(t.Text, t.Action, t.Do)
	}
	// What was hidden until now is unknown to the window, and its Refresh alone paints nothing.
	s.pulse.Refresh()
}

// alarm raises or clears the banner; it never takes the screen.
func (s *Screen) alarm() {
	was := s.banner.Visible()
	if a := s.m.Alarm(); a != nil {
		s.banner.Raise(tone(a.Grade), a.Text, s.tr("act.look"), s.devices)
	} else {
		s.banner.Clear()
	}
	if was != s.banner.Visible() && s.inner != nil {
		s.arrange(s.inner.Size())
	}
}

// open shows a sheet over the screen.
func (s *Screen) open(sheet *kit.Sheet) {
	if s.win != nil {
		s.sheets = slices.DeleteFunc(s.sheets, func(old *kit.Sheet) bool { return !old.Shown() })
		s.sheets = append(s.sheets, sheet)
		sheet.Open(s.win.Canvas())
	}
}
