package command

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"strings"
	"testing"
)

func commands() []Command {
	return []Command{
		{Name: "journal", About: "a", About2: "甲", Setup: func(*flag.FlagSet) func(context.Context, *Output, []string) error {
			return func(_ context.Context, o *Output, args []string) error { return o.Result(args, "short") }
		}},
		{Name: "journal verify", Args: "FILE", About: "b", About2: "乙", Setup: func(f *flag.FlagSet) func(context.Context, *Output, []string) error {
			n := f.Int("n", 1, "how many")
			return func(_ context.Context, o *Output, args []string) error {
				o.Progress("working %d", *n)
				if len(args) == 0 {
					return ErrUsage.With("FILE missing").Wrap(errors.New("cause"))
				}
				return o.Result(map[string]int{"n": *n}, "n is there")
			}
		}},
	}
}

func try(args ...string) (int, string, string) {
	var out, err bytes.Buffer
	status := RunWith(context.Background(), "tool", "a tool", commands(), args, &out, &err)
	return status, out.String(), err.String()
}

func TestLongestNameWinsAndJSONIsOneLine(t *testing.T) {
	status, out, _ := try("journal", "verify", "-json", "-n", "3", "x")
	if status != 0 || out != "{\"n\":3}\n" {
		t.Fatalf("%d %q", status, out)
	}
	if status, out, _ := try("journal", "-json", "x"); status != 0 || out != "[\"x\"]\n" {
		t.Fatalf("%d %q", status, out)
	}
}

func TestHelpHelpsAndWrongUsageIsExplained(t *testing.T) {
	if status, out, _ := try("-h"); status != 0 || !strings.Contains(out, "journal verify") {
		t.Fatalf("%d %q", status, out)
	}
	if status, _, err := try("journal", "verify", "-h"); status != 0 || !strings.Contains(err, "how many") || !strings.Contains(err, "FILE") {
		t.Fatalf("%d %q", status, err)
	}
	if status, _, err := try("nothing"); status != 2 || !strings.Contains(err, "journal") {
		t.Fatalf("%d %q", status, err)
	}
	status, _, err := try("journal", "verify")
	if status != 2 || !strings.Contains(err, "命令写得不对") || !strings.Contains(err, "[command.usage]") || !strings.Contains(err, "cause") {
		t.Fatalf("%d %q", status, err)
	}
}

func TestUnknownCommandIsNamedAndItsGroupListed(t *testing.T) {
	group := []Command{commands()[1], {Name: "status", About: "c", About2: "丙"}}
	for _, c := range []struct {
		args  []string
		lists bool // status too
	}{{[]string{"journal", "verfy"}, false}, {[]string{"journl"}, true}} {
		var out, err bytes.Buffer
		status := RunWith(context.Background(), "tool", "a tool", group, c.args, &out, &err)
		said := err.String()
		if status != 2 || out.Len() != 0 || !strings.Contains(said, "no such command: tool "+strings.Join(c.args, " ")) || !strings.Contains(said, "journal verify") ||
			strings.Contains(said, "status") != c.lists {
			t.Errorf("%q: %d %q", c.args, status, said)
		}
	}
}
