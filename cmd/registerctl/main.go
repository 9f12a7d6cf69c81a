// Command registerctl is the installer's and technician's tool. With a register running it talks to that
// register's local socket; it opens files itself only when nobody holds them.
package main

import (
	"os"
	"slices"

	"wendan/cmd/internal/command"
)

var commands = slices.Concat(replayCommands)

func main() {
	os.Exit(command.Run("registerctl", "registerctl (收银机工具): 安装、检查、备份、演练。\nSets a register up, checks it, backs it up and rehearses.", commands, os.Args[1:]))
}
