package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wendan/cmd/internal/command"
	"wendan/cmd/internal/machine"
	"wendan/devices/emu"
	"wendan/store/act"
	"wendan/store/fact"
	"wendan/store/journal"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/shift"
)

// TestMain is also the tool itself, when replay -cut starts this binary again.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "replay" && os.Args[2] == "life" {
		os.Exit(command.Run(program, about, commands, os.Args[1:]))
	}
	os.Exit(m.Run())
}

// tool runs registerctl.
func tool(t *testing.T, args ...string) (status int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = command.RunWith(t.Context(), program, about, commands, args, &stdout, &stderr)
	return status, stdout.String(), stderr.String()
}

// good runs registerctl with -json, which must succeed with one object on one line, and reads it into v.
func good(t *testing.T, v any, args ...string) {
	t.Helper()
	words := append(strings.Fields(args[0]), append([]string{"-json"}, args[1:]...)...)
	status, out, err := tool(t, words...)
	if status != 0 || strings.Count(out, "\n") != 1 {
		t.Fatalf("%v: status %d\n%s\n%s", words, status, out, err)
	}
	if e := json.Unmarshal([]byte(out), v); e != nil {
		t.Fatalf("%v: %v in %s", words, e, out)
	}
}

// refused runs registerctl, which must fail with the fault of that code, told in Chinese and English.
func refused(t *testing.T, code string, args ...string) {
	t.Helper()
	status, _, err := tool(t, append(strings.Fields(args[0]), args[1:]...)...)
	if status == 0 || !strings.Contains(err, "["+code+"]") {
		t.Fatalf("%v: status %d, wanted %s\n%s", args, status, code, err)
	}
	chinese := strings.ContainsFunc(err, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
	if !chinese || !strings.ContainsAny(err, "abcdefghijklmnopqrstuvwxyz") {
		t.Fatalf("%v is not told in two languages:\n%s", args, err)
	}
}

// newRegister sets a register up with the tool, sells one day on it and closes it.
func newRegister(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "wd") // a short path: sockets allow 100 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	csv := filepath.Join(dir, "first.csv")
	write(t, csv, "编号,名称,分类,价格\n101,宫保鸡丁,热菜,38\n102,麻婆豆腐,热菜,22.50\n")
	var made struct {
		Register  string
		PublicKey string `json:"public_key"`
		Dishes    int
		People    int
	}
	good(t, &made, "setup", "-dir", dir, "-branch", "xihu", "-shop", "稳单小馆", "-manager", "王店长", "-pin", "8888", "-cashier", "张敏:1234", "-menu", csv)
	if made.Register != "A" || len(made.PublicKey) != 64 || made.Dishes != 2 || made.People != 2 {
		t.Fatalf("%+v", made)
	}
	m := run(t, dir, false)
	sell(t, m, 20261122, 3)
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run starts the register of dir, with its control socket when it is to serve.
func run(t *testing.T, dir string, serve bool) *machine.Machine {
	t.Helper()
	m, err := machine.Open(machine.Config{Dir: dir, Control: serve, Print: machine.PrintOptions{MaxPause: 20 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func sell(t *testing.T, m *machine.Machine, day fact.Day, orders int) {
	t.Helper()
	do := func(in act.Intent) {
		t.Helper()
		if _, err := m.Till.Do(t.Context(), act.Act{Key: m.Till.NewKey(), By: act.By{Source: fact.SourceTool}, Intent: in}); err != nil {
			t.Fatal(err)
		}
	}
	do(shift.OpenDay{Day: day})
	for range orders {
		do(order.Place{Cart: order.Cart{Channel: order.DineIn, Items: []order.Item{{Dish: 101, Qty: 1}}}, Tender: []pay.Tender{{Way: pay.WeChat, Given: 3800}}})
	}
	do(shift.CloseDay{})
	if _, err := m.CaughtUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// both runs a test on a register that is not running and on one that is.
func both(t *testing.T, test func(t *testing.T, dir string, running bool)) {
	for name, running := range map[string]bool{"files": false, "socket": true} {
		t.Run(name, func(t *testing.T) {
			dir := newRegister(t)
			if running {
				m := run(t, dir, true)
				t.Cleanup(func() {
					if err := m.Close(); err != nil {
						t.Error(err)
					}
				})
			}
			test(t, dir, running)
		})
	}
}

func TestSetupRefusesWhatCannotWork(t *testing.T) {
	dir := newRegister(t)
	full := []string{"setup", "-branch", "xihu", "-shop", "店", "-manager", "王", "-pin", "8888"}
	refused(t, "journal.exists", append(full, "-dir", dir)...)
	fresh := filepath.Join(t.TempDir(), "new")
	refused(t, "registerctl.setup", "setup", "-dir", fresh, "-shop", "店", "-manager", "王", "-pin", "8888")
	refused(t, "registerctl.setup", append(full, "-dir", fresh, "-cashier", "nobody")...)
	refused(t, "till.setup", append(full, "-dir", fresh, "-branch", "西湖")...)
	refused(t, "staff.pin_form", append(full, "-dir", fresh, "-pin", "12")...)
	refused(t, "registerctl.path", append(full, "-dir", fresh, "-pin", "@"+fresh)...)
	if have, err := machine.Exists(fresh); err != nil || have {
		t.Fatalf("a refused set-up left a register: %v", err)
	}
}

func TestMenuGoesInAndComesOutTheSame(t *testing.T) {
	both(t, func(t *testing.T, dir string, running bool) {
		in, out := filepath.Join(t.TempDir(), "in.csv"), filepath.Join(t.TempDir(), "out.csv")
		write(t, in, "\ufeff编号,名称,分类,价格\n201,鱼香肉丝,热菜,36.80\n202,酸辣汤,汤,18\n")
		var r menuReport
		good(t, &r, "menu import", "-dir", dir, in)
		if !r.Imported || !r.Changed || r.Dishes != 2 || (r.Through == "register") != running {
			t.Fatalf("%+v", r)
		}
		good(t, &r, "menu export", "-dir", dir, out)
		good(t, &r, "menu import", "-dir", dir, out)
		if !r.Imported || r.Changed {
			t.Fatalf("the exported menu is not the one in force: %+v", r)
		}
	})
}

func TestBadMenuIsRefusedLineByLineAndTheOldOneStays(t *testing.T) {
	both(t, func(t *testing.T, dir string, _ bool) {
		bad, before, after := filepath.Join(t.TempDir(), "bad.csv"), filepath.Join(t.TempDir(), "a.csv"), filepath.Join(t.TempDir(), "b.csv")
		write(t, bad, "编号,名称,分类,价格\n201,鱼香肉丝,热菜,36.8O\n201,酸辣汤,汤,18\n203,,汤,5\n")
		var r menuReport
		good(t, &r, "menu export", "-dir", dir, before)
		for _, words := range [][]string{{"menu", "import", "-json", "-dir", dir, bad}, {"menu", "check", "-json", bad}} {
			status, out, told := tool(t, words...)
			if status != 1 || json.Unmarshal([]byte(out), &r) != nil || r.Imported || r.Errors == 0 {
				t.Fatalf("%v: status %d %s\n%s", words, status, out, told)
			}
			if p := r.Problems[0]; p.File != "bad.csv" || p.Line != 2 || p.ZH == "" || p.EN == "" || !strings.Contains(told, "bad.csv") {
				t.Fatalf("first problem %+v\n%s", p, told)
			}
		}
		good(t, &r, "menu export", "-dir", dir, after)
		a, _ := os.ReadFile(before)
		if b, err := os.ReadFile(after); err != nil || !bytes.Equal(a, b) {
			t.Fatal("the menu in force changed")
		}
		refused(t, "registerctl.menu_file", "menu import", "-dir", dir, filepath.Join(dir, "none.csv"))
		refused(t, "command.usage", "menu import", "-dir", dir)
	})
}

func TestStatusTellsWhoseRegisterItIs(t *testing.T) {
	both(t, func(t *testing.T, dir string, running bool) {
		var s standing
		good(t, &s, "status", "-dir", dir)
		if s.Running != running || s.Branch != "xihu" || s.Register != "A" || len(s.PublicKey) != 64 || s.Head.Seq == 0 || (s.State != nil) != running {
			t.Fatalf("%+v", s)
		}
		if status, out, err := tool(t, "status", "-dir", dir); status != 0 || !strings.Contains(out, "xihu A") {
			t.Fatalf("%s%s", out, err)
		}
	})
	refused(t, "machine.absent", "status", "-dir", t.TempDir())
}

func TestDumpFiltersByNumberKindAndDay(t *testing.T) {
	both(t, func(t *testing.T, dir string, _ bool) {
		rows := func(args ...string) (all []machine.Row) {
			t.Helper()
			status, out, err := tool(t, append([]string{"journal", "dump", "-dir", dir}, args...)...)
			if status != 0 {
				t.Fatal(err)
			}
			for d := json.NewDecoder(strings.NewReader(out)); d.More(); {
				var r machine.Row
				if err := d.Decode(&r); err != nil {
					t.Fatal(err)
				}
				all = append(all, r)
			}
			return all
		}
		everything := rows()
		if everything[0].Kind != "register.created" || everything[0].Seq != 1 || everything[len(everything)-1].Kind != "day.closed" {
			t.Fatalf("%+v", everything)
		}
		placed := rows("-kind", "order.placed", "-day", "2026-11-22")
		if len(placed) != 3 || !strings.Contains(mustJSON(t, placed[0].Body), "宫保鸡丁") {
			t.Fatalf("%+v", placed)
		}
		if part := rows("-from", "2", "-to", "4"); len(part) != 3 || part[0].Seq != 2 || part[2].Seq != 4 {
			t.Fatalf("%+v", part)
		}
		if none := rows("-day", "2026-11-23"); len(none) != 0 {
			t.Fatalf("%+v", none)
		}
		refused(t, "registerctl.kind", "journal dump", "-dir", dir, "-kind", "order.eaten")
		refused(t, "fact.day", "journal dump", "-dir", dir, "-day", "22.11.2026")
	})
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestCheckPassesOnAGoodRegister(t *testing.T) {
	both(t, func(t *testing.T, dir string, _ bool) {
		var c machine.Checked
		good(t, &c, "journal check", "-dir", dir, "-rebuild")
		if !c.OK() || c.Rebuilt == nil || c.Settled != 3 || c.Amount != 3*3800 || c.Days != 1 {
			t.Fatalf("%+v", c)
		}
	})
}

func TestCheckReportsAMissingBookAndMakesNone(t *testing.T) {
	dir := newRegister(t)
	if err := os.Remove(machine.BookPath(dir)); err != nil {
		t.Fatal(err)
	}
	refused(t, "registerctl.check", "journal check", "-dir", dir)
	if _, err := os.Stat(machine.BookPath(dir)); !os.IsNotExist(err) {
		t.Fatalf("a check made a book: %v", err)
	}
}

// dayFiles lists the day files of a journal folder, oldest first.
func dayFiles(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.wdj*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v in %s: %v", files, dir, err)
	}
	return files
}

func TestVerifyReadsOneCopiedFileAloneAndFindsAFlippedBit(t *testing.T) {
	dir := newRegister(t)
	var r journal.Report
	good(t, &r, "journal verify", dir)
	if !r.OK() || r.First != 1 || r.Facts == 0 {
		t.Fatalf("%+v", r)
	}
	files := dayFiles(t, machine.JournalDir(dir))
	last := files[len(files)-1]
	b, err := os.ReadFile(last)
	if err != nil {
		t.Fatal(err)
	}
	alone := filepath.Join(t.TempDir(), filepath.Base(last))
	write(t, alone, string(b))
	good(t, &r, "journal verify", alone)
	if r.Files != 1 || r.First == 1 || r.Facts == 0 {
		t.Fatalf("%+v", r)
	}
	at := bytes.Index(b, []byte("宫保鸡丁"))
	if at < 0 {
		t.Fatal("the dish does not stand in the day file")
	}
	b[at] ^= 1
	write(t, alone, string(b))
	refused(t, "registerctl.verify", "journal verify", alone)
	refused(t, "registerctl.path", "journal verify", filepath.Join(dir, "none.wdj"))
	refused(t, "command.usage", "journal verify")
}

func TestBackupComesBackAndTheOldDataIsMovedAside(t *testing.T) {
	both(t, func(t *testing.T, dir string, running bool) {
		to := filepath.Join(t.TempDir(), "backup")
		var b backedUp
		good(t, &b, "journal backup", "-dir", dir, to)
		if !b.Report.OK() || b.Report.Facts == 0 {
			t.Fatalf("%+v", b)
		}
		var r journal.Report
		good(t, &r, "journal verify", to)
		if r.Head != b.Report.Head {
			t.Fatalf("backup ends with %v, said %v", r.Head, b.Report.Head)
		}
		if running {
			refused(t, "registerctl.running", "journal restore", "-dir", dir, "-replace", to)
			return
		}
		refused(t, "registerctl.present", "journal restore", "-dir", dir, to)
		m := run(t, dir, false)
		sell(t, m, 20261123, 1)
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		refused(t, "registerctl.older", "journal restore", "-dir", dir, "-replace", to)
		var done restored
		good(t, &done, "journal restore", "-dir", dir, "-replace", "-older", to)
		if done.Report.Head != b.Report.Head || len(done.Aside) == 0 {
			t.Fatalf("%+v", done)
		}
		for _, aside := range done.Aside {
			if _, err := os.Stat(aside); err != nil {
				t.Error(err)
			}
		}
		m = run(t, dir, false) // makes the book anew
		if _, err := m.CaughtUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		var c machine.Checked
		good(t, &c, "journal check", "-dir", dir)
		if !c.OK() || c.Settled != 3 || c.Head != b.Report.Head {
			t.Fatalf("after the restore: %+v", c)
		}
	})
}

func TestRestoreOfADamagedOrKeylessBackupChangesNothing(t *testing.T) {
	dir := newRegister(t)
	to := filepath.Join(t.TempDir(), "backup")
	var b backedUp
	good(t, &b, "journal backup", "-dir", dir, to)
	fresh := filepath.Join(t.TempDir(), "fresh")
	refused(t, "registerctl.no_key", "journal restore", "-dir", fresh, to)
	var done restored
	good(t, &done, "journal restore", "-dir", fresh, "-key", filepath.Join(machine.JournalDir(dir), "key"), to)
	files := dayFiles(t, to)
	raw, err := os.ReadFile(files[len(files)-1])
	if err != nil {
		t.Fatal(err)
	}
	raw[bytes.Index(raw, []byte("宫保鸡丁"))] ^= 1
	write(t, files[len(files)-1], string(raw))
	before, _ := filepath.Glob(filepath.Join(dir, "*"))
	refused(t, "journal.backup", "journal restore", "-dir", dir, "-replace", to)
	if after, _ := filepath.Glob(filepath.Join(dir, "*")); len(after) != len(before) {
		t.Fatalf("%v became %v", before, after)
	}
	var c machine.Checked
	good(t, &c, "journal check", "-dir", dir)
}

func TestFilesHeldBySomebodyElseAreRefused(t *testing.T) {
	dir := newRegister(t)
	m := run(t, dir, false) // runs without answering tools
	defer m.Close()
	csv := filepath.Join(t.TempDir(), "m.csv")
	write(t, csv, "编号,名称,分类,价格\n201,鱼香肉丝,热菜,36.80\n")
	for _, words := range [][]string{{"menu import", "-dir", dir, csv}, {"journal check", "-dir", dir}, {"journal dump", "-dir", dir},
		{"journal backup", "-dir", dir, t.TempDir()}, {"status", "-dir", dir}} {
		refused(t, "registerctl.held", words...)
	}
	refused(t, "registerctl.running", "journal restore", "-dir", dir, "-replace", t.TempDir())
}

func TestPairingOfAnotherRegisterIsRefused(t *testing.T) {
	both(t, func(t *testing.T, dir string, running bool) {
		file := filepath.Join(t.TempDir(), "pairing.json")
		write(t, file, `{"branch":"xihu","register":"B","epoch":1,"url":"nats://127.0.0.1:1","seed":"S"}`)
		refused(t, "registerctl.foreign", "pair", "-dir", dir, file)
		write(t, file, "not a pairing")
		refused(t, "machine.pairing", "pair", "-dir", dir, file)
		write(t, file, `{"branch":"xihu","register":"A","epoch":1,"url":"nats://127.0.0.1:1","seed":"S"}`)
		var p paired
		good(t, &p, "pair", "-dir", dir, file)
		if p.Restart != running {
			t.Fatalf("%+v", p)
		}
		if s, err := os.Stat(machine.PairingPath(dir)); err != nil || s.Mode().Perm() != 0o600 {
			t.Fatalf("the seed is not kept private: %v %v", s, err)
		}
	})
}

func TestTestSlipReachesThePrinter(t *testing.T) {
	for name, running := range map[string]bool{"files": false, "socket": true} {
		t.Run(name, func(t *testing.T) {
			dir := newRegister(t)
			p := emu.NewPrinter(emu.Options{})
			defer p.Close()
			at, err := p.ServeTCP("127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			if err := machine.SavePrinters(dir, []machine.Printer{{Name: "前台", Address: "tcp:" + strings.TrimPrefix(at, "tcp:"), Columns: 48, Roles: []string{"other"}}}); err != nil {
				t.Fatal(err)
			}
			if running {
				m := run(t, dir, true)
				defer m.Close()
			}
			before := p.Count()
			var done struct{ Printed bool }
			good(t, &done, "print test", "-dir", dir, "前台")
			if p.Count() <= before || !done.Printed {
				t.Fatalf("%d papers", p.Count())
			}
			refused(t, "machine.printer", "print test", "-dir", dir, "后厨")
		})
	}
}

func TestEveryCommandHasHelpInTwoLanguages(t *testing.T) {
	for _, c := range commands {
		status, _, err := tool(t, append(strings.Fields(c.Name), "-h")...)
		if status != 0 || !strings.Contains(err, c.About) || !strings.Contains(err, c.About2) || !strings.Contains(err, "-json") {
			t.Errorf("%s: %d %s", c.Name, status, err)
		}
	}
}

func TestReplayPrintsOneObjectAndCutsChangeNothing(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "menu_items.csv"), "menu_item_id,item_name,category,price\n101,Soup,Asian,5.50\n102,Rice,Asian,2.00\n")
	lines := "order_details_id,order_id,order_date,order_time,item_id\n"
	for _, l := range []string{"1,1,2023-01-01,11:00:00 AM,101", "2,1,2023-01-01,11:00:00 AM,102", "3,2,2023-01-01,11:05:00 AM,101", "4,3,1/2/23,9:00:00 AM,102", "5,4,1/2/23,9:30:00 AM,0"} {
		lines += l + "\n"
	}
	write(t, filepath.Join(dir, "order_details.csv"), lines)
	for _, extra := range [][]string{nil, {"-cut", "-cuts", "3"}} {
		var r struct {
			Sold    int   `json:"orders_sold"`
			Amount  int64 `json:"amount_minor"`
			Facts   int   `json:"facts"`
			Booked  int   `json:"booked"`
			Refused int   `json:"orders_refused"`
			Starts  int   `json:"register_starts"`
		}
		good(t, &r, append([]string{"replay", "-orders", dir}, extra...)...)
		if r.Sold != 3 || r.Amount != 1500 || r.Facts == 0 || r.Booked != r.Facts || r.Refused != 1 || r.Starts != 1+len(extra)/3 {
			t.Fatalf("%v: %+v", extra, r)
		}
	}
	refused(t, "replay.log", "replay", "-orders", t.TempDir())
	refused(t, "command.usage", "replay")
}
