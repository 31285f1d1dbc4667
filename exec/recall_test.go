package exec

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"voronoi/internal/datum"
	"voronoi/internal/digits"
	"voronoi/internal/oid"
	"voronoi/vectorops"
)

// digitsSet are the handwritten digits: image i is row i+1.
type digitsSet struct {
	vectors []float32
	labels  []int
}

func (d *digitsSet) len() int               { return len(d.labels) }
func (d *digitsSet) vector(i int) []float32 { return d.vectors[i*digits.Dims : (i+1)*digits.Dims] }

// literal is a vector as SQL text.
func literal(v []float32) string {
	return string(datum.ByOID(oid.Vector).AppendText(nil, datum.DefaultEnv(), datum.FromFloats(v)))
}

// loadDigits makes table digits, one half by COPY, the other by INSERT.
func loadDigits(c *testClient) *digitsSet {
	c.t.Helper()
	d := &digitsSet{}
	d.vectors, d.labels = digits.Load(c.t)
	c.exec("CREATE TABLE digits (id int PRIMARY KEY, label int NOT NULL, v vector(64))")
	half := d.len() / 2
	var copied, inserted strings.Builder
	for i := range d.len() {
		if i < half {
			fmt.Fprintf(&copied, "%d\t%d\t%s\n", i+1, d.labels[i], literal(d.vector(i)))
		} else {
			fmt.Fprintf(&inserted, "%s(%d, %d, '%s')", []string{", ", ""}[btoi(i == half)], i+1, d.labels[i], literal(d.vector(i)))
		}
	}
	if _, err := c.query("COPY digits FROM STDIN", []byte(copied.String())...); err != nil {
		c.t.Fatal(describeError(err))
	}
	c.exec("INSERT INTO digits VALUES " + inserted.String())
	return d
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// truth are the numbers of the k nearest rows, found without any database.
func (d *digitsSet) truth(metric vectorops.Metric, query []float32, k int) []string {
	type row struct {
		id       int
		distance float64
	}
	rows := make([]row, d.len())
	for i := range rows {
		rows[i] = row{i + 1, metric.Distance(query, d.vector(i))}
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(a.distance, b.distance), a.id-b.id) })
	ids := make([]string, k)
	for i := range ids {
		ids[i] = strconv.Itoa(rows[i].id)
	}
	return ids
}

// operators are the distance operators of the metrics.
var operators = map[vectorops.Metric]string{vectorops.L2: "<->", vectorops.IP: "<#>", vectorops.Cosine: "<=>", vectorops.Manhattan: "<+>"}

// nearest asks for the k nearest rows of a table by an operator.
func (c *testClient) nearest(table, operator string, query []float32, k int) []string {
	c.t.Helper()
	return strings.Split(c.rows("SELECT id FROM "+table+" ORDER BY v "+operator+" $1 LIMIT $2", literal(query), strconv.Itoa(k)), "\n")
}

// queries are images with noise, so that none is a row.
func (d *digitsSet) queries(n int) [][]float32 {
	rng := rand.New(rand.NewPCG(1, 2))
	queries := make([][]float32, n)
	for i := range queries {
		q := slices.Clone(d.vector(rng.IntN(d.len())))
		for j := range q {
			q[j] += float32(rng.NormFloat64())
		}
		queries[i] = q
	}
	return queries
}

// overlap is the part of the truth that was got.
func overlap(truth, got []string) float64 {
	hits := 0
	for _, id := range got {
		if slices.Contains(truth, id) {
			hits++
		}
	}
	return float64(hits) / float64(len(truth))
}

func TestExactSearch(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	d := loadDigits(c)
	for _, restart := range []bool{false, true} {
		if restart {
			ts.reopen()
			c = ts.connect()
		}
		for _, q := range d.queries(20) {
			for metric, operator := range operators {
				if got, want := c.nearest("digits", operator, q, 10), d.truth(metric, q, 10); !slices.Equal(got, want) {
					t.Errorf("by %s: %v, want %v", operator, got, want)
				}
			}
		}
	}
	q := d.queries(1)[0]
	// Everything, in order, and what a condition leaves of it.
	if got, want := c.nearest("digits", "<->", q, d.len()), d.truth(vectorops.L2, q, d.len()); !slices.Equal(got, want) {
		t.Error("the order of all rows is wrong")
	}
	var sevens []string
	for _, id := range d.truth(vectorops.L2, q, d.len()) {
		if i, _ := strconv.Atoi(id); d.labels[i-1] == 7 {
			sevens = append(sevens, id)
		}
	}
	got := strings.Split(c.rows("SELECT id FROM digits WHERE label = 7 ORDER BY v <-> $1 LIMIT 30", literal(q)), "\n")
	if !slices.Equal(got, sevens[:30]) {
		t.Errorf("nearest sevens %v, want %v", got, sevens[:30])
	}
}

// TestRecall: the more lists are probed the more is found, and all of it when all
// of them are.
func TestRecall(t *testing.T) {
	for _, test := range []struct {
		metric vectorops.Metric
		class  string
	}{{vectorops.L2, "vector_l2_ops"}, {vectorops.Cosine, "vector_cosine_ops"}, {vectorops.IP, "vector_ip_ops"}} {
		t.Run(test.metric.String(), func(t *testing.T) {
			ts := newServer(t)
			c := ts.connect()
			d := loadDigits(c)
			c.exec("CREATE INDEX ON digits USING ivfflat (v " + test.class + ") WITH (lists = 40, seed = 1)")
			queries := d.queries(50)
			recall := func(probes int) float64 {
				c.exec(fmt.Sprintf("SET ivfflat.probes = %d", probes))
				sum := 0.0
				for _, q := range queries {
					sum += overlap(d.truth(test.metric, q, 10), c.nearest("digits", operators[test.metric], q, 10))
				}
				return sum / float64(len(queries))
			}
			before := map[int]float64{}
			last := 0.0
			for _, probes := range []int{1, 4, 10, 40} {
				r := recall(probes)
				t.Logf("recall %.3f with %d of 40 lists", r, probes)
				if r < last {
					t.Errorf("recall %g with %d probes, %g with fewer", r, probes, last)
				}
				last, before[probes] = r, r
			}
			if before[1] < 0.4 || before[1] == 1 || before[40] != 1 {
				t.Errorf("recall %v by probes", before)
			}
			// The restored index is the same index.
			ts.reopen()
			c = ts.connect()
			c.exec("SELECT * FROM ivf_lists('digits_v_idx')") // waits for it
			for probes, want := range before {
				if r := recall(probes); r != want {
					t.Errorf("recall %g with %d probes after a restart, %g before", r, probes, want)
				}
			}
		})
	}
}

// TestRecallOfGraph: the more candidates are kept the more is found, also after
// changes and after a restart, with the graph as it was saved and made anew.
func TestRecallOfGraph(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	d := loadDigits(c)
	c.exec("CREATE INDEX ON digits USING hnsw (v vector_cosine_ops)")
	queries := d.queries(50)
	recall := func(ef int) float64 {
		c.exec(fmt.Sprintf("SET hnsw.ef_search = %d", ef), "SELECT * FROM knn_recall('digits_v_idx', sample => 1)") // waits for it
		sum := 0.0
		for _, q := range queries {
			exact := strings.Split(c.rows("SELECT id FROM knn('digits', $1, metric => 'cosine', exact => true)", literal(q)), "\n")
			sum += overlap(exact, c.nearest("digits", "<=>", q, 10))
		}
		return sum / float64(len(queries))
	}
	check := func(when string) {
		t.Helper()
		few, many := recall(10), recall(200)
		t.Logf("%s: recall %.3f with 10 candidates, %.3f with 200", when, few, many)
		if few < 0.8 || many < 0.99 || many < few {
			t.Errorf("%s: recall %g with 10 candidates, %g with 200", when, few, many)
		}
	}
	check("built")
	c.exec("DELETE FROM digits WHERE id % 3 = 0", "UPDATE digits SET v = v + l2_normalize(v) WHERE id % 5 = 0",
		"INSERT INTO digits SELECT id + 10000, label, v - l2_normalize(v) FROM digits WHERE id % 2 = 0")
	check("changed")
	ts.reopen()
	c = ts.connect()
	check("restarted")
}

// TestChangesAreFound: what the index gives is at any moment what the table
// has, to the transaction that changes it and to others.
func TestChangesAreFound(t *testing.T) {
	ts := newServer(t)
	c, other := ts.connect(), ts.connect()
	d := loadDigits(c)
	c.exec("CREATE INDEX ON digits USING ivfflat (v vector_l2_ops) WITH (lists = 20, seed = 1)")
	queries := d.queries(5)
	check := func(who *testClient, when string) {
		t.Helper()
		who.exec("SET ivfflat.probes = 20")
		for _, q := range queries {
			got := who.rows("SELECT id, v <-> $1 FROM digits ORDER BY v <-> $1 LIMIT 15", literal(q))
			want := who.rows("SELECT id, v <-> $1 FROM digits WHERE v IS NOT NULL ORDER BY (v <-> $1) + 0, id LIMIT 15", literal(q))
			if got != want {
				t.Errorf("%s: found\n%s\nwant\n%s", when, got, want)
			}
		}
	}
	steps := []string{
		"INSERT INTO digits SELECT id + 10000, label, v + l2_normalize(v) FROM digits WHERE id % 7 = 0",
		"UPDATE digits SET v = v - l2_normalize(v) WHERE id % 5 = 0",
		"DELETE FROM digits WHERE id % 3 = 0",
		"UPDATE digits SET v = NULL WHERE id % 11 = 0",
		"UPDATE digits SET label = label + 1",
		"INSERT INTO digits SELECT id + 20000, label, v FROM digits WHERE id % 2 = 0 AND id < 1000",
		"DELETE FROM digits WHERE id > 10000 AND id % 2 = 0",
	}
	for _, sql := range steps {
		c.exec("BEGIN", sql)
		check(c, "in the transaction of "+sql)
		check(other, "beside the transaction of "+sql)
		c.exec("ROLLBACK")
		check(c, "after the rollback of "+sql)
		c.exec("BEGIN", "SAVEPOINT s", sql, "ROLLBACK TO s")
		check(c, "after ROLLBACK TO before "+sql)
		c.exec(sql, "COMMIT")
		check(c, "after "+sql)
		check(other, "elsewhere after "+sql)
	}
	// A snapshot keeps what it saw.
	other.exec("BEGIN ISOLATION LEVEL REPEATABLE READ")
	check(other, "in a new snapshot")
	q := literal(queries[0])
	nearest := "SELECT id FROM digits ORDER BY v <-> $1 LIMIT 15"
	saw := other.rows(nearest, q)
	c.exec("DELETE FROM digits WHERE id % 2 = 1")
	c.exec("VACUUM")
	if got := other.rows(nearest, q); got != saw {
		t.Errorf("the snapshot shows\n%s\nand before\n%s", got, saw)
	}
	check(other, "in an old snapshot")
	other.exec("COMMIT")
	check(other, "after the old snapshot")
	ts.reopen()
	check(ts.connect(), "after a restart")
}
