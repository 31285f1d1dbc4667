package catalog

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestDependenciesAgainstPostgres compares pg_depend by what its rows mean.
// Postgres's own storage of large values and its triggers for foreign keys have
// no like here, and of the two dependencies of a check on its columns, one by the
// list of its columns and one by its expression, the first is enough.
func TestDependenciesAgainstPostgres(t *testing.T) {
	conn := postgresShop(t)
	var want []string
	for _, row := range textRows(t, conn, `
		SELECT DISTINCT pg_describe_object(classid, objid, objsubid), pg_describe_object(refclassid, refobjid, refobjsubid), deptype
		FROM pg_depend WHERE objid >= 16384`) {
		text := strings.Join(row, " | ")
		if !strings.Contains(text, "toast") && !strings.Contains(text, "trigger") &&
			!(strings.HasPrefix(text, "constraint items_price_check") && strings.HasSuffix(text, "n")) {
			want = append(want, text)
		}
	}
	s := shop(t)
	n := s.naming(defaultPath)
	var got []string
	for _, d := range s.Dependencies() {
		if d.Kind == 'e' {
			continue
		}
		text := fmt.Sprintf("%s | %s | %c", n.describe(d.Object), n.describe(d.On), d.Kind)
		if !slices.Contains(got, text) && !strings.HasPrefix(text, "extension") {
			got = append(got, text)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	for _, text := range want {
		if !slices.Contains(got, text) {
			t.Errorf("missing: %s", text)
		}
	}
	for _, text := range got {
		if !slices.Contains(want, text) {
			t.Errorf("Postgres has not: %s", text)
		}
	}
}
