package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"voronoi/testdata/digits"
)

// The tour builds a vector database up from nothing, as a client of a running
// server: a few vectors, exact search, a k-means index, product quantization,
// and what each costs in recall.

// guide is one tour.
type guide struct {
	ctx     context.Context
	conn    *pgx.Conn
	out     io.Writer
	vectors []float32
	labels  []int
}

func tour(ctx context.Context, addr *net.TCPAddr, out io.Writer) error {
	conn, err := pgx.Connect(ctx, fmt.Sprintf("host=%s port=%d user=demo dbname=demo sslmode=disable", addr.IP, addr.Port))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	g := &guide{ctx: ctx, conn: conn, out: out}
	if g.vectors, g.labels, err = digits.Read(); err != nil {
		return err
	}
	for _, step := range []func() error{g.three, g.exact, g.lists, g.codes, g.listRecall, g.codeRecall} {
		if err := step(); err != nil {
			return err
		}
	}
	fmt.Fprintln(g.out)
	g.say(`That was all plain SQL over the Postgres protocol. For a server of your own:

    voronoi serve --data ./voronoi-data --listen 127.0.0.1:5432
    psql -h 127.0.0.1 -p 5432 -U me -d mine

and then CREATE TABLE … (embedding vector(n)), COPY or INSERT your vectors, and
SELECT … ORDER BY embedding <-> '[…]' LIMIT 10.`)
	return nil
}

// say prints a paragraph.
func (g *guide) say(format string, args ...any) {
	fmt.Fprintf(g.out, format+"\n\n", args...)
}

// title prints a heading.
func (g *guide) title(text string) {
	fmt.Fprintf(g.out, "\n\n%s\n%s\n\n", text, strings.Repeat("=", len(text)))
}

// do runs a statement and shows it.
func (g *guide) do(sql string) error {
	fmt.Fprintln(g.out, "=>", sql)
	tag, err := g.conn.Exec(g.ctx, sql)
	if err == nil {
		fmt.Fprintf(g.out, "  %s\n\n", tag)
	}
	return explained(sql, err)
}

// ask runs a query and shows it with its rows.
func (g *guide) ask(sql string, args ...any) error {
	fmt.Fprintln(g.out, "=>", sql)
	names, rows, err := g.query(sql, args...)
	if err == nil {
		printRows(g.out, names, rows)
		fmt.Fprintln(g.out)
	}
	return err
}

// query runs a query without showing it. Values come as text.
func (g *guide) query(sql string, args ...any) (names []string, rows [][][]byte, err error) {
	args = append([]any{pgx.QueryResultFormats{pgx.TextFormatCode}}, args...)
	result, err := g.conn.Query(g.ctx, sql, args...)
	if err != nil {
		return nil, nil, explained(sql, err)
	}
	defer result.Close()
	for _, d := range result.FieldDescriptions() {
		names = append(names, d.Name)
	}
	for result.Next() {
		row := make([][]byte, len(names))
		for i, v := range result.RawValues() {
			row[i] = slices.Clone(v)
		}
		rows = append(rows, row)
	}
	return names, rows, explained(sql, result.Err())
}

// value is the only value of a query.
func (g *guide) value(sql string, args ...any) (string, error) {
	_, rows, err := g.query(sql, args...)
	if err != nil {
		return "", err
	}
	if len(rows) != 1 || len(rows[0]) != 1 {
		return "", fmt.Errorf("%s: one value expected", sql)
	}
	return string(rows[0][0]), nil
}

func explained(sql string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}

// timed is the median time of a query over several runs.
func (g *guide) timed(sql string, args ...any) (time.Duration, error) {
	const runs = 25
	times := make([]time.Duration, runs)
	for i := range times {
		begin := time.Now()
		if _, _, err := g.query(sql, args...); err != nil {
			return 0, err
		}
		times[i] = time.Since(begin)
	}
	slices.Sort(times)
	return times[runs/2], nil
}

// picture is the vector of an image.
func (g *guide) picture(i int) []float32 { return g.vectors[i*digits.Dims : (i+1)*digits.Dims] }

// literal is a vector's text form.
func literal(v []float32) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, f := range v {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprint(&b, f)
	}
	b.WriteByte(']')
	return b.String()
}

// load fills a table of the columns id, label and embedding by COPY.
func (g *guide) load(table string, n int) error {
	var data strings.Builder
	for i := range n {
		fmt.Fprintf(&data, "%d\t%d\t%s\n", i, g.labels[i], literal(g.picture(i)))
	}
	sql := fmt.Sprintf("COPY %s (id, label, embedding) FROM STDIN", table)
	fmt.Fprintln(g.out, "=>", sql)
	tag, err := g.conn.PgConn().CopyFrom(g.ctx, strings.NewReader(data.String()), sql)
	if err == nil {
		fmt.Fprintln(g.out, " ", tag)
	}
	return explained(sql, err)
}

func (g *guide) three() error {
	g.title("Three vectors")
	g.say("The nearest of three vectors by cosine: where they point counts, not how long they are.")
	return g.ask(`SELECT name, v, cosine_similarity(v, '[2,1,0]') AS similarity, v <=> '[2,1,0]' AS distance FROM (VALUES ('east', '[1,0,0]'::vector), ('north', '[0,1,0]'), ('northeast', '[3,3,0]')) AS three (name, v) ORDER BY v <=> '[2,1,0]'`)
}

func (g *guide) exact() error {
	g.title("A thousand vectors, exactly")
	g.say("The first 1,000 of the UCI handwritten digits, 8 × 8 grey values each, in a table.")
	for _, sql := range []string{
		"CREATE EXTENSION IF NOT EXISTS vector",
		"CREATE TABLE thousand (id int PRIMARY KEY, label int, embedding vector(64))",
	} {
		if err := g.do(sql); err != nil {
			return err
		}
	}
	if err := g.load("thousand", 1000); err != nil {
		return err
	}
	g.say("What looks most like image 500, a %d? By cosine distance, then by Euclidean distance:", g.labels[500])
	for _, op := range []string{"<=>", "<->"} {
		sql := fmt.Sprintf("SELECT id, label, embedding %s $1 AS distance FROM thousand ORDER BY embedding %[1]s $1 LIMIT 5", op)
		if err := g.ask(sql, literal(g.picture(500))); err != nil {
			return err
		}
		t, err := g.timed(sql, literal(g.picture(500)))
		if err != nil {
			return err
		}
		fmt.Fprintf(g.out, "  (%v a query)\n\n", t.Round(time.Microsecond))
	}
	return nil
}

func (g *guide) lists() error {
	g.title("A k-means index")
	g.say("K-means divides the vectors into 5 lists, each around a centroid: Voronoi cells.")
	if err := g.ask("SELECT index_name, lists, vectors, iterations, round(inertia) AS inertia, round(milliseconds::numeric, 1) AS ms FROM ivf_build('thousand', column_name => 'embedding', lists => 5, seed => 1)"); err != nil {
		return err
	}
	_, rows, err := g.query("SELECT list, size, centroid FROM ivf_lists('thousand_embedding_idx') ORDER BY list")
	if err != nil {
		return err
	}
	var pictures [][]float32
	var captions []string
	for _, row := range rows {
		v, err := parseVector(string(row[2]))
		if err != nil {
			return err
		}
		pictures = append(pictures, v)
		captions = append(captions, fmt.Sprintf("list %s: %s", row[0], row[1]))
	}
	g.say("The centroids, drawn as what they are, the mean picture of each list:")
	drawPictures(g.out, captions, pictures)
	g.say("A search looks into the nearest list first. For image 500 the lists are, by distance:")
	query := literal(g.picture(500))
	if err := g.ask("SELECT list, distance FROM ivf_probe('thousand_embedding_idx', $1, 5)", query); err != nil {
		return err
	}
	sql := "SELECT id, label, distance FROM knn('thousand', $1, k => 5, metric => 'l2', probes => 1)"
	if err := g.ask(sql, query); err != nil {
		return err
	}
	indexed, err := g.timed(sql, query)
	if err != nil {
		return err
	}
	exact, err := g.timed("SELECT id, label, distance FROM knn('thousand', $1, k => 5, metric => 'l2', exact => true)", query)
	if err != nil {
		return err
	}
	fmt.Fprintf(g.out, "\n  exact search %v, one list of five %v\n", exact.Round(time.Microsecond), indexed.Round(time.Microsecond))
	return nil
}
