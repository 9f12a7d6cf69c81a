package cmd_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// allowed are the licences that may be linked into our programs.
var allowed = map[string]bool{"Apache-2.0": true, "MIT": true, "ISC": true, "BSD-2-Clause": true, "BSD-3-Clause": true, "MPL-2.0": true, "LGPL-3.0": true}

func TestEveryLinkedModuleStandsOnTheLicencePageAndMayBeLinked(t *testing.T) {
	page, err := os.ReadFile("../packaging/licences.md")
	if err != nil {
		t.Fatal(err)
	}
	kind := map[string]string{}
	for line := range strings.Lines(string(page)) {
		if f := strings.Split(line, "|"); len(f) == 5 {
			kind[strings.TrimSpace(f[1])+" "+strings.TrimSpace(f[2])] = strings.TrimSpace(f[3])
		}
	}
	out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}} {{.Version}}{{end}}", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for module := range strings.Lines(string(out)) {
		module = strings.TrimSpace(module)
		if module == "" || module == "wendan" || seen[module] {
			continue
		}
		seen[module] = true
		if !allowed[kind[module]] {
			t.Errorf("%s: licence %q; run packaging/licences.sh and look", module, kind[module])
		}
	}
	if len(seen) < 20 {
		t.Fatalf("only %d modules seen", len(seen))
	}
}
