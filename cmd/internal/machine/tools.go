package machine

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/url"
	"path/filepath"

	"wendan/store/fault"
	"wendan/store/journal"
	"wendan/store/menu"
	"wendan/store/till"
	"wendan/sync/control"
)

// Faults of checking and of backing up.
var (
	ErrBookSum = fault.New("machine.book_sum", "账本 %s 的营业额是 %s，流水是 %s，请重建账本", "The book has %[2]s for %[1]s, the journal %[3]s; rebuild the book",
		"Stop the register, move book.db away and start again: it is rebuilt from the journal.")
	ErrBookDiffers = fault.New("machine.book_differs", "重建的账本与现有账本不一致，请重建账本", "The book made anew differs from the one at hand; rebuild the book",
		"Stop the register, move book.db away and start again. Keep the old file for the technician.")
	ErrBackupPath = fault.New("machine.backup_path", "备份位置要写完整路径：%s", "Give the backup folder as a full path: %s",
		"The running register has a working folder of its own.")
)

func texts(err error) (en, zh string) {
	f := fault.Of(err)
	return f.Text(fault.EN), f.Text(fault.ZH)
}

// Move is one line of a long answer of the socket: progress, and at the end the result.
type Move struct {
	Step   string          `json:"step,omitempty"`
	Done   uint64          `json:"done,omitempty"`
	Total  uint64          `json:"total,omitempty"`
	Backup *journal.Report `json:"backup,omitempty"`
	Check  *Checked        `json:"check,omitempty"`
}

// PrintTest is the request of a tool for a test slip. It is no intent: nothing is recorded.
type PrintTest struct {
	Printer string `json:"printer"`
}

// PrintTestName is its name on the socket.
const PrintTestName = "print.test"

// Identity is whose register it is and what head office needs to pair it.
type Identity struct {
	Branch    string `json:"branch"`
	Register  string `json:"register"`
	Epoch     uint32 `json:"epoch"`
	PublicKey string `json:"public_key"` // hexadecimal
	Key       string `json:"key"`        // its fingerprint
}

// IdentityOf describes the register of a journal.
func IdentityOf(j *journal.Journal) Identity {
	id := j.Identity()
	return Identity{id.Branch, id.Register, id.Epoch, hex.EncodeToString(id.Public), journal.Fingerprint(id.Public)}
}

// do carries out what tools ask beside intents; ok is false for anything else.
func (s *socket) do(ctx context.Context, r control.Request) (answer any, ok bool, err error) {
	if r.Name != PrintTestName {
		return nil, false, nil
	}
	var p PrintTest
	if err := json.Unmarshal(r.Body, &p); err != nil {
		return nil, true, control.ErrRequest.With(r.Name).Wrap(err)
	}
	return p, true, s.m.TestPrint(ctx, p.Printer)
}

// part shows a part of the state: "menu" or "identity".
func (s *socket) part(name string) (any, error) {
	switch name {
	case "menu":
		var m *menu.Menu
		s.m.Till.View(func(st *till.State) { m = st.Menu.Menu() })
		return m, nil
	case "identity":
		return IdentityOf(s.m.Till.Journal()), nil
	}
	return nil, control.ErrUnknown.With(name)
}

// work does what takes long, telling on w how far it is: "backup" to the folder "to", and "check", with
// "rebuild" if wanted.
func (s *socket) work(ctx context.Context, name string, query url.Values, w io.Writer) error {
	lines := json.NewEncoder(w)
	step := func(name string, done, total uint64) { _ = lines.Encode(Move{Step: name, Done: done, Total: total}) } // a tool that went away ends ctx
	switch name {
	case "backup":
		to := query.Get("to")
		if !filepath.IsAbs(to) {
			return ErrBackupPath.With(to)
		}
		r, err := s.m.Till.Journal().Backup(ctx, journal.OS{}, to, func(done, total int64) { step("backup", uint64(done), uint64(total)) })
		if err == nil && s.m.link == nil { // without a head office the backup is the second place
			err = s.m.history.SetBooked(ctx, r.Head)
		}
		if err != nil {
			return err
		}
		return lines.Encode(Move{Backup: &r})
	case "check":
		b, err := s.m.CaughtUp(ctx)
		if err != nil {
			return err
		}
		c, err := Check(ctx, s.m.Till.Journal(), b, query.Get("rebuild") != "", s.m.cfg.Dir, step)
		if err != nil {
			return err
		}
		return lines.Encode(Move{Check: &c})
	}
	return control.ErrUnknown.With(name)
}
