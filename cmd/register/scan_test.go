package main

import (
	"bytes"
	"context"
	"flag"
	"log/slog"
	"strings"
	"testing"
)

func TestScannerFlagsTakeOnlyAddressesOfTheirKind(t *testing.T) {
	for flags, refused := range map[string]int{
		"-hid-scanner hid:05e0:1300/A -hid-scanner hid:0c2e:0b61":                      0,
		"-hid-scanner serial:/dev/ttyACM0 -hid-scanner hid:5e0 -scanner hid:05e0:1300": 3,
		"-scanner serial:/dev/no-such-line":                                            0,
	} {
		c, f := defaults(), flag.NewFlagSet("register", flag.ContinueOnError)
		c.flags(f)
		if err := f.Parse(strings.Fields(flags)); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		ctx, stop := context.WithCancel(context.Background())
		stop() // no scanner is opened
		scan(ctx, c, nil, slog.New(slog.NewTextHandler(&out, nil)))
		if n := strings.Count(out.String(), "port.address"); n != refused || strings.Count(out.String(), "level=ERROR") != refused {
			t.Errorf("%s: %d refused\n%s", flags, n, out.String())
		}
	}
}
