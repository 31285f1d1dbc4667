package exec

import (
	"context"
	"os"

	"voronoi/exec/catalog"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// maintain is VACUUM, ANALYZE, CLUSTER and CHECKPOINT. There is less to
// do than in Postgres: SQLite reuses the space of deleted rows by itself, and
// vector indexes drop dead entries as they go.
func (s *Session) maintain(ctx context.Context, n *planner.Maintain) (*result, error) {
	res := &result{tag: n.Verb}
	switch n.Verb {
	case "VACUUM":
		if s.tx.status == txBlock {
			return nil, pgerr.New(pgerr.ActiveSQLTransaction, "VACUUM cannot run inside a transaction block")
		}
		if err := s.commit(ctx); err != nil {
			return nil, err
		}
		s.ensureTransaction()
		return res, s.srv.asWriter(ctx, func() error {
			s.srv.vectors.reclaimAll(false)
			return s.srv.db.Checkpoint()
		})
	case "CHECKPOINT":
		return res, s.srv.db.Checkpoint()
	case "ANALYZE":
		if err := s.startWriting(ctx); err != nil {
			return nil, err
		}
		return res, canceled(ctx, s.tx.conn.Exec("PRAGMA optimize = 0x10002"))
	}
	return res, nil
}

// sizes measures SQLite tables and indexes by their names, in bytes.
func sizes(conn *storage.Conn, names ...string) (int64, error) {
	st, err := conn.Prepare("SELECT sum(pgsize) FROM dbstat WHERE name = ? AND aggregate = TRUE")
	if err != nil {
		return 0, err
	}
	defer st.Close()
	total := int64(0)
	for _, name := range names {
		st.Reset()
		st.Bind(1, datum.Text(name))
		ok, err := st.Step()
		if err != nil {
			return 0, err
		}
		if ok && !st.Column(0).IsNull() {
			total += st.Column(0).Int()
		}
	}
	return total, nil
}

// relationArgument is the relation that a regclass argument names; nil when it
// is gone, for which the size functions give NULL.
func relationArgument(x *execution, args []datum.Datum) *catalog.Relation {
	return x.catalog.Relation(oid.OID(args[0].Int()))
}

// ownSize is the size of a table with its vectors, or of an index.
func (x *execution) ownSize(rel *catalog.Relation) (int64, error) {
	if rel.Kind == catalog.KindIndex && isVectorMethod(rel.Index.Method) {
		n, err := x.segmentSize(rel)
		if err == nil && rel.Index.Vectors != nil {
			var own int64
			own, err = sizes(x.conn, rel.Index.Vectors.Companion)
			n += own
		}
		return n, err
	}
	names := []string{rel.Physical}
	for _, c := range rel.Live() {
		if c.Companion != "" {
			names = append(names, c.Companion)
		}
	}
	return sizes(x.conn, names...)
}

// segmentSize is what a vector index takes on disk: its segment, as far as it has
// been saved, and its centroids.
func (x *execution) segmentSize(rel *catalog.Relation) (int64, error) {
	size := int64(0)
	if info, err := os.Stat(x.session.srv.segmentFile(rel.OID)); err == nil {
		size = info.Size()
	}
	st, err := x.conn.Prepare("SELECT sum(length(body)) FROM voronoi_segment WHERE oid = ?")
	if err != nil {
		return 0, err
	}
	defer st.Close()
	st.Bind(1, datum.Int(int64(rel.OID)))
	if ok, err := st.Step(); err != nil || !ok || st.Column(0).IsNull() {
		return size, err
	}
	return size + st.Column(0).Int(), nil
}

func (x *execution) indexesSize(rel *catalog.Relation) (int64, error) {
	total := int64(0)
	for _, index := range indexesOf(x.catalog, rel) {
		n, err := x.ownSize(index)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

func sizeOf(x *execution, args []datum.Datum, measures ...func(*catalog.Relation) (int64, error)) (datum.Datum, error) {
	rel := relationArgument(x, args)
	if rel == nil {
		return datum.Null, nil
	}
	total := int64(0)
	for _, measure := range measures {
		n, err := measure(rel)
		if err != nil {
			return datum.Null, err
		}
		total += n
	}
	return datum.Int(total), nil
}

func sqlRelationSize(x *execution, args []datum.Datum) (datum.Datum, error) {
	return sizeOf(x, args, x.ownSize)
}

func sqlTableSize(x *execution, args []datum.Datum) (datum.Datum, error) {
	return sizeOf(x, args, x.ownSize)
}

func sqlIndexesSize(x *execution, args []datum.Datum) (datum.Datum, error) {
	return sizeOf(x, args, x.indexesSize)
}

func sqlTotalSize(x *execution, args []datum.Datum) (datum.Datum, error) {
	return sizeOf(x, args, x.ownSize, x.indexesSize)
}

func sqlDatabaseSize(x *execution, _ []datum.Datum) (datum.Datum, error) {
	st, err := x.conn.Prepare("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
	if err != nil {
		return datum.Null, err
	}
	defer st.Close()
	if ok, err := st.Step(); err != nil || !ok {
		return datum.Null, err
	}
	return datum.Int(st.Column(0).Int()), nil
}
