package headoffice_test

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	_ "modernc.org/sqlite"

	"wendan/sync/headoffice"
	"wendan/sync/linktest"
)

func get(t *testing.T, url string, want int, out any) {
	t.Helper()
	a, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if a.StatusCode != want {
		t.Fatalf("%s answered %d", url, a.StatusCode)
	}
	if out != nil {
		if err := json.NewDecoder(a.Body).Decode(out); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPageShowsWhatIsBooked(t *testing.T) {
	o, err := headoffice.Open(t.Context(), headoffice.Options{Dir: t.TempDir(), Pages: fstest.MapFS{"index.html": {Data: []byte("<p>总部</p>")}}})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	web := httptest.NewServer(o.Handler())
	defer web.Close()
	var empty struct {
		Day      string
		Branches []headoffice.Branch
	}
	get(t, web.URL+"/api/overview", 200, &empty)
	if empty.Day != "-" || empty.Branches == nil {
		t.Fatalf("empty office: %+v", empty)
	}
	j := linktest.NewJournal(1, 1)
	j.Sell(30)
	pair(t, o, "A", j).send(cut(t, j, "A", 1, 150))
	orders, amount := j.Orders()
	var v struct {
		Day       string
		Settled   struct{ Orders, Amount int64 }
		Hours     []struct{ Orders, Amount int64 }
		Ways      []struct{ Count, Amount int64 }
		Registers []headoffice.Register
		Branches  []headoffice.Branch
	}
	get(t, web.URL+"/api/overview", 200, &v)
	var byHour, byWay int64
	for _, h := range v.Hours {
		byHour += h.Amount
	}
	for _, w := range v.Ways {
		byWay += w.Amount
	}
	if v.Day != "2026-11-22" || v.Settled.Orders != int64(orders) || v.Settled.Amount != int64(amount) || byHour != int64(amount) || byWay != int64(amount) {
		t.Fatalf("%+v", v)
	}
	r := v.Registers[0]
	if r.Booked != 150 || r.Hash != j.Head().Hash.String() || !r.Connected || r.Orders != orders || r.Amount != amount || v.Branches[0].Amount != amount {
		t.Fatalf("%+v", r)
	}
	var list struct {
		Count  int
		Orders []headoffice.OrderLine
	}
	get(t, web.URL+"/api/orders?day=2026-11-22&branch=hz-1&register=A&skip=10&limit=5", 200, &list)
	if list.Count != 30 || len(list.Orders) != 5 || list.Orders[0].Name != "A-000020" || list.Orders[0].PaidAt == 0 || list.Orders[0].Dishes == "" {
		t.Fatalf("%+v", list)
	}
	get(t, web.URL+"/api/orders?register=B", 200, &list)
	if list.Count != 0 || list.Orders == nil {
		t.Fatalf("%+v", list)
	}
	for _, bad := range []string{"/api/orders?limit=0", "/api/orders?limit=501", "/api/orders?skip=-1", "/api/orders?day=22.11.2026", "/api/overview?day=x"} {
		get(t, web.URL+bad, 400, nil)
	}
	get(t, web.URL+"/", 200, nil)
	get(t, web.URL+"/api/branches", 200, nil)
	get(t, web.URL+"/api/registers", 200, nil)
}

func TestPageHearsOfEveryBooking(t *testing.T) {
	o, j := office(t, t.TempDir()), linktest.NewJournal(1, 1)
	web := httptest.NewServer(o.Handler())
	defer web.Close()
	j.Sell(2)
	h := pair(t, o, "A", j)
	a, err := http.Get(web.URL + "/api/live")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	lines := bufio.NewScanner(a.Body)
	if !lines.Scan() || lines.Text() != "retry: 2000" {
		t.Fatalf("began with %q", lines.Text())
	}
	for _, to := range []uint64{5, 10} {
		h.send(cut(t, j, "A", to-4, to))
		for lines.Scan() && lines.Text() != "event: booked" {
		}
		if lines.Text() != "event: booked" {
			t.Fatal("the page heard nothing")
		}
	}
}

// dump writes every row of the derived tables.
func dump(t *testing.T, dir string) string {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "books.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var out strings.Builder
	for _, table := range []string{"days", "orders", "unknowns"} {
		rows, err := db.Query(`SELECT * FROM ` + table + ` ORDER BY 1, 2, 3, 4`)
		if err != nil {
			t.Fatal(err)
		}
		columns, _ := rows.Columns()
		for rows.Next() {
			cells := make([]any, len(columns))
			for i := range cells {
				cells[i] = new(any)
			}
			if err := rows.Scan(cells...); err != nil {
				t.Fatal(err)
			}
			fmt.Fprint(&out, table)
			for _, c := range cells {
				fmt.Fprintf(&out, " %v", *c.(*any))
			}
			fmt.Fprintln(&out)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

func TestViewsRebuiltFromTheFactsAreTheSame(t *testing.T) {
	dir := t.TempDir()
	o := office(t, dir)
	old, young := linktest.NewJournal(1, 1), linktest.NewJournal(2, 2)
	old.Sell(30)
	old.NextDay()
	old.Sell(30)
	young.Sell(5)
	h := pair(t, o, "A", old)
	h.send(cut(t, old, "A", 1, 151))
	h.send(cut(t, old, "A", 152, 200))
	h = pair(t, o, "A", young)
	h.send(cut(t, young, "A", 1, 25))
	h.send(cut(t, old, "A", 201, 300))
	before := dump(t, dir)
	if strings.Count(before, "\n") < 60 {
		t.Fatalf("too little to compare:\n%s", before)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "books.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`UPDATE days SET amount = amount + 1`); err != nil {
		t.Fatal(err)
	}
	if dump(t, dir) == before {
		t.Fatal("the comparison does not see a changed amount")
	}
	var read uint64
	if err := o.Rebuild(t.Context(), func(n uint64) { read = n }); err != nil {
		t.Fatal(err)
	}
	if after := dump(t, dir); after != before || read != 325 {
		t.Fatalf("after %d facts:\n%s\nbefore:\n%s", read, after, before)
	}
}
