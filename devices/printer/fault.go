package printer

import (
	"errors"

	"wendan/devices/escpos"
	"wendan/devices/port"
	"wendan/store/fault"
)

// The faults of a printer. The argument is the printer's name.
var (
	ErrPaperOut = fault.New("printer.paper_out", "%s 缺纸，请装纸", "%s is out of paper; load paper",
		"The paper end sensor is active (DLE EOT 4 bits 5 and 6, or the kernel's ENOSPC). A worn sensor or a roll that is put in the wrong way reads the same.")
	ErrCoverOpen = fault.New("printer.cover_open", "%s 上盖没关好，请合上", "The cover of %s is open; close it",
		"DLE EOT 2 bit 2.")
	ErrOffline = fault.New("printer.offline", "%s 处于脱机状态，请按进纸键或重新开机", "%s is off-line; press the feed button or switch it off and on",
		"DLE EOT 1 bit 3 without paper end or open cover: feed button held, self test, or a cause the model does not tell.")
	ErrCutter = fault.New("printer.cutter", "%s 切刀卡住，请断电清理卡纸后再开机", "The cutter of %s is jammed; switch it off, remove the paper and switch it on",
		"DLE EOT 3 bit 3.")
	ErrBroken = fault.New("printer.broken", "%s 出错，请断电后重新开机，若仍报错请联系技术员", "%s has an error; switch it off and on, and call the technician if it comes back",
		"DLE EOT 3 bit 5 (unrecoverable) or DLE EOT 2 bit 6 without a cause.")
	ErrPausing = fault.New("printer.pausing", "%s 过热暂停，请稍等片刻", "%s pauses because it is hot; wait a moment",
		"DLE EOT 3 bit 6: an error that goes away by itself, usually the temperature of the print head.")
	ErrNearEnd = fault.New("printer.near_end", "%s 纸快用完了，请准备纸卷", "%s is nearly out of paper; have a roll ready",
		"A warning (DLE EOT 4 bits 2 and 3); printing goes on. Models without the sensor never report it.")
	ErrUnplugged = fault.New("printer.unplugged", "%s 连接不上，请检查电源和连接线", "%s cannot be reached; check its power and cable",
		"The port could not be opened or broke while in use; the cause names the port.")
	ErrStalled = fault.New("printer.stalled", "%s 没有反应，请检查是否缺纸、开盖或断电", "%s does not respond; check paper, cover and power",
		"The printer took no more bytes or did not answer a status request in time. A profile with status for a model that answers none has the same effect.")
	ErrNoProof = fault.New("printer.no_proof", "%s 没有确认打印完成，请查看纸面", "%s did not confirm the print; look at the paper",
		"Everything was sent but the proof asked for by the profile did not come. If this happens with every ticket, the model does not support it: choose another proof.")
	ErrClosed = fault.New("printer.closed", "%s 已停用，请在设置中重新启用", "%s has been shut down; enable it again in the settings",
		"The driver was used after Close, for example during shutdown.")
)

// trouble says why a printer in state s cannot print now, or nil.
func trouble(name string, s escpos.Status) error {
	switch {
	case s.CoverOpen:
		return ErrCoverOpen.With(name)
	case s.PaperOut:
		return ErrPaperOut.With(name)
	case s.CutterError:
		return ErrCutter.With(name)
	case s.Unrecoverable:
		return ErrBroken.With(name)
	case s.Recoverable:
		return ErrPausing.With(name)
	case s.Error:
		return ErrBroken.With(name)
	case s.Offline, s.FeedButton:
		return ErrOffline.With(name)
	}
	return nil
}

// explain turns a fault of the port into one of the printer.
func explain(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, port.ErrPaper):
		return ErrPaperOut.With(name).Wrap(err)
	case errors.Is(err, port.ErrTimeout):
		return ErrStalled.With(name).Wrap(err)
	case errors.Is(err, port.ErrAbsent), errors.Is(err, port.ErrUnplugged), errors.Is(err, port.ErrClosed), errors.Is(err, port.ErrFailed):
		return ErrUnplugged.With(name).Wrap(err)
	}
	return err // busy, permission, address: already clear
}
