package exec

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// drop removes objects and, with cascade, all that depends on them; without it,
// what depends on them is an error.
func (d *definer) drop(objects []catalog.Object, cascade bool) error {
	snap := d.s.tx.catalog
	doomed := map[oid.OID]catalog.Object{}
	var order []catalog.Object
	type partial struct {
		on catalog.Dependency
	}
	var parts []partial
	var visit func(o catalog.Object)
	visit = func(o catalog.Object) {
		if doomed[o.ID()] != nil {
			return
		}
		doomed[o.ID()] = o
		for _, dep := range snap.DependentsOf(catalog.Address{Class: classOf(o), Object: o.ID()}) {
			if view := viewOfRule(snap, dep.Object.Object); view != nil && view.OID == o.ID() {
				continue
			}
			if dep.Kind == 'a' || dep.Kind == 'i' || cascade {
				if other := snap.Object(dep.Object.Object); other != nil && dep.Object.Sub == 0 {
					visit(other)
				} else if view := viewOfRule(snap, dep.Object.Object); view != nil {
					visit(view)
				} else {
					parts = append(parts, partial{dep})
				}
			}
		}
		order = append(order, o)
	}
	for _, o := range objects {
		visit(o)
	}
	if !cascade {
		if err := d.refuseDependents(snap, objects, doomed); err != nil {
			return err
		}
	} else {
		var constraints []catalog.Address
		for _, p := range parts {
			if c, rel := snap.Constraint(p.on.Object.Object); c != nil && doomed[rel.OID] == nil {
				constraints = append(constraints, p.on.Object)
			}
		}
		d.noticeCascade(snap, objects, order, constraints)
	}
	for _, p := range parts {
		if err := d.dropPart(p.on, doomed); err != nil {
			return err
		}
	}
	for _, o := range order {
		if err := d.dropObject(o); err != nil {
			return err
		}
	}
	return nil
}

// classOf is the catalog that an object's number belongs to.
func classOf(o catalog.Object) oid.OID {
	switch o.(type) {
	case *catalog.Relation:
		return oid.PGClass
	case *catalog.Schema:
		return oid.PGNamespace
	case *catalog.TypeDef:
		return oid.PGType
	case *catalog.Extension:
		return oid.PGExtension
	case *catalog.Database:
		return oid.PGDatabase
	}
	return 0
}

// refuseDependents is the error of DROP … RESTRICT.
func (d *definer) refuseDependents(snap *catalog.Snapshot, objects []catalog.Object, doomed map[oid.OID]catalog.Object) error {
	type detail struct {
		object oid.OID
		text   string
	}
	var found []detail
	for _, o := range doomed {
		for _, dep := range snap.DependentsOf(catalog.Address{Class: classOf(o), Object: o.ID()}) {
			if dep.Kind != 'n' || doomed[dep.Object.Object] != nil || d.partOf(snap, dep.Object, doomed) {
				continue
			}
			object, on := dep.Object, dep.On
			on.Sub = 0
			if view := viewOfRule(snap, object.Object); view != nil {
				object = catalog.Address{Class: oid.PGClass, Object: view.OID}
			}
			found = append(found, detail{object.Object, snap.Describe(d.x.path, object) + " depends on " + snap.Describe(d.x.path, on)})
		}
	}
	if len(found) == 0 {
		return nil
	}
	slices.SortFunc(found, func(a, b detail) int {
		return cmp.Or(cmp.Compare(a.object, b.object), cmp.Compare(a.text, b.text))
	})
	var details []string
	for _, f := range slices.Compact(found) {
		details = append(details, f.text)
	}
	what := snap.Describe(d.x.path, catalog.Address{Class: classOf(objects[0]), Object: objects[0].ID()})
	message := "cannot drop " + what + " because other objects depend on it"
	if len(objects) > 1 {
		message = "cannot drop desired object(s) because other objects depend on them"
	}
	return pgerr.New(pgerr.DependentObjectsStillExist, message).
		WithDetail("%s", strings.Join(details, "\n")).
		WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
}

// partOf reports whether an address is a part, a constraint or a default say, of
// something that goes anyway.
func (d *definer) partOf(snap *catalog.Snapshot, a catalog.Address, doomed map[oid.OID]catalog.Object) bool {
	if c, rel := snap.Constraint(a.Object); c != nil && rel != nil {
		return doomed[rel.OID] != nil
	}
	for _, o := range doomed {
		rel, ok := o.(*catalog.Relation)
		if !ok {
			continue
		}
		for _, c := range rel.Columns {
			if c.DefaultOID == a.Object {
				return true
			}
		}
		if rel.RowType == a.Object || rel.ArrayType == a.Object || rel.View != nil && rel.View.Rule == a.Object {
			return true
		}
	}
	return false
}

// viewOfRule is the view whose rule has a number: what depends on a table is the
// rule, what is dropped is the view.
func viewOfRule(snap *catalog.Snapshot, id oid.OID) *catalog.Relation {
	for _, rel := range snap.Relations() {
		if rel.View != nil && rel.View.Rule == id {
			return rel
		}
	}
	return nil
}

// noticeCascade tells what CASCADE takes along.
func (d *definer) noticeCascade(snap *catalog.Snapshot, objects, order []catalog.Object, constraints []catalog.Address) {
	var also []string
	for _, c := range constraints {
		also = append(also, "drop cascades to "+snap.Describe(d.x.path, c))
	}
	for _, o := range order {
		rel, ok := o.(*catalog.Relation)
		if slices.Contains(objects, o) || ok && (rel.Kind == catalog.KindIndex || rel.Kind == catalog.KindSequence && rel.Sequence.OwnerTable != 0) {
			continue
		}
		also = append(also, "drop cascades to "+snap.Describe(d.x.path, catalog.Address{Class: classOf(o), Object: o.ID()}))
	}
	switch len(also) {
	case 0:
	case 1:
		d.s.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "%s", also[0]))
	default:
		d.s.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "drop cascades to %d other objects", len(also)).
			WithDetail("%s", strings.Join(also, "\n")))
	}
}

// dropPart drops a constraint, a default or a column that depends on what goes,
// of a table that stays.
func (d *definer) dropPart(dep catalog.Dependency, doomed map[oid.OID]catalog.Object) error {
	snap := d.s.tx.catalog
	if c, rel := snap.Constraint(dep.Object.Object); c != nil {
		if doomed[rel.OID] != nil {
			return nil
		}
		return d.changeRelation(rel.OID, func(r *catalog.Relation) {
			r.Constraints = slices.DeleteFunc(r.Constraints, func(x *catalog.Constraint) bool { return x.OID == c.OID })
		})
	}
	for _, rel := range snap.Relations() {
		for _, c := range rel.Columns {
			if c.DefaultOID != 0 && c.DefaultOID == dep.Object.Object && doomed[rel.OID] == nil {
				attnum := c.Attnum
				return d.changeRelation(rel.OID, func(r *catalog.Relation) {
					col := r.Attribute(attnum)
					col.Default, col.DefaultOID = "", 0
				})
			}
		}
	}
	return nil
}

// dropObject removes one object, in the catalog and in SQLite.
func (d *definer) dropObject(o catalog.Object) error {
	rel, ok := o.(*catalog.Relation)
	if ok {
		if now := d.relation(rel.OID); now != nil {
			rel = now
		}
		if err := d.dropPhysical(rel); err != nil {
			return err
		}
	}
	return d.edit(func(e *catalog.Editor) error {
		e.Drop(o.ID())
		if ok && rel.Kind == catalog.KindTable {
			for _, index := range rel.Indexes {
				e.Drop(index) // of a constraint: it is the constraint that depends on the table
			}
		}
		if ok && rel.Kind == catalog.KindIndex {
			if table := e.Snapshot().Relation(rel.Index.Table); table != nil {
				t := copyRelation(table)
				t.Indexes = slices.DeleteFunc(t.Indexes, func(id oid.OID) bool { return id == rel.OID })
				t.Constraints = slices.DeleteFunc(t.Constraints, func(c *catalog.Constraint) bool {
					return c.Index == rel.OID && c.Kind != catalog.ConstraintForeign
				})
				e.Put(t)
			}
		}
		return nil
	})
}

// dropPhysical removes a relation's tables, and what of it is in memory once the
// transaction has committed.
func (d *definer) dropPhysical(rel *catalog.Relation) error {
	srv := d.s.srv
	switch rel.Kind {
	case catalog.KindTable:
		if err := d.exec("DROP TABLE " + quoteName(rel.Physical)); err != nil {
			return err
		}
		for _, c := range rel.Live() {
			if !isSearched(c) {
				continue
			}
			if c.Companion != "" {
				if err := d.exec("DROP TABLE " + quoteName(c.Companion)); err != nil {
					return err
				}
			}
			id := columnID{rel.OID, c.Attnum}
			d.s.tx.onCommit = append(d.s.tx.onCommit, func() { srv.vectors.forget(id) })
		}
		d.s.tx.onCommit = append(d.s.tx.onCommit, func() { srv.counters.forget(rel.OID) })
		return d.exec("DELETE FROM voronoi_counter WHERE oid = " + itoa(int(rel.OID)))
	case catalog.KindSequence:
		d.s.tx.onCommit = append(d.s.tx.onCommit, func() { srv.counters.forget(rel.OID) })
		return d.exec("DELETE FROM voronoi_counter WHERE oid = " + itoa(int(rel.OID)))
	case catalog.KindIndex:
		table := d.relation(rel.Index.Table)
		if isVectorMethod(rel.Index.Method) {
			switch {
			case rel.Index.Vectors != nil:
				if err := d.dropDerived(rel); err != nil {
					return err
				}
			case table != nil && len(rel.Index.Keys) > 0:
				column := srv.vectors.column(table, table.Attribute(rel.Index.Keys[0].Attnum))
				d.s.tx.onCommit = append(d.s.tx.onCommit, func() { column.dropIndex(d.s.srv, rel.OID) })
			}
			d.s.tx.onCommit = append(d.s.tx.onCommit, func() { srv.removeSegment(rel.OID) })
			return d.exec("DELETE FROM voronoi_segment WHERE oid = " + itoa(int(rel.OID)))
		}
		err := d.exec("DROP INDEX IF EXISTS " + quoteName(rel.Physical))
		if err == nil && rel.Index.KeyColumn != "" && table != nil {
			err = d.exec("ALTER TABLE " + quoteName(table.Physical) + " DROP COLUMN " + rel.Index.KeyColumn)
		}
		return err
	}
	return nil
}

func isVectorMethod(method string) bool { return catalog.IsVectorMethod(method) }

// dropIndex detaches an index that is no more, as the writer.
func (c *vectorColumn) dropIndex(srv *Server, id oid.OID) {
	l := c.table.Load()
	if l == nil || l.indexes == nil {
		return
	}
	srv.background.start(func(ctx context.Context) {
		if err := srv.asWriter(ctx, func() error { l.detach(id); return nil }); err != nil && ctx.Err() == nil {
			srv.log.Error("a dropped vector index is still kept up", "index", id, "err", err)
		}
	})
}

// truncate empties tables.
func (d *definer) truncate(n *planner.Truncate) error {
	tables := slices.Clone(n.Tables)
	for i := 0; i < len(tables); i++ {
		for _, other := range d.s.tx.catalog.Referencing(tables[i].OID) {
			if slices.ContainsFunc(tables, func(t *catalog.Relation) bool { return t.OID == other.OID }) {
				continue
			}
			if !n.Cascade {
				return pgerr.New(pgerr.FeatureNotSupported, "cannot truncate a table referenced in a foreign key constraint").
					WithDetail("Table %q references %q.", other.Name, tables[i].Name).
					WithHint("Truncate table %q at the same time, or use TRUNCATE ... CASCADE.", other.Name)
			}
			d.s.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "truncate cascades to table %q", other.Name))
			tables = append(tables, other)
		}
	}
	for _, rel := range tables {
		if err := d.empty(rel); err != nil {
			return err
		}
		if !n.RestartIdentity {
			continue
		}
		for _, c := range rel.Live() {
			if seq := d.relation(c.Sequence); seq != nil {
				if err := d.startSequence(seq, seq.Sequence.Start); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// empty deletes all rows of a table.
func (d *definer) empty(rel *catalog.Relation) error {
	for _, c := range rel.Live() {
		if !isSearched(c) {
			continue
		}
		if err := d.forgetVectors(rel, c); err != nil {
			return err
		}
		if c.Companion == "" {
			continue
		}
		if err := d.exec("DELETE FROM " + quoteName(c.Companion)); err != nil {
			return err
		}
	}
	for _, x := range indexesOf(d.s.tx.catalog, rel) {
		if x.Index.Vectors == nil {
			continue
		}
		if err := d.forgetVectors(x, x.Index.Vectors); err != nil {
			return err
		}
		if err := d.exec("DELETE FROM " + quoteName(x.Index.Vectors.Companion)); err != nil {
			return err
		}
	}
	return d.exec("DELETE FROM " + quoteName(rel.Physical))
}

// forgetVectors takes note that all vectors of a column go.
func (d *definer) forgetVectors(rel *catalog.Relation, c *catalog.Column) error {
	st, err := d.s.tx.conn.Prepare("SELECT " + catalog.KeyColumn + " FROM " + rowsOf(rel, c).companion)
	if err != nil {
		return err
	}
	defer st.Close()
	column := d.s.srv.vectors.column(rel, c)
	for {
		ok, err := st.Step()
		if err != nil || !ok {
			return canceled(d.ctx, err)
		}
		if err := column.deleted(d.s, st.Column(0).Int()); err != nil {
			return err
		}
	}
}

// dropTemporary drops the session's temporary tables within its transaction.
func (s *Session) dropTemporary(ctx context.Context) error {
	if s.temporary == 0 {
		return nil
	}
	if err := s.startWriting(ctx); err != nil {
		return err
	}
	x, err := s.execute(ctx, nil, nil)
	if err != nil {
		return err
	}
	defer x.close()
	d := &definer{s: s, x: x, ctx: ctx}
	if schema := s.tx.catalog.Schema(s.temporary); schema != nil {
		if err := d.drop([]catalog.Object{schema}, true); err != nil {
			return err
		}
	}
	old := s.temporary
	s.temporary = 0
	s.tx.onRollback = append(s.tx.onRollback, func() { s.temporary = old })
	return nil
}

// endTemporary drops the temporary tables with the session.
func (s *Session) endTemporary() {
	if s.temporary == 0 {
		return
	}
	ctx := context.Background()
	s.startTransaction(txImplicit)
	err := s.dropTemporary(ctx)
	if err == nil {
		err = s.commit(ctx)
	} else {
		s.rollback()
	}
	if err != nil {
		s.srv.log.Error("temporary tables could not be dropped", "err", err)
	}
}

// defaultValue computes a column's default.
func (x *execution) defaultValue(rel *catalog.Relation, attnum int16) (datum.Datum, error) {
	env := x.session.planEnv(nil)
	q, err := planner.DefaultQuery(env, rel, rel.Attribute(attnum))
	if err != nil || q == nil {
		return datum.Null, err
	}
	e, err := x.rowEvaluator(q)
	if err != nil {
		return datum.Null, err
	}
	defer e.close()
	out, err := e.eval(nil)
	if err != nil {
		return datum.Null, err
	}
	return out[0].Clone(), nil
}
