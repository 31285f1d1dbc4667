package exec

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// TestVectorsFollowDefinitions: what happens to tables and columns happens to
// what is in memory of them.
func TestVectorsFollowDefinitions(t *testing.T) {
	const nearest = "SELECT id, v FROM t ORDER BY v <-> '[0,0]', id"
	for _, test := range []struct {
		name  string
		steps []string
		want  []string // of nearest
	}{
		{"truncate", []string{"TRUNCATE t", "INSERT INTO t VALUES (7, '[7,7]')"}, []string{"7|[7,7]"}},
		{"truncate undone", []string{"BEGIN", "TRUNCATE t", "INSERT INTO t VALUES (7, '[7,7]')", nearest, "ROLLBACK"}, []string{"1|[1,1]", "2|[2,2]", "3|∅"}},
		{"truncate undone by a savepoint", []string{"BEGIN", "INSERT INTO t VALUES (4, '[0,1]')", "SAVEPOINT s", nearest, "TRUNCATE t", nearest, "ROLLBACK TO s", nearest, "COMMIT"},
			[]string{"4|[0,1]", "1|[1,1]", "2|[2,2]", "3|∅"}},
		{"truncate committed", []string{"BEGIN", "TRUNCATE t", nearest, "INSERT INTO t VALUES (7, '[7,7]')", nearest, "COMMIT"}, []string{"7|[7,7]"}},
		{"drop undone", []string{"BEGIN", "DROP TABLE t", "CREATE TABLE t (id int, v vector(3))", "INSERT INTO t VALUES (9, '[9,9,9]')", "ROLLBACK"},
			[]string{"1|[1,1]", "2|[2,2]", "3|∅"}},
		{"another table of the name", []string{"DROP TABLE t", "CREATE TABLE t (id int, v vector(2))", "INSERT INTO t VALUES (9, '[9,9]')"}, []string{"9|[9,9]"}},
		{"another table of the name in one transaction", []string{"BEGIN", "DROP TABLE t", "CREATE TABLE t (id int, v vector(2))", nearest, "INSERT INTO t VALUES (9, '[9,9]')", nearest, "COMMIT"}, []string{"9|[9,9]"}},
		{"numbers of objects used again", []string{"BEGIN", "CREATE TABLE u (id int, v vector(5))", "INSERT INTO u VALUES (1, '[1,2,3,4,5]')",
			"SELECT id FROM u ORDER BY v <-> '[0,0,0,0,0]'", "ROLLBACK", "CREATE TABLE u (id int, v vector(2))", "INSERT INTO u VALUES (8, '[0,3]')",
			"INSERT INTO t SELECT id, v FROM u ORDER BY v <-> '[0,0]' LIMIT 1"}, []string{"1|[1,1]", "2|[2,2]", "8|[0,3]", "3|∅"}},
		{"column dropped and added", []string{"ALTER TABLE t DROP COLUMN v", "ALTER TABLE t ADD COLUMN v vector(2)", "UPDATE t SET v = '[5,5]' WHERE id = 2"},
			[]string{"2|[5,5]", "1|∅", "3|∅"}},
		{"column dropped and the drop undone", []string{"BEGIN", "ALTER TABLE t DROP COLUMN v", "ROLLBACK"}, []string{"1|[1,1]", "2|[2,2]", "3|∅"}},
		{"renamed", []string{"ALTER TABLE t RENAME COLUMN v TO w", "ALTER TABLE t RENAME TO u", "INSERT INTO u VALUES (4, '[0,0]')", "SELECT id FROM u ORDER BY w <-> '[0,0]'",
			"ALTER TABLE u RENAME TO t", "ALTER TABLE t RENAME COLUMN w TO v"}, []string{"4|[0,0]", "1|[1,1]", "2|[2,2]", "3|∅"}},
		{"upsert", []string{"INSERT INTO t VALUES (1, '[3,3]'), (5, '[0,1]') ON CONFLICT (id) DO UPDATE SET v = excluded.v",
			"INSERT INTO t VALUES (2, '[0,0]') ON CONFLICT DO NOTHING"}, []string{"5|[0,1]", "2|[2,2]", "1|[3,3]", "3|∅"}},
		{"set and unset", []string{"UPDATE t SET v = NULL WHERE id = 1", "UPDATE t SET v = '[1,0]' WHERE id = 3"}, []string{"3|[1,0]", "2|[2,2]", "1|∅"}},
		{"twice in one transaction", []string{"BEGIN", "UPDATE t SET v = '[9,9]' WHERE id = 1", nearest, "UPDATE t SET v = '[8,8]' WHERE id = 1", "DELETE FROM t WHERE id = 2",
			"INSERT INTO t VALUES (2, '[7,7]')", "COMMIT"}, []string{"2|[7,7]", "1|[8,8]", "3|∅"}},
		{"emptied", []string{"DELETE FROM t", nearest, "INSERT INTO t VALUES (1, '[4,4]')"}, []string{"1|[4,4]"}},
		{"savepoints around the first search", []string{"BEGIN", "UPDATE t SET v = '[9,9]' WHERE id = 1", "SAVEPOINT a", "DELETE FROM t WHERE id = 2", nearest, "ROLLBACK TO a", "COMMIT"},
			[]string{"2|[2,2]", "1|[9,9]", "3|∅"}},
		{"a failed statement", []string{"BEGIN", "SAVEPOINT a", "!INSERT INTO t VALUES (11, '[0,0]'), (1, '[0,0]')", "ROLLBACK TO a", "COMMIT", "!INSERT INTO t VALUES (12, '[0,0]'), (1, '[0,0]')"},
			[]string{"1|[1,1]", "2|[2,2]", "3|∅"}},
		{"index made and undone", []string{"BEGIN", "SAVEPOINT a", "CREATE INDEX i ON t USING ivfflat (v vector_l2_ops) WITH (lists = 2)", nearest, "ROLLBACK TO a", nearest,
			"CREATE INDEX j ON t USING ivfflat (v vector_cosine_ops) WITH (lists = 1)", "INSERT INTO t VALUES (4, '[1,0]')", "COMMIT"},
			[]string{"4|[1,0]", "1|[1,1]", "2|[2,2]", "3|∅"}},
	} {
		// The column is in memory before, or is loaded on the way.
		for _, loaded := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%t", test.name, loaded), func(t *testing.T) {
				ts := newServer(t)
				c, other := ts.connect(), ts.connect()
				c.exec("CREATE TABLE t (id int PRIMARY KEY, v vector(2))", "INSERT INTO t VALUES (1, '[1,1]'), (2, '[2,2]'), (3, NULL)")
				if loaded {
					c.rows(nearest)
				}
				for _, sql := range test.steps {
					if sql[0] == '!' {
						if _, err := c.query(sql[1:]); err == nil {
							t.Fatalf("%s succeeded", sql)
						}
						continue
					}
					c.exec(sql)
				}
				c.expect(nearest, test.want...)
				other.expect(nearest, test.want...)
				ts.reopen()
				ts.connect().expect(nearest, test.want...)
			})
		}
	}
}

func TestVectorsOfCascades(t *testing.T) {
	c := newServer(t).connect()
	c.exec("CREATE TABLE docs (id int PRIMARY KEY)", "CREATE TABLE parts (doc int REFERENCES docs ON DELETE CASCADE, n int, v vector(1))",
		"INSERT INTO docs VALUES (1), (2)", "INSERT INTO parts VALUES (1, 1, '[1]'), (1, 2, '[2]'), (2, 1, '[3]')",
		"CREATE INDEX ON parts USING ivfflat (v vector_l2_ops) WITH (lists = 1)")
	c.expect("SELECT doc, n FROM parts ORDER BY v <-> '[0]'", "1|1", "1|2", "2|1")
	c.exec("DELETE FROM docs WHERE id = 1")
	c.expect("SELECT doc, n FROM parts ORDER BY v <-> '[0]'", "2|1")
	c.expect("SELECT sum(size) FROM ivf_lists('parts_v_idx')", "1")
}

// TestUntypedVectors: a column of type vector without a length may mix lengths;
// only comparing them fails.
func TestUntypedVectors(t *testing.T) {
	c := newServer(t).connect()
	c.exec("CREATE TABLE t (id int, v vector)", "INSERT INTO t VALUES (1, '[1]'), (2, '[1,2]'), (3, '[2]')")
	c.expect("SELECT v FROM t ORDER BY id", "[1]", "[1,2]", "[2]")
	c.fails("22000", "different vector dimensions", "SELECT id FROM t ORDER BY v <-> '[1]'")
	c.exec("DELETE FROM t WHERE id = 2")
	c.expect("SELECT id FROM t ORDER BY v <-> '[2]'", "3", "1")
	c.exec("INSERT INTO t VALUES (4, '[1,2,3]')")
	c.expect("SELECT v FROM t ORDER BY id", "[1]", "[2]", "[1,2,3]")
	c.exec("UPDATE t SET v = '[7]' WHERE id = 4")
	c.expect("SELECT id FROM t ORDER BY v <-> '[7]'", "4", "3", "1")
}

// TestSearchesBesideWrites: in one snapshot a search by the index, an exact
// search and a computation over the table find the same, whatever others
// commit, roll back, load and reclaim meanwhile.
func TestSearchesBesideWrites(t *testing.T) { searchesBesideWrites(newServer(t), nil) }

// searchesBesideWrites runs it on a server; disturb, if there is one, beside it.
func searchesBesideWrites(ts *testServer, disturb func(stop <-chan struct{})) {
	t := ts.t
	c := ts.connect()
	c.exec("CREATE TABLE t (id int PRIMARY KEY, v vector(4) NOT NULL)", "CREATE TABLE log (n int)",
		"INSERT INTO t SELECT i, ARRAY[i % 7, i % 11, i % 13, i % 17]::vector FROM generate_series(1, 500) i",
		"CREATE INDEX ON t USING ivfflat (v vector_l2_ops) WITH (lists = 10)")
	ts.reopen() // so that the column is loaded while others write
	var writers, readers, other sync.WaitGroup
	ended := make(chan struct{})
	if disturb != nil {
		other.Go(func() { disturb(ended) })
	}
	var stop atomic.Bool
	for n := range 2 {
		c := ts.connect()
		rng := rand.New(rand.NewPCG(3, uint64(n)))
		writers.Go(func() {
			for !stop.Load() {
				first := rng.IntN(450) + 1
				end := []string{"COMMIT", "COMMIT", "ROLLBACK"}[rng.IntN(3)]
				for _, sql := range []string{"BEGIN",
					fmt.Sprintf("UPDATE t SET v = ARRAY[%d, %d, id %% 5, 1]::vector WHERE id BETWEEN %d AND %[3]d + 40", rng.IntN(9), rng.IntN(9), first),
					"SAVEPOINT s", fmt.Sprintf("DELETE FROM t WHERE id > %d AND id < %[1]d + 20", first),
					[]string{"ROLLBACK TO s", "RELEASE s"}[rng.IntN(2)],
					fmt.Sprintf("INSERT INTO t SELECT i, ARRAY[i %% 3, i %% 4, %d, 2]::vector FROM generate_series(%d, %[2]d + 30) i ON CONFLICT DO NOTHING", rng.IntN(9), first),
					end} {
					if _, err := c.query(sql); err != nil {
						t.Errorf("%s: %s", sql, describeError(err))
						return
					}
				}
			}
		})
	}
	rounds := 60
	if testing.Short() || ts.memoryLimit != "" {
		rounds = 15
	}
	for n := range 2 {
		c := ts.connect()
		rng := rand.New(rand.NewPCG(4, uint64(n)))
		readers.Go(func() {
			if _, err := c.query("SET ivfflat.probes = 10"); err != nil {
				t.Error(err)
			}
			for range rounds {
				q := fmt.Sprintf("'[%d,%d,%d,%d]'", rng.IntN(10), rng.IntN(10), rng.IntN(10), rng.IntN(10))
				var found []string
				for _, sql := range []string{"BEGIN ISOLATION LEVEL REPEATABLE READ",
					"SELECT string_agg(d::text, ' ') FROM (SELECT v <-> " + q + " AS d FROM t ORDER BY v <-> " + q + " LIMIT 40) x",
					"SELECT string_agg(distance::text, ' ') FROM knn('t', " + q + ", k => 40, exact => true)",
					"SELECT string_agg(d::text, ' ') FROM (SELECT v <-> " + q + " AS d FROM t ORDER BY (v <-> " + q + ") + 0 LIMIT 40) x",
					"COMMIT"} {
					a, err := c.query(sql)
					if err != nil {
						t.Errorf("%s: %s", sql, describeError(err))
						return
					}
					if len(a.rows) == 1 {
						found = append(found, a.String())
					}
				}
				if found[0] != found[2] || found[1] != found[2] {
					t.Errorf("for %s by index\n%s\nexactly\n%s\nby the table\n%s", q, found[0], found[1], found[2])
				}
			}
		})
	}
	readers.Wait()
	stop.Store(true)
	writers.Wait()
	close(ended)
	other.Wait()
	c = ts.connect()
	c.exec("VACUUM")
	c.expect("SELECT sum(size) FROM ivf_lists('t_v_idx')", strconv.Itoa(int(c.number("SELECT count(*) FROM t"))))
}
