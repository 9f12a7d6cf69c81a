// Package cmd_test holds what the whole module must keep to: who may import whom, what the
// domain may not touch, how large files may grow. It parses every Go file, so that what does not
// build yet is checked too.
package cmd_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "wendan/"

// tree is the module's Go files by slash path from its root.
type tree map[string][]byte

// source is one parsed file.
type source struct {
	path, dir string
	test      bool
	lines     int
	file      *ast.File
	imports   []string
}

// rule is one thing every file is held to; breaks says what is wrong with a file, or nothing.
type rule struct {
	name   string
	breaks func(*source) []string
}

var rules = []rule{
	{"imports", breaksImports},
	{"third parties", breaksThirdParties},
	{"purity", breaksPurity},
	{"clock", breaksClock},
	{"floats", breaksFloats},
	{"place", breaksPlace},
	{"names", breaksNames},
	{"length", breaksLength},
}

// pure are the packages of the domain: no clock, no input or output, no goroutines.
var pure = []string{"store/act", "store/fact", "store/member", "store/menu", "store/money", "store/order", "store/org", "store/pay",
	"store/report", "store/shift", "store/staff", "store/stock", "store/voucher"}

// below reports whether dir is one of roots or stands under one.
func below(dir string, roots ...string) bool {
	return slices.ContainsFunc(roots, func(r string) bool { return dir == r || strings.HasPrefix(dir, r+"/") })
}

// reach lists what the files of dir may import of the module, besides store/fault.
func reach(dir string, test bool) []string {
	switch {
	case below(dir, "cmd"):
		return []string{"cmd", "ui", "devices", "store", "sync", "packaging"}
	case below(dir, "ui"):
		return append([]string{"ui", "devices/ticket"}, pure...)
	case below(dir, "devices"):
		return []string{"devices"}
	case below(dir, "packaging"):
		return []string{"packaging"}
	case below(dir, "sync"):
		return append([]string{"sync"}, pure...)
	case below(dir, "store/fault"):
		return nil
	case below(dir, "store") && test:
		return []string{"store", "devices/ticket"}
	case below(dir, pure...):
		return pure
	case below(dir, "store/journal"):
		return []string{"store/journal", "store/fact"}
	case below(dir, "store/book", "store/receipt", "store/till"):
		return []string{"store", "devices/ticket"}
	case below(dir, "store"):
		return []string{"store"}
	}
	return nil
}

func breaksImports(s *source) (out []string) {
	allowed := append(reach(s.dir, s.test), "store/fault")
	for _, i := range s.imports {
		target, ours := strings.CutPrefix(i, module)
		if ours && !(below(s.dir, "store/fault") && target == "store/fault" && !s.test) && below(target, allowed...) {
			continue
		}
		if ours {
			out = append(out, "may not import "+i)
		}
	}
	return out
}

// homes says which directories may import a package of others and all below it. The first
// that fits counts.
var homes = []struct {
	prefix string
	dirs   []string
}{
	{"fyne.io/fyne/v2/app", []string{"cmd/register"}},
	{"fyne.io", []string{"ui", "cmd/register"}},
	{"github.com/go-gl", []string{"cmd/register"}},
	{"github.com/hennedo/escpos", []string{"devices/escpos"}},
	{"github.com/karalabe/usb", []string{"devices/port/hidport"}},
	{"go.bug.st/serial", []string{"devices"}},
	{"go.etcd.io/bbolt", []string{"store", "cmd"}},
	{"github.com/nats-io", []string{"sync", "cmd"}},
	{"modernc.org/sqlite", []string{"sync", "cmd"}},
}

// lent are the packages of others that the domain may use: encodings and tables, nothing that acts.
var lent = []string{"github.com/fxamacker/cbor/v2", "golang.org/x/crypto/argon2", "golang.org/x/text", "github.com/mozillazg/go-pinyin"}

func breaksThirdParties(s *source) (out []string) {
	for _, i := range s.imports {
		for _, h := range homes {
			if below(i, h.prefix) {
				if !below(s.dir, h.dirs...) {
					out = append(out, fmt.Sprintf("%s belongs to %v", i, h.dirs))
				}
				break
			}
		}
		host, _, _ := strings.Cut(i, "/")
		foreign := strings.Contains(host, ".")
		switch {
		case foreign && !s.test && below(s.dir, "store/fault"):
			out = append(out, "store/fault is standard library only, not "+i)
		case foreign && !s.test && below(s.dir, pure...) && !below(i, lent...):
			out = append(out, "the domain may not use "+i)
		}
	}
	return out
}

// outside are packages of the standard library that touch the world or chance.
var outside = []string{"os", "net", "log", "database", "syscall", "unsafe", "runtime", "plugin", "testing", "io/ioutil", "path/filepath", "math/rand", "crypto/rand"}

func breaksPurity(s *source) (out []string) {
	if s.test || !below(s.dir, append([]string{"store/receipt", "store/fault"}, pure...)...) {
		return nil
	}
	for _, i := range s.imports {
		if below(i, outside...) {
			out = append(out, "a pure package may not import "+i)
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if _, ok := n.(*ast.GoStmt); ok {
			out = append(out, "a pure package starts no goroutine")
		}
		return true
	})
	return out
}

// clockwork are the functions of package time that read a clock or wait for one.
var clockwork = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

func breaksClock(s *source) (out []string) {
	if s.test || !below(s.dir, append([]string{"store/receipt"}, pure...)...) {
		return nil
	}
	name := ""
	for _, i := range s.file.Imports {
		if i.Path.Value == `"time"` {
			name = "time"
			if i.Name != nil {
				name = i.Name.Name
			}
		}
	}
	if name == "." {
		return []string{"package time may not be imported by a dot"}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && name != "" && x.Name == name && slices.Contains(clockwork, sel.Sel.Name) {
				out = append(out, "a pure package is given the time, it does not call time."+sel.Sel.Name)
			}
		}
		return true
	})
	return out
}

func breaksFloats(s *source) (out []string) {
	if s.test || !below(s.dir, "store") {
		return nil
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch v := n.(type) {
		case *ast.Ident:
			if v.Name == "float32" || v.Name == "float64" {
				out = append(out, v.Name+" under store")
			}
		case *ast.BasicLit:
			if v.Kind == token.FLOAT && !below(s.dir, "store/book") { // bbolt's FillPercent is a floating number
				out = append(out, "the floating number "+v.Value+" under store")
			}
		}
		return true
	})
	return out
}

func breaksPlace(s *source) []string {
	top, _, _ := strings.Cut(s.dir, "/")
	switch {
	case s.dir == "sync":
		return []string{"no Go file stands directly in sync"}
	case !slices.Contains([]string{"cmd", "ui", "devices", "store", "sync", "packaging"}, top):
		return []string{"Go files stand under cmd, ui, devices, store, sync or packaging"}
	}
	return nil
}

// vague are names that say nothing about what is inside.
var vague = []string{"util", "utils", "common", "helper", "helpers", "types", "misc"}

func breaksNames(s *source) (out []string) {
	stem := strings.TrimSuffix(strings.TrimSuffix(path.Base(s.path), ".go"), "_test")
	for _, name := range append(strings.Split(s.dir, "/"), stem, strings.TrimSuffix(s.file.Name.Name, "_test")) {
		if slices.Contains(vague, name) {
			out = append(out, "nothing is called "+name)
		}
	}
	return out
}

func breaksLength(s *source) []string {
	most := 400
	if path.Base(s.path) == "main.go" && s.file.Name.Name == "main" {
		most = 60
	}
	if !s.test && s.lines > most {
		return []string{fmt.Sprintf("%d lines, %d at most", s.lines, most)}
	}
	return nil
}

// parse reads one file as the rules see it.
func parse(name string, text []byte) (*source, error) {
	f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	s := &source{path: name, dir: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), lines: bytes.Count(text, []byte("\n")), file: f}
	for _, i := range f.Imports {
		target, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return nil, err
		}
		s.imports = append(s.imports, target)
	}
	return s, nil
}

// broken holds every file against every rule; what comes back is by rule name, sorted by file.
func (t tree) broken() (map[string][]string, error) {
	out := map[string][]string{}
	var names []string
	for name := range t {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		s, err := parse(name, t[name])
		if err != nil {
			return nil, err
		}
		for _, r := range rules {
			for _, what := range r.breaks(s) {
				out[r.name] = append(out[r.name], name+": "+what)
			}
		}
	}
	return out, nil
}

// root is the module's directory.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
	}
}

// load reads the module's Go files. It lists every directory and opens every file through package os, so that go test
// knows them as inputs and runs again when one is added, removed or changed.
func load(t *testing.T) tree {
	t.Helper()
	top := root(t)
	out := tree{}
	err := filepath.WalkDir(top, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != top && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "build") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(top, name)
		out[filepath.ToSlash(rel)] = text
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 40 || out["store/fault/fault.go"] == nil || out["cmd/rules_test.go"] == nil {
		t.Fatalf("only %d files found from %s", len(out), top)
	}
	return out
}

func TestEveryFileKeepsTheRulesOfTheHouse(t *testing.T) {
	broken, err := load(t).broken()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		for _, what := range broken[r.name] {
			t.Errorf("%s: %s", r.name, what)
		}
	}
}
