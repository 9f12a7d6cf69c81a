package main

import (
	"os"
	"os/exec"
	"path/filepath"
)

// tour takes the further pictures of the manual, after the first sale, and keeps the papers.
func (h *hand) tour(dir, page string) {
	h.t.Helper()
	h.browse(page)
	for _, p := range [][2]string{{"前台", "receipt.png"}, {"后厨", "kitchen.png"}} {
		b, err := os.ReadFile(filepath.Join(dir, "paper", p[0], "latest.png"))
		if err == nil {
			err = os.WriteFile(filepath.Join(*pictures, p[1]), b, 0o644)
		}
		if err != nil {
			h.t.Fatal(err)
		}
	}
	h.tap("更多")
	h.save("more.png")
	h.tap("今日订单")
	h.save("orders.png")
	h.tap("返回")
	h.tap("更多")
	h.tap("浅色")
	for _, dish := range []string{"宫保鸡丁", "鱼香肉丝", "糖醋里脊", "酸菜鱼", "宫保鸡丁"} {
		h.tap(dish)
		h.chooseRequired()
	}
	h.save("cashier-dark.png")
}

// browse takes a picture of head office's page in a real browser.
func (h *hand) browse(page string) {
	h.t.Helper()
	browser, err := exec.LookPath("chromium")
	if err != nil {
		h.t.Log("SKIPPED: head office's picture needs chromium")
		return
	}
	cmd := exec.CommandContext(h.t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--user-data-dir="+h.t.TempDir(),
		"--window-size=1280,900", "--virtual-time-budget=4000", "--screenshot="+filepath.Join(*pictures, "headoffice.png"), page+"?still")
	if out, err := cmd.CombinedOutput(); err != nil {
		h.t.Fatalf("chromium: %v\n%s", err, out)
	}
}
