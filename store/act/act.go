// Package act is an intent on its way to the till: who asks, under which key, for what,
// and the till's answer. Screens, servers and tools speak to the till in these terms.
package act

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"wendan/store/fact"
	"wendan/store/fault"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/shift"
	"wendan/store/staff"
)

// Intent is what somebody wants done. The domain packages declare them as plain structs.
type Intent interface {
	Act() string // stable name: "order.place"
}

// By is the author of an act.
type By struct {
	Staff  uint32      `json:"staff,omitempty"` // 0 is the register itself, or a tool run by the machine's owner
	Source fact.Source `json:"source"`
}

// Act is an intent with its author and idempotency key. With a zero key a repeated call
// acts again; with a key, the same key and intent give the first answer again.
type Act struct {
	Key    fact.Key `json:"key"`
	By     By       `json:"by"`
	Intent Intent   `json:"intent"`
}

// Answer is what the till says once the facts are durable.
type Answer struct {
	First  uint64       `json:"first"` // numbers of the act's facts; 0 when nothing had to be recorded
	Last   uint64       `json:"last"`
	At     int64        `json:"at"`    // UTC milliseconds of the facts
	Order  order.Number `json:"order"` // of the order placed or paid
	Pickup string       `json:"pickup,omitempty"`
	Total  money.Amount `json:"total,omitempty"`
	Change money.Amount `json:"change,omitempty"`
	Again  bool         `json:"again,omitempty"` // the key was answered before; nothing new was recorded
}

// Faults of keys.
var (
	ErrKeyReused = fault.New("act.key_reused", "这次操作与之前的提交冲突，请在今日订单里核对", "This request conflicts with an earlier one; check the order list",
		"The same idempotency key came with another body.")
	ErrKeyOld = fault.New("act.key_old", "提交太旧，可能已经入账，请在订单列表里查找", "This request is too old and may be recorded already; look in the order list",
		"Keys belong to the business day they were made in and the day after.")
	ErrKeyUnsettled = fault.New("act.key_unsettled", "正在整理昨天的记录，请稍后再试", "Yesterday's records are still being read; try again in a moment",
		"The book has not yet caught up with the previous day, so a key of that day cannot be settled.")
	ErrIntent = fault.New("act.intent", "不认识的操作“%s”", "Unknown request %q",
		"The name is not in the list of intents of this version.")
)

// Sum is the short checksum of an intent's name and body that tells a repeated request
// from a different one under the same key. Secrets are not part of it.
func Sum(i Intent) uint64 {
	h := sha256.New()
	h.Write([]byte(i.Act()))
	h.Write([]byte{0})
	h.Write(fact.Marshal(i))
	return binary.BigEndian.Uint64(h.Sum(nil))
}

var intents = func() map[string]func(json.RawMessage) (Intent, error) {
	m := map[string]func(json.RawMessage) (Intent, error){}
	list[order.Place](m)
	list[order.Pay](m)
	list[order.Confirm](m)
	list[order.Reprint](m)
	list[menu.Import](m)
	list[menu.SetLimit](m)
	list[staff.SignIn](m)
	list[staff.SignOut](m)
	list[staff.Change](m)
	list[shift.OpenDay](m)
	list[shift.CloseDay](m)
	list[shift.OpenDrawer](m)
	return m
}()

func list[T Intent](m map[string]func(json.RawMessage) (Intent, error)) {
	var zero T
	m[zero.Act()] = func(body json.RawMessage) (Intent, error) {
		var v T
		err := json.Unmarshal(body, &v)
		return v, err
	}
}

// Decode makes the intent with the given name from its JSON body, as tools and servers
// receive it. Unknown names are ErrIntent.
func Decode(name string, body []byte) (Intent, error) {
	read, ok := intents[name]
	if !ok {
		return nil, ErrIntent.With(name)
	}
	i, err := read(body)
	if err != nil {
		return nil, fmt.Errorf("read intent %s: %w", name, err)
	}
	return i, nil
}

// Names lists the intents this version knows.
func Names() []string {
	var out []string
	for name := range intents {
		out = append(out, name)
	}
	return out
}
