// Package staff knows who works at the register, what they may do and whether a PIN is
// theirs. It is pure: salts and times come in as arguments.
package staff

import (
	"crypto/subtle"

	"golang.org/x/crypto/argon2"

	"wendan/store/fact"
	"wendan/store/fault"
)

// Role bundles rights. Numbers are stored and only grow.
type Role uint8

// Roles.
const (
	Cashier    Role = 1 // 收银员
	Manager    Role = 2 // 店长
	Technician Role = 3 // 技术员
)

// Right is something a role may do.
type Right uint8

// Rights.
const (
	Sell       Right = 1 // ring up, take payment, reprint
	OpenDrawer Right = 2 // open the drawer without a sale
	OpenDay    Right = 3
	CloseDay   Right = 4
	EditMenu   Right = 5 // import a menu
	LimitDish  Right = 6 // 估清, 沽清
	EditStaff  Right = 7
	Service    Right = 8 // devices, print tests, abandoning print jobs
)

var rights = map[Role][]Right{
	Cashier:    {Sell, OpenDrawer, OpenDay, LimitDish},
	Manager:    {Sell, OpenDrawer, OpenDay, CloseDay, EditMenu, LimitDish, EditStaff, Service},
	Technician: {Service, OpenDrawer},
}

// May reports whether the role has the right.
func (r Role) May(want Right) bool {
	for _, have := range rights[r] {
		if have == want {
			return true
		}
	}
	return false
}

// Label is the role's Chinese name.
func (r Role) Label() string {
	switch r {
	case Cashier:
		return "收银员"
	case Manager:
		return "店长"
	case Technician:
		return "技术员"
	}
	return "未知"
}

// Secret is a salted Argon2id hash of a PIN. It slows a guesser down but cannot protect four
// digits on a stolen device; only the growing delay of Attempts and a device-bound key can.
type Secret struct {
	Salt []byte `cbor:"1,keyasint" json:"-"`
	Hash []byte `cbor:"2,keyasint" json:"-"`
}

// HashPIN makes the Secret of pin with 16 random bytes of salt.
func HashPIN(pin string, salt [16]byte) Secret {
	return Secret{Salt: salt[:], Hash: derive(pin, salt[:])}
}

// derive uses the second recommended Argon2id setting of OWASP's password storage page: 19 MiB, two passes, one lane.
func derive(pin string, salt []byte) []byte {
	return argon2.IDKey([]byte(pin), salt, 2, 19*1024, 1, 16)
}

// Matches reports whether pin is the secret's. It takes about 50 ms on purpose: never
// call it on the till's own goroutine or a screen's.
func (s *Secret) Matches(pin string) bool {
	return len(s.Hash) != 0 && subtle.ConstantTimeCompare(derive(pin, s.Salt), s.Hash) == 1
}

// Person is somebody who can sign in.
type Person struct {
	ID     uint32 `cbor:"1,keyasint" json:"id"` // staff number, from 1, never reused
	Name   string `cbor:"2,keyasint" json:"name"`
	Role   Role   `cbor:"3,keyasint" json:"role"`
	PIN    Secret `cbor:"4,keyasint,omitempty" json:"-"`
	Left   bool   `cbor:"5,keyasint,omitempty" json:"left,omitempty"` // 已离职: kept, but cannot sign in
	NameEN string `cbor:"6,keyasint,omitempty" json:"name_en,omitempty"`
}

// ValidPIN reports whether a PIN may be set: four to eight digits.
func ValidPIN(pin string) bool {
	if len(pin) < 4 || len(pin) > 8 {
		return false
	}
	for i := 0; i < len(pin); i++ {
		if pin[i] < '0' || pin[i] > '9' {
			return false
		}
	}
	return true
}

// SignIn is the intent to sign in. The PIN never reaches a fact, a log or a checksum.
type SignIn struct {
	Person uint32 `cbor:"1,keyasint" json:"person"`
	PIN    string `cbor:"-" json:"pin"`
}

// Act names the intent.
func (SignIn) Act() string { return "staff.sign_in" }

// SignOut is the intent to leave the register.
type SignOut struct {
	Person uint32 `cbor:"1,keyasint" json:"person"`
}

// Act names the intent.
func (SignOut) Act() string { return "staff.sign_out" }

// Change is the intent to add or alter a person.
type Change struct {
	Person Person `cbor:"1,keyasint" json:"person"`
	PIN    string `cbor:"-" json:"pin,omitempty"` // new PIN, or empty to keep the old one
	Salt   []byte `cbor:"-" json:"-"`             // 16 random bytes, filled by the till's own door
}

// Act names the intent.
func (Change) Act() string { return "staff.change" }

// Changed is the body of the fact that a person was added or altered.
type Changed struct {
	Person Person `cbor:"1,keyasint" json:"person"`
}

// Signed is the body of the facts that somebody signed in or out.
type Signed struct {
	Person uint32 `cbor:"1,keyasint" json:"person"`
}

// PINFailed is the body of the fact that a wrong PIN was entered.
type PINFailed struct {
	Person uint32 `cbor:"1,keyasint" json:"person"`
}

// Kinds of facts about staff.
var (
	ChangedKind   = fact.Define[Changed](20, "staff.changed", 1)
	SignedInKind  = fact.Define[Signed](21, "staff.signed_in", 1)
	SignedOutKind = fact.Define[Signed](22, "staff.signed_out", 1)
	PINFailedKind = fact.Define[PINFailed](23, "staff.pin_failed", 1)
)

// Faults of signing in and of rights.
var (
	ErrPIN = fault.New("staff.pin", "密码不对，请重新输入", "Wrong PIN; enter it again",
		"The PIN did not match. Each failure is a fact; after five the delay grows.")
	ErrWait = fault.New("staff.wait", "密码错误次数过多，请 %d 秒后再试", "Too many wrong PINs; try again in %d seconds",
		"The delay survives a restart: it is computed from the facts. It doubles with each failure from the fifth on.")
	ErrUnknown = fault.New("staff.unknown", "没有这位员工，请重新选择", "There is no such member of staff; choose again",
		"Unknown staff number, or the person has left.")
	ErrSignedOut = fault.New("staff.signed_out", "请先登录", "Sign in first",
		"The act came from a screen where its author is not signed in.")
	ErrRight = fault.New("staff.right", "%s没有这个权限，请找店长", "A %[1]s may not do this; ask the manager",
		"The author's role lacks the right. Rights are listed in the staff package.")
	ErrPINForm = fault.New("staff.pin_form", "密码应为 4 到 8 位数字", "A PIN is four to eight digits",
		"Refused when setting a PIN.")
	ErrName = fault.New("staff.name", "请填写姓名（最多 20 字）和岗位", "Give a name (at most 20 characters) and a role",
		"Empty, too long or unprintable name, or an unknown role.")
	ErrLastManager = fault.New("staff.last_manager", "至少要保留一位店长", "At least one manager must remain",
		"The change would leave nobody who can edit staff.")
)
