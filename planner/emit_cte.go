package planner

import (
	"fmt"
	"strings"
)

// cteName is a WITH query in force: its name in SQL, or the row set of a
// data-modifying one.
type cteName struct {
	name   string
	handle int // of a data-modifying query
	rows   bool
}

// with writes WITH, and puts its queries in force. Those of data-modifying
// statements are run by the executor beforehand, and read as rows.
func (e *emitter) with(list []*CTE) string {
	var out []string
	recursive := false
	for _, c := range list {
		if c.Query.Command != CommandSelect {
			e.modifyingCTE(c)
			continue
		}
		name := "w" + strings.TrimPrefix(e.alias(), "t")
		if c.Recursive {
			// The query refers to itself by its name.
			e.ctes[c] = &cteName{name: name}
			recursive = true
		}
		sql := e.cteQuery(c)
		e.ctes[c] = &cteName{name: name}
		columns := make([]string, len(shownTargets(c.Query)))
		for i := range columns {
			columns[i] = fmt.Sprintf("c%d", i)
		}
		header := name
		if len(columns) > 0 {
			header += "(" + strings.Join(columns, ", ") + ")"
		}
		out = append(out, header+" AS "+materialization(c)+"("+sql+")")
	}
	if len(out) == 0 {
		return ""
	}
	if recursive {
		return "WITH RECURSIVE " + strings.Join(out, ", ") + " "
	}
	return "WITH " + strings.Join(out, ", ") + " "
}

// materialization says whether a WITH query is computed once. Postgres does so
// when it is referenced twice or has side effects, unless told otherwise.
func materialization(c *CTE) string {
	switch {
	case c.Recursive:
		return ""
	case anywhereIn(c.Query, isVolatileCall) || c.Materialized == 'm':
		return "MATERIALIZED "
	case c.Materialized == 'n':
		return "NOT MATERIALIZED "
	case c.Refs > 1:
		return "MATERIALIZED "
	}
	return ""
}

// cteQuery is the query of a CTE. A recursive one must be a compound in
// SQLite's sense, of which the right side names the query in its FROM.
func (e *emitter) cteQuery(c *CTE) string {
	s := c.Query.SetOp
	if !c.Recursive || s == nil || s.Kind != Union {
		return e.query(c.Query)
	}
	word, compared := " UNION ", s.Entry
	if s.All {
		word, compared = " UNION ALL ", nil
	}
	left := e.side(s.Left, compared)
	right := e.query(s.Right)
	sql := left + word + right
	if len(c.Query.OrderBy) > 0 || c.Query.Limit != nil || c.Query.Offset != nil {
		return e.unsupported("ORDER BY, OFFSET or LIMIT in a recursive query")
	}
	if e.anyByKey(s.Left.Targets) && !s.All {
		return e.unsupported("recursive UNION over arrays, records or vectors; UNION ALL")
	}
	return sql
}

// cteEntry is a reference to a WITH query. A subplan, being a statement of its
// own, writes the query again.
func (e *emitter) cteEntry(x *Entry) string {
	c := e.ctes[x.CTE]
	if c == nil {
		c = e.root.ctes[x.CTE]
		if c == nil || !c.rows {
			sql := e.with([]*CTE{x.CTE})
			c = e.ctes[x.CTE]
			delete(e.ctes, x.CTE)
			return "(" + sql + "SELECT * FROM " + c.name + ") AS " + e.enter(x)
		}
	}
	if c.rows {
		m := &Module{Name: fmt.Sprintf("voronoi_cte_%d", len(x.Columns)), Kind: ModuleCTE, Columns: len(x.Columns), Args: 1}
		return fmt.Sprintf("%s(%d) AS %s", e.module(m), c.handle, e.enter(x))
	}
	return c.name + " AS " + e.enter(x)
}

// modifyingCTE plans a data-modifying WITH query.
func (e *emitter) modifyingCTE(c *CTE) {
	plan, err := compileModify(e.env, c.Query, e.root)
	if err != nil {
		e.fail(err)
		return
	}
	root := e.root
	root.plan.Modifying = append(root.plan.Modifying, plan)
	root.plan.Writes, e.plan.Writes = true, true
	name := &cteName{rows: true, handle: len(root.plan.Modifying) - 1}
	e.ctes[c], root.ctes[c] = name, name
}
