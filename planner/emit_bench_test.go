package planner

import "testing"

// BenchmarkPlan plans statements from their text on: what a statement costs that
// the plan cache does not know.
func BenchmarkPlan(b *testing.B) {
	r := planFixture(b)
	for _, s := range []struct{ name, sql string }{
		{"point", "SELECT id, title FROM docs WHERE id = 1"},
		{"knn", "SELECT id, embedding <-> '[1,0,0]' AS d FROM docs WHERE kind = 2 ORDER BY d LIMIT 10"},
		{"join", "SELECT d.kind, count(*) FROM docs d JOIN notes n ON n.doc = d.id WHERE n.body LIKE 'a%' GROUP BY d.kind ORDER BY 2 DESC"},
		{"insert", "INSERT INTO notes VALUES (1, 2, 'three')"},
	} {
		b.Run(s.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.plan(s.sql); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
