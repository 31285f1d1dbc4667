package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// docs is where the documentation for users is.
const docs = "../../docs"

// TestDocsExamples runs every ```sql block of the documentation and README, a page on one
// connection to one server, and compares the block ```text that follows it, if
// one does, with what the statements answered. With -rewrite it takes the
// answers instead. Blocks of other languages are not run.
func TestDocsExamples(t *testing.T) {
	files, err := filepath.Glob(docs + "/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documentation: %v", err)
	}
	for _, file := range append(files, docs+"/../README.md") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			page := string(body)
			if !strings.Contains(page, "\n```sql\n") {
				t.Skip("nothing to run")
			}
			got := runExamples(t, page)
			if steady(got) == steady(page) {
				return
			}
			if rewriting() {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("the examples answer otherwise than the page says (-rewrite takes over what they answer):\n%s", firstDifference(steady(page), steady(got)))
		})
	}
}

// steady is a page without the counters that depend on how far an index's
// building in the background is.
func steady(page string) string { return counters.ReplaceAllString(page, "$1=…") }

var counters = regexp.MustCompile(`(candidates|estimated)=[0-9]+`)

// runExamples is the page with the answers that its examples get.
func runExamples(t *testing.T, page string) string {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	conn, err := pgconn.Connect(ctx, fmt.Sprintf("postgres://reader@%s/docs?sslmode=disable", startServer(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(page, "\n```sql\n")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		block, after, found := strings.Cut(rest, "\n```\n")
		if !found {
			t.Fatal("a block has no end")
		}
		fmt.Fprintf(&out, "\n```sql\n%s\n```\n", block)
		answer := answers(ctx, conn, block)
		if shown, hidden := strings.CutPrefix(after, "\n```text\n"); hidden {
			_, rest, _ := strings.Cut(shown, "```\n")
			fmt.Fprintf(&out, "\n```text\n%s```\n", answer)
			after = rest
		} else if strings.Contains(answer, "ERROR") {
			t.Errorf("%s\n%s", block, answer)
		}
		page = after
	}
}

// answers runs the statements of a block one by one and shows them as psql -q
// would.
func answers(ctx context.Context, conn *pgconn.PgConn, block string) string {
	var out strings.Builder
	for _, sql := range statements(block) {
		results := conn.Exec(ctx, sql)
		for results.NextResult() {
			writeResult(&out, results.ResultReader())
		}
		if err := results.Close(); err != nil {
			out.WriteString(exampleError(err))
		}
	}
	return out.String()
}

// statements splits a block where a line, but for a comment, ends with a semicolon.
func statements(block string) []string {
	var list []string
	var one strings.Builder
	for line := range strings.Lines(block) {
		one.WriteString(line)
		code, _, _ := strings.Cut(line, "--")
		if strings.HasSuffix(strings.TrimSpace(code), ";") {
			list = append(list, one.String())
			one.Reset()
		}
	}
	if strings.TrimSpace(one.String()) != "" {
		list = append(list, one.String())
	}
	return list
}

func exampleError(err error) string {
	e, ok := err.(*pgconn.PgError)
	if !ok {
		return "ERROR: " + err.Error() + "\n"
	}
	s := fmt.Sprintf("ERROR:  %s: %s\n", e.Code, e.Message)
	if e.Detail != "" {
		s += "DETAIL:  " + e.Detail + "\n"
	}
	if e.Hint != "" {
		s += "HINT:  " + e.Hint + "\n"
	}
	return s
}

// writeResult shows rows in columns; statements without any show nothing.
func writeResult(out *strings.Builder, reader *pgconn.ResultReader) {
	fields := reader.FieldDescriptions()
	rows := [][]string{make([]string, len(fields))}
	width := make([]int, len(fields))
	for i, f := range fields {
		rows[0][i], width[i] = f.Name, len(f.Name)
	}
	for reader.NextRow() {
		row := make([]string, len(fields))
		for i, v := range reader.Values() {
			row[i] = string(v)
			width[i] = max(width[i], len([]rune(row[i])))
		}
		rows = append(rows, row)
	}
	if _, err := reader.Close(); err != nil || len(fields) == 0 {
		return // the error comes with the statement's end
	}
	for n, row := range rows {
		for i := range row {
			row[i] = fmt.Sprintf("%-*s", width[i], row[i])
		}
		out.WriteString(strings.TrimRight(" "+strings.Join(row, " | "), " ") + "\n")
		if n > 0 {
			continue
		}
		for i, w := range width {
			if i > 0 {
				out.WriteByte('+')
			}
			out.WriteString(strings.Repeat("-", w+2))
		}
		out.WriteByte('\n')
	}
}

// firstDifference shows two texts from the first line on that differs.
func firstDifference(a, b string) string {
	before, after := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range before {
		if i >= len(after) || before[i] != after[i] {
			return "the page:\n" + strings.Join(before[i:min(i+8, len(before))], "\n") +
				"\nthe server:\n" + strings.Join(after[min(i, len(after)):min(i+8, len(after))], "\n")
		}
	}
	return "the page ends early"
}
