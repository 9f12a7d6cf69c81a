package desk

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"wendan/cmd/internal/machine"
	"wendan/store/fault"
	"wendan/ui/cashier"
)

// preferences keeps the screen's settings in screen.json and the printers in printers.json.
type preferences struct {
	m    *machine.Machine
	path string

	mu  sync.Mutex
	now cashier.Settings
}

func defaults() cashier.Settings {
	return cashier.Settings{Lang: fault.ZH, Scale: 1, Sound: true}
}

// loadPreferences reads the settings; an unreadable file gives the defaults and is told in the log.
func loadPreferences(m *machine.Machine, dir string, log *slog.Logger) *preferences {
	p := &preferences{m: m, path: filepath.Join(dir, "screen.json"), now: defaults()}
	b, err := os.ReadFile(p.path)
	if err == nil {
		err = json.Unmarshal(b, &p.now)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Warn("screen settings unreadable, using the defaults", "err", err)
		p.now = defaults()
	}
	if p.now.Scale < 0.8 || p.now.Scale > 2 {
		p.now.Scale = 1
	}
	return p
}

// Settings are those in force.
func (p *preferences) Settings() cashier.Settings {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.now
	s.Printers = nil
	for _, q := range p.m.Printers() {
		s.Printers = append(s.Printers, cashier.PrinterSetting(q))
	}
	return s
}

// SaveSettings keeps s and puts changed printers into force.
func (p *preferences) SaveSettings(s cashier.Settings) error {
	var list []machine.Printer
	for _, q := range s.Printers {
		list = append(list, machine.Printer(q))
	}
	before, _ := json.Marshal(p.m.Printers())
	after, err := json.Marshal(list)
	if err != nil {
		return err
	}
	if string(before) != string(after) {
		if err := p.m.SetPrinters(context.Background(), list); err != nil {
			return err
		}
	}
	s.Printers = nil
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = s
	return machine.WriteFile(p.path, append(b, '\n'))
}
