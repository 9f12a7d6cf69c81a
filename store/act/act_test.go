package act

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"wendan/store/fact"
	"wendan/store/menu"
	"wendan/store/money"
	"wendan/store/order"
	"wendan/store/pay"
	"wendan/store/shift"
	"wendan/store/staff"
)

// samples has one intent of every name, with a value in every field that is part of its body.
func samples() []Intent {
	left := int32(3)
	number := order.Number{Register: "A", Epoch: 2, N: 7}
	return []Intent{
		order.Place{Cart: order.Cart{Key: fact.NewKey(20261122, [12]byte{1}), Channel: order.DineIn, Items: []order.Item{{Dish: 1, Size: 1, Qty: 2, Methods: []uint16{3}, Note: "快"}}, Note: "少盐"},
			Tender: []pay.Tender{{Way: pay.Cash, Given: 5000}}, Expect: 4200},
		order.Pay{Number: number, Tender: []pay.Tender{{Way: pay.Card, Given: 100, Ref: "T1"}}},
		order.Confirm{Printed: order.Printed{Job: order.Job{Epoch: 2, Seq: 9, Slip: 101}, Outcome: order.Proven, Printer: "p2", Marked: true}},
		order.Reprint{Number: number, Slip: order.ReceiptSlip},
		menu.Import{Menu: menu.Menu{Name: "小馆", Dishes: []menu.Dish{{ID: 1, Name: "面", Price: 1500}}}},
		menu.SetLimit{Dish: 1, Left: &left, UntilLifted: true},
		staff.SignIn{Person: 7, PIN: "2580"},
		staff.SignOut{Person: 7},
		staff.Change{Person: staff.Person{ID: 7, Name: "小李", Role: staff.Manager}, PIN: "2580"},
		shift.OpenDay{Day: 20261122, Confirmed: true},
		shift.CloseDay{},
		shift.OpenDrawer{Reason: shift.NoSale},
	}
}

func TestEveryIntentComesBackFromItsNameAndJSON(t *testing.T) {
	var names []string
	for _, i := range samples() {
		names = append(names, i.Act())
		body, err := json.Marshal(i)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode(i.Act(), body)
		if err != nil || !reflect.DeepEqual(back, i) {
			t.Errorf("%s came back as %+v, %v; sent %+v", i.Act(), back, err, i)
		}
		if Sum(back) != Sum(i) {
			t.Errorf("%s has another sum after its way through JSON", i.Act())
		}
	}
	known := Names()
	slices.Sort(names)
	slices.Sort(known)
	if !slices.Equal(names, known) {
		t.Errorf("samples of %v, known are %v", names, known)
	}
}

func TestSumsTellIntentsApartAndStay(t *testing.T) {
	seen := map[uint64]string{}
	for round := range 2 {
		for _, i := range samples() {
			s := Sum(i)
			if other, ok := seen[s]; ok != (round == 1) || ok && other != i.Act() {
				t.Errorf("sum of %s in round %d is also that of %q", i.Act(), round, other)
			}
			seen[s] = i.Act()
		}
	}
	// A sum stands in facts and must stay: SHA-256 of the name, a zero byte and the CBOR map {1: 20261122}.
	if got := Sum(shift.OpenDay{Day: 20261122}); got != 0x3bfb1b672f1e39eb {
		t.Errorf("sum of an opening is %#x", got)
	}
	if Sum(staff.SignOut{Person: 7}) == Sum(staff.SignIn{Person: 7}) {
		t.Error("equal bodies of different intents have one sum")
	}
	changes := []func(*order.Place){
		func(p *order.Place) { p.Cart.Items[0].Qty++ }, func(p *order.Place) { p.Cart.Note = "多盐" }, func(p *order.Place) { p.Tender[0].Given++ },
		func(p *order.Place) { p.Expect = 0 }, func(p *order.Place) { p.Cart.Items[0].Methods = nil },
	}
	for n, change := range changes {
		p := samples()[0].(order.Place)
		change(&p)
		if Sum(p) == Sum(samples()[0]) {
			t.Errorf("change %d does not change the sum", n)
		}
	}
}

func TestSecretsAreNotPartOfASum(t *testing.T) {
	if Sum(staff.SignIn{Person: 7, PIN: "2580"}) != Sum(staff.SignIn{Person: 7, PIN: "1111"}) {
		t.Error("a sign-in's sum tells its PIN apart")
	}
	a, b := staff.Change{Person: staff.Person{ID: 7}, PIN: "2580", Salt: []byte("0123456789abcdef")}, staff.Change{Person: staff.Person{ID: 7}}
	if Sum(a) != Sum(b) {
		t.Error("a change's sum tells its PIN apart")
	}
	for _, i := range []Intent{staff.SignIn{Person: 7, PIN: "25802580"}, a} {
		if raw := string(fact.Marshal(i)); strings.Contains(raw, "2580") {
			t.Errorf("the PIN stands in %x", raw)
		}
	}
}

func TestUnknownAndBrokenIntentsAreRefused(t *testing.T) {
	for _, name := range []string{"", "order.PLACE", "order.place ", "order", "no.such", "order.place\x00"} {
		if i, err := Decode(name, []byte("{}")); !errors.Is(err, ErrIntent) || i != nil {
			t.Errorf("%q: %v %v", name, i, err)
		}
	}
	for _, body := range []string{"", "{", "[]", "null x", `"text"`, `{"cart":{"items":[{"qty":2.5}]}}`, `{"cart":{"items":[{"qty":99999999999}]}}`, `{"cart":{"key":"zz"}}`, `{"expect":"12.50"}`} {
		if i, err := Decode("order.place", []byte(body)); err == nil || i != nil {
			t.Errorf("%s: %+v", body, i)
		}
	}
	if i, err := Decode("staff.change", []byte(`{"person":{"id":7,"PIN":{"Hash":"AAAA"}},"Salt":"AAAA"}`)); err != nil {
		t.Error(err)
	} else if c := i.(staff.Change); len(c.Salt) != 0 || len(c.Person.PIN.Hash) != 0 {
		t.Errorf("a hash or salt came in from outside: %+v", c)
	}
}

func FuzzDecode(f *testing.F) {
	for _, i := range samples() {
		body, err := json.Marshal(i)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(i.Act(), body)
	}
	f.Add("order.place", []byte(`{"cart":{"items":[{}]},"CART":null}`))
	f.Add("menu.import", []byte(`{"menu":{"dishes":[{"id":-1}]}}`))
	f.Fuzz(func(t *testing.T, name string, body []byte) {
		i, err := Decode(name, body)
		if (err == nil) == (i == nil) {
			t.Fatalf("%q: %v with %v", name, i, err)
		}
		if err != nil {
			return
		}
		again, err := Decode(name, body)
		if err != nil || i.Act() != name || Sum(again) != Sum(i) {
			t.Fatalf("%q became %s, then %v with another sum (%v)", name, i.Act(), again, err)
		}
		if p, ok := i.(order.Place); ok {
			checkPlace(t, &p)
		}
	})
}

// checkPlace freezes and settles whatever came in; nothing may panic or pass unbounded.
func checkPlace(t *testing.T, p *order.Place) {
	ix := (&menu.Menu{Dishes: []menu.Dish{{ID: 1, Name: "面", Price: 1500}}}).Index()
	lines, err := p.Cart.Freeze(ix)
	if err != nil {
		return
	}
	bill := order.BillOf(lines, nil)
	if bill.Total < 0 || bill.Total > money.Amount(order.MaxLines*order.MaxQty*1500) {
		t.Fatalf("bill %+v", bill)
	}
	if payments, err := pay.Settle(bill.Total, p.Tender); err == nil && order.BillOf(lines, payments).Due != 0 {
		t.Fatalf("settled by %+v", payments)
	}
}
