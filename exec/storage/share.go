//go:build !race

package storage

// shareGoMemory lets SQLite read Go memory in place.
const shareGoMemory = true
