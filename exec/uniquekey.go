package exec

import (
	"strings"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// SQLite has unique indexes over columns whose values it compares as they are
// stored, in which NULLs differ. A unique index over expressions or types that
// are ordered by key, a partial one and one with NULLS NOT DISTINCT is instead a
// SQLite index over one more column of the table, which no query sees: each row's
// key in the index as one string of bytes, or NULL where the row has none.

// uniqueKey computes a row's key in such an index.
type uniqueKey struct {
	index *catalog.Index
	eval  *rowEvaluator // nil where all keys are columns
	at    []int         // without eval, the positions of the columns in a row
	types []*datum.Type
	parts []datum.Datum
	buf   []byte
}

// Marks before what follows them in a key.
const (
	keyPartValue = 1
	keyPartNull  = 2
)

// uniqueKey prepares to compute the keys of an index over rows of table, whose
// columns are at the given positions.
func (x *execution) uniqueKey(table, rel *catalog.Relation, position map[int16]int) (*uniqueKey, error) {
	k := &uniqueKey{index: rel.Index}
	evaluated := rel.Index.Predicate != ""
	for _, key := range rel.Index.Keys[:len(rel.Index.Keys)-rel.Index.Included] {
		t := x.Type(key.Type)
		if c := table.Attribute(key.Attnum); c != nil {
			t = x.Type(c.Type) // the index may name another: varchar is indexed as text
			k.at = append(k.at, position[c.Attnum])
		} else {
			evaluated = true
		}
		if t == nil || t.AppendKey == nil {
			return nil, pgerr.Unsupported("a unique index over this type")
		}
		k.types = append(k.types, t)
	}
	k.parts = make([]datum.Datum, len(k.types))
	if !evaluated {
		return k, nil
	}
	q, err := planner.IndexKeyQuery(x.session.planEnv(nil), table, rel)
	if err == nil {
		k.eval, err = x.rowEvaluator(q)
	}
	return k, err
}

func (k *uniqueKey) close() {
	if k != nil {
		k.eval.close()
	}
}

// values computes the single keys of a row; false where the index has not the
// row. They are valid until the next call.
func (k *uniqueKey) values(row []datum.Datum) ([]datum.Datum, bool, error) {
	if k.eval == nil {
		for i, at := range k.at {
			k.parts[i] = row[at]
		}
		return k.parts, true, nil
	}
	out, err := k.eval.eval(row)
	if err != nil || out[0].IsNull() || !out[0].Bool() {
		return nil, false, err
	}
	return out[1:], true, nil
}

// of is a row's key as the table stores it, NULL where nothing can equal it. It
// is valid until the next call.
func (k *uniqueKey) of(row []datum.Datum) (datum.Datum, error) {
	parts, ok, err := k.values(row)
	if err != nil || !ok {
		return datum.Null, err
	}
	k.buf = k.buf[:0]
	for i, d := range parts {
		switch {
		case !d.IsNull():
			k.buf = k.types[i].AppendKey(append(k.buf, keyPartValue), d)
		case k.index.NullsNotDistinct:
			k.buf = append(k.buf, keyPartNull)
		default:
			return datum.Null, nil
		}
	}
	return datum.Blob(k.buf), nil
}

// moves reports whether a change of a row may change its key.
func (k *uniqueKey) moves(old, row []datum.Datum) bool {
	if k.eval == nil {
		return !unchanged(k.at, old, row)
	}
	for i := range row {
		if !identical(old[i], row[i]) {
			return true
		}
	}
	return false
}

// describe lists the names and the values of a row's keys as error details show
// them.
func (k *uniqueKey) describe(x *execution, rel *catalog.Relation, row []datum.Datum) (names, values string) {
	parts, _, err := k.values(row)
	if err != nil {
		parts = nil
	}
	texts := make([]string, len(parts))
	for i, d := range parts {
		if d.IsNull() {
			texts[i] = "null"
		} else {
			texts[i] = string(k.types[i].AppendText(nil, x.env, d))
		}
	}
	return x.catalog.IndexColumns(x.path, rel), strings.Join(texts, ", ")
}

// createKeyedIndex makes a unique index over a column of its own, and gives the
// rows that the table has their keys.
func (d *definer) createKeyedIndex(table, rel *catalog.Relation) error {
	column := catalog.KeyColumnPrefix + itoa(int(rel.OID))
	physical := quoteName(table.Physical)
	if err := d.exec("ALTER TABLE " + physical + " ADD COLUMN " + column + " BLOB"); err != nil {
		return err
	}
	w, err := d.x.tableWriter(table) // does not know the index yet, which has no KeyColumn
	if err != nil {
		return err
	}
	defer w.close()
	key, err := d.x.uniqueKey(table, rel, w.position)
	if err != nil {
		return err
	}
	defer key.close()
	set, err := d.s.tx.conn.Prepare("UPDATE " + physical + " SET " + column + " = ? WHERE " + catalog.KeyColumn + " = ?")
	if err != nil {
		return err
	}
	defer set.Close()
	err = d.eachRow(w, func(id int64, row []datum.Datum) error {
		k, err := key.of(row)
		if err != nil || k.IsNull() {
			return err
		}
		set.Reset()
		set.Bind(1, k)
		set.Bind(2, datum.Int(id))
		_, err = set.Step()
		return err
	})
	if err != nil {
		return err
	}
	set.Reset()
	row, err := d.firstDuplicate(w, column, column+" IS NOT NULL")
	if err != nil {
		return err
	}
	if row != nil {
		names, values := key.describe(d.x, rel, row)
		return w.notUnique(rel, names, values)
	}
	if err := d.exec("CREATE UNIQUE INDEX " + quoteName(rel.Physical) + " ON " + physical + " (" + column + ")"); err != nil {
		return err
	}
	return d.setKeyColumn(rel.OID, column)
}

// setKeyColumn takes note of the column that holds an index's keys.
func (d *definer) setKeyColumn(index oid.OID, column string) error {
	return d.changeRelation(index, func(r *catalog.Relation) {
		x := *r.Index
		x.KeyColumn = column
		r.Index = &x
	})
}
