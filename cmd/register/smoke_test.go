package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"wendan/cmd/internal/desk"
	"wendan/cmd/internal/display"
	"wendan/cmd/internal/machine"
	"wendan/sync/control"
	"wendan/ui/cashier"
	"wendan/ui/kit/kittest"
	"wendan/ui/theme"
)

var pictures = flag.String("pictures", "", "folder to keep pictures of the real window and the paper in")

const width, height = 1366, 768

// mirror is the same screen over a register of its own, without a window: it tells where on the
// real one to put the finger. Everything in it happens at once.
type mirror struct {
	t      *testing.T
	m      *machine.Machine
	win    fyne.Window
	finger *kittest.Finger
	take   func() // brings the model up to date with the register
}

func newMirror(t *testing.T) *mirror {
	t.Helper()
	dir := t.TempDir()
	m, err := machine.Create(machine.Config{Dir: dir}, demoSetup())
	if err != nil {
		t.Fatal(err)
	}
	d := desk.New(m, dir, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		d.Close()
		m.Close()
	})
	model := cashier.NewModel(d.Doors(), cashier.Loop{Go: func(f func()) { f() }, Post: func(f func()) { f() },
		After: func(time.Duration, func()) func() { return func() {} }, Now: time.Now})
	s := cashier.Over(model)
	set := d.Doors().Preferences.Settings()
	w := kittest.Window(t, theme.NewLook(set.Dark, set.Scale, set.Lite), s.Content(), width, height)
	s.Attach(w)
	changes, end := d.Watch()
	t.Cleanup(end)
	mi := &mirror{t: t, m: m, win: w, finger: kittest.On(w.Canvas())}
	t.Cleanup(func() { s.Close() })
	mi.take = func() {
		select {
		case <-changes:
		case <-time.After(50 * time.Millisecond):
		}
		model.Take(d.Look(), d.Status())
	}
	return mi
}

// where finds the middle of the text that begins with the given words.
func (m *mirror) where(words string) fyne.Position {
	m.t.Helper()
	roots := append(m.win.Canvas().Overlays().List(), m.win.Content())
	if top := m.win.Canvas().Overlays().Top(); top != nil {
		roots = []fyne.CanvasObject{top}
	}
	for _, root := range roots {
		if found := findText(root, words); found != nil {
			if pos, size, ok := kittest.Where(m.win.Canvas(), found); ok {
				return pos.AddXY(min(size.Width, 40)/2, size.Height/2)
			}
		}
	}
	m.t.Fatalf("nothing on the screen begins with %q; it shows %q", words, kittest.Texts(m.win.Content()))
	return fyne.Position{}
}

// findText walks to the first visible text that begins with words; a single letter or digit must be all of it.
func findText(o fyne.CanvasObject, words string) fyne.CanvasObject {
	if o == nil || !o.Visible() {
		return nil
	}
	if text, ok := o.(*canvas.Text); ok {
		if text.Text == words || len(words) > 1 && strings.HasPrefix(text.Text, words) {
			return o
		}
		return nil
	}
	for _, c := range children(o) {
		if found := findText(c, words); found != nil {
			return found
		}
	}
	return nil
}

func children(o fyne.CanvasObject) []fyne.CanvasObject {
	switch o := o.(type) {
	case *fyne.Container:
		return o.Objects
	case fyne.Widget:
		return test.WidgetRenderer(o).Objects()
	}
	return nil
}

// hand taps the real window where the mirror says, and the mirror as well.
type hand struct {
	t      *testing.T
	mirror *mirror
	screen *display.Screen
}

// tap touches what begins with words, on both, and waits until the real window has answered.
func (h *hand) tap(words string) {
	h.t.Helper()
	at := h.mirror.where(words)
	before := h.picture()
	if err := h.screen.Tap(image.Pt(int(at.X), int(at.Y))); err != nil {
		h.t.Fatal(err)
	}
	h.mirror.finger.Tap(at.X, at.Y)
	h.mirror.take()
	h.settle(before, words)
}

func (h *hand) picture() *image.RGBA {
	h.t.Helper()
	img, err := h.screen.Picture()
	if err != nil {
		h.t.Fatal(err)
	}
	return img
}

// settle waits until the window differs from before and then stands still.
func (h *hand) settle(before *image.RGBA, words string) {
	h.t.Helper()
	last, changed, still := before, false, 0
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		now := h.picture()
		changed = changed || string(now.Pix) != string(before.Pix)
		if string(now.Pix) == string(last.Pix) {
			still++
		} else {
			still = 0
		}
		if last = now; changed && still >= 3 {
			return
		}
	}
	h.save("stuck.png")
	h.t.Fatalf("the window did not answer a tap on %q (changed %v)", words, changed)
}

// save keeps a picture of the window when pictures were asked for.
func (h *hand) save(name string) {
	if *pictures == "" {
		return
	}
	if err := display.Save(h.picture(), filepath.Join(*pictures, name)); err != nil {
		h.t.Fatal(err)
	}
}

// startRegister builds the real program and starts its demo on a virtual display.
func startRegister(t *testing.T) (dir, page string, screen *display.Screen) {
	t.Helper()
	v, err := display.Start(context.Background(), width, height)
	if errors.Is(err, display.ErrNoXvfb) {
		t.Skip("SKIPPED: the sale by real clicks needs Xvfb; run 'make setup'")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	program := filepath.Join(t.TempDir(), "register")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build the register: %v\n%s", err, out)
	}
	dir = t.TempDir()
	told := &strings.Builder{}
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "-demo", "-fullscreen", "-data", dir)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Env = append(os.Environ(), "DISPLAY="+v.Name, "LIBGL_ALWAYS_SOFTWARE=1", "FYNE_SCALE=1", "HOME="+t.TempDir())
	tell, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		if err := cmd.Wait(); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the register did not end well: %v\n%s", err, told)
		}
	})
	pages := make(chan string, 1)
	go func() {
		address := regexp.MustCompile(`http://[0-9.:]+/`)
		for b := make([]byte, 4096); ; {
			n, err := tell.Read(b)
			if told.Len() < 1<<20 {
				told.Write(b[:n])
			}
			if found := address.FindString(told.String()); found != "" {
				select {
				case pages <- found:
				default:
				}
			}
			if err != nil {
				return
			}
		}
	}()
	select {
	case page = <-pages:
	case <-time.After(60 * time.Second):
		t.Fatal("the register did not come up")
	}
	if screen, err = display.Connect(v.Name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(screen.Close)
	return dir, page, screen
}

// bright waits for the first frame: the sign-in page is light.
func bright(t *testing.T, h *hand) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		img := h.picture()
		if c := img.RGBAAt(width/2, height-20); c.R > 200 && c.G > 200 {
			h.settle(image.NewRGBA(img.Rect), "first frame")
			return
		}
	}
	t.Fatal("no first frame within a minute")
}

func TestSaleByRealClicksReachesJournalPaperAndHeadOffice(t *testing.T) {
	dir, page, screen := startRegister(t)
	h := &hand{t, newMirror(t), screen}
	bright(t, h)
	h.save("sign-in.png")
	h.tap("张敏")
	for _, digit := range "1234" {
		h.tap(string(digit))
	}
	h.enter()
	h.tap("开始营业")
	for _, dish := range []string{"稳单红烧肉", "宫保鸡丁", "稳单红烧肉"} {
		h.tap(dish)
		h.chooseRequired()
	}
	h.save("cashier.png")
	h.tap("收款")
	h.save("payment.png")
	h.tap("正好")
	h.save("change.png")

	c, err := control.Dial(machine.SocketPath(filepath.Join(dir, "register")))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	wait := func(what string, done func(machine.State) bool) machine.State {
		t.Helper()
		var st machine.State
		for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			if err := c.Status(t.Context(), "", &st); err != nil {
				t.Fatal(err)
			}
			if done(st) {
				return st
			}
		}
		t.Fatalf("%s never came: %+v", what, st)
		return st
	}
	st := wait("the sale", func(s machine.State) bool { return s.Settled == 1 })
	h.mirror.take()
	mine := h.mirror.m.Describe()
	if st.Turnover != mine.Turnover || mine.Turnover == "0.00" {
		t.Fatalf("the register sold %s, the taps were worth %s", st.Turnover, mine.Turnover)
	}
	wait("the paper", func(s machine.State) bool { return s.Book != nil && s.Book.Jobs == 0 && s.Uplink.Complete })
	papers, err := filepath.Glob(filepath.Join(dir, "paper", "*", "paper-*.png"))
	if err != nil || len(papers) < 2 {
		t.Fatalf("papers: %v, %v", papers, err)
	}
	proven := 0
	for _, row := range facts(t, c) {
		if row.Kind == "paper.printed" {
			proven++
		}
	}
	if proven != len(papers) {
		t.Fatalf("%d papers, %d of them recorded", len(papers), proven)
	}
	if sold := officeSold(t, page); sold != mine.Turnover {
		t.Fatalf("head office shows %s, the register %s", sold, mine.Turnover)
	}
	if *pictures != "" {
		h.tour(dir, page)
	}
}

// enter confirms the PIN: the key has a tick and no text.
func (h *hand) enter() {
	h.t.Helper()
	zero := h.mirror.where("0")
	six := h.mirror.where("9")
	at := fyne.NewPos(six.X, zero.Y)
	before := h.picture()
	if err := h.screen.Tap(image.Pt(int(at.X), int(at.Y))); err != nil {
		h.t.Fatal(err)
	}
	h.mirror.finger.Tap(at.X, at.Y)
	h.mirror.take()
	h.settle(before, "enter")
}

// chooseRequired answers a sheet that a dish with required choices opened.
func (h *hand) chooseRequired() {
	h.t.Helper()
	for h.mirror.win.Canvas().Overlays().Top() != nil {
		texts := kittest.Texts(h.mirror.win.Canvas().Overlays().Top())
		for i, text := range texts {
			if text == "必选" && i+1 < len(texts) {
				h.tap(texts[i+1])
				break
			}
		}
		for _, text := range kittest.Texts(h.mirror.win.Canvas().Overlays().Top()) {
			if strings.HasPrefix(text, "加入") {
				h.tap(text)
				break
			}
		}
	}
}

func facts(t *testing.T, c *control.Client) []machine.Row {
	t.Helper()
	r, err := c.Journal(t.Context(), "facts", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var rows []machine.Row
	for d := json.NewDecoder(r); d.More(); {
		var row machine.Row
		if err := d.Decode(&row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// officeSold asks head office's page what the branch sold today.
func officeSold(t *testing.T, page string) string {
	t.Helper()
	resp, err := http.Get(page + "api/branches")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Amount int64 `json:"amount"`
	}
	if err := json.Unmarshal(body, &list); err != nil || len(list) != 1 {
		t.Fatalf("head office answers %s, %v", body, err)
	}
	return fmt.Sprintf("%d.%02d", list[0].Amount/100, list[0].Amount%100)
}
