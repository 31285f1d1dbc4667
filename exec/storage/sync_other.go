//go:build !linux

package storage

import "os"

// datasync writes a file's content to disk.
func datasync(f *os.File) error { return f.Sync() }
