// Command run measures Wendan and writes the table of speed and memory.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/pprof"
	"strings"
	"syscall"

	"wendan/cmd/internal/bench"
)

func main() {
	var o bench.Options
	out := flag.String("out", "build/bench.json", "`file` for the rows as JSON")
	only := flag.String("only", "", "measure only rows or sections whose name begins with one of these, separated by commas")
	flag.BoolVar(&o.Short, "short", false, "small data, few rounds: to try the measurement, not to judge by")
	flag.DurationVar(&o.Pace, "pace", 0, "how long to sell at 50 orders a second (default 1m; the full proof is 10m)")
	flag.StringVar(&o.Folder, "data", "", "`folder` on a real disk for the large register (default build/bench-data)")
	profile := flag.String("cpuprofile", "", "`file` for a CPU profile of the run")
	flag.Parse()
	if *profile != "" {
		f, err := os.Create(*profile)
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		defer f.Close()
		defer pprof.StopCPUProfile()
	}
	if *only != "" {
		o.Only = strings.Split(*only, ",")
	}
	o.Log = os.Stderr
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	rows, err := bench.Run(ctx, o)
	fmt.Print(bench.Table(rows))
	if werr := bench.Write(*out, rows); werr != nil {
		fmt.Fprintln(os.Stderr, werr)
		os.Exit(1)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
