package storage

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// dirLock is what keeps a second server off a data directory: an advisory lock
// that ends with the process, on a file that names it.
type dirLock struct{ f *os.File }

func lockDir(dir string) (*dirLock, error) {
	f, err := os.OpenFile(filepath.Join(dir, "voronoi.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		if err = f.Truncate(0); err == nil {
			_, err = fmt.Fprintf(f, "%d\n", os.Getpid())
		}
	} else if errors.Is(err, syscall.EWOULDBLOCK) {
		pid, _ := io.ReadAll(f) // for the message only
		err = fmt.Errorf("data directory %q is in use by another server (pid %s)", dir, strings.TrimSpace(string(pid)))
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &dirLock{f}, nil
}

// release leaves the file where it is: removing it would let two servers lock
// two files of the same name.
func (l *dirLock) release() {
	if l != nil {
		l.f.Close()
	}
}
