// Package i18n holds every text of the screens in Chinese and English, in one table.
//
// Texts of refusals and failures are not here: each fault carries its own. To add a
// text, add a line to the table of its area; the tests refuse a missing language, a
// different set of verbs, and a character the embedded typeface cannot draw.
package i18n

import (
	"fmt"
	"sort"

	"wendan/store/fault"
)

// Lang is one of the two languages, the same type faults use.
type Lang = fault.Lang

// The languages. Chinese is the default.
const (
	ZH = fault.ZH
	EN = fault.EN
)

// Langs lists the languages in the order a switch shows them.
func Langs() []Lang { return []Lang{ZH, EN} }

// text is one entry: Chinese, then English.
type text struct{ zh, en string }

var table = join(sale, pay, day, device, counter)

func join(parts ...map[string]text) map[string]text {
	all := map[string]text{}
	for _, part := range parts {
		for k, v := range part {
			if _, twice := all[k]; twice {
				panic("i18n: text declared twice: " + k)
			}
			all[k] = v
		}
	}
	return all
}

// T is the text of a key, its verbs filled with args. A key that is not in the table
// comes back in brackets, so that it is seen and no screen stops working.
func T(l Lang, key string, args ...any) string {
	e, ok := table[key]
	if !ok {
		return "[" + key + "]"
	}
	s := e.zh
	if l == EN {
		s = e.en
	}
	if len(args) > 0 {
		return fmt.Sprintf(s, args...)
	}
	return s
}

// Has reports whether a key is in the table.
func Has(key string) bool {
	_, ok := table[key]
	return ok
}

// Keys lists all keys in order.
func Keys() []string {
	keys := make([]string, 0, len(table))
	for k := range table {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// Name is a language's name in itself, for the button that switches to it.
func Name(l Lang) string { return T(l, "lang.name") }
