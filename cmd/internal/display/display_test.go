package display

import (
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

func TestVirtualDisplayCanBeSeenAndTouched(t *testing.T) {
	v, err := Start(t.Context(), 320, 240)
	if errors.Is(err, ErrNoXvfb) {
		t.Skip("SKIPPED: no Xvfb on this machine; run 'make setup'")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	s, err := Connect(v.Name)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Tap(image.Pt(10, 10)); err != nil {
		t.Fatal(err)
	}
	img, err := s.Picture()
	if err != nil || img.Bounds().Dx() != 320 || img.Bounds().Dy() != 240 {
		t.Fatalf("picture %v, %v", img.Bounds(), err)
	}
	path := filepath.Join(t.TempDir(), "screen.png")
	if err := Save(img, path); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if back, err := png.Decode(f); err != nil || back.Bounds() != img.Bounds() {
		t.Fatalf("saved picture: %v", err)
	}
}
