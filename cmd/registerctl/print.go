package main

import (
	"context"
	"encoding/json"
	"flag"

	"wendan/cmd/internal/command"
	"wendan/cmd/internal/machine"
	"wendan/sync/control"
)

var printCommands = []command.Command{{Name: "print test", Args: "PRINTER", About: "print the test slip and wait for its proof", About2: "打印测试页并等待确认", Setup: printTest}}

func printTest(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	dir := dirFlag(f)
	return func(ctx context.Context, out *command.Output, args []string) error {
		if len(args) != 1 {
			return command.ErrUsage.With("print test PRINTER")
		}
		if err := testPrinter(ctx, *dir, args[0]); err != nil {
			return err
		}
		return out.Result(map[string]any{"printer": args[0], "printed": true}, "已打印 printed: "+args[0])
	}
}

func testPrinter(ctx context.Context, dir, name string) error {
	client, err := reach(dir)
	if err != nil {
		return err
	}
	if client == nil {
		return machine.TestPrinter(ctx, dir, name)
	}
	defer client.Close()
	body, err := json.Marshal(machine.PrintTest{Printer: name})
	if err != nil {
		return err
	}
	return client.Do(ctx, control.Request{Name: machine.PrintTestName, Body: body}, nil)
}
