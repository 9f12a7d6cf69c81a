package web

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := fs.ReadFile(HeadOffice(), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestHeadOfficePageLoadsNothingFromElsewhere(t *testing.T) {
	outside := regexp.MustCompile(`(?i)(src|href)="(https?:)?//|@import|url\(["']?https?:|<script>|\son[a-z]+="|\sstyle="`)
	for _, name := range []string{"index.html", "page.css", "page.js", "words.js"} {
		if bad := outside.FindString(read(t, name)); bad != "" {
			t.Errorf("%s holds %q, which the page's policy forbids", name, bad)
		}
	}
}

func TestEveryWordOfThePageIsInBothLanguages(t *testing.T) {
	words := read(t, "words.js")
	pair := regexp.MustCompile(`(?m)^\s+(\w+): \["([^"]+)", "([^"]+)"\],$`)
	known := map[string]bool{}
	for _, m := range pair.FindAllStringSubmatch(words, -1) {
		known[m[1]] = true
	}
	used := regexp.MustCompile(`data-word="(\w+)"|\bsay\("(\w+)"`)
	count := 0
	for _, m := range used.FindAllStringSubmatch(read(t, "index.html")+read(t, "page.js"), -1) {
		count++
		if w := strings.Join(m[1:], ""); !known[w] {
			t.Errorf("word %q has no texts", w)
		}
	}
	if count < 20 || len(known) < 20 {
		t.Fatalf("only %d uses of %d words found: the test no longer reads the page", count, len(known))
	}
}
