package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"wendan/cmd/internal/command"
	"wendan/devices/emu"
	"wendan/store/fault"
)

var emulateCommands = []command.Command{
	{Name: "emulate printer", About: "a virtual receipt printer; faults are typed on standard input", About2: "虚拟小票机，可从标准输入制造故障", Setup: emulatePrinter},
	{Name: "emulate drawer", About: "a virtual cash drawer on a serial trigger box", About2: "虚拟钱箱", Setup: emulateDrawer},
	{Name: "emulate scanner", About: "a virtual bar code scanner; codes are typed on standard input", About2: "虚拟扫码枪，从标准输入键入条码", Setup: emulateScanner},
}

// input is where typed commands come from.
var input io.Reader = os.Stdin

var (
	errTyped = fault.New("registerctl.typed", "不懂“%s”；可用：%s", "%q is not understood; there are: %s", "Type one command a line.")
	errLine  = fault.New("registerctl.line", "虚拟设备无法开始：%s", "The virtual device cannot start: %s", "The address or the pseudo-terminal is in use or not allowed. See the cause.")
)

// device is the first line of an emulator.
type device struct {
	Device    string   `json:"device"`
	Addresses []string `json:"addresses"`
	Out       string   `json:"out,omitempty"`
}

func (d device) text() string { return strings.Join(d.Addresses, "\n") }

// typed runs do for every line of input until the input or ctx ends, or "quit".
func typed(ctx context.Context, out *command.Output, do func(words []string) error) {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(input); s.Scan(); {
			select {
			case lines <- s.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case l, more := <-lines:
			if !more { // typed commands ended: run on until the signal
				<-ctx.Done()
				return
			}
			words := strings.Fields(l)
			if len(words) == 0 {
				continue
			}
			if words[0] == "quit" {
				return
			}
			if err := do(words); err != nil {
				command.Explain(out.Err, err)
			}
		}
	}
}

// faultWords are what can be typed at the virtual printer.
var faultWords = map[string]emu.Fault{"paperout": emu.PaperOut, "nearend": emu.PaperNearEnd, "cover": emu.CoverOpen, "offline": emu.Offline,
	"cutter": emu.CutterError, "stall": emu.Stalled, "mute": emu.Mute, "swallow": emu.Swallow, "unplug": emu.Unplugged}

func wordList() string {
	var words []string
	for w := range faultWords {
		words = append(words, w)
	}
	slices.Sort(words)
	return strings.Join(words, " ") + " (on|off; unplug N), paper DOTS, repair, state, quit"
}

// obey carries out a typed command: a fault's name, on unless "off" follows.
func obey(p *emu.Printer, out *command.Output, words []string) error {
	refuse := errTyped.With(strings.Join(words, " "), wordList())
	number := func() (int, bool) {
		if len(words) != 2 {
			return 0, false
		}
		n, err := strconv.Atoi(words[1])
		return n, err == nil && n >= 0
	}
	f, isFault := faultWords[words[0]]
	switch n, counted := number(); {
	case words[0] == "repair":
		p.Repair()
	case words[0] == "state":
		out.Note("%+v", p.State())
	case words[0] == "paper" && counted:
		p.LoadPaper(n)
	case words[0] == "unplug" && counted:
		p.UnplugAfter(n, false)
	case isFault && (len(words) == 1 || words[1] == "on"):
		p.Set(f, true)
	case isFault && words[1] == "off":
		p.Set(f, false)
	default:
		return refuse
	}
	return nil
}

func emulatePrinter(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	listen := f.String("listen", "", "TCP address, such as 127.0.0.1:9100")
	pty := f.String("pty", "", "path of a link to a pseudo-terminal, for a serial printer")
	pictures := f.String("out", "", "folder for pictures of the paper")
	narrow := f.Bool("narrow", false, "58 mm paper")
	var faults []string
	f.Func("fault", "begin with a fault, as typed: paperout, \"unplug 500\" …; may be given several times", func(v string) error {
		faults = append(faults, v)
		return nil
	})
	return func(ctx context.Context, out *command.Output, args []string) (err error) {
		if len(args) > 0 {
			return command.ErrUsage.With("emulate printer")
		}
		if *listen == "" && *pty == "" {
			*listen = "127.0.0.1:9100"
		}
		p := emu.NewPrinter(emu.Options{Narrow: *narrow})
		defer func() { err = errors.Join(err, p.Close()) }()
		for _, v := range faults {
			if words := strings.Fields(v); len(words) == 0 {
				return command.ErrUsage.With("-fault")
			} else if err := obey(p, out, words); err != nil {
				return err
			}
		}
		if *pictures != "" {
			album, err := emu.NewAlbum(*pictures)
			if err != nil {
				return errWrite.With(*pictures).Wrap(err)
			}
			defer album.Close()
			p.OnPaper(album.Add)
		}
		p.OnPaper(func(paper emu.Paper) { fmt.Fprintf(out.Err, "第 %d 张 paper\n%s\n", paper.Number, paper.Text) })
		if *listen != "" {
			if _, err := p.ServeTCP(*listen); err != nil {
				return errLine.With(*listen).Wrap(err)
			}
		}
		if *pty != "" {
			if _, err := p.ServePTY(*pty); err != nil {
				return errLine.With(*pty).Wrap(err)
			}
		}
		d := device{"printer", p.Addresses(), *pictures}
		if err := out.Result(d, d.text()); err != nil {
			return err
		}
		typed(ctx, out, func(words []string) error { return obey(p, out, words) })
		return nil
	}
}

func emulateDrawer(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	pty := f.String("pty", "", "path of a link to the pseudo-terminal")
	return func(ctx context.Context, out *command.Output, args []string) (err error) {
		if len(args) > 0 {
			return command.ErrUsage.With("emulate drawer")
		}
		drawer := emu.NewDrawer()
		defer func() { err = errors.Join(err, drawer.Close()) }()
		path, err := drawer.ServePTY(*pty)
		if err != nil {
			return errLine.With(*pty).Wrap(err)
		}
		d := device{Device: "drawer", Addresses: []string{path}}
		if err := out.Result(d, d.text()); err != nil {
			return err
		}
		typed(ctx, out, func(words []string) error {
			switch words[0] {
			case "push":
				drawer.Push()
			case "pull":
				drawer.Pull()
			case "jam":
				drawer.Jam(len(words) == 1 || words[1] != "off")
			case "state":
			default:
				return errTyped.With(words[0], "push pull jam state quit")
			}
			out.Note("打开 open %v，脉冲 pulses %d", drawer.Opened(), drawer.Kicks())
			return nil
		})
		return nil
	}
}

func emulateScanner(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	pty := f.String("pty", "", "path of a link to the pseudo-terminal")
	return func(ctx context.Context, out *command.Output, args []string) (err error) {
		if len(args) > 0 {
			return command.ErrUsage.With("emulate scanner")
		}
		s, err := emu.NewScanner(*pty)
		if err != nil {
			return errLine.With(*pty).Wrap(err)
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		d := device{Device: "scanner", Addresses: []string{s.Path()}}
		if err := out.Result(d, d.text()); err != nil {
			return err
		}
		typed(ctx, out, func(words []string) error { return s.Scan(ctx, strings.Join(words, " ")) })
		return nil
	}
}
