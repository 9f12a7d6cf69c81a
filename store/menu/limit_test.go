package menu

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"wendan/store/fact"
	"wendan/store/fault"
)

func TestLastPortionIsSoldOnceAndRefusedByName(t *testing.T) {
	fish := &Dish{ID: 7, Name: "清蒸鲈鱼"}
	l := Limits{7: {Left: 2}}
	err := l.Take(fish, 3)
	if !errors.Is(err, ErrNotEnough) || fault.Of(err).Text(fault.ZH) != "“清蒸鲈鱼”只剩 2 份，请减少数量" || fault.Of(err).Text(fault.EN) != "Only 2 of 清蒸鲈鱼 left; order fewer" {
		t.Fatalf("%v", err)
	}
	if err := l.Take(fish, 2); err != nil {
		t.Fatal(err)
	}
	if err := l.Take(fish, 1); !errors.Is(err, ErrSoldOut) || fault.Of(err).Text(fault.ZH) != "“清蒸鲈鱼”已沽清，请换一道菜" {
		t.Fatalf("%v", err)
	}
	if left, limited := l.Left(7); left != 0 || !limited {
		t.Fatal("a refused portion was counted")
	}
	if (Limits)(nil).Take(fish, 1) != nil {
		t.Fatal("unlimited dish refused")
	}
	if !errors.Is(l.Take(fish, 0), ErrPortions) || !errors.Is(l.Take(fish, -1), ErrPortions) {
		t.Fatal("no portion or less taken")
	}
}

func TestNewDayLiftsAllButTheMarked(t *testing.T) {
	l := Limits{1: {Left: 0}, 2: {Left: 0, UntilLifted: true}, 3: {Left: 5, UntilLifted: true}}
	l.NewDay()
	if len(l) != 2 || l[2] != (Limit{0, true}) || l[3] != (Limit{5, true}) {
		t.Fatal(l)
	}
}

func TestIntentBecomesAFactThatAppliesTheSame(t *testing.T) {
	x := sound().Index()
	three, below, huge := int32(3), int32(-1), MaxLeft+1
	body, err := SetLimit{Dish: 101, Left: &three, UntilLifted: true}.Decide(x)
	if err != nil {
		t.Fatal(err)
	}
	draft := KindLimited.Draft(body)
	f, _ := fact.Head{Epoch: 1}.Next(fact.Fact{Kind: draft.Kind, Ver: draft.Ver, Body: draft.Body})
	back, err := KindLimited.Read(&f)
	l := Limits{}
	if err != nil || l.Apply(back) != nil || l[101] != (Limit{3, true}) {
		t.Fatalf("%+v %v %v", back, err, l)
	}
	zero := int32(0)
	body, _ = SetLimit{Dish: 101, Left: &zero}.Decide(x)
	var stopped Limited
	if err := fact.Unmarshal(fact.Marshal(body), &stopped); err != nil || stopped.Limit == nil || stopped.Limit.Left != 0 {
		t.Fatalf("a stopped dish came back as %+v, %v", stopped, err)
	}
	if body, err = (SetLimit{Dish: 101}).Decide(x); err != nil || l.Apply(body) != nil || len(l) != 0 {
		t.Fatal("not lifted", err, l)
	}
	for _, s := range []SetLimit{{Dish: 9, Left: &three}, {Dish: 101, Left: &below}, {Dish: 101, Left: &huge}} {
		if _, err := s.Decide(x); !errors.Is(err, ErrNoDish) && !errors.Is(err, ErrPortions) {
			t.Errorf("%+v accepted: %v", s, err)
		}
	}
	l = Limits{101: {}, 9: {}}
	if l.Keep(x); len(l) != 1 {
		t.Error("limit of a dish no longer there was kept")
	}
}

func TestLimitsNeverSellMoreThanSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := &Dish{ID: 1, Name: "鱼"}
		l := Limits{}
		limited, left := false, int64(0) // the model
		check := func() {
			if got, on := l.Left(1); on != limited || int64(got) != left {
				t.Fatalf("left %d %v, want %d %v", got, on, left, limited)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"": func(*rapid.T) { check() },
			"set": func(t *rapid.T) {
				n := rapid.Int32Range(-2, 12).Draw(t, "n")
				if err := l.Set(1, Limit{Left: n}); (err == nil) != (n >= 0) {
					t.Fatal(err)
				}
				if n >= 0 {
					limited, left = true, int64(n)
				}
			},
			"take": func(t *rapid.T) {
				n := rapid.Int32Range(-1, 8).Draw(t, "n")
				err := l.Take(d, n)
				if fits := n > 0 && (!limited || int64(n) <= left); (err == nil) != fits {
					t.Fatalf("take %d of %d: %v", n, left, err)
				}
				if err == nil && limited {
					left -= int64(n)
				}
			},
			"put": func(t *rapid.T) {
				n := rapid.SampledFrom([]int32{-1, 0, 1, 3, MaxLeft, 1<<31 - 1}).Draw(t, "n")
				l.Put(1, n)
				if limited && n > 0 {
					left = min(int64(MaxLeft), left+int64(n))
				}
			},
			"lift":   func(*rapid.T) { l.Lift(1); limited, left = false, 0 },
			"newday": func(*rapid.T) { l.NewDay(); limited, left = false, 0 },
		})
	})
}
