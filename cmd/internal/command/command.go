// Package command is the frame of our command-line tools: subcommands with -h, results as one JSON
// line on standard output, progress on standard error, and faults told in two languages.
package command

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"wendan/store/fault"
)

// Command is one subcommand.
type Command struct {
	Name   string // words after the program: "journal verify"
	Args   string // what follows the flags, for the help: "FILE.csv"
	About  string // one line, English
	About2 string // one line, Chinese
	// Setup declares the flags and returns what runs with them.
	Setup func(*flag.FlagSet) func(ctx context.Context, out *Output, args []string) error
}

// Output is where a command writes.
type Output struct {
	JSON   bool      // one object on one line of standard output
	Out    io.Writer // results
	Err    io.Writer // progress and messages
	last   time.Time
	filled bool // the last progress line is still open
	lines  int  // progress told to a log
}

// terminal reports whether progress can rewrite its line.
func (o *Output) terminal() bool {
	f, ok := o.Err.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// Result prints v as one JSON line when -json was given, else the text.
func (o *Output) Result(v any, text string) error {
	o.endProgress()
	if o.JSON {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(o.Out, string(b))
		return err
	}
	_, err := fmt.Fprintln(o.Out, strings.TrimRight(text, "\n"))
	return err
}

// Progress rewrites one line on standard error, at most five times a second.
func (o *Output) Progress(format string, args ...any) {
	if time.Since(o.last) < 200*time.Millisecond {
		return
	}
	if !o.terminal() { // a log gets a line now and then, and no control characters
		if o.lines++; o.lines%25 == 1 {
			fmt.Fprintf(o.Err, format+"\n", args...)
		}
		o.last = time.Now()
		return
	}
	o.last, o.filled = time.Now(), true
	fmt.Fprintf(o.Err, "\r\x1b[K"+format, args...)
}

// Note prints a line on standard error.
func (o *Output) Note(format string, args ...any) {
	o.endProgress()
	fmt.Fprintf(o.Err, format+"\n", args...)
}

func (o *Output) endProgress() {
	if o.filled {
		fmt.Fprintln(o.Err)
		o.filled = false
	}
}

// ErrUsage refuses a command line.
var ErrUsage = fault.New("command.usage", "命令写得不对：%s", "The command line is wrong: %s", "Run the command with -h.")

// Run runs the subcommand that args name and returns the exit status: 0 done, 1 failed, 2 wrong usage.
func Run(program, about string, commands []Command, args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return RunWith(ctx, program, about, commands, args, os.Stdout, os.Stderr)
}

// RunWith is Run with the outputs given, for tests and for tools inside tools.
func RunWith(ctx context.Context, program, about string, commands []Command, args []string, stdout, stderr io.Writer) int {
	c, rest := find(commands, args)
	if c == nil {
		w, status := stderr, 2
		if len(args) > 0 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help" || args[0] == "help") {
			w, status = stdout, 0
		}
		fmt.Fprintf(w, "%s\n\n", about)
		if status != 0 && len(args) > 0 {
			asked := strings.Join(args, " ")
			if group := meant(commands, args[0]); len(group) > 0 {
				commands = group
			}
			defer fmt.Fprintf(w, "\n没有这个命令 no such command: %s %s\n", program, asked)
		}
		for _, c := range commands {
			fmt.Fprintf(w, "  %s %-18s %s\n  %s %-18s %s\n", program, c.Name, c.About2, strings.Repeat(" ", len(program)), "", c.About)
		}
		fmt.Fprintf(w, "\n%s COMMAND -h tells the flags.\n", program)
		return status
	}
	set := flag.NewFlagSet(program+" "+c.Name, flag.ContinueOnError)
	set.SetOutput(stderr)
	out := &Output{Out: stdout, Err: stderr}
	set.BoolVar(&out.JSON, "json", false, "print the result as one JSON object on one line")
	act := c.Setup(set)
	set.Usage = func() {
		fmt.Fprintf(set.Output(), "%s %s [flags] %s\n%s\n%s\n\n", program, c.Name, c.Args, c.About2, c.About)
		set.PrintDefaults()
	}
	if err := set.Parse(rest); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	err := act(ctx, out, set.Args())
	out.endProgress()
	if err == nil {
		return 0
	}
	Explain(stderr, err)
	if errors.Is(err, ErrUsage) {
		return 2
	}
	return 1
}

// find matches the longest command name at the start of args.
func find(commands []Command, args []string) (*Command, []string) {
	var best *Command
	used := 0
	for i := range commands {
		words := strings.Fields(commands[i].Name)
		if len(words) > len(args) || len(words) <= used {
			continue
		}
		if strings.Join(args[:len(words)], " ") == commands[i].Name {
			best, used = &commands[i], len(words)
		}
	}
	return best, args[used:]
}

// meant are the commands whose first word is word.
func meant(commands []Command, word string) []Command {
	var group []Command
	for _, c := range commands {
		if strings.Fields(c.Name)[0] == word {
			group = append(group, c)
		}
	}
	return group
}

// Explain tells an error to a person: what happened and what to do, Chinese then English, then the hint and the cause for the technician.
func Explain(w io.Writer, err error) {
	f := fault.Of(err)
	fmt.Fprintf(w, "%s\n%s\n", f.Text(fault.ZH), f.Text(fault.EN))
	fmt.Fprintf(w, "[%s] %s\n", f.Code, f.Hint())
	if f.Err != nil {
		fmt.Fprintf(w, "%v\n", f.Err)
	}
}
