package main

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"voronoi/vectorops"
)

// The statements that session and wire share.

var operators = map[vectorops.Metric]string{vectorops.L2: "<->", vectorops.Cosine: "<=>", vectorops.IP: "<#>", vectorops.Manhattan: "<+>"}

var operatorClasses = map[vectorops.Metric]string{vectorops.L2: "vector_l2_ops", vectorops.Cosine: "vector_cosine_ops",
	vectorops.IP: "vector_ip_ops", vectorops.Manhattan: "vector_l1_ops"}

func createTable(d *dataset) string {
	return fmt.Sprintf("CREATE TABLE items (id bigint, embedding vector(%d))", d.base.Dims)
}

// createIndex is empty for exact search.
func createIndex(c *config, m vectorops.Metric) string {
	if c.index == "exact" {
		return ""
	}
	return fmt.Sprintf("CREATE INDEX items_embedding ON items USING %s (embedding %s) WITH (%s)", c.index, operatorClasses[m], c.options())
}

// nearest finds the k nearest of a query, which is a parameter or a literal.
func nearest(c *config, m vectorops.Metric, query string) string {
	return fmt.Sprintf("SELECT id FROM items ORDER BY embedding %s %s LIMIT %d", operators[m], query, c.k)
}

// setSetting gives the index's setting a value. Without one it is a statement
// that changes nothing.
func setSetting(c *config, value int) string {
	if setting := methods[c.index].setting; setting != "" {
		return fmt.Sprintf("SET %s = %d", setting, value)
	}
	return "SET enable_indexscan = on"
}

// explain shows the work of a search by a literal.
func explain(c *config, m vectorops.Metric, query []float32) string {
	var b strings.Builder
	b.WriteString("'[")
	for i, x := range query {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatFloat(float64(x), 'g', -1, 32))
	}
	b.WriteString("]'")
	return "EXPLAIN (ANALYZE) " + nearest(c, m, b.String())
}

var workLine = regexp.MustCompile(`Vector Search on \S+ \((exact|index)[^)]*\):.* estimated=(\d+) candidates=(\d+)`)

// work is the counters of a search, and whether an index gave the answer.
type work struct {
	estimated, candidates float64
	indexed               bool
}

// readWork finds a search's work in its plan.
func readWork(plan string) (w work, err error) {
	m := workLine.FindStringSubmatch(plan)
	if m == nil {
		return w, fmt.Errorf("the plan shows no vector search:\n%s", plan)
	}
	w.estimated, _ = strconv.ParseFloat(m[2], 64)
	w.candidates, _ = strconv.ParseFloat(m[3], 64)
	w.indexed = m[1] == "index"
	return w, nil
}

// explained is how many queries the work of a setting is averaged over.
const explained = 50

// meanWork is the mean work of n queries, evenly drawn. ask runs a statement and
// gives the lines of its answer.
func meanWork(c *config, d *dataset, n int, ask func(sql string) (string, error)) (mean work, err error) {
	n = min(n, d.query.Rows())
	for i := range n {
		plan, err := ask(explain(c, d.metric, d.query.Row(i*d.query.Rows()/n)))
		if err != nil {
			return mean, err
		}
		w, err := readWork(plan)
		if err != nil {
			return mean, err
		}
		mean.estimated += w.estimated / float64(n)
		mean.candidates += w.candidates / float64(n)
		mean.indexed = w.indexed
	}
	return mean, nil
}

// awaitIndex asks until the index gives the answer, and says how long that has
// taken since began.
func awaitIndex(ctx context.Context, c *config, began time.Time, ask func() (work, error)) (time.Duration, error) {
	for {
		w, err := ask()
		if err != nil || w.indexed || c.index == "exact" {
			return time.Since(began), err
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}
