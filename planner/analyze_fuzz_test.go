package planner

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"voronoi/internal/pgerr"
	"voronoi/sqlparse"
)

// FuzzAnalyze holds that no statement, however wrong, causes an internal error.
// Its seeds are the statements of the test data.
func FuzzAnalyze(f *testing.F) {
	files, err := filepath.Glob("testdata/analyze/describe/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range strings.Split(string(text), "describe\n")[1:] {
			sql, _, _ := strings.Cut(part, "\n----")
			f.Add(sql)
		}
	}
	env := analysisEnv(f)
	f.Fuzz(func(t *testing.T, sql string) {
		statements, err := sqlparse.Parse(sql)
		if err != nil {
			return
		}
		for _, st := range statements {
			if _, err := Analyze(env, st); pgerr.Code(err) == pgerr.InternalError {
				t.Errorf("%s\n%v", sql, pgerr.From(err).Unwrap())
			}
		}
	})
}
