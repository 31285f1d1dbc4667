package planner

import (
	"slices"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
)

// nameEntries gives the entries of a level names that nothing else has, there
// and in the levels around it: the second t is t_1.
func (d *deparser) nameEntries(q *Query) {
	name := func(e *Entry) {
		if e.opaque {
			d.q.opaque = true
		}
		want := e.Alias
		if now := d.relation(e); now != nil && e.Kind != EntryFunction && e.Alias == e.Relation.Name {
			want = now.Name
		}
		unique := want
		for n := 1; slices.Contains(d.q.used, unique); n++ {
			unique = want + "_" + itoa(n)
		}
		d.q.used = append(d.q.used, unique)
		d.q.names[e] = unique
	}
	for _, item := range q.From {
		leaves(item, name)
	}
	if q.ValuesEntry != nil {
		d.q.names[q.ValuesEntry] = valuesAlias
	}
}

// valuesAlias is what a VALUES without an alias is called.
const valuesAlias = "*VALUES*"

// relation is an entry's relation as it is now, nil when it has none.
func (d *deparser) relation(e *Entry) *catalog.Relation {
	if e.Relation == nil {
		return nil
	}
	if now := d.a.cat.Relation(e.Relation.OID); now != nil {
		return now
	}
	return e.Relation
}

func (d *deparser) entryName(e *Entry) string {
	name, ok := d.q.names[e]
	if !ok {
		d.q.opaque = true
	}
	return name
}

// columnName is what a column of an entry is called now: columns of relations
// may have been renamed since the query was analysed, unless it has renamed them
// itself.
func (d *deparser) columnName(e *Entry, col int) string {
	name := e.Columns[col].Name
	if real, then := d.realName(e, col); then == name {
		return real
	}
	return name
}

// realName is the name of a relation's column, now and when the query was
// analysed; "" for what is no column of a relation.
func (d *deparser) realName(e *Entry, col int) (now, then string) {
	if e.Relation == nil || e.Kind == EntryFunction {
		return "", ""
	}
	live := e.Relation.Live()
	if col >= len(live) {
		return "", ""
	}
	if c := d.relation(e).Attribute(live[col].Attnum); c != nil {
		return c.Name, live[col].Name
	}
	return live[col].Name, live[col].Name
}

// from writes the FROM clause.
func (d *deparser) from(q *Query) {
	if q.Values != nil {
		d.clause(" FROM ", 2)
		d.write("(")
		d.valuesLists(q.Values)
		d.write(") ", quoteIdent(valuesAlias))
		return
	}
	for i, item := range q.From {
		if i == 0 {
			d.clause(" FROM ", 2)
		} else {
			d.write(",")
			d.clause("", indentColumn)
		}
		d.fromItem(item)
	}
}

var joinClauses = map[JoinKind]string{
	JoinInner: " JOIN ", JoinLeft: " LEFT JOIN ", JoinRight: " RIGHT JOIN ", JoinFull: " FULL JOIN ", JoinCross: " CROSS JOIN ",
}

func (d *deparser) fromItem(item FromItem) {
	leaf, ok := item.(*FromEntry)
	if ok {
		d.fromEntry(leaf.Entry)
		return
	}
	j := item.(*Join)
	if j.opaque {
		d.q.opaque = true
	}
	around := func(parens bool, write func()) {
		if parens {
			d.write("(")
		}
		write()
		if parens {
			d.write(")")
		}
	}
	around(!d.q.pretty, func() {
		d.fromItem(j.Left)
		d.clause(joinClauses[j.Kind], indentJoin)
		_, nested := j.Right.(*Join)
		around(d.q.pretty && nested, func() { d.fromItem(j.Right) })
		switch {
		case len(j.Using) > 0:
			d.write(" USING (", quoteList(j.Using), ")")
		case j.On != nil:
			d.write(" ON ")
			around(!d.q.pretty, func() { d.fragment(j.On, false) })
		case j.Kind != JoinInner && j.Kind != JoinCross:
			d.write(" ON TRUE")
		}
	})
}

// fromEntry writes a table, subquery, function or WITH query with its alias.
func (d *deparser) fromEntry(e *Entry) {
	name := d.entryName(e)
	alias, columns := true, d.renamedColumns(e)
	if e.Lateral {
		d.write("LATERAL ")
	}
	switch {
	case e.Kind == EntryRelation || e.Kind == EntrySubquery && e.Relation != nil:
		rel := d.relation(e)
		d.write(d.relationName(rel))
		alias = name != rel.Name
	case e.Kind == EntrySubquery:
		d.write("(")
		d.queryAt(e.Query, d.indent, nil, true)
		d.write(")")
	case e.Kind == EntryCTE:
		d.write(quoteIdent(e.CTE.Name))
		alias = name != e.CTE.Name
	case e.Kind == EntryFunction:
		d.functions(e)
		columns = true
	default:
		d.q.opaque = true
		return
	}
	if !alias && columns || alias {
		d.write(" ", quoteIdent(name))
	}
	if e.Kind == EntryFunction && len(e.Funcs) == 1 && !e.Ordinality && d.definesColumns(e.Funcs[0]) {
		d.columnDefinitions(e.Columns)
		return
	}
	if columns {
		names := make([]string, e.visible())
		for i := range names {
			names[i] = d.columnName(e, i)
		}
		d.write("(", quoteList(names), ")")
	}
}

// renamedColumns reports whether the query gives the entry's columns names of
// its own.
func (d *deparser) renamedColumns(e *Entry) bool {
	for i := range e.visible() {
		name := e.Columns[i].Name
		switch {
		case e.Relation != nil && e.Kind != EntryFunction:
			if _, then := d.realName(e, i); then != "" && then != name {
				return true
			}
		case e.Kind == EntrySubquery:
			if out := e.Query.outputs(); out[i].Name != name {
				return true
			}
		case e.Kind == EntryCTE:
			if i < len(e.CTE.Columns) && e.CTE.Columns[i] != name {
				return true
			}
		}
	}
	return false
}

// relationName qualifies a relation where the path does not lead to it, or a
// WITH query hides it.
func (d *deparser) relationName(r *catalog.Relation) string {
	if !slices.Contains(d.q.ctes, r.Name) && d.visible(r) {
		return quoteIdent(r.Name)
	}
	return quoteIdent(d.a.schemaName(r.Schema)) + "." + quoteIdent(r.Name)
}

func (d *deparser) visible(r *catalog.Relation) bool {
	found := d.a.cat.Search(d.a.path, r.Name)
	return found != nil && found.OID == r.OID
}

// functions writes the functions of an entry.
func (d *deparser) functions(e *Entry) {
	call := func(f *TableFunc) {
		if f.Call != nil {
			d.fragment(f.Call, true)
		} else {
			d.fragment(f.Other, true)
		}
	}
	switch {
	case len(e.Funcs) == 1 && !(e.Ordinality && d.definesColumns(e.Funcs[0])):
		call(e.Funcs[0])
	case !slices.ContainsFunc(e.Funcs, func(f *TableFunc) bool { return f.Call == nil || f.Call.Proc.Name != "unnest" }):
		d.write("UNNEST(")
		for i, f := range e.Funcs {
			if i > 0 {
				d.write(", ")
			}
			d.fragments(f.Call.Args)
		}
		d.write(")")
	default:
		d.write("ROWS FROM(")
		at := 0
		for i, f := range e.Funcs {
			if i > 0 {
				d.write(", ")
			}
			call(f)
			if d.definesColumns(f) {
				d.write(" AS ")
				d.columnDefinitions(e.Columns[at : at+f.Columns])
			}
			at += f.Columns
		}
		d.write(")")
	}
	if e.Ordinality {
		d.write(" WITH ORDINALITY")
	}
}

// definesColumns reports whether the query says what columns a function's
// records have.
func (d *deparser) definesColumns(f *TableFunc) bool {
	if f.Call == nil || f.Call.Typ != oid.Record {
		return false
	}
	return !slices.ContainsFunc(f.Call.Proc.Modes, func(mode byte) bool { return mode == 'o' || mode == 'b' || mode == 't' })
}

func (d *deparser) columnDefinitions(columns []EntryColumn) {
	d.write("(")
	for i, c := range columns {
		if i > 0 {
			d.write(", ")
		}
		d.write(quoteIdent(c.Name), " ", d.a.typeNameMod(c.Type, c.Typmod))
	}
	d.write(")")
}
