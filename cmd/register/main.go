// Command register is the cash register: the touchscreen, or with -headless everything but it.
package main

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"syscall"

	"wendan/cmd/internal/command"
)

func main() {
	c := defaults()
	c.flags(flag.CommandLine)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, c); err != nil {
		command.Explain(os.Stderr, err)
		os.Exit(1)
	}
}
