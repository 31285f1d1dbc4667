package exec

import (
	"slices"
	"testing"

	"voronoi/exec/index/ivf"
	"voronoi/internal/oid"
)

// idOf is the index of a column that has one.
func idOf(l *loadedColumn) (id oid.OID) {
	for id = range l.attached() {
	}
	return id
}

// TestAdaptedCentroidsAreStored: lists that have adapted to what was inserted are
// made again as they are, should their segment be lost.
func TestAdaptedCentroidsAreStored(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	c.exec("CREATE TABLE t (id int, v vector(2))",
		"INSERT INTO t SELECT i, ARRAY[i % 20, i / 20]::real[]::vector FROM generate_series(1, 400) i",
		"CREATE INDEX i ON t USING ivfflat (v vector_l2_ops) WITH (lists = 10, seed = 1)")
	l := ts.held("t", "v")
	find := func() (found *ivf.Index) {
		for _, x := range l.attached() {
			found = x.(*ivf.Index)
		}
		return found
	}
	waitFor(t, "a segment", func() bool { return len(segmentFiles(t, ts.dir)) == 1 && l.upkeep.has(idOf(l), find(), 1) })
	before := find()
	was := before.Centroids()
	for range 4 { // far from all that was there
		c.exec("INSERT INTO t SELECT i, ARRAY[1000 + i % 20, i / 20]::real[]::vector FROM generate_series(1, 600) i")
	}
	x := find()
	if x != before || slices.Equal(was.Data, x.Centroids().Data) {
		t.Fatal("the lists did not adapt")
	}
	stored := func() bool {
		conn, err := ts.db.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer ts.db.Release(conn)
		if err := conn.BeginRead(); err != nil {
			t.Fatal(err)
		}
		have, err := readCentroids(conn, idOf(l), 2)
		if err != nil {
			t.Fatal(err)
		}
		return slices.Equal(have.Data, find().Centroids().Data)
	}
	waitFor(t, "the centroids are stored", stored)
}
