package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wendan/store/fact"
	"wendan/store/fault"
)

var errShop = fault.New("control.test", "%s 第 %d 条", "%s number %d", "Only for tests.")

type shop struct{ got Request }

func (s *shop) Do(_ context.Context, r Request) (any, error) {
	s.got = r
	if r.Name == "refuse" {
		return nil, errShop.With(fact.Day(20261122), uint64(7)).Wrap(errors.New("because"))
	}
	if r.Name == "break" {
		return nil, errors.New("no code")
	}
	return map[string]any{"total": 15921790}, nil
}

func (s *shop) View(_ context.Context, name string) (any, error) {
	if name != "" && name != "uplink" {
		return nil, ErrUnknown.With(name)
	}
	return map[string]string{"part": name}, nil
}

func (s *shop) Stream(_ context.Context, name string, q url.Values, w io.Writer) error {
	switch name {
	case "dump":
		for i := range 1000 {
			if _, err := fmt.Fprintf(w, "{\"seq\":%d,\"from\":%q}\n", i, q.Get("from")); err != nil {
				return err
			}
		}
		return nil
	case "half":
		if _, err := io.WriteString(w, "{}\n"); err != nil {
			return err
		}
		return errShop.With("中途", 3)
	}
	return ErrUnknown.With(name)
}

func serve(t *testing.T) (string, *shop, *Client) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run", "control.sock")
	s := &shop{}
	srv, err := Listen(path, Routes{s, s, s}, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Dial(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
	})
	return path, s, c
}

func TestIntentReachesTheDoerAndItsAnswerComesBack(t *testing.T) {
	_, s, c := serve(t)
	var out struct{ Total int64 }
	r := Request{Name: "order.place", Body: json.RawMessage(`{"a":1}`), Key: "00ff", Staff: 7}
	if err := c.Do(t.Context(), r, &out); err != nil || out.Total != 15921790 {
		t.Fatalf("%+v, %v", out, err)
	}
	if s.got.Name != r.Name || string(s.got.Body) != `{"a":1}` || s.got.Key != "00ff" || s.got.Staff != 7 {
		t.Fatalf("arrived as %+v", s.got)
	}
}

func TestRefusalsAreRebuiltWithCodeArgumentsAndCause(t *testing.T) {
	_, _, c := serve(t)
	err := c.Do(t.Context(), Request{Name: "refuse"}, nil)
	if !errors.Is(err, errShop) || fault.Of(err).Text(fault.ZH) != "2026-11-22 第 7 条" || !strings.HasSuffix(err.Error(), "because") {
		t.Fatalf("%v / %s", err, fault.Of(err).Text(fault.ZH))
	}
	if err := c.Do(t.Context(), Request{Name: "break"}, nil); fault.Code(err) != fault.Internal || !strings.Contains(err.Error(), "no code") {
		t.Fatal(err)
	}
	if err := c.Do(t.Context(), Request{}, nil); !errors.Is(err, ErrRequest) {
		t.Fatal(err)
	}
	if err := c.Status(t.Context(), "nothing", nil); !errors.Is(err, ErrUnknown) {
		t.Fatal(err)
	}
	if err := c.whole(t.Context(), "GET", "/elsewhere", nil, nil); !errors.Is(err, ErrUnknown) {
		t.Fatal(err)
	}
}

func TestStatusAndJournalAreRead(t *testing.T) {
	_, _, c := serve(t)
	var part map[string]string
	if err := c.Status(t.Context(), "uplink", &part); err != nil || part["part"] != "uplink" {
		t.Fatalf("%v, %v", part, err)
	}
	r, err := c.Journal(t.Context(), "dump", url.Values{"from": {"7"}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil || strings.Count(string(b), `"from":"7"`) != 1000 {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestStreamThatBreaksInTheMiddleEndsWithItsFault(t *testing.T) {
	_, _, c := serve(t)
	r, err := c.Journal(t.Context(), "half", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if string(b) != "{}\n" || !errors.Is(err, errShop) {
		t.Fatalf("%q, %v", b, err)
	}
	if _, err := c.Journal(t.Context(), "nothing", nil); !errors.Is(err, ErrUnknown) {
		t.Fatal(err)
	}
}

func TestNobodyListeningIsSaidClearly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "control.sock")
	if _, err := Dial(path); !errors.Is(err, ErrNotRunning) {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Dial(path); !errors.Is(err, ErrNotRunning) {
		t.Fatalf("left-over file: %v", err)
	}
	srv, err := Listen(path, Routes{}, nil)
	if err != nil {
		t.Fatalf("left-over file blocks the start: %v", err)
	}
	c, err := Dial(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Status(t.Context(), "", nil); !errors.Is(err, ErrNotRunning) {
		t.Fatalf("stopped in between: %v", err)
	}
}

func TestSecondRegisterOnTheSameSocketIsRefused(t *testing.T) {
	path, _, _ := serve(t)
	if _, err := Listen(path, Routes{}, nil); !errors.Is(err, ErrRunning) {
		t.Fatal(err)
	}
	long := filepath.Join(t.TempDir(), strings.Repeat("x", 100))
	if _, err := Listen(long, Routes{}, nil); !errors.Is(err, ErrSocket) {
		t.Fatal(err)
	}
}

func TestOnlyTheSameUserAndRootGetIn(t *testing.T) {
	path, _, _ := serve(t)
	for _, p := range []struct {
		name string
		mode os.FileMode
	}{{path, 0o600}, {filepath.Dir(path), 0o700}} {
		st, err := os.Stat(p.name)
		if err != nil || st.Mode().Perm() != p.mode {
			t.Errorf("%s has mode %v, %v", p.name, st.Mode(), err)
		}
	}
	for _, c := range []struct {
		uid, own int
		ok       bool
	}{{1000, 1000, true}, {0, 1000, true}, {1001, 1000, false}, {-1, 1000, false}, {1000, 0, false}} {
		if allowed(c.uid, c.own) != c.ok {
			t.Errorf("uid %d at a register of %d: %v", c.uid, c.own, !c.ok)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte(`{"code":"control.test","args":["a",1]}`))
	f.Add([]byte(`{"code":"nothing","args":[1.5e300,null,{}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if e := unpack(b); e == nil || e.Code == "" || e.Text(fault.ZH) == "" {
			t.Fatalf("%q gave %v", b, e)
		}
	})
}
