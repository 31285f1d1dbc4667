package exec

import (
	"crypto/sha256"
	"sync"
)

// filterCache remembers, for the filters that searches of one column have come
// with, the share of rows that passes and the keys of those rows. Keys are true
// of one snapshot only; the share is an estimate anyway and outlives commits.
// The zero value is empty.
type filterCache struct {
	mu      sync.Mutex
	entries map[filterID]*filterEntry
	clock   int64
	words   int // of all key sets
}

// filterID stands for a filter's SQL, the values bound to it, and the settings
// that it can depend on.
type filterID [sha256.Size]byte

// filterEntry is what is known of a filter.
type filterEntry struct {
	share   float64
	sampled bool
	// spent is what streaming has cost since survives was last made.
	spent    int
	survives *keySet // as of seq; nil when there is none
	seq      int64
	used     int64
}

// Bounds of a column's cache.
const (
	maxFilters     = 64
	maxFilterWords = 4 << 20 // 32 MiB
)

// entry is a copy of what is known of a filter.
func (c *filterCache) entry(id filterID) filterEntry {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[id]
	if e == nil {
		return filterEntry{}
	}
	c.clock++
	e.used = c.clock
	return *e
}

// update changes what is known of a filter.
func (c *filterCache) update(id filterID, change func(*filterEntry)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[id]
	if e == nil {
		if c.entries == nil {
			c.entries = map[filterID]*filterEntry{}
		}
		e = new(filterEntry)
		c.entries[id] = e
	}
	c.clock++
	e.used = c.clock
	c.words -= e.size()
	change(e)
	c.words += e.size()
	for len(c.entries) > maxFilters || c.words > maxFilterWords && len(c.entries) > 0 {
		c.evict()
	}
}

// evict forgets the filter that was not used for longest.
func (c *filterCache) evict() {
	var oldest filterID
	for id, e := range c.entries {
		if have := c.entries[oldest]; have == nil || e.used < have.used {
			oldest = id
		}
	}
	c.words -= c.entries[oldest].size()
	delete(c.entries, oldest)
}

func (e *filterEntry) size() int {
	if e.survives == nil {
		return 0
	}
	return len(e.survives.words)
}
