package menu

import (
	_ "embed"
	"strings"
)

//go:embed demo.csv
var demo string

// Demo is the menu of the demo restaurant 稳单小馆: about 180 dishes with sizes, methods,
// stations and barcodes. Each call gives a menu of its own.
func Demo() *Menu {
	m, problems := Read("demo.csv", strings.NewReader(demo), nil)
	if Failed(problems) {
		panic("menu: " + problems[0].Error())
	}
	return &m
}
