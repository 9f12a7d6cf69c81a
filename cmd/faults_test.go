package cmd_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// declared is one fault.New of a package variable.
type declared struct {
	where, variable, code, zh, en, hint string
}

// faultsOf reads the faults a file declares, whether or not any program links it.
func faultsOf(s *source) (out []declared, bad []string) {
	seen := map[*ast.CallExpr]bool{}
	for _, d := range s.file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			for i, value := range v.Values {
				call, ok := value.(*ast.CallExpr)
				if !ok || !declares(s, call) {
					continue
				}
				seen[call] = true
				texts, ok := constants(s, call.Args)
				if !ok || len(texts) != 4 {
					bad = append(bad, s.path+": a fault is declared with something else than four constant texts")
					continue
				}
				out = append(out, declared{s.path, v.Names[i].Name, texts[0], texts[1], texts[2], texts[3]})
			}
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && declares(s, call) && !seen[call] {
			bad = append(bad, s.path+": fault.New outside a package variable")
		}
		return true
	})
	return out, bad
}

// declares reports whether call is fault.New, or New inside package fault itself.
func declares(s *source, call *ast.CallExpr) bool {
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		x, ok := f.X.(*ast.Ident)
		return ok && x.Name == "fault" && f.Sel.Name == "New"
	case *ast.Ident:
		return s.dir == "store/fault" && f.Name == "New"
	}
	return false
}

func constants(s *source, args []ast.Expr) (out []string, ok bool) {
	for _, a := range args {
		text, ok := constant(s, a)
		if !ok {
			return nil, false
		}
		out = append(out, text)
	}
	return out, true
}

// constant is the value of a text literal, of a constant of the same file, or of a sum of them.
func constant(s *source, e ast.Expr) (string, bool) {
	switch v := e.(type) {
	case *ast.Ident:
		for _, d := range s.file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST {
				for _, spec := range g.Specs {
					c := spec.(*ast.ValueSpec)
					if i := slices.IndexFunc(c.Names, func(n *ast.Ident) bool { return n.Name == v.Name }); i >= 0 && i < len(c.Values) {
						return constant(s, c.Values[i])
					}
				}
			}
		}
	case *ast.BasicLit:
		text, err := strconv.Unquote(v.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		a, ok1 := constant(s, v.X)
		b, ok2 := constant(s, v.Y)
		return a + b, ok1 && ok2 && v.Op == token.ADD
	}
	return "", false
}

var (
	verb = regexp.MustCompile(`%(?:%|[-+# 0]*(\[\d+\])?\d*(?:\.\d+)?([a-zA-Z]))`)
	code = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$`)
)

// verbs lists the kind of each argument a format wants: d for numbers, s for texts.
func verbs(format string) map[int]string {
	out := map[int]string{}
	next := 1
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[0] == "%%" {
			continue
		}
		if m[1] != "" {
			next, _ = strconv.Atoi(strings.Trim(m[1], "[]"))
		}
		out[next] = m[2]
		next++
	}
	return out
}

// faulty says what is wrong with the texts of a fault.
func (d declared) faulty() (out []string) {
	han := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	}
	if !code.MatchString(d.code) {
		out = append(out, "the code is not dotted lower case")
	}
	if !han(d.zh) {
		out = append(out, "the Chinese text has no Chinese")
	}
	if han(d.en) || strings.TrimSpace(d.en) == "" {
		out = append(out, "the English text has Chinese or nothing")
	}
	if han(d.hint) && !strings.ContainsFunc(d.hint, func(r rune) bool { return r >= 'a' && r <= 'z' }) || strings.TrimSpace(d.hint) == "" {
		out = append(out, "the hint says nothing in English")
	}
	zh, en := verbs(d.zh), verbs(d.en)
	most := 0
	for n := range zh {
		most = max(most, n)
	}
	for n := range en {
		most = max(most, n)
	}
	args := make([]any, most)
	for n := 1; n <= most; n++ {
		kind := zh[n] + en[n]
		if zh[n] == "" && !strings.Contains(d.zh, "%[") || en[n] == "" && !strings.Contains(d.en, "%[") || kind == "" {
			out = append(out, fmt.Sprintf("argument %d is not in both languages", n))
		}
		args[n-1] = "x"
		if strings.Contains(kind, "d") {
			args[n-1] = 7
		}
	}
	for _, format := range []string{d.zh, d.en} {
		text := format
		if most > 0 || strings.Contains(format, "%%") {
			text = fmt.Sprintf(format, args...)
		}
		if strings.Contains(text, "%!") {
			out = append(out, "filled with its arguments it reads "+text)
		}
	}
	return out
}

// arguments is how many arguments the texts want.
func (d declared) arguments() int {
	n := 0
	for _, format := range []string{d.zh, d.en} {
		for k := range verbs(format) {
			n = max(n, k)
		}
	}
	return n
}

// misused lists the calls of With that give a declared fault another number of arguments than its texts want, and the faults
// with arguments that are returned without any.
func misused(s *source, known map[string]declared) (out []string) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "With" || call.Ellipsis.IsValid() {
			return true
		}
		name := ""
		switch x := sel.X.(type) {
		case *ast.Ident:
			name = s.dir + "." + x.Name
		case *ast.SelectorExpr:
			if p, ok := x.X.(*ast.Ident); ok {
				for _, i := range s.imports {
					if path.Base(i) == p.Name {
						name = strings.TrimPrefix(i, module) + "." + x.Sel.Name
					}
				}
			}
		}
		if d, ok := known[name]; ok && len(call.Args) != d.arguments() {
			out = append(out, fmt.Sprintf("%s: %s is given %d arguments, its texts want %d", s.path, name, len(call.Args), d.arguments()))
		}
		return true
	})
	return out
}

// review checks every fault of the tree and every use of With.
func (t tree) review() (count int, bad []string, err error) {
	known, codes := map[string]declared{}, map[string]string{}
	var sources []*source
	for name, text := range t {
		s, err := parse(name, text)
		if err != nil {
			return 0, nil, err
		}
		if s.test {
			continue
		}
		sources = append(sources, s)
		all, wrong := faultsOf(s)
		bad = append(bad, wrong...)
		for _, d := range all {
			count++
			known[s.dir+"."+d.variable] = d
			for _, what := range d.faulty() {
				bad = append(bad, fmt.Sprintf("%s: %s (%s): %s", d.where, d.variable, d.code, what))
			}
			if other, twice := codes[d.code]; twice {
				bad = append(bad, fmt.Sprintf("%s: code %s is also declared in %s", d.where, d.code, other))
			}
			codes[d.code] = d.where
		}
	}
	for _, s := range sources {
		bad = append(bad, misused(s, known)...)
	}
	slices.Sort(bad)
	return count, bad, nil
}

func TestEveryFaultSpeaksBothLanguagesAndHelpsTheTechnician(t *testing.T) {
	count, bad, err := load(t).review()
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range bad {
		t.Error(what)
	}
	if count < 50 {
		t.Errorf("only %d faults found", count)
	}
}

func TestFaultyFaultsAreFound(t *testing.T) {
	const head = "package x\nimport \"wendan/store/fault\"\n"
	for what, decl := range map[string]string{
		"no Chinese":              `var ErrX = fault.New("x.y", "abc", "abc", "hint")`,
		"has Chinese":             `var ErrX = fault.New("x.y", "请", "please 请", "hint")`,
		"says nothing":            `var ErrX = fault.New("x.y", "请", "please", " ")`,
		"dotted lower case":       `var ErrX = fault.New("X.y", "请", "please", "hint")`,
		"not in both languages":   `var ErrX = fault.New("x.y", "请 %s", "please", "hint")`,
		"it reads":                `var ErrX = fault.New("x.y", "请 %d", "please %s", "hint")`,
		"is given 1":              `var ErrX = fault.New("x.y", "请 %s %d", "%[2]d of %[1]s", "hint")` + "\nvar e = ErrX.With(1)",
		"also declared":           `var a, b = fault.New("x.y", "请", "please", "hint"), fault.New("x.y", "请", "please", "hint")`,
		"outside a package":       `func f() { fault.New("x.y", "请", "please", "hint") }`,
		"than four constant text": `var ErrX = fault.New("x.y", "请"+f(), "please", "hint")`,
	} {
		_, bad, err := tree{"store/x/x.go": []byte(head + decl)}.review()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.Join(bad, "\n"), what) {
			t.Errorf("%s: found %q", what, bad)
		}
	}
	right := `var ErrX = fault.New("x.y", "“%s”只剩 %d 份，100%%", "Only %[2]d of %[1]s "+"left, 100%%", "hint 估清")` + "\nvar e = ErrX.With(\"a\", 2)"
	if n, bad, err := (tree{"store/x/x.go": []byte(head + right)}).review(); n != 1 || len(bad) != 0 || err != nil {
		t.Errorf("a right fault: %d %v %v", n, bad, err)
	}
}
