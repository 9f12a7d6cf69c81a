package main

import (
	"context"
	"fmt"
	stdlog "log"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"wendan/cmd/internal/desk"
	"wendan/cmd/internal/display"
	"wendan/ui/cashier"
)

// toolkitEnds is how long the toolkit may take to end before the register ends without it.
const toolkitEnds = 2 * time.Second

// show runs the touchscreen until its window is closed or ctx ends. Without a display it starts a virtual one and keeps a
// picture of it in the data folder.
func show(ctx context.Context, stop context.CancelFunc, c *config, d *desk.Desk, log *slog.Logger, end func()) error {
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		v, err := display.Start(context.WithoutCancel(ctx), c.width, c.height) // must outlive the window
		if err != nil {
			return err
		}
		defer v.Close()
		os.Setenv("DISPLAY", v.Name)
		c.fullscreen = true
		path, err := filepath.Abs(filepath.Join(c.dir, "screen.png"))
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "没有显示器，已启动虚拟屏幕 no display: started a virtual one at %s\n  实时画面 live picture %s\n\n", v.Name, path)
		go film(ctx, v.Name, path, log)
	}
	quietToolkit(log)
	if os.Getenv("LANG") == "" || os.Getenv("LANG") == "C" {
		os.Setenv("LANG", "C.UTF-8")
	}
	a := app.NewWithID("wendan.register")
	w := a.NewWindow("稳单 Wendan")
	w.SetPadded(false)
	s := cashier.New(d.Doors())
	defer s.Close()
	w.SetContent(s.Content())
	s.Attach(w)
	s.Run()
	w.Resize(fyne.NewSize(float32(c.width), float32(c.height)))
	if c.fullscreen {
		w.SetFullScreen(true)
	}
	w.SetMaster()
	ended := make(chan struct{})
	go func() {
		<-ctx.Done()
		go fyne.Do(a.Quit)
		select {
		case <-ended:
		case <-time.After(toolkitEnds): // seen: its last event waits for a loop that has ended already
			log.Debug("the toolkit does not end by itself")
			end()
			os.Exit(0)
		}
	}()
	w.ShowAndRun()
	close(ended)
	stop()
	return nil
}

// film keeps a picture of the display up to date, once a second.
func film(ctx context.Context, name, path string, log *slog.Logger) {
	s, err := display.Connect(name)
	if err != nil {
		log.Warn("no live picture", "err", err)
		return
	}
	defer s.Close()
	for {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return
		}
		img, err := s.Picture()
		if err == nil {
			err = display.Save(img, path)
		}
		if err != nil {
			return
		}
	}
}

// quietToolkit makes the folder the toolkit wants for its cache and sends its remarks (a missing desktop bus, for instance) to our log.
func quietToolkit(log *slog.Logger) {
	if dir, err := os.UserCacheDir(); err == nil {
		os.MkdirAll(dir, 0o700)
	}
	stdlog.SetFlags(0)
	stdlog.SetOutput(remarks{log})
}

// remarks writes lines of the standard logger to ours, for those who ask for detail.
type remarks struct{ log *slog.Logger }

func (r remarks) Write(b []byte) (int, error) {
	r.log.Debug("toolkit", "says", strings.TrimSpace(string(b)))
	return len(b), nil
}
