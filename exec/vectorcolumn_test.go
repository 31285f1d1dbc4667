package exec

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// derivedIndexCases are indexes over an expression or of some rows, a search that
// each serves, and what a search must be without: it is computed row by row.
var derivedIndexCases = []struct{ name, index, where, distance, without string }{
	{"half precision", "USING hnsw ((v::halfvec(5)) halfvec_l2_ops)", "", "v::halfvec(5) <-> '%s'", "v::halfvec(5) <=> '%s'"},
	{"lists of half precision", "USING ivfflat ((v::halfvec(5)) halfvec_cosine_ops) WITH (lists = 3)", "", "v::halfvec(5) <=> '%s'", "v::halfvec(4) <=> '%s'"},
	{"quantized to bits", "USING hnsw ((binary_quantize(v)::bit(5)) bit_hamming_ops)", "", "binary_quantize(v)::bit(5) <~> binary_quantize('%s'::vector)", "binary_quantize(v) <~> binary_quantize('%s'::vector)"},
	{"a part", "USING ivfflat ((subvector(v, 1, 2)::vector(2)) vector_l2_ops) WITH (lists = 3)", "", "subvector(v, 1, 2)::vector(2) <-> subvector('%s'::vector, 1, 2)", "subvector(v, 2, 2)::vector(2) <-> subvector('%s'::vector, 1, 2)"},
	{"an expression of some rows", "USING hnsw ((u::vector(5)) vector_l2_ops) WHERE (model = 1)", "WHERE model = 1", "u::vector(5) <-> '%s'", ""},
	{"some rows", "USING hnsw (v vector_ip_ops) WHERE (id % 2 = 0 AND model = 1)", "WHERE model = 1 AND id % 2 = 0 AND id > 3", "v <#> '%s'", ""},
}

// TestDerivedIndexes: whatever happens to the table, such an index finds what
// computing the distances finds.
func TestDerivedIndexes(t *testing.T) {
	for _, x := range derivedIndexCases {
		t.Run(x.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(3, 4))
			ts := newServer(t)
			c, other := ts.connect(), ts.connect()
			draw := func(n int) string {
				var elems []string
				for range n {
					elems = append(elems, fmt.Sprint(float32(rng.IntN(80)-40)/4))
				}
				return "[" + strings.Join(elems, ",") + "]"
			}
			next := 0
			values := func(n int) string {
				var rows []string
				for range n {
					next++
					v, u := "'"+draw(5)+"'", "'"+draw(5)+"'"
					if rng.IntN(8) == 0 {
						v, u = "NULL", "NULL"
					}
					model := 1 + rng.IntN(2)
					if model == 2 {
						u = "'" + draw(3) + "'" // of another length
					}
					rows = append(rows, fmt.Sprintf("(%d, %d, %s, %s)", next, model, v, u))
				}
				return strings.Join(rows, ", ")
			}
			check := func(c *testClient, what string) {
				t.Helper()
				q := draw(5)
				search := func(distance string) string {
					d := fmt.Sprintf(distance, q)
					return fmt.Sprintf("SELECT id, %s FROM t %s ORDER BY %s, id LIMIT 12", d, x.where, d)
				}
				if plan := c.rows("EXPLAIN " + search(x.distance)); !strings.Contains(plan, "Index Scan using t_") {
					t.Fatalf("%s: planned as\n%s", what, plan)
				}
				if x.without != "" {
					if plan := c.rows("EXPLAIN " + search(x.without)); strings.Contains(plan, "using t_") {
						t.Fatalf("%s: a search for something else is planned as\n%s", what, plan)
					}
				}
				have := c.rows(search(x.distance))
				want := c.rows(fmt.Sprintf("WITH s AS MATERIALIZED (SELECT id, %s AS d FROM t %s) SELECT id, d FROM s ORDER BY d, id LIMIT 12", fmt.Sprintf(x.distance, q), x.where))
				if have != want {
					t.Fatalf("%s: %s gives\n%v, want\n%v", what, search(x.distance), have, want)
				}
			}
			settings := []string{"SET hnsw.ef_search = 1000", "SET ivfflat.probes = 1000"}
			c.exec(settings...)
			other.exec(settings...)
			c.exec("CREATE TABLE t (id int PRIMARY KEY, model int, v vector(5), u vector)", "INSERT INTO t VALUES "+values(40), "CREATE INDEX ON t "+x.index)
			check(c, "made")
			c.exec("INSERT INTO t VALUES " + values(30))
			check(c, "inserted")
			c.exec("BEGIN", "INSERT INTO t VALUES "+values(10), "DELETE FROM t WHERE id % 9 = 1", "UPDATE t SET v = '"+draw(5)+"' WHERE id % 7 = 2",
				"UPDATE t SET model = 3 - model, u = '"+draw(5)+"' WHERE id % 5 = 0", "SAVEPOINT s", "UPDATE t SET v = NULL, model = 2")
			check(c, "within the transaction")
			check(other, "beside the transaction")
			c.exec("ROLLBACK TO s")
			check(c, "back at the savepoint")
			c.exec("COMMIT")
			check(other, "committed")
			c.exec("BEGIN", "TRUNCATE t", "INSERT INTO t VALUES "+values(3))
			check(c, "emptied")
			c.exec("ROLLBACK")
			check(c, "rolled back")
			c.exec("INSERT INTO t VALUES (1000, 1, '[1,2,3,4,5]', '[1,2,3,4,5]') ON CONFLICT (id) DO UPDATE SET v = excluded.v", "UPDATE t SET id = id + 2000 WHERE id < 20", "VACUUM t")
			check(c, "vacuumed")
			ts.reopen()
			c = ts.connect()
			c.exec(settings...)
			check(c, "reopened")
			check(c, "reopened and restored")
			c.exec("REINDEX TABLE t", "ALTER TABLE t RENAME COLUMN v TO w", "ALTER TABLE t RENAME COLUMN w TO v", "ALTER TABLE t ADD COLUMN more int DEFAULT 3")
			check(c, "defined anew")
			definition := c.rows("SELECT indexdef FROM pg_indexes WHERE indexname LIKE 't_%idx'")
			c.exec("DROP INDEX " + c.rows("SELECT indexname FROM pg_indexes WHERE indexname LIKE 't_%idx'"))
			c.exec("INSERT INTO t VALUES "+values(2), definition)
			check(c, "made from its definition")
			c.exec("DROP TABLE t")
			if left := c.rows("SELECT count(*) FROM pg_class WHERE relname LIKE 't_%idx'"); left != "0" {
				t.Errorf("%s indexes are left", left)
			}
		})
	}
}

// TestDerivedIndexErrors: as pgvector has them.
func TestDerivedIndexErrors(t *testing.T) {
	c := newServer(t).connect()
	c.exec("CREATE TABLE t (id int, v vector(3), u vector)")
	c.fails("22023", "column does not have dimensions", "CREATE INDEX ON t USING hnsw ((binary_quantize(v)) bit_hamming_ops)")
	c.fails("22023", "column does not have dimensions", "CREATE INDEX ON t USING hnsw (u vector_l2_ops) WHERE id > 1")
	c.exec("CREATE INDEX ON t USING hnsw ((u::vector(2)) vector_l2_ops)")
	c.fails("22000", "expected 2 dimensions, not 3", "INSERT INTO t VALUES (1, NULL, '[1,2,3]')")
	c.expect("SELECT count(*) FROM t", "0")
	c.exec("INSERT INTO t VALUES (1, NULL, '[1,2]')")
	c.exec("INSERT INTO t VALUES (2, '[1,2,100000]')")
	c.fails("22003", `"100000" is out of range for type halfvec`, "CREATE INDEX ON t USING hnsw ((v::halfvec(3)) halfvec_l2_ops)")
	c.expect("SELECT id FROM t ORDER BY u::vector(2) <-> '[0,0]' LIMIT 1", "1")
}

// TestQuantizedSearchIsReranked: the query of pgvector's manual for binary
// quantization, candidates by their bits in an order by their vectors.
func TestQuantizedSearchIsReranked(t *testing.T) {
	c := newServer(t).connect()
	c.exec("CREATE TABLE items (id int PRIMARY KEY, embedding vector(3))",
		"INSERT INTO items VALUES (1, '[1,-2,3]'), (2, '[1,-1,3]'), (3, '[-1,2,-3]'), (4, '[2,-5,6]'), (5, '[1,2,3]')",
		"CREATE INDEX ON items USING hnsw ((binary_quantize(embedding)::bit(3)) bit_hamming_ops)")
	const query = "SELECT id FROM (SELECT * FROM items ORDER BY binary_quantize(embedding)::bit(3) <~> binary_quantize('[1,-2,3]'::vector) LIMIT 3) ORDER BY embedding <=> '[1,-2,3]' LIMIT 2"
	if plan := c.rows("EXPLAIN " + query); !strings.Contains(plan, "Index Scan using items_binary_quantize_idx on items") {
		t.Fatal(plan)
	}
	c.expect(query, "1", "4")
}
