package catalog

import (
	"context"
	"strconv"
	"testing"

	"voronoi/internal/oracle"
)

// prettyExprs are expressions over the columns of a table, as somebody would
// write them.
var prettyExprs = []string{
	"a > 0", "a > 0 AND (f < 10 OR f IS NULL)", "a > 0 OR f < 10 AND b", "NOT b", "NOT (a > 0 AND b)", "NOT a > 0",
	"a + 1 * 2 > 3", "(a + 1) * 2 > 3", "a - (1 - 2) > 0", "a - 1 - 2 > 0", "a % 2 = 0", "a / 2 + 1 = a",
	"lower(t) = 'x'", "length(t || 'x') < 10", "t LIKE 'a%'", "t ~ '^[(]'", "t IN ('a', 'b''(c')", "a IN (1, 2, 3)",
	"a = ANY (arr)", "a <> ALL (arr) AND b", "v = 'x'", "v::text = t", "(a + 1)::bigint = a", "lower(v)::varchar(3) = t",
	"a BETWEEN 1 AND 10", "coalesce(a + 1, 2) > 0", "greatest(a, 1 + a) > 1", "nullif(a, 1) IS NULL", "(a > 0) IS TRUE",
	"(a > 0) = b", "arr[1] > 0", "(arr || 1)[1] > 0", "CASE WHEN a > 0 AND b THEN f > 1 ELSE a < 2 END",
	"CASE a WHEN 1 THEN b ELSE NOT b END", "a IS DISTINCT FROM 1", "row(a, 1) = row(2, 3)", "-a > 0", "- (a + 1) > 0",
	"a = -1", "\"Q x\" > 1", "t IS NOT NULL AND t <> ''", "(a > 0 AND b) OR (a < 0 AND NOT b) OR f > 1",
	"t COLLATE \"C\" > 'a'", "j ->> 'k' = 'x'", "(j -> 'a') ->> 'b' IS NOT NULL", "ARRAY[a, a + 1] = arr",
	"extract(year from d) > 2000", "d + interval '1 day' > d", "a::numeric / 3 > 1.5", "b AND b AND b", "(b OR b) AND b",
	"upper(substr(t, 1, 2 + 1)) = 'AB'", "a & 1 = 1", "(a + 1) & 3 = 1", "a + (f + 1) * 2 - 3 / (a - 1) > 0",
}

// TestPrettyAgainstPostgres compares with what Postgres makes of the same
// canonical text.
func TestPrettyAgainstPostgres(t *testing.T) {
	conn := oracle.Postgres(t).Connect(t)
	ctx := context.Background()
	if _, err := conn.Exec(ctx, `CREATE TEMP TABLE pretty (a int, f float8, b bool, t text, v varchar(10), arr int[],
		"Q x" int, j jsonb, d date)`); err != nil {
		t.Fatal(err)
	}
	for i, expr := range prettyExprs {
		name := "c" + strconv.Itoa(i)
		if _, err := conn.Exec(ctx, "ALTER TABLE pretty ADD CONSTRAINT "+name+" CHECK ("+expr+")"); err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		row := textRows(t, conn, "SELECT pg_get_expr(conbin, conrelid), pg_get_expr(conbin, conrelid, true) FROM pg_constraint WHERE conname = '"+name+"'")[0]
		if got := PrettyExpr(row[0]); got != row[1] {
			t.Errorf("%s\n want %s\n got  %s", row[0], row[1], got)
		}
	}
}
