package exec

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestBatch: a LATERAL search gives for each outer row what the search by itself
// gives, whatever the outer rows come from and whether they were read ahead.
func TestBatch(t *testing.T) {
	c := newServer(t).connect()
	d := loadDigits(c)
	c.exec("CREATE TABLE asked (n int, v vector(64))", "INSERT INTO asked SELECT id, v FROM digits WHERE id % 9 = 0", "INSERT INTO asked VALUES (-1, NULL)",
		"DELETE FROM digits WHERE id % 11 = 0")
	var values, array []string
	for i := range 130 {
		values = append(values, fmt.Sprintf("(%d, '%s'::vector)", 9*(i+1), literal(d.vector(9*(i+1)-1))))
		array = append(array, fmt.Sprintf("'%s'", literal(d.vector(9*(i+1)-1))))
	}
	metrics := []string{"<->", "<=>", "<#>", "<+>"}
	if testing.Short() { // each row's function takes long under the race detector
		metrics = metrics[1:2]
	}
	for _, metric := range metrics {
		for name, outer := range map[string]string{
			"a table":       "asked",
			"its part":      "(SELECT * FROM asked WHERE n < 700) AS asked",
			"backwards":     "(SELECT * FROM asked ORDER BY n DESC) AS asked",
			"values":        "(VALUES " + strings.Join(values, ", ") + ") AS asked (n, v)",
			"an array":      "(SELECT 0 AS n, unnest(ARRAY[" + strings.Join(array, ", ") + "]::vector[]) AS v) AS asked",
			"a function":    "unnest(ARRAY[" + strings.Join(array, ", ") + "]::vector[]) WITH ORDINALITY AS asked (v, n)",
			"a common one":  "(SELECT n, v FROM asked UNION ALL SELECT 5, v FROM asked WHERE n = 9) AS asked",
			"too few":       "(SELECT * FROM asked WHERE n IN (9, 18)) AS asked",
			"filtered late": "(SELECT * FROM asked) AS asked",
		} {
			where := ""
			if name == "filtered late" {
				where = " WHERE asked.n %% 63 = 0"
			}
			for _, limit := range []string{"3", "3 OFFSET 2", "70"} {
				sql := "SELECT asked.n, near.id FROM " + outer + " CROSS JOIN LATERAL (SELECT id FROM digits ORDER BY digits.v " + metric + " asked.v%s LIMIT " + limit + ") near" + where + " ORDER BY asked.n, asked.v, near.id"
				// An expression of the column is not read ahead.
				got, want := c.lines(fmt.Sprintf(sql, "")), c.lines(fmt.Sprintf(sql, " + array_fill(0, ARRAY[64])::vector"))
				if !slices.Equal(got, want) || len(got) == 0 {
					t.Errorf("%s, by %s, LIMIT %s: %d rows, not %d", name, metric, limit, len(got), len(want))
				}
			}
		}
	}
	// More is wanted than was found ahead.
	got := c.lines("SELECT count(*) FROM asked CROSS JOIN LATERAL (SELECT id FROM digits WHERE id > 0 AND digits.v <-> asked.v >= 0 ORDER BY digits.v <-> asked.v LIMIT 2000) near WHERE n > 0")
	if want := c.lines("SELECT (SELECT count(*) FROM digits) * (SELECT count(*) FROM asked WHERE n > 0)"); !slices.Equal(got, want) {
		t.Errorf("%v rows of %v", got, want)
	}
	c.fails("22000", "different vector dimensions", "SELECT near.id FROM (VALUES ('[1,2]'::vector), ('[1]'), ('[2]'), ('[3]'), ('[4]')) q (v), LATERAL (SELECT id FROM digits ORDER BY digits.v <-> q.v LIMIT 1) near")
}

// BenchmarkBatch is 64 queries in one statement, beside one by one.
func BenchmarkBatch(b *testing.B) {
	c := newServer(b).connect()
	loadDigits(c)
	c.exec("CREATE TABLE large AS SELECT id, v FROM digits, generate_series(1, 40) g", "CREATE TABLE asked AS SELECT id, v FROM digits LIMIT 64",
		"SELECT id FROM large ORDER BY v <-> (SELECT v FROM asked LIMIT 1) LIMIT 10")
	for name, query := range map[string]string{"batch": "asked.v", "single": "asked.v + array_fill(0, ARRAY[64])::vector"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				c.exec("SELECT count(near.id) FROM asked CROSS JOIN LATERAL (SELECT id FROM large ORDER BY large.v <-> " + query + " LIMIT 10) near")
			}
		})
	}
}
