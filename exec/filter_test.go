package exec

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"voronoi/vectorops"
)

// A WHERE beside a vector search must cost neither rows nor recall, however few
// rows it lets through and whichever way it is met.

// filterCase is a condition in SQL and in Go, of row id with a label.
type filterCase struct {
	sql  string
	pass func(id, label int) bool
}

// filterCases go from everything to nothing; labels follow the vectors, remainders
// do not.
func filterCases() []filterCase {
	cases := []filterCase{
		{"label = 3", func(_, label int) bool { return label == 3 }},
		{"label <> 3", func(_, label int) bool { return label != 3 }},
		{"label IN (2, 7)", func(_, label int) bool { return label == 2 || label == 7 }},
		{"label < 5 AND id % 2 = 1", func(id, label int) bool { return label < 5 && id%2 == 1 }},
		{"id <= 5", func(id, _ int) bool { return id <= 5 }},
		{"id < 0", func(int, int) bool { return false }},
	}
	for _, n := range []int{1, 2, 3, 5, 10, 30, 100, 300, 1000} {
		cases = append(cases, filterCase{fmt.Sprintf("id %% %d = 0", n), func(id, _ int) bool { return id%n == 0 }})
	}
	return cases
}

// filtered is the truth under a filter: the k nearest of the rows that pass.
func (d *digitsSet) filtered(q []float32, k int, pass func(id, label int) bool) []string {
	var ids []string
	for _, id := range d.truth(vectorops.L2, q, d.len()) {
		if i, _ := strconv.Atoi(id); pass(i, d.labels[i-1]) && len(ids) < k {
			ids = append(ids, id)
		}
	}
	return ids
}

// lines are the rows of a query that has one column.
func (c *testClient) lines(sql string, args ...string) []string {
	c.t.Helper()
	if s := c.rows(sql, args...); s != "" {
		return strings.Split(s, "\n")
	}
	return nil
}

// filterLine is what EXPLAIN ANALYZE says of a query's filter.
func (c *testClient) filterLine(sql string, args ...string) string {
	c.t.Helper()
	for _, line := range c.lines("EXPLAIN (ANALYZE) "+sql, args...) {
		if _, rest, ok := strings.Cut(line, "Vector Filter on "); ok {
			return rest
		}
	}
	c.t.Errorf("no filter is shown for %s", sql)
	return ""
}

func TestFilterRecall(t *testing.T) {
	for _, test := range []struct{ name, index, setting string }{
		{"exact", "", "SET ivfflat.probes = 1"},
		{"ivfflat", "USING ivfflat (v vector_l2_ops) WITH (lists = 40, seed = 1)", "SET ivfflat.probes = 1"},
		{"ivfflat", "USING ivfflat (v vector_l2_ops) WITH (lists = 40, seed = 1)", "SET ivfflat.probes = 3"},
		{"ivfflat", "USING ivfflat (v vector_l2_ops) WITH (lists = 40, seed = 1)", "SET ivfflat.probes = 8"},
		{"hnsw", "USING hnsw (v vector_l2_ops) WITH (m = 4, ef_construction = 16)", "SET hnsw.ef_search = 10"},
	} {
		t.Run(test.name+" "+test.setting, func(t *testing.T) {
			c := newServer(t).connect()
			d := loadDigits(c)
			if test.index != "" {
				c.exec("CREATE INDEX ON digits " + test.index)
			}
			c.exec(test.setting)
			queries := d.queries(30)
			unfiltered := 0.0
			for _, q := range queries {
				unfiltered += overlap(d.truth(vectorops.L2, q, 10), c.nearest("digits", "<->", q, 10)) / float64(len(queries))
			}
			for _, f := range filterCases() {
				recall := 0.0
				sql := "SELECT id FROM digits WHERE " + f.sql + " ORDER BY v <-> $1 LIMIT 10"
				for _, q := range queries {
					want, got := d.filtered(q, 10, f.pass), c.lines(sql, literal(q))
					if len(got) != len(want) {
						t.Errorf("%s: %d rows of %d", f.sql, len(got), len(want))
					}
					for i, id := range got {
						if n, _ := strconv.Atoi(id); !f.pass(n, d.labels[n-1]) || slices.Contains(got[:i], id) {
							t.Errorf("%s delivered %v", f.sql, got)
						}
					}
					if len(want) == 0 {
						recall += 1 / float64(len(queries))
						continue
					}
					recall += overlap(want, got) / float64(len(queries))
				}
				if recall < unfiltered-0.01 {
					t.Errorf("%s: recall %.3f, without filter %.3f; %s", f.sql, recall, unfiltered, c.filterLine(sql, literal(queries[0])))
				}
				t.Logf("%-26s recall %.3f of %.3f  %s", f.sql, recall, unfiltered, c.filterLine(sql, literal(queries[0])))
			}
		})
	}
}

// TestFilterTurns: a search that streams gives up when that does not fill LIMIT,
// and delivers every row once.
func TestFilterTurns(t *testing.T) {
	c := newServer(t).connect()
	d := loadDigits(c)
	c.exec("CREATE TABLE few (id int PRIMARY KEY)", "INSERT INTO few SELECT g FROM generate_series(7, 1797, 150) g")
	q := d.queries(1)[0]
	few := func(id, _ int) bool { return id >= 7 && (id-7)%150 == 0 }
	for _, test := range []struct {
		sql   string
		pass  func(id, label int) bool
		limit int
	}{
		// Nothing is said of how many are wanted.
		{"SELECT id FROM digits WHERE label + 0 < 5 ORDER BY v <-> $1", func(_, label int) bool { return label < 5 }, d.len()},
		// The join drops what the filter let through.
		{"SELECT digits.id FROM digits JOIN few ON few.id = digits.id WHERE label <> 3 ORDER BY v <-> $1 LIMIT 10",
			func(id, label int) bool { return label != 3 && few(id, label) }, 10},
		{"SELECT digits.id FROM digits LEFT JOIN few ON few.id = digits.id WHERE label <> 3 AND few.id IS NOT NULL ORDER BY v <-> $1 LIMIT 5",
			func(id, label int) bool { return label != 3 && few(id, label) }, 5},
	} {
		for _, index := range []string{"", "CREATE INDEX turn ON digits USING ivfflat (v vector_l2_ops) WITH (lists = 40, seed = 1)",
			"CREATE INDEX turn ON digits USING hnsw (v vector_l2_ops)"} {
			c.exec("DROP INDEX IF EXISTS turn")
			if index != "" {
				c.exec(index)
			}
			c.exec("UPDATE few SET id = id") // a commit: nothing is cached
			if line := c.filterLine(test.sql, literal(q)); !strings.Contains(line, "streamed=1") || !strings.Contains(line, "switched=1") {
				t.Errorf("%s\n%s went %s", index, test.sql, line)
			}
			c.exec("UPDATE few SET id = id")
			got, want := c.lines(test.sql, literal(q)), d.filtered(q, test.limit, test.pass)
			if index != "" {
				// Rows that the index had passed over may come late.
				slices.Sort(got)
				slices.Sort(want)
				if len(got) != len(want) || len(slices.Compact(got)) != len(want) || overlap(want, got) < 0.7 {
					t.Errorf("%s\n%s gave %v, want %v", index, test.sql, got, want)
				}
			} else if !slices.Equal(got, want) {
				t.Errorf("%s gave %v, want %v", test.sql, got, want)
			}
		}
	}
}

// TestFilterSnapshots: the keys that are remembered for a filter are those of the
// snapshot that asks.
func TestFilterSnapshots(t *testing.T) {
	ts := newServer(t)
	c, other := ts.connect(), ts.connect()
	d := loadDigits(c)
	c.exec("CREATE INDEX ON digits USING ivfflat (v vector_l2_ops) WITH (lists = 10, seed = 1)")
	q := literal(d.vector(0))
	const sql = "SELECT id FROM digits WHERE label + 0 = 77 ORDER BY v <-> $1 LIMIT 3"
	expect := func(who *testClient, want ...string) {
		t.Helper()
		if got := who.lines(sql, q); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	expect(c)
	expect(c)
	if line := c.filterLine(sql, q); !strings.Contains(line, "exact=1") || !strings.Contains(line, "survivors=0 (cached)") {
		t.Errorf("not cached: %s", line)
	}
	c.exec("UPDATE digits SET label = 77 WHERE id = 1")
	expect(c, "1")
	other.exec("BEGIN ISOLATION LEVEL REPEATABLE READ")
	expect(other, "1")
	c.exec("BEGIN", "UPDATE digits SET label = 77 WHERE id = 2", "INSERT INTO digits SELECT 5000, 77, v FROM digits WHERE id = 1")
	own := c.lines(sql, q)
	slices.Sort(own)
	if !slices.Equal(own, []string{"1", "2", "5000"}) {
		t.Errorf("a transaction sees %v of its own", own)
	}
	expect(other, "1")
	c.exec("SAVEPOINT s", "DELETE FROM digits WHERE label = 77")
	expect(c)
	c.exec("ROLLBACK TO s", "DELETE FROM digits WHERE id IN (1, 5000)")
	expect(c, "2")
	c.exec("ROLLBACK")
	expect(c, "1")
	c.exec("UPDATE digits SET label = 0 WHERE label = 77")
	expect(c)
	expect(other, "1") // an older snapshot than the one remembered
	other.exec("COMMIT")
	expect(other)
	// Values and settings tell filters apart.
	for _, label := range []string{"3", "4", "3"} {
		for _, got := range c.lines("SELECT label FROM digits WHERE label = $2 AND id % 50 = 1 ORDER BY v <-> $1 LIMIT 3", q, label) {
			if got != label {
				t.Errorf("label %s among those of %s", got, label)
			}
		}
	}
	c.exec("ALTER TABLE digits ADD COLUMN at timestamptz DEFAULT '2020-01-01 00:30+00'")
	for zone, want := range map[string]int{"UTC": 3, "America/New_York": 0} {
		c.exec("SET timezone = '" + zone + "'")
		if got := c.lines("SELECT id FROM digits WHERE extract(year from at) = 2020 AND id % 300 = 1 ORDER BY v <-> $1 LIMIT 3", q); len(got) != want {
			t.Errorf("in %s: %v", zone, got)
		}
	}
}

func TestFilterWithoutVector(t *testing.T) {
	c := newServer(t).connect()
	c.exec("CREATE TABLE t (id int PRIMARY KEY, kind int, v vector(2))",
		"INSERT INTO t SELECT g, g % 100, CASE WHEN g % 3 > 0 THEN ('[' || g || ',0]')::vector END FROM generate_series(1, 900) g",
		"CREATE INDEX ON t USING ivfflat (v vector_l2_ops) WITH (lists = 5, seed = 1)")
	for range 2 {
		c.expect("SELECT id FROM t WHERE kind = 1 ORDER BY v <-> '[0,0]' LIMIT 7", "1", "101", "301", "401", "601", "701", "201")
		if got := c.lines("SELECT id FROM t WHERE kind = 1 ORDER BY v <-> '[0,0]' LIMIT 20"); len(got) != 9 {
			t.Errorf("%v", got)
		}
		if got := c.lines("SELECT id FROM t WHERE kind = 1 ORDER BY v <-> NULL LIMIT 20"); len(got) != 9 {
			t.Errorf("without a query vector %v", got)
		}
		c.expect("SELECT id FROM t WHERE kind = 1 AND v <-> '[0,0]' < 350 ORDER BY v <-> '[0,0]' LIMIT 7", "1", "101", "301")
		c.expect("SELECT q.x, n.id FROM (VALUES (1, '[0,0]'::vector), (2, '[900,0]')) q (x, v), LATERAL (SELECT id FROM t WHERE kind = 1 ORDER BY t.v <-> q.v LIMIT 2) n ORDER BY 1, 2",
			"1|1", "1|101", "2|601", "2|701")
		// A row that the filter fails for need not be one that is looked at.
		c.expect("SELECT id FROM t WHERE 1 / (id - 899) <= 0 ORDER BY v <-> '[0,0]' LIMIT 2", "1", "2")
	}
}

// TestFilterConcurrently searches while others write: a filter must never let
// through what its snapshot does not have.
func TestFilterConcurrently(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	d := loadDigits(c)
	c.exec("CREATE INDEX ON digits USING ivfflat (v vector_l2_ops) WITH (lists = 10, seed = 1)")
	var wg sync.WaitGroup
	for n := range 2 {
		who := ts.connect()
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(3, uint64(n)))
			for range 40 {
				label := strconv.Itoa(rng.IntN(10))
				rows := who.lines("SELECT label FROM digits WHERE label = $2 ORDER BY v <-> $1 LIMIT 10", literal(d.vector(rng.IntN(d.len()))), label)
				if len(rows) != 10 {
					t.Errorf("%d rows of label %s", len(rows), label)
				}
				for _, got := range rows {
					if got != label {
						t.Errorf("label %s among those of %s", got, label)
					}
				}
			}
		})
	}
	for i := range 30 {
		c.exec(fmt.Sprintf("UPDATE digits SET label = (label + 1) %% 10 WHERE id %% 30 = %d", i))
		if i%3 == 0 {
			c.exec("BEGIN", fmt.Sprintf("DELETE FROM digits WHERE label = %d", i%10), "ROLLBACK")
		}
	}
	wg.Wait()
}

func TestKeySet(t *testing.T) {
	var k keySet
	for _, key := range []int64{5, 64, 5, 1000, 63} {
		if !k.add(key) {
			t.Errorf("%d is refused", key)
		}
	}
	if k.count != 4 || !k.has(63) || !k.has(1000) || k.has(1001) || k.has(6) || k.has(1<<40) || k.has(-1) {
		t.Errorf("%+v", k)
	}
	if k.add(-1) || k.add(mostKeys) {
		t.Error("a key out of range is taken")
	}
	if rest := k.without([]int64{5, 7, 1 << 40}); rest.count != 3 || rest.has(5) || !rest.has(64) || !k.has(5) {
		t.Errorf("%+v", rest)
	}
}

func TestFilterCacheIsBounded(t *testing.T) {
	var c filterCache
	for i := range 3 * maxFilters {
		c.update(filterID{byte(i), 1}, func(e *filterEntry) { e.survives = &keySet{words: make([]uint64, maxFilterWords/10)} })
	}
	if c.words > maxFilterWords || len(c.entries) != 10 {
		t.Errorf("%d words in %d sets", c.words, len(c.entries))
	}
	for i := range 3 * maxFilters {
		c.update(filterID{byte(i), 2}, func(e *filterEntry) { e.share = 1 })
	}
	if len(c.entries) != maxFilters || c.words != 0 {
		t.Errorf("%d filters, %d words", len(c.entries), c.words)
	}
	if c.entry(filterID{191, 2}).share != 1 || c.entry(filterID{1, 2}).share != 0 {
		t.Error("not the oldest were forgotten")
	}
}
