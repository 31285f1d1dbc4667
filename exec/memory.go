package exec

import (
	"context"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"voronoi/exec/catalog"
	"voronoi/exec/storage"
)

// vectorMemory keeps what is in memory of all vector columns, with their
// indexes, and of the columns beside them (caches), below voronoi.memory_limit.
// Before a column is loaded there has to be room for it: the caches are dropped for
// it, then columns without indexes, the one searched longest ago first. What has an index stays, and where it grows beyond the
// limit it gives up its vectors if its indexes can do without (byRows).
//
// The process holds vectors in Go's heap, in pieces of a megabyte that the
// collector neither scans nor moves. By default the collector lets a heap grow to
// twice what is alive before it looks for garbage; with gigabytes of vectors that
// would be gigabytes of garbage, so it is told to look the earlier the more they
// are (tune).
type vectorMemory struct {
	automatic int64        // the limit where the setting says none, in bytes
	standard  atomic.Int64 // the limit of sessions that have not set it

	mu      sync.Mutex // held while room is made
	tuned   atomic.Int64
	garbage atomic.Int64 // bytes dropped since memory was last given back
	drops   atomic.Int64 // how often something was dropped
	frugal  atomic.Int64 // how many builds go on that are to take little
}

// columnForm is in what form a column is loaded.
type columnForm uint8

const (
	formAll  columnForm = iota // all vectors
	formKeys                   // keys only
	formRows                   // not at all
)

// refusal remembers that there was no room for a column, so that not every
// search counts its rows.
type refusal struct {
	until time.Time
	limit int64
	drops int64
}

// refusalTime is for how long, unless memory is freed. Rows may be deleted
// meanwhile.
const refusalTime = time.Minute

// refused reports whether there was no room for what is not in memory of a
// column, and nothing has changed since.
func (c *vectorColumn) refused(limit int64) bool {
	r := c.refusal.Load()
	return r != nil && limit <= r.limit && r.drops == c.store.memory.drops.Load() && time.Now().Before(r.until)
}

// keyBytes is what a table takes a row beside its vector, at most.
const keyBytes = 48

// columnSize is how large a column is.
type columnSize struct {
	rows  int64
	dims  int64
	exact bool // rows is not merely a bound
}

func (z columnSize) keys() int64 { return z.rows * keyBytes }
func (z columnSize) all() int64  { return z.keys() + z.rows*4*z.dims }

// size bounds the rows of a column by its keys, which are not used again, or
// counts them.
func (r columnRows) size(conn *storage.Conn, exact bool) (z columnSize, err error) {
	count := "(SELECT max(" + catalog.KeyColumn + ") FROM " + r.companion + ") - (SELECT min(" + catalog.KeyColumn + ") FROM " + r.companion + ") + 1"
	if exact {
		count = "(SELECT count(*) FROM " + r.companion + ")"
	}
	st, err := conn.Prepare("SELECT " + count + ", (SELECT length(" + r.value + ") / 4 FROM " + r.companion + " LIMIT 1)")
	if err != nil {
		return z, err
	}
	defer st.Close()
	if _, err := st.Step(); err != nil {
		return z, err
	}
	return columnSize{rows: st.Column(0).Int(), dims: st.Column(1).Int(), exact: exact}, nil
}

// reserve makes room for a column and decides in what form to load it. The
// caller is the one who loads.
func (c *vectorColumn) reserve(ctx context.Context, conn *storage.Conn, col *catalog.Column, use columnUse) (columnForm, error) {
	if err := conn.BeginRead(); err != nil {
		return formRows, canceled(ctx, err)
	}
	defer conn.Rollback()
	meta, err := conn.Meta()
	if err != nil {
		return formRows, err
	}
	// The statement may know more than is committed.
	snap, err := c.store.srv.catalogs.at(meta.CatalogVersion)
	if err != nil || !hasColumn(snap, c.id, col) {
		return formRows, err
	}
	rows := rowsOf(snap.Relation(c.id.table), col)
	size, err := rows.size(conn, false)
	if err != nil {
		return formRows, canceled(ctx, err)
	}
	form := formAll
	if use.keys {
		form = formKeys
	}
	refuse := func() {
		c.refusal.Store(&refusal{until: time.Now().Add(refusalTime), limit: use.limit, drops: c.store.memory.drops.Load()})
	}
	for {
		need := size.all()
		if form == formKeys {
			need = size.keys()
		}
		switch {
		case c.store.makeRoom(c, need, use.limit):
			return form, nil
		case !size.exact:
			if size, err = rows.size(conn, true); err != nil {
				return formRows, canceled(ctx, err)
			}
		case form == formAll && use.byRows:
			form = formKeys
			refuse()
		default:
			refuse()
			c.store.srv.log.Warn("there is no room in memory for a vector column; its exact searches read the table",
				"table", c.id.table, "column", c.id.attnum, "bytes", need, "limit", use.limit)
			return formRows, nil
		}
	}
}

// bytes is the memory of a column with its indexes.
func (l *loadedColumn) bytes() int64 {
	if l == nil || l.vectors == nil {
		return 0
	}
	n := l.vectors.Bytes()
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, x := range l.indexes {
		if sized, ok := x.(interface{ Bytes() int64 }); ok {
			n += sized.Bytes()
		}
	}
	return n
}

// indexed reports whether there are indexes over what is in memory, or will be.
func (l *loadedColumn) indexed() bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.indexes)+len(l.restoring) > 0
}

// makeRoom promises need bytes to a column that is being loaded, if that leaves
// the sum of all within the limit.
func (v *vectorStore) makeRoom(c *vectorColumn, need, limit int64) bool {
	v.memory.mu.Lock()
	defer v.memory.mu.Unlock()
	used := need
	type victim struct {
		column   *vectorColumn
		bytes    int64
		searched int64
	}
	var victims []victim
	spare := v.cached()
	used += spare
	for _, other := range v.list() {
		if other == c {
			continue
		}
		l := other.table.Load()
		bytes := l.bytes()
		used += bytes + other.reserved.Load()
		if bytes > 0 && !l.indexed() {
			victims = append(victims, victim{other, bytes, l.searched.Load()})
			spare += bytes
		}
	}
	if used-spare > limit {
		return false
	}
	if used > limit {
		used -= v.dropCaches()
	}
	slices.SortFunc(victims, func(a, b victim) int { return int(a.searched - b.searched) })
	for _, d := range victims {
		if used <= limit {
			break
		}
		d.column.invalidate()
		used -= d.bytes
		v.memory.released(d.bytes)
	}
	c.reserved.Store(need)
	return true
}

// changed looks after memory when columns have been loaded or have grown.
func (v *vectorStore) changed() {
	held, limit := int64(0), v.srv.defaultMemoryLimit()
	for _, c := range v.list() {
		if l := c.table.Load(); l != nil && l.vectors != nil {
			held += l.vectors.Bytes()
			limit = max(limit, l.limit) // a session may have allowed more
		}
	}
	if v.memory.tune(held) && held > limit {
		v.srv.background.start(func(ctx context.Context) {
			err := v.srv.asWriter(ctx, func() error { v.shrink(limit); return nil })
			if err != nil && ctx.Err() == nil {
				v.srv.log.Error("vector columns could not be reduced to the memory limit", "err", err)
			}
		})
	}
}

// shrink brings what has grown beyond the limit back below it, if it can. The
// caller is the writer.
func (v *vectorStore) shrink(limit int64) {
	if v.makeRoom(new(vectorColumn), 0, limit) {
		return
	}
	v.memory.mu.Lock()
	v.dropCaches()
	v.memory.mu.Unlock()
	snap := v.srv.catalogs.current()
	for _, c := range v.list() {
		l := c.table.Load()
		if l == nil || !l.inMemory() || columnUseOf(snap, c.id, limit).all {
			continue
		}
		if !l.moving.TryLock() {
			continue // an index is being built of them
		}
		before := l.vectors.Bytes()
		l.vectors.ForgetVectors()
		l.moving.Unlock()
		v.memory.released(before - l.vectors.Bytes())
		v.srv.log.Warn("a vector column has outgrown voronoi.memory_limit; its searches read the table for what they measure",
			"table", c.id.table, "column", c.id.attnum, "bytes", before, "limit", limit)
		if v.makeRoom(new(vectorColumn), 0, limit) {
			return
		}
	}
	v.srv.log.Warn("vector columns and their indexes take more memory than voronoi.memory_limit", "limit", limit)
}

// giveBack is from how much garbage on memory is returned to the system at once.
const giveBack = 16 << 20

// released takes note of bytes that nobody needs any more.
func (m *vectorMemory) released(bytes int64) {
	m.drops.Add(1)
	if m.garbage.Add(bytes) < giveBack {
		return
	}
	m.garbage.Store(0)
	go debug.FreeOSMemory()
}

// tune sets how much garbage the heap may have, for held bytes of vectors: a
// sixteenth of them, 64 MiB at least. It does so, and reports true, when they have
// changed enough to matter.
func (m *vectorMemory) tune(held int64) bool {
	was := m.tuned.Load()
	if d := held - was; max(d, -d) < max(was/16, 4<<20) || !m.tuned.CompareAndSwap(was, held) {
		return false
	}
	m.collect()
	return true
}

// collect tells the collector when to look for garbage.
func (m *vectorMemory) collect() {
	if os.Getenv("GOGC") != "" {
		return
	}
	const least, frugal = 64 << 20, 20
	held := m.tuned.Load()
	percent := int(100 * max(held/16, least) / max(held, least))
	if m.frugal.Load() > 0 {
		percent = min(percent, frugal)
	}
	debug.SetGCPercent(percent)
}

// beFrugal keeps garbage low until the function it returns is called: for builds
// over vectors that are not in memory because there is little of it.
func (m *vectorMemory) beFrugal() func() {
	m.frugal.Add(1)
	m.collect()
	return func() {
		m.frugal.Add(-1)
		m.collect()
		go debug.FreeOSMemory()
	}
}
