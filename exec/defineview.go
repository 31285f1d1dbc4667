package exec

import (
	"slices"
	"strings"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// readers are the views that read a column of a relation, or with attnum 0 any
// part of it, by number.
func (d *definer) readers(id oid.OID, attnum int16) []*catalog.Relation {
	var views []*catalog.Relation
	for _, rel := range d.s.tx.catalog.Relations() {
		if rel.View == nil {
			continue
		}
		if slices.ContainsFunc(rel.View.Uses, func(u catalog.Use) bool {
			return u.Relation == id && (attnum == 0 || u.Attnum == attnum)
		}) {
			views = append(views, rel)
		}
	}
	slices.SortFunc(views, func(a, b *catalog.Relation) int { return int(a.OID) - int(b.OID) })
	return views
}

// dropReaders refuses to drop a column that views read, or with cascade drops
// them and the views that read these.
func (d *definer) dropReaders(rel *catalog.Relation, c *catalog.Column, cascade bool) error {
	snap := d.s.tx.catalog
	name := func(r *catalog.Relation) string {
		return snap.Describe(d.x.path, catalog.Address{Class: oid.PGClass, Object: r.OID})
	}
	var objects []catalog.Object
	var details, also []string
	seen := map[oid.OID]bool{}
	// The newest goes first, after what depends on it; the report is the other
	// way round.
	var visit func(views []*catalog.Relation, on string)
	visit = func(views []*catalog.Relation, on string) {
		for _, v := range slices.Backward(views) {
			if seen[v.OID] {
				continue
			}
			seen[v.OID] = true
			visit(d.readers(v.OID, 0), name(v))
			objects = append(objects, v)
			details = append(details, name(v)+" depends on "+on)
			also = append(also, "drop cascades to "+name(v))
		}
	}
	visit(d.readers(rel.OID, c.Attnum), "column "+c.Name+" of "+name(rel))
	slices.Reverse(details)
	slices.Reverse(also)
	switch {
	case len(objects) == 0:
		return nil
	case !cascade:
		return pgerr.Newf(pgerr.DependentObjectsStillExist, "cannot drop column %s of %s because other objects depend on it", c.Name, name(rel)).
			WithDetail("%s", strings.Join(details, "\n")).
			WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
	case len(also) == 1:
		d.s.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "%s", also[0]))
	default:
		d.s.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "drop cascades to %d other objects", len(also)).
			WithDetail("%s", strings.Join(also, "\n")))
	}
	return d.drop(objects, true)
}

// respellViews writes the queries of the views that read a relation again, after
// it or one of its columns was renamed: before is the catalog with the old names.
func (d *definer) respellViews(before *catalog.Snapshot, renamed oid.OID) error {
	views, err := planner.RespellViews(before, d.s.tx.catalog, renamed)
	if err != nil {
		return err
	}
	for _, v := range views {
		if err := d.put(v); err != nil {
			return err
		}
	}
	return nil
}
