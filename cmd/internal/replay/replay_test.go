package replay

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// TestMain is also one life of the register, when the cut tests start this binary again.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "life" {
		f := flag.NewFlagSet("life", flag.ExitOnError)
		var l Life
		f.StringVar(&l.Dir, "dir", "", "")
		f.StringVar(&l.Orders, "orders", "", "")
		f.IntVar(&l.From, "from", 0, "")
		f.Uint64Var(&l.Seed, "seed", 0, "")
		f.BoolVar(&l.Mixed, "mixed", false, "")
		_ = f.Parse(os.Args[2:])
		if err := l.Serve(context.Background(), os.Stdout); err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func life(l Life) *exec.Cmd {
	return exec.Command(os.Args[0], "life", "-dir", l.Dir, "-orders", l.Orders, "-from", strconv.Itoa(l.From),
		"-seed", strconv.FormatUint(l.Seed, 10), "-mixed="+strconv.FormatBool(l.Mixed))
}

// quarter is the practice data beside the module, or the test is skipped aloud.
func quarter(t *testing.T) string {
	dir := filepath.Join("..", "..", "..", "..", "shared", "data", "orders")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("SKIPPED: the practice data is not there: %v", err)
	}
	if testing.Short() {
		t.Skip("SKIPPED: the whole quarter takes too long for -short")
	}
	return dir
}

func TestWholeQuarterAddsUpEverywhere(t *testing.T) {
	r, err := Run(t.Context(), Options{Orders: quarter(t), Dir: t.TempDir(), Seed: 7, Mixed: true})
	if err != nil {
		t.Fatalf("%v\n%+v", err, r)
	}
	if r.OrdersRead != 5370 || r.LinesRead != 12234 || r.LinesRefused != 137 || r.OrdersRefused != 27 || r.OrdersSold != 5343 ||
		r.LinesSold != 12097 || r.Amount != 15921790 || r.Days != 90 || r.Lives != 1 {
		t.Fatalf("%+v", r)
	}
}
