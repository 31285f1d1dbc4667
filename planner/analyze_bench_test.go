package planner

import (
	"strings"
	"testing"

	"voronoi/sqlparse"
)

// BenchmarkAnalyze measures analysis alone, without parsing and emission.
func BenchmarkAnalyze(b *testing.B) {
	env := analysisEnv(b)
	for name, sql := range map[string]string{
		"point":    "select * from t where a = $1",
		"knn":      "select a, '[1,2,3]'::vector <-> $1 as d from t where b = 'x' order by d limit 10",
		"literals": "insert into u (a, x, y) values " + strings.Repeat("(1, 'x', '2020-01-01'),", 999) + "(2, 'y', null)",
		"in":       "select a from t where a in (" + strings.Repeat("1,", 999) + "2)",
		"joins":    "select t.a, count(*) from t join u using (a) left join w on w.a = t.a where lower(t.b) like 'x%' group by 1 order by 2 desc",
	} {
		statements, err := sqlparse.Parse(sql)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				if _, err := Analyze(env, statements[0]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
