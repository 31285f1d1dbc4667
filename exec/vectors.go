package exec

import (
	"sync"
	"sync/atomic"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/internal/oid"
)

// vectorStore holds the vector columns that are in memory. A column is loaded
// when it is first searched and follows every commit from then on
// (vectorload.go, vectortx.go), unless there is no room for it (memory.go): then
// searches read the rows (rowsearch.go).
type vectorStore struct {
	srv     *Server
	mu      sync.Mutex
	columns map[columnID]*vectorColumn

	// commits is held for reading from before a commit hands over its changes
	// until it is done, and for writing while a load begins.
	commits sync.RWMutex
	horizon horizon

	clock  atomic.Int64 // of searches, to know which column was searched last
	memory vectorMemory

	reclaiming atomic.Bool // somebody tries to reclaim what snapshots still need
}

type columnID struct {
	table  oid.OID
	attnum int16
}

// vectorColumn is one vector column in memory, or on its way there.
type vectorColumn struct {
	id    columnID
	store *vectorStore

	load  chan struct{} // full while somebody loads
	mu    sync.Mutex    // guards the following
	state columnState
	delta []columnDelta
	// deltaBytes is the size of delta, which is bounded (hand).
	deltaBytes int64
	table      atomic.Pointer[loadedColumn]

	reserved atomic.Int64 // bytes promised to the load that is under way
	refusal  atomic.Pointer[refusal]
	waking   atomic.Bool // somebody loads it although nobody searches it
}

// loadedColumn is what is in memory of a column, valid for snapshots from base
// on. That is one of
//
//	all its vectors                vectors has them
//	its keys, for indexes that     vectors is a table of keys; what has to be
//	keep codes                     measured is read from the rows
//	nothing, there being no room   streamed: the statement's own, and every
//	or the snapshot being too old  search reads all rows
type loadedColumn struct {
	vectors  *index.Table // nil if streamed, and for a column without any vector yet
	streamed bool
	base     int64
	rows     columnRows

	mu      sync.RWMutex
	indexes map[oid.OID]index.Index // nil for a statement's own column
	// restoring are the indexes that the background is building; the channel is
	// closed at the end, whether it succeeded or not.
	restoring map[oid.OID]chan struct{}
	// retries are those that could not be built lately.
	retries map[oid.OID]retry
	// since is from which snapshot on an index over a table of keys knows all
	// vectors: those that had died when it was built could not be read.
	since map[oid.OID]int64

	filters  filterCache  // of the searches that have a WHERE
	limit    int64        // of memory, in bytes, that it was loaded within
	slotMaps slotMaps     // for those that name the rows
	searched atomic.Int64 // the store's clock at the last search
	upkeep   upkeep
	// moving is held for reading by who builds an index over the slots as they
	// are numbered, and for writing by who drops dead slots, if nobody builds.
	moving sync.RWMutex
}

type columnState uint8

const (
	columnUnloaded columnState = iota
	columnLoading
	columnLoaded
)

func (v *vectorStore) init(srv *Server) {
	v.srv = srv
	v.columns = map[columnID]*vectorColumn{}
	v.horizon.live = map[any]int64{}
	v.memory.automatic = automaticLimit()
}

// column is the entry of a table's vector column.
func (v *vectorStore) column(rel *catalog.Relation, c *catalog.Column) *vectorColumn {
	id := columnID{rel.OID, c.Attnum}
	v.mu.Lock()
	defer v.mu.Unlock()
	col := v.columns[id]
	if col == nil {
		col = &vectorColumn{id: id, store: v, load: make(chan struct{}, 1)}
		v.columns[id] = col
	}
	return col
}

// list is all columns that have an entry.
func (v *vectorStore) list() []*vectorColumn {
	v.mu.Lock()
	defer v.mu.Unlock()
	columns := make([]*vectorColumn, 0, len(v.columns))
	for _, c := range v.columns {
		columns = append(columns, c)
	}
	return columns
}

// forget drops a column that no catalog has any more.
func (v *vectorStore) forget(id columnID) {
	v.mu.Lock()
	c := v.columns[id]
	delete(v.columns, id)
	v.mu.Unlock()
	if c != nil {
		bytes := c.table.Load().bytes()
		c.invalidate()
		v.memory.released(bytes)
	}
}

// invalidate makes a column load anew at its next search. A transaction's
// changes to what was in memory are in its log (vectorTx).
func (c *vectorColumn) invalidate() {
	c.mu.Lock()
	c.state, c.delta, c.deltaBytes = columnUnloaded, nil, 0
	c.table.Store(nil)
	c.mu.Unlock()
}

// stateNow is the column's state.
func (c *vectorColumn) stateNow() columnState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

// inMemory reports whether exact searches find the vectors in memory.
func (l *loadedColumn) inMemory() bool { return l.vectors != nil && l.vectors.HasVectors() }

// empty reports whether there is no vector to search.
func (l *loadedColumn) empty() bool { return l.vectors == nil && !l.streamed }
