// Package emu holds virtual devices: an ESC/POS receipt printer (小票打印机) with paper one can
// look at, a cash drawer (钱箱) and a bar code scanner (扫码枪), on pseudo-terminals and TCP, with faults that
// are switched on and off while they run. They serve the tests, the demonstration and the technician who
// has no device at hand.
//
// The printer's language follows the Epson ESC/POS command reference and the manuals of
// Chinese makers for FS commands; nothing here talks to devices/escpos, so that driver and
// virtual printer can judge each other.
package emu
