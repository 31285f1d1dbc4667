//go:build unix

package wire

import (
	"errors"
	"net"
	"syscall"
)

// hungUp looks, without reading, whether the other end is closed. It cannot
// tell while there are bytes still to be read.
func hungUp(socket net.Conn) bool {
	raw, ok := socket.(syscall.Conn)
	if !ok {
		return false
	}
	c, err := raw.SyscallConn()
	if err != nil {
		return false
	}
	gone := false
	err = c.Control(func(fd uintptr) {
		n, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		gone = n == 0 && err == nil ||
			err != nil && !errors.Is(err, syscall.EAGAIN) && !errors.Is(err, syscall.EINTR)
	})
	return err == nil && gone
}
