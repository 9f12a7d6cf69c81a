package replay

import (
	"context"
	"fmt"
	"io"
)

// Serve runs the life in a process of its own and tells on w, line by line, which order is begun and which was
// shown as saved, so that the process that started it knows what this one had promised when it is killed.
func (l Life) Serve(ctx context.Context, w io.Writer) error {
	l.Begun = func(i int) { fmt.Fprintf(w, "begun %d\n", i) }
	l.Saved = func(i int) { fmt.Fprintf(w, "saved %d\n", i) }
	return l.Run(ctx)
}
