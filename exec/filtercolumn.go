package exec

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"

	"voronoi/exec/catalog"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// filterColumn is the values of a column by which searches are filtered, in
// order: a condition on it is a span of places in that order, whose rows are
// counted by a subtraction and listed without being looked at.
//
// A row's key never changes and is not used again, and later rows have higher
// keys. So this is true of every snapshot from since on, for the keys up to
// last, until a commit changes the column of a row: rows that were deleted are
// none of the vectors that a search sees. What is behind last is looked up.
type filterColumn struct {
	since int64
	last  int64

	typ    *datum.Type
	ints   []int64       // the different values, ascending; those of other types than
	values []datum.Datum // integers are here
	starts []uint32      // of each value's keys in keys, and their end
	keys   []uint32      // by value, then ascending
	codes  []uint32      // by key: the number of its value, or noValue
	used   int64         // for who is forgotten first
}

// noValue is the code of NULL, and of keys without a row.
const noValue = math.MaxUint32

// mostFilterKeys bounds a column's memory, eight bytes a key and the values.
const mostFilterKeys = 1 << 26

// span is some consecutive values, from up to but not including to.
type span struct{ from, to uint32 }

// place is where a value is among the different values, or would be.
func (c *filterColumn) place(d datum.Datum) (at uint32, found bool) {
	var i int
	if c.values == nil {
		i, found = slices.BinarySearch(c.ints, d.Int())
	} else {
		i, found = slices.BinarySearchFunc(c.values, d, c.typ.Compare)
	}
	return uint32(i), found
}

// distinct is how many different values there are.
func (c *filterColumn) distinct() uint32 { return uint32(len(c.starts) - 1) }

// code is the number of a key's value.
func (c *filterColumn) code(key int64) uint32 {
	if uint64(key) < uint64(len(c.codes)) {
		return c.codes[key]
	}
	return noValue
}

// under is the keys of a span.
func (c *filterColumn) under(s span) []uint32 { return c.keys[c.starts[s.from]:c.starts[s.to]] }

// bytes is about what a column takes.
func (c *filterColumn) bytes() int64 {
	n := 4*int64(len(c.starts)+len(c.keys)+len(c.codes)) + 8*int64(len(c.ints))
	for _, d := range c.values {
		n += 48
		if k := d.Kind(); k == datum.KindText || k == datum.KindBlob {
			n += int64(len(d.Bytes()))
		}
	}
	return n
}

// readFilterColumn reads a column as a connection's snapshot has it; nil where
// it has too many keys.
func readFilterColumn(ctx context.Context, conn *storage.Conn, table *catalog.Relation, column *catalog.Column, since int64) (*filterColumn, error) {
	st, err := conn.Prepare("SELECT " + catalog.KeyColumn + ", " + quoteName(column.Physical) + " FROM " + quoteName(table.Physical))
	if err != nil {
		return nil, err
	}
	defer st.Close()
	c := &filterColumn{since: since, typ: datum.ByOID(column.Type)}
	var rows filterRows
	whole := integers[column.Type]
	for n := 0; ; n++ {
		if n&4095 == 0 && ctx.Err() != nil {
			return nil, canceled(ctx, ctx.Err())
		}
		ok, err := st.Step()
		if err != nil {
			return nil, canceled(ctx, err)
		}
		if !ok {
			break
		}
		key := st.Column(0).Int()
		if key < 0 || key >= mostFilterKeys {
			return nil, nil
		}
		c.last = max(c.last, key)
		d := st.Column(1)
		switch {
		case d.IsNull():
		case whole:
			rows.ints = append(rows.ints, keyedInt{d.Int(), uint32(key)})
		default:
			rows.values = append(rows.values, keyedValue{rows.keep(d), uint32(key)})
		}
	}
	c.codes = make([]uint32, c.last+1)
	for i := range c.codes {
		c.codes[i] = noValue
	}
	if whole {
		c.orderInts(rows.ints)
	} else {
		c.orderValues(rows.values)
	}
	return c, nil
}

// integers are the types whose values are integers in their order.
var integers = map[oid.OID]bool{oid.Bool: true, oid.Int2: true, oid.Int4: true, oid.Int8: true, oid.Date: true,
	oid.Timestamp: true, oid.TimestampTZ: true, oid.Time: true}

// filterRows are the rows of a column while it is read.
type filterRows struct {
	ints   []keyedInt
	values []keyedValue
	known  map[string]datum.Datum
}

type keyedInt struct {
	value int64
	key   uint32
}

type keyedValue struct {
	value datum.Datum
	key   uint32
}

// keep is a value of its own; texts that come often are kept once.
func (r *filterRows) keep(d datum.Datum) datum.Datum {
	if d.Kind() != datum.KindText || len(d.Bytes()) > 64 {
		return d.Clone()
	}
	if have, ok := r.known[string(d.Bytes())]; ok {
		return have
	}
	if r.known == nil {
		r.known = map[string]datum.Datum{}
	}
	d = d.Clone()
	if len(r.known) < 1<<16 {
		r.known[string(d.Bytes())] = d
	}
	return d
}

func (c *filterColumn) orderInts(rows []keyedInt) {
	slices.SortFunc(rows, func(a, b keyedInt) int {
		if n := cmp.Compare(a.value, b.value); n != 0 {
			return n
		}
		return cmp.Compare(a.key, b.key)
	})
	c.keys = make([]uint32, len(rows))
	for i, r := range rows {
		if i == 0 || r.value != rows[i-1].value {
			c.ints, c.starts = append(c.ints, r.value), append(c.starts, uint32(i))
		}
		c.keys[i], c.codes[r.key] = r.key, uint32(len(c.ints)-1)
	}
	c.starts = append(c.starts, uint32(len(rows)))
}

func (c *filterColumn) orderValues(rows []keyedValue) {
	slices.SortFunc(rows, func(a, b keyedValue) int {
		if n := c.typ.Compare(a.value, b.value); n != 0 {
			return n
		}
		return cmp.Compare(a.key, b.key)
	})
	c.keys, c.values = make([]uint32, len(rows)), []datum.Datum{}
	for i, r := range rows {
		if i == 0 || c.typ.Compare(r.value, rows[i-1].value) != 0 {
			c.values, c.starts = append(c.values, r.value), append(c.starts, uint32(i))
		}
		c.keys[i], c.codes[r.key] = r.key, uint32(len(c.values)-1)
	}
	c.starts = append(c.starts, uint32(len(rows)))
}

// filterColumns holds the columns of all tables that searches are filtered by.
type filterColumns struct {
	mu      sync.Mutex
	columns map[columnID]*filterColumnState
	floor   int64 // of all: definitions changed with that commit
	clock   int64
	bytes   int64
}

// filterColumnState is a column, or what is known about when to make it.
type filterColumnState struct {
	column *filterColumn
	floor  int64 // no snapshot before it may make the column
	// dear is set where the column was made before and changed since, so that it
	// has to earn its making again; earned is what it would have spared.
	dear   bool
	earned int
}

// mostFilterBytes bounds the columns of all tables.
const mostFilterBytes = 512 << 20

func (f *filterColumns) state(id columnID) *filterColumnState {
	s := f.columns[id]
	if s == nil {
		if f.columns == nil {
			f.columns = map[columnID]*filterColumnState{}
		}
		s = &filterColumnState{floor: f.floor}
		f.columns[id] = s
	}
	return s
}

// find is a column for a snapshot, nil where there is none.
func (f *filterColumns) find(id columnID, seq int64) *filterColumn {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.state(id).column
	if c == nil || seq < c.since {
		return nil
	}
	f.clock++
	c.used = f.clock
	return c
}

// due reports whether a snapshot should make a column, when a search has spent
// so much that it would have spared; cost is what making it takes.
func (f *filterColumns) due(id columnID, seq int64, spent, cost int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.state(id)
	s.earned += spent
	return seq >= s.floor && (!s.dear || s.earned >= cost)
}

// put takes a column that was made, unless it has changed since.
func (f *filterColumns) put(id columnID, c *filterColumn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.state(id)
	if c.since < s.floor || c.since < f.floor {
		return
	}
	f.drop(s)
	f.clock++
	s.column, s.earned, c.used = c, 0, f.clock
	for f.bytes += c.bytes(); f.bytes > mostFilterBytes; {
		oldest := s
		for _, other := range f.columns {
			if other.column != nil && other.column.used < oldest.column.used {
				oldest = other
			}
		}
		f.drop(oldest)
		if oldest == s {
			return
		}
	}
}

func (f *filterColumns) drop(s *filterColumnState) {
	if s.column != nil {
		f.bytes -= s.column.bytes()
		s.column = nil
	}
}

// size is the memory of all columns in bytes.
func (f *filterColumns) size() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.bytes
}

// dropAll forgets all columns and tells how many bytes they were. They have to earn
// being made again.
func (f *filterColumns) dropAll() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	bytes := f.bytes
	for _, s := range f.columns {
		s.dear = s.dear || s.column != nil
		f.drop(s)
	}
	return bytes
}

// changed forgets the columns that a commit is about to change.
func (f *filterColumns) changed(columns map[columnID]bool, seq int64) {
	if len(columns) == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for id := range columns {
		s := f.state(id)
		s.dear = s.dear || s.column != nil
		f.drop(s)
		s.floor, s.earned = seq, 0
	}
}

// redefined forgets all with a commit that changes definitions.
func (f *filterColumns) redefined(seq int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.columns, f.floor, f.bytes = nil, seq, 0
}
