package planner

import (
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/sqlparse"
)

// What the executor asks of the planner while a statement runs.

// DefaultQuery computes a column's default; nil when it has none.
func DefaultQuery(env *Env, rel *catalog.Relation, c *catalog.Column) (q *RowQuery, err error) {
	if c.Default == "" || c.Generated != 0 {
		return nil, nil
	}
	defer caught(&err)
	e, _, err := AnalyzeScalar(env, c.Default, nil)
	if err != nil {
		return nil, err
	}
	a := newAnalyzer(env, nil)
	e = newScope(a, nil).coerceTo(e, c.Type, c.Typmod, assignment, 0)
	m := &modifier{env: env, q: &Query{Target: relationRange(rel)}, plan: &ModifyPlan{Table: rel}}
	q = m.rowQuery([]Expr{e}, nil, nil)
	return q, m.err
}

// RowConstraints plans what is computed for a new row of a table apart from any
// statement: the plan has only Checks and Generated with what belongs to them.
func RowConstraints(env *Env, rel *catalog.Relation) (plan *ModifyPlan, err error) {
	defer caught(&err)
	m := &modifier{env: env, q: &Query{Target: relationRange(rel)}, plan: &ModifyPlan{Table: rel}}
	m.constraints()
	return m.plan, m.err
}

// IndexKeyQuery computes the keys of an index with expressions or a predicate
// over the live columns of a row: first whether the predicate is true, then the
// keys, which are NULL where it is not.
func IndexKeyQuery(env *Env, table, index *catalog.Relation) (q *RowQuery, err error) {
	defer caught(&err)
	a := newAnalyzer(env, nil)
	entry, x := relationRange(table), index.Index
	exprs := []Expr{&Const{Typed: Typed{Typ: oid.Bool, Mod: -1}, Value: datum.Bool(true)}}
	if x.Predicate != "" {
		exprs[0] = a.catalogExpr(x.Predicate, entry, inIndexPredicate)
	}
	for _, k := range x.Keys[:len(x.Keys)-x.Included] {
		e := indexKeyExpr(a, entry, k)
		if x.Predicate != "" {
			// An expression may fail for rows that the index has not.
			e = &Case{Typed: Typed{Typ: e.Type(), Mod: -1}, Whens: []When{{Cond: exprs[0], Result: e}}}
		}
		exprs = append(exprs, e)
	}
	return a.rowQueryOf(table, entry, exprs...), nil
}

// indexKeyExpr is one key of an index over an entry of its table.
func indexKeyExpr(a *analyzer, entry *Entry, k catalog.IndexKey) Expr {
	if k.Attnum == 0 {
		return a.catalogExpr(k.Expr, entry, inIndexExpr)
	}
	i := slices.IndexFunc(entry.Columns, func(c EntryColumn) bool { return c.Column != nil && c.Column.Attnum == k.Attnum })
	c := entry.Columns[i].Column
	return &Var{Typed: Typed{Typ: c.Type, Mod: c.Typmod}, Entry: entry, Col: i}
}

// RetypeIndex analyses the keys of an index anew after a column of its table has
// changed its type. The operator class that was named has to accept the type that
// its key now has; in the place of a type's default one comes the other's. What
// CREATE INDEX refuses is refused.
func RetypeIndex(env *Env, table, rel *catalog.Relation) (err error) {
	defer caught(&err)
	a := newAnalyzer(env, nil)
	entry := relationRange(table)
	index := rel.Index
	if index.Predicate != "" {
		index.Predicate = a.text(a.catalogExpr(index.Predicate, entry, inIndexPredicate), entry)
	}
	for i := range index.Keys {
		k := &index.Keys[i]
		e := indexKeyExpr(a, entry, *k)
		if k.Attnum == 0 {
			k.Expr = a.text(e, entry)
		}
		if e.Type() == k.Type {
			continue
		}
		if k.Type = e.Type(); i < len(index.Keys)-index.Included {
			var named []string
			if class := a.cat.OpClass(k.OpClass); class != nil && !class.Default {
				named = []string{class.Name}
			}
			k.OpClass = a.opClass(index.Method, named, k.Type, -1)
		}
	}
	if catalog.IsVectorMethod(index.Method) {
		a.recheckVectorIndex(table, rel)
	}
	return nil
}

// CoerceArgument makes an argument of EXECUTE fit the parameter's type, as an
// assignment would.
func CoerceArgument(env *Env, e Expr, to oid.OID, number int) (coerced Expr, err error) {
	defer caught(&err)
	a := newAnalyzer(env, nil)
	s := newScope(a, nil)
	if path, _ := a.findPathway(to, e.Type(), assignment); path == noPath && e.Type() != oid.Unknown {
		return nil, pgerr.Newf(pgerr.DatatypeMismatch, "parameter $%d of type %s cannot be coerced to the expected type %s",
			number, datum.FormatType(e.Type(), -1), datum.FormatType(to, -1)).
			WithHint("You will need to rewrite or cast the expression.")
	}
	return s.coerceTo(e, to, -1, assignment, 0), nil
}

// EndsTransaction reports whether a statement may run in a failed transaction
// block: COMMIT, ROLLBACK and ROLLBACK TO SAVEPOINT.
func EndsTransaction(st *sqlparse.Statement) bool {
	switch st.Node.GetTransactionStmt().GetKind() {
	case pg_query.TransactionStmtKind_TRANS_STMT_COMMIT, pg_query.TransactionStmtKind_TRANS_STMT_ROLLBACK,
		pg_query.TransactionStmtKind_TRANS_STMT_ROLLBACK_TO, pg_query.TransactionStmtKind_TRANS_STMT_PREPARE:
		return true
	}
	return false
}
