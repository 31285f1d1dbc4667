package storage

import (
	"errors"
	"os"
	"syscall"
)

// datasync writes a file's content, and as much about it as reading it back
// takes, to disk.
func datasync(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
