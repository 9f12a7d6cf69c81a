package drawer

import (
	"context"
	"errors"
	"testing"

	"wendan/devices/printer"
)

type pulser struct {
	pins []int
	err  error
}

func (p *pulser) Pulse(_ context.Context, pin int) error {
	p.pins = append(p.pins, pin)
	return p.err
}

type sensing struct {
	pulser
	status printer.Status
	err    error
}

func (s *sensing) Status(context.Context) (printer.Status, error) { return s.status, s.err }

func TestOpenSendsOnePulseAndNeverRepeatsIt(t *testing.T) {
	p := &pulser{}
	d := New(p, 5)
	if err := d.Open(context.Background()); err != nil || len(p.pins) != 1 || p.pins[0] != 5 {
		t.Fatalf("%v, pins %v", err, p.pins)
	}
	p.err = printer.ErrUnplugged.With("x")
	err := d.Open(context.Background())
	if !errors.Is(err, ErrNotOpened) || !errors.Is(err, printer.ErrUnplugged) || len(p.pins) != 2 {
		t.Fatalf("%v, pins %v", err, p.pins)
	}
}

func TestStateIsTheSensorsOrUnknown(t *testing.T) {
	if s, err := New(&pulser{}, 2).State(context.Background()); s != Unknown || err != nil {
		t.Fatal(s, err)
	}
	for _, want := range []State{Opened, Closed, Unknown} {
		if s, err := New(&sensing{status: printer.Status{Drawer: want}}, 2).State(context.Background()); s != want || err != nil {
			t.Fatal(s, err)
		}
	}
	broken := &sensing{status: printer.Status{Drawer: Opened}, err: printer.ErrStalled.With("x")}
	if s, err := New(broken, 2).State(context.Background()); s != Unknown || !errors.Is(err, printer.ErrStalled) {
		t.Fatal(s, err)
	}
}
