//go:build race

package storage

// shareGoMemory is off under the race detector: its pointer checks, which the
// translated SQLite is compiled with too, refuse addresses of the Go heap that
// were numbers in between.
const shareGoMemory = false
