// Package fault is the one error type of the register.
//
// Every refusal a person can meet is declared once, as a package variable, with a
// stable code, a sentence for the cashier in Chinese and English that says what to
// do, and a hint for the technician:
//
//	var ErrSoldOut = fault.New("menu.sold_out", "%s 已售罄，请换一道", "%s is sold out; choose another dish",
//	    "The remaining count reached zero; lift it under 估清.")
//
//	return ErrSoldOut.With(dish.Name)
//
// errors.Is compares codes, so errors.Is(err, ErrSoldOut) holds for every instance,
// including one rebuilt from its code on the other side of a socket.
package fault

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
)

// Lang names a language of the texts.
type Lang string

// The two languages of the product. Chinese is the default everywhere.
const (
	ZH Lang = "zh"
	EN Lang = "en"
)

// Internal is the code of an error nobody gave a better one.
const Internal = "internal"

// Error is a fault with a code, texts for the cashier and a hint for the technician.
// Declared faults are shared and must not be modified; With and Wrap return copies.
type Error struct {
	Code string // stable, dotted, lower case: "menu.sold_out"; never reused for another meaning
	zh   string // format for the cashier, Chinese
	en   string // format for the cashier, English
	hint string // for the technician, English
	Args []any  // fill the verbs of the texts; plain strings and numbers only
	Err  error  // the cause, or nil
}

var (
	mu        sync.Mutex
	catalogue = map[string]*Error{}
)

// New declares a fault. Call it only in package variable declarations. It panics when
// the code is empty or declared twice, or when a text is missing, because such a
// mistake must not survive the first test run.
func New(code, zh, en, hint string) *Error {
	if code == "" || zh == "" || en == "" || hint == "" {
		panic("fault: incomplete declaration of " + code)
	}
	mu.Lock()
	defer mu.Unlock()
	if _, twice := catalogue[code]; twice {
		panic("fault: code declared twice: " + code)
	}
	e := &Error{Code: code, zh: zh, en: en, hint: hint}
	catalogue[code] = e
	return e
}

// With returns a copy whose texts are filled with args.
func (e *Error) With(args ...any) *Error {
	c := *e
	c.Args = args
	return &c
}

// Wrap returns a copy that carries cause; errors.Is and errors.As see through it.
func (e *Error) Wrap(cause error) *Error {
	c := *e
	c.Err = cause
	return &c
}

// Error is the English text for logs: code, sentence and cause.
func (e *Error) Error() string {
	s := e.Code + ": " + e.Text(EN)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Text is the sentence for the cashier in the given language, without cause and hint.
func (e *Error) Text(l Lang) string {
	format := e.zh
	if l == EN {
		format = e.en
	}
	if len(e.Args) == 0 && !strings.Contains(format, "%%") {
		return format
	}
	return fmt.Sprintf(format, e.Args...)
}

// Hint is what the technician should look at, in English.
func (e *Error) Hint() string { return e.hint }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is a fault with the same code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

var errInternal = New(Internal, "系统出错，请重试；若反复出现请联系技术员", "Something went wrong; try again, and call the technician if it comes back",
	"An error without a fault code reached the surface; see the log for its cause.")

// Of returns the fault inside err, or an internal fault that wraps err. Of(nil) is nil.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return errInternal.Wrap(err)
}

// Code returns the code of the fault inside err, Internal for any other error and ""
// for nil.
func Code(err error) string {
	if err == nil {
		return ""
	}
	return Of(err).Code
}

// Rebuild makes the fault with the given code and arguments again, as received over a
// socket. An unknown code gives an internal fault whose cause names it.
func Rebuild(code string, args []any, cause string) *Error {
	mu.Lock()
	e, ok := catalogue[code]
	mu.Unlock()
	if !ok {
		return errInternal.Wrap(fmt.Errorf("unknown fault code %q: %s", code, cause))
	}
	c := *e
	c.Args = args
	if cause != "" {
		c.Err = errors.New(cause)
	}
	return &c
}

// Catalogue lists every declared fault of the packages linked in, by code.
func Catalogue() []*Error {
	mu.Lock()
	defer mu.Unlock()
	all := make([]*Error, 0, len(catalogue))
	for _, e := range catalogue {
		all = append(all, e)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Code < all[j].Code })
	return all
}
