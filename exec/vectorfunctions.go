package exec

import (
	"voronoi/exec/builtin"
	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/exec/index/ivf"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// vectorFunctions are the functions of our own over vectors, indexes and
// codebooks, by signature. What a function that returns a set has to say fits
// in memory: its rows are made at once.
func vectorFunctions() builtin.Table {
	t := builtin.Table{}
	for key, f := range map[string]func(x *execution, args []datum.Datum) ([][]datum.Datum, error){
		"ivf_build(regclass,name,integer,text,integer,bigint,text)": sqlIVFBuild,
		"ivf_lists(regclass)":                                 sqlIVFLists,
		"ivf_probe(regclass,vector,integer)":                  sqlIVFProbe,
		"knn_recall(regclass,integer,integer,integer)":        sqlRecall,
		"pq_train(regclass,name,integer,integer,bigint,text)": sqlPQTrain,
		"pq_codebook(text)":                                   sqlPQCodebook,
		"pq_distance_table(text,vector)":                      sqlPQDistanceTable,
		"sequence_state(regclass)":                            sqlSequenceState,
	} {
		t[key] = builtin.Impl{Set: func(c *builtin.Call, args []datum.Datum) (builtin.Rows, error) {
			x, err := executionOf(c)
			if err != nil {
				return nil, err
			}
			rows, err := f(x, args)
			return &setRows{rows: rows}, err
		}}
	}
	for key, f := range map[string]func(x *execution, args []datum.Datum) (datum.Datum, error){
		"ivf_assign(regclass,vector)":         sqlIVFAssign,
		"pq_encode(text,vector)":              sqlPQEncode,
		"pq_decode(text,smallint[])":          sqlPQDecode,
		"pq_distance(text,vector,smallint[])": sqlPQDistance,
		"pq_drop(text)":                       sqlPQDrop,
	} {
		t[key] = builtin.Impl{Scalar: func(c *builtin.Call, args []datum.Datum) (datum.Datum, error) {
			x, err := executionOf(c)
			if err != nil {
				return datum.Null, err
			}
			return f(x, args)
		}}
	}
	return t
}

// executionOf is the statement that calls a function.
func executionOf(c *builtin.Call) (*execution, error) {
	if x, ok := c.Session.(*execution); ok {
		return x, nil
	}
	return nil, pgerr.Internal("a function over vectors is called outside a statement")
}

// definingIn makes sure that a function that changes the catalog may do so: the
// transaction allows it, and the statement reads what it writes. The planner
// says of the statements that call one that they write (planner.QueryPlan's
// Defines), so that only unusual places are left over.
func (x *execution) definingIn(function string) error {
	if err := x.session.checkWritable(function + "()"); err != nil {
		return err
	}
	if tx := &x.session.tx; !tx.writing || tx.conn != x.conn {
		return pgerr.Unsupported("%s in this place", function)
	}
	return nil
}

// tableArgument is the table that an argument of type regclass names.
func (x *execution) tableArgument(function string, d datum.Datum) (*catalog.Relation, error) {
	if d.IsNull() {
		return nil, pgerr.Newf(pgerr.NullValueNotAllowed, "the relation of %s must not be null", function)
	}
	id := oid.OID(d.Int())
	rel := x.catalog.Relation(id)
	if rel == nil {
		return nil, pgerr.Newf(pgerr.UndefinedTable, "could not open relation with OID %d", id)
	}
	if rel.Kind != catalog.KindTable || rel.System != nil {
		return nil, pgerr.Newf(pgerr.WrongObjectType, "%q is not a table", rel.Name)
	}
	return rel, nil
}

// vectorColumnArgument is the column that an argument names, or the table's
// only vector column where it is NULL.
func (x *execution) vectorColumnArgument(rel *catalog.Relation, d datum.Datum) (*catalog.Column, error) {
	if d.IsNull() {
		var only *catalog.Column
		for _, c := range rel.Live() {
			if c.Type != oid.Vector {
				continue
			}
			if only != nil {
				return nil, pgerr.Newf(pgerr.AmbiguousColumn, "table %q has several vector columns", rel.Name).
					WithHint("Name one with column_name.")
			}
			only = c
		}
		if only == nil {
			return nil, pgerr.Newf(pgerr.UndefinedColumn, "table %q has no vector column", rel.Name)
		}
		return only, nil
	}
	c := rel.Column(d.Str())
	if c == nil {
		return nil, pgerr.Newf(pgerr.UndefinedColumn, "column %q of relation %q does not exist", d.Str(), rel.Name)
	}
	if c.Type != oid.Vector {
		return nil, pgerr.Newf(pgerr.DatatypeMismatch, "column %q is of type %s but expression is of type vector",
			c.Name, x.catalog.FormatType(x.path, c.Type, c.Typmod))
	}
	return c, nil
}

// argumentIndex is a vector index that a function is given. Without any vector in
// its column there is nothing in memory, and search is nil.
type argumentIndex struct {
	rel    *catalog.Relation
	loaded *columnHere
	search savedIndex
}

// indexArgument is the vector index that an argument of type regclass names, in
// memory.
func (x *execution) indexArgument(d datum.Datum) (*argumentIndex, error) {
	id := oid.OID(d.Int())
	rel := x.catalog.Relation(id)
	switch {
	case rel == nil:
		return nil, pgerr.Newf(pgerr.UndefinedTable, "could not open relation with OID %d", id)
	case rel.Kind != catalog.KindIndex:
		return nil, pgerr.Newf(pgerr.WrongObjectType, "%q is not an index", rel.Name)
	case !isVectorMethod(rel.Index.Method):
		return nil, pgerr.Newf(pgerr.WrongObjectType, "%q is not a vector index", rel.Name)
	}
	table := x.catalog.Relation(rel.Index.Table)
	loaded, err := x.columnHere(vectorsOf(table, rel))
	i := &argumentIndex{rel: rel, loaded: loaded}
	if err != nil || loaded.vectors == nil {
		return i, err
	}
	i.search, err = loaded.indexNow(x, rel)
	return i, err
}

// listsArgument is the inverted-file index that an argument names; its lists are
// nil while it has no vectors.
func (x *execution) listsArgument(d datum.Datum) (*catalog.Relation, *ivf.Index, error) {
	rel := x.catalog.Relation(oid.OID(d.Int()))
	if rel != nil && rel.Kind == catalog.KindIndex && rel.Index.Method != "ivfflat" && rel.Index.Method != "ivfpq" {
		return nil, nil, pgerr.Newf(pgerr.WrongObjectType, "%q is not an ivfflat or ivfpq index", rel.Name)
	}
	i, err := x.indexArgument(d)
	if err != nil {
		return nil, nil, err
	}
	lists, _ := i.search.(*ivf.Index)
	return i.rel, lists, nil
}

// snapshot is the sequence number by which the statement sees vectors.
func (x *execution) snapshot() index.Seq {
	if x.session.tx.writing && x.conn == x.session.tx.conn {
		return index.Pending
	}
	return index.Seq(x.seq)
}

// countArgument is an argument that counts something, at least 1; a NULL gives
// the default.
func countArgument(name string, d datum.Datum, otherwise, most int) (int, error) {
	if d.IsNull() {
		return otherwise, nil
	}
	if n := d.Int(); n >= 1 && n <= int64(most) {
		return int(n), nil
	}
	if most < maxCount {
		return 0, pgerr.Newf(pgerr.InvalidParameterValue, "%s must be between 1 and %d", name, most)
	}
	return 0, pgerr.Newf(pgerr.InvalidParameterValue, "%s must be at least 1", name)
}

// maxCount stands for no bound.
const maxCount = 1<<31 - 1
