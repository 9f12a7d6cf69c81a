package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"wendan/devices/ticket/typeface"
)

var verb = regexp.MustCompile(`%[-+# 0-9.\[\]]*[a-zA-Z%]`)

func TestEveryTextHasBothLanguagesAndCanBeDrawn(t *testing.T) {
	for key, e := range table {
		if strings.TrimSpace(e.zh) == "" || strings.TrimSpace(e.en) == "" {
			t.Errorf("%s: a language is empty", key)
		}
		if m := typeface.Missing(e.zh + e.en); len(m) > 0 {
			t.Errorf("%s: the typeface cannot draw %q", key, m)
		}
		if zh, en := verb.FindAllString(e.zh, -1), verb.FindAllString(e.en, -1); !reflect.DeepEqual(zh, en) {
			t.Errorf("%s: verbs %v in Chinese, %v in English", key, zh, en)
		}
	}
}

func TestTextFollowsTheLanguageAndFillsItsVerbs(t *testing.T) {
	for _, c := range []struct {
		l    Lang
		key  string
		args []any
		want string
	}{
		{ZH, "save.saved", nil, "已保存"},
		{EN, "save.saved", nil, "Saved"},
		{ZH, "net.queue", []any{3}, "待上传 3"},
		{EN, "pay.change.of", []any{"¥100.00", "¥62.00"}, "Received ¥100.00, change ¥62.00"},
		{"", "act.undo", nil, "撤销"},
		{ZH, "no.such.text", nil, "[no.such.text]"},
	} {
		if got := T(c.l, c.key, c.args...); got != c.want {
			t.Errorf("%s in %q is %q, want %q", c.key, c.l, got, c.want)
		}
	}
	if Name(ZH) == Name(EN) {
		t.Error("both languages have one name")
	}
}

func TestATextDeclaredTwiceStopsTheProgram(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a key declared twice went unnoticed")
		}
	}()
	join(map[string]text{"a": {"甲", "a"}}, map[string]text{"a": {"乙", "b"}})
}

// usedKeys finds the constant keys in calls of T or tr in Go source: i18n.T(lang, "key", …)
// and tr("key", …).
func usedKeys(t *testing.T, file string, src any) map[string]token.Position {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, file, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]token.Position{}
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		arg := -1
		switch fun := call.Fun.(type) {
		case *ast.SelectorExpr:
			if x, ok := fun.X.(*ast.Ident); ok && x.Name == "i18n" && fun.Sel.Name == "T" {
				arg = 1
			} else if fun.Sel.Name == "tr" {
				arg = 0
			}
		case *ast.Ident:
			if fun.Name == "tr" {
				arg = 0
			}
		}
		if arg >= 0 && arg < len(call.Args) {
			if lit, ok := call.Args[arg].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				key, _ := strconv.Unquote(lit.Value)
				used[key] = set.Position(lit.Pos())
			}
		}
		return true
	})
	return used
}

func TestEveryKeyUsedOnAScreenIsInTheTable(t *testing.T) {
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		for key, at := range usedKeys(t, path, nil) {
			if !Has(key) {
				t.Errorf("%s: no text for %q", at, key)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheKeySearchFindsBothSpellings(t *testing.T) {
	src := `package x
func f() { a(i18n.T(l, "one", 2), tr("two"), s.tr("three"), T("four")) }`
	used := usedKeys(t, "x.go", src)
	if len(used) != 3 {
		t.Fatalf("found %v", used)
	}
}
