package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"wendan/cmd/internal/command"
	"wendan/cmd/internal/machine"
	"wendan/store/fact"
	"wendan/store/fault"
)

var dumpCommands = []command.Command{{Name: "journal dump", About: "print facts as JSON, one a line, with decoded bodies", About2: "逐行打印流水记录（JSON）", Setup: dump}}

var errKind = fault.New("registerctl.kind", "没有“%s”这种记录；有：%s", "There is no kind of record called %q; there are: %s", "Kinds are dotted names; several are separated by commas.")

// filter chooses facts.
type filter struct {
	from, to uint64
	kinds    []string
	day      string
}

func (f *filter) takes(r *machine.Row) bool {
	return r.Seq >= f.from && (f.to == 0 || r.Seq <= f.to) && (f.day == "" || r.Day == f.day) && (len(f.kinds) == 0 || slices.Contains(f.kinds, r.Kind))
}

// over reports that nothing after r is wanted.
func (f *filter) over(r *machine.Row) bool { return f.to != 0 && r.Seq >= f.to }

func dump(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	dir := dirFlag(f)
	var want filter
	f.Uint64Var(&want.from, "from", 1, "first number 起始编号")
	f.Uint64Var(&want.to, "to", 0, "last number; 0 is the newest 结束编号")
	kind := f.String("kind", "", "only these kinds, such as order.placed,order.settled 记录种类")
	day := f.String("day", "", "only this business day, such as 2026-11-22 营业日")
	return func(ctx context.Context, out *command.Output, args []string) error {
		if len(args) > 0 {
			return command.ErrUsage.With("journal dump")
		}
		if *day != "" {
			d, err := fact.ParseDay(*day)
			if err != nil {
				return err
			}
			want.day = d.String()
		}
		if *kind != "" {
			want.kinds = strings.Split(*kind, ",")
			known := kindNames()
			for _, k := range want.kinds {
				if !slices.Contains(known, k) {
					return errKind.With(k, strings.Join(known, " "))
				}
			}
		}
		w := bufio.NewWriter(out.Out)
		n, err := want.write(ctx, *dir, w)
		if err == nil {
			err = w.Flush()
		}
		if err == nil {
			out.Note("%d 条记录 facts", n)
		}
		return err
	}
}

func kindNames() []string {
	var names []string
	for _, n := range fact.Numbers() {
		names = append(names, fact.Name(n))
	}
	return names
}

// write prints what the filter takes, through the running register or from the files.
func (f *filter) write(ctx context.Context, dir string, w io.Writer) (n int, err error) {
	client, err := reach(dir)
	if err != nil {
		return 0, err
	}
	lines := json.NewEncoder(w)
	after := max(f.from, 1) - 1
	if client != nil {
		defer client.Close()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stream, err := client.Journal(ctx, "facts", url.Values{"after": {strconv.FormatUint(after, 10)}})
		if err != nil {
			return 0, err
		}
		defer stream.Close()
		for rows := json.NewDecoder(stream); ; {
			var raw json.RawMessage
			var r machine.Row
			if err := rows.Decode(&raw); err == io.EOF {
				return n, nil
			} else if err != nil {
				return n, err
			}
			if err := json.Unmarshal(raw, &r); err != nil {
				return n, fmt.Errorf("read a record from the register: %w", err)
			}
			if f.takes(&r) {
				n++
				if err := lines.Encode(raw); err != nil {
					return n, err
				}
			}
			if f.over(&r) {
				return n, nil
			}
		}
	}
	j, err := openJournal(dir)
	if err != nil {
		return 0, err
	}
	defer j.Close()
	err = j.Iterate(ctx, after, func(x *fact.Fact) error {
		r := machine.RowOf(x)
		if f.takes(&r) {
			n++
			if err := lines.Encode(r); err != nil {
				return err
			}
		}
		if f.over(&r) {
			return io.EOF
		}
		return nil
	})
	if err == io.EOF {
		err = nil
	}
	return n, err
}
