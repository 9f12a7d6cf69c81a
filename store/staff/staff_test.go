package staff

import "testing"

func TestOnlyTheRightPINMatches(t *testing.T) {
	s := HashPIN("4711", [16]byte{1})
	if !s.Matches("4711") || s.Matches("4712") || s.Matches("") {
		t.Fatal("PIN check is wrong")
	}
	if (&Secret{}).Matches("") {
		t.Fatal("somebody without a PIN got in")
	}
	if other := HashPIN("4711", [16]byte{2}); string(other.Hash) == string(s.Hash) {
		t.Fatal("salt has no effect")
	}
}

func TestRolesHoldTheirRights(t *testing.T) {
	if !Cashier.May(Sell) || Cashier.May(EditMenu) || Technician.May(Sell) || !Manager.May(EditStaff) || Role(9).May(Sell) {
		t.Fatal("a role may too much or too little")
	}
}

func TestTenThousandGuessesKeepToTheAllowedRate(t *testing.T) {
	var a Attempts
	now, took := int64(0), 0
	for guess := 0; guess < 10_000; guess++ {
		if a.Wait(uint32(guess%3)+1, now) == 0 {
			a.Failed(uint32(guess%3)+1, now)
			took++
		}
		now += 2_000 // a guess every two seconds for five and a half hours
	}
	if most := Hourly * 6; took > most {
		t.Fatalf("%d guesses got through, at most %d are allowed", took, most)
	}
	if took < 20 {
		t.Fatalf("only %d guesses were let through; the delay is broken", took)
	}
}

func TestDelayStartsAfterFiveFailuresAndGrows(t *testing.T) {
	var a Attempts
	for i := 0; i < Free; i++ {
		if a.Wait(1, 0) != 0 {
			t.Fatalf("delay after %d failures", i)
		}
		a.Failed(1, 0)
	}
	first := a.Wait(1, 0)
	a.Failed(1, 0)
	if second := a.Wait(1, 0); first != First || second != 2*First {
		t.Fatalf("delays %d, %d", first, second)
	}
	if a.Wait(2, 0) != 0 {
		t.Fatal("another person has to wait")
	}
	a.Passed(1)
	if a.Wait(1, 0) != 0 {
		t.Fatal("the right PIN did not end the delay")
	}
}

func TestClockStepLocksNobodyOutAndOpensNoDoor(t *testing.T) {
	var a Attempts
	const year = 365 * 24 * hour
	for i := 0; i < Free; i++ {
		a.Failed(1, 2*year)
	}
	a.Stepped(2*year, year)
	if w := a.Wait(1, year); w != First {
		t.Fatalf("after the clock fell a year the wait is %d", w)
	}
	a.Stepped(year, 3*year)
	if w := a.Wait(1, 3*year); w != First {
		t.Fatalf("after the clock rose two years the wait is %d", w)
	}
}
