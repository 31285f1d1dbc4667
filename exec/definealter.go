package exec

import (
	"slices"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// alterTable is ALTER TABLE and what else shares its commands.
func (d *definer) alterTable(n *planner.AlterTable) error {
	if n.Skip {
		return nil
	}
	id := n.Relation.OID
	for _, c := range n.Commands {
		var err error
		switch c := c.(type) {
		case *planner.AddColumn:
			err = d.addColumn(id, c)
		case *planner.DropColumn:
			err = d.dropColumn(id, c)
		case *planner.AlterColumn:
			err = d.alterColumn(id, c)
		case *planner.AlterColumnType:
			err = d.alterColumnType(id, c)
		case *planner.AddConstraint:
			err = d.addConstraint(id, c)
		case *planner.DropConstraint:
			err = d.dropConstraint(id, c)
		case *planner.ValidateConstraint:
			err = d.validateConstraint(id, c)
		case *planner.RenameConstraint:
			err = d.renameConstraint(id, c)
		case *planner.SetOptions:
			err = d.changeRelation(id, func(r *catalog.Relation) { r.Options = c.Options })
		case *planner.SetNothing:
		default:
			err = pgerr.Unsupported("this form of %s", n.Tag)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// addColumn adds a column and gives it its value in every row.
func (d *definer) addColumn(id oid.OID, n *planner.AddColumn) error {
	column := *n.Column
	err := d.edit(func(e *catalog.Editor) error {
		r := copyRelation(e.Snapshot().Relation(id))
		column.Attnum = int16(len(r.Columns) + 1)
		d.place(r, &column, r.Columns)
		r.Columns = append(r.Columns, &column)
		if column.Companion != "" {
			column.Companion = companionName(e.Snapshot(), r, &column)
		}
		r.Constraints = append(r.Constraints, n.Constraints...)
		e.Put(r)
		return nil
	})
	if err != nil {
		return err
	}
	rel := d.relation(id)
	if column.Companion != "" {
		err = d.createCompanion(&column)
	} else {
		var declared string
		if declared, err = d.storage(&column); err == nil {
			err = d.exec("ALTER TABLE " + quoteName(rel.Physical) + " ADD COLUMN " + declared)
		}
	}
	if err != nil {
		return err
	}
	if n.Sequence != nil {
		seq := *n.Sequence
		seq.Column = column.Attnum
		if err := d.createSequence(&seq, id); err != nil {
			return err
		}
	}
	if n.FillSequence {
		if err := d.fillFromSequence(id, column.Attnum); err != nil {
			return err
		}
	} else if err := d.rewrite(id, column.Attnum, n.Fill); err != nil {
		return err
	}
	for _, index := range n.Indexes {
		if err := d.createIndex(index, id); err != nil {
			return err
		}
	}
	for _, c := range n.Constraints {
		if err := d.checkNewConstraint(id, c); err != nil {
			return err
		}
	}
	return nil
}

// checkNewConstraint checks all rows against a constraint that came with a
// column.
func (d *definer) checkNewConstraint(id oid.OID, c *catalog.Constraint) error {
	alone := copyRelation(d.relation(id))
	alone.Constraints = []*catalog.Constraint{c}
	plan, err := planner.RowConstraints(d.s.planEnv(nil), alone)
	if err != nil {
		return err
	}
	return d.checkRows(id, c, plan.Checks)
}

// rewrite gives one column a new value in every row, computed over the other
// live columns of the row; without fill the value is NULL.
func (d *definer) rewrite(id oid.OID, attnum int16, fill *planner.RowQuery) error {
	rel := d.relation(id)
	column := rel.Attribute(attnum)
	if fill == nil && !column.NotNull {
		return nil
	}
	w, err := d.x.tableWriter(rel)
	if err != nil {
		return err
	}
	defer w.close()
	e, err := d.x.rowEvaluator(fill)
	if err != nil {
		return err
	}
	defer e.close()
	return d.eachRow(w, func(key int64, row []datum.Datum) error {
		updated := slices.Clone(row)
		at := w.position[attnum]
		if e != nil {
			inputs := slices.Delete(slices.Clone(row), at, at+1)
			if e.plan.Inputs == len(row) {
				inputs = row
			}
			out, err := e.eval(inputs)
			if err != nil {
				return err
			}
			updated[at] = out[0].Clone()
		}
		if column.NotNull && updated[at].IsNull() {
			return w.on(pgerr.Newf(pgerr.NotNullViolation, "column %q of relation %q contains null values", column.Name, rel.Name).WithColumn(column.Name))
		}
		return w.update(key, row, updated)
	})
}

// fillFromSequence gives a serial or identity column that was added its values.
func (d *definer) fillFromSequence(id oid.OID, attnum int16) error {
	rel := d.relation(id)
	w, err := d.x.tableWriter(rel)
	if err != nil {
		return err
	}
	defer w.close()
	seq := d.relation(rel.Attribute(attnum).Sequence)
	return d.eachRow(w, func(key int64, row []datum.Datum) error {
		v, err := d.x.nextval(seq)
		if err != nil {
			return err
		}
		updated := slices.Clone(row)
		updated[w.position[attnum]] = datum.Int(v)
		return w.update(key, row, updated)
	})
}

// eachRow calls f for every row that the table has now.
func (d *definer) eachRow(w *tableWriter, f func(key int64, row []datum.Datum) error) error {
	st, err := d.s.tx.conn.Prepare("SELECT " + catalog.KeyColumn + " FROM " + quoteName(w.rel.Physical))
	if err != nil {
		return err
	}
	var keys []int64
	for {
		ok, err := st.Step()
		if err != nil {
			st.Close()
			return canceled(d.ctx, err)
		}
		if !ok {
			break
		}
		keys = append(keys, st.Column(0).Int())
	}
	st.Close()
	for i, key := range keys {
		if i&255 == 0 && d.ctx.Err() != nil {
			return canceled(d.ctx, d.ctx.Err())
		}
		row, err := w.read(key)
		if err != nil {
			return err
		}
		if err := f(key, row); err != nil {
			return err
		}
	}
	return nil
}

// dropColumn drops a column with the indexes and constraints that name it.
func (d *definer) dropColumn(id oid.OID, n *planner.DropColumn) error {
	rel := d.relation(id)
	attnum := n.Column.Attnum
	if err := d.dropReaders(rel, n.Column, n.Cascade); err != nil {
		return err
	}
	for _, other := range d.s.tx.catalog.Referencing(id) {
		for _, c := range other.Constraints {
			if c.Kind != catalog.ConstraintForeign || c.Foreign != id || !slices.Contains(c.ForeignColumns, attnum) {
				continue
			}
			if !n.Cascade && other.OID != id {
				return pgerr.Newf(pgerr.DependentObjectsStillExist, "cannot drop column %s of table %s because other objects depend on it", n.Column.Name, rel.Name).
					WithDetail("constraint %s on table %s depends on column %s of table %s", c.Name, other.Name, n.Column.Name, rel.Name).
					WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
			}
			if err := d.changeRelation(other.OID, func(r *catalog.Relation) {
				r.Constraints = slices.DeleteFunc(r.Constraints, func(x *catalog.Constraint) bool { return x.OID == c.OID })
			}); err != nil {
				return err
			}
		}
	}
	for _, index := range indexesOf(d.s.tx.catalog, rel) {
		if d.s.tx.catalog.IndexUses(index, attnum) {
			if err := d.dropObject(index); err != nil {
				return err
			}
		}
	}
	if seq := d.relation(n.Column.Sequence); seq != nil {
		if err := d.dropObject(seq); err != nil {
			return err
		}
	}
	column := *d.relation(id).Attribute(attnum)
	if isSearched(&column) {
		if err := d.forgetVectors(rel, &column); err != nil {
			return err
		}
		gone := columnID{rel.OID, attnum}
		d.s.tx.onCommit = append(d.s.tx.onCommit, func() { d.s.srv.vectors.forget(gone) })
	}
	if column.Companion != "" {
		if err := d.exec("DROP TABLE " + quoteName(column.Companion)); err != nil {
			return err
		}
	} else if err := d.exec("ALTER TABLE " + quoteName(rel.Physical) + " DROP COLUMN " + quoteName(column.Physical)); err != nil {
		return err
	}
	return d.changeRelation(id, func(r *catalog.Relation) {
		c := r.Attribute(attnum)
		c.Dropped, c.Name = true, "........pg.dropped."+itoa(int(attnum))+"........"
		c.Physical, c.Companion, c.Default, c.NotNull, c.Sequence, c.Identity = "", "", "", false, 0, 0
		c.DefaultOID = 0
		r.Constraints = slices.DeleteFunc(r.Constraints, func(x *catalog.Constraint) bool {
			return slices.Contains(x.Columns, attnum)
		})
	})
}

// alterColumn changes what can be changed without touching the rows.
func (d *definer) alterColumn(id oid.OID, n *planner.AlterColumn) error {
	if n.New.NotNull && !n.Old.NotNull {
		if err := d.checkNoNulls(id, n.Old); err != nil {
			return err
		}
	}
	if n.Sequence != nil {
		seq := *n.Sequence
		seq.Column = n.Old.Attnum
		if err := d.createSequence(&seq, id); err != nil {
			return err
		}
	}
	dropped := d.relation(id).Attribute(n.Old.Attnum).Sequence
	before := d.s.tx.catalog
	err := d.changeRelation(id, func(r *catalog.Relation) {
		c := r.Attribute(n.Old.Attnum)
		sequence := c.Sequence
		*c = *n.New
		c.Sequence = sequence
		if n.DropSequence {
			c.Sequence = 0
		}
		for _, other := range n.Columns {
			*r.Attribute(other.Attnum) = *other
		}
		for _, k := range n.Constraints {
			for _, mine := range r.Constraints {
				if mine.OID == k.OID {
					*mine = *k
				}
			}
		}
	})
	for _, index := range n.Indexes {
		if err == nil {
			err = d.put(index)
		}
	}
	if err == nil && n.New.Name != n.Old.Name {
		err = d.respellViews(before, id)
	}
	if err != nil || !n.DropSequence || dropped == 0 {
		return err
	}
	if seq := d.relation(dropped); seq != nil {
		return d.dropObject(seq)
	}
	return nil
}

// checkNoNulls is what SET NOT NULL and ADD PRIMARY KEY ask of the rows.
func (d *definer) checkNoNulls(id oid.OID, c *catalog.Column) error {
	rel := d.relation(id)
	sql := "SELECT 1 FROM " + quoteName(rel.Physical) + " WHERE " + quoteName(c.Physical) + " IS NULL LIMIT 1"
	if c.Companion != "" {
		sql = "SELECT 1 FROM " + quoteName(rel.Physical) + " AS t WHERE NOT EXISTS (SELECT 1 FROM " + quoteName(c.Companion) +
			" AS c WHERE c." + catalog.KeyColumn + " = t." + catalog.KeyColumn + ") LIMIT 1"
	}
	st, err := d.s.tx.conn.Prepare(sql)
	if err != nil {
		return err
	}
	defer st.Close()
	found, err := st.Step()
	if err != nil || !found {
		return canceled(d.ctx, err)
	}
	schema := d.s.tx.catalog.Schema(rel.Schema)
	return pgerr.Newf(pgerr.NotNullViolation, "column %q of relation %q contains null values", c.Name, rel.Name).
		WithColumn(c.Name).On(schema.Name, rel.Name)
}

// alterColumnType changes a column's type: the values are computed anew and
// written into a column, or companion, of the new storage.
func (d *definer) alterColumnType(id oid.OID, n *planner.AlterColumnType) error {
	rel := d.relation(id)
	attnum := n.Old.Attnum
	if views := d.readers(id, attnum); len(views) > 0 {
		return pgerr.New(pgerr.FeatureNotSupported, "cannot alter type of a column used by a view or rule").
			WithDetail("rule _RETURN on view %s depends on column \"%s\"", views[0].Name, n.Old.Name)
	}
	w, err := d.x.tableWriter(rel)
	if err != nil {
		return err
	}
	defer w.close()
	e, err := d.x.rowEvaluator(n.Using)
	if err != nil {
		return err
	}
	defer e.close()
	type value struct {
		key int64
		d   datum.Datum
	}
	var values []value
	err = d.eachRow(w, func(key int64, row []datum.Datum) error {
		v := row[w.position[attnum]]
		if e != nil {
			out, err := e.eval(row)
			if err != nil {
				return err
			}
			v = out[0].Clone()
		}
		values = append(values, value{key, v})
		return nil
	})
	if err != nil {
		return err
	}
	var rebuilt []*catalog.Relation
	for _, index := range indexesOf(d.s.tx.catalog, rel) {
		if d.s.tx.catalog.IndexUses(index, attnum) {
			rebuilt = append(rebuilt, index)
			if err := d.dropPhysical(index); err != nil {
				return err
			}
			if err := d.changeRelation(index.OID, func(r *catalog.Relation) {
				x := *r.Index
				x.KeyColumn, x.Vectors = "", nil
				r.Index = &x
			}); err != nil {
				return err
			}
		}
	}
	old := *rel.Attribute(attnum)
	if isSearched(&old) {
		if err := d.forgetVectors(rel, &old); err != nil {
			return err
		}
		// The column's entry stays: others may write to it before this is over.
		column := d.s.srv.vectors.column(rel, &old)
		bytes := column.table.Load().bytes()
		d.s.vectorTx(column).giveUp()
		d.s.tx.onCommit = append(d.s.tx.onCommit, func() { d.s.srv.vectors.memory.released(bytes) })
	}
	if old.Companion != "" {
		err = d.exec("DROP TABLE " + quoteName(old.Companion))
	} else {
		err = d.exec("ALTER TABLE " + quoteName(rel.Physical) + " DROP COLUMN " + quoteName(old.Physical))
	}
	if err != nil {
		return err
	}
	column := *n.New
	err = d.edit(func(ed *catalog.Editor) error {
		r := copyRelation(ed.Snapshot().Relation(id))
		column.Sequence = r.Attribute(attnum).Sequence
		column.Companion = ""
		others := slices.DeleteFunc(slices.Clone(r.Columns), func(c *catalog.Column) bool { return c.Attnum == attnum })
		d.place(r, &column, others)
		r.Columns[attnum-1] = &column
		if column.Companion != "" {
			column.Companion = companionName(ed.Snapshot(), r, &column)
		}
		ed.Put(r)
		return nil
	})
	if err != nil {
		return err
	}
	rel = d.relation(id)
	if column.Companion != "" {
		err = d.createCompanion(&column)
	} else {
		var declared string
		if declared, err = d.storage(&column); err == nil {
			err = d.exec("ALTER TABLE " + quoteName(rel.Physical) + " ADD COLUMN " + declared)
		}
	}
	if err != nil {
		return err
	}
	after, err := d.x.tableWriter(rel)
	if err != nil {
		return err
	}
	defer after.close()
	for _, v := range values {
		if v.d.IsNull() {
			continue
		}
		row, err := after.read(v.key)
		if err != nil {
			return err
		}
		updated := slices.Clone(row)
		updated[after.position[attnum]] = v.d
		if err := after.update(v.key, row, updated); err != nil {
			return err
		}
	}
	if err := d.checkAnew(id, &column); err != nil {
		return err
	}
	for _, index := range rebuilt {
		if err := d.rebuildAfterTypeChange(rel, index); err != nil {
			return err
		}
	}
	return nil
}

// checkAnew checks what holds for a column whose values are new: NOT NULL, its
// constraints and the foreign keys that refer to it.
func (d *definer) checkAnew(id oid.OID, column *catalog.Column) error {
	if column.NotNull {
		if err := d.checkNoNulls(id, column); err != nil {
			return err
		}
	}
	for _, c := range d.relation(id).Constraints {
		if slices.Contains(c.Columns, column.Attnum) && !c.NotValid {
			if err := d.checkNewConstraint(id, c); err != nil {
				return err
			}
		}
	}
	for _, other := range d.s.tx.catalog.Referencing(id) {
		for _, c := range other.Constraints {
			if c.Kind == catalog.ConstraintForeign && c.Foreign == id && slices.Contains(c.ForeignColumns, column.Attnum) && !c.NotValid {
				if err := d.checkNewConstraint(other.OID, c); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// rebuildAfterTypeChange makes an index of a column whose type has changed
// again.
func (d *definer) rebuildAfterTypeChange(rel, index *catalog.Relation) error {
	changed := copyRelation(index)
	x := *index.Index
	x.Keys = slices.Clone(x.Keys)
	x.KeyColumn = ""
	changed.Index = &x
	if err := planner.RetypeIndex(d.s.planEnv(nil), rel, changed); err != nil {
		return err
	}
	if err := d.put(changed); err != nil {
		return err
	}
	if isVectorMethod(x.Method) {
		return d.createVectorIndex(rel, changed)
	}
	return d.createPhysicalIndex(rel, changed)
}

// addConstraint adds a constraint and checks the rows against it.
func (d *definer) addConstraint(id oid.OID, n *planner.AddConstraint) error {
	if n.Index != nil {
		for _, c := range n.NotNull {
			if err := d.checkNoNulls(id, c); err != nil {
				return err
			}
		}
		return d.createIndex(n.Index, id)
	}
	constraint := *n.Constraint
	if constraint.Kind == catalog.ConstraintForeign && constraint.Foreign == 0 {
		constraint.Foreign = id
	}
	err := d.changeRelation(id, func(r *catalog.Relation) { r.Constraints = append(r.Constraints, &constraint) })
	if err != nil || constraint.NotValid {
		return err
	}
	return d.checkRows(id, &constraint, n.Check)
}

// checkRows checks all rows against a constraint.
func (d *definer) checkRows(id oid.OID, c *catalog.Constraint, check *planner.RowQuery) error {
	rel := d.relation(id)
	w, err := d.x.tableWriter(rel)
	if err != nil {
		return err
	}
	defer w.close()
	switch c.Kind {
	case catalog.ConstraintCheck:
		e, err := d.x.rowEvaluator(check)
		if err != nil {
			return err
		}
		defer e.close()
		return d.eachRow(w, func(_ int64, row []datum.Datum) error {
			ok, err := e.eval(row)
			if err != nil {
				return err
			}
			if !ok[0].IsNull() && !ok[0].Bool() {
				return w.on(pgerr.Newf(pgerr.CheckViolation, "check constraint %q of relation %q is violated by some row", c.Name, rel.Name).WithConstraint(c.Name))
			}
			return nil
		})
	case catalog.ConstraintForeign:
		i := slices.IndexFunc(w.references, func(k *foreignKey) bool { return k.c.Name == c.Name })
		if i < 0 {
			return pgerr.Internal("foreign key %s has vanished", c.Name)
		}
		return d.eachRow(w, func(_ int64, row []datum.Datum) error { return w.checkReference(w.references[i], row) })
	}
	return nil
}

// dropConstraint drops a constraint with its index.
func (d *definer) dropConstraint(id oid.OID, n *planner.DropConstraint) error {
	c := n.Constraint
	if c.Kind == catalog.ConstraintPrimary || c.Kind == catalog.ConstraintUnique {
		for _, other := range d.s.tx.catalog.Referencing(id) {
			for _, fk := range other.Constraints {
				if fk.Kind != catalog.ConstraintForeign || fk.Index != c.Index {
					continue
				}
				if !n.Cascade {
					return pgerr.Newf(pgerr.DependentObjectsStillExist, "cannot drop constraint %s on table %s because other objects depend on it", c.Name, d.relation(id).Name).
						WithDetail("constraint %s on table %s depends on index %s", fk.Name, other.Name, c.Name).
						WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
				}
				if err := d.changeRelation(other.OID, func(r *catalog.Relation) {
					r.Constraints = slices.DeleteFunc(r.Constraints, func(x *catalog.Constraint) bool { return x.OID == fk.OID })
				}); err != nil {
					return err
				}
			}
		}
		if index := d.relation(c.Index); index != nil {
			return d.dropObject(index)
		}
	}
	return d.changeRelation(id, func(r *catalog.Relation) {
		r.Constraints = slices.DeleteFunc(r.Constraints, func(x *catalog.Constraint) bool { return x.OID == c.OID })
	})
}

func (d *definer) validateConstraint(id oid.OID, n *planner.ValidateConstraint) error {
	if err := d.checkRows(id, n.Constraint, n.Check); err != nil {
		return err
	}
	return d.changeRelation(id, func(r *catalog.Relation) {
		for _, c := range r.Constraints {
			if c.OID == n.Constraint.OID {
				c.NotValid = false
			}
		}
	})
}

func (d *definer) renameConstraint(id oid.OID, n *planner.RenameConstraint) error {
	if index := d.relation(n.Constraint.Index); index != nil && n.Constraint.Kind != catalog.ConstraintForeign {
		if err := d.changeRelation(index.OID, func(r *catalog.Relation) { r.Name = n.Name }); err != nil {
			return err
		}
	}
	return d.changeRelation(id, func(r *catalog.Relation) {
		for _, c := range r.Constraints {
			if c.OID == n.Constraint.OID {
				c.Name = n.Name
			}
		}
	})
}

// alterObject is RENAME TO, SET SCHEMA and OWNER TO. Physical names stay.
func (d *definer) alterObject(n *planner.AlterObject) error {
	if n.Skip {
		return nil
	}
	owner := oid.OID(0)
	if n.Owner != "" {
		role := d.s.tx.catalog.RoleNamed(n.Owner)
		switch {
		case role != nil:
			owner = role.OID
		case n.Owner == d.s.startup.User || n.Owner == "CURRENT_USER" || n.Owner == "SESSION_USER":
			owner = oid.BootstrapRole
		default:
			return pgerr.Newf(pgerr.UndefinedObject, "role %q does not exist", n.Owner)
		}
	}
	name := func(at *string) {
		if n.Name != "" {
			*at = n.Name
		}
	}
	number := func(at *oid.OID, to oid.OID) {
		if to != 0 {
			*at = to
		}
	}
	switch o := n.Object.(type) {
	case *catalog.Relation:
		r := copyRelation(o)
		old, before := r.Name, d.s.tx.catalog
		name(&r.Name)
		number(&r.Schema, n.Schema)
		number(&r.Owner, owner)
		if err := d.put(r); err != nil {
			return err
		}
		if n.Name != "" || n.Schema != 0 {
			if err := d.respellViews(before, r.OID); err != nil {
				return err
			}
		}
		if n.Schema != 0 {
			for _, index := range indexesOf(d.s.tx.catalog, r) {
				if err := d.changeRelation(index.OID, func(x *catalog.Relation) { x.Schema = n.Schema }); err != nil {
					return err
				}
			}
		}
		if r.Kind == catalog.KindIndex && n.Name != "" {
			// A constraint is called as its index is.
			return d.changeRelation(r.Index.Table, func(t *catalog.Relation) {
				for _, c := range t.Constraints {
					if c.Index == r.OID && c.Name == old && c.Kind != catalog.ConstraintForeign {
						c.Name = n.Name
					}
				}
			})
		}
		return nil
	case *catalog.Schema:
		c := *o
		name(&c.Name)
		number(&c.Owner, owner)
		return d.put(&c)
	case *catalog.TypeDef:
		c := *o
		name(&c.Name)
		number(&c.Schema, n.Schema)
		number(&c.Owner, owner)
		return d.put(&c)
	case *catalog.Role:
		c := *o
		name(&c.Name)
		return d.put(&c)
	case *catalog.Database:
		c := *o
		name(&c.Name)
		number(&c.Owner, owner)
		return d.put(&c)
	}
	return pgerr.Unsupported("%s", n.Tag)
}

func (d *definer) alterSequence(n *planner.AlterSequence) error {
	if n.Skip {
		return nil
	}
	id := n.Relation.OID
	err := d.changeRelation(id, func(r *catalog.Relation) {
		owner := *n.Sequence
		r.Sequence = &owner
	})
	if err != nil || n.Restart == nil {
		return err
	}
	return d.startSequence(d.relation(id), *n.Restart)
}

// alterEnum adds or renames a label.
func (d *definer) alterEnum(n *planner.AlterEnum) error {
	t := *n.Type
	t.Labels = slices.Clone(t.Labels)
	at := func(label string) int {
		return slices.IndexFunc(t.Labels, func(l catalog.EnumLabel) bool { return l.Label == label })
	}
	if n.Rename != "" {
		i := at(n.Rename)
		if i < 0 {
			return pgerr.Newf(pgerr.InvalidParameterValue, "%q is not an existing enum label", n.Rename)
		}
		if at(n.Label) >= 0 {
			return pgerr.Newf(pgerr.DuplicateObject, "enum label %q already exists", n.Label)
		}
		t.Labels[i].Label = n.Label
		return d.put(&t)
	}
	if at(n.Label) >= 0 {
		if n.SkipIfExists {
			d.s.notice(pgerr.Notice(pgerr.DuplicateObject, "enum label %q already exists, skipping", n.Label))
			return nil
		}
		return pgerr.Newf(pgerr.DuplicateObject, "enum label %q already exists", n.Label)
	}
	i := len(t.Labels)
	if n.Neighbor != "" {
		if i = at(n.Neighbor); i < 0 {
			return pgerr.Newf(pgerr.InvalidParameterValue, "%q is not an existing enum label", n.Neighbor)
		}
		if n.After {
			i++
		}
	}
	t.Labels = slices.Insert(t.Labels, i, catalog.EnumLabel{Label: n.Label})
	return d.put(&t)
}

// createVectorIndex builds a vector index over the rows that the table has.
func (d *definer) createVectorIndex(table, rel *catalog.Relation) error {
	if rel.Index.Vectors != nil {
		if err := d.createDerived(table, rel); err != nil {
			return err
		}
	}
	_, err := d.s.buildIndex(d.ctx, d.x, table, rel)
	return err
}
