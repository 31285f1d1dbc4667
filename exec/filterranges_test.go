package exec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestFilterByColumns: conditions that columns in memory answer give what SQLite
// gives, for every type and operator, whatever was written since the columns were
// read. The same condition beside a term that is not plain goes the other way.
func TestFilterByColumns(t *testing.T) {
	c := newServer(t).connect()
	c.exec("CREATE TABLE t (id int PRIMARY KEY, i smallint, n bigint, f float8, s text, z varchar(9), m numeric, d date, b boolean, u uuid, v vector(1))",
		`INSERT INTO t SELECT g, g % 7, CASE WHEN g % 5 > 0 THEN g % 11 END, CASE g % 4 WHEN 0 THEN 'NaN' ELSE g % 4 / 2.0 END, 'k' || g % 13,
			CASE WHEN g % 3 > 0 THEN chr(65 + g % 20) END, (g % 9)::numeric / 2, '2020-01-01'::date + g % 30, g % 2 = 0,
			('00000000-0000-0000-0000-0000000000' || lpad((g % 40)::text, 2, '0'))::uuid, CASE WHEN g % 10 > 0 THEN ARRAY[g]::real[]::vector END FROM generate_series(1, 2000) g`,
		"CREATE INDEX ON t USING ivfflat (v vector_l2_ops) WITH (lists = 20, seed = 1)")
	conditions := []string{
		"i = 3", "3 = i", "i < 2", "i <= 2", "i > 4", "5 <= i", "i = 3 AND i = 4", "i > 1 AND i < 3", "i >= 2 AND i <= 3 AND n = 4", "i = 2.0", "i = 3::bigint",
		"n IS NULL", "n IS NOT NULL", "n IS NULL AND i = 2", "n = NULL", "n IN (3, 5, NULL, 3)", "n = ANY ('{1,2,NULL}')", "n IN (1, 2, 3) AND n > 1",
		"f = 'NaN'", "f < 1", "f >= 0.5", "f > 1", "s = 'k3'", "s < 'k2'", "s IN ('k1', 'k12', 'x')", "s > 'k5' AND s <= 'k7'", "z = 'C'", "z < 'F'", "z IS NULL",
		"m = 1.50", "m < 2", "m > 100", "d = '2020-01-05'", "d >= '2020-01-20' AND d < '2020-01-22'", "b", "NOT b", "b = true AND i = 1", "b IS NULL",
		"u = '00000000-0000-0000-0000-000000000007'", "u > '00000000-0000-0000-0000-000000000038'", "id = 17", "id BETWEEN 100 AND 140", "id < 0", "s = 'k3' AND d < '2020-01-04' AND b",
	}
	check := func(when string) {
		t.Helper()
		for _, where := range conditions {
			for _, limit := range []string{"5", "4000"} {
				sql := "SELECT id FROM t WHERE " + where + " %s ORDER BY v <-> '[700]', id LIMIT " + limit
				got, want := c.lines(fmt.Sprintf(sql, "")), c.lines(fmt.Sprintf(sql, "AND id + 0 > 0"))
				if !slices.Equal(got, want) {
					t.Errorf("%s, %s LIMIT %s: %v, want %v", when, where, limit, got, want)
				}
			}
		}
	}
	c.exec("SET ivfflat.probes = 20") // all: both ways are exact
	check("at first")
	if line := c.filterLine("SELECT id FROM t WHERE i = 3 AND s = 'k5' ORDER BY v <-> '[700]' LIMIT 5"); !strings.Contains(line, "survivors=22 (by columns)") {
		t.Errorf("went %s", line)
	}
	c.exec("INSERT INTO t (id, i, n, s, b, v) SELECT g, g % 7, g % 11, 'k' || g % 13, true, ARRAY[g - 4300]::real[]::vector FROM generate_series(5000, 5040) g",
		"INSERT INTO t (id, i, s) VALUES (6000, 3, 'k3')", "DELETE FROM t WHERE id % 17 = 0")
	check("after inserts and deletes")
	c.exec("UPDATE t SET v = ARRAY[id - 9]::real[]::vector WHERE id % 9 = 0", "UPDATE t SET i = 3 WHERE id % 50 = 1", "UPDATE t SET n = NULL WHERE id = 701", "UPDATE t SET z = NULL WHERE id = 702")
	check("after updates")
	c.exec("BEGIN", "UPDATE t SET s = 'k3' WHERE id BETWEEN 690 AND 695", "INSERT INTO t (id, i, s, v) VALUES (7000, 3, 'k3', '[700]')")
	check("in a transaction that writes")
	c.exec("ROLLBACK")
	check("after a rollback")
	c.exec("ALTER TABLE t ALTER COLUMN i TYPE bigint USING 6 - i")
	check("after another definition")
}

// TestFilterApart: where the rows that pass lie together, away from the query,
// the index goes there.
func TestFilterApart(t *testing.T) {
	c := newServer(t).connect()
	d := loadDigits(c)
	c.exec("CREATE TABLE apart AS SELECT id + 10000 * g AS id, label, v FROM digits, generate_series(0, 5) g")
	for _, method := range []string{"ivfflat (v vector_l2_ops) WITH (lists = 60, seed = 1)", "hnsw (v vector_l2_ops) WITH (m = 8, ef_construction = 32)"} {
		c.exec("CREATE INDEX nearby ON apart USING "+method, "SET ivfflat.probes = 4", "SET hnsw.ef_search = 20")
		for _, q := range d.queries(5) {
			for label := range 10 {
				sql := "SELECT id FROM apart WHERE label = $2 ORDER BY v <-> $1 LIMIT 10"
				want := d.filtered(q, 2, func(_, l int) bool { return l == label })
				got := c.lines(sql, literal(q), strconv.Itoa(label))
				if len(got) != 10 {
					t.Fatalf("%s: %d rows of label %d", method, len(got), label)
				}
				for i, id := range got { // each row is there six times
					n, _ := strconv.Atoi(id)
					got[i] = strconv.Itoa(n % 10000)
				}
				if overlap(want, got) < 0.5 {
					t.Errorf("%s: of label %d %v are nearest, not %v", method, label, want, got)
				}
			}
		}
		c.exec("DROP INDEX nearby")
	}
}
