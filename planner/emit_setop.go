package planner

import (
	"fmt"
	"strings"
)

// compound is UNION, INTERSECT and EXCEPT, with ORDER BY and LIMIT around it
// unless plain.
func (e *emitter) compound(q *Query, plain bool) string {
	sql := e.setOp(q.SetOp)
	if plain && identity(q, q.SetOp.Entry) {
		return sql
	}
	return e.over(q, sql, q.SetOp.Entry)
}

// values is a bare VALUES.
func (e *emitter) values(q *Query, plain bool) string {
	if plain && len(q.Values) <= maxValues && identity(q, q.ValuesEntry) {
		names := make([]string, len(q.Targets))
		for i := range names {
			names[i] = fmt.Sprintf("column%d AS c%d", i+1, i)
		}
		return "SELECT " + strings.Join(names, ", ") + " FROM (" + e.valuesSQL(q.Values) + ")"
	}
	c := *q
	c.Values, c.CTEs = nil, nil
	s := &parts{from: e.valuesSource(q.Values, q.ValuesEntry)}
	return e.finishCore(&c, s).sql() + e.orderBy(&c) + e.limit(&c)
}

// identity reports whether the targets of q are the columns of entry as they
// are.
func identity(q *Query, entry *Entry) bool {
	if len(q.Targets) != len(entry.Columns) {
		return false
	}
	for i, t := range q.Targets {
		if v, ok := t.Expr.(*Var); !ok || v.Entry != entry || v.Col != i {
			return false
		}
	}
	return true
}

// over is a query over the columns c0, c1, … of sql, which are those of entry.
func (e *emitter) over(q *Query, sql string, entry *Entry) string {
	c := *q
	c.SetOp, c.CTEs = nil, nil
	alias := e.enter(entry)
	s := &parts{from: "(" + sql + ") AS " + alias}
	return e.finishCore(&c, s).sql() + e.orderBy(&c) + e.limit(&c)
}

// setOp is one set operation. UNION ALL is a flat list; other operations on
// values that compare as stored, or under a collation, are SQLite's; what
// compares by key, and INTERSECT ALL and EXCEPT ALL, are groupings.
func (e *emitter) setOp(s *SetOp) string {
	if s.Kind == Union && s.All {
		return appended(e.unionAll(s, nil), len(s.Entry.Columns))
	}
	if s.All || e.anyByKey(s.Left.Targets) {
		return e.setOpByGroups(s)
	}
	words := map[SetOpKind]string{Union: " UNION ", Intersect: " INTERSECT ", Except: " EXCEPT "}
	return e.side(s.Left, s.Entry) + words[s.Kind] + e.side(s.Right, s.Entry)
}

// maxCompound is how many SELECTs are put into one compound: SQLite takes 500.
const maxCompound = 400

// appended joins SELECTs of so many columns by UNION ALL, in several levels
// where they are many.
func appended(sides []string, columns int) string {
	for len(sides) > maxCompound {
		list := strings.Join(numberedColumns("u", columns), ", ")
		if columns == 0 {
			list = "NULL"
		}
		var level []string
		for at := 0; at < len(sides); at += maxCompound {
			level = append(level, "SELECT "+list+" FROM ("+strings.Join(sides[at:min(at+maxCompound, len(sides))], " UNION ALL ")+") AS u")
		}
		sides = level
	}
	return strings.Join(sides, " UNION ALL ")
}

// unionAll collects the sides of a chain of UNION ALL.
func (e *emitter) unionAll(s *SetOp, sides []string) []string {
	for _, q := range []*Query{s.Left, s.Right} {
		if q.SetOp != nil && q.SetOp.Kind == Union && q.SetOp.All && len(q.CTEs) == 0 && len(q.OrderBy) == 0 && q.Limit == nil && q.Offset == nil && identity(q, q.SetOp.Entry) {
			sides = e.unionAll(q.SetOp, sides)
		} else {
			sides = append(sides, e.side(q, nil))
		}
	}
	return sides
}

// side is one side of a set operation: a SELECT that SQLite's grammar takes
// there, its columns under the collations by which they compare. Without an
// entry nothing is compared.
func (e *emitter) side(q *Query, entry *Entry) string {
	sql := e.query(q)
	alias := e.alias()
	compares := false
	columns := numberedColumns(alias, len(shownTargets(q)))
	for i := range columns {
		if entry != nil {
			c := e.comparable(columns[i], entry.Columns[i].Type)
			compares = compares || c != columns[i]
			columns[i] = c
		}
		columns[i] += fmt.Sprintf(" AS c%d", i)
	}
	simple := q.SetOp == nil && len(q.OrderBy) == 0 && q.Limit == nil && q.Offset == nil && len(q.CTEs) == 0
	if simple && !compares && strings.HasPrefix(sql, "SELECT ") {
		return sql
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM (" + sql + ") AS " + alias
}

// setOpByGroups marks each row with its side, groups equal rows and keeps the
// groups that the operation keeps. With ALL, equal rows of a side are numbered
// first, so that the n-th of one side meets the n-th of the other.
func (e *emitter) setOpByGroups(s *SetOp) string {
	n := len(s.Entry.Columns)
	keys := make([]string, n)
	columns := make([]string, n)
	for i, c := range s.Entry.Columns {
		columns[i] = fmt.Sprintf("c%d", i)
		keys[i] = e.comparable(columns[i], c.Type)
	}
	list, by := strings.Join(columns, ", "), strings.Join(keys, ", ")
	if n == 0 {
		list, by = "NULL", "NULL"
	}
	side := func(q *Query, mark int) string {
		number := "0"
		if s.All {
			number = "row_number() OVER (PARTITION BY " + by + ")"
		}
		return fmt.Sprintf("SELECT %s, %d AS side, %s AS number FROM (%s)", list, mark, number, e.query(q))
	}
	having := map[SetOpKind]string{
		Union:     "",
		Intersect: " HAVING min(side) = 0 AND max(side) = 1",
		Except:    " HAVING max(side) = 0",
	}[s.Kind]
	return "SELECT " + list + " FROM (" + side(s.Left, 0) + " UNION ALL " + side(s.Right, 1) + ") GROUP BY " + by + ", number" + having
}
