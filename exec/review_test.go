package exec

import (
	"testing"
)

// What a savepoint takes back must also be taken back in memory.
func TestRollbackToForgetsWhatDefinitionsLeft(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	c.exec("CREATE TABLE t (id int, v vector(1))", "INSERT INTO t VALUES (1, '[1]'), (2, '[2]')",
		"CREATE INDEX kept ON t USING hnsw (v vector_l2_ops)")
	snap := ts.catalogs.current()
	rel := snap.Relation(snap.Relations()[0].OID)
	for _, r := range snap.Relations() {
		if r.Name == "t" {
			rel = r
		}
	}
	column := ts.vectors.column(rel, rel.Columns[1])

	c.exec("BEGIN", "SAVEPOINT a", "CREATE INDEX gone ON t USING hnsw (v vector_cosine_ops)", "ROLLBACK TO a")
	if n := len(column.table.Load().vectors.Indexes()); n != 1 {
		t.Errorf("%d indexes follow the column after ROLLBACK TO, want 1", n)
	}
	c.exec("COMMIT", "BEGIN", "SAVEPOINT a", "DROP TABLE t", "ROLLBACK TO a", "COMMIT")
	if ts.vectors.column(rel, rel.Columns[1]) != column {
		t.Error("a DROP TABLE that was rolled back made the column forgotten")
	}

	c.exec("BEGIN", "SAVEPOINT a", "CREATE TEMP TABLE x (i int)", "ROLLBACK TO a", "COMMIT", "CREATE TEMP TABLE y (i int)")
	c.expect("SELECT n.nspname LIKE 'pg_temp_%' FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relname = 'y'", "t")
}

// A cursor WITH HOLD does not outlive a transaction that failed to commit.
func TestHeldCursorOfFailedCommit(t *testing.T) {
	c := newServer(t).connect()
	c.exec("CREATE TABLE p (i int PRIMARY KEY)", "CREATE TABLE f (i int REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
		"BEGIN", "INSERT INTO f VALUES (1)", "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM f")
	c.fails("23503", "violates foreign key", "COMMIT")
	c.fails("34000", `cursor "c" does not exist`, "FETCH c")
}
