package exec

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"voronoi/internal/pgerr"
)

// Writers that commit, roll back and redefine, with readers that load the column
// meanwhile: what the index finds is what the table has, in every snapshot.
func TestVectorsFollowTheTable(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	c.exec("CREATE TABLE t (id serial PRIMARY KEY, v vector(2))", "CREATE INDEX ON t USING hnsw (v vector_l2_ops)")
	// What the table has, what exact search finds, and what an index finds, if one
	// is there.
	check := "SELECT (SELECT coalesce(sum(id), 0) FROM t WHERE v IS NOT NULL), (SELECT coalesce(sum(id), 0) FROM knn('t', '[0,0]', k => 1000000, exact => true)), " +
		"(SELECT coalesce(sum(id), 0) FROM (SELECT id FROM t WHERE v IS NOT NULL ORDER BY v <-> '[0,0]' LIMIT 1000000) x)"
	const steps = 20
	var writers, readers sync.WaitGroup
	over := make(chan struct{})
	tolerate := func(err error) {
		switch pgerr.Code(err) {
		case "", "40001", "0A000", "25P02", "3B001", "40P01":
			if err == nil || pgerr.Code(err) != "" {
				return
			}
		}
		t.Error(describeError(err))
	}
	verify := func(c *testClient) string {
		a, err := c.query(check)
		if err != nil {
			tolerate(err)
			return ""
		}
		if r := a.rows[0]; r[0] != r[1] || r[0] != r[2] {
			t.Errorf("the table has %s, exact search finds %s, an index %s", r[0], r[1], r[2])
		}
		return a.String()
	}
	for w := range 2 {
		writers.Add(1)
		c := ts.connect()
		go func() {
			defer writers.Done()
			rng := rand.New(rand.NewPCG(uint64(w), 7))
			for range steps {
				if t.Failed() {
					return
				}
				c.query("BEGIN")
				for range rng.IntN(6) {
					sql := []string{
						"INSERT INTO t (v) SELECT ARRAY[random(), random()]::real[]::vector FROM generate_series(1, 20)",
						"INSERT INTO t (v) VALUES (NULL), ('[1,2]')",
						"DELETE FROM t WHERE id % 5 = " + fmt.Sprint(rng.IntN(5)),
						"UPDATE t SET v = ARRAY[random(), random()]::real[]::vector WHERE id % 3 = " + fmt.Sprint(rng.IntN(3)),
						"SAVEPOINT a", "ROLLBACK TO a", "RELEASE a", "UPDATE t SET v = NULL WHERE id % 7 = 1",
						"INSERT INTO t (id, v) SELECT id, v FROM t LIMIT 1",
						"ALTER TABLE t ALTER v TYPE vector(2)", "ALTER TABLE t ALTER v TYPE vector", "TRUNCATE t",
						"CREATE INDEX ON t USING ivfflat (v vector_l2_ops) WITH (lists = 2)",
						check,
					}[rng.IntN(14)]
					if sql == check {
						verify(c)
						continue
					}
					_, err := c.query(sql)
					if err != nil && pgerr.Code(err) != "23505" && pgerr.Code(err) != "22000" && pgerr.Code(err) != "22023" {
						tolerate(err)
					}
				}
				c.query([]string{"COMMIT", "COMMIT", "ROLLBACK"}[rng.IntN(3)])
				if rng.IntN(10) == 0 {
					c.query("VACUUM")
				}
			}
		}()
	}
	// Builds and drops, each a transaction of its own.
	builder := ts.connect()
	readers.Go(func() {
		rng := rand.New(rand.NewPCG(9, 7))
		for {
			select {
			case <-over:
				return
			default:
			}
			name := "b" + fmt.Sprint(rng.IntN(3))
			sql := []string{
				"CREATE INDEX CONCURRENTLY " + name + " ON t USING hnsw (v vector_l2_ops)",
				"CREATE INDEX " + name + " ON t USING ivfflat (v vector_l2_ops) WITH (lists = 3)",
				"DROP INDEX IF EXISTS " + name, "DROP INDEX IF EXISTS " + name, "REINDEX TABLE t",
			}[rng.IntN(5)]
			if _, err := builder.query(sql); err != nil && pgerr.Code(err) != "42P07" && pgerr.Code(err) != "22023" {
				tolerate(err)
			}
		}
	})
	for r := range 2 {
		readers.Add(1)
		c := ts.connect()
		go func() {
			defer readers.Done()
			for n := 0; ; n++ {
				select {
				case <-over:
					return
				default:
				}
				if r == 0 {
					verify(c)
					continue
				}
				c.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
				a := verify(c)
				for range n % 20 {
					if b := verify(c); a != "" && b != "" && a != b {
						t.Errorf("one snapshot shows %s, then %s", a, b)
					}
				}
				c.query("COMMIT")
			}
		}()
	}
	writers.Wait()
	close(over)
	readers.Wait()
	verify(c)
	ts.expectIdle(t)
	ts.reopen()
	c = ts.connect()
	verify(c)
	ts.expectIdle(t)
}
