// Command registerctl is the installer's and technician's tool. With a register running it talks to that
// register's local socket; it opens files itself only when nobody holds them.
package main

import (
	"os"
	"slices"

	"wendan/cmd/internal/command"
)

const (
	program = "registerctl"
	about   = "registerctl (收银机工具): 安装、检查、备份、演练。\nSets a register up, checks it, backs it up and rehearses."
)

var commands = slices.Concat(setupCommands, statusCommands, pairCommands, menuCommands, verifyCommands, dumpCommands, checkCommands,
	backupCommands, restoreCommands, printCommands, emulateCommands, replayCommands)

func main() {
	os.Exit(command.Run(program, about, commands, os.Args[1:]))
}
