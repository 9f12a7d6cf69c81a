package journal

import "wendan/store/fault"

// Faults of the journal. Those that concern damage change nothing on the disk.
var (
	ErrLocked = fault.New("journal.locked", "另一个程序正在使用收银数据，请先关闭它", "Another program is using the register's data; close it first",
		"The lock file in the data folder is held. Use the control socket of the running register, or stop it.")
	ErrAbsent = fault.New("journal.absent", "这里还没有收银数据，请先做首次设置", "There is no register data here yet; run the first set-up",
		"No identity marker and nothing that was ever acknowledged: Create may be called.")
	ErrExists = fault.New("journal.exists", "这里已有收银数据，不能重新建立", "Register data exists here already; it cannot be created again",
		"The identity marker is present. Open it, or use another folder.")
	ErrNoIdentity = fault.New("journal.no_identity", "收银数据的标识文件丢失，请联系技术员恢复", "The identity file of the register data is gone; call the technician to restore it",
		"Day files or a witness are here without the identity marker, so a store existed. Restore the identity file; never create over it.")
	ErrKey = fault.New("journal.key", "签名密钥丢失或不符，请联系技术员", "The signing key is missing or does not fit; call the technician",
		"The key file does not match the public key of the identity file. Restore it, or take over under a new epoch.")
	ErrMissing = fault.New("journal.missing", "收银数据不完整：缺少 %s，请联系技术员恢复", "Register data is incomplete: %s is missing; call the technician to restore it",
		"The identity marker says that a store exists, but a day file of the chain is not there. Run 'registerctl journal restore BACKUP', and keep this folder: book.db and head office hold facts that a backup may lack.")
	ErrDamaged = fault.New("journal.damaged", "收银数据损坏：%s 位置 %d，完好到第 %d 条，已知有第 %d 条，请联系技术员恢复",
		"Register data is damaged: %s at offset %d, good up to number %d, known to reach number %d; call the technician to restore it",
		"Nothing was changed. Run 'registerctl journal verify', then 'registerctl journal restore BACKUP', and keep this folder: book.db and head office hold facts that a backup may lack.")
	ErrForked = fault.New("journal.forked", "收银数据第 %d 条与其他副本不一致，请联系技术员", "Number %d of the register data differs from another copy; call the technician",
		"The same number has two hashes: an old copy was restored and sold on, or a file was edited. Nothing was changed.")
	ErrUnsettled = fault.New("journal.unsettled", "保存时磁盘出错，正在核对，请勿重复下单", "The disk failed while saving; checking now, do not enter it again",
		"A write or sync failed and its outcome is unknown. Call Reopen and settle by idempotency key; the file is not used again.")
	ErrFailed = fault.New("journal.failed", "磁盘出错后尚未恢复，这一笔没有保存", "Storage has not recovered from a disk error; this was not saved",
		"An earlier write or sync failed. Nothing of this call was written. Call Reopen.")
	ErrDiskFull = fault.New("journal.disk_full", "磁盘已满，这一笔没有保存，请清理磁盘或联系技术员", "The disk is full; this was not saved. Free some space or call the technician",
		"The reserve ahead in the open day file is used up and cannot be extended. Nothing was written. Works again without restart once space is free.")
	ErrTooLarge = fault.New("journal.too_large", "一次保存的内容过大（%d 字节），请分开保存", "Too much to save at once (%d bytes); save it in parts",
		"A group of facts is limited to one frame of 16 MiB.")
	ErrVersion = fault.New("journal.version", "数据由更新的程序写成，请先升级本机程序", "The data was written by newer software; update this program first",
		"The day file's format version is higher than this program knows.")
	ErrClosed = fault.New("journal.closed", "收银数据已关闭，请重新启动程序", "The register data is closed; start the program again",
		"A method was called after Close.")
	ErrBackup = fault.New("journal.backup", "备份校验失败（%s），请更换备份盘后重试", "The backup did not verify (%s); change the medium and try again",
		"The copy read back differs from the journal or does not reach the expected head.")
)
