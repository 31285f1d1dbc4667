package planner

import (
	"fmt"
	"strings"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// knn() in FROM: the k nearest rows of a relation with their distance,
//
//	knn(relation, query, k => 10, column_name => NULL, metric => NULL, probes => NULL, exact => false)
//
// Its columns are those of the relation, then distance. The relation is known
// while planning; the other arguments may be parameters, but for the column's
// name and the metric.

// Arguments of knn, by place.
const (
	knnRelationArg = iota
	knnQueryArg
	knnKArg
	knnColumnArg
	knnMetricArg
	knnProbesArg
	knnExactArg
	knnArgs
)

// metricNames are what knn's metric argument may be.
var metricNames = map[string]Metric{
	"l2": MetricL2, "euclidean": MetricL2, "ip": MetricIP, "inner_product": MetricIP, "cosine": MetricCosine,
	"l1": MetricL1, "manhattan": MetricL1,
}

// knnFrom writes a call of knn as a subquery over the search.
func (e *emitter) knnFrom(x *Entry) string {
	call := x.Funcs[0].Call
	if len(call.Args) < knnArgs {
		return e.fail(pgerr.Internal("knn with %d arguments", len(call.Args)))
	}
	scan, err := knnScan(e.env, call)
	if err != nil {
		return e.fail(err)
	}
	scan.Index = e.knnIndex(scan, call)
	if exact, ok := constant(e.env, call.Args[knnExactArg]); !ok {
		scan.Exact = call.Args[knnExactArg]
	} else if !exact.IsNull() && exact.Bool() {
		scan.Index = nil
	}
	scan.Limit = call.Args[knnKArg]
	if probes := call.Args[knnProbesArg]; !isNullConst(probes) {
		scan.Probes = probes
	}
	if !computable(scan.Limit) || scan.Probes != nil && !computable(scan.Probes) {
		return e.unsupported("knn with a k or probes that depends on a row")
	}
	args := fmt.Sprint(len(e.plan.Scans))
	e.plan.Scans = append(e.plan.Scans, scan)
	if query := call.Args[knnQueryArg]; computable(query) {
		scan.Query = fold(e.env, query)
	} else {
		return e.fail(pgerr.Unsupported("knn with a query vector that depends on a row").
			WithHint("Sort by the distance in a LATERAL subquery with LIMIT."))
	}
	entry := tableEntry(scan.Table)
	rowAlias := e.alias()
	source := fmt.Sprintf("%s(%s)", e.module(knnModule), args)
	table := e.relation(entry)
	b := e.scope[entry]
	columns := make([]string, len(entry.Columns), len(entry.Columns)+1)
	for i := range entry.Columns {
		columns[i] = e.relationColumn(entry, b, i)
	}
	columns = append(columns, rowAlias+".distance")
	for i := range columns {
		columns[i] += fmt.Sprintf(" AS c%d", i)
	}
	return fmt.Sprintf("(SELECT %s FROM %s AS %s CROSS JOIN %s ON %s.%s = %[3]s.key ORDER BY %[3]s.distance LIMIT %[7]s) AS %[8]s",
		strings.Join(columns, ", "), source, rowAlias, table, b.alias, catalog.KeyColumn,
		e.expr(newCount(scan.Limit, countLimit)), e.enter(x))
}

// knnScan is the search that a call of knn asks for, its index not yet chosen.
func knnScan(env *Env, call *FuncCall) (*VectorScan, error) {
	table, err := knnRelation(env, call.Args[knnRelationArg])
	if err != nil {
		return nil, err
	}
	column, err := knnColumn(env, table, call.Args[knnColumnArg])
	if err != nil {
		return nil, err
	}
	return &VectorScan{Table: table, Column: column}, nil
}

// knnRelation is the relation that a call names.
func knnRelation(env *Env, arg Expr) (*catalog.Relation, error) {
	d, ok := constant(env, arg)
	if !ok || d.IsNull() {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "the relation of knn must be a constant")
	}
	id := oid.OID(d.Int())
	if d.Kind() == datum.KindText {
		t, err := typeOf(env, oid.Regclass)
		if err != nil {
			return nil, err
		}
		if d, err = t.Input(env.Values, d.Str()); err != nil {
			return nil, err
		}
		id = oid.OID(d.Int())
	}
	r := env.Catalog.Relation(id)
	if r == nil || r.Kind != catalog.KindTable || r.System != nil {
		return nil, pgerr.New(pgerr.WrongObjectType, "the relation of knn must be a table")
	}
	return r, nil
}

// knnColumn is the vector column that a call names, or the only one.
func knnColumn(env *Env, table *catalog.Relation, arg Expr) (*catalog.Column, error) {
	d, ok := constant(env, arg)
	if !ok {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "the column_name of knn must be a constant")
	}
	var found *catalog.Column
	for _, c := range table.Live() {
		switch {
		case d.IsNull() && c.Type == oid.Vector && found != nil:
			return nil, pgerr.Newf(pgerr.AmbiguousColumn, "table \"%s\" has several vector columns", table.Name).
				WithHint("Name one with column_name.")
		case d.IsNull() && c.Type == oid.Vector, !d.IsNull() && c.Name == d.Str():
			found = c
		}
	}
	switch {
	case found == nil && d.IsNull():
		return nil, pgerr.Newf(pgerr.UndefinedColumn, "table \"%s\" has no vector column", table.Name)
	case found == nil:
		return nil, pgerr.Newf(pgerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", d.Str(), table.Name)
	case found.Type != oid.Vector:
		return nil, pgerr.Newf(pgerr.DatatypeMismatch, "column \"%s\" is of type %s but knn searches vectors", found.Name, typeName(env, found.Type))
	}
	return found, nil
}

// knnIndex settles the metric of a call, and finds an index for it: the metric
// that is named, else that of an index on the column, else L2.
func (e *emitter) knnIndex(s *VectorScan, call *FuncCall) *catalog.Relation {
	d, ok := constant(e.env, call.Args[knnMetricArg])
	if !ok {
		e.fail(pgerr.New(pgerr.FeatureNotSupported, "the metric of knn must be a constant"))
		return nil
	}
	if !d.IsNull() {
		metric, ok := metricNames[strings.ToLower(d.Str())]
		if !ok {
			e.fail(pgerr.Newf(pgerr.InvalidParameterValue, "unknown metric \"%s\"", d.Str()).WithHint("Metrics are l2, ip, cosine and l1."))
			return nil
		}
		s.Metric = metric
		return e.vectorIndex(s, nil, nil)
	}
	var best *catalog.Relation
	for _, metric := range []Metric{MetricL1, MetricIP, MetricCosine, MetricL2} {
		try := *s
		try.Metric = metric
		if r := e.vectorIndex(&try, nil, nil); r != nil {
			best, s.Metric = r, metric
		}
	}
	return best
}

func isNullConst(x Expr) bool {
	c, ok := x.(*Const)
	return ok && c.Value.IsNull()
}

// tableEntry is a range entry over a table that the statement does not name.
func tableEntry(r *catalog.Relation) *Entry {
	x := &Entry{Kind: EntryRelation, Alias: r.Name, Relation: r}
	for _, c := range r.Live() {
		x.Columns = append(x.Columns, EntryColumn{Name: c.Name, Type: c.Type, Typmod: c.Typmod, Column: c})
	}
	return x
}
