package exec

// What searches remember of other columns than vectors, the answers and the columns
// that they are filtered by, is the first to go where there is no room: searches
// read the rows then.

// cached is the memory of the caches.
func (v *vectorStore) cached() int64 { return v.srv.answers.size() + v.srv.filterColumns.size() }

// dropCaches drops them and tells how much that was. The caller holds memory.mu.
func (v *vectorStore) dropCaches() int64 {
	bytes := v.srv.answers.drop() + v.srv.filterColumns.dropAll()
	if bytes > 0 {
		v.memory.released(bytes)
	}
	return bytes
}

// cacheGrown drops the caches if they have grown beyond what there is room for.
func (v *vectorStore) cacheGrown() {
	v.memory.mu.Lock()
	defer v.memory.mu.Unlock()
	used, limit := v.cached(), v.srv.defaultMemoryLimit()
	for _, c := range v.list() {
		l := c.table.Load()
		used += l.bytes() + c.reserved.Load()
		if l != nil {
			limit = max(limit, l.limit) // a session may have allowed more
		}
	}
	if used > limit {
		v.dropCaches()
	}
}
