package exec

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// searchedTypes are the types that can be searched, with the operators of each
// and the operator classes for them.
var searchedTypes = []struct {
	typ       string
	draw      func(rng *rand.Rand) string
	operators []searchedOperator
}{
	{"vector(7)", drawFloats, []searchedOperator{{"<->", "vector_l2_ops", true}, {"<#>", "vector_ip_ops", true}, {"<=>", "vector_cosine_ops", true}, {"<+>", "vector_l1_ops", false}}},
	{"halfvec(7)", drawFloats, []searchedOperator{{"<->", "halfvec_l2_ops", true}, {"<#>", "halfvec_ip_ops", true}, {"<=>", "halfvec_cosine_ops", true}, {"<+>", "halfvec_l1_ops", false}}},
	{"bit(45)", func(rng *rand.Rand) string {
		b := make([]byte, 45)
		for i := range b {
			b[i] = '0' + byte(rng.IntN(2))
		}
		return string(b)
	}, []searchedOperator{{"<~>", "bit_hamming_ops", true}, {"<%>", "bit_jaccard_ops", false}}},
	{"sparsevec(900)", func(rng *rand.Rand) string {
		var elems []string
		for i := 1 + rng.IntN(9); i <= 900; i += 1 + rng.IntN(200) {
			elems = append(elems, fmt.Sprintf("%d:%d", i, 1+rng.IntN(9)))
		}
		return "{" + strings.Join(elems, ",") + "}/900"
	}, []searchedOperator{{"<->", "sparsevec_l2_ops", false}, {"<#>", "sparsevec_ip_ops", false}, {"<=>", "sparsevec_cosine_ops", false}, {"<+>", "sparsevec_l1_ops", false}}},
}

type searchedOperator struct {
	name, class string
	lists       bool // ivfflat serves it
}

func drawFloats(rng *rand.Rand) string {
	var elems []string
	for range 7 {
		elems = append(elems, fmt.Sprint(float32(rng.IntN(200)-100)/8))
	}
	return "[" + strings.Join(elems, ",") + "]"
}

// TestSearchedTypes: whatever happens to a table, a search finds what computing
// the distance of every row finds, with every type and operator, from the
// vectors in memory, by an index that looks at all, and from the rows.
func TestSearchedTypes(t *testing.T) {
	for _, typ := range searchedTypes {
		name, _, _ := strings.Cut(typ.typ, "(")
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			ts := newServer(t)
			c, other := ts.connect(), ts.connect()
			next := 0
			values := func(n int) string {
				var rows []string
				for range n {
					next++
					v := "NULL"
					if rng.IntN(10) > 0 {
						v = "'" + typ.draw(rng) + "'"
					}
					rows = append(rows, fmt.Sprintf("(%d, %s)", next, v))
				}
				return strings.Join(rows, ", ")
			}
			check := func(c *testClient, what, how string) {
				t.Helper()
				for _, op := range typ.operators {
					d := fmt.Sprintf("v %s '%s'", op.name, typ.draw(rng))
					search := fmt.Sprintf("SELECT id, %s FROM t ORDER BY %s, id LIMIT 15", d, d)
					if plan := c.rows("EXPLAIN " + search); how != "" && !strings.Contains(plan, how) {
						t.Fatalf("%s: %s is planned as\n%s", what, search, plan)
					}
					have := c.rows(search)
					want := c.rows(fmt.Sprintf("WITH s AS MATERIALIZED (SELECT id, %s AS d FROM t) SELECT id, d FROM s ORDER BY d, id LIMIT 15", d))
					if have != want {
						t.Fatalf("%s: %s gives\n%v, want\n%v", what, search, have, want)
					}
				}
			}
			history := func(how string) {
				t.Helper()
				c.exec("INSERT INTO t VALUES " + values(60))
				check(c, "inserted", how)
				c.exec("BEGIN", "INSERT INTO t VALUES "+values(20), "DELETE FROM t WHERE id % 9 = 1",
					fmt.Sprintf("UPDATE t SET v = '%s' WHERE id %% 7 = 2", typ.draw(rng)))
				check(c, "within the transaction", how)
				check(other, "beside the transaction", how)
				c.exec("SAVEPOINT s", "UPDATE t SET v = NULL WHERE id % 2 = 0")
				check(c, "after the savepoint", how)
				c.exec("ROLLBACK TO s")
				check(c, "back at the savepoint", how)
				c.exec("COMMIT")
				check(other, "committed", how)
				c.exec("BEGIN", "TRUNCATE t", "INSERT INTO t VALUES "+values(3))
				check(c, "emptied", how)
				c.exec("ROLLBACK")
				check(c, "rolled back", how)
				c.exec("DELETE FROM t WHERE id % 3 = 0", "VACUUM t")
				check(c, "vacuumed", how)
			}
			c.exec("CREATE TABLE t (id int PRIMARY KEY, v "+typ.typ+")", "INSERT INTO t VALUES "+values(5))
			history("Vector Scan")
			ts.reopen()
			c, other = ts.connect(), ts.connect()
			check(c, "reopened", "Vector Scan")

			for _, s := range []*testClient{c, other} {
				s.exec("SET hnsw.ef_search = 1000", "SET ivfflat.probes = 1000")
			}
			for _, method := range []string{"hnsw", "ivfflat"} {
				served := 0
				for _, op := range typ.operators {
					if method == "ivfflat" && !op.lists {
						c.fails("42704", fmt.Sprintf(`operator class "%s" does not exist for access method "ivfflat"`, op.class),
							fmt.Sprintf("CREATE INDEX ON t USING ivfflat (v %s)", op.class))
						continue
					}
					c.exec(fmt.Sprintf("CREATE INDEX ON t USING %s (v %s)", method, op.class))
					served++
				}
				how := ""
				if served == len(typ.operators) {
					how = "Index Scan using"
				}
				history(how)
				ts.reopen()
				c, other = ts.connect(), ts.connect()
				for _, s := range []*testClient{c, other} {
					s.exec("SET hnsw.ef_search = 1000", "SET ivfflat.probes = 1000")
				}
				check(c, "reopened with "+method, how)
				check(c, "once more", how)
			}
			ts.limitMemory(1)
			history("")
			ts.limitMemory(1 << 20)
			c.exec("ALTER TABLE t DROP COLUMN v", "ALTER TABLE t ADD COLUMN v "+typ.typ)
			check(c, "a new column", "Vector Scan")
			c.exec("UPDATE t SET v = '" + typ.draw(rng) + "'")
			check(c, "a new column with values", "Vector Scan")
		})
	}
}

// TestSearchedTypesOfOtherLengths: pgvector's words for each type.
func TestSearchedTypesOfOtherLengths(t *testing.T) {
	c := newServer(t).connect()
	for _, x := range []struct{ typ, value, op, query, want string }{
		{"vector(3)", "[1,2,3]", "<->", "[1,2]", "different vector dimensions 3 and 2"},
		{"halfvec(3)", "[1,2,3]", "<=>", "[1,2]", "different halfvec dimensions 3 and 2"},
		{"sparsevec(3)", "{1:1}/3", "<+>", "{1:1}/2", "different sparsevec dimensions 3 and 2"},
		{"bit(3)", "101", "<~>", "10", "different bit lengths 3 and 2"},
	} {
		c.exec("DROP TABLE IF EXISTS t", "CREATE TABLE t (v "+x.typ+")")
		search := fmt.Sprintf("SELECT v FROM t ORDER BY v %s '%s' LIMIT 1", x.op, x.query)
		c.expect(search)
		c.exec("INSERT INTO t VALUES ('" + x.value + "')")
		c.fails("22000", x.want, search)
		c.fails("22000", x.want, fmt.Sprintf("SELECT v %s '%s' FROM t", x.op, x.query))
	}
}

// TestUntypedBits: a table made from a query may mix lengths, even none.
func TestUntypedBits(t *testing.T) {
	c := newServer(t).connect()
	c.exec("CREATE TABLE t AS SELECT 1 AS id, B'101' AS b UNION ALL SELECT 2, B'100' UNION ALL SELECT 3, NULL")
	c.expect("SELECT id FROM t ORDER BY b <~> '100' LIMIT 3", "2", "1", "3")
	c.exec("INSERT INTO t VALUES (4, B'')")
	c.fails("22000", "different bit lengths", "SELECT id FROM t ORDER BY b <~> '100' LIMIT 3")
	c.exec("DELETE FROM t WHERE id < 3")
	c.expect("SELECT id, b <~> '' FROM t ORDER BY b <~> '' LIMIT 3", "4|0", "3|∅")
}
