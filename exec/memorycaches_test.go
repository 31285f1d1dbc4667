package exec

import "testing"

// TestCachesMakeRoom: what searches remember of other columns counts as memory,
// goes before any vectors do, and what is remembered afterwards is as true.
func TestCachesMakeRoom(t *testing.T) {
	ts := newServer(t)
	c, old := ts.connect(), ts.connect()
	c.exec("CREATE TABLE t (id int PRIMARY KEY, n int, v vector(2))",
		"INSERT INTO t SELECT i, i % 7, ARRAY[i, 0]::real[]::vector FROM generate_series(1, 5000) i")
	search := "SELECT id FROM t ORDER BY v <-> '[3,0]' LIMIT 2"
	c.expect(search, "3", "2")
	remembered := ts.vectors.cached()
	if remembered == 0 {
		t.Fatal("nothing is remembered")
	}
	old.exec("BEGIN ISOLATION LEVEL REPEATABLE READ")
	old.expect("SELECT count(*) FROM t", "5000")
	c.exec("UPDATE t SET id = 9003 WHERE id = 3")
	c.expect(search, "9003", "2")

	l := ts.held("t", "v")
	limit := l.bytes() + ts.vectors.cached() // all that there is
	if !ts.vectors.makeRoom(new(vectorColumn), 0, limit) || ts.vectors.cached() != remembered {
		t.Error("something was dropped although there is room")
	}
	if !ts.vectors.makeRoom(new(vectorColumn), 1, limit) {
		t.Error("there is no room although the caches could go")
	}
	if n := ts.vectors.cached(); n != 0 {
		t.Errorf("%d bytes are remembered still", n)
	}
	if ts.held("t", "v") != l {
		t.Error("vectors went before the caches")
	}
	old.expect(search, "3", "2") // which must not leave its number to later ones
	c.expect(search, "9003", "2")

	ts.setMemoryLimit("64")
	l.limit = 0
	ts.vectors.cacheGrown()
	if n := ts.vectors.cached(); n != 0 || ts.held("t", "v") != l {
		t.Errorf("%d bytes are remembered beyond the limit, %v is held", n, ts.held("t", "v"))
	}
}

// TestFilterColumnsAreDropped: they have to earn being made again.
func TestFilterColumnsAreDropped(t *testing.T) {
	var f filterColumns
	id := columnID{1, 1}
	if !f.due(id, 5, 1, 100) {
		t.Error("a column that never was is not due")
	}
	column := &filterColumn{since: 5, starts: make([]uint32, 2), codes: make([]uint32, 100)}
	f.put(id, column)
	if f.size() != column.bytes() || f.dropAll() != column.bytes() || f.size() != 0 || f.find(id, 9) != nil {
		t.Errorf("%d bytes are left of %d", f.size(), column.bytes())
	}
	if f.due(id, 9, 50, 100) || !f.due(id, 9, 50, 100) {
		t.Error("it is due before it has earned its making, or not after")
	}
}
