package machine

import (
	"context"
	"math/rand/v2"
	"time"

	"wendan/devices/printer"
	"wendan/devices/spool"
	"wendan/store/fault"
	"wendan/store/receipt"
)

// Slips shows the print queue.
func (m *Machine) Slips() spool.View { return m.paper.queue().Snapshot() }

// RetryPrinter tries the printer's waiting slips at once.
func (m *Machine) RetryPrinter(name string) { m.paper.queue().Retry(name) }

// PrintOld prints the slips that wait for a person; those that may be out already come marked.
func (m *Machine) PrintOld() error { return m.paper.queue().PrintOld() }

// AbandonOld gives those slips up; each becomes a fact.
func (m *Machine) AbandonOld() error { return m.paper.queue().AbandonOld() }

// SlipsDone waits until no slip waits to be printed or recorded, those held for a person aside.
func (m *Machine) SlipsDone(ctx context.Context) error { return m.paper.queue().Wait(ctx) }

// TestPrint prints the test slip on a printer and returns when it is proven, or why not.
func (m *Machine) TestPrint(ctx context.Context, name string) error {
	m.paper.mu.Lock()
	d := m.paper.printers.drivers[name]
	columns := 48
	for _, p := range m.paper.printers.list {
		if p.Name == name {
			columns = p.Columns
		}
	}
	m.paper.mu.Unlock()
	if d == nil {
		return ErrPrinter.With(name, "没有这台打印机 no such printer")
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	proof, err := d.Print(ctx, rand.Uint32(), receipt.Sample(m.Shop, name, columns, time.Now().Format("2006-01-02 15:04")))
	if err == nil && proof == printer.Uncertain {
		err = printer.ErrNoProof.With(name)
	}
	if err != nil {
		return fault.Of(err)
	}
	return nil
}
