package main

import (
	"os"
	"path/filepath"
)

// tour takes the further pictures of the manual and keeps the papers.
func (h *hand) tour(dir string) {
	h.t.Helper()
	for _, p := range [][2]string{{"前台", "receipt.png"}, {"后厨", "kitchen.png"}} {
		b, err := os.ReadFile(filepath.Join(dir, "paper", p[0], "latest.png"))
		if err == nil {
			err = os.WriteFile(filepath.Join(*pictures, p[1]), b, 0o644)
		}
		if err != nil {
			h.t.Fatal(err)
		}
	}
}
