package till

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/journal"
	"wendan/store/menu"
	"wendan/store/order"
	"wendan/store/shift"
	"wendan/store/staff"
)

// Setup is what a register is born with.
type Setup struct {
	Branch   string         // shop code: a to z, 0 to 9 and dashes, at most 32
	Register string         // register letter: A to Z, at most two
	Shop     string         // name for paper and screens: at most order.MaxNote printable characters
	People   []staff.Change // at least one manager, each with a PIN
	Menu     *menu.Menu     // or nil to import one later
}

// ErrSetup refuses an unusable setup.
var ErrSetup = fault.New("till.setup", "开机设置不对：%s", "The set-up is not usable: %s",
	"Branch is [a-z0-9-]{1,32}, register one or two letters A-Z, and at least one manager with a PIN is needed.")

var (
	branchForm   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)
	registerForm = regexp.MustCompile(`^[A-Z]{1,2}$`)
)

// Create makes a new journal in cfg.Dir with the setup as its first facts, and opens the till on it. When power fails before
// it returns, Create can be called again. An existing journal is never touched (journal.ErrExists).
func Create(cfg Config, s Setup) (*Till, error) {
	cfg.fill()
	j, err := create(cfg, s)
	if err != nil {
		return nil, err
	}
	return start(cfg, j, (*Till).commit)
}

func create(cfg Config, s Setup) (*journal.Journal, error) {
	if !branchForm.MatchString(s.Branch) || !registerForm.MatchString(s.Register) || !order.CleanNote(s.Shop) {
		return nil, ErrSetup.With(fmt.Sprintf("%q %q %q", s.Branch, s.Register, s.Shop))
	}
	id, err := journal.NewIdentity(cfg.Random, s.Branch, s.Register, 1)
	if err != nil {
		return nil, err
	}
	now := cfg.Clock.Now()
	t := &Till{cfg: cfg, decided: newState(1)}
	b := &batch{}
	by := act.By{Source: fact.SourceSystem}
	_, offset := now.Zone()
	put := func(drafts ...fact.Draft) {
		t.record(b, drafts, by, fact.Key{}, 0, now.UnixMilli(), int16(offset/60))
	}
	put(shift.CreatedKind.Draft(shift.Created{Branch: s.Branch, Register: s.Register, Name: s.Shop, PublicKey: id.Public}))
	managers := 0
	for _, p := range s.People {
		ready, _, err := t.prepare(context.Background(), act.Act{By: by, Intent: p})
		if err != nil {
			return nil, err
		}
		drafts, no := t.decided.decide(&ready, now.UnixMilli())
		if no != nil {
			return nil, no.err
		}
		if p.Person.Role == staff.Manager && !p.Person.Left {
			managers++
		}
		put(drafts...)
	}
	if managers == 0 {
		return nil, ErrSetup.With("manager")
	}
	if s.Menu != nil {
		drafts, no := t.decided.decide(&prepared{Act: act.Act{By: by, Intent: menu.Import{Menu: *s.Menu}}}, now.UnixMilli())
		if no != nil {
			return nil, no.err
		}
		put(drafts...)
	}
	return journal.Create(cfg.FS, cfg.Dir, id, b.facts, time.UnixMilli(now.UnixMilli()), cfg.Journal)
}
