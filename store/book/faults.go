package book

import "wendan/store/fault"

// Faults of the book. None of them loses anything: the book is made from the journal and
// can be made again. After ErrDamaged, ErrRot, ErrForked, ErrForeign, ErrShape or ErrGap the
// caller rebuilds; after ErrFull and ErrFailed it closes and opens again first.
var (
	ErrLocked = fault.New("book.locked", "另一个程序正在使用账本，请先关闭它", "Another program is using the book; close it first",
		"The book's file is locked. Use the control socket of the running register, or stop it.")
	ErrDamaged = fault.New("book.damaged", "账本文件损坏，正在从流水重建，可继续收银", "The book is damaged and is being rebuilt from the journal; go on selling",
		"The file is empty, short, unreadable or not a book. Nothing is lost: remove it and rebuild it from the journal.")
	ErrRot = fault.New("book.rot", "账本里有一条记录校验不符，正在从流水重建，可继续收银", "A record in the book fails its checksum; the book is being rebuilt from the journal, go on selling",
		"Bit rot in the file. Rebuild the book and have the disk checked.")
	ErrGap = fault.New("book.gap", "账本缺少第 %d 条起的记录，请稍候，正在补齐", "The book misses records from number %d on; please wait while they are read again",
		"Apply was given facts that do not begin right after the applied head. Read again after Applied().")
	ErrForked = fault.New("book.forked", "账本第 %d 条与流水不一致，正在重建，可继续收银", "Number %d of the book differs from the journal; rebuilding it, go on selling",
		"The book holds another fact under the same number: an old copy of book or journal was restored. Rebuild from the journal; keep the old file for inspection.")
	ErrForeign = fault.New("book.foreign", "账本属于另一台收银机，正在重建，可继续收银", "The book belongs to another register; rebuilding it, go on selling",
		"Epoch or journal identity in the file differ from the journal's. Rebuild from the journal.")
	ErrShape = fault.New("book.shape", "账本由另一版本的程序写成，正在重建，可继续收银", "The book was written by another version; rebuilding it, go on selling",
		"The shape number in the file is not this program's. Books are never migrated; rebuild.")
	ErrFull = fault.New("book.full", "磁盘已满，账本暂停更新；已保存的订单都在，请清理磁盘或联系技术员", "The disk is full and the book has stopped following; saved orders are safe. Free some space or call the technician",
		"Growing or writing the book failed for lack of space, or its size limit is reached. Close and open it again once space is free.")
	ErrFailed = fault.New("book.failed", "账本出错后尚未恢复，请稍候；已保存的订单都在", "The book has not recovered from an error yet; please wait. Saved orders are safe",
		"A read, write or commit of the book failed; see the cause. Close and open it again; rebuild when that does not help.")
	ErrClosed = fault.New("book.closed", "账本已关闭，请重新启动程序", "The book is closed; start the program again",
		"A method was called after Close.")
	ErrAbsent = fault.New("book.absent", "账本里没有订单 %s，请核对单号", "The book has no order %s; check the number",
		"The number was never given out, is older than the retention, or the book has not caught up yet.")
	ErrBackup = fault.New("book.backup", "账本备份校验失败，请更换备份盘后重试", "The copy of the book did not verify; change the medium and try again",
		"The copy read back does not check or does not reach the head it was made at.")
)
