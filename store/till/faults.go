package till

import "wendan/store/fault"

// Faults of the till itself. Those of the rules are declared by the domain packages.
var (
	// ErrReplay reports a journal whose facts contradict each other.
	ErrReplay = fault.New("till.replay", "记录前后矛盾，不能继续营业，请联系技术员", "The records contradict each other; selling stops until the technician has looked",
		"Replaying the journal failed: run 'registerctl journal check'. Nothing was changed.")
	// ErrUnsaved tells that an act was certainly not recorded.
	ErrUnsaved = fault.New("till.unsaved", "没有保存成功，请再按一次", "Not saved; press again",
		"Writing failed twice and the journal was reopened without the act. Check the disk.")
	// ErrUnknown tells that the caller stopped waiting; the act may or may not be recorded.
	ErrUnknown = fault.New("till.unknown", "还不确定是否保存，请用同一笔重试或在今日订单里查看", "Not known yet whether it was saved; retry the same order or look in the order list",
		"The caller gave up waiting. Ask again with the same idempotency key.")
	// ErrStorage refuses work while the journal cannot be reopened.
	ErrStorage = fault.New("till.storage", "磁盘故障，正在恢复，请稍候；已保存的订单都在", "Disk trouble; recovering. Saved orders are safe",
		"Reopening the journal keeps failing; it is tried again every second. Check the disk and the log.")
	// ErrClosed refuses work after Close.
	ErrClosed = fault.New("till.closed", "收银程序正在退出", "The register is shutting down", "Do was called after Close.")
	// ErrBookBusy refuses what needs the history while it is being rebuilt.
	ErrBookBusy = fault.New("till.book_busy", "正在整理历史记录，请稍后再试；收银不受影响", "The history is being rebuilt; try again later. Selling goes on",
		"The book has not caught up with the journal yet.")
)
