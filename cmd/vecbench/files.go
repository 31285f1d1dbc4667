package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// filesOf is the size of all files below a directory.
func filesOf(dir string) (size int64) {
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			if info, err := e.Info(); err == nil {
				size += info.Size()
			}
		}
		return nil
	})
	return size
}

// readFiles reads all files below a directory once and says how long that took,
// which is what a start takes that does nothing else.
func readFiles(dir string) (took time.Duration, err error) {
	began, buffer := time.Now(), make([]byte, 1<<20)
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		for {
			if n, err := f.Read(buffer); n == 0 || err != nil {
				return nil // the end, which is all that happens to a file that could be opened
			}
		}
	})
	return time.Since(began), err
}
