package planner

import (
	"fmt"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
)

// EXPLAIN shows a statement as a tree of Postgres's plan nodes, a line each.
// SQLite makes the last decisions (join order, index lookups) when the
// statement is prepared; what is shown is what the planner settled: the vector
// searches and the shape of the query.

// node is one line of a plan with what stands below it.
type node struct {
	title   string
	details []string
	below   []*node
}

// lines prints a tree as psql shows it.
func (n *node) lines() []string {
	var out []string
	var write func(n *node, indent string, root bool)
	write = func(n *node, indent string, root bool) {
		line := indent + n.title
		if !root {
			line = indent + "->  " + n.title
			indent += "      "
		} else {
			indent += "  "
		}
		out = append(out, line)
		for _, d := range n.details {
			out = append(out, indent+d)
		}
		for _, b := range n.below {
			write(b, indent, false)
		}
	}
	write(n, "", true)
	return out
}

// explainQuery gives the plan of a query as EXPLAIN prints it. The plan is kept
// longer than the session that env belongs to, so it keeps none of env.
func explainQuery(env *Env, q *Query, p *QueryPlan) func() []string {
	names := scopeOf(env)
	return func() []string {
		x := explainer{nameScope: names, scans: map[*Entry]*VectorScan{}}
		x.collect(p)
		return x.query(q).lines()
	}
}

// nameScope is what names are shown by.
type nameScope struct {
	catalog *catalog.Snapshot
	path    []oid.OID
}

func scopeOf(env *Env) nameScope { return nameScope{env.Catalog, env.SearchPath} }

// explainer builds the tree; scans are the vector searches by what they search.
type explainer struct {
	nameScope
	scans map[*Entry]*VectorScan
}

// collect finds the searches of a plan and of the plans within it.
func (x *explainer) collect(p *QueryPlan) {
	for _, s := range p.Scans {
		if s.entry != nil {
			x.scans[s.entry] = s
		}
	}
	for _, sub := range p.Subplans {
		x.collect(sub)
	}
}

func (x *explainer) query(q *Query) *node {
	var n *node
	own := onlyEntry(q.From)
	switch {
	case q.SetOp != nil:
		n = &node{title: setOpTitle(q.SetOp), below: []*node{x.query(q.SetOp.Left), x.query(q.SetOp.Right)}}
	case q.Values != nil:
		n = &node{title: "Values Scan on \"*VALUES*\""}
	default:
		q = forKNN(q)
		own = onlyEntry(q.From)
		if scan := x.vectorScan(q); scan != nil {
			return limited(q, scan)
		}
		n = x.from(q)
	}
	if q.HasAggregates {
		title := "Aggregate"
		if len(q.GroupBy) > 0 {
			title = "HashAggregate"
		}
		agg := &node{title: title, below: []*node{n}}
		if len(q.GroupBy) > 0 {
			agg.details = append(agg.details, "Group Key: "+x.texts(q.GroupBy, own))
		}
		if q.Having != nil {
			agg.details = append(agg.details, "Filter: "+x.text(q.Having, own))
		}
		n = agg
	}
	if q.HasWindows {
		n = &node{title: "WindowAgg", below: []*node{n}}
	}
	if q.HasSetFuncs {
		n = &node{title: "ProjectSet", below: []*node{n}}
	}
	if q.Distinct || len(q.DistinctOn) > 0 {
		n = &node{title: "Unique", below: []*node{n}}
	}
	if len(q.OrderBy) > 0 {
		n = &node{title: "Sort", details: []string{"Sort Key: " + x.sortKeys(q.OrderBy, own)}, below: []*node{n}}
	}
	return limited(q, n)
}

func limited(q *Query, n *node) *node {
	if q.Limit != nil || q.Offset != nil {
		return &node{title: "Limit", below: []*node{n}}
	}
	return n
}

func setOpTitle(s *SetOp) string {
	switch {
	case s.Kind == Union && s.All:
		return "Append"
	case s.Kind == Union:
		return "HashAggregate"
	case s.Kind == Intersect:
		return "HashSetOp Intersect"
	}
	return "HashSetOp Except"
}

// vectorScan is the search that serves the order of q, nil where none does.
func (x *explainer) vectorScan(q *Query) *node {
	if len(q.OrderBy) == 0 {
		return nil
	}
	k := matchKNN(q)
	if k == nil {
		return nil
	}
	s := x.scans[k.column.Entry]
	if s == nil {
		return nil
	}
	on := relationTitle(k.column.Entry)
	n := &node{title: "Vector Scan on " + on}
	if s.Index != nil && !s.Parts {
		n.title = fmt.Sprintf("Index Scan using %s on %s", s.Index.Name, on)
	}
	n.details = append(n.details, "Order By: "+x.text(k.call, k.column.Entry))
	if s.Index != nil && s.Parts {
		n.details = append(n.details, "In Parts: Index Scan using "+s.Index.Name)
	}
	n = x.searched(q, k, n)
	if len(q.OrderBy) > 1 {
		own := onlyEntry(q.From)
		n = &node{title: "Incremental Sort", details: []string{
			"Sort Key: " + x.sortKeys(q.OrderBy, own), "Presorted Key: " + x.sortKeys(q.OrderBy[:1], own),
		}, below: []*node{n}}
	}
	return n
}

// searched adds to a search what qualifies its rows and what they are joined to.
func (x *explainer) searched(q *Query, k *knn, n *node) *node {
	if q.Where != nil {
		n.details = append(n.details, "Filter: "+x.text(q.Where, onlyEntry(q.From)))
	}
	var others []*node
	for _, item := range q.From {
		leaves(item, func(e *Entry) {
			if e != k.column.Entry {
				others = append(others, x.entry(e, nil))
			}
		})
	}
	if len(others) > 0 {
		return &node{title: "Nested Loop", below: append([]*node{n}, others...)}
	}
	return n
}

// from is the scans and joins of a query.
func (x *explainer) from(q *Query) *node {
	if len(q.From) == 0 {
		n := &node{title: "Result"}
		if q.Where != nil {
			n.details = []string{"One-Time Filter: " + x.text(q.Where, nil)}
		}
		return n
	}
	if k := matchRange(q); k != nil && x.scans[k.column.Entry] != nil {
		return x.searched(q, k, &node{title: "Vector Range Scan on " + relationTitle(k.column.Entry)})
	}
	single, only := q.From[0].(*FromEntry)
	if only && len(q.From) == 1 {
		return x.entry(single.Entry, q.Where)
	}
	var n *node
	for _, item := range q.From {
		b := x.item(item)
		if n == nil {
			n = b
		} else {
			n = &node{title: "Nested Loop", below: []*node{n, b}}
		}
	}
	if q.Where != nil {
		n.details = append(n.details, "Filter: "+x.text(q.Where, nil))
	}
	return n
}

// joinTitles are the names of Postgres's nested loops.
var joinTitles = map[JoinKind]string{
	JoinInner: "Nested Loop", JoinCross: "Nested Loop", JoinLeft: "Nested Loop Left Join",
	JoinRight: "Nested Loop Right Join", JoinFull: "Nested Loop Full Join",
}

func (x *explainer) item(item FromItem) *node {
	switch item := item.(type) {
	case *FromEntry:
		return x.entry(item.Entry, nil)
	case *Join:
		n := &node{title: joinTitles[item.Kind], below: []*node{x.item(item.Left), x.item(item.Right)}}
		if item.On != nil {
			n.details = []string{"Join Filter: " + x.text(item.On, nil)}
		}
		return n
	}
	return &node{title: "Result"}
}

// entry is the scan of one entry.
func (x *explainer) entry(e *Entry, where Expr) *node {
	n := &node{}
	switch e.Kind {
	case EntryRelation:
		n.title = "Seq Scan on " + relationTitle(e)
		if index := x.keyIndex(e, where); index != "" {
			n.title = fmt.Sprintf("Index Scan using %s on %s", index, relationTitle(e))
		}
	case EntrySubquery:
		n = &node{title: "Subquery Scan on " + e.Alias, below: []*node{x.query(e.Query)}}
	case EntryFunction:
		name := e.Alias
		if len(e.Funcs) > 0 && e.Funcs[0].Call != nil {
			name = e.Funcs[0].Call.Proc.Name
		}
		n.title = "Function Scan on " + name
		if e.Alias != name {
			n.title += " " + e.Alias
		}
	case EntryValues:
		n.title = "Values Scan on " + e.Alias
	case EntryCTE:
		n.title = "CTE Scan on " + e.Alias
	default:
		n.title = "Result"
	}
	if where != nil {
		n.details = append(n.details, "Filter: "+x.text(where, e))
	}
	return n
}

// keyIndex is the unique index through which a qual leads to one row.
func (x *explainer) keyIndex(e *Entry, where Expr) string {
	for _, qual := range conjuncts(where) {
		c, ok := qual.(*FuncCall)
		if !ok || c.Op == nil || c.Op.Name != "=" || len(c.Args) != 2 {
			continue
		}
		for i, arg := range c.Args {
			v, ok := arg.(*Var)
			if !ok || v.Entry != e || !computable(c.Args[1-i]) || !uniqueColumn(v) {
				continue
			}
			for _, con := range e.Relation.Constraints {
				if (con.Kind == catalog.ConstraintPrimary || con.Kind == catalog.ConstraintUnique) &&
					len(con.Columns) == 1 && con.Columns[0] == e.Columns[v.Col].Column.Attnum {
					return con.Name
				}
			}
		}
	}
	return ""
}

// relationTitle is a relation with its alias.
func relationTitle(e *Entry) string {
	if e.Alias != "" && e.Alias != e.Relation.Name {
		return e.Relation.Name + " " + e.Alias
	}
	return e.Relation.Name
}

// explainModify gives the plan of an INSERT, UPDATE or DELETE.
func explainModify(env *Env, q *Query, p *ModifyPlan) func() []string {
	names := scopeOf(env)
	return func() []string {
		verb := map[Command]string{CommandInsert: "Insert", CommandUpdate: "Update", CommandDelete: "Delete"}[q.Command]
		n := &node{title: verb + " on " + relationTitle(q.Target)}
		x := explainer{nameScope: names, scans: map[*Entry]*VectorScan{}}
		if p.Source != nil {
			x.collect(p.Source)
		}
		switch {
		case q.Command == CommandInsert && q.Source != nil:
			n.below = []*node{x.query(q.Source)}
		case q.Command == CommandInsert:
			n.below = []*node{{title: "Result"}}
		default:
			items := append([]FromItem{&FromEntry{Entry: q.Target}}, q.From...)
			n.below = []*node{x.from(&Query{From: items, Where: q.Where})}
		}
		return n.lines()
	}
}
