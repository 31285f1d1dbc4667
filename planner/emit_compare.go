package planner

import (
	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// How SQLite is made to compare as Postgres does (rule S3): values of most types
// compare as they are stored, some under a collation, some by a key.

// comparable is SQL for a value of a type in a place where SQLite compares:
// GROUP BY, ORDER BY, DISTINCT, PARTITION BY, IN.
func (e *emitter) comparable(sql string, id oid.OID) string {
	t := e.typ(id)
	switch t.Ordering {
	case datum.OrderNative:
		return sql
	case datum.OrderCollation:
		return sql + " COLLATE " + t.Collation
	case datum.OrderKey:
		return e.function(keyFunction(t), sql)
	}
	return e.fail(pgerr.Newf(pgerr.UndefinedFunction, "could not identify an equality operator for type %s", typeName(e.env, id)))
}

// byKey reports whether values of a type compare by a key, so that the value
// compared is not the value shown.
func (e *emitter) byKey(id oid.OID) bool { return e.typ(id).Ordering == datum.OrderKey }

// anyByKey is byKey for some of several expressions.
func (e *emitter) anyByKey(targets []*Target) bool {
	for _, t := range targets {
		if !t.Junk && e.byKey(t.Expr.Type()) {
			return true
		}
	}
	return false
}

// storedAlike reports whether values of two types compare directly with each
// other: the same storage, the same collation.
func (e *emitter) storedAlike(a, b oid.OID) bool {
	if a == b {
		return true
	}
	x, y := e.typ(a), e.typ(b)
	return family[a] != 0 && family[a] == family[b] && x.Ordering == y.Ordering && x.Collation == y.Collation
}

// family groups the types that have operators between them and are stored in
// one form.
var family = map[oid.OID]int{
	oid.Int2: 1, oid.Int4: 1, oid.Int8: 1,
	oid.Float4: 2, oid.Float8: 2,
	oid.Text: 3, oid.VarChar: 3, oid.Name: 3,
	oid.OIDType: 4, oid.Regclass: 4, oid.Regtype: 4, oid.Regproc: 4, oid.Regprocedure: 4, oid.Regnamespace: 4, oid.Regrole: 4,
}

// isEquality reports whether an operator is the = by which SQLite's own
// comparison of the two types goes, so that IN and row values can stand for it.
func (e *emitter) isEquality(op *catalog.Operator, left, right oid.OID) bool {
	return op != nil && op.Name == "=" && op.Schema == oid.PGCatalogSchema &&
		e.typ(left).Ordering != datum.OrderNone && e.storedAlike(left, right)
}

// order is one sort key. NULLS FIRST or LAST is written where Postgres's place
// for NULLs is not SQLite's.
func (e *emitter) order(sql string, k SortKey) string {
	sql = e.comparable(sql, k.Expr.Type())
	if k.Desc {
		sql += " DESC"
	}
	if k.NullsFirst == k.Desc && e.mayBeNull(k.Expr) {
		if k.NullsFirst {
			sql += " NULLS FIRST"
		} else {
			sql += " NULLS LAST"
		}
	}
	return sql
}

// mayBeNull reports whether an expression can be NULL, as far as is easily
// known.
func (e *emitter) mayBeNull(x Expr) bool {
	switch x := x.(type) {
	case *Const:
		return x.Value.IsNull()
	case *Var:
		if x.Entry.Nullable || x.Entry.Kind != EntryRelation || x.Entry.Relation.System != nil {
			return true
		}
		c := x.Entry.Columns[x.Col].Column
		return c == nil || !c.NotNull
	case *Relabel:
		return e.mayBeNull(x.Arg)
	case *AggCall:
		return x.Proc.Name != "count"
	}
	return true
}
