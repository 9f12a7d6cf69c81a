// Package escpos turns a ticket into the bytes of an ESC/POS receipt printer and the printer's
// answers back into words. It talks to no port.
//
// It stands on github.com/hennedo/escpos v0.0.1 for the style commands and keeps every
// other byte in its own hands, because that version drops whole lines with one unencodable character,
// starts with size FFh, confuses the QR level with the size, announces raster
// rows it does not send, flushes half tickets and keeps the first write error for ever. One job is
// one buffer here; the printer never sees the library.
//
// Command numbers and status bits are those of the Epson ESC/POS command reference;
// Chinese printers that differ are described by their Profile.
package escpos

import (
	"fmt"

	"wendan/store/fault"
)

// Profile describes one model of printer, as data.
type Profile struct {
	Name    string  `json:"name"`
	Columns int     `json:"columns"` // Latin letters in a line of font A: 32 on 58 mm, 42 or 48 on 80 mm
	Dots    int     `json:"dots"`    // printable width: 384 on 58 mm, 512 or 576 on 80 mm
	Chinese Chinese `json:"chinese"`
	// KanjiSize also sends FS ! with every size, for models where GS ! leaves Chinese
	// characters at normal size. Such models draw them at most twice as large.
	KanjiSize bool `json:"kanji_size"`
	// DrawMissing prints a line as a picture when it has a character without a printer
	// code that the embedded typeface draws; else such a character prints as 〓.
	DrawMissing bool   `json:"draw_missing"`
	Cut         Cut    `json:"cut"`
	FeedToCut   int    `json:"feed_to_cut"` // lines between print head and tear bar or cutter, for CutNone and CutESC
	QRNative    bool   `json:"qr_native"`   // else QR codes are sent as pictures
	Code128     bool   `json:"code128"`     // else bar codes are sent as pictures
	Buzzer      Buzzer `json:"buzzer"`
	Status      bool   `json:"status"` // answers DLE EOT
	Proof       Proof  `json:"proof"`
	DrawerPin   int    `json:"drawer_pin"` // 2 or 5: the pin of the drawer connector, 2 when 0
	PulseOn     int    `json:"pulse_on"`   // milliseconds of current, 2 to 510; 100 when 0
	PulseOff    int    `json:"pulse_off"`  // milliseconds of rest after it, 2 to 510; 500 when 0
	// SensorOpenHigh is true where a high level of the drawer sensor means an open
	// drawer. It depends on the drawer and is found out once per till.
	SensorOpenHigh bool `json:"sensor_open_high"`
}

// Chinese is the encoding of Chinese text.
type Chinese uint8

// The encodings. GB18030 also sends four-byte codes, which only printers with a full
// font draw; the others print rubbish for them.
const (
	GBK     Chinese = 1
	GB18030 Chinese = 2
)

// Cut is how the cutter is commanded.
type Cut uint8

// The kinds of cutter. Where only one kind of cut exists it stands in for the other.
const (
	CutNone        Cut = 0 // tear bar: only feeds
	CutGSV         Cut = 1 // GS V 65 and 66: feeds to the cutter by itself
	CutGSVFull     Cut = 2
	CutGSVPartial  Cut = 3
	CutESC         Cut = 4 // ESC i and ESC m of older models, after a feed of ours
	CutGSVNoFeeder Cut = 5 // GS V 0 and 1, after a feed of ours
)

// Buzzer is how the buzzer is commanded.
type Buzzer uint8

// The kinds of buzzer.
const (
	BuzzerNone Buzzer = 0
	BuzzerESCB Buzzer = 1 // ESC B times duration, common on kitchen printers
)

// Proof is how the printer tells that everything before a command is on paper.
type Proof uint8

// The proofs. ProcessID (GS ( H function 48) answers when the data before it was
// printed; OrderedStatus (GS r 1) is answered in its turn and not at all while paper is
// out. ProofNone leaves every ticket unproven.
const (
	ProofNone     Proof = 0
	ProcessID     Proof = 1
	OrderedStatus Proof = 2
)

// Default80 is a common 80 mm printer: 48 columns, cutter, status and process-id proof.
func Default80() Profile {
	return Profile{Name: "80mm", Columns: 48, Dots: 576, Chinese: GBK, DrawMissing: true, Cut: CutGSV, FeedToCut: 4, QRNative: true, Code128: true,
		Buzzer: BuzzerESCB, Status: true, Proof: ProcessID, DrawerPin: 2, PulseOn: 100, PulseOff: 500, SensorOpenHigh: true}
}

// Default58 is a common 58 mm printer: 32 columns, tear bar, ordered-status proof.
func Default58() Profile {
	return Profile{Name: "58mm", Columns: 32, Dots: 384, Chinese: GBK, DrawMissing: true, Cut: CutNone, FeedToCut: 4, QRNative: true, Code128: true,
		Status: true, Proof: OrderedStatus, DrawerPin: 2, PulseOn: 100, PulseOff: 500, SensorOpenHigh: true}
}

// ErrProfile refuses an impossible profile; ErrCode a QR code or bar code that cannot be drawn.
var (
	ErrProfile = fault.New("escpos.profile", "打印机型号设置有误（%s），请在设置中改正", "The printer profile is wrong (%s); correct it in the settings",
		"A value of the profile is out of range.")
	ErrCode = fault.New("escpos.code", "条码或二维码无法打印（%s），请缩短内容", "The bar code or QR code cannot be printed (%s); shorten it",
		"The content is too long for the paper or holds signs that the code cannot carry.")
)

// Check returns ErrProfile when a value is out of range.
func (p Profile) Check() error {
	bad := func(what string, n int) error { return ErrProfile.With(fmt.Sprintf("%s %d", what, n)) }
	switch {
	case p.Columns < 16 || p.Columns > 128:
		return bad("columns", p.Columns)
	case p.Dots < 8*p.Columns || p.Dots > 2048:
		return bad("dots", p.Dots)
	case p.Chinese != GBK && p.Chinese != GB18030:
		return bad("chinese", int(p.Chinese))
	case p.Cut > CutGSVNoFeeder:
		return bad("cut", int(p.Cut))
	case p.FeedToCut < 0 || p.FeedToCut > 20:
		return bad("feed_to_cut", p.FeedToCut)
	case p.Buzzer > BuzzerESCB:
		return bad("buzzer", int(p.Buzzer))
	case p.Proof > OrderedStatus:
		return bad("proof", int(p.Proof))
	case p.DrawerPin != 0 && p.DrawerPin != 2 && p.DrawerPin != 5:
		return bad("drawer_pin", p.DrawerPin)
	case p.PulseOn < 0 || p.PulseOn > 510 || p.PulseOff < 0 || p.PulseOff > 510:
		return bad("pulse", max(p.PulseOn, p.PulseOff))
	}
	return nil
}
