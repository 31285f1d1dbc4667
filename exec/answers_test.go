package exec

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"voronoi/internal/pgerr"
)

// TestAnswers: a search that has its rows' numbers from memory sees what the
// table has in its own snapshot.
func TestAnswers(t *testing.T) {
	ts := newServer(t)
	c, other := ts.connect(), ts.connect()
	c.exec("CREATE TABLE t (id int PRIMARY KEY, n bigint NOT NULL, m int, v vector(1))",
		"INSERT INTO t SELECT i, i * 10, i, ARRAY[i]::real[]::vector FROM generate_series(1, 20) i")
	search := "SELECT id FROM t ORDER BY v <-> '[3]' LIMIT 2"
	c.expect(search, "3", "2")
	c.expect("SELECT id, id + 1, v <-> '[3]' FROM t ORDER BY v <-> '[3]', id LIMIT 2", "3|4|0", "2|3|1")
	c.expect("SELECT n FROM t ORDER BY v <-> '[3]' LIMIT 1", "30")
	c.expect("SELECT m FROM t ORDER BY v <-> '[3]' LIMIT 1", "3")
	c.expect("SELECT id, n FROM t ORDER BY v <-> '[3]' LIMIT 1", "3|30")
	c.expect("SELECT id FROM t ORDER BY v <-> '[3]' LIMIT 1 FOR UPDATE", "3")

	// An update is seen when it is committed, by snapshots that see it.
	other.exec("BEGIN ISOLATION LEVEL REPEATABLE READ")
	other.expect(search, "3", "2")
	c.exec("BEGIN", "UPDATE t SET id = 103 WHERE id = 3")
	c.expect(search, "103", "2")
	other.expect(search, "3", "2")
	c.exec("COMMIT")
	c.expect(search, "103", "2")
	other.expect(search, "3", "2")
	other.exec("COMMIT")
	other.expect(search, "103", "2")

	// One that is rolled back is not.
	c.exec("BEGIN", "SAVEPOINT a", "UPDATE t SET id = 7000 WHERE id = 2", "ROLLBACK TO a")
	c.expect(search, "103", "2")
	c.exec("ROLLBACK")
	c.expect(search, "103", "2")

	// Rows come and go.
	c.exec("INSERT INTO t VALUES (900, 1, 1, '[3.1]')")
	c.expect(search, "103", "900")
	c.exec("DELETE FROM t WHERE id = 103")
	c.expect(search, "900", "2")
	c.exec("INSERT INTO t VALUES (2, 5, 5, '[3]') ON CONFLICT (id) DO UPDATE SET id = 200")
	c.expect(search, "900", "200")

	// Nor do definitions leave anything behind.
	c.exec("ALTER TABLE t ALTER id TYPE int USING id + 1")
	c.expect(search, "901", "201")
	c.exec("ALTER TABLE t RENAME id TO ident")
	c.expect("SELECT ident FROM t ORDER BY v <-> '[3]' LIMIT 1", "901")
	c.exec("ALTER TABLE t ALTER ident TYPE text")
	c.expect("SELECT ident FROM t ORDER BY v <-> '[3]' LIMIT 1", "901")
	c.exec("INSERT INTO t (ident, n) VALUES ('none', 77)")
	c.expect("SELECT n FROM t WHERE v IS NULL ORDER BY v <-> '[3]' LIMIT 1", "77")
	c.expect("SELECT n FROM t ORDER BY v <-> '[3]' OFFSET 20", "77")
}

// TestAnswersInStorm: while rows are renumbered, each statement finds the number
// that its snapshot has.
func TestAnswersInStorm(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	c.exec("CREATE TABLE t (id int PRIMARY KEY, tag int, v vector(1))",
		"INSERT INTO t SELECT i, i, ARRAY[i]::real[]::vector FROM generate_series(1, 50) i")
	var writers, readers sync.WaitGroup
	over := make(chan struct{})
	writers.Add(1)
	go func() {
		defer writers.Done()
		w := ts.connect()
		rng := rand.New(rand.NewPCG(3, 4))
		for range 150 {
			tag := 1 + rng.IntN(50)
			end := []string{"COMMIT", "COMMIT", "ROLLBACK"}[rng.IntN(3)]
			for _, sql := range []string{"BEGIN", fmt.Sprintf("UPDATE t SET id = id + 100 WHERE tag = %d", tag), end} {
				if _, err := w.query(sql); err != nil {
					t.Error(describeError(err))
				}
			}
		}
	}()
	for r := range 3 {
		readers.Add(1)
		reader := ts.connect()
		go func() {
			defer readers.Done()
			rng := rand.New(rand.NewPCG(uint64(r), 5))
			for {
				select {
				case <-over:
					return
				default:
				}
				tag := 1 + rng.IntN(50)
				a, err := reader.query(fmt.Sprintf("SELECT (SELECT id FROM t ORDER BY v <-> '[%d]' LIMIT 1), (SELECT id FROM t WHERE tag = %[1]d)", tag))
				if err != nil {
					if pgerr.Code(err) != "40001" {
						t.Error(describeError(err))
					}
					return
				}
				if row := a.rows[0]; row[0] != row[1] {
					t.Errorf("tag %d: the search says %s, the table %s", tag, row[0], row[1])
					return
				}
			}
		}()
	}
	writers.Wait()
	close(over)
	readers.Wait()
}
