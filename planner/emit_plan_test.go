package planner

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// TestPlans shows what statements are emitted as, in testdata/plan. Commands:
//
//	sql      the SQLite SQL with what it binds, calls and searches
//	explain  the plan as EXPLAIN prints it
//	knn      the rows of a vector search, and how many candidates it pulled
func TestPlans(t *testing.T) {
	datadriven.Walk(t, "testdata/plan", func(t *testing.T, path string) {
		r := planFixture(t)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "sql":
				plan, err := r.plan(d.Input)
				if err != nil {
					return errorText(err)
				}
				return planText(r.env(), plan)
			case "explain":
				plan, err := r.plan(d.Input)
				if err != nil {
					return errorText(err)
				}
				if m, ok := plan.(*ModifyPlan); ok {
					return strings.Join(m.Explain(), "\n") + "\n"
				}
				return strings.Join(plan.(*QueryPlan).Explain(), "\n") + "\n"
			case "knn":
				return r.knnText(d.Input)
			}
			d.Fatalf(t, "unknown command %s", d.Cmd)
			return ""
		})
	})
}

// planFixture has a table of vectors with an index, and one that refers to it.
func planFixture(t testing.TB) *runner {
	r := newRunner(t)
	text := func(values ...string) []*string {
		row := make([]*string, len(values))
		for i := range values {
			if values[i] != "NULL" {
				row[i] = &values[i]
			}
		}
		return row
	}
	r.create(&fixtureTable{name: "docs", key: 0, columns: []fixtureColumn{
		{"id", "int", oid.Int4, -1, true}, {"title", "text", oid.Text, -1, false}, {"kind", "int", oid.Int4, -1, false},
		{"embedding", "vector(3)", oid.Vector, 3, false},
	}}, [][]*string{
		text("1", "one", "1", "[1,0,0]"), text("2", "two", "1", "[0,1,0]"), text("3", "three", "2", "[0,0,1]"),
		text("4", "four", "2", "NULL"), text("5", "five", "1", "[1,1,0]"), text("6", "six", "2", "[1,0,0]"),
	})
	r.create(&fixtureTable{name: "notes", key: 0, columns: []fixtureColumn{
		{"id", "int", oid.Int4, -1, true}, {"doc", "int", oid.Int4, -1, false}, {"body", "text", oid.Text, -1, false},
	}}, [][]*string{text("10", "1", "a"), text("11", "6", "b"), text("12", "3", "c"), text("13", "1", "d")})
	edit := r.snap.Edit()
	docs := *r.table("docs")
	for _, class := range r.snap.OpClasses("hnsw") {
		if class.Name == "vector_l2_ops" {
			index := &catalog.Relation{Name: "docs_embedding_idx", Schema: oid.PublicSchema, Kind: catalog.KindIndex, Index: &catalog.Index{
				Table: docs.OID, Method: "hnsw", Valid: true, Keys: []catalog.IndexKey{{Attnum: 4, Type: oid.Vector, OpClass: class.OID}},
			}}
			edit.Put(index)
			docs.Indexes = append(docs.Indexes, index.OID)
		}
	}
	docs.Constraints = append(docs.Constraints, &catalog.Constraint{Name: "docs_kind_check", Kind: catalog.ConstraintCheck, Check: "(kind > 0)"})
	edit.Put(&docs)
	r.snap = edit.Done()
	return r
}

func errorText(err error) string {
	return fmt.Sprintf("ERROR %s: %v\n", pgerr.Code(err), err)
}

// planText prints a plan.
func planText(env *Env, plan Plan) string {
	var b strings.Builder
	switch p := plan.(type) {
	case *QueryPlan:
		writeQueryPlan(&b, env, "", p)
	case *ModifyPlan:
		writeModifyPlan(&b, env, "", p)
	}
	return b.String()
}

func writeQueryPlan(b *strings.Builder, env *Env, indent string, p *QueryPlan) {
	line := func(format string, args ...any) { fmt.Fprintf(b, indent+format+"\n", args...) }
	line("%s", p.SQL)
	for i, e := range p.Binds {
		line("?%d = %s", p.Inputs+i+1, bindText(env, e))
	}
	var names []string
	for _, f := range p.Functions {
		name := f.Name
		if f.Strict {
			name += " strict"
		}
		if f.Volatile {
			name += " volatile"
		}
		names = append(names, name)
	}
	for _, m := range p.Modules {
		names = append(names, "module "+m.Name)
	}
	if len(names) > 0 {
		line("uses %s", strings.Join(names, ", "))
	}
	for _, s := range p.Scans {
		index := "exact"
		if s.Index != nil {
			index = s.Index.Name
		}
		line("scan %s.%s metric %d %s nulls=%t", s.Table.Name, s.Column.Name, s.Metric, index, s.WithNulls)
		for _, x := range []struct {
			name string
			e    Expr
		}{{"query", s.Query}, {"limit", s.Limit}, {"probes", s.Probes}} {
			if x.e != nil {
				line("  %s %s", x.name, bindText(env, x.e))
			}
		}
		for _, r := range s.Radii {
			line("  radius %s closed=%t loose=%t negated=%t", bindText(env, r.Distance), r.Closed, r.Loose, r.Negated)
		}
		if s.Parts {
			line("  in parts")
		}
		if s.NaNFirst {
			line("  NaN first")
		}
		if s.Filter != nil {
			line("  filter:")
			writeQueryPlan(b, env, indent+"    ", s.Filter)
		}
	}
	for i, rows := range p.RowSets {
		line("rows %d: %d", i, len(rows))
	}
	for i, s := range p.Subplans {
		line("subplan %d of %d inputs:", i, s.Inputs)
		writeQueryPlan(b, env, indent+"  ", s)
	}
	for _, m := range p.Modifying {
		line("modifying:")
		writeModifyPlan(b, env, indent+"  ", m)
	}
	if p.Ties != nil {
		line("ties after column %d, %d keys, with ties %t", p.Ties.First, len(p.Ties.Keys), p.WithTies)
	}
	if p.Limit != nil {
		line("limit %s", bindText(env, p.Limit))
	}
	if p.Locking != nil {
		line("locks FOR %s", p.Locking.Strength)
	}
	if p.Writes {
		line("writes")
	}
}

func writeModifyPlan(b *strings.Builder, env *Env, indent string, p *ModifyPlan) {
	names := []string{}
	for _, c := range p.Columns {
		names = append(names, c.Name)
	}
	verb := map[Command]string{CommandInsert: "insert", CommandUpdate: "update", CommandDelete: "delete"}[p.Command]
	fmt.Fprintf(b, "%s%s %s (%s) carried=%d\n", indent, verb, p.Table.Name, strings.Join(names, ", "), p.Carried)
	for _, row := range p.Values {
		values := []string{}
		for _, e := range row {
			values = append(values, bindText(env, e))
		}
		fmt.Fprintf(b, "%s  values %s\n", indent, strings.Join(values, ", "))
	}
	part := func(name string, q *QueryPlan) {
		fmt.Fprintf(b, "%s  %s:\n", indent, name)
		writeQueryPlan(b, env, indent+"    ", q)
	}
	if p.Source != nil {
		part("source", p.Source)
	}
	for _, q := range []struct {
		name string
		q    *RowQuery
	}{{"checks", p.Checks}, {"generated", p.Generated}, {"returning", p.Returning}} {
		if q.q != nil {
			part(q.name, q.q.QueryPlan)
		}
	}
	if c := p.Conflict; c != nil {
		fmt.Fprintf(b, "%s  on conflict update=%t where=%t\n", indent, c.Update, c.HasWhere)
		if c.Set != nil {
			part("set", c.Set.QueryPlan)
		}
	}
}

// knnText runs a query and prints its rows and the candidates pulled.
func (r *runner) knnText(sql string) string {
	plan, err := r.plan(sql)
	if err != nil {
		return errorText(err)
	}
	q := plan.(*QueryPlan)
	pulled := 0
	rows, err := r.run(q, nil, &pulled)
	if err != nil {
		return errorText(err)
	}
	var b strings.Builder
	env := r.values()
	for _, row := range rows {
		for i, c := range q.Columns {
			if i > 0 {
				b.WriteString(" | ")
			}
			if row[i].IsNull() {
				b.WriteString("NULL")
			} else {
				b.Write(r.Type(c.Type).AppendText(nil, env, row[i]))
			}
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "pulled %d\n", pulled)
	return b.String()
}

// bindText is a bound expression; those that SQL has no words for are told by
// their operands.
func bindText(env *Env, e Expr) string {
	switch e := e.(type) {
	case *countExpr:
		return "count " + bindText(env, e.Arg)
	case *sumExpr:
		texts := make([]string, len(e.Args))
		for i, a := range e.Args {
			texts[i] = bindText(env, a)
		}
		return strings.Join(texts, " + ")
	}
	return Deparse(env.Catalog, env.SearchPath, e, nil)
}
