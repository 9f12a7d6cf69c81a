package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"wendan/cmd/internal/command"
	"wendan/cmd/internal/machine"
	"wendan/devices/ticket/typeface"
	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/menu"
	"wendan/store/till"
	"wendan/sync/control"
)

var menuCommands = []command.Command{
	{Name: "menu import", Args: "FILE.csv", About: "sell by the menu in a file; with any error the old menu stays", About2: "导入菜单；有错误则保持原菜单不变", Setup: menuImport},
	{Name: "menu export", Args: "FILE.csv", About: "write the menu in force to a file", About2: "导出现用菜单", Setup: menuExport},
	{Name: "menu check", Args: "FILE.csv", About: "look for errors in a menu file; changes nothing", About2: "检查菜单文件，不作改动", Setup: menuCheck},
}

var (
	errMenu = fault.New("registerctl.menu", "菜单 %s 有 %d 处错误，没有导入；请按上面的提示改正", "The menu %s has %d errors and was not imported; correct them as told above",
		"Each problem names file, line and reason. Save the file as CSV in UTF-8 or GB18030.")
	errMenuFile = fault.New("registerctl.menu_file", "菜单文件 %s 打不开，请检查路径", "The menu file %s cannot be opened; check the path", "See the cause.")
	errWrite    = fault.New("registerctl.write", "文件 %s 写不了，请检查位置和空间", "The file %s cannot be written; check the place and the space", "See the cause.")
)

// problem is one finding as JSON.
type problem struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Section string `json:"section,omitempty"`
	Item    string `json:"item,omitempty"`
	Column  string `json:"column,omitempty"`
	Code    string `json:"code"`
	ZH      string `json:"zh"`
	EN      string `json:"en"`
	Warning bool   `json:"warning,omitempty"`
}

// menuReport is the result of looking at a menu file, and of importing it.
type menuReport struct {
	File     string    `json:"file"`
	Name     string    `json:"name"`
	Dishes   int       `json:"dishes"`
	Errors   int       `json:"errors"`
	Warnings int       `json:"warnings"`
	Problems []problem `json:"problems"`
	Imported bool      `json:"imported"`
	Changed  bool      `json:"changed"`        // false when the same menu was in force already
	Fact     uint64    `json:"fact,omitempty"` // number of the record
	Through  string    `json:"through,omitempty"`
}

// readMenu reads and judges a menu file. Every problem is told on standard error.
func readMenu(out *command.Output, path string) (menu.Menu, menuReport, error) {
	r := menuReport{File: path, Problems: []problem{}}
	f, err := os.Open(path)
	if err != nil {
		return menu.Menu{}, r, errMenuFile.With(path).Wrap(err)
	}
	defer f.Close()
	m, problems := menu.Read(filepath.Base(path), f, typeface.Covers)
	r.Name, r.Dishes = m.Name, len(m.Dishes)
	for i := range problems {
		p := &problems[i]
		r.Problems = append(r.Problems, problem{p.File, p.Line, string(p.Section), p.Item, p.Column, p.Fault.Code, p.Text(fault.ZH), p.Text(fault.EN), p.Warning})
		word := "错误 error"
		if r.Warnings++; !p.Warning {
			r.Warnings--
			r.Errors++
		} else {
			word = "提醒 warning"
		}
		out.Note("%s: %s\n    %s", word, p.Text(fault.ZH), p.Text(fault.EN))
	}
	if r.Errors > 0 {
		return m, r, errMenu.With(filepath.Base(path), r.Errors)
	}
	return m, r, nil
}

func (r *menuReport) text(done string) string {
	return fmt.Sprintf("%s：%d 道菜 dishes，%d 处错误 errors，%d 处提醒 warnings。%s", r.Name, r.Dishes, r.Errors, r.Warnings, done)
}

func menuCheck(*flag.FlagSet) func(context.Context, *command.Output, []string) error {
	return func(_ context.Context, out *command.Output, args []string) error {
		if len(args) != 1 {
			return command.ErrUsage.With("menu check FILE.csv")
		}
		_, r, err := readMenu(out, args[0])
		if errors.Is(err, errMenuFile) {
			return err
		}
		return errors.Join(out.Result(r, r.text("")), err)
	}
}

func menuImport(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	dir := dirFlag(f)
	return func(ctx context.Context, out *command.Output, args []string) error {
		if len(args) != 1 {
			return command.ErrUsage.With("menu import FILE.csv")
		}
		m, r, err := readMenu(out, args[0])
		if errors.Is(err, errMenuFile) {
			return err
		}
		if err != nil {
			return errors.Join(out.Result(r, r.text("没有导入 not imported")), err)
		}
		answer, through, err := hand(ctx, *dir, menu.Import{Menu: m})
		if err != nil {
			return err
		}
		r.Imported, r.Changed, r.Fact, r.Through = true, answer.First != 0, answer.First, through
		done := "已导入 imported"
		if !r.Changed {
			done = "与现用菜单相同 the same menu is in force already"
		}
		return out.Result(r, r.text(done))
	}
}

// hand gives an intent to the running register, or to the till itself when none runs.
func hand(ctx context.Context, dir string, in act.Intent) (answer act.Answer, through string, err error) {
	client, err := reach(dir)
	if err != nil {
		return answer, "", err
	}
	if client != nil {
		defer client.Close()
		body, err := json.Marshal(in)
		if err != nil {
			return answer, "", err
		}
		err = client.Do(ctx, control.Request{Name: in.Act(), Body: body}, &answer)
		return answer, "register", err
	}
	t, err := machine.OpenTill(dir)
	if err != nil {
		return answer, "", held(err)
	}
	answer, err = t.Do(ctx, act.Act{Key: t.NewKey(), By: act.By{Source: fact.SourceTool}, Intent: in})
	return answer, "files", errors.Join(err, t.Close())
}

func menuExport(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	dir := dirFlag(f)
	return func(ctx context.Context, out *command.Output, args []string) error {
		if len(args) != 1 {
			return command.ErrUsage.With("menu export FILE.csv")
		}
		m, err := menuInForce(ctx, *dir)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := menu.Write(&b, m); err != nil {
			return err
		}
		if err := machine.WriteFile(args[0], b.Bytes()); err != nil {
			return errWrite.With(args[0]).Wrap(err)
		}
		return out.Result(menuReport{File: args[0], Name: m.Name, Dishes: len(m.Dishes), Problems: []problem{}},
			strings.TrimSpace(fmt.Sprintf("%s：%d 道菜已导出 dishes exported → %s", m.Name, len(m.Dishes), args[0])))
	}
}

func menuInForce(ctx context.Context, dir string) (*menu.Menu, error) {
	client, err := reach(dir)
	if err != nil {
		return nil, err
	}
	if client != nil {
		defer client.Close()
		var m menu.Menu
		err := client.Status(ctx, "menu", &m)
		return &m, err
	}
	t, err := machine.OpenTill(dir)
	if err != nil {
		return nil, held(err)
	}
	var m *menu.Menu
	t.View(func(s *till.State) { m = s.Menu.Menu() })
	return m, t.Close()
}
