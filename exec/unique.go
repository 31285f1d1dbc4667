package exec

import (
	"slices"
	"strings"

	"voronoi/exec/catalog"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// uniqueIndex is a unique index of the table that is written.
type uniqueIndex struct {
	rel    *catalog.Relation
	at     []int         // positions of its columns in a row
	key    *uniqueKey    // instead of at, where the table has a column for the keys
	find   *storage.Stmt // the key of the row with given values; made when first needed
	search string
}

// openIndexes finds the unique indexes and the foreign keys of the table.
func (w *tableWriter) openIndexes() error {
	for _, id := range w.rel.Indexes {
		rel := w.x.catalog.Relation(id)
		if rel == nil || rel.Index == nil || !rel.Index.Unique {
			continue
		}
		plain := w.x.isPlain(w.rel, rel.Index)
		if !plain && rel.Index.KeyColumn == "" {
			continue // it is being made
		}
		u := &uniqueIndex{rel: rel}
		w.unique = append(w.unique, u)
		var where []string
		if plain {
			for _, k := range rel.Index.Keys[:len(rel.Index.Keys)-rel.Index.Included] {
				c := w.rel.Attribute(k.Attnum)
				u.at = append(u.at, w.position[c.Attnum])
				where = append(where, equalsParameter(c, w.x.Type(c.Type)))
			}
		} else {
			var err error
			if u.key, err = w.x.uniqueKey(w.rel, rel, w.position); err != nil {
				return err
			}
			w.keyed = append(w.keyed, u)
			where = []string{rel.Index.KeyColumn + " = ?"}
		}
		u.search = "SELECT " + catalog.KeyColumn + " FROM " + quoteName(w.rel.Physical) + " WHERE " + strings.Join(where, " AND ") + " LIMIT 1"
	}
	return w.openForeignKeys()
}

// equalsParameter compares a column with a parameter as its type does.
func equalsParameter(c *catalog.Column, t *datum.Type) string {
	if t != nil && t.Ordering == datum.OrderCollation {
		return quoteName(c.Physical) + " = ? COLLATE " + t.Collation
	}
	return quoteName(c.Physical) + " = ?"
}

// lookup gives the key of the row that has the values of row in the index's
// columns, 0 when there is none.
func (w *tableWriter) lookup(u *uniqueIndex, row []datum.Datum) (int64, error) {
	values := pick(row, u.at)
	if u.key != nil {
		k, err := u.key.of(row)
		if err != nil {
			return 0, err
		}
		values = []datum.Datum{k}
	}
	for _, d := range values {
		if d.IsNull() {
			return 0, nil
		}
	}
	if u.find == nil {
		st, err := w.x.conn.Prepare(u.search)
		if err != nil {
			return 0, err
		}
		u.find = st
	}
	u.find.Reset()
	u.find.BindAll(values)
	ok, err := u.find.Step()
	if err != nil || !ok {
		return 0, err
	}
	key := u.find.Column(0).Int()
	u.find.Reset()
	return key, nil
}

// violation says which unique constraint a write has violated. self is the key
// of the row being updated.
func (w *tableWriter) violation(err error, row []datum.Datum, self int64) error {
	if !storage.IsUnique(err) {
		return err
	}
	for _, u := range w.unique {
		key, findErr := w.lookup(u, row)
		if findErr != nil {
			return findErr
		}
		if key != 0 && key != self {
			return w.duplicate(u, row)
		}
	}
	return err
}

func (w *tableWriter) duplicate(u *uniqueIndex, row []datum.Datum) error {
	names, values := w.columnNames(u.at), w.values(u.at, row)
	if u.key != nil {
		names, values = u.key.describe(w.x, u.rel, row)
	}
	return w.on(pgerr.Newf(pgerr.UniqueViolation, "duplicate key value violates unique constraint %q", u.rel.Name).
		WithDetail("Key (%s)=(%s) already exists.", names, values).WithConstraint(u.rel.Name))
}

// columnNames lists columns by position: "a, b".
func (w *tableWriter) columnNames(at []int) string {
	names := make([]string, len(at))
	for i, p := range at {
		names[i] = w.x.catalog.Facts().QuoteIdent(w.live[p].Name)
	}
	return strings.Join(names, ", ")
}

// values lists a row's values by position as error details show them.
func (w *tableWriter) values(at []int, row []datum.Datum) string {
	texts := make([]string, len(at))
	for i, p := range at {
		if row[p].IsNull() {
			texts[i] = "null"
		} else {
			texts[i] = w.x.text(w.live[p], row[p])
		}
	}
	return strings.Join(texts, ", ")
}

// What resolveConflict did with a proposed row.
type conflictOutcome uint8

const (
	conflictNone conflictOutcome = iota
	conflictSkipped
	conflictUpdated
)

// resolveConflict applies ON CONFLICT to a proposed row.
func (m *modification) resolveConflict(row []datum.Datum) (conflictOutcome, error) {
	w, plan := m.writer, m.plan.Conflict
	if m.touched == nil {
		m.touched = map[int64]bool{}
	}
	var existing int64
	for _, u := range w.unique {
		if plan.Arbiters != nil && !slices.Contains(plan.Arbiters, u.rel.OID) {
			continue
		}
		key, err := w.lookup(u, row)
		if err != nil {
			return conflictNone, err
		}
		if key != 0 {
			existing = key
			break
		}
	}
	if existing == 0 {
		return conflictNone, nil
	}
	if !plan.Update {
		return conflictSkipped, nil
	}
	if m.touched[existing] {
		return conflictNone, pgerr.New(pgerr.CardinalityViolation, "ON CONFLICT DO UPDATE command cannot affect row a second time").
			WithHint("Ensure that no rows proposed for insertion within the same command have duplicate constrained values.")
	}
	old, err := w.read(existing)
	if err != nil {
		return conflictNone, err
	}
	values, err := m.conflict.eval(append(append(make([]datum.Datum, 0, 2*len(row)), old...), row...))
	if err != nil {
		return conflictNone, err
	}
	if plan.HasWhere {
		if ok := values[len(plan.Columns)]; ok.IsNull() || !ok.Bool() {
			return conflictSkipped, nil
		}
	}
	updated := append([]datum.Datum(nil), old...)
	for i, c := range plan.Columns {
		updated[w.position[c.Attnum]] = values[i].Clone()
	}
	if err := m.fill(updated); err != nil {
		return conflictNone, err
	}
	if err := w.update(existing, old, updated); err != nil {
		return conflictNone, err
	}
	m.touched[existing] = true
	return conflictUpdated, m.answer(updated, nil)
}

// indexesOf lists a table's indexes.
func indexesOf(snap *catalog.Snapshot, rel *catalog.Relation) []*catalog.Relation {
	var list []*catalog.Relation
	for _, id := range rel.Indexes {
		if x := snap.Relation(id); x != nil && x.Index != nil {
			list = append(list, x)
		}
	}
	return list
}
