package cashier_test

import (
	"testing"
	"time"

	"wendan/store/fault"
	"wendan/store/menu"
	"wendan/store/order"
	"wendan/ui/cashier"
	"wendan/ui/cashier/cashiertest"
)

func TestOneTapAddsADishAndASecondTapOneMore(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.Tap(shreds)
	b.Tap(pork)
	if b.Lines() != 2 || b.Line(0).Qty != 2 || b.Line(1).Qty != 1 {
		t.Fatalf("%d lines, %+v", b.Lines(), b.Line(0))
	}
	if b.Selected() != 0 {
		t.Errorf("line %d is selected, want the one tapped last", b.Selected())
	}
	if want := 2*b.Line(0).Amount/2 + b.Line(1).Amount; b.Bill().Total != want || b.Bill().Total == 0 {
		t.Errorf("total %s", b.Bill().Total)
	}
}

func TestALineFullOfPortionsIsFollowedByAnother(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.SetQty(order.MaxQty)
	b.Tap(pork)
	if b.Lines() != 2 || b.qty() != order.MaxQty+1 {
		t.Errorf("%d lines with %d portions", b.Lines(), b.qty())
	}
	b.SetQty(order.MaxQty + 1)
	b.saidFault(t, order.ErrQty.With("稳单红烧肉", order.MaxQty+1))
}

func TestARequiredChoiceOpensASheetAndBlocksUntilAnswered(t *testing.T) {
	b := open(t, nil)
	b.Tap(fish)
	c := b.Choice()
	if c == nil || b.Lines() != 0 || c.Missing() != 2 {
		t.Fatalf("choice %+v, %d lines", c, b.Lines())
	}
	b.EndChoice()
	if b.Choice() == nil || b.Lines() != 0 {
		t.Fatal("the sheet let go without an answer")
	}
	b.ChooseSize(1)
	g := c.Groups()[0]
	b.ChooseMethod(g, g.Methods[0].ID)
	b.ChooseMethod(g, g.Methods[2].ID) // replaces the first: one answer only
	if c.Missing() != 0 || c.Chosen(g) != 1 {
		t.Fatalf("%d missing, %d chosen", c.Missing(), c.Chosen(g))
	}
	b.ChooseQty(3)
	price := c.Price()
	b.EndChoice()
	if b.Choice() != nil || b.Lines() != 1 || b.Line(0).Qty != 3 || b.Line(0).Amount != price || price != 3*8800 {
		t.Errorf("line %+v, sheet's price %s", b.Line(0), price)
	}
	b.OpenChoice()
	b.ChooseNote("忌辣")
	b.EndChoice()
	if b.Lines() != 1 || b.Line(0).Detail == "" || b.Line(0).Qty != 3 {
		t.Errorf("changed line %+v", b.Line(0))
	}
}

func TestASoldOutDishIsRefusedInTheFaultsWords(t *testing.T) {
	b := open(t, func(r *cashiertest.Register) {
		r.View.Limits = menu.Limits{pork: {}, shreds: {Left: 2}}
	})
	b.Tap(pork)
	b.saidFault(t, menu.ErrSoldOut.With("稳单红烧肉"))
	b.Tap(shreds)
	b.Tap(shreds)
	var tile cashier.Tile
	for c := range b.Categories() {
		b.Choose(c)
		for i := range b.Dishes() {
			if b.Dish(i).Dish.ID == shreds {
				tile = b.Dish(i)
			}
		}
	}
	if !tile.Limited || tile.Left != 0 || !tile.SoldOut() || tile.InOrder != 2 {
		t.Errorf("tile %+v", tile)
	}
	b.Tap(shreds)
	if b.qty() != 2 {
		t.Errorf("%d portions of a dish with 2 left", b.qty())
	}
	b.SetQty(5)
	if b.qty() != 2 {
		t.Error("the keypad went over the limit")
	}
	b.SetQty(1)
	if b.qty() != 1 {
		t.Error("fewer portions were refused")
	}
}

func TestADeletedLineComesBackInItsPlace(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.Tap(shreds)
	b.Select(0)
	b.Delete()
	if b.Lines() != 1 || b.Toast().Do == nil {
		t.Fatalf("%d lines, toast %+v", b.Lines(), b.Toast())
	}
	b.Toast().Do()
	if b.Lines() != 2 || b.Line(0).Name != "稳单红烧肉" || b.Selected() != 0 {
		t.Errorf("after undo: %+v", b.Line(0))
	}
	b.Clear()
	if b.Lines() != 0 || b.Bill().Total != 0 {
		t.Fatal("clearing left something")
	}
	b.Toast().Do()
	if b.Lines() != 2 {
		t.Error("the cleared order did not come back")
	}
}

func TestUndoOfAClearNeverEatsTheNextOrder(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.Clear()
	undo := b.Toast().Do
	b.Tap(shreds)
	undo()
	if b.Lines() != 1 || b.Line(0).Name == "稳单红烧肉" {
		t.Errorf("undo replaced the new order: %+v", b.Line(0))
	}
}

func TestTypedNumbersChangeTheSelectedLineOnlyWhenConfirmed(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.Type("1")
	b.Type("2")
	if what, entry, on := b.Typing(); !on || entry != "12" || what != "稳单红烧肉" {
		t.Errorf("typing %q %q %v", what, entry, on)
	}
	if b.Line(0).Qty != 1 {
		t.Error("the quantity changed before ✓")
	}
	b.Type("enter")
	if b.Line(0).Qty != 12 {
		t.Errorf("quantity %d", b.Line(0).Qty)
	}
	b.Type("0")
	b.Type("enter")
	if b.Lines() != 0 {
		t.Error("quantity 0 did not remove the line")
	}
}

func TestAChannelTabKeepsTheHalfBuiltOrder(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.SetChannel(order.Takeaway)
	if b.Lines() != 1 || b.Channel() != order.Takeaway {
		t.Errorf("%d lines, channel %d", b.Lines(), b.Channel())
	}
}

func TestAHostileNoteIsRefused(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	for _, note := range []string{"\x1bp\x00", "a\nb", "\u202egpj", string(make([]byte, 200))} {
		b.SetNote(note)
		if b.Note() != "" {
			t.Errorf("note %q was kept", note)
		}
		b.saidFault(t, order.ErrNote)
	}
	b.SetNote("少盐")
	if b.Note() != "少盐" {
		t.Error("a clean note was refused")
	}
}

func TestChangedCartsAreSavedWithin200Milliseconds(t *testing.T) {
	b := open(t, nil)
	for range 50 {
		b.Tap(pork)
	}
	b.pass(200 * time.Millisecond)
	kept := b.reg.Kept()
	if len(kept) != 1 || kept[0].Items[0].Qty != 50 || len(b.reg.Saved) != 1 {
		t.Fatalf("kept %+v in %d saves", kept, len(b.reg.Saved))
	}
	again := closed(t, nil)
	doors := again.reg.Doors()
	doors.Kept = kept
	m := cashier.NewModel(doors, again.loop())
	if m.Lines() != 1 || m.Line(0).Qty != 50 || m.Bill().Total == 0 {
		t.Errorf("after a power cut: %d lines", m.Lines())
	}
}

func TestHeldOrdersAreLabelledAndComeBackWhole(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.Hold()
	b.Tap(shreds)
	b.Tap(shreds)
	b.Hold()
	held := b.HeldOrders()
	if len(held) != 2 || held[0].Label != "1" || held[1].Label != "2" || held[1].Portions != 2 || b.Lines() != 0 {
		t.Fatalf("held %+v", held)
	}
	b.Label(0, "窗边")
	b.Tap(pork)
	b.Resume(0) // the half-built one goes on hold in its place
	if b.Lines() != 1 || b.HeldCount() != 2 {
		t.Errorf("%d lines, %d held", b.Lines(), b.HeldCount())
	}
	b.pass(time.Second)
	if kept := b.reg.Kept(); len(kept) != 3 || kept[0].HeldAt != 0 || kept[1].HeldAt == 0 {
		t.Errorf("kept %+v", kept)
	}
}

func TestEveryCartHasAKeyOfItsOwnAndOfTheOpenDay(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.Hold()
	b.Tap(shreds)
	b.reg.Edit(func(r *cashiertest.Register) { r.View.Day = 20261123 })
	b.follow()
	b.pass(time.Second)
	kept := b.reg.Kept()
	if len(kept) != 2 || kept[0].Key == kept[1].Key {
		t.Fatalf("kept %+v", kept)
	}
	for _, c := range kept {
		if c.Key.Day() != 20261123 {
			t.Errorf("a cart that was never sent keeps the key of %s", c.Key.Day())
		}
	}
}

func TestAMenuWithoutTheDishMarksTheLineAndStopsThePayment(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.Tap(shreds)
	changed := *menu.Demo()
	changed.Dishes = append([]menu.Dish(nil), changed.Dishes...)
	for i := range changed.Dishes {
		if changed.Dishes[i].ID == pork {
			changed.Dishes[i].Off = true
		}
	}
	b.Tap(fish)
	b.reg.Edit(func(r *cashiertest.Register) { r.View.Menu = changed.Index() })
	b.follow()
	if b.Choice() != nil {
		t.Error("a sheet of the old menu stayed open")
	}
	if f := b.Line(0).Fault; f == nil || f.Code != order.ErrOff.Code {
		t.Fatalf("line %+v", b.Line(0))
	}
	b.StartPay()
	if b.Payment() != nil {
		t.Error("an order that cannot be sold reached the payment page")
	}
	b.saidFault(t, order.ErrOff.With("稳单红烧肉"))
	b.Select(0)
	b.Delete()
	b.StartPay()
	if b.Payment() == nil {
		t.Error("the rest of the order cannot be paid")
	}
}

func TestSearchFindsByInitialsNumberAndName(t *testing.T) {
	b := open(t, nil)
	b.Go(cashier.PageFind)
	for _, c := range []struct {
		keys string
		want uint32
	}{{"GBJD", kung}, {"101", pork}, {"水煮", 105}} {
		b.TypeFind("clear")
		for _, r := range c.keys {
			b.TypeFind(string(r))
		}
		found := false
		for i := range b.Find().Hits() {
			found = found || b.Hit(i).Dish.ID == c.want
		}
		if !found {
			t.Errorf("%q did not find %d among %d", c.keys, c.want, b.Find().Hits())
		}
	}
}

func TestNextSearchBeginsAfterADishWasTaken(t *testing.T) {
	b := open(t, nil)
	b.Go(cashier.PageFind)
	search := func(keys ...string) string {
		for _, k := range keys {
			b.TypeFind(k)
		}
		return b.Find().Text
	}
	if got := search("1", "0", "1"); got != "101" {
		t.Fatalf("typed %q", got)
	}
	b.Tap(pork)
	if b.Find().Text != "101" || b.Find().Hits() == 0 {
		t.Error("the hits went away: a second portion cannot be tapped")
	}
	if got := search("G", "B"); got != "GB" {
		t.Errorf("the next search is for %q", got)
	}
	b.Tap(pork)
	if got := search("back", "C"); got != "GC" {
		t.Errorf("after a correction it is for %q", got)
	}
}

func TestNamesFollowTheLanguage(t *testing.T) {
	b := open(t, nil)
	b.Tap(pork)
	b.Change(func(s *cashier.Settings) { s.Lang = fault.EN })
	if b.Line(0).Name != "House Red-braised Pork" || b.Lines() != 1 {
		t.Errorf("line %+v", b.Line(0))
	}
	b.settle()
	if b.reg.Settings().Lang != fault.EN {
		t.Error("the language was not kept")
	}
}
