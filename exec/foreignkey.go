package exec

import (
	"context"
	"strings"

	"voronoi/exec/catalog"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// foreignKey is one foreign key of the table that is written, as seen from the
// referencing or from the referenced table.
type foreignKey struct {
	c     *catalog.Constraint
	owner *catalog.Relation // the referencing table
	other *catalog.Relation // the referenced table
	at    []int             // positions of the key's columns in the rows of the written table
	find  *storage.Stmt     // whether the other side has a row with given values

	// What actions write the referencing table by, for all rows of a statement;
	// nil until there is one.
	writer *tableWriter
	rules  *modification
}

func (k *foreignKey) close() {
	closeStmt(k.find)
	k.endActions()
}

func (k *foreignKey) endActions() {
	if k.rules != nil {
		k.rules.closeRules()
	}
	if k.writer != nil {
		k.writer.close()
	}
	k.writer, k.rules = nil, nil
}

// openForeignKeys finds the foreign keys of the table and those that refer to
// it.
func (w *tableWriter) openForeignKeys() error {
	for _, c := range w.rel.Constraints {
		if c.Kind != catalog.ConstraintForeign {
			continue
		}
		k := &foreignKey{c: c, owner: w.rel, other: w.x.catalog.Relation(c.Foreign)}
		k.at = w.positions(c.Columns)
		w.references = append(w.references, k)
	}
	for _, rel := range w.x.catalog.Referencing(w.rel.OID) {
		for _, c := range rel.Constraints {
			if c.Kind == catalog.ConstraintForeign && c.Foreign == w.rel.OID {
				k := &foreignKey{c: c, owner: rel, other: w.rel}
				k.at = w.positions(c.ForeignColumns)
				w.referenced = append(w.referenced, k)
			}
		}
	}
	return nil
}

func (w *tableWriter) positions(attnums []int16) []int {
	at := make([]int, len(attnums))
	for i, a := range attnums {
		at[i] = w.position[a]
	}
	return at
}

// deferredCheck is a foreign key that COMMIT checks.
type deferredCheck struct {
	constraint *catalog.Constraint
	table      *catalog.Relation
	key        int64
}

// checkForeignKeys checks and carries out the foreign keys for the rows that a
// statement has written.
func (w *tableWriter) checkForeignKeys(rows []keyRow) error {
	for _, r := range rows {
		if r.old == nil {
			continue
		}
		for _, k := range w.referenced {
			if err := w.act(k, r); err != nil {
				return err
			}
		}
	}
	for _, k := range w.referenced {
		if k.writer == nil {
			continue
		}
		if err := k.writer.finish(); err != nil {
			return err
		}
		k.endActions()
	}
	for _, r := range rows {
		if r.new == nil {
			continue
		}
		for _, k := range w.references {
			if k.c.Deferred {
				w.x.session.tx.deferred = append(w.x.session.tx.deferred, deferredCheck{k.c, w.rel, r.key})
				continue
			}
			if r.old != nil && unchanged(k.at, r.old, r.new) {
				continue
			}
			if err := w.checkReference(k, r.new); err != nil {
				return err
			}
		}
	}
	return nil
}

func unchanged(at []int, a, b []datum.Datum) bool {
	for _, p := range at {
		if !identical(a[p], b[p]) {
			return false
		}
	}
	return true
}

// checkReference checks that the referenced row of a new row exists.
func (w *tableWriter) checkReference(k *foreignKey, row []datum.Datum) error {
	nulls := 0
	for _, p := range k.at {
		if row[p].IsNull() {
			nulls++
		}
	}
	if nulls > 0 {
		if !k.c.MatchFull || nulls == len(k.at) {
			return nil
		}
		return w.on(pgerr.Newf(pgerr.ForeignKeyViolation, "insert or update on table %q violates foreign key constraint %q", w.rel.Name, k.c.Name).
			WithDetail("MATCH FULL does not allow mixing of null and nonnull key values.").WithConstraint(k.c.Name))
	}
	found, err := w.exists(k, k.other, k.c.ForeignColumns, row)
	if err != nil || found {
		return err
	}
	return w.on(pgerr.Newf(pgerr.ForeignKeyViolation, "insert or update on table %q violates foreign key constraint %q", w.rel.Name, k.c.Name).
		WithDetail("Key (%s)=(%s) is not present in table %q.", w.columnNames(k.at), w.values(k.at, row), k.other.Name).WithConstraint(k.c.Name))
}

// exists looks for a row of rel whose columns have the key's values in row.
func (w *tableWriter) exists(k *foreignKey, rel *catalog.Relation, columns []int16, row []datum.Datum) (bool, error) {
	if k.find == nil {
		st, err := w.x.conn.Prepare("SELECT 1 FROM " + quoteName(rel.Physical) + " WHERE " + w.x.equalColumns(rel, columns) + " LIMIT 1")
		if err != nil {
			return false, err
		}
		k.find = st
	}
	k.find.Reset()
	for i, p := range k.at {
		k.find.Bind(i+1, row[p])
	}
	ok, err := k.find.Step()
	k.find.Reset()
	return ok, err
}

func (x *execution) equalColumns(rel *catalog.Relation, columns []int16) string {
	var where []string
	for _, a := range columns {
		c := rel.Attribute(a)
		where = append(where, equalsParameter(c, x.Type(c.Type)))
	}
	return strings.Join(where, " AND ")
}

// act does what a foreign key wants done when a referenced row goes or changes
// its key.
func (w *tableWriter) act(k *foreignKey, r keyRow) error {
	action := k.c.OnDelete
	if r.new != nil {
		if unchanged(k.at, r.old, r.new) {
			return nil
		}
		action = k.c.OnUpdate
	}
	for _, p := range k.at {
		if r.old[p].IsNull() {
			return nil
		}
	}
	switch action {
	case 'c', 'n', 'd':
		return w.cascade(k, r, action)
	}
	// NO ACTION is content when another row has taken the key's place.
	if action != 'r' {
		again, err := w.stillThere(k, r.old)
		if err != nil || again {
			return err
		}
	}
	found, err := w.exists(k, k.owner, k.c.Columns, r.old)
	if err != nil || !found {
		return err
	}
	if k.c.Deferred && action != 'r' {
		return w.deferReferencing(k, r.old)
	}
	return w.on(pgerr.Newf(pgerr.ForeignKeyViolation, "update or delete on table %q violates foreign key constraint %q on table %q", w.rel.Name, k.c.Name, k.owner.Name).
		WithDetail("Key (%s)=(%s) is still referenced from table %q.", w.columnNames(k.at), w.values(k.at, r.old), k.owner.Name).WithConstraint(k.c.Name))
}

// stillThere looks whether the written table has a row with the key's values.
func (w *tableWriter) stillThere(k *foreignKey, row []datum.Datum) (bool, error) {
	keys, err := w.x.keysWhere(w.rel, k.c.ForeignColumns, pick(row, k.at), 1)
	return len(keys) > 0, err
}

// deferReferencing leaves the rows that refer to a vanished key to COMMIT.
func (w *tableWriter) deferReferencing(k *foreignKey, old []datum.Datum) error {
	keys, err := w.x.keysWhere(k.owner, k.c.Columns, pick(old, k.at), -1)
	for _, key := range keys {
		w.x.session.tx.deferred = append(w.x.session.tx.deferred, deferredCheck{k.c, k.owner, key})
	}
	return err
}

func pick(row []datum.Datum, at []int) []datum.Datum {
	values := make([]datum.Datum, len(at))
	for i, p := range at {
		values[i] = row[p]
	}
	return values
}

// keysWhere lists the keys of rows by the values of some columns, up to a limit.
func (x *execution) keysWhere(rel *catalog.Relation, columns []int16, values []datum.Datum, limit int) ([]int64, error) {
	st, err := x.conn.Prepare("SELECT " + catalog.KeyColumn + " FROM " + quoteName(rel.Physical) + " WHERE " +
		x.equalColumns(rel, columns) + " LIMIT " + itoa(limit))
	if err != nil {
		return nil, err
	}
	defer st.Close()
	st.BindAll(values)
	var keys []int64
	for {
		ok, err := st.Step()
		if err != nil || !ok {
			return keys, err
		}
		keys = append(keys, st.Column(0).Int())
	}
}

// cascade deletes or changes the rows that refer to a vanished or changed key.
func (w *tableWriter) cascade(k *foreignKey, r keyRow, action byte) error {
	keys, err := w.x.keysWhere(k.owner, k.c.Columns, pick(r.old, k.at), -1)
	if err != nil || len(keys) == 0 {
		return err
	}
	deletes := action == 'c' && r.new == nil
	if err := w.openActions(k, deletes); err != nil {
		return err
	}
	other := k.writer
	for _, key := range keys {
		old, err := other.read(key)
		if err != nil {
			return err
		}
		if old == nil {
			continue
		}
		if deletes {
			if err := other.delete(key, old); err != nil {
				return err
			}
			continue
		}
		row := append([]datum.Datum(nil), old...)
		for i, a := range k.c.Columns {
			at := other.position[a]
			switch action {
			case 'c':
				row[at] = r.new[k.at[i]]
			case 'n':
				row[at] = datum.Null
			case 'd':
				if row[at], err = w.x.defaultValue(k.owner, a); err != nil {
					return err
				}
			}
		}
		if err := k.rules.fill(row); err != nil {
			return err
		}
		if err := other.update(key, old, row); err != nil {
			return err
		}
	}
	return nil
}

// openActions makes ready what a key's actions write by.
func (w *tableWriter) openActions(k *foreignKey, deletes bool) (err error) {
	if k.writer == nil {
		if k.writer, err = w.x.tableWriter(k.owner); err != nil {
			return err
		}
	}
	if k.rules == nil && !deletes {
		k.rules, err = w.x.constraints(k.writer)
	}
	return err
}

// constraints is a modification that only fills and checks the rows that an
// action writes. Its writer stays the caller's.
func (x *execution) constraints(w *tableWriter) (*modification, error) {
	plan, err := planner.RowConstraints(x.session.planEnv(nil), w.rel)
	if err != nil {
		return nil, err
	}
	m := &modification{x: x, plan: plan, writer: w}
	if m.checks, err = x.rowEvaluator(plan.Checks); err != nil {
		return nil, err
	}
	if m.generated, err = x.rowEvaluator(plan.Generated); err != nil {
		m.checks.close()
		return nil, err
	}
	return m, nil
}

func (m *modification) closeRules() {
	m.checks.close()
	m.generated.close()
}

// runDeferred checks the deferred foreign keys before COMMIT.
func (s *Session) runDeferred(ctx context.Context) error {
	for len(s.tx.deferred) > 0 {
		checks := s.tx.deferred
		s.tx.deferred = nil
		x, err := s.execute(ctx, nil, nil)
		if err != nil {
			return err
		}
		err = x.checkDeferred(checks)
		x.close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (x *execution) checkDeferred(checks []deferredCheck) error {
	writers := map[oid.OID]*tableWriter{}
	defer func() {
		for _, w := range writers {
			w.close()
		}
	}()
	for _, d := range checks {
		rel := x.catalog.Relation(d.table.OID)
		if rel == nil {
			continue
		}
		w := writers[rel.OID]
		if w == nil {
			var err error
			if w, err = x.tableWriter(rel); err != nil {
				return err
			}
			writers[rel.OID] = w
		}
		if err := w.checkDeferred(d); err != nil {
			return err
		}
	}
	return nil
}

func (w *tableWriter) checkDeferred(d deferredCheck) error {
	row, err := w.read(d.key)
	if err != nil || row == nil {
		return err
	}
	for _, k := range w.references {
		if k.c.OID == d.constraint.OID {
			return w.checkReference(k, row)
		}
	}
	return nil
}
