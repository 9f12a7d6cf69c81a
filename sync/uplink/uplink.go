// Package uplink is the register's side of the link to head office (上传).
//
// It is a follower of the journal with a mark of its own: the highest fact that head
// office says it has booked. Facts after the mark are cut into runs, signed and published;
// nothing is kept in between, so there is no outbox to lose. The mark moves only when head
// office reports a number with exactly the hash the register's own fact has there. A lower
// mark (head office was restored from an old copy) makes it send again from there; a
// higher one, or another hash, is an alarm: nothing is skipped and selling goes on.
//
// Whatever the network or head office does, nobody waits for the uplink: Run works in its
// own goroutine and reads facts like any other follower.
package uplink

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/sync/wire"
)

// Facts is where the uplink reads. Facts carry their Raw encoding and Hash.
type Facts interface {
	// ReadAfter returns up to max facts with numbers seq+1, seq+2 … in order; fewer when
	// there are no more.
	ReadAfter(ctx context.Context, seq uint64, max int) ([]fact.Fact, error)
	// Wait returns nil once there is a durable fact after seq.
	Wait(ctx context.Context, seq uint64) error
	// Head is the last durable fact.
	Head() fact.Head
}

// Mark is where the uplink's place is kept across restarts.
type Mark interface {
	// Booked is the mark: Seq 0 when head office has booked nothing yet.
	Booked() fact.Head
	// SetBooked moves the mark, normally forwards; backwards when head office forgot.
	SetBooked(ctx context.Context, h fact.Head) error
}

// Signer signs run headers with the journal's Ed25519 key, over fact.Signed(b).
type Signer interface {
	Sign(b []byte) []byte
}

// Faults the status shows. None of them stops selling.
var (
	ErrOffline = fault.New("uplink.offline", "未连上总部，数据已存本机，恢复后自动补传", "Head office is out of reach; everything is kept here and sent later",
		"Connection refused, lost or timed out; the uplink tries again by itself with growing pauses.")
	ErrAhead = fault.New("uplink.ahead", "总部显示的记录比本机还多（%d 条），请立即联系技术员", "Head office claims more facts than this register made (%d); call the technician",
		"Head office is lying or mixed up, or this register's journal was restored from an old copy. Nothing is skipped.")
	ErrFork = fault.New("uplink.fork", "总部第 %d 条记录与本机不一致，请立即联系技术员", "Fact %d at head office differs from this register's; call the technician",
		"The hash booked at that number is not ours: another machine sends in our name, or a journal was restored and sold on. Nothing is skipped.")
	ErrReplaced = fault.New("uplink.replaced", "本机已被另一台收银台接替（第 %d 期），请联系技术员", "Another machine took over this register (epoch %d); call the technician",
		"Head office granted a newer epoch. Facts made here are booked as contested.")
	ErrRefused = fault.New("uplink.refused", "总部拒收数据（%s），请联系技术员", "Head office refuses the facts (%s); call the technician",
		"The code is head office's; its page shows the alarm. The facts stay here and are offered again.")
	errRead = fault.New("uplink.read", "读取本机记录出错，稍后自动重试", "Local records could not be read for sending; it is tried again",
		"The journal or book returned an error to the uplink.")
)

// Options of an uplink. Branch, Register, Facts, Mark, Signer and Dial are required.
type Options struct {
	Branch, Register string
	Facts            Facts
	Mark             Mark
	Signer           Signer
	Dial             Dialer
	Log              *slog.Logger  // default: discard
	PauseMin         time.Duration // first pause after a failure; default 500 ms
	PauseMax         time.Duration // longest pause; default 1 min
	Patience         time.Duration // wait for an answer before asking again; default 30 s
	Window           int           // runs in flight at most; default 8
}

// Uplink sends facts to head office. Make it with New, run it with Run.
type Uplink struct {
	opt   Options
	check func(ctx context.Context, h fact.Head) (bool, error) // is h our own fact?

	mu   sync.Mutex
	st   Status
	ears map[chan struct{}]bool
}

// New makes an uplink; nothing happens before Run.
func New(opt Options) (*Uplink, error) {
	if err := wire.CheckName(opt.Branch, opt.Register); err != nil {
		return nil, err
	}
	if opt.Facts == nil || opt.Mark == nil || opt.Signer == nil || opt.Dial == nil {
		return nil, fmt.Errorf("uplink: facts, mark, signer and dial are required")
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.PauseMin <= 0 {
		opt.PauseMin = 500 * time.Millisecond
	}
	if opt.PauseMax < opt.PauseMin {
		opt.PauseMax = max(time.Minute, opt.PauseMin)
	}
	if opt.Patience <= 0 {
		opt.Patience = 30 * time.Second
	}
	if opt.Window <= 0 {
		opt.Window = 8
	}
	u := &Uplink{opt: opt, ears: map[chan struct{}]bool{}}
	u.check = u.own
	return u, nil
}

// Run sends until ctx ends and returns its error. Every other trouble is shown in Status
// and tried again.
func (u *Uplink) Run(ctx context.Context) error {
	pause := u.opt.PauseMin
	for ctx.Err() == nil {
		progress, err := u.session(ctx)
		u.change(func(s *Status) {
			s.Connected = false
			if err != nil && ctx.Err() == nil {
				s.Err = fault.Of(err)
			}
		})
		if ctx.Err() != nil {
			break
		}
		u.opt.Log.Info("uplink pauses", "err", err, "pause", pause)
		if progress {
			pause = u.opt.PauseMin
		}
		if !sleep(ctx, jitter(pause)) {
			break
		}
		pause = min(2*pause, u.opt.PauseMax)
	}
	return ctx.Err()
}

// session dials and works until the link breaks.
func (u *Uplink) session(ctx context.Context) (progress bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	link, err := u.opt.Dial(ctx)
	if err != nil {
		cancel()
		return false, ErrOffline.Wrap(err)
	}
	s := &session{u: u, link: link, epoch: u.opt.Facts.Head().Epoch, ready: make(chan error, 1), pause: u.opt.PauseMin, size: firstSize, window: 1}
	defer s.wait.Wait()
	defer link.Close()
	defer cancel()
	u.change(func(st *Status) { st.Connected = true })
	err = s.work(ctx)
	return s.progress, err
}

// own reports whether h is exactly our own fact of that number.
func (u *Uplink) own(ctx context.Context, h fact.Head) (bool, error) {
	if h.Seq == 0 {
		return h.Hash == fact.Hash{}, nil
	}
	if b := u.opt.Mark.Booked(); b.Seq == h.Seq && b.Epoch == h.Epoch {
		return b.Hash == h.Hash, nil
	}
	fs, err := u.opt.Facts.ReadAfter(ctx, h.Seq-1, 1)
	if err != nil {
		return false, errRead.Wrap(err)
	}
	if len(fs) == 0 || fs[0].Seq != h.Seq {
		return false, errRead.Wrap(fmt.Errorf("fact %d is not there", h.Seq))
	}
	return fs[0].Hash == h.Hash, nil
}

// jitter spreads d over [d/2, 3d/2), so that a thousand registers do not return at once.
func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d) }

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
