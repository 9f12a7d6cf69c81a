// Package control is the running register's local socket: tools on the same machine send
// intents and read status and journal there, because only the register may touch its files.
//
// It speaks HTTP with JSON over a unix socket:
//
//	POST /do            {name, body, key, staff} → the answer of the Doer
//	GET  /status        what the Viewer shows
//	GET  /status/NAME   one part of it
//	GET  /journal/NAME  a stream of the Streamer, one JSON object per line
//
// Only the user who runs the register, and root, get in: the folder and the socket belong
// to that user and the peer's credentials are checked (SO_PEERCRED, unix(7)). Refusals
// travel as fault code and arguments and are rebuilt at the other end.
package control

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"reflect"

	"wendan/store/fault"
)

// Faults of the socket.
var (
	ErrNotRunning = fault.New("control.not_running", "收银程序没有运行，请先启动它", "The register is not running; start it first",
		"Nothing listens on its control socket. Tools that only read may open the files themselves while the lock is free.")
	ErrRunning = fault.New("control.running", "收银程序已在运行，不能再开一个", "The register is running already; a second one cannot start",
		"Another process answers on the control socket.")
	ErrSocket = fault.New("control.socket", "本机控制通道出错，请联系技术员", "The local control socket failed; call the technician",
		"See the cause: folder not writable, path longer than 100 bytes, or the register stopped in the middle.")
	ErrRequest = fault.New("control.request", "请求无法读取：%s", "The request cannot be read: %s", "The body must be one JSON object of at most 16 MiB.")
	ErrUnknown = fault.New("control.unknown", "没有“%s”这项", "There is nothing called %q here", "The address is not one that this register serves; tool and register may be of different versions.")
)

// Request is one intent as it comes from a tool. The register decides what Name and Body
// mean.
type Request struct {
	Name  string          `json:"name"`            // the intent: "order.place"
	Body  json.RawMessage `json:"body,omitempty"`  // its fields
	Key   string          `json:"key,omitempty"`   // idempotency key in hexadecimal, empty for none
	Staff uint32          `json:"staff,omitempty"` // who asks; 0 is the tool itself
}

// Doer carries out intents: the till.
type Doer interface {
	// Do returns what is to be sent back as JSON. It must be durable by then.
	Do(ctx context.Context, r Request) (any, error)
}

// Viewer shows the register's state.
type Viewer interface {
	// View returns a part of the state by name, all of it for "", as something JSON can
	// hold; ErrUnknown for a name it does not have.
	View(ctx context.Context, name string) (any, error)
}

// Streamer writes long answers bit by bit: the journal.
type Streamer interface {
	// Stream writes what name and query ask for to w, JSON lines by custom; ErrUnknown for
	// a name it does not have. An error after the first byte still reaches the client.
	Stream(ctx context.Context, name string, query url.Values, w io.Writer) error
}

const maxBody = 16 << 20

// faultTrailer carries a fault that happened after a stream had begun.
const faultTrailer = "Wendan-Fault"

// carried is a fault on the wire.
type carried struct {
	Code  string `json:"code"`
	Args  []any  `json:"args,omitempty"`
	Cause string `json:"cause,omitempty"`
}

func pack(err error) []byte {
	e := fault.Of(err)
	c := carried{Code: e.Code}
	for _, a := range e.Args {
		c.Args = append(c.Args, plain(a))
	}
	if e.Err != nil {
		c.Cause = e.Err.Error()
	}
	b, err := json.Marshal(c)
	if err != nil {
		return []byte(`{"code":"` + fault.Internal + `"}`)
	}
	return b
}

// plain makes an argument what it looks like in a text: a number or a string.
func plain(a any) any {
	if s, ok := a.(fmt.Stringer); ok {
		return s.String()
	}
	switch v := reflect.ValueOf(a); {
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return v.Uint()
	case v.CanFloat():
		return v.Float()
	}
	return fmt.Sprint(a)
}

func unpack(b []byte) *fault.Error {
	var c carried
	if err := decode(b, &c); err != nil {
		return ErrSocket.Wrap(fmt.Errorf("answer %.200q", b))
	}
	for i, a := range c.Args {
		n, ok := a.(json.Number)
		if !ok {
			continue
		}
		if whole, err := n.Int64(); err == nil {
			c.Args[i] = whole
		} else if float, err := n.Float64(); err == nil {
			c.Args[i] = float
		}
	}
	return fault.Rebuild(c.Code, c.Args, c.Cause)
}
