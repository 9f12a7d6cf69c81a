// Command headoffice is the upstream server: registers send their facts here, and here one sees them.
package main

import (
	"os"

	"wendan/cmd/internal/command"
)

func main() {
	os.Exit(command.Run("headoffice", "headoffice (总部): 接收各店收银机的记录，入账并展示。\nReceives, books and shows what the registers record.", commands, os.Args[1:]))
}
