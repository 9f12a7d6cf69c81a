package till

import (
	"context"
	"errors"
	"testing"
)

func TestCrowdWaitsAtTheDoorWhileTheCashierIsServed(t *testing.T) {
	d, quit := newDoor(), make(chan struct{})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	end := d.first()
	also := d.first()
	if _, err := d.enter(gone, quit); !errors.Is(err, ErrUnsaved) {
		t.Fatalf("let in beside the cashier: %v", err)
	}
	in := make(chan func(), 1)
	go func() {
		leave, err := d.enter(context.Background(), quit)
		if err != nil {
			t.Error(err)
		}
		in <- leave
	}()
	end()
	if len(in) != 0 {
		t.Fatal("let in beside the second cashier")
	}
	also()
	(<-in)()
	if len(d.places) != 0 {
		t.Fatalf("%d places are still taken", len(d.places))
	}
}

func TestDoorHoldsNoMoreThanItsPlaces(t *testing.T) {
	d, quit := newDoor(), make(chan struct{})
	var leave func()
	for range cap(d.places) {
		var err error
		if leave, err = d.enter(t.Context(), quit); err != nil {
			t.Fatal(err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.enter(gone, quit); !errors.Is(err, ErrUnsaved) {
		t.Fatalf("one too many was let in: %v", err)
	}
	leave()
	if _, err := d.enter(t.Context(), quit); err != nil {
		t.Fatalf("a free place was refused: %v", err)
	}
	close(quit)
	if _, err := d.enter(t.Context(), quit); !errors.Is(err, ErrClosed) {
		t.Fatalf("a closing till let one in: %v", err)
	}
}
