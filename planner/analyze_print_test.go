package planner

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/sqlparse"
)

// TestAnalyze prints what analysis makes of each statement: bound names, types,
// every coercion, in the order of the Query's fields.
func TestAnalyze(t *testing.T) {
	env := analysisEnv(t)
	datadriven.Walk(t, "testdata/analyze/query", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			statements, err := sqlparse.Parse(d.Input)
			if err != nil {
				return err.Error()
			}
			a, err := Analyze(env, statements[0])
			if err != nil {
				return description(nil, nil, pgerr.From(err)) + "\n"
			}
			p := &queryPrinter{env: env}
			p.query(a.Query, "")
			return p.String()
		})
	})
}

// queryPrinter writes a Query, one clause a line.
type queryPrinter struct {
	strings.Builder
	env *Env
}

func (p *queryPrinter) line(indent, format string, args ...any) {
	fmt.Fprintf(p, indent+format+"\n", args...)
}

// expr is an expression with all coercions, and the queries in it below.
func (p *queryPrinter) expr(e Expr) string {
	d := &deparser{a: newAnalyzer(p.env, nil), values: p.env.Values}
	d.expr(e)
	return strings.Join(strings.Fields(string(d.b)), " ")
}

func (p *queryPrinter) exprs(list []Expr) string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = p.expr(e)
	}
	return strings.Join(out, ", ")
}

func (p *queryPrinter) typ(t oid.OID, typmod int32) string {
	return newAnalyzer(p.env, nil).typeNameMod(t, typmod)
}

var commandNames = map[Command]string{CommandSelect: "select", CommandInsert: "insert", CommandUpdate: "update", CommandDelete: "delete"}

func (p *queryPrinter) query(q *Query, indent string) {
	in := indent + "  "
	head := commandNames[q.Command]
	for name, on := range map[string]bool{" distinct": q.Distinct} {
		if on {
			head += name
		}
	}
	if q.HasAggregates {
		head += " aggregates"
	}
	if q.HasWindows {
		head += " windows"
	}
	if q.HasSetFuncs {
		head += " sets"
	}
	p.line(indent, "%s", head)
	for _, c := range q.CTEs {
		mark := ""
		if c.Recursive {
			mark = " recursive"
		}
		p.line(in, "with %s(%s)%s refs=%d", c.Name, strings.Join(c.Columns, ", "), mark, c.Refs)
		p.query(c.Query, in+"  ")
	}
	if q.Target != nil {
		p.line(in, "target %s", q.Target.Alias)
	}
	if q.Source != nil {
		p.query(q.Source, in)
	}
	p.assignments("set", q.Columns, in)
	if s := q.SetOp; s != nil {
		all := ""
		if s.All {
			all = " all"
		}
		p.line(in, "%s%s", strings.ToLower(setOpNames[s.Kind]), all)
		p.query(s.Left, in+"  ")
		p.query(s.Right, in+"  ")
	}
	for _, row := range q.Values {
		p.line(in, "row %s", p.exprs(row))
	}
	for _, item := range q.From {
		p.from(item, in)
	}
	p.condition("where", q.Where, in)
	p.targets("column", q.Targets, in)
	if q.GroupBy != nil {
		p.line(in, "group by %s", p.exprs(q.GroupBy))
	}
	for _, set := range q.GroupingSets {
		p.line(in, "grouping set (%s)", p.exprs(set))
	}
	p.condition("having", q.Having, in)
	for i, w := range q.Windows {
		p.line(in, "window %d partition (%s) order (%s) frame (%s)", i, p.exprs(w.Partition), p.keys(w.OrderBy), p.frame(w.Frame))
	}
	if q.DistinctOn != nil {
		p.line(in, "distinct on %s", p.exprs(q.DistinctOn))
	}
	if q.OrderBy != nil {
		p.line(in, "order by %s", p.keys(q.OrderBy))
	}
	p.condition("limit", q.Limit, in)
	p.condition("offset", q.Offset, in)
	for _, l := range q.Locking {
		p.line(in, "for %s of %d", strings.ToLower(l.Strength), len(l.Entries))
	}
	if c := q.Conflict; c != nil {
		p.line(in, "on conflict update=%t arbiters=%d", c.Update, len(c.Arbiters))
		p.assignments("set", c.Set, in)
		p.condition("where", c.Where, in)
	}
	p.targets("returning", q.Returning, in)
}

func (p *queryPrinter) condition(word string, e Expr, indent string) {
	if e == nil {
		return
	}
	p.line(indent, "%s %s", word, p.expr(e))
	p.subqueries(e, indent)
}

func (p *queryPrinter) subqueries(e Expr, indent string) {
	walk(e, func(e Expr) bool {
		if s, ok := e.(*Subquery); ok {
			p.line(indent, "  subquery kind=%d", s.Kind)
			p.query(s.Query, indent+"    ")
		}
		return true
	})
}

func (p *queryPrinter) targets(word string, list []*Target, indent string) {
	for _, t := range list {
		junk := ""
		if t.Junk {
			junk = " junk"
		}
		p.line(indent, "%s%s %s %s = %s", word, junk, t.Name, p.typ(t.Expr.Type(), t.Expr.Typmod()), p.expr(t.Expr))
		p.subqueries(t.Expr, indent)
	}
}

func (p *queryPrinter) assignments(word string, list []*Assignment, indent string) {
	for _, a := range list {
		p.line(indent, "%s %s = %s", word, a.Column.Name, p.expr(a.Value))
		p.subqueries(a.Value, indent)
	}
}

func (p *queryPrinter) keys(list []SortKey) string {
	out := make([]string, len(list))
	for i, k := range list {
		out[i] = fmt.Sprintf("%s%s #%d", p.expr(k.Expr), k.suffix(), k.Target)
	}
	return strings.Join(out, ", ")
}

func (p *queryPrinter) frame(f *Frame) string {
	if f == nil {
		return ""
	}
	bound := func(b FrameBound) string {
		if b.Offset != nil {
			return p.expr(b.Offset) + " " + b.Kind
		}
		return b.Kind
	}
	return strings.TrimSpace(f.Mode + " " + bound(f.Start) + " to " + bound(f.End) + " " + f.Exclude)
}

var joinWords = map[JoinKind]string{JoinInner: "inner", JoinLeft: "left", JoinRight: "right", JoinFull: "full", JoinCross: "cross"}

func (p *queryPrinter) from(item FromItem, indent string) {
	switch item := item.(type) {
	case *FromEntry:
		e := item.Entry
		var marks string
		if e.Nullable {
			marks += " nullable"
		}
		if e.Lateral {
			marks += " lateral"
		}
		columns := make([]string, len(e.Columns))
		for i, c := range e.Columns {
			columns[i] = c.Name
		}
		p.line(indent, "from %s(%s) kind=%d%s", e.Alias, strings.Join(columns, ", "), e.Kind, marks)
		if e.Query != nil {
			p.query(e.Query, indent+"  ")
		}
		for _, f := range e.Funcs {
			if f.Call != nil {
				p.line(indent, "  function %s columns=%d", p.expr(f.Call), f.Columns)
			} else {
				p.line(indent, "  function %s columns=%d", p.expr(f.Other), f.Columns)
			}
		}
	case *Join:
		p.line(indent, "%s join", joinWords[item.Kind])
		p.from(item.Left, indent+"  ")
		p.from(item.Right, indent+"  ")
		p.condition("on", item.On, indent+"  ")
	}
}
