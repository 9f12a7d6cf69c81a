package port

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"

	"wendan/store/fault"
)

// The faults of every port. The argument is the port's address.
var (
	ErrAbsent = fault.New("port.absent", "找不到设备 %s，请检查电源和连接线", "Device %s was not found; check its power and cable",
		"The node or host does not exist, or the host refused the connection. Check the address in the settings, the cable, and that the device is on.")
	ErrBusy = fault.New("port.busy", "设备 %s 正被另一程序占用，请关闭它后重试", "Device %s is in use by another program; close that program and try again",
		"EBUSY from the kernel: another process (CUPS, a second register, a terminal program) has the port open. Find it with fuser.")
	ErrPermission = fault.New("port.permission", "没有权限使用设备 %s，请联系技术员", "No permission to use device %s; call the technician",
		"The register's user is not in the group of the node (dialout, lp or input); check the udev rules.")
	ErrUnplugged = fault.New("port.unplugged", "设备 %s 已断开，请插好连接线", "Device %s was unplugged; plug it in again",
		"The channel broke while in use: cable pulled, power lost, or the other side closed the connection.")
	ErrTimeout = fault.New("port.timeout", "设备 %s 没有反应，请检查是否缺纸、开盖或断电", "Device %s does not respond; check paper, cover and power",
		"A deadline passed. With flow control a stopped printer holds the line for as long as it is stopped.")
	ErrClosed = fault.New("port.closed", "设备 %s 的连接已关闭，请重试", "The connection to device %s is closed; try again",
		"The port was used after Close; a driver kept it too long.")
	ErrAddress = fault.New("port.address", "设备地址 %q 写错了，请在设置中改正", "The device address %q is wrong; correct it in the settings",
		"Use tcp:HOST:PORT, serial:/dev/NODE?baud=115200&flow=rtscts|xonxoff|none&parity=none|even|odd&bits=8&stop=1, usb:/dev/usb/lp0, hid:VVVV:PPPP[/SERIAL] (scanners) or pty:/PATH.")
	ErrDescriptor = fault.New("port.descriptor", "系统打开的文件过多，无法使用设备 %s，请重启收银机", "Too many open files to use device %s; restart the register",
		"The process or the system ran out of file descriptors. Look for a leak with ls /proc/PID/fd.")
	ErrPaper = fault.New("port.paper", "打印机 %s 缺纸，请装纸", "Printer %s is out of paper; load paper",
		"The USB printer driver of the kernel reported that there is no space left (ENOSPC): paper end.")
	ErrOneWay = fault.New("port.one_way", "设备 %s 只能写入，无法读取状态", "Device %s can only be written to; it has no status to read",
		"A one-way USB printer (class 7, protocol 1) or a node opened for writing only. Choose a profile without proof of print.")
	ErrFailed = fault.New("port.failed", "设备 %s 出错，请重新插拔后再试", "Device %s failed; unplug it, plug it in and try again",
		"The kernel reported an error that has no fault of its own; see the cause.")
)

// OpenFault gives an error met while opening the named port its fault; nil stays nil and a fault
// of any package stays itself.
func OpenFault(name string, err error) error {
	switch {
	case err == nil || known(err):
		return err
	case errors.Is(err, fs.ErrNotExist), is(err, syscall.ENODEV, syscall.ENXIO, syscall.ECONNREFUSED, syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN):
		return ErrAbsent.With(name).Wrap(err)
	case is(err, syscall.EBUSY):
		return ErrBusy.With(name).Wrap(err)
	case errors.Is(err, fs.ErrPermission):
		return ErrPermission.With(name).Wrap(err)
	case is(err, syscall.EMFILE, syscall.ENFILE):
		return ErrDescriptor.With(name).Wrap(err)
	case timeout(err):
		return ErrTimeout.With(name).Wrap(err)
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return ErrAbsent.With(name).Wrap(err)
	}
	return ErrFailed.With(name).Wrap(err)
}

// UseFault gives an error met while reading or writing the open named port its fault; nil stays
// nil and a fault stays itself. io.EOF is an unplugged device: channels to devices do
// not end by themselves.
func UseFault(name string, err error) error {
	switch {
	case err == nil || known(err):
		return err
	case timeout(err):
		return ErrTimeout.With(name).Wrap(err)
	case errors.Is(err, fs.ErrClosed), errors.Is(err, net.ErrClosed):
		return ErrClosed.With(name).Wrap(err)
	case errors.Is(err, io.EOF), is(err, syscall.EIO, syscall.ENODEV, syscall.ENXIO, syscall.EPIPE, syscall.ECONNRESET, syscall.ECONNABORTED,
		syscall.ENOTCONN, syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENETDOWN, syscall.ESHUTDOWN):
		return ErrUnplugged.With(name).Wrap(err)
	case is(err, syscall.ETIMEDOUT):
		return ErrUnplugged.With(name).Wrap(err)
	case is(err, syscall.ENOSPC):
		return ErrPaper.With(name).Wrap(err)
	case is(err, syscall.EINVAL, syscall.EBADF):
		return ErrOneWay.With(name).Wrap(err)
	}
	return ErrFailed.With(name).Wrap(err)
}

func known(err error) bool {
	var f *fault.Error
	return errors.As(err, &f)
}

func is(err error, codes ...syscall.Errno) bool {
	for _, c := range codes {
		if errors.Is(err, c) {
			return true
		}
	}
	return false
}

// timeout is true for deadlines, not for ETIMEDOUT, which is TCP giving the peer up.
func timeout(err error) bool {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return true
	}
	var n net.Error
	return errors.As(err, &n) && n.Timeout() && !is(err, syscall.ETIMEDOUT)
}
