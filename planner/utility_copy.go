package planner

import (
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/pgerr"
)

// copy plans COPY.
func (a *analyzer) copy(n *pg_query.CopyStmt) *Copy {
	if n.Filename != "" || n.IsProgram {
		fail(pgerr.Unsupported("COPY with a file or program of the server").
			WithHint("Use COPY ... FROM STDIN or TO STDOUT, which psql's \\copy does for you."))
	}
	c := &Copy{From: n.IsFrom}
	if n.Query != nil {
		c.Query = a.queryWithin(n.Query, "COPY (query)")
		names := make([]string, len(c.Query.Columns))
		for i, column := range c.Query.Columns {
			names[i] = column.Name
		}
		a.copyOptions(c, n.Options, names)
		return c
	}
	rel := a.relationNamed(rangeNames(n.Relation), n.Relation.Location)
	a.copyable(rel, n.IsFrom)
	columns := a.copyColumns(rel, n.Attlist)
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = column.Name
	}
	a.copyOptions(c, n.Options, names)
	if !n.IsFrom {
		if n.WhereClause != nil {
			fail(pgerr.New(pgerr.SyntaxError, "WHERE clause not allowed with COPY TO"))
		}
		c.Query = a.copyOut(rel, columns)
		return c
	}
	c.Table, c.Columns = rel, columns
	c.Insert = a.copyIn(rel, columns, n.WhereClause)
	return c
}

// copyable refuses relations without rows of their own.
func (a *analyzer) copyable(rel *catalog.Relation, from bool) {
	direction := "from"
	if from {
		direction = "to"
	}
	var e *pgerr.Error
	switch {
	case rel.Kind == catalog.KindView && rel.System == nil:
		e = pgerr.Newf(pgerr.WrongObjectType, "cannot copy %s view \"%s\"", direction, rel.Name)
	case rel.Kind == catalog.KindSequence:
		e = pgerr.Newf(pgerr.WrongObjectType, "cannot copy %s sequence \"%s\"", direction, rel.Name)
	case rel.Kind == catalog.KindIndex:
		fail(pgerr.Newf(pgerr.WrongObjectType, "cannot open relation \"%s\"", rel.Name).
			WithDetail("This operation is not supported for indexes."))
	case rel.System != nil && from:
		fail(pgerr.Newf(pgerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", rel.Name))
	}
	if e == nil {
		return
	}
	if !from && rel.Kind == catalog.KindView {
		e = e.WithHint("Try the COPY (SELECT ...) TO variant.")
	}
	fail(e)
}

// copyColumns are the columns that COPY names, or all but generated ones.
func (a *analyzer) copyColumns(rel *catalog.Relation, list []*pg_query.Node) []*catalog.Column {
	var out []*catalog.Column
	if len(list) == 0 {
		for _, c := range rel.Live() {
			if c.Generated == 0 {
				out = append(out, c)
			}
		}
		return out
	}
	for _, name := range strs(list) {
		c := rel.Column(name)
		switch {
		case c == nil:
			fail(pgerr.Newf(pgerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name, rel.Name))
		case c.Generated != 0:
			fail(pgerr.Newf(pgerr.InvalidColumnReference, "column \"%s\" is a generated column", name).
				WithDetail("Generated columns cannot be used in COPY."))
		case slices.Contains(out, c):
			fail(pgerr.Newf(pgerr.DuplicateColumn, "column \"%s\" specified more than once", name))
		}
		out = append(out, c)
	}
	return out
}

// copyOut is SELECT columns FROM table.
func (a *analyzer) copyOut(rel *catalog.Relation, columns []*catalog.Column) *QueryPlan {
	s := newScope(a, nil)
	entry := s.relationEntry(rel, -1)
	q := &Query{From: []FromItem{&FromEntry{Entry: entry}}}
	for i, c := range entry.Columns {
		for _, want := range columns {
			if want.Name == c.Name {
				q.Targets = append(q.Targets, &Target{Expr: entryVar(entry, i, 0, 0), Name: c.Name})
			}
		}
	}
	order := func(t *Target) int {
		return slices.IndexFunc(columns, func(c *catalog.Column) bool { return c.Name == t.Name })
	}
	slices.SortFunc(q.Targets, func(x, y *Target) int { return order(x) - order(y) })
	plan, err := compileQuery(a.env, q)
	check(err)
	return plan
}

// copyIn plans how rows of the data become rows of the table.
func (a *analyzer) copyIn(rel *catalog.Relation, columns []*catalog.Column, where *pg_query.Node) *CopyInsert {
	s := newScope(a, nil)
	entry := relationRange(rel)
	s.query.Command, s.query.Target = CommandInsert, entry
	in := &CopyInsert{}
	var defaults []Expr
	all := slices.Clone(columns)
	for _, c := range rel.Live() {
		if slices.Contains(columns, c) {
			continue
		}
		if e := s.columnDefault(c); e != nil {
			in.DefaultColumns = append(in.DefaultColumns, c)
			defaults = append(defaults, e)
			all = append(all, c)
		}
	}
	m := &modifier{env: a.env, q: s.query, plan: &ModifyPlan{Command: CommandInsert, Table: rel, Columns: all}}
	m.constraints()
	if len(defaults) > 0 {
		in.Defaults = m.rowQuery(defaults, nil, nil)
	}
	if where != nil {
		s.entries = append(s.entries, entry)
		s.add(entryItem(entry))
		in.Where = m.rowQuery([]Expr{s.condition(where, inWhere, "WHERE")}, []*Entry{entry}, nil)
	}
	check(m.err)
	in.Modify = m.plan
	return in
}

// copyOptions reads COPY's options, old spelling and new, and fills in the
// defaults of the format.
func (a *analyzer) copyOptions(c *Copy, list []*pg_query.Node, columns []string) {
	o := &c.Options
	o.Format = "text"
	given := map[string]*pg_query.DefElem{}
	for _, n := range list {
		d := n.GetDefElem()
		if given[d.Defname] != nil {
			a.failAt(d.Location, pgerr.SyntaxError, "conflicting or redundant options")
		}
		given[d.Defname] = d
		if !copyOptionNames[d.Defname] {
			a.failAt(d.Location, pgerr.SyntaxError, "option \"%s\" not recognized", d.Defname)
		}
	}
	text := func(name string) (string, bool) {
		d := given[name]
		if d == nil {
			return "", false
		}
		return defString(d), true
	}
	if v, ok := text("format"); ok {
		switch v {
		case "text", "csv", "binary":
			o.Format = v
		default:
			a.failAt(given["format"].Location, pgerr.InvalidParameterValue, "COPY format \"%s\" not recognized", v)
		}
	}
	if d := given["freeze"]; d != nil {
		o.Freeze = a.defBool(d)
	}
	if d := given["header"]; d != nil {
		if v := defString(d); strings.EqualFold(v, "match") {
			if !c.From {
				fail(pgerr.New(pgerr.InvalidParameterValue, "cannot use \"match\" with HEADER in COPY TO"))
			}
			o.Header, o.HeaderMatch = true, true
		} else {
			o.Header = a.defBool(d)
		}
	}
	o.Encoding, _ = text("encoding")
	delimiter, hasDelimiter := text("delimiter")
	null, hasNull := text("null")
	quote, hasQuote := text("quote")
	escape, hasEscape := text("escape")
	if o.Format == "binary" {
		for _, name := range []struct {
			given bool
			word  string
		}{{hasDelimiter, "DELIMITER"}, {hasNull, "NULL"}, {o.Header, "HEADER"}} {
			if name.given {
				fail(pgerr.Newf(pgerr.SyntaxError, "cannot specify %s in BINARY mode", name.word))
			}
		}
	}
	csv := o.Format == "csv"
	if !hasDelimiter {
		delimiter = "\t"
		if csv {
			delimiter = ","
		}
	}
	if !hasNull {
		null = `\N`
		if csv {
			null = ""
		}
	}
	if !hasQuote {
		quote = `"`
	}
	if !hasEscape {
		escape = quote
	}
	oneByte := func(name, v string) byte {
		if len(v) != 1 {
			fail(pgerr.Newf(pgerr.FeatureNotSupported, "COPY %s must be a single one-byte character", name))
		}
		return v[0]
	}
	o.Delimiter = oneByte("delimiter", delimiter)
	if o.Delimiter == '\n' || o.Delimiter == '\r' {
		fail(pgerr.New(pgerr.InvalidParameterValue, "COPY delimiter cannot be newline or carriage return"))
	}
	if strings.ContainsAny(null, "\r\n") {
		fail(pgerr.New(pgerr.InvalidParameterValue, "COPY null representation cannot use newline or carriage return"))
	}
	if !csv && strings.ContainsRune(`\.abcdefghijklmnopqrstuvwxyz0123456789`, rune(o.Delimiter)) {
		fail(pgerr.Newf(pgerr.InvalidParameterValue, "COPY delimiter cannot be \"%s\"", delimiter))
	}
	if !csv {
		for name, ok := range map[string]bool{"quote": hasQuote, "escape": hasEscape} {
			if ok {
				fail(pgerr.Newf(pgerr.FeatureNotSupported, "COPY %s available only in CSV mode", name))
			}
		}
	}
	o.Null = null
	o.Quote, o.Escape = oneByte("quote", quote), oneByte("escape", escape)
	if csv && o.Delimiter == o.Quote {
		fail(pgerr.New(pgerr.InvalidParameterValue, "COPY delimiter and quote must be different"))
	}
	if strings.IndexByte(null, o.Delimiter) >= 0 && o.Format != "binary" {
		fail(pgerr.New(pgerr.InvalidParameterValue, "COPY delimiter must not appear in the NULL specification"))
	}
	if csv && strings.IndexByte(null, o.Quote) >= 0 {
		fail(pgerr.New(pgerr.InvalidParameterValue, "CSV quote character must not appear in the NULL specification"))
	}
	a.forceOptions(c, given, columns, csv)
}

var copyOptionNames = wordSet("format freeze delimiter null header quote escape force_quote force_not_null force_null encoding")

// forceOptions reads FORCE_QUOTE, FORCE_NOT_NULL and FORCE_NULL.
func (a *analyzer) forceOptions(c *Copy, given map[string]*pg_query.DefElem, columns []string, csv bool) {
	o := &c.Options
	for _, f := range []struct {
		name, word string
		to         *[]int
		from       bool
	}{
		{"force_quote", "force quote", &o.ForceQuote, false},
		{"force_not_null", "force not null", &o.ForceNotNull, true},
		{"force_null", "force null", &o.ForceNull, true},
	} {
		d := given[f.name]
		if d == nil {
			continue
		}
		if !csv {
			fail(pgerr.Newf(pgerr.FeatureNotSupported, "COPY %s available only in CSV mode", f.word))
		}
		if f.from != c.From {
			only := "COPY TO"
			if f.from {
				only = "COPY FROM"
			}
			fail(pgerr.Newf(pgerr.FeatureNotSupported, "COPY %s only available using %s", f.word, only))
		}
		if d.Arg.GetAStar() != nil {
			o.ForceQuoteAll = true
			continue
		}
		for _, name := range strs(d.Arg.GetList().GetItems()) {
			at := slices.Index(columns, name)
			if at < 0 {
				fail(pgerr.Newf(pgerr.InvalidColumnReference, "%s column \"%s\" not referenced by COPY", strings.ToUpper(strings.ReplaceAll(f.name, "_", " ")), name))
			}
			*f.to = append(*f.to, at)
		}
	}
}
