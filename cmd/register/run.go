package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"wendan/cmd/internal/desk"
	"wendan/cmd/internal/machine"
	"wendan/cmd/internal/memory"
	"wendan/devices/port"
	"wendan/devices/port/portreg"
	"wendan/devices/scanner"
)

// config is what the command line says.
type config struct {
	dir        string
	demo       bool
	headless   bool
	fullscreen bool
	width      int
	height     int
	scanners   list
	keyboards  list
	hids       list
	verbose    bool
}

// list collects the values of a flag given several times.
type list []string

func (l *list) String() string     { return fmt.Sprint(*l) }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func defaults() *config { return &config{width: 1366, height: 768} }

func (c *config) flags(f *flag.FlagSet) {
	f.StringVar(&c.dir, "data", "", "data folder (default /var/lib/wendan, or ./demo with -demo) 数据目录")
	f.BoolVar(&c.demo, "demo", false, "demo restaurant with virtual printers, drawer, scanner and a local head office 演示模式")
	f.BoolVar(&c.headless, "headless", false, "no screen: till, printers, uplink and control socket only 无屏幕运行")
	f.BoolVar(&c.fullscreen, "fullscreen", false, "fill the whole screen 全屏")
	f.IntVar(&c.width, "width", c.width, "window width in pixels 窗口宽度")
	f.IntVar(&c.height, "height", c.height, "window height in pixels 窗口高度")
	f.Var(&c.scanners, "scanner", "serial scanner, such as serial:/dev/ttyACM0; may be given several times 串口扫码枪")
	f.Var(&c.keyboards, "keyboard-scanner", "keyboard scanner to grab, such as /dev/input/by-id/…-event-kbd 键盘口扫码枪")
	f.Var(&c.hids, "hid-scanner", "scanner in HID-POS mode, such as hid:05e0:1300 or hid:05e0:1300/SERIAL; never a keyboard; may be given several times HID-POS 扫码枪")
	f.BoolVar(&c.verbose, "v", false, "tell more in the log 详细日志")
	f.Usage = func() {
		fmt.Fprintln(f.Output(), "register 稳单收银机\n\n  register -demo          演示 the demo restaurant\n  register -data DIR      营业 a register that 'registerctl setup' made\n\nflags:")
		f.PrintDefaults()
	}
}

// run starts the machine and its screen, and returns when the window is closed or ctx ends.
func run(ctx context.Context, c *config) error {
	level := slog.LevelInfo
	if c.verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	if c.dir == "" {
		c.dir = "/var/lib/wendan"
		if c.demo {
			c.dir = "demo"
		}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cfg := machine.Config{Dir: filepath.Join(c.dir), Log: log, Control: true}
	if c.demo {
		d, err := startDemo(ctx, c, &cfg, log)
		if err != nil {
			return err
		}
		defer d.close()
	}
	m, err := machine.Open(cfg)
	if err != nil {
		return err
	}
	go memory.Tend(ctx, func() uint64 { return m.Till.Head().Seq })
	if !m.Recovery.Clean {
		log.Info("recovered after an unclean stop", "head", m.Recovery.Head.String(), "torn_bytes", m.Recovery.Torn)
	}
	d := desk.New(m, cfg.Dir, log)
	end := sync.OnceFunc(func() { // the cart first, then everything else
		d.Close()
		if err := m.Close(); err != nil {
			log.Error("closing", "err", err)
		}
	})
	defer end()
	scan(ctx, c, d, log)
	if c.headless {
		fmt.Fprintln(os.Stderr, "运行中 running without a screen; control socket", machine.SocketPath(cfg.Dir))
		<-ctx.Done()
		return nil
	}
	return show(ctx, stop, c, d, log, end)
}

// scan reads the scanners until ctx ends.
func scan(ctx context.Context, c *config, d *desk.Desk, log *slog.Logger) {
	start := func(r *scanner.Reader, name string) {
		go r.Run(ctx, func(s scanner.Scan) { d.Scanned(s.Code) }, func(err error) {
			if err != nil {
				log.Warn("scanner", "name", name, "err", err)
			}
		})
	}
	ports := func(addresses list, hid bool, reader func(string, port.Opener) *scanner.Reader) {
		for _, address := range addresses {
			open, err := portreg.Opener(address)
			if err == nil && strings.HasPrefix(address, "hid:") != hid {
				err = port.ErrAddress.With(address)
			}
			if err != nil {
				log.Error("scanner address", "address", address, "err", err)
				continue
			}
			start(reader(address, open), address)
		}
	}
	ports(c.scanners, false, scanner.Serial)
	ports(c.hids, true, scanner.HIDPOS)
	for _, path := range c.keyboards {
		start(scanner.Keyboard(path), path)
	}
}
