package exec

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"voronoi/exec/catalog"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// answers remembers, for integer columns of tables with vectors, the values that
// searches have answered with (planner/knn_answer.go), by the row's key: to find
// ten rows in their table takes as long as half a search by an index.
//
// A row's key never changes and is never used again, so what is remembered is
// true until an UPDATE of that column, which is rare where the column says what
// the row is. A commit with one, or with a definition, begins a new memory,
// which is only for snapshots that see it. Statements that run on in the old
// memory have it for themselves.
type answers struct {
	mu      sync.Mutex
	columns map[columnID]*answerColumn
	floor   int64 // no snapshot before this commit may begin a memory
}

// answerColumn is the values of one column as all snapshots from since on see
// them, as far as they have been asked for.
type answerColumn struct {
	since  int64
	grow   sync.Mutex
	chunks atomic.Pointer[[]*answerChunk]
	made   atomic.Int64 // how many chunks there are
}

const (
	answerChunkKeys = 4096
	// maxAnswerKeys bounds a column's memory, 256 MiB.
	maxAnswerKeys = 1 << 25
	// answerGrowth is after how many new chunks of a column the memory limit is
	// looked at, 16 MiB.
	answerGrowth = 512
)

// answerChunk has the values of consecutive keys.
type answerChunk struct {
	known  [answerChunkKeys / 64]atomic.Uint64
	values [answerChunkKeys]atomic.Int64
}

// column is the memory for a snapshot; nil for one that is too old.
func (a *answers) column(id columnID, seq int64) *answerColumn {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.columns[id]
	if c == nil && seq >= a.floor {
		if a.columns == nil {
			a.columns = map[columnID]*answerColumn{}
		}
		c = &answerColumn{since: seq}
		a.columns[id] = c
	}
	if c == nil || seq < c.since {
		return nil
	}
	return c
}

// changed begins new memories for the columns that a commit is about to change.
func (a *answers) changed(columns map[columnID]bool, seq int64) {
	if len(columns) == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.columns == nil {
		a.columns = map[columnID]*answerColumn{}
	}
	for id := range columns {
		a.columns[id] = &answerColumn{since: seq}
	}
}

// redefined begins anew with a commit that changes definitions.
func (a *answers) redefined(seq int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.columns, a.floor = nil, seq
}

// size is the memory of all columns in bytes.
func (a *answers) size() (bytes int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range a.columns {
		bytes += c.made.Load() * int64(unsafe.Sizeof(answerChunk{}))
	}
	return bytes
}

// drop forgets all answers and tells how many bytes they were. From when on each
// column is true it keeps: a snapshot before that must not fill it.
func (a *answers) drop() (bytes int64) {
	bytes = a.size()
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, c := range a.columns {
		a.columns[id] = &answerColumn{since: c.since}
	}
	return bytes
}

func (c *answerColumn) get(key int64) (int64, bool) {
	chunks := c.chunks.Load()
	if chunks == nil || uint64(key)/answerChunkKeys >= uint64(len(*chunks)) {
		return 0, false
	}
	chunk, at := (*chunks)[key/answerChunkKeys], key%answerChunkKeys
	if chunk == nil || chunk.known[at/64].Load()>>(at%64)&1 == 0 {
		return 0, false
	}
	return chunk.values[at].Load(), true
}

// put remembers a value; grown says that the column has become notably larger.
func (c *answerColumn) put(key, value int64) (grown bool) {
	if key < 0 || key >= maxAnswerKeys {
		return false
	}
	chunk, made := c.chunk(int(key / answerChunkKeys))
	at := key % answerChunkKeys
	chunk.values[at].Store(value)
	chunk.known[at/64].Or(1 << (at % 64))
	return made && c.made.Load()%answerGrowth == 0
}

// chunk finds or makes a chunk.
func (c *answerColumn) chunk(i int) (chunk *answerChunk, made bool) {
	if chunks := c.chunks.Load(); chunks != nil && i < len(*chunks) && (*chunks)[i] != nil {
		return (*chunks)[i], false
	}
	c.grow.Lock()
	defer c.grow.Unlock()
	var old []*answerChunk
	if chunks := c.chunks.Load(); chunks != nil {
		old = *chunks
	}
	if i < len(old) && old[i] != nil {
		return old[i], false
	}
	chunks := append(make([]*answerChunk, 0, max(i+1, len(old))), old...)
	chunks = chunks[:cap(chunks)]
	chunks[i] = new(answerChunk)
	c.chunks.Store(&chunks)
	c.made.Add(1)
	return chunks[i], true
}

// answerer gives one scan the values of its answer column.
type answerer struct {
	store  *vectorStore
	conn   *storage.Conn
	table  *catalog.Relation
	column *catalog.Column
	memory *answerColumn // nil for a writer, who may see what nobody else does
	lookup *storage.Stmt
}

// newAnswerer is for a scan with an answer column.
func (s *scan) newAnswerer() *answerer {
	a := &answerer{store: &s.x.session.srv.vectors, conn: s.x.conn, table: s.plan.Table, column: s.plan.Answer}
	if !s.writing() {
		a.memory = s.x.session.srv.answers.column(columnID{a.table.OID, a.column.Attnum}, s.x.seq)
	}
	return a
}

// of is the value of the row with a key. The row exists: the search saw it.
func (a *answerer) of(key int64) (datum.Datum, error) {
	if a.memory != nil {
		if v, ok := a.memory.get(key); ok {
			return datum.Int(v), nil
		}
	}
	if a.lookup == nil {
		st, err := a.conn.Prepare("SELECT " + quoteName(a.column.Physical) + " FROM " + quoteName(a.table.Physical) +
			" WHERE " + catalog.KeyColumn + " = ?")
		if err != nil {
			return datum.Null, err
		}
		a.lookup = st
	}
	a.lookup.Reset()
	a.lookup.Bind(1, datum.Int(key))
	ok, err := a.lookup.Step()
	if err != nil {
		return datum.Null, err
	}
	if !ok {
		return datum.Null, pgerr.Internal("row %d of %s has a vector only", key, a.table.Name)
	}
	d := datum.Int(a.lookup.Column(0).Int())
	a.lookup.Reset()
	if a.memory != nil && a.memory.put(key, d.Int()) {
		a.store.cacheGrown()
	}
	return d, nil
}

func (a *answerer) close() {
	if a != nil && a.lookup != nil {
		a.lookup.Close()
		a.lookup = nil
	}
}

// noteAnswers takes note of an UPDATE of columns that searches may have answers
// of, or may be filtered by.
func (w *tableWriter) noteAnswers(changed []int) {
	if len(w.vectors) == 0 {
		return
	}
	tx := &w.x.session.tx
	for _, at := range changed {
		if at < len(w.live) {
			if tx.answers == nil {
				tx.answers = map[columnID]bool{}
			}
			tx.answers[columnID{w.rel.OID, w.live[at].Attnum}] = true
		}
	}
}
