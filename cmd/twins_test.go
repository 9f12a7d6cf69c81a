package cmd_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// good is a small house that keeps every rule.
func good() tree {
	return tree{
		"cmd/register/main.go":              []byte("package main\nimport (_ \"fyne.io/fyne/v2/app\"; _ \"wendan/ui/cashier\"; _ \"wendan/sync/uplink\"; _ \"wendan/store/till\"; _ \"os\")\nfunc main() {}\n"),
		"ui/cashier/screen.go":              []byte("package cashier\nimport (_ \"fyne.io/fyne/v2\"; _ \"wendan/ui/kit\"; _ \"wendan/store/order\"; _ \"wendan/devices/ticket/typeface\"; _ \"wendan/store/fault\")\n"),
		"devices/escpos/encode.go":          []byte("package escpos\nimport (_ \"github.com/hennedo/escpos\"; _ \"wendan/devices/ticket\"; _ \"wendan/store/fault\")\nvar dots = 0.5\n"),
		"devices/port/hidport/hid.go":       []byte("package hidport\nimport _ \"github.com/karalabe/usb\"\n"),
		"store/fault/fault.go":              []byte("package fault\nimport _ \"errors\"\n"),
		"store/order/order.go":              []byte("package order\nimport (\"time\"; _ \"wendan/store/pay\"; _ \"github.com/fxamacker/cbor/v2\"; _ \"wendan/store/fault\")\nvar _ = time.Unix\n"),
		"store/order/order_test.go":         []byte("package order\nimport (_ \"os\"; \"time\"; _ \"pgregory.net/rapid\"; _ \"wendan/store/receipt\")\nvar _, _ = time.Now, float64(1.5)\n"),
		"store/journal/journal.go":          []byte("package journal\nimport (_ \"os\"; _ \"wendan/store/fact\"; _ \"wendan/store/fault\")\n"),
		"store/journal/journal_test.go":     []byte("package journal\nimport _ \"wendan/store/faultfs\"\n"),
		"store/receipt/receipt.go":          []byte("package receipt\nimport (_ \"wendan/devices/ticket\"; _ \"wendan/store/order\")\n"),
		"store/book/book.go":                []byte("package book\nimport (_ \"go.etcd.io/bbolt\"; _ \"wendan/store/report\")\nconst fill = 0.95\n"),
		"sync/uplink/uplink.go":             []byte("package uplink\nimport (_ \"github.com/nats-io/nats.go\"; _ \"wendan/sync/wire\"; _ \"wendan/store/fact\")\n"),
		"packaging/image/slots.go":          []byte("package image\nimport _ \"wendan/packaging/image/part\"\n"),
		"store/order/long_test.go":          []byte("package order\n" + strings.Repeat("\n", 900)),
		"store/order/full.go":               []byte("package order\n" + strings.Repeat("\n", 399)),
		"cmd/headoffice/main.go":            []byte("package main\n" + strings.Repeat("\n", 59)),
		"devices/portrait/commonplace.go":   []byte("package portrait\n"),
		"store/menu/demo.go":                []byte("package menu\nimport _ \"embed\"\n"),
		"cmd/registerctl/journal/verify.go": []byte("package journal\nimport _ \"wendan/store/journal\"\n"),
	}
}

// twins are files that break exactly one rule each.
var twins = []struct{ path, text, rule string }{
	{"store/fault/more.go", "package fault\nimport _ \"wendan/store/fact\"", "imports"},
	{"store/fault/more.go", "package fault\nimport _ \"wendan/store/fault\"", "imports"},
	{"store/order/x.go", "package order\nimport _ \"wendan/store/journal\"", "imports"},
	{"store/order/x.go", "package order\nimport _ \"wendan/devices/ticket\"", "imports"},
	{"store/order/x_test.go", "package order\nimport _ \"wendan/ui/kit\"", "imports"},
	{"store/journal/x.go", "package journal\nimport _ \"wendan/store/order\"", "imports"},
	{"store/book/x.go", "package book\nimport _ \"wendan/devices/escpos\"", "imports"},
	{"store/receipt/x.go", "package receipt\nimport _ \"wendan/sync/wire\"", "imports"},
	{"store/till/x.go", "package till\nimport _ \"wendan/devices/spool\"", "imports"},
	{"ui/cashier/x.go", "package cashier\nimport _ \"wendan/store/till\"", "imports"},
	{"ui/cashier/x_test.go", "package cashier\nimport _ \"wendan/store/book\"", "imports"},
	{"ui/kit/x.go", "package kit\nimport _ \"wendan/devices/spool\"", "imports"},
	{"ui/kit/x.go", "package kit\nimport _ \"wendan/cmd/internal/display\"", "imports"},
	{"devices/spool/x.go", "package spool\nimport _ \"wendan/store/order\"", "imports"},
	{"devices/spool/x.go", "package spool\nimport _ \"wendan/store/faultfs\"", "imports"},
	{"sync/uplink/x.go", "package uplink\nimport _ \"wendan/store/journal\"", "imports"},
	{"sync/uplink/x.go", "package uplink\nimport _ \"wendan/ui/web\"", "imports"},
	{"packaging/image/x.go", "package image\nimport _ \"wendan/store/fact\"", "imports"},
	{"store/order/x.go", "package order\nimport _ \"fyne.io/fyne/v2\"", "third parties"},
	{"store/order/x.go", "package order\nimport _ \"go.etcd.io/bbolt\"", "third parties"},
	{"store/order/x.go", "package order\nimport _ \"example.test/money\"", "third parties"},
	{"store/fault/x.go", "package fault\nimport _ \"golang.org/x/text/language\"", "third parties"},
	{"store/till/x_test.go", "package till\nimport _ \"fyne.io/fyne/v2/test\"", "third parties"},
	{"ui/cashier/x.go", "package cashier\nimport _ \"fyne.io/fyne/v2/app\"", "third parties"},
	{"ui/cashier/x_test.go", "package cashier\nimport _ \"fyne.io/fyne/v2/app\"", "third parties"},
	{"cmd/registerctl/x.go", "package main\nimport _ \"fyne.io/fyne/v2\"", "third parties"},
	{"cmd/registerctl/x.go", "package main\nimport _ \"fyne.io/fyne/v2/app\"", "third parties"},
	{"cmd/registerctl/x.go", "package main\nimport _ \"github.com/karalabe/usb\"", "third parties"},
	{"devices/port/usbport/x.go", "package usbport\nimport _ \"github.com/karalabe/usb\"", "third parties"},
	{"devices/printer/x.go", "package printer\nimport _ \"github.com/hennedo/escpos\"", "third parties"},
	{"devices/printer/x_test.go", "package printer\nimport _ \"github.com/hennedo/escpos\"", "third parties"},
	{"store/till/x.go", "package till\nimport _ \"github.com/nats-io/nats.go\"", "third parties"},
	{"store/order/x.go", "package order\nimport _ \"os\"", "purity"},
	{"store/pay/x.go", "package pay\nimport _ \"net/http\"", "purity"},
	{"store/pay/x.go", "package pay\nimport _ \"log/slog\"", "purity"},
	{"store/money/x.go", "package money\nimport _ \"math/rand/v2\"", "purity"},
	{"store/menu/x.go", "package menu\nimport _ \"database/sql\"", "purity"},
	{"store/receipt/x.go", "package receipt\nimport _ \"os/exec\"", "purity"},
	{"store/shift/x.go", "package shift\nfunc f() { go f() }", "purity"},
	{"store/order/x.go", "package order\nimport \"time\"\nvar t = time.Now()", "clock"},
	{"store/order/x.go", "package order\nimport \"time\"\nvar clock = time.Now", "clock"},
	{"store/order/x.go", "package order\nimport uhr \"time\"\nvar t = uhr.Since(uhr.Time{})", "clock"},
	{"store/order/x.go", "package order\nimport . \"time\"\nvar t = Now()", "clock"},
	{"store/receipt/x.go", "package receipt\nimport \"time\"\nfunc f() { time.Sleep(1) }", "clock"},
	{"store/pay/x.go", "package pay\nvar rate float64", "floats"},
	{"store/till/x.go", "package till\nfunc f(x int64) { _ = float32(x) }", "floats"},
	{"store/money/x.go", "package money\nvar half = 0.5", "floats"},
	{"store/book/x.go", "package book\nvar seconds float64", "floats"},
	{"sync/x.go", "package sync", "place"},
	{"sync/x_test.go", "package sync", "place"},
	{"x.go", "package wendan", "place"},
	{"pkg/order/x.go", "package order", "place"},
	{"store/util/x.go", "package util2", "names"},
	{"store/order/helpers.go", "package order", "names"},
	{"store/order/common_test.go", "package order", "names"},
	{"ui/types/kit/x.go", "package kit", "names"},
	{"store/order/x.go", "package types", "names"},
	{"store/order/x.go", "package order\n" + strings.Repeat("\n", 400), "length"},
	{"cmd/prove/main.go", "package main\n" + strings.Repeat("\n", 60), "length"},
}

func TestTheRulesFindNothingInAGoodHouse(t *testing.T) {
	broken, err := good().broken()
	if err != nil || len(broken) != 0 {
		t.Fatalf("%v %v", broken, err)
	}
}

func TestEveryRuleCatchesItsBrokenTwin(t *testing.T) {
	caught := map[string]bool{}
	for i, twin := range twins {
		t.Run(fmt.Sprintf("%s %d", twin.rule, i), func(t *testing.T) {
			house := good()
			house[twin.path] = []byte(twin.text + "\n")
			broken, err := house.broken()
			if err != nil {
				t.Fatal(err)
			}
			if found := slices.Collect(maps.Keys(broken)); !slices.Equal(found, []string{twin.rule}) || len(broken[twin.rule]) == 0 || !strings.HasPrefix(broken[twin.rule][0], twin.path+": ") {
				t.Errorf("%s should break %q alone, found %v:\n%s", twin.path, twin.rule, broken, twin.text)
			}
			caught[twin.rule] = true
		})
	}
	for _, r := range rules {
		if !caught[r.name] {
			t.Errorf("no twin breaks %q", r.name)
		}
	}
}

func TestAFileThatDoesNotParseIsNotPassedOver(t *testing.T) {
	house := good()
	house["store/order/x.go"] = []byte("package order\nimport (")
	if _, err := house.broken(); err == nil {
		t.Fatal("a broken file went through")
	}
}
