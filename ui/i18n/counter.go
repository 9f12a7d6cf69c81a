package i18n

// counter: the cashier's page beyond a plain sale.
var counter = map[string]text{
	"menu.hot":       {"热销", "Best sellers"},
	"list.comma":     {"、", ", "},
	"sale.notready":  {"请先登录并开始营业", "Sign in and open the day first"},
	"sale.saving":    {"这一单正在保存，请稍候", "This order is being saved; one moment"},
	"last.none":      {"还没有上一单", "There is no last order yet"},
	"slip.receipt":   {"小票", "Receipt"},
	"scan.way":       {"识别到%s付款码，核对后点付款方式", "%s code seen; check, then tap the way to pay"},
	"scan.nopay":     {"扫码支付尚未开通，请手工记账", "Scan payment is not set up; record it by hand"},
	"scan.unknown":   {"菜单里没有条码 %s", "No dish has the bar code %s"},
	"scan.paying":    {"请先完成这次收款", "Finish this payment first"},
	"drawer.opened":  {"钱箱已打开并记录", "Drawer opened and recorded"},
	"drawer.unknown": {"钱箱无感应", "Drawer: no sensor"},

	"net.alarm":         {"总部数据有疑", "Head office differs"},
	"net.offline.queue": {"离线 · 待上传 %d", "Offline · %d waiting"},
	"printer.none":      {"未设打印机", "No printer"},
	"printer.trouble":   {"%s 异常", "%s: trouble"},
	"printer.busy":      {"打印中 %d", "Printing %d"},
	"printer.fine":      {"打印正常", "Printers OK"},
	"printer.slow":      {"%d 张单等太久", "%d slips wait too long"},
	"printer.asks":      {"%s 有 %d 张旧单，打印还是放弃？", "%s holds %d old slips: print or give up?"},
	"printer.retrying":  {"%s 正在重试", "Trying %s again"},
	"disk.short":        {"空间不足", "Disk low"},
	"disk.free":         {"可用空间 %s", "%s free"},
	"history.progress":  {"整理历史 %s", "History %s"},
	"proof.made":        {"已记录 %s", "made %s"},
	"proof.booked":      {"总部已入账 %s", "booked %s"},
	"set.saved":         {"设置已保存", "Settings saved"},
}
