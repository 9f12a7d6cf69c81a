package machine

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"wendan/store/fault"
	"wendan/sync/headoffice"
	"wendan/sync/uplink"
)

// ErrPairing refuses a pairing file that is not this register's.
var ErrPairing = fault.New("machine.pairing", "总部配对文件不对，请重新配对；收银不受影响", "The pairing with head office is not usable; pair again. Selling goes on",
	"pairing.json is unreadable or belongs to another branch or register.")

// PairingPath is where a register keeps what it needs to talk to head office; readable by its owner only.
func PairingPath(dir string) string { return filepath.Join(dir, "pairing.json") }

// SavePairing keeps a pairing made by head office.
func SavePairing(dir string, p headoffice.Pairing) error {
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return WriteFile(PairingPath(dir), b)
}

func loadPairing(dir string) (headoffice.Pairing, error) {
	var p headoffice.Pairing
	b, err := os.ReadFile(PairingPath(dir))
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	return p, err
}

// link is the uplink of a paired register.
type link struct {
	m  *Machine
	up *uplink.Uplink
}

// newLink makes the uplink, or nil when the register is not paired or its pairing is not usable: selling never waits for a
// network.
func newLink(m *Machine) *link {
	p, err := loadPairing(m.cfg.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || p.Branch != m.Branch || p.Register != m.Shop.Register {
		m.log.Error("not paired", "err", ErrPairing.Wrap(err))
		return nil
	}
	o := m.cfg.Uplink
	j := m.Till.Journal()
	o.Branch, o.Register, o.Facts, o.Mark, o.Signer, o.Log = p.Branch, p.Register, j, m.history, j, m.log
	if o.Dial == nil {
		o.Dial = uplink.NATS(p.URL, p.Branch, p.Register, p.Seed)
	}
	up, err := uplink.New(o)
	if err != nil {
		m.log.Error("not paired", "err", ErrPairing.Wrap(err))
		return nil
	}
	return &link{m, up}
}

func (l *link) run(ctx context.Context) {
	changes, end := l.up.Subscribe()
	defer end()
	go func() {
		for {
			select {
			case <-changes:
				l.m.changed()
			case <-ctx.Done():
				return
			}
		}
	}()
	l.up.Run(ctx)
}

// Uplink is the link to head office; paired is false when there is none.
func (m *Machine) Uplink() (s uplink.Status, paired bool) {
	if m.link == nil {
		return uplink.Status{Made: m.Till.Head()}, false
	}
	return m.link.up.Status(), true
}
