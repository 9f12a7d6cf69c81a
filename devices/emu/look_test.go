package emu

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// gb encodes text as a printer gets it.
func gb(s string) []byte {
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil {
		panic(err)
	}
	return b
}

// sample is a receipt in the printer's language.
func sample() []byte {
	var b bytes.Buffer
	p := func(s string) { b.Write(gb(s)) }
	p("\x1b@\x1c&\x1ba\x01\x1d!\x11\x1bE\x01稳单小馆\x1bE\x00\x1d!\x00\n")
	p("长乐路店 电话 021-5555 0123\n\n")
	p("\x1d!\x11取餐号 A028\x1d!\x00\n\n\x1ba\x00")
	p("单号：A-000128          2026-11-22 12:30\n")
	p("收银：王小燕            堂食 3号桌\n")
	p("------------------------------------------------\n")
	p("\x1bE\x01品名                      数量    单价      金额\x1bE\x00\n")
	p("------------------------------------------------\n")
	p("宫保鸡丁（微辣）             1   28.00     28.00\n")
	p("鱼香肉丝                     2   26.00     52.00\n")
	p("西湖牛肉羹（大份）           1   38.00     38.00\n")
	p("  加香菜、少盐\n")
	p("米饭 Rice                    3    2.00      6.00\n")
	p("Coca-Cola 330ml              2    5.00     10.00\n")
	p("================================================\n")
	p("合计                                      134.00\n")
	p("\x1bE\x01\x1d!\x01应收                                    ￥134.00\n\x1d!\x00\x1bE\x00")
	p("现金 200.00             找零 66.00\n\n")
	p("\x1dB\x01 重要：请保管好小票 \x1dB\x00  \x1b-\x01下划线 underline\x1b-\x00\n\n\x1ba\x01")
	p("\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x06\x1d(k\x03\x001E1")
	data := "https://wendan.example/o/A000128?c=7f3a"
	b.Write([]byte{gs, '(', 'k', byte(len(data) + 3), 0, 49, 80, 48})
	b.WriteString(data)
	p("\x1d(k\x03\x001Q0\n扫码开发票\n\n")
	p("\x1dh\x50\x1dw\x02\x1dH\x02")
	code := "{BA-000128"
	b.Write([]byte{gs, 'k', 73, byte(len(code))})
	b.WriteString(code)
	p("\n谢谢惠顾，欢迎再来！\n\x1ba\x00")
	b.Write([]byte{gs, 'V', 66, 16})
	return b.Bytes()
}

func TestPrintedReceiptHasInkWhereItsTextStands(t *testing.T) {
	p := NewPrinter(Options{})
	defer p.Close()
	feed(p, append(sample(), sample()...))
	papers := p.Papers()
	if len(papers) != 2 {
		t.Fatalf("papers: %d, unknown %v", len(papers), p.Unknown())
	}
	dots := papers[1].Dots()
	for name, box := range map[string]image.Rectangle{"title": image.Rect(192, bladeDots, 384, bladeDots+48), "code": image.Rect(180, 780, 390, 1000)} {
		if n := inkIn(dots, box); n < 500 {
			t.Errorf("%s: only %d dark dots", name, n)
		}
	}
	if n := inkIn(dots, image.Rect(0, 0, 576, bladeDots)); n != 0 {
		t.Errorf("%d dark dots between head and blade", n)
	}
	if dir := os.Getenv("EMU_PICTURES"); dir != "" {
		for name, img := range map[string]image.Image{"one.png": papers[1].Picture(), "roll.png": Roll(papers), "dots.png": dots} {
			f, err := os.Create(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			png.Encode(f, img)
			f.Close()
		}
	}
}

// feed gives bytes to the printer as a line would.
func feed(p *Printer, b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.receive(b)
}

func inkIn(img *image.Gray, box image.Rectangle) int {
	n := 0
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			if img.GrayAt(x, y).Y < 100 {
				n++
			}
		}
	}
	return n
}
