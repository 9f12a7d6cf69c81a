package wire

import (
	"strings"

	"wendan/store/fault"
)

// ErrName refuses a branch or register name that cannot be part of a subject.
var ErrName = fault.New("wire.name", "门店或收银台编号“%s”不能用，请只用字母、数字和短横线（最多 32 个）",
	"%q cannot name a branch or register; use up to 32 letters, digits and dashes", "Names become NATS subject tokens and stream names: [A-Za-z0-9-]{1,32}.")

// ValidName reports whether s can name a branch or a register: 1 to 32 letters, digits or dashes.
func ValidName(s string) bool {
	if len(s) == 0 || len(s) > 32 {
		return false
	}
	for _, c := range []byte(s) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-') {
			return false
		}
	}
	return true
}

// CheckName is ValidName as an error, ErrName.
func CheckName(names ...string) error {
	for _, s := range names {
		if !ValidName(s) {
			return ErrName.With(s)
		}
	}
	return nil
}

// Subjects of one register. A register may publish Facts and Mark and listen to Booked,
// Directive and everything below Inbox; nothing else.
func Facts(branch, register string) string      { return "facts." + branch + "." + register }
func MarkAsk(branch, register string) string    { return "mark." + branch + "." + register }
func Booked(branch, register string) string     { return "booked." + branch + "." + register }
func Inbox(branch, register string) string      { return "_INBOX." + branch + "." + register }
func Directives(branch, register string) string { return "directive." + branch + "." + register }

// Stream is the name of the JetStream stream that keeps one register's runs. A stream of
// its own lets the register know the next stream number without asking, so several runs
// can be in flight although each carries its expected last number.
func Stream(branch, register string) string { return "FACTS_" + branch + "_" + register }

// Owner reads branch and register back out of one of the subjects above.
func Owner(subject string) (branch, register string, ok bool) {
	p := strings.Split(subject, ".")
	if len(p) != 3 || !ValidName(p[1]) || !ValidName(p[2]) {
		return "", "", false
	}
	return p[1], p[2], true
}
