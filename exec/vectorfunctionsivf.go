package exec

import (
	"fmt"
	"math"
	"strings"
	"time"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/exec/index/ivf"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/vectorops"
)

// metricClasses are the operator classes of vector indexes by the names
// that a metric has in the functions of our own.
var metricClasses = map[string]string{
	"l2": "vector_l2_ops", "euclidean": "vector_l2_ops",
	"ip": "vector_ip_ops", "inner_product": "vector_ip_ops",
	"cosine": "vector_cosine_ops",
}

// sqlIVFBuild is ivf_build(relation, column_name, lists, metric, iterations,
// seed, factory): CREATE INDEX, with what came of it. It is that statement, so
// that the index is like any other.
func sqlIVFBuild(x *execution, args []datum.Datum) ([][]datum.Datum, error) {
	if err := x.definingIn("ivf_build"); err != nil {
		return nil, err
	}
	rel, err := x.tableArgument("ivf_build", args[0])
	if err != nil {
		return nil, err
	}
	col, err := x.vectorColumnArgument(rel, args[1])
	if err != nil {
		return nil, err
	}
	s := x.session
	sql, err := x.buildStatement(rel, col, args[2:])
	if err != nil {
		return nil, err
	}
	if sql == "" {
		s.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "no index is needed to search exactly"))
		return nil, nil
	}
	began := time.Now()
	s.startBuild()
	if err := s.runNested(x.ctx, sql, nil, nil); err != nil {
		return nil, err
	}
	s.watch(x.conn)
	x.catalog, x.system = s.tx.catalog, nil
	indexes := x.catalog.Relation(rel.OID).Indexes
	made, err := x.indexArgument(datum.Int(int64(indexes[len(indexes)-1])))
	if err != nil {
		return nil, err
	}
	// Without vectors or without lists there is little to tell.
	lists, vectors, inertia := datum.Null, 0, datum.Null
	switch built := made.search.(type) {
	case *ivf.Index:
		sum := 0.0
		if vectors, sum, err = x.inertia(made.loaded, built); err != nil {
			return nil, err
		}
		if hasLists(made.rel) {
			lists, inertia = datum.Int(int64(built.Lists())), datum.Float(sum)
		}
	case nil:
		if hasLists(made.rel) {
			lists, inertia = datum.Int(0), datum.Float(0)
		}
	default:
		view := made.loaded.vectors.View()
		vectors = len(visibleSlots(&view, x.snapshot()))
	}
	return [][]datum.Datum{{
		datum.Text(made.rel.Name), lists, datum.Int(int64(vectors)), datum.Int(int64(s.builtIterations())),
		inertia, datum.Float(float64(time.Since(began).Microseconds()) / 1000),
	}}, nil
}

// hasLists reports whether an index has inverted lists.
func hasLists(rel *catalog.Relation) bool {
	return rel.Index.Method == "ivfflat" || rel.Index.Method == "ivfpq"
}

// buildStatement is the CREATE INDEX that a call of ivf_build asks for; args
// begin with lists. It is "" where no index is needed.
func (x *execution) buildStatement(rel *catalog.Relation, col *catalog.Column, args []datum.Datum) (string, error) {
	metric := "l2"
	if !args[1].IsNull() {
		metric = strings.ToLower(args[1].Str())
	}
	class, ok := metricClasses[metric]
	if !ok {
		return "", pgerr.Newf(pgerr.InvalidParameterValue, "unknown metric %q", args[1].Str()).WithHint("Metrics are l2, ip and cosine.")
	}
	lists, err := countArgument("lists", args[0], 0, ivf.MaxLists)
	if err != nil {
		return "", err
	}
	iterations, err := countArgument("iterations", args[2], 0, 1000)
	if err != nil {
		return "", err
	}
	var f factoryIndex
	if !args[4].IsNull() {
		if lists > 0 {
			return "", pgerr.New(pgerr.InvalidParameterValue, "lists and factory exclude each other")
		}
		if f, err = parseFactory(args[4].Str()); err != nil || f.method == "" {
			return "", err
		}
	} else {
		f.method = "ivfflat"
		if lists == 0 {
			if lists, err = x.defaultLists(rel, col); err != nil {
				return "", err
			}
		}
		f.options = []string{fmt.Sprintf("lists = %d", lists)}
	}
	var training []string
	if iterations > 0 {
		training = append(training, fmt.Sprintf("iterations = %d", iterations))
	}
	if !args[3].IsNull() {
		training = append(training, fmt.Sprintf("seed = '%d'", args[3].Int()))
	}
	return fmt.Sprintf("CREATE INDEX ON %s.%s USING %s (%s public.%s)%s",
		quoteName(x.catalog.Schema(rel.Schema).Name), quoteName(rel.Name), f.method, quoteName(col.Name), class, f.with(training...)), nil
}

// defaultLists is as many lists as a list has vectors: what costs a search with
// a few probes least.
func (x *execution) defaultLists(rel *catalog.Relation, col *catalog.Column) (int, error) {
	l, err := x.columnHere(rel, col)
	if err != nil || l.vectors == nil {
		return ivf.DefaultLists, err
	}
	view := l.vectors.View()
	n := int(math.Round(math.Sqrt(float64(view.Len()))))
	return min(max(n, ivf.MinLists), ivf.MaxLists), nil
}

// inertia counts the vectors that the statement sees, and sums their squared
// distances to the nearest centroid.
func (x *execution) inertia(column *columnHere, lists *ivf.Index) (vectors int, sum float64, err error) {
	view := column.rows.view
	assigner := vectorops.NewAssigner(lists.Centroids())
	spherical := lists.Metric() == vectorops.IP || lists.Metric() == vectorops.Cosine
	seq := x.snapshot()
	var assignment []uint32
	var distance []float32
	err = column.all().Blocks(x.ctx, func(slots []index.Slot, chunk vectorops.Matrix) error {
		n := chunk.Rows()
		if len(distance) < n {
			assignment, distance = make([]uint32, n), make([]float32, n)
		}
		if spherical {
			unit := vectorops.NewMatrix(n, chunk.Dims)
			for j := range n {
				vectorops.Normalize(unit.Row(j), chunk.Row(j))
			}
			chunk = unit
		}
		if err := assigner.Assign(x.ctx, assignment[:n], distance[:n], chunk); err != nil {
			return err
		}
		for j, s := range slots {
			if view.Visible(s, seq) {
				vectors++
				sum += float64(distance[j])
			}
		}
		return nil
	})
	return vectors, sum, canceled(x.ctx, err)
}

// sqlIVFLists is ivf_lists(index).
func sqlIVFLists(x *execution, args []datum.Datum) ([][]datum.Datum, error) {
	_, lists, err := x.listsArgument(args[0])
	if err != nil || lists == nil {
		return nil, err
	}
	centroids := lists.Centroids()
	var rows [][]datum.Datum
	for list, size := range lists.VisibleSizes(x.snapshot()) {
		rows = append(rows, []datum.Datum{datum.Int(int64(list)), datum.Int(int64(size)), datum.FromFloats(centroids.Row(list))})
	}
	return rows, nil
}

// sqlIVFAssign is ivf_assign(index, vector).
func sqlIVFAssign(x *execution, args []datum.Datum) (datum.Datum, error) {
	_, lists, err := x.listsArgument(args[0])
	if err != nil || lists == nil {
		return datum.Null, err
	}
	list, err := lists.Assign(datum.VectorFloats(args[1]))
	return datum.Int(int64(list)), vectorTypes[oid.Vector].worded(err)
}

// sqlIVFProbe is ivf_probe(index, query, n): the lists that a search with n
// probes looks at, as many as the setting says where n is NULL.
func sqlIVFProbe(x *execution, args []datum.Datum) ([][]datum.Datum, error) {
	n, err := countArgument("n", args[2], 0, ivf.MaxLists)
	if err != nil || args[0].IsNull() || args[1].IsNull() {
		return nil, err
	}
	rel, lists, err := x.listsArgument(args[0])
	if err != nil || lists == nil {
		return nil, err
	}
	if n == 0 {
		n = atoi(x.session.settings.get(x.session.probesSetting(rel)))
	}
	nearest, distances, err := lists.Nearest(datum.VectorFloats(args[1]), n)
	var rows [][]datum.Datum
	for at, list := range nearest {
		rows = append(rows, []datum.Datum{datum.Int(int64(list)), datum.Float(distances[at])})
	}
	return rows, vectorTypes[oid.Vector].worded(err)
}

// indexNow gives a vector index in memory and waits for it where it is not
// there yet.
func (l *columnHere) indexNow(x *execution, rel *catalog.Relation) (savedIndex, error) {
	b, err := x.builder(rel, l.vectors.Dims())
	if err != nil {
		return nil, err
	}
	if l.indexes == nil { // the statement's own column
		built, err := b.within(x.session.maintenanceMemory()).build(x.ctx, l.all(), nil)
		return built, canceled(x.ctx, err)
	}
	have := func() (savedIndex, bool) {
		l.mu.RLock()
		defer l.mu.RUnlock()
		built, ok := l.indexes[rel.OID].(savedIndex)
		return built, ok
	}
	if built, ok := have(); ok {
		return built, nil
	}
	if x.session.tx.writing {
		return l.buildAsWriter(x, rel.OID, b)
	}
	select {
	case <-l.restore(x.session.srv, rel.OID, b):
	case <-x.ctx.Done():
		return nil, canceled(x.ctx, x.ctx.Err())
	}
	if built, ok := have(); ok {
		return built, nil
	}
	return nil, pgerr.Newf(pgerr.ObjectNotInPrerequisiteState, "index %q could not be built", rel.Name)
}

// buildAsWriter builds an index in the session that writes: the background
// would wait for it.
func (l *columnHere) buildAsWriter(x *execution, id oid.OID, b indexBuilder) (savedIndex, error) {
	built, err := b.within(x.session.maintenanceMemory()).build(x.ctx, l.all(), nil)
	if err != nil {
		return nil, canceled(x.ctx, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.attach(id, built, l.rows, x.session.tx.seq); err != nil {
		return nil, err
	}
	x.session.tx.onRollback = append(x.session.tx.onRollback, func() { l.detach(id) })
	return built, nil
}
