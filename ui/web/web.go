// Package web holds the pages that browsers show, embedded as plain files: no build step
// and nothing loaded from elsewhere.
package web

import (
	"embed"
	"io/fs"
)

//go:embed headoffice
var files embed.FS

// HeadOffice is the page of head office (总部看板): index.html and what it needs.
func HeadOffice() fs.FS {
	sub, err := fs.Sub(files, "headoffice")
	if err != nil {
		panic("web: " + err.Error())
	}
	return sub
}
