package fact

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	"wendan/store/fault"
)

// Day is a business date written as the number yyyymmdd: 20261122. It is fixed when the
// day is opened and never recomputed from a time. 0 means no day.
type Day uint32

// ErrDay refuses a text or number that is no calendar date.
var ErrDay = fault.New("fact.day", "日期“%s”不对，请写成 2026-11-22", "%q is not a date; write it like 2026-11-22",
	"Expected yyyy-mm-dd between 2000 and 2199.")

// DayOf is the calendar date of t in t's own zone, moved back by cut: a night until cut
// (say 5 h) still belongs to the day before (规则 20).
func DayOf(t time.Time, cut time.Duration) Day {
	y, m, d := t.Add(-cut).Date()
	return Day(y*10000 + int(m)*100 + d)
}

// ParseDay reads "2026-11-22".
func ParseDay(s string) (Day, error) {
	t, err := time.Parse("2006-01-02", s)
	if err != nil || t.Year() < 2000 || t.Year() > 2199 {
		return 0, ErrDay.With(s)
	}
	return DayOf(t, 0), nil
}

func (d Day) date() time.Time {
	return time.Date(int(d/10000), time.Month(d/100%100), int(d%100), 0, 0, 0, 0, time.UTC)
}

// Valid reports whether d is a calendar date between 2000 and 2199.
func (d Day) Valid() bool {
	return d >= 20000101 && d <= 21991231 && DayOf(d.date(), 0) == d
}

// Add is the date n days later.
func (d Day) Add(n int) Day { return DayOf(d.date().AddDate(0, 0, n), 0) }

// String writes "2026-11-22", or "-" for no day.
func (d Day) String() string {
	if d == 0 {
		return "-"
	}
	return fmt.Sprintf("%04d-%02d-%02d", d/10000, d/100%100, d%100)
}

// Key is the idempotency key of an intent: the business day it was made in (4 bytes, big endian) and 12 random
// bytes. The zero Key means none: such an intent is never answered twice from memory.
type Key [16]byte

// NewKey makes a key for day from 12 random bytes.
func NewKey(day Day, random [12]byte) Key {
	var k Key
	binary.BigEndian.PutUint32(k[:4], uint32(day))
	copy(k[4:], random[:])
	return k
}

// Day is the business day the key was made in.
func (k Key) Day() Day { return Day(binary.BigEndian.Uint32(k[:4])) }

// String is the key in hexadecimal.
func (k Key) String() string { return hex.EncodeToString(k[:]) }

// MarshalText writes hexadecimal.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads hexadecimal.
func (k *Key) UnmarshalText(b []byte) error {
	n, err := hex.Decode(k[:], b)
	if err != nil || n != len(k) || len(b) != 2*len(k) {
		return ErrDecode.Wrap(fmt.Errorf("key %q", b))
	}
	return nil
}

// MarshalText writes hexadecimal.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads hexadecimal.
func (h *Hash) UnmarshalText(b []byte) error {
	n, err := hex.Decode(h[:], b)
	if err != nil || n != len(h) || len(b) != 2*len(h) {
		return ErrDecode.Wrap(fmt.Errorf("hash %q", b))
	}
	return nil
}
