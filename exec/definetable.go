package exec

import (
	"strings"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// createTable is CREATE TABLE and CREATE TABLE AS.
func (d *definer) createTable(n *planner.CreateTable) (tag string, err error) {
	if n.Skip {
		return n.Tag, nil
	}
	var rows [][]datum.Datum
	if n.Query != nil && !n.NoData {
		// The query is read before the table exists.
		src, err := d.x.query(n.Query, nil)
		if err != nil {
			return "", err
		}
		if rows, err = collect(src); err != nil {
			return "", err
		}
	}
	rel := copyRelation(n.Relation)
	if rel.Persistence == 't' {
		if rel.Schema, err = d.temporarySchema(); err != nil {
			return "", err
		}
	}
	err = d.edit(func(e *catalog.Editor) error {
		rel.OID = e.NextOID()
		rel.Physical = e.Snapshot().PhysicalName(rel.Name)
		for i, c := range rel.Columns {
			d.place(rel, c, rel.Columns[:i])
		}
		for _, c := range rel.Constraints {
			if c.Kind == catalog.ConstraintForeign && c.Foreign == 0 {
				c.Foreign = rel.OID
			}
		}
		e.Put(rel)
		for _, c := range rel.Columns {
			if c.Companion != "" {
				c.Companion = companionName(e.Snapshot(), rel, c)
				e.Put(rel)
			}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	if err := d.createPhysical(rel); err != nil {
		return "", err
	}
	for _, seq := range n.Sequences {
		if err := d.createSequence(seq, rel.OID); err != nil {
			return "", err
		}
	}
	for _, index := range n.Indexes {
		if err := d.createIndex(index, rel.OID); err != nil {
			return "", err
		}
	}
	d.s.tx.onRollback = append(d.s.tx.onRollback, func() { d.s.srv.counters.forget(rel.OID) })
	if n.OnCommit != "" {
		return "", pgerr.Unsupported("ON COMMIT %s", n.OnCommit)
	}
	if n.Query == nil {
		return n.Tag, nil
	}
	w, err := d.x.tableWriter(d.relation(rel.OID))
	if err != nil {
		return "", err
	}
	defer w.close()
	for _, row := range rows {
		if _, err := w.insert(row[:len(w.live)]); err != nil {
			return "", err
		}
	}
	return n.Tag + " " + itoa(len(rows)), nil
}

// isVector reports whether values of a type live in a companion table.
func isVector(t oid.OID) bool { return t == oid.Vector || t == oid.HalfVec || t == oid.SparseVec }

// place gives a column its physical name, and one with vectors a companion whose
// name is still to be chosen.
func (d *definer) place(rel *catalog.Relation, c *catalog.Column, before []*catalog.Column) {
	c.Physical = catalog.PhysicalColumn(c.Name, before)
	if isVector(c.Type) {
		c.Companion = "pending"
	}
}

// companionName chooses the companion table's name.
func companionName(snap *catalog.Snapshot, rel *catalog.Relation, c *catalog.Column) string {
	return snap.PhysicalName(rel.Physical + "$" + c.Name)
}

// createPhysical makes a table's SQLite tables.
func (d *definer) createPhysical(rel *catalog.Relation) error {
	columns := []string{catalog.KeyColumn + " INTEGER PRIMARY KEY"}
	for _, c := range rel.Live() {
		if c.Companion != "" {
			if err := d.createCompanion(c); err != nil {
				return err
			}
			continue
		}
		declared, err := d.storage(c)
		if err != nil {
			return err
		}
		columns = append(columns, declared)
	}
	return d.exec("CREATE TABLE " + quoteName(rel.Physical) + " (" + strings.Join(columns, ", ") + ") STRICT")
}

func (d *definer) createCompanion(c *catalog.Column) error {
	return d.exec("CREATE TABLE " + quoteName(c.Companion) + " (" + catalog.KeyColumn + " INTEGER PRIMARY KEY, " +
		quoteName(c.Physical) + " BLOB NOT NULL) STRICT")
}

// storage declares a column as SQLite stores it (rule S3).
func (d *definer) storage(c *catalog.Column) (string, error) {
	t := d.x.Type(c.Type)
	if t == nil {
		return "", pgerr.Unsupported("column %q of this type", c.Name)
	}
	kind := "ANY"
	switch t.Storage {
	case datum.KindInt:
		kind = "INTEGER"
	case datum.KindText:
		kind = "TEXT"
	case datum.KindBlob:
		kind = "BLOB"
	}
	return quoteName(c.Physical) + " " + kind, nil
}

// createSequence makes a sequence, owned by a column of the table if it says so.
func (d *definer) createSequence(n *planner.NewSequence, table oid.OID) error {
	rel := copyRelation(n.Relation)
	seq := *n.Relation.Sequence
	rel.Sequence = &seq
	if n.Column > 0 {
		seq.OwnerTable, seq.OwnerColumn = table, n.Column
	}
	if err := d.put(rel); err != nil {
		return err
	}
	d.s.tx.onRollback = append(d.s.tx.onRollback, func() { d.s.srv.counters.forget(rel.OID) })
	if err := d.startSequence(rel, seq.Start); err != nil {
		return err
	}
	if n.Column == 0 {
		return nil
	}
	return d.changeRelation(table, func(r *catalog.Relation) {
		if c := r.Attribute(n.Column); c != nil {
			c.Sequence = rel.OID
		}
	})
}

// startSequence makes a sequence begin at a value. Nothing is logged ahead, so
// that others who want a value wait for the writer, and with it for the end of
// this transaction; if that is a rollback, the sequence goes on where it was.
func (d *definer) startSequence(rel *catalog.Relation, value int64) error {
	c := d.s.srv.counters.counter(rel.OID)
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.counterState
	d.s.tx.onRollback = append(d.s.tx.onRollback, func() {
		c.mu.Lock()
		c.counterState = old
		c.known = false
		c.mu.Unlock()
	})
	if err := writeCounter(d.s.tx.conn, rel.OID, value, false); err != nil {
		return err
	}
	d.s.tx.counterLog = append(d.s.tx.counterLog, rel.OID)
	c.counterState = counterState{last: value, logged: value, known: true, cached: true}
	return nil
}

func (d *definer) createSequenceStatement(n *planner.CreateSequence) error {
	if n.Skip {
		return nil
	}
	var table oid.OID
	if n.Owner != nil {
		table = n.Owner.OID
	}
	return d.createSequence(n.Sequence, table)
}

// createIndexStatement is CREATE INDEX.
func (d *definer) createIndexStatement(n *planner.CreateIndex) error {
	if n.Skip {
		return nil
	}
	return d.createIndex(n.Index, n.Index.Table.OID)
}

// createIndex makes an index over the rows that the table has.
func (d *definer) createIndex(n *planner.NewIndex, tableID oid.OID) error {
	table := d.relation(tableID)
	rel := copyRelation(n.Relation)
	index := *n.Relation.Index
	rel.Index = &index
	index.Table = tableID
	index.Valid = true
	rel.Schema = table.Schema
	err := d.edit(func(e *catalog.Editor) error {
		rel.OID = e.NextOID()
		rel.Physical = e.Snapshot().PhysicalName(rel.Name)
		if index.Vectors != nil {
			vectors := *index.Vectors
			vectors.Companion = rel.Physical // SQLite has no index of the name
			index.Vectors = &vectors
		}
		e.Put(rel)
		t := copyRelation(e.Snapshot().Relation(tableID))
		t.Indexes = append(t.Indexes, rel.OID)
		if n.Constraint != nil {
			c := *n.Constraint
			c.Index = rel.OID
			t.Constraints = append(t.Constraints, &c)
			if c.Kind == catalog.ConstraintPrimary {
				for _, a := range c.Columns {
					t.Attribute(a).NotNull = true
				}
			}
		}
		e.Put(t)
		return nil
	})
	if err != nil {
		return err
	}
	table = d.relation(tableID)
	if isVectorMethod(index.Method) {
		return d.createVectorIndex(table, rel)
	}
	return d.createPhysicalIndex(table, rel)
}

// createPhysicalIndex makes the SQLite index. One that SQLite cannot have over the
// columns gets a column of keys when it is unique; otherwise it would only serve
// speed and is left out.
func (d *definer) createPhysicalIndex(table, rel *catalog.Relation) error {
	index := rel.Index
	if !d.x.isPlain(table, index) {
		if index.Unique {
			return d.createKeyedIndex(table, rel)
		}
		return nil
	}
	keys := make([]string, len(index.Keys)-index.Included)
	for i, k := range index.Keys[:len(keys)] {
		keys[i] = d.x.collated(table.Attribute(k.Attnum))
	}
	unique := ""
	if index.Unique {
		unique = "UNIQUE "
		if err := d.checkUnique(table, rel, keys); err != nil {
			return err
		}
	}
	for i := range keys {
		if index.Keys[i].Desc {
			keys[i] += " DESC"
		}
	}
	return d.exec("CREATE " + unique + "INDEX " + quoteName(rel.Physical) + " ON " + quoteName(table.Physical) + " (" + strings.Join(keys, ", ") + ")")
}

// isPlain reports whether SQLite's own index over the columns of an index means
// the same.
func (x *execution) isPlain(table *catalog.Relation, index *catalog.Index) bool {
	if index.Predicate != "" || index.Unique && index.NullsNotDistinct {
		return false
	}
	for _, k := range index.Keys[:len(index.Keys)-index.Included] {
		c := table.Attribute(k.Attnum)
		if c == nil || c.Companion != "" {
			return false
		}
		if t := x.Type(c.Type); t == nil || t.Ordering == datum.OrderKey || t.Ordering == datum.OrderNone {
			return false
		}
	}
	return true
}

// collated names a column with the collation that compares its values.
func (x *execution) collated(c *catalog.Column) string {
	if t := x.Type(c.Type); t.Ordering == datum.OrderCollation {
		return quoteName(c.Physical) + " COLLATE " + t.Collation
	}
	return quoteName(c.Physical)
}

// checkUnique finds out which rows are in the way of a new unique index over
// columns.
func (d *definer) checkUnique(table, rel *catalog.Relation, keys []string) error {
	w, err := d.x.tableWriter(table)
	if err != nil {
		return err
	}
	defer w.close()
	var where []string
	var at []int
	for _, k := range rel.Index.Keys[:len(keys)] {
		where = append(where, quoteName(table.Attribute(k.Attnum).Physical)+" IS NOT NULL")
		at = append(at, w.position[k.Attnum])
	}
	row, err := d.firstDuplicate(w, strings.Join(keys, ", "), strings.Join(where, " AND "))
	if err != nil || row == nil {
		return err
	}
	return w.notUnique(rel, w.columnNames(at), w.values(at, row))
}

// firstDuplicate gives a row of which there is another with the same keys, nil
// when there is none.
func (d *definer) firstDuplicate(w *tableWriter, keys, where string) ([]datum.Datum, error) {
	st, err := d.s.tx.conn.Prepare("SELECT min(" + catalog.KeyColumn + ") FROM " + quoteName(w.rel.Physical) +
		" WHERE " + where + " GROUP BY " + keys + " HAVING count(*) > 1 LIMIT 1")
	if err != nil {
		return nil, err
	}
	ok, err := st.Step()
	key := int64(0)
	if ok {
		key = st.Column(0).Int()
	}
	st.Close()
	if err != nil || !ok {
		return nil, canceled(d.ctx, err)
	}
	return w.read(key)
}

// notUnique refuses a unique index over rows that are not.
func (w *tableWriter) notUnique(rel *catalog.Relation, names, values string) error {
	return w.on(pgerr.Newf(pgerr.UniqueViolation, "could not create unique index %q", rel.Name).
		WithDetail("Key (%s)=(%s) is duplicated.", names, values).WithConstraint(rel.Name))
}

// createView is CREATE [OR REPLACE] VIEW.
func (d *definer) createView(n *planner.CreateView) error {
	rel := copyRelation(n.Relation)
	if n.Replaces != nil {
		rel.OID, rel.RowType, rel.ArrayType = n.Replaces.OID, n.Replaces.RowType, n.Replaces.ArrayType
		rel.Comment = n.Replaces.Comment
	}
	return d.put(rel)
}

func (d *definer) createSchema(n *planner.CreateSchema) error {
	if n.Skip {
		return nil
	}
	schema := *n.Schema
	if err := d.put(&schema); err != nil {
		return err
	}
	if len(n.Elements) == 0 {
		return nil
	}
	old := d.s.searchPath
	d.s.searchPath = append([]string{schema.Name}, old...)
	defer func() { d.s.searchPath = old }()
	for _, text := range n.Elements {
		if err := d.s.runNested(d.ctx, text, nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// temporarySchema is the session's schema of temporary tables, made when the
// first is.
func (d *definer) temporarySchema() (oid.OID, error) {
	if d.s.temporary != 0 {
		return d.s.temporary, nil
	}
	schema := &catalog.Schema{Name: "pg_temp_" + itoa(int(d.s.pid)), Owner: oid.BootstrapRole}
	if old := d.s.tx.catalog.SchemaNamed(schema.Name); old != nil {
		schema = old // left by a server that did not end in good order
	} else if err := d.put(schema); err != nil {
		return 0, err
	}
	d.s.temporary = schema.OID
	d.s.tx.onRollback = append(d.s.tx.onRollback, func() { d.s.temporary = 0 })
	return schema.OID, nil
}
