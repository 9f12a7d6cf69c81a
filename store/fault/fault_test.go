package fault

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

var errTest = New("fault.test", "%s 不够，还差 %d", "%s is short by %d", "Only used by the test.")

func TestSameCodeMatchesThroughWrapping(t *testing.T) {
	err := fmt.Errorf("pay: %w", errTest.With("现金", 3).Wrap(io.EOF))
	if !errors.Is(err, errTest) || !errors.Is(err, io.EOF) {
		t.Fatalf("code or cause lost: %v", err)
	}
	if got := Of(err).Text(ZH); got != "现金 不够，还差 3" {
		t.Fatalf("zh text: %q", got)
	}
	if got := Of(err).Text(EN); got != "现金 is short by 3" {
		t.Fatalf("en text: %q", got)
	}
}

func TestDeclaredFaultStaysUntouchedByWith(t *testing.T) {
	_ = errTest.With("a", 1).Wrap(io.EOF)
	if errTest.Args != nil || errTest.Err != nil {
		t.Fatal("With or Wrap changed the declaration")
	}
}

func TestRebuildKeepsCodeAndArguments(t *testing.T) {
	e := Rebuild("fault.test", []any{"现金", 3}, "short")
	if !errors.Is(e, errTest) || e.Text(EN) != "现金 is short by 3" {
		t.Fatalf("rebuilt as %v", e)
	}
	if u := Rebuild("no.such", nil, "x"); u.Code != Internal {
		t.Fatalf("unknown code became %q", u.Code)
	}
}

func TestOfKeepsNilAndMarksStrangersInternal(t *testing.T) {
	if Of(nil) != nil || Code(nil) != "" {
		t.Fatal("nil is not an error")
	}
	if Code(io.EOF) != Internal || !errors.Is(Of(io.EOF), io.EOF) {
		t.Fatal("a stranger must become internal and keep its cause")
	}
}

func TestDeclaringTwicePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Fatal("second declaration accepted")
		}
	}()
	New("fault.test", "a", "b", "c")
}
