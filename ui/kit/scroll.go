package kit

import (
	"math"
	"time"

	"fyne.io/fyne/v2"
)

const (
	flingTau   = 240 * time.Millisecond // the speed falls to a third in this time
	flingLeast = 90                     // dp/s; slower releases simply stop
	flingMost  = 5200                   // dp/s
	traceSpan  = 100 * time.Millisecond // the release speed is taken over this time
)

type trace struct {
	at time.Time
	dy float32
}

// scroller is the position of a vertically scrolling view: finger, fling, wheel, pages.
type scroller struct {
	moved   func()           // the offset changed
	now     func() time.Time // replaced in tests
	animate func(d time.Duration, tick func(done float32)) (stop func())

	offset   float32 // dp from the top of the content to the top of the view
	content  float32
	view     float32
	page     float32 // height of one page; 0 scrolls freely
	traces   []trace
	stopRun  func()
	flinging bool
	pulled   float32 // finger travel since it began, for turning pages
}

func newScroller(moved func()) scroller {
	return scroller{moved: moved, now: time.Now, animate: runAnimation}
}

func runAnimation(d time.Duration, tick func(float32)) func() {
	a := fyne.NewAnimation(d, tick)
	a.Curve = fyne.AnimationLinear
	a.Start()
	return a.Stop
}

func (s *scroller) last() float32 { return max(0, s.content-s.view) }

// to moves to an offset, held within the content.
func (s *scroller) to(y float32) {
	y = min(max(0, y), s.last())
	if y != s.offset {
		s.offset = y
		s.moved()
	}
}

// measureUp takes new heights and keeps the offset within them.
func (s *scroller) measureUp(content, view, page float32) {
	s.content, s.view, s.page = content, view, page
	if page > 0 {
		s.content = page * float32(math.Ceil(float64(content/page)-1e-4))
		s.view = page
	}
	s.offset = min(max(0, s.offset), s.last())
}

// halt stops a fling and reports whether one was running.
func (s *scroller) halt() bool {
	was := s.flinging
	if s.stopRun != nil {
		s.stopRun()
		s.stopRun = nil
	}
	s.flinging = false
	s.traces = s.traces[:0]
	s.pulled = 0
	return was
}

func (s *scroller) pull(dy float32) {
	s.pulled += dy
	if s.page > 0 {
		return
	}
	if len(s.traces) == 32 {
		copy(s.traces, s.traces[16:])
		s.traces = s.traces[:16]
	}
	s.traces = append(s.traces, trace{s.now(), dy})
	s.to(s.offset - dy)
}

// letGo ends a pull: it flings on, or turns the page.
func (s *scroller) letGo() {
	if s.page > 0 {
		switch {
		case s.pulled <= -2*slop:
			s.turn(1)
		case s.pulled >= 2*slop:
			s.turn(-1)
		}
		return
	}
	v := s.speed()
	if v > -flingLeast && v < flingLeast {
		return
	}
	v = min(max(v, -flingMost), flingMost)
	from, reach := s.offset, -v*float32(flingTau.Seconds())
	s.flinging = true
	const lengths = 5 // time constants until the remaining travel is under one per cent
	s.stopRun = s.animate(lengths*flingTau, func(done float32) {
		if !s.flinging {
			return
		}
		s.to(from + reach*float32(1-math.Exp(-lengths*float64(done))))
		if done >= 1 || s.offset <= 0 || s.offset >= s.last() {
			s.flinging = false
		}
	})
}

// speed is the finger's speed in dp/s when it left the glass, downwards positive.
func (s *scroller) speed() float32 {
	now := s.now()
	var sum float32
	first := now
	for i := len(s.traces) - 1; i >= 0; i-- {
		t := s.traces[i]
		if now.Sub(t.at) > traceSpan {
			break
		}
		sum += t.dy
		first = t.at
	}
	span := max(now.Sub(first), 16*time.Millisecond)
	return sum / float32(span.Seconds())
}

func (s *scroller) pages() int {
	if s.page <= 0 {
		return 1
	}
	return max(1, int(s.content/s.page+0.5))
}

func (s *scroller) pageNow() int {
	if s.page <= 0 {
		return 0
	}
	return int(s.offset/s.page + 0.5)
}

func (s *scroller) turn(by int) { s.to(float32(s.pageNow()+by) * s.page) }
