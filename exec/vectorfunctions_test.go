package exec

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"voronoi/internal/pgerr"
)

// grid makes a table of n·n points on a grid, a vector of two dimensions each.
func grid(c *testClient, n int) {
	c.t.Helper()
	c.exec("CREATE TABLE items (id serial PRIMARY KEY, title text, embedding vector(2))",
		"INSERT INTO items (title, embedding) SELECT x || '/' || y, ('[' || x || ',' || y || ']')::vector "+
			"FROM generate_series(0, "+strconv.Itoa(n-1)+") x, generate_series(0, "+strconv.Itoa(n-1)+") y ORDER BY x, y")
}

func TestBuildMakesAnIndex(t *testing.T) {
	ts := newServer(t)
	c, other := ts.connect(), ts.connect()
	grid(c, 20)
	c.expect("SELECT index_name, lists, vectors, iterations > 0, inertia > 0, milliseconds > 0 FROM ivf_build('items', 'embedding', 8, seed => 1)",
		"items_embedding_idx|8|400|t|t|t")
	for _, who := range []*testClient{c, other} {
		who.expect("SELECT indexdef FROM pg_indexes WHERE indexname = 'items_embedding_idx'",
			"CREATE INDEX items_embedding_idx ON public.items USING ivfflat (embedding) WITH (lists='8', seed='1')")
		if plan := who.rows("EXPLAIN SELECT id FROM items ORDER BY embedding <-> '[1,1]' LIMIT 3"); !strings.Contains(plan, "items_embedding_idx") {
			t.Errorf("the index is not used:\n%s", plan)
		}
	}
	// A second one of the column gets the next free name.
	c.expect("SELECT index_name FROM ivf_build('items', lists => 4, metric => 'cosine')", "items_embedding_idx1")
	c.expect("SELECT sum(size) FROM ivf_lists('items_embedding_idx1')", "400")
	if a, err := c.query("COPY (SELECT index_name FROM ivf_build('items')) TO STDOUT"); err != nil || string(a.copied) != "items_embedding_idx2\n" {
		t.Errorf("COPY of a build gave %q, %v", a.copied, err)
	}
	// Without a number of lists it is the root of the number of vectors.
	c.expect("SELECT lists FROM ivf_build('items')", "20")

	ts.reopen()
	c = ts.connect()
	c.expect("SELECT count(*) FROM pg_indexes WHERE tablename = 'items' AND indexdef LIKE '%ivfflat%'", "4")
	c.expect("SELECT count(*), sum(size) FROM ivf_lists('items_embedding_idx')", "8|400")
	c.exec("DROP INDEX items_embedding_idx")
	c.fails("42P01", `relation "items_embedding_idx" does not exist`, "SELECT * FROM ivf_lists('items_embedding_idx')")
}

// TestBuildIsTransactional: the index appears at once for its session, for
// others at the commit, and not at all after a rollback.
func TestBuildIsTransactional(t *testing.T) {
	ts := newServer(t)
	c, other := ts.connect(), ts.connect()
	grid(c, 10)
	indexes := "SELECT count(*) FROM pg_indexes WHERE tablename = 'items' AND indexdef LIKE '%ivfflat%'"
	c.exec("BEGIN", "SELECT * FROM ivf_build('items', lists => 3)")
	c.expect(indexes, "1")
	c.expect("SELECT count(*) FROM ivf_lists('items_embedding_idx')", "3")
	other.expect(indexes, "0")
	c.exec("ROLLBACK")
	c.expect(indexes, "0")
	c.exec("BEGIN", "SAVEPOINT a", "SELECT * FROM ivf_build('items', lists => 3)", "ROLLBACK TO a")
	c.expect(indexes, "0")
	c.exec("SELECT * FROM ivf_build('items', lists => 5)", "COMMIT")
	other.expect(indexes, "1")
	other.expect("SELECT count(*), sum(size) FROM ivf_lists('items_embedding_idx')", "5|100")
	c.fails("25006", "cannot execute ivf_build() in a read-only transaction", "BEGIN READ ONLY; SELECT * FROM ivf_build('items')")
	c.exec("ROLLBACK")

	// A table and its vectors of the same transaction.
	c.exec("BEGIN", "CREATE TABLE fresh (v vector(1))", "INSERT INTO fresh VALUES ('[1]'), ('[2]'), ('[9]')")
	c.expect("SELECT lists, vectors FROM ivf_build('fresh', lists => 2)", "2|3")
	c.expect("SELECT list, size FROM ivf_lists('fresh_v_idx') ORDER BY size", c.rows("SELECT list, size FROM ivf_lists('fresh_v_idx') ORDER BY size"))
	c.expect("SELECT v FROM fresh ORDER BY v <-> '[8]'", "[9]", "[2]", "[1]")
	c.exec("COMMIT")
	other.expect("SELECT sum(size) FROM ivf_lists('fresh_v_idx')", "3")
	other.expect("SELECT v FROM fresh ORDER BY v <-> '[8]'", "[9]", "[2]", "[1]")
}

func TestBuildOfNothing(t *testing.T) {
	c := newServer(t).connect()
	c.exec("CREATE TABLE t (v vector(2))")
	c.expect("SELECT index_name, lists, vectors, iterations, inertia FROM ivf_build('t', lists => 3)", "t_v_idx|0|0|0|0")
	c.expect("SELECT * FROM ivf_lists('t_v_idx')")
	c.expect("SELECT ivf_assign('t_v_idx', '[1,1]')", "∅")
	c.expect("SELECT * FROM ivf_probe('t_v_idx', '[1,1]', 2)")
	c.expect("SELECT * FROM knn_recall('t_v_idx')")
	c.exec("INSERT INTO t VALUES ('[0,0]'), (NULL), ('[5,5]')")
	c.expect("SELECT sum(size) FROM ivf_lists('t_v_idx')", "2")
}

func TestLists(t *testing.T) {
	ts := newServer(t)
	c, other := ts.connect(), ts.connect()
	grid(c, 20)
	c.exec("SELECT * FROM ivf_build('items', lists => 9, seed => 7)")

	// Every vector is in the list that it is assigned to.
	assigned := "SELECT ivf_assign('items_embedding_idx', embedding) AS list, count(*) FROM items GROUP BY 1 ORDER BY 1"
	c.expect(assigned, c.rows("SELECT list, size FROM ivf_lists('items_embedding_idx') WHERE size > 0 ORDER BY list"))
	// That list is the one whose centroid is nearest, and the first probed.
	c.expect("SELECT count(*) FROM items WHERE ivf_assign('items_embedding_idx', embedding) <> "+
		"(SELECT list FROM ivf_lists('items_embedding_idx') ORDER BY centroid <-> embedding, list LIMIT 1)", "0")
	probed := c.rows("SELECT list, distance FROM ivf_probe('items_embedding_idx', '[3,4]', 9)")
	c.expect("SELECT list, centroid <-> '[3,4]' FROM ivf_lists('items_embedding_idx') ORDER BY 2, 1", probed)
	c.expect("SELECT count(*) FROM ivf_probe('items_embedding_idx', '[3,4]')", "1")
	c.exec("SET ivfflat.probes = 4")
	c.expect("SELECT count(*) FROM ivf_probe('items_embedding_idx', '[3,4]')", "4")
	c.expect("SELECT count(*) FROM ivf_probe('items_embedding_idx', '[3,4]', 100)", "9")

	// Sizes are those of the snapshot.
	size := "SELECT sum(size) FROM ivf_lists('items_embedding_idx')"
	c.exec("BEGIN", "DELETE FROM items WHERE id <= 100", "INSERT INTO items (embedding) VALUES ('[1,1]')")
	c.expect(size, "301")
	other.expect(size, "400")
	c.exec("ROLLBACK")
	c.expect(size, "400")
	c.exec("UPDATE items SET embedding = '[0,0]' WHERE id > 390")
	other.expect(size, "400")
}

func TestVectorFunctionErrors(t *testing.T) {
	c := newServer(t).connect()
	grid(c, 5)
	c.exec("CREATE TABLE two (a vector(2), b vector(2))", "CREATE TABLE none (x int)", "CREATE VIEW seen AS SELECT * FROM items",
		"CREATE TABLE empty (v vector(4))", "SELECT * FROM ivf_build('items', lists => 2)", "SELECT * FROM pq_train('items', m => 2, k => 4)")
	for _, test := range []struct{ code, message, sql string }{
		{"42P01", `relation "nowhere" does not exist`, "SELECT * FROM ivf_build('nowhere')"},
		{"42809", `"seen" is not a table`, "SELECT * FROM ivf_build('seen')"},
		{"42809", `"pg_class" is not a table`, "SELECT * FROM ivf_build('pg_class')"},
		{"42703", `column "nothing" of relation "items" does not exist`, "SELECT * FROM ivf_build('items', 'nothing')"},
		{"42804", `column "title" is of type text`, "SELECT * FROM ivf_build('items', 'title')"},
		{"42702", `table "two" has several vector columns`, "SELECT * FROM ivf_build('two')"},
		{"42703", `table "none" has no vector column`, "SELECT * FROM ivf_build('none')"},
		{"22004", "must not be null", "SELECT * FROM ivf_build(NULL)"},
		{"22023", "lists must be between 1 and 32768", "SELECT * FROM ivf_build('items', lists => 0)"},
		{"22023", "lists must be between 1 and 32768", "SELECT * FROM ivf_build('items', lists => 40000)"},
		{"22023", "iterations must be between 1 and 1000", "SELECT * FROM ivf_build('items', iterations => -1)"},
		{"22023", `unknown metric "hamming"`, "SELECT * FROM ivf_build('items', metric => 'hamming')"},
		{"42P01", `relation "nowhere" does not exist`, "SELECT * FROM ivf_lists('nowhere')"},
		{"42P01", "could not open relation with OID 1", "SELECT * FROM ivf_lists(1::regclass)"},
		{"42809", `"items" is not an index`, "SELECT * FROM ivf_lists('items')"},
		{"42809", `"items_pkey" is not an ivfflat or ivfpq index`, "SELECT ivf_assign('items_pkey', '[1,2]')"},
		{"22000", "different vector dimensions 2 and 3", "SELECT ivf_assign('items_embedding_idx', '[1,2,3]')"},
		{"22000", "different vector dimensions 2 and 1", "SELECT * FROM ivf_probe('items_embedding_idx', '[1]', 1)"},
		{"22023", "n must be between 1 and 32768", "SELECT * FROM ivf_probe('items_embedding_idx', '[1,2]', 0)"},
		{"22023", "k must be at least 1", "SELECT * FROM knn_recall('items_embedding_idx', k => 0)"},
		{"22023", "probes must be between 1 and 32768", "SELECT * FROM knn_recall('items_embedding_idx', probes => 0)"},
		{"22023", "sample must be at least 1", "SELECT * FROM knn_recall('items_embedding_idx', sample => 0)"},
		{"22023", "m must divide the number of dimensions, but 3 does not divide 2", "SELECT * FROM pq_train('items', m => 3)"},
		{"22023", "m must be at least 1", "SELECT * FROM pq_train('items', m => 0)"},
		{"22023", "k must be between 1 and 256", "SELECT * FROM pq_train('items', m => 2, k => 257)"},
		{"55000", `column "embedding" has 25 vectors, too few to train 26 centroids`, "SELECT * FROM pq_train('items', m => 2, k => 26)"},
		{"55000", `column "v" of relation "empty" has no vectors to train on`, "SELECT * FROM pq_train('empty')"},
		{"42710", `codebook "items_embedding_pq" already exists`, "SELECT * FROM pq_train('items', m => 1, k => 2, codebook => 'items_embedding_pq')"},
		{"42704", `codebook "nowhere" does not exist`, "SELECT pq_encode('nowhere', '[1,2]')"},
		{"42704", `codebook "nowhere" does not exist`, "SELECT * FROM pq_codebook('nowhere')"},
		{"22000", "expected 2 dimensions, not 3", "SELECT pq_encode('items_embedding_pq', '[1,2,3]')"},
		{"22000", "expected 2 dimensions, not 3", "SELECT * FROM pq_distance_table('items_embedding_pq', '[1,2,3]')"},
		{"22000", "expected a code of 2 parts, not 3", "SELECT pq_decode('items_embedding_pq', '{1,2,3}')"},
		{"22004", "array must not contain nulls", "SELECT pq_decode('items_embedding_pq', '{1,NULL}')"},
		{"22023", "centroid 4 is out of range", "SELECT pq_decode('items_embedding_pq', '{0,4}')"},
		{"22023", "centroid -1 is out of range", "SELECT pq_distance('items_embedding_pq', '[1,1]', '{-1,0}')"},
	} {
		c.fails(test.code, test.message, test.sql)
	}
	c.expect("SELECT pq_encode('items_embedding_pq', NULL), pq_decode(NULL, '{1,1}')", "∅|∅")
}

func TestCodebooks(t *testing.T) {
	ts := newServer(t)
	c, other := ts.connect(), ts.connect()
	grid(c, 16)
	c.expect("SELECT codebook, m, k, dsub, mse FROM pq_train('items', 'embedding', m => 2, k => 16, seed => 1)", "items_embedding_pq|2|16|1|0")
	// Sixteen coordinates and as many centroids: nothing is lost.
	other.expect("SELECT count(*) FROM items WHERE pq_decode('items_embedding_pq', pq_encode('items_embedding_pq', embedding)) <> embedding", "0")

	c.expect("SELECT codebook, k, dsub, mse > 0 FROM pq_train('items', m => 1, k => 7)", "items_embedding_pq1|7|2|t")
	c.expect("SELECT count(*), min(subspace), max(subspace), min(centroid), max(centroid) FROM pq_codebook('items_embedding_pq')", "32|0|1|0|15")
	// Without a k there are as many centroids as there can be.
	c.expect("SELECT k FROM pq_train('items', m => 2, codebook => 'largest')", "256")

	mse := c.number("SELECT avg((embedding <-> pq_decode('items_embedding_pq1', pq_encode('items_embedding_pq1', embedding))) ^ 2) FROM items")
	c.exec("BEGIN")
	if stated := c.number("SELECT mse FROM pq_train('items', m => 1, k => 7, codebook => 'again')"); math.Abs(stated-mse) > 1e-5*mse {
		t.Errorf("mean squared error %g, stated as %g", mse, stated)
	}
	c.expect("SELECT vector FROM pq_codebook('again')", c.rows("SELECT vector FROM pq_codebook('items_embedding_pq1')"))
	other.fails("42704", `codebook "again" does not exist`, "SELECT * FROM pq_codebook('again')")
	c.exec("ROLLBACK")
	c.fails("42704", `codebook "again" does not exist`, "SELECT * FROM pq_codebook('again')")

	// The three ways to a distance agree.
	const asymmetric = "SELECT max(abs(pq_distance('items_embedding_pq1', '[3.5,2]', pq_encode('items_embedding_pq1', embedding)) " +
		"- (embedding <-> '[3.5,2]') * 0 - (pq_decode('items_embedding_pq1', pq_encode('items_embedding_pq1', embedding)) <-> '[3.5,2]'))) < 1e-5 FROM items"
	c.expect(asymmetric, "t")
	c.expect("SELECT sqrt(sum(distance)) = pq_distance('items_embedding_pq', '[3.5,2]', '{4,9}') "+
		"FROM pq_distance_table('items_embedding_pq', '[3.5,2]') WHERE (subspace, centroid) IN ((0, 4), (1, 9))", "t")

	// A codebook goes when it is told to, and its name is free again.
	c.exec("BEGIN", "SELECT pq_drop('largest')")
	c.fails("42704", `codebook "largest" does not exist`, "SELECT * FROM pq_codebook('largest')")
	c.exec("ROLLBACK")
	c.expect("SELECT count(*) FROM pq_codebook('largest')", "512")
	c.expect("SELECT pq_drop('largest')", "")
	other.fails("42704", `codebook "largest" does not exist`, "SELECT pq_drop('largest')")
	c.expect("SELECT codebook, k FROM pq_train('items', m => 2, k => 3, codebook => 'largest')", "largest|3")
	other.expect("SELECT count(*) FROM pq_codebook('largest')", "6")

	before := c.rows("SELECT vector FROM pq_codebook('items_embedding_pq1')")
	ts.reopen()
	c = ts.connect()
	c.expect("SELECT vector FROM pq_codebook('items_embedding_pq1')", before)
}

func TestRecallOfAnIndex(t *testing.T) {
	c := newServer(t).connect()
	grid(c, 30)
	c.exec("SELECT * FROM ivf_build('items', lists => 10, seed => 3)")
	measure := func(probes string) (recall, candidates float64) {
		t.Helper()
		row := strings.Split(c.rows("SELECT recall, mean_candidates, qps > 0, exact_qps > 0 FROM knn_recall('items_embedding_idx', k => 5, probes => "+probes+", sample => 50)"), "|")
		if row[2] != "t" || row[3] != "t" {
			t.Errorf("no speed: %v", row)
		}
		recall, _ = strconv.ParseFloat(row[0], 64)
		candidates, _ = strconv.ParseFloat(row[1], 64)
		return recall, candidates
	}
	one, few := measure("1")
	all, many := measure("10")
	if all != 1 || many < 890 {
		t.Errorf("recall %g by %g candidates with all lists probed", all, many)
	}
	if one >= all || one < 0.5 || few >= many {
		t.Errorf("recall %g by %g candidates with one list probed", one, few)
	}
	if again, _ := measure("1"); again != one {
		t.Errorf("recall %g, then %g", one, again)
	}
	c.exec("CREATE INDEX graph ON items USING hnsw (embedding vector_l2_ops)", "SET hnsw.ef_search = 100")
	c.expect("SELECT recall > 0.95, mean_candidates < 890 FROM knn_recall('graph', k => 5)", "t|t")
	c.fails("42809", `"graph" is not an ivfflat or ivfpq index`, "SELECT * FROM ivf_lists('graph')")
	c.fails("42809", `"items_pkey" is not a vector index`, "SELECT * FROM knn_recall('items_pkey')")
}

// TestKNNInFrom is knn() among everything else that SQL has.
func TestKNNInFrom(t *testing.T) {
	c := newServer(t).connect()
	grid(c, 10)
	c.exec("CREATE SCHEMA s", "CREATE TABLE s.colours (name text, rgb vector(3), hsv vector(3))",
		"INSERT INTO s.colours VALUES ('red', '[1,0,0]', '[0,1,1]'), ('green', '[0,1,0]', '[0.33,1,1]'), ('grey', '[0.5,0.5,0.5]', NULL)",
		"CREATE TABLE prices (item int REFERENCES items, price int)", "INSERT INTO prices SELECT id, id * 10 FROM items")
	c.expect("SELECT title, distance FROM knn('items', '[3,4]', 1)", "3/4|0")
	c.expect("SELECT title FROM knn('items', query => '[3,4]', k => 3, metric => 'l1') ORDER BY distance, title", "3/4", "2/4", "3/3")
	c.expect("SELECT title FROM knn('items', '[3,4]', metric => 'ip', k => 1)", "9/9")
	c.expect("SELECT round(distance::numeric, 3) FROM knn('items', '[1,0]', metric => 'cosine', k => 1)", "0.000")
	c.expect("SELECT name FROM knn('s.colours', '[1,0.1,0.1]', column_name => 'rgb', k => 2)", "red", "grey")
	c.expect("SELECT name FROM knn('s.colours'::regclass, '[0,1,0.9]', column_name => 'hsv')", "red", "green")
	c.expect("SELECT c.* FROM knn('s.colours', '[0,0,0]', 1, 'rgb') AS c", "grey|[0.5,0.5,0.5]|∅|0.8660254037844386")
	c.expect("SELECT k.title, p.price FROM knn('items', '[0,0.1]', k => 2) k JOIN prices p ON p.item = k.id ORDER BY k.distance", "0/0|10", "0/1|20")
	// A condition beside it chooses among the k nearest.
	c.expect("SELECT title FROM knn('items', '[0,0.1]', k => 3) WHERE id > 1 ORDER BY distance", "0/1", "1/0")
	c.expect("SELECT count(*) FROM knn('items', '[0,0]', k => 1000)", "100")
	c.expect("SELECT count(*) FROM knn('items', NULL::vector, k => 10)", "0")
	c.expect("SELECT a.title, b.title FROM knn('items', '[0,0]', 1) a, knn('items', '[9,9]', 1) b", "0/0|9/9")
	c.expect("SELECT title FROM items WHERE id IN (SELECT id FROM knn('items', '[5,5]', 1))", "5/5")
	c.expect("WITH near AS (SELECT * FROM knn('items', '[2,2]', 4)) SELECT count(*) FROM near", "4")
	c.expect("SELECT n, title FROM generate_series(1, 2) n, knn('items', '[0,0]', 1)", "1|0/0", "2|0/0")

	c.exec("CREATE TABLE halves (v vector(2), h halfvec(2))", "INSERT INTO halves VALUES ('[1,2]', '[2,1]')")
	c.expect("SELECT h FROM knn('halves', '[1,1]')", "[2,1]")

	c.exec("SELECT * FROM ivf_build('items', lists => 10)")
	c.expect("SELECT title FROM knn('items', '[3,4]', 1, probes => 10)", "3/4")
	c.expect("SELECT count(*) FROM (SELECT id FROM knn('items', '[3,4]', 20, probes => 10) EXCEPT SELECT id FROM knn('items', '[3,4]', 20, exact => true)) x", "0")
	if got := c.rows("SELECT title FROM knn('items', $1, k => $2, probes => $3, exact => $4)", "[7,8]", "1", "2", "t"); got != "7/8" {
		t.Errorf("knn with all arguments as parameters gave %s", got)
	}

	for _, test := range []struct{ code, message, sql string }{
		{pgerr.UndefinedTable, `relation "nowhere" does not exist`, "SELECT * FROM knn('nowhere', '[1,1]')"},
		{pgerr.WrongObjectType, "must be a table", "SELECT * FROM knn('items_pkey', '[1,1]')"},
		{pgerr.UndefinedColumn, `column "x" of relation "items" does not exist`, "SELECT * FROM knn('items', '[1,1]', column_name => 'x')"},
		{pgerr.DatatypeMismatch, `column "title" is of type text`, "SELECT * FROM knn('items', '[1,1]', column_name => 'title')"},
		{pgerr.DatatypeMismatch, `column "h" is of type halfvec`, "SELECT * FROM knn('halves', '[1,1]', column_name => 'h')"},
		{pgerr.AmbiguousColumn, `table "colours" has several vector columns`, "SELECT * FROM knn('s.colours', '[1,1,1]')"},
		{pgerr.InvalidParameterValue, `unknown metric "x"`, "SELECT * FROM knn('items', '[1,1]', metric => 'x')"},
		{pgerr.DataException, "different vector dimensions 2 and 3", "SELECT * FROM knn('items', '[1,1,1]')"},
		{pgerr.InvalidParameterValue, "probes must be between 1 and 32768", "SELECT * FROM knn('items', '[1,1]', probes => 0)"},
		{pgerr.InvalidRowCountInLimit, "must not be negative", "SELECT * FROM knn('items', '[1,1]', k => -1)"},
		{pgerr.UndefinedFunction, "function knn(unknown, unknown, nonsense => integer) does not exist", "SELECT * FROM knn('items', '[1,1]', nonsense => 1)"},
	} {
		c.fails(test.code, test.message, test.sql)
	}
}
