package planner

import (
	"slices"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func init() { catalog.ViewText = viewText }

// viewText is a view's query as pg_get_viewdef shows it to a reader with a
// search path; "" where it cannot be written.
func viewText(cat *catalog.Snapshot, path []oid.OID, rel *catalog.Relation, pretty bool) string {
	q, err := analyzeView(cat, path, rel)
	if err != nil {
		return ""
	}
	text, ok := DeparseQuery(cat, path, q, liveNames(rel), pretty)
	if !ok {
		return ""
	}
	return text
}

// analyzeView analyses a view's query as FROM would.
func analyzeView(cat *catalog.Snapshot, path []oid.OID, rel *catalog.Relation) (q *Query, err error) {
	defer caught(&err)
	values := datum.DefaultEnv()
	values.Names = cat.Names(path)
	a := newAnalyzer(&Env{Catalog: cat, SearchPath: path, Values: values}, nil)
	return a.viewQuery(rel, rel.View), nil
}

func liveNames(rel *catalog.Relation) []string {
	var names []string
	for _, c := range rel.Live() {
		names = append(names, c.Name)
	}
	return names
}

// canonicalQuery is the text of a view's query that goes on meaning q when
// tables get more columns: every star is spelt out, every name has its table.
// It is "" where there is none that cat would read as the same query again.
func canonicalQuery(cat *catalog.Snapshot, rel *catalog.Relation, q *Query) string {
	path := viewPath(cat, rel.View)
	previous := ""
	// The sides of a set operation may get their columns' names at first reading.
	for range 3 {
		text, ok := DeparseQuery(cat, path, q, liveNames(rel), false)
		if !ok || !sameOutputs(rel, q) {
			return ""
		}
		if text == previous {
			return text
		}
		read := *rel
		read.View = &catalog.View{Query: text, SearchPath: rel.View.SearchPath}
		var err error
		if q, err = analyzeView(cat, path, &read); err != nil {
			return ""
		}
		previous = text
	}
	return ""
}

// sameOutputs reports whether a query has the columns of the view.
func sameOutputs(rel *catalog.Relation, q *Query) bool {
	return slices.EqualFunc(rel.Live(), q.outputs(), func(c *catalog.Column, t *Target) bool {
		return c.Type == t.Expr.Type() && c.Typmod == t.Expr.Typmod()
	})
}

// viewPath is the search path that a view's query was written for.
func viewPath(cat *catalog.Snapshot, view *catalog.View) []oid.OID {
	var path []oid.OID
	for _, name := range view.SearchPath {
		if schema := cat.SchemaNamed(name); schema != nil {
			path = append(path, schema.OID)
		}
	}
	if !slices.Contains(path, oid.PGCatalogSchema) {
		path = append([]oid.OID{oid.PGCatalogSchema}, path...)
	}
	return path
}

// viewUses are the relations and columns that a view's query reads, those of the
// views in it left to them.
func viewUses(q *Query) []catalog.Use {
	seen := map[catalog.Use]bool{}
	views := map[*Entry]*Query{}
	var whole []oid.OID
	ranges(q, func(e *Entry) {
		if e.Relation == nil {
			return
		}
		if e.Query != nil {
			views[e], e.Query = e.Query, nil
		}
		if e.Relation.System == nil {
			whole = append(whole, e.Relation.OID)
		}
	})
	eachQueryExpr(q, 0, func(e Expr, depth int) {
		walkLevels(e, depth, func(e Expr, _ int) bool {
			v, ok := e.(*Var)
			if !ok || v.Entry.Relation == nil || v.Entry.Relation.System != nil {
				return true
			}
			if live := v.Entry.Relation.Live(); v.Col < len(live) {
				seen[catalog.Use{Relation: v.Entry.Relation.OID, Attnum: live[v.Col].Attnum}] = true
			}
			return true
		})
	})
	for e, inner := range views {
		e.Query = inner
	}
	for _, id := range whole {
		columns := false
		for use := range seen {
			columns = columns || use.Relation == id && use.Attnum != 0
		}
		if !columns {
			seen[catalog.Use{Relation: id}] = true
		}
	}
	uses := make([]catalog.Use, 0, len(seen))
	for use := range seen {
		uses = append(uses, use)
	}
	slices.SortFunc(uses, func(a, b catalog.Use) int {
		if a.Relation != b.Relation {
			return int(a.Relation) - int(b.Relation)
		}
		return int(a.Attnum) - int(b.Attnum)
	})
	return uses
}

// RespellViews are the views that read a relation, with their queries written
// for the catalog after it or its columns were renamed. A view whose query
// cannot be written so is an error: its text would name what is no more.
func RespellViews(before, after *catalog.Snapshot, renamed oid.OID) ([]*catalog.Relation, error) {
	var views []*catalog.Relation
	for _, rel := range before.Relations() {
		if rel.View == nil || !slices.ContainsFunc(rel.View.Uses, func(u catalog.Use) bool { return u.Relation == renamed }) {
			continue
		}
		now := after.Relation(rel.OID)
		q, err := analyzeView(before, viewPath(before, rel.View), rel)
		text := ""
		if err == nil && now != nil {
			text = canonicalQuery(after, now, q)
		}
		if text == "" {
			return nil, pgerr.Unsupported("renaming what view \"%s\" reads", rel.Name)
		}
		changed, view := *now, *now.View
		view.Query = text
		changed.View = &view
		views = append(views, &changed)
	}
	return views, nil
}
