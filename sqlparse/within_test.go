package sqlparse

import "testing"

func TestWithin(t *testing.T) {
	for source, want := range map[string]string{
		"prepare p as select 1 as x":                    "select 1 as x",
		"prepare p (int, text) as\n insert into t":      "insert into t default values",
		`/* as */ prepare "as" as select 2`:             "select 2",
		"prepare p (numeric(4)) as -- as\n select 'as'": "select 'as'",
	} {
		if want == "insert into t default values" {
			source += " default values"
		}
		statements, err := Parse(source)
		if err != nil {
			t.Errorf("%q: %v", source, err)
			continue
		}
		inner := statements[0].Within(statements[0].Node.GetPrepareStmt().Query, "as")
		if inner.Text != want || inner.Source[inner.Start:inner.Start+len(want)] != want {
			t.Errorf("%q: got %q", source, inner.Text)
		}
	}
}
