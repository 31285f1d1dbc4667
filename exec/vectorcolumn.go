package exec

import (
	"voronoi/exec/catalog"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/planner"
)

// What is searched is a column of a table, or what an index over an expression
// or of some rows keeps in a companion table of its own (catalog.Index.Vectors):
// a column that no query sees, under the number 0 of the index.

// vectorsOf is the column that the vectors of an index are in, and the relation
// that it is a column of.
func vectorsOf(table, rel *catalog.Relation) (owner *catalog.Relation, col *catalog.Column) {
	if rel.Index.Vectors != nil {
		return rel, rel.Index.Vectors
	}
	return table, table.Attribute(rel.Index.Keys[0].Attnum)
}

// columnAt is a column that can be searched in a catalog; nil where it is not
// any more.
func columnAt(snap *catalog.Snapshot, id columnID) (owner *catalog.Relation, col *catalog.Column) {
	owner = snap.Relation(id.table)
	switch {
	case owner == nil:
		return nil, nil
	case id.attnum == 0 && owner.Index != nil:
		col = owner.Index.Vectors
	case id.attnum > 0:
		col = owner.Attribute(id.attnum)
	}
	if col == nil || col.Dropped {
		return nil, nil
	}
	return owner, col
}

// indexesAt are the vector indexes over a column.
func indexesAt(snap *catalog.Snapshot, id columnID) []*catalog.Relation {
	owner, _ := columnAt(snap, id)
	switch {
	case owner == nil:
		return nil
	case owner.Index != nil:
		return []*catalog.Relation{owner}
	}
	var list []*catalog.Relation
	for _, x := range indexesOf(snap, owner) {
		if isVectorMethod(x.Index.Method) && x.Index.Vectors == nil && x.Index.Keys[0].Attnum == id.attnum {
			list = append(list, x)
		}
	}
	return list
}

// derivedWriter keeps up the companion of an index over an expression or of some
// rows.
type derivedWriter struct {
	companionWriter
	eval *rowEvaluator // whether the index has a row, and its key
}

// derivedWriters are those of a table's indexes.
func (x *execution) derivedWriters(table *catalog.Relation) (list []*derivedWriter, err error) {
	for _, rel := range indexesOf(x.catalog, table) {
		if rel.Index.Vectors == nil {
			continue
		}
		w, err := x.derivedWriter(table, rel)
		if err != nil {
			return list, err
		}
		list = append(list, w)
	}
	return list, nil
}

func (x *execution) derivedWriter(table, rel *catalog.Relation) (*derivedWriter, error) {
	q, err := planner.IndexKeyQuery(x.session.planEnv(nil), table, rel)
	if err != nil {
		return nil, err
	}
	w := &derivedWriter{companionWriter: companionWriter{column: rel.Index.Vectors, memory: x.session.srv.vectors.column(rel, rel.Index.Vectors)}}
	w.eval, err = x.rowEvaluator(q)
	return w, err
}

// of is what the index has of a row, NULL for nothing. It aliases nothing.
func (w *derivedWriter) of(row []datum.Datum) (datum.Datum, error) {
	out, err := w.eval.eval(row)
	if err != nil || out[0].IsNull() || !out[0].Bool() {
		return datum.Null, err
	}
	return out[1].Clone(), nil
}

// changed follows a change of a row; old is nil for a new one.
func (w *derivedWriter) changed(t *tableWriter, key int64, old, row []datum.Datum) error {
	was := datum.Null
	now, err := w.of(row)
	if err != nil {
		return err
	}
	if old != nil {
		if was, err = w.of(old); err != nil {
			return err
		}
		if identical(was, now) {
			return nil
		}
	}
	if !was.IsNull() {
		if err := t.removeVector(&w.companionWriter, key); err != nil {
			return err
		}
	}
	if now.IsNull() {
		return nil
	}
	return t.putVector(&w.companionWriter, key, now)
}

// createDerived makes the companion of an index and fills it with what the table
// has.
func (d *definer) createDerived(table, rel *catalog.Relation) error {
	if err := d.createCompanion(rel.Index.Vectors); err != nil {
		return err
	}
	w, err := d.x.tableWriter(table)
	if err != nil {
		return err
	}
	defer w.close()
	derived, err := d.x.derivedWriter(table, rel)
	if err != nil {
		return err
	}
	defer derived.close()
	if err := derived.prepare(d.x.conn); err != nil {
		return err
	}
	return d.eachRow(w, func(key int64, row []datum.Datum) error { return derived.changed(w, key, nil, row) })
}

// dropDerived removes the companion of an index, which may be made again under its
// number: then the column's entry stays.
func (d *definer) dropDerived(rel *catalog.Relation) error {
	srv := d.s.srv
	d.s.vectorTx(srv.vectors.column(rel, rel.Index.Vectors)).giveUp()
	d.s.tx.onCommit = append(d.s.tx.onCommit, func() {
		if srv.catalogs.current().Relation(rel.OID) == nil {
			srv.vectors.forget(columnID{rel.OID, rel.Index.Vectors.Attnum})
		}
	})
	return d.exec("DROP TABLE " + quoteName(rel.Index.Vectors.Companion))
}

func (w *derivedWriter) close() {
	w.eval.close()
	w.companionWriter.close()
}

// prepare prepares the statements over the companion table.
func (v *companionWriter) prepare(conn *storage.Conn) (err error) {
	companion, value := quoteName(v.column.Companion), quoteName(v.column.Physical)
	if v.put, err = conn.Prepare("INSERT INTO " + companion + " (" + catalog.KeyColumn + ", " + value + ") VALUES (?, ?) ON CONFLICT (" +
		catalog.KeyColumn + ") DO UPDATE SET " + value + " = excluded." + value); err != nil {
		return err
	}
	if v.remove, err = conn.Prepare("DELETE FROM " + companion + " WHERE " + catalog.KeyColumn + " = ?"); err != nil {
		return err
	}
	v.readValue, err = conn.Prepare("SELECT " + value + " FROM " + companion + " WHERE " + catalog.KeyColumn + " = ?")
	return err
}

func (v *companionWriter) close() {
	closeStmt(v.put)
	closeStmt(v.remove)
	closeStmt(v.readValue)
}

// scanned is the relation that a scan's column is one of.
func scanned(table *catalog.Relation, col *catalog.Column, index *catalog.Relation) *catalog.Relation {
	if index != nil && index.Index.Vectors == col {
		return index
	}
	return table
}
