package catalog

import (
	"slices"
	"strconv"
	"sync"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// source says where the rows of a system relation come from besides the facts
// of the same name, which come first.
type source struct {
	// objects makes the rows of what DDL has made. They are made once for a
	// snapshot, when first asked for.
	objects func(b *rowBuilder, s *Snapshot)
	// named makes the rows of relations that name the database in them: once
	// for the relations of the facts, and once for a snapshot.
	named func(b *rowBuilder, v *informed)
	// session makes rows that depend on who asks. They are made each time.
	session func(b *rowBuilder, c *SystemContext)
	// runtime is set for relations that show the running server: the rows are
	// those of [Runtime], and the others only where it has none.
	runtime bool
	// indexed are the columns by which tools look rows up.
	indexed []string
}

// sources are the relations that have rows. All others of the facts exist and
// are empty, but for what Runtime says of them.
var sources = sync.OnceValue(allSources)

// allSources merges the tables of sources.
func allSources() map[string]source {
	sources := map[string]source{}
	for _, group := range []map[string]source{
		relationSources, typeSources, functionSources, accessSources, constraintSources, dependSources, roleSources,
		viewSources, statSources, zoneSources, schemaTableSources, schemaConstraintSources, schemaOtherSources,
	} {
		for name, s := range group {
			sources[name] = s
		}
	}
	return sources
}

// empty reports whether the source makes no rows.
func (s source) empty() bool { return s.objects == nil && s.named == nil && s.session == nil }

// rowSet is a list of rows with indexes, each made when first used.
type rowSet struct {
	rows    [][]datum.Datum
	mu      sync.Mutex
	indexes map[int16]map[rowKey][][]datum.Datum
}

// rowKey is a value that rows are found by.
type rowKey struct {
	number int64
	text   string
}

func keyOf(d datum.Datum) (rowKey, bool) {
	switch d.Kind() {
	case datum.KindInt:
		return rowKey{number: d.Int()}, true
	case datum.KindText:
		return rowKey{text: d.Str()}, true
	default:
		return rowKey{}, false
	}
}

// matching are the rows with a value in a column.
func (s *rowSet) matching(attnum int16, value datum.Datum) [][]datum.Datum {
	key, ok := keyOf(value)
	if !ok {
		return nil // nothing equals NULL, and no other kind is indexed
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	index := s.indexes[attnum]
	if index == nil {
		index = make(map[rowKey][][]datum.Datum, len(s.rows))
		for _, row := range s.rows {
			if key, ok := keyOf(row[attnum-1]); ok {
				index[key] = append(index[key], row)
			}
		}
		if s.indexes == nil {
			s.indexes = map[int16]map[rowKey][][]datum.Datum{}
		}
		s.indexes[attnum] = index
	}
	return index[key]
}

// snapshotCache is what is computed from a snapshot when first asked for.
type snapshotCache struct {
	mu      sync.Mutex
	rows    map[cacheKey]*rowSet
	once    sync.Once
	derived *derivedIndex
}

// cacheKey is a relation and the database that its rows name, "" for none.
type cacheKey struct {
	relation oid.OID
	database string
}

// maxCached bounds the cache: clients choose the names of databases.
const maxCached = 1000

func newSnapshotCache() *snapshotCache { return &snapshotCache{rows: map[cacheKey]*rowSet{}} }

// get gives the rows of a relation, made when first asked for. Two callers may
// both make them; one set is kept.
func (c *snapshotCache) get(r *Relation, database string, make func(b *rowBuilder)) *rowSet {
	key := cacheKey{r.OID, database}
	c.mu.Lock()
	set := c.rows[key]
	c.mu.Unlock()
	if set != nil {
		return set
	}
	b := newRowBuilder(r)
	make(b)
	set = &rowSet{rows: b.rows}
	c.mu.Lock()
	defer c.mu.Unlock()
	if other := c.rows[key]; other != nil {
		return other
	}
	if len(c.rows) >= maxCached {
		clear(c.rows)
	}
	c.rows[key] = set
	return set
}

// systemRelation makes the rows of a relation of the facts.
func systemRelation(f *Facts, r *Relation) *SystemRelation {
	name := r.Name
	if r.Schema == oid.InformationSchema {
		name = "information_schema." + name
	}
	src := sources()[name]
	facts := sync.OnceValue(func() *rowSet { return &rowSet{rows: f.datums(r, name)} })
	system := &SystemRelation{}
	for _, column := range src.indexed {
		system.Indexed = append(system.Indexed, r.Column(column).Attnum)
	}
	system.Rows = func(c *SystemContext, filter *Filter) ([][]datum.Datum, error) {
		if c.Runtime != nil && (src.runtime || src.empty()) {
			if rows, err := c.Runtime.SystemRows(name); err != nil || rows != nil {
				return rows, err
			}
		}
		sets := make([]*rowSet, 0, 4)
		sets = append(sets, facts())
		if src.objects != nil {
			sets = append(sets, c.Catalog.cache.get(r, "", func(b *rowBuilder) { src.objects(b, c.Catalog) }))
		}
		if src.named != nil {
			sets = append(sets, f.cache.get(r, c.Database, func(b *rowBuilder) {
				src.named(b, &informed{Snapshot: New(f), database: c.Database, relations: f.relationList(), facts: true})
			}), c.Catalog.cache.get(r, c.Database, func(b *rowBuilder) {
				src.named(b, &informed{Snapshot: c.Catalog, database: c.Database, relations: c.Catalog.Relations()})
			}))
		}
		if src.session != nil {
			b := newRowBuilder(r)
			src.session(b, c)
			sets = append(sets, &rowSet{rows: b.rows})
		}
		var all [][]datum.Datum
		for _, set := range sets {
			rows := set.rows
			if filter != nil && slices.Contains(system.Indexed, filter.Attnum) {
				rows = set.matching(filter.Attnum, filter.Value)
			}
			switch {
			case len(rows) == 0:
			case all == nil:
				all = slices.Clip(rows) // so that appending copies
			default:
				all = append(all, rows...)
			}
		}
		return all, nil
	}
	return system
}

// datums are the facts of a catalog as rows of the relation r.
func (f *Facts) datums(r *Relation, catalog string) [][]datum.Datum {
	table := f.tables.table(catalog)
	if len(table.rows) == 0 {
		return nil
	}
	at := make([]int, len(r.Columns))
	for i, column := range r.Columns {
		at[i] = table.column(column.Name)
	}
	env := datum.DefaultEnv()
	rows := make([][]datum.Datum, len(table.rows))
	cells := make([]datum.Datum, len(table.rows)*len(r.Columns))
	for n, fields := range table.rows {
		row := cells[:len(r.Columns):len(r.Columns)]
		cells = cells[len(r.Columns):]
		for i, column := range r.Columns {
			row[i] = f.datumOf(env, column.Type, fields[at[i]])
		}
		rows[n] = row
	}
	return rows
}

// datumOf reads one field of the facts.
func (f *Facts) datumOf(env *datum.Env, typ oid.OID, field string) datum.Datum {
	if field == null {
		return datum.Null
	}
	switch typ {
	case oid.Bool:
		return datum.Bool(field == "t")
	case oid.Name, oid.Text, oid.PGNodeTree:
		return datum.Text(field)
	case oid.Char: // COPY writes the byte 0 as nothing
		return datum.Text(field)
	case oid.OIDType, oid.Int2, oid.Int4, oid.Int8, oid.Regproc, oid.Regtype, oid.Regclass, oid.XID:
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			panic("catalog: a fact is no number: " + field)
		}
		return datum.Int(n)
	}
	values := datum.ByOID(typ)
	if values == nil {
		if t := f.types[typ]; t != nil && t.Kind == 'd' {
			return f.datumOf(env, t.Base, field)
		}
		return datum.Text(field)
	}
	d, err := values.Input(env, field)
	if err != nil {
		panic("catalog: a fact of type " + values.Name + " is malformed: " + err.Error())
	}
	return d
}

// rowBuilder makes rows of one relation, columns by name. What a row does not
// set has the value of proto, NULL by default.
type rowBuilder struct {
	columns []*Column
	at      map[string]int
	proto   []datum.Datum
	row     []datum.Datum
	rows    [][]datum.Datum
}

func newRowBuilder(r *Relation) *rowBuilder {
	b := &rowBuilder{columns: r.Columns, at: make(map[string]int, len(r.Columns)), proto: make([]datum.Datum, len(r.Columns))}
	for i, column := range r.Columns {
		b.at[column.Name] = i
	}
	return b
}

// defaults sets what the rows to come have in common.
func (b *rowBuilder) defaults(set func()) {
	b.row = b.proto
	set()
	b.row = nil
}

// next begins a row.
func (b *rowBuilder) next() {
	b.row = slices.Clone(b.proto)
	b.rows = append(b.rows, b.row)
}

func (b *rowBuilder) set(column string, d datum.Datum) {
	i, ok := b.at[column]
	if !ok {
		panic("catalog: a system relation has no column " + column)
	}
	b.row[i] = d
}

func (b *rowBuilder) oid(column string, id oid.OID) { b.set(column, datum.Int(int64(id))) }

func (b *rowBuilder) oids(id oid.OID, columns ...string) {
	for _, column := range columns {
		b.oid(column, id)
	}
}

func (b *rowBuilder) int(column string, n int64) { b.set(column, datum.Int(n)) }

func (b *rowBuilder) ints(n int64, columns ...string) {
	for _, column := range columns {
		b.int(column, n)
	}
}

func (b *rowBuilder) bool(column string, v bool) { b.set(column, datum.Bool(v)) }

func (b *rowBuilder) bools(v bool, columns ...string) {
	for _, column := range columns {
		b.bool(column, v)
	}
}

func (b *rowBuilder) text(column, s string) { b.set(column, datum.Text(s)) }

func (b *rowBuilder) texts(s string, columns ...string) {
	for _, column := range columns {
		b.text(column, s)
	}
}

// textOrNull is text, with NULL for "".
func (b *rowBuilder) textOrNull(column, s string) {
	if s != "" {
		b.text(column, s)
	}
}

// char sets a "char" column; 0 is the empty one.
func (b *rowBuilder) char(column string, c byte) {
	if c == 0 {
		b.text(column, "")
		return
	}
	b.text(column, string(rune(c)))
}

// yesNo sets a column of information_schema's yes_or_no.
func (b *rowBuilder) yesNo(column string, v bool) {
	if v {
		b.text(column, "YES")
	} else {
		b.text(column, "NO")
	}
}

func (b *rowBuilder) textArray(column string, list []string) {
	if list == nil {
		return
	}
	elems := make([]datum.Datum, len(list))
	for i, s := range list {
		elems[i] = datum.Text(s)
	}
	b.set(column, datum.NewArray(datum.ByOID(oid.Text), elems))
}

func (b *rowBuilder) oidArray(column string, list []oid.OID) {
	if list == nil {
		return
	}
	elems := make([]datum.Datum, len(list))
	for i, id := range list {
		elems[i] = datum.Int(int64(id))
	}
	b.set(column, datum.NewArray(datum.ByOID(oid.OIDType), elems))
}

func (b *rowBuilder) int2Array(column string, list []int16) {
	if list == nil {
		return
	}
	elems := make([]datum.Datum, len(list))
	for i, n := range list {
		elems[i] = datum.Int(int64(n))
	}
	b.set(column, datum.NewArray(datum.ByOID(oid.Int2), elems))
}
