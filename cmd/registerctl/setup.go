package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"wendan/cmd/internal/command"
	"wendan/cmd/internal/machine"
	"wendan/store/fault"
	"wendan/store/staff"
	"wendan/store/till"
)

var setupCommands = []command.Command{{Name: "setup", About: "make a new register; asks nothing", About2: "新建一台收银机，不提问", Setup: setup}}

var errSetup = fault.New("registerctl.setup", "缺少 %s，请补上", "%s is missing; add it", "Run 'registerctl setup -h'.")

// made is the result of a set-up: what 'headoffice pair' asks for.
type made struct {
	Dir string `json:"dir"`
	machine.Identity
	Shop   string `json:"shop"`
	Dishes int    `json:"dishes"`
	People int    `json:"people"`
}

func setup(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	dir := dirFlag(f)
	s := till.Setup{}
	f.StringVar(&s.Branch, "branch", "", "shop code, such as xihu: a-z, 0-9 and dashes 门店代码")
	f.StringVar(&s.Register, "register", "A", "register letter, A to Z, at most two 机号")
	f.StringVar(&s.Shop, "shop", "", "name on paper and screens 店名")
	manager := f.String("manager", "", "the manager's name 店长姓名")
	pin := f.String("pin", "", "the manager's PIN; @FILE reads it from a file, so that it does not show among the processes 店长密码")
	file := f.String("menu", "", "menu file to begin with 菜单文件")
	var cashiers []string
	f.Func("cashier", "a cashier as NAME:PIN; may be given several times 收银员", func(v string) error {
		cashiers = append(cashiers, v)
		return nil
	})
	return func(ctx context.Context, out *command.Output, args []string) error {
		if len(args) > 0 {
			return command.ErrUsage.With(strings.Join(args, " "))
		}
		for _, needed := range []struct{ flag, value string }{{"-branch", s.Branch}, {"-shop", s.Shop}, {"-manager", *manager}, {"-pin", *pin}} {
			if strings.TrimSpace(needed.value) == "" {
				return errSetup.With(needed.flag)
			}
		}
		if err := people(&s, *manager, *pin, cashiers); err != nil {
			return err
		}
		dishes := 0
		if *file != "" {
			m, _, err := readMenu(out, *file)
			if err != nil {
				return err
			}
			s.Menu, dishes = &m, len(m.Dishes)
		}
		m, err := machine.Create(machine.Config{Dir: *dir}, s)
		if err != nil {
			return err
		}
		r := made{*dir, machine.IdentityOf(m.Till.Journal()), s.Shop, dishes, len(s.People)}
		if err := m.Close(); err != nil {
			return err
		}
		return out.Result(r, fmt.Sprintf("已建好 made %s：%s %s，%d 道菜 dishes，%d 人 people\n总部配对 to pair: headoffice pair %s %s %s",
			*dir, s.Shop, s.Register, dishes, len(s.People), r.Branch, r.Register, r.PublicKey))
	}
}

// people adds the manager and the cashiers.
func people(s *till.Setup, manager, pin string, cashiers []string) error {
	secret := func(v string) (string, error) {
		path, file := strings.CutPrefix(v, "@")
		if !file {
			return v, nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return "", errPath.With(path).Wrap(err)
		}
		return strings.TrimSpace(string(b)), nil
	}
	add := func(name string, role staff.Role, v string) error {
		pin, err := secret(v)
		s.People = append(s.People, staff.Change{Person: staff.Person{ID: uint32(len(s.People) + 1), Name: name, Role: role}, PIN: pin})
		return err
	}
	err := add(manager, staff.Manager, pin)
	for _, c := range cashiers {
		name, pin, ok := strings.Cut(c, ":")
		if !ok {
			return errSetup.With("-cashier NAME:PIN")
		}
		err = errors.Join(err, add(name, staff.Cashier, pin))
	}
	return err
}
