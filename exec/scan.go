package exec

import (
	"math"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/exec/index/flat"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
	"voronoi/planner"
	"voronoi/vectorops"
)

// scan is one vector search of a running plan.
type scan struct {
	x    *execution
	plan *planner.VectorScan

	ready    bool
	query    datum.Datum // the plan's query vector, evaluated once
	limit    int
	radius   radius
	bounds   scanBounds
	probes   int
	exact    bool
	column   *loadedColumn
	rows     *rowVectors    // that searches read where vectors are not in memory; nil until one does
	counters index.Counters // of all searches
	searches int
	relaxed  bool
	used     bool        // the index was used
	idx      index.Index // that a search uses, nil for none
	filter   *scanFilter // nil without one
	answers  *answerer   // nil until one is asked for
}

func (s *scan) close() {
	if s.rows != nil {
		s.rows.close()
	}
}

// prepare evaluates what the scan takes from outside the row, once.
func (s *scan) prepare() error {
	if s.ready {
		return nil
	}
	x, p := s.x, s.plan
	var err error
	if p.Query != nil {
		if s.query, err = x.eval(p.Query); err != nil {
			return err
		}
	}
	if p.Limit != nil {
		d, err := x.eval(p.Limit)
		if err != nil {
			return err
		}
		if !d.IsNull() {
			s.limit = int(min(max(d.Int(), 0), 1<<30))
		}
	}
	if s.radius, err = s.readRadius(); err != nil {
		return err
	}
	if s.probes, err = s.integer(p.Probes, "probes", x.session.probesSetting(p.Index), 1, 32768); err != nil {
		return err
	}
	s.bounds = s.readBounds()
	if p.Exact != nil {
		d, err := x.eval(p.Exact)
		if err != nil {
			return err
		}
		s.exact = !d.IsNull() && d.Bool()
	}
	owner := scanned(p.Table, p.Column, p.Index)
	if s.column, err = x.session.srv.vectors.column(owner, p.Column).loaded(x, owner, p.Column); err != nil {
		return err
	}
	if s.filter, err = s.newFilter(); err != nil {
		return err
	}
	s.ready = true
	return nil
}

// integer is an argument, or a setting where the argument is missing or NULL.
func (s *scan) integer(e planner.Expr, name, setting string, low, high int64) (int, error) {
	if e != nil {
		d, err := s.x.eval(e)
		if err != nil {
			return 0, err
		}
		if !d.IsNull() {
			if n := d.Int(); n >= low && n <= high {
				return int(n), nil
			}
			return 0, pgerr.Newf(pgerr.InvalidParameterValue, "%s must be between %d and %d", name, low, high)
		}
	}
	return atoi(s.x.session.settings.get(setting)), nil
}

// probesSetting is the setting that says how many lists of an index are probed.
func (s *Session) probesSetting(index *catalog.Relation) string {
	if index != nil && index.Index.Method == "ivfpq" && atoi(s.settings.get("ivfpq.probes")) > 0 {
		return "ivfpq.probes"
	}
	return "ivfflat.probes"
}

// refinement is how many vectors a search by codes measures for each row; 0 is
// as the method sees fit.
func (s *Session) refinement(index *catalog.Relation) int {
	if index == nil || !catalog.HasCodes(index.Index.Method) {
		return 0
	}
	n := atoi(s.settings.get("ivfpq.rerank"))
	if n < 0 {
		n = catalog.CodeOptionsOf(index).Rerank
	}
	return max(n, 1) // what is delivered is measured
}

// metricOf is the kernel's name for a plan's metric.
func metricOf(m planner.Metric) vectorops.Metric {
	switch m {
	case planner.MetricIP:
		return vectorops.IP
	case planner.MetricCosine:
		return vectorops.Cosine
	case planner.MetricL1:
		return vectorops.Manhattan
	case planner.MetricHamming:
		return vectorops.Hamming
	case planner.MetricJaccard:
		return vectorops.Jaccard
	}
	return vectorops.L2
}

// writing reports whether the scan reads what its own transaction has written.
func (s *scan) writing() bool {
	x := s.x
	return x.session.tx.writing && x.conn == x.session.tx.conn
}

// seq is the snapshot that the scan reads.
func (s *scan) seq() index.Seq {
	if s.writing() {
		return index.Pending
	}
	return index.Seq(s.x.seq)
}

func (s *scan) efSearch() int { return atoi(s.x.session.settings.get("hnsw.ef_search")) }

// attach finds the index for the next search; there may be none yet.
func (s *scan) attach() (err error) {
	s.idx = nil
	if s.plan.Index != nil && !s.exact && (!s.plan.Parts || s.x.parts) {
		s.idx, err = s.column.index(s.x, s.plan)
	}
	return err
}

// search begins one search. A nil cursor finds nothing.
func (s *scan) search(query datum.Datum, way filterWay) (index.Cursor, error) {
	if s.column.empty() || query.IsNull() {
		return nil, nil
	}
	x := s.x
	o := index.SearchOptions{Context: liveContext{x}, Limit: s.limit, Probes: s.probes, EfSearch: s.efSearch(),
		Refine: x.session.refinement(s.plan.Index)}
	if s.plan.Parts && s.limit == 0 && s.x.parts {
		o.Limit = partRows
	}
	if s.idx != nil && !way.exact {
		s.bounds.apply(&o)
	}
	o.Source = s
	way.apply(&o)
	typ := vectorTypes[s.plan.Column.Type]
	vec := typ.of(query)
	s.searches++
	if s.idx != nil && !way.exact {
		s.used = true
		c, err := s.idx.Search(s.seq(), vec, o)
		return c, typ.worded(err)
	}
	if c, err := s.batched(query); c != nil || err != nil {
		return c, err
	}
	if way.listed {
		c, err := flat.SearchAmong(s.filter.slots.view, metricOf(s.plan.Metric), s.seq(), vec, way.list, o)
		return c, typ.worded(err)
	}
	c, err := s.column.exactSearch(s.source, metricOf(s.plan.Metric), s.seq(), vec, o, way.allowed)
	return c, typ.worded(err)
}

// source is where vectors are read that are not in memory. A column may give its
// own up between two searches of a scan.
func (s *scan) source() *rowVectors {
	if s.rows == nil {
		s.rows = rowsOf(scanned(s.plan.Table, s.plan.Column, s.plan.Index), s.plan.Column).on(s.x.conn)
	}
	return s.rows
}

// Fetch reads vectors from the source.
func (s *scan) Fetch(keys []int64, visit func(at int, vec []float32)) error {
	return s.source().Fetch(keys, visit)
}

// partRows is how many rows of a query without LIMIT are likely to be fetched at
// a time: what clients that fetch in parts ask for.
const partRows = 100

// knnModule is voronoi_knn(handle [, query]): the rows of a vector scan, nearest
// first (rule V2).
type knnModule struct{}

const (
	knnKey = iota
	knnDistance
	knnAnswer
	knnHandle
	knnQuery
)

func (knnModule) Declare() string { return "key, distance, answer, handle HIDDEN, query HIDDEN" }

func (knnModule) BestIndex(in *storage.IndexInfo) error {
	in.EstimatedCost, in.EstimatedRows = 10, 100
	handle, query := -1, -1
	for i := range in.Constraints {
		c := &in.Constraints[i]
		if c.Op != storage.OpEQ || c.Column != knnHandle && c.Column != knnQuery {
			continue
		}
		if !c.Usable {
			return storage.ErrNoPlan
		}
		if c.Column == knnHandle {
			handle = i
		} else {
			query = i
		}
	}
	if handle < 0 {
		return storage.ErrNoPlan
	}
	in.Constraints[handle].ArgIndex, in.Constraints[handle].Omit = 1, true
	if query >= 0 {
		in.Constraints[query].ArgIndex, in.Constraints[query].Omit = 2, true
		in.Plan = 1
	}
	in.OrderByConsumed = len(in.OrderBy) == 1 && in.OrderBy[0].Column == knnDistance && !in.OrderBy[0].Desc
	return nil
}

func (knnModule) Open(c *storage.Conn) (storage.Cursor, error) {
	return &knnCursor{run: c.Owner.(*run)}, nil
}

// knnCursor delivers the rows with a distance, then those whose vector is NULL,
// whose distance is NULL and sorts last.
type knnCursor struct {
	run      *run
	scan     *scan
	cursor   index.Cursor
	searched bool // there was a vector to search for: only rows without one are left
	nulls    *storage.Stmt
	filtered filteredSearch
	key      int64
	distance datum.Datum
	eof      bool
	apart    bool    // rows whose distance is NaN come by themselves
	nowhere  []int64 // those that are still to come, now
	far      []int64 // or at the end
	passed   float64 // distance delivered last
	rows     int     // delivered with a distance
}

func (c *knnCursor) Filter(plan int, args []datum.Datum) error {
	c.finish()
	c.scan, c.eof = c.run.scans[args[0].Int()], false
	if err := c.scan.prepare(); err != nil {
		return err
	}
	query := c.scan.query
	if plan == 1 {
		query = args[1].Clone()
	}
	c.searched, c.passed, c.rows, c.nowhere, c.far = !query.IsNull(), math.Inf(-1), 0, nil, nil
	var err error
	if c.cursor, err = c.filtered.begin(c.scan, query); err != nil {
		return err
	}
	if c.apart = c.cursor != nil && c.scan.nanApart(query); c.apart {
		keys, err := c.scan.withoutAngle()
		switch {
		case err != nil:
			return err
		case c.scan.radius.bounded && !c.scan.radius.nan:
		case c.scan.plan.NaNFirst:
			c.nowhere = keys
		default:
			c.far = keys
		}
	}
	return c.Next()
}

func (c *knnCursor) Next() error {
	for c.cursor != nil || len(c.nowhere) > 0 {
		if len(c.nowhere) > 0 {
			c.key, c.distance = c.nowhere[0], datum.Float(math.NaN())
			c.nowhere = c.nowhere[1:]
			if !c.filtered.passes(c.key) {
				continue
			}
			c.filtered.deliver(c.key)
			return nil
		}
		if c.filtered.due() {
			if err := c.turn(); err != nil {
				return err
			}
		}
		key, distance, ok := c.cursor.Next()
		if !ok || c.scan.radius.beyond(distance) || c.ended() {
			if err := c.cursor.Err(); err != nil {
				return canceled(c.run.x.ctx, err)
			}
			c.finish()
			if c.scan.idx != nil && c.scan.bounds.cut() {
				c.eof = true
				return nil
			}
			c.nowhere, c.far = c.far, nil
			continue
		}
		if distance < c.passed && c.scan.bounds.strict || distance != distance && c.apart {
			continue // strict_order leaves it out, or it comes by itself
		}
		if distance == distance {
			c.passed = distance
		}
		c.rows++
		c.key, c.distance = key, datum.Float(distance)
		c.filtered.deliver(key)
		return nil
	}
	if c.eof {
		return nil
	}
	if c.nulls == nil {
		if !c.scan.plan.WithNulls || c.filtered.complete() {
			c.eof = true
			return nil
		}
		var err error
		if c.nulls, err = c.withoutVector(); err != nil {
			return err
		}
	}
	ok, err := c.nulls.Step()
	for ok && err == nil && !c.filtered.passes(c.nulls.Column(0).Int()) {
		ok, err = c.nulls.Step()
	}
	if err != nil {
		return err
	}
	c.eof = !ok
	if ok {
		c.key, c.distance = c.nulls.Column(0).Int(), datum.Null
	}
	return nil
}

// ended reports whether the settings allow no further row.
func (c *knnCursor) ended() bool {
	b := &c.scan.bounds
	return b.rows > 0 && c.scan.idx != nil && c.rows >= b.rows
}

// withoutVector finds the rows that the search did not deliver: those without a
// vector, or all when the query is NULL.
func (c *knnCursor) withoutVector() (*storage.Stmt, error) {
	rel, col := c.scan.plan.Table, c.scan.plan.Column
	sql := "SELECT t." + catalog.KeyColumn + " FROM " + quoteName(rel.Physical) + " AS t"
	if c.searched {
		sql += " WHERE NOT EXISTS (SELECT 1 FROM " + rowsOf(rel, col).companion + " AS c WHERE c." + catalog.KeyColumn + " = t." + catalog.KeyColumn + ")"
	}
	return c.run.x.conn.Prepare(sql)
}

// finish ends the search.
func (c *knnCursor) finish() {
	c.handIn()
	if c.nulls != nil {
		c.nulls.Close()
		c.nulls = nil
	}
}

// handIn adds the search's work to the scan's and gives its memory to the next.
func (c *knnCursor) handIn() {
	if c.cursor != nil {
		n := c.cursor.Counters()
		c.scan.counters.Lists += n.Lists
		c.scan.counters.Estimated += n.Estimated
		c.scan.counters.Candidates += n.Candidates
		c.scan.counters.Delivered += n.Delivered
		c.scan.relaxed = c.scan.relaxed || c.cursor.Relaxed()
		c.filtered.account(n)
		c.cursor.Close()
		c.cursor = nil
	}
}

func (c *knnCursor) EOF() bool { return c.eof }

func (c *knnCursor) Column(i int) (datum.Datum, error) {
	switch i {
	case knnKey:
		return datum.Int(c.key), nil
	case knnDistance:
		return c.distance, nil
	case knnAnswer:
		if c.scan.plan.Answer == nil {
			break
		}
		if c.scan.answers == nil {
			c.scan.answers = c.scan.newAnswerer()
		}
		return c.scan.answers.of(c.key)
	}
	return datum.Null, nil
}

func (c *knnCursor) Rowid() int64 { return c.key }

func (c *knnCursor) Close() error {
	c.finish()
	return nil
}
