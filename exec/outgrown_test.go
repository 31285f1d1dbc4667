package exec

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"voronoi/exec/index/ivf"
	"voronoi/vectorops"
)

// TestIndexGrowsWithoutSearches: indexes made on an empty table are there, with the
// lists that were asked for, once there are rows, although nobody has searched.
func TestIndexGrowsWithoutSearches(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	c.exec("CREATE TABLE seed (id int, v vector(64))", "CREATE INDEX seed_v ON seed USING ivfflat (v vector_l2_ops) WITH (lists = 16)",
		"CREATE INDEX ON seed USING hnsw (v vector_cosine_ops)")
	loadDigits(c)
	attached := func() (lists, indexes int) {
		l := ts.held("seed", "v")
		if l == nil || l.vectors == nil {
			return 0, 0
		}
		for _, x := range l.attached() {
			indexes++
			if x, ok := x.(*ivf.Index); ok {
				lists = x.Lists()
			}
		}
		return lists, indexes
	}
	c.exec("INSERT INTO seed SELECT id, v FROM digits WHERE id = 1")
	waitFor(t, "two indexes with a vector", func() bool { lists, indexes := attached(); return lists == 1 && indexes == 2 })
	for i := range 10 {
		c.exec("INSERT INTO seed SELECT id, v FROM digits WHERE id % 10 = " + strconv.Itoa(i))
	}
	waitFor(t, "sixteen lists", func() bool { lists, indexes := attached(); return lists == 16 && indexes == 2 })
	waitFor(t, "two segments", func() bool { return len(segmentFiles(t, ts.dir)) == 2 })
}

// TestIndexOfEmptyTable: an ivfflat index that was made before there were rows
// gets the lists that it was asked for once there are.
func TestIndexOfEmptyTable(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	c.exec("CREATE TABLE seed (id int, v vector(64))", "CREATE INDEX seed_v ON seed USING ivfflat (v vector_l2_ops) WITH (lists = 16)",
		"INSERT INTO seed VALUES (0, '"+strings.Replace("["+strings.Repeat("1,", 64)+"]", ",]", "]", 1)+"')")
	search := "SELECT id FROM seed ORDER BY v <-> (SELECT v FROM seed WHERE id = 0) LIMIT 3"
	usesIndex(t, c, search, "seed_v")
	d := loadDigits(c)
	c.exec("INSERT INTO seed SELECT id, v FROM digits")
	var lists string
	for range 200 {
		c.rows(search) // which finds that the index is outgrown
		if lists = c.rows("SELECT count(*) FROM ivf_lists('seed_v')"); lists == "16" {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if lists != "16" {
		t.Fatalf("%s lists", lists)
	}
	check := func(when string) {
		c.exec("SET ivfflat.probes = 16")
		q := d.vector(11)
		got := strings.Split(c.rows("SELECT id FROM seed WHERE id > 0 ORDER BY v <-> $1 LIMIT 10", literal(q)), "\n")
		if o := overlap(d.truth(vectorops.L2, q, 10), got); o < 1 {
			t.Errorf("%s: recall %g of %v", when, o, got)
		}
	}
	check("after the rows came")
	ts.reopen()
	c = ts.connect()
	usesIndex(t, c, search, "seed_v")
	if n := c.rows("SELECT count(*) FROM ivf_lists('seed_v')"); n != "16" {
		t.Errorf("%s lists after a restart", n)
	}
	check("after a restart")
	if n, err := strconv.Atoi(c.rows("SELECT sum(size) FROM ivf_lists('seed_v')")); err != nil || n != d.len()+1 {
		t.Errorf("%d vectors in the lists", n)
	}
}
