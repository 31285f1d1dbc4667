package catalog

import (
	"strconv"
	"strings"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// definitionFunctions write objects as the SQL that makes them. The pretty
// variants differ from the plain ones in parentheses.
func definitionFunctions() builtin.Table {
	expr := func(pretty bool) builtin.Impl {
		return over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			home := oid.PublicSchema
			if relation := oidArg(args[1]); relation != 0 {
				r := q.s.Relation(relation)
				if r == nil {
					return datum.Null, nil
				}
				home = r.Schema
			}
			text := q.requalify(args[0].Str(), home)
			if pretty && len(args) > 2 && args[2].Bool() {
				text = PrettyExpr(text)
			}
			return datum.Text(text), nil
		})
	}
	constraint := over(func(q *query, args []datum.Datum) (datum.Datum, error) {
		id := oidArg(args[0])
		c, table := q.s.Constraint(id)
		if c == nil {
			return textOrNull(q.s.facts.constraintDefs()[id]), nil
		}
		if len(args) > 1 && args[1].Bool() && c.Kind == ConstraintCheck {
			pretty := *c
			pretty.Check = PrettyExpr(c.Check)
			c = &pretty
		}
		return datum.Text(q.constraintDef(c, table)), nil
	})
	prettyArg := func(args []datum.Datum) bool { return len(args) > 1 && args[1].Bool() }
	viewOf := func(pretty func(args []datum.Datum) bool) builtin.Impl {
		return over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			r := q.s.Relation(oidArg(args[0]))
			if r == nil || r.View == nil {
				return datum.Null, nil
			}
			return datum.Text(q.viewDef(r, pretty(args))), nil
		})
	}
	view := viewOf(prettyArg)
	wrapped := viewOf(func([]datum.Datum) bool { return true })
	viewByName := over(func(q *query, args []datum.Datum) (datum.Datum, error) {
		id, err := q.findRelation(args[0].Str())
		if err != nil {
			return datum.Null, err
		}
		r := q.s.Relation(id)
		if r.View == nil {
			return datum.Null, nil
		}
		return datum.Text(q.viewDef(r, prettyArg(args))), nil
	})
	rule := over(func(q *query, args []datum.Datum) (datum.Datum, error) {
		r := q.s.derived().rules[oidArg(args[0])]
		if r == nil {
			return datum.Null, nil
		}
		return datum.Text("CREATE RULE \"_RETURN\" AS\n    ON SELECT TO " + q.qualify(r.Schema, q.quote(r.Name)) +
			" DO INSTEAD " + q.viewDef(r, prettyArg(args))), nil
	})
	procedure := func(write func(q *query, p *Proc) (datum.Datum, error)) builtin.Impl {
		return over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			p := q.s.Proc(oidArg(args[0]))
			if p == nil {
				return datum.Null, nil
			}
			return write(q, p)
		})
	}
	null := constant(datum.Null)
	return builtin.Table{
		"pg_get_expr":              expr(false),
		"pg_get_expr_ext":          expr(true),
		"pg_get_constraintdef":     constraint,
		"pg_get_constraintdef_ext": constraint,
		"pg_get_indexdef":          over(indexDefinition),
		"pg_get_indexdef_ext":      over(indexDefinition),
		"pg_get_viewdef":           view,
		"pg_get_viewdef_ext":       view,
		"pg_get_viewdef_wrap":      wrapped,
		"pg_get_viewdef_name":      viewByName,
		"pg_get_viewdef_name_ext":  viewByName,
		"pg_get_ruledef":           rule,
		"pg_get_ruledef_ext":       rule,
		"pg_get_serial_sequence":   over(serialSequence),
		"pg_get_function_arguments": procedure(func(q *query, p *Proc) (datum.Datum, error) {
			return datum.Text(q.arguments(p, true)), nil
		}),
		"pg_get_function_identity_arguments": procedure(func(q *query, p *Proc) (datum.Datum, error) {
			return datum.Text(q.arguments(p, false)), nil
		}),
		"pg_get_function_result": procedure(func(q *query, p *Proc) (datum.Datum, error) {
			if p.Kind == 'p' {
				return datum.Null, nil
			}
			return datum.Text(q.result(p)), nil
		}),
		"pg_get_function_arg_default": over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			p := q.s.Proc(oidArg(args[0]))
			if p == nil {
				return datum.Null, nil
			}
			nth := int(args[1].Int()) - 1 - (len(p.Args) - len(p.DefaultExprs))
			if nth < 0 || nth >= len(p.DefaultExprs) {
				return datum.Null, nil
			}
			return datum.Text(p.DefaultExprs[nth]), nil
		}),
		"pg_get_functiondef":      procedure(func(q *query, p *Proc) (datum.Datum, error) { return q.functionDef(p) }),
		"pg_get_function_sqlbody": procedure(func(q *query, p *Proc) (datum.Datum, error) { return textOrNull(q.s.facts.sqlBody(p.OID)), nil }),
		// There are no such objects here.
		"pg_get_triggerdef":                   null,
		"pg_get_triggerdef_ext":               null,
		"pg_get_partkeydef":                   null,
		"pg_get_partition_constraintdef":      null,
		"pg_get_statisticsobjdef":             null,
		"pg_get_statisticsobjdef_columns":     null,
		"pg_get_statisticsobjdef_expressions": null,
		"pg_partition_root":                   null,
		"pg_partition_ancestors":              noRows(),
		"pg_partition_tree":                   noRows(),
	}
}

// indexDefinition is pg_get_indexdef(index [, column, pretty]).
func indexDefinition(q *query, args []datum.Datum) (datum.Datum, error) {
	r := q.s.Relation(oidArg(args[0]))
	if r == nil || r.Index == nil {
		return datum.Null, nil
	}
	if len(args) == 1 || args[1].Int() == 0 {
		if len(args) > 2 && args[2].Bool() {
			return datum.Text(q.prettyIndex(r)), nil
		}
		return datum.Text(q.indexDef(r)), nil
	}
	column := int(args[1].Int()) - 1
	table := q.s.Relation(r.Index.Table)
	if column < 0 || column >= len(r.Index.Keys) || table == nil {
		return datum.Text(""), nil
	}
	text := q.indexKey(r, table, column, false)
	if r.Index.Keys[column].Attnum == 0 {
		if args[2].Bool() {
			text = PrettyExpr(text)
		}
		if !looksLikeCall(text) {
			text = "(" + text + ")"
		}
	}
	return datum.Text(text), nil
}

// prettyIndex is an index's definition with pretty expressions, and its table
// qualified only where it is not visible.
func (n naming) prettyIndex(r *Relation) string {
	pretty, index := *r, *r.Index
	index.Keys = append([]IndexKey{}, index.Keys...)
	for i := range index.Keys {
		index.Keys[i].Expr = PrettyExpr(index.Keys[i].Expr)
	}
	index.Predicate = PrettyExpr(index.Predicate)
	pretty.Index = &index
	definition := n.indexDef(&pretty)
	if table := n.s.Relation(index.Table); table != nil {
		definition = strings.Replace(definition, " ON "+n.qualify(table.Schema, n.quote(table.Name)), " ON "+n.relation(table), 1)
	}
	return definition
}

// serialSequence is pg_get_serial_sequence(table, column): the sequence that a
// serial or identity column owns.
func serialSequence(q *query, args []datum.Datum) (datum.Datum, error) {
	id, err := q.findRelation(args[0].Str())
	if err != nil {
		return datum.Null, err
	}
	table := q.s.Relation(id)
	column := table.Column(args[1].Str())
	if column == nil {
		return datum.Null, pgerr.Newf(pgerr.UndefinedColumn, `column "%s" of relation "%s" does not exist`, args[1].Str(), table.Name)
	}
	for _, d := range q.s.DependentsOf(Address{oid.PGClass, table.OID, int32(column.Attnum)}) {
		sequence := q.s.Relation(d.Object.Object)
		if d.Object.Class == oid.PGClass && d.On.Sub == int32(column.Attnum) && sequence != nil && sequence.Kind == KindSequence {
			return datum.Text(q.qualify(sequence.Schema, q.quote(sequence.Name))), nil
		}
	}
	return datum.Null, nil
}

// argumentModes are the words before an argument.
var argumentModes = map[byte]string{'o': "OUT ", 'b': "INOUT ", 'v': "VARIADIC "}

// arguments are a function's arguments as they are declared, with defaults or
// only as far as they tell it from others.
func (n naming) arguments(p *Proc, defaults bool) string {
	types, modes := p.AllArgs, p.Modes
	if types == nil {
		types = p.Args
	}
	var parts []string
	input := 0
	var b strings.Builder
	for i, id := range types {
		mode := byte('i')
		if i < len(modes) {
			mode = modes[i]
		}
		if mode == 't' {
			continue
		}
		var part strings.Builder
		part.WriteString(argumentModes[mode])
		if i < len(p.Names) && p.Names[i] != "" {
			part.WriteString(n.quote(p.Names[i]) + " ")
		}
		part.WriteString(n.spoken(id))
		if mode != 'o' {
			if nth := input - (len(p.Args) - len(p.DefaultExprs)); defaults && nth >= 0 && nth < len(p.DefaultExprs) {
				part.WriteString(" DEFAULT " + p.DefaultExprs[nth])
			}
			input++
		}
		parts = append(parts, part.String())
	}
	ordered := p.Kind == 'a' && p.AggKind != 'n' && p.AggKind != 0
	if ordered && p.AggDirectArgs == len(parts) && len(parts) > 0 {
		// A VARIADIC "any" stands for the direct arguments and the others both.
		parts = append(parts, parts[len(parts)-1])
	}
	for i, part := range parts {
		switch {
		case ordered && i == p.AggDirectArgs:
			if i > 0 {
				b.WriteString(" ")
			}
			b.WriteString("ORDER BY ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(part)
	}
	return b.String()
}

// result is what a function returns, as it is declared.
func (n naming) result(p *Proc) string {
	var columns []string
	for i, mode := range p.Modes {
		if mode == 't' {
			columns = append(columns, n.quote(p.Names[i])+" "+n.spoken(p.AllArgs[i]))
		}
	}
	switch {
	case columns != nil:
		return "TABLE(" + strings.Join(columns, ", ") + ")"
	case p.Set:
		return "SETOF " + n.spoken(p.Result)
	}
	return n.spoken(p.Result)
}

// functionDef is the statement that makes a function.
func (q *query) functionDef(p *Proc) (datum.Datum, error) {
	if p.Kind == 'a' {
		return datum.Null, pgerr.Newf(pgerr.WrongObjectType, `"%s" is an aggregate function`, p.Name)
	}
	var b strings.Builder
	kind := "FUNCTION"
	if p.Kind == 'p' {
		kind = "PROCEDURE"
	}
	b.WriteString("CREATE OR REPLACE " + kind + " " + q.qualify(p.Schema, q.quote(p.Name)) + "(" + q.arguments(p, true) + ")\n")
	if p.Kind != 'p' {
		b.WriteString(" RETURNS " + q.result(p) + "\n")
	}
	fact := q.s.facts.procFact(p.OID)
	b.WriteString(" LANGUAGE " + fact.text("_language") + "\n")
	var traits []string
	add := func(when bool, trait string) {
		if when {
			traits = append(traits, trait)
		}
	}
	add(p.Kind == 'w', "WINDOW")
	add(p.Volatile == 'i', "IMMUTABLE")
	add(p.Volatile == 's', "STABLE")
	add(fact.text("proparallel") == "s", "PARALLEL SAFE")
	add(fact.text("proparallel") == "r", "PARALLEL RESTRICTED")
	add(p.Strict, "STRICT")
	add(fact.text("prosecdef") == "t", "SECURITY DEFINER")
	add(fact.text("proleakproof") == "t", "LEAKPROOF")
	cost, usual := fact.text("procost"), "100"
	if language := fact.text("_language"); language == "internal" || language == "c" {
		usual = "1"
	}
	add(cost != usual, "COST "+cost)
	rows := fact.text("prorows")
	add(p.Set && rows != "1000" && rows != "0", "ROWS "+rows)
	support, _ := strconv.Atoi(fact.text("prosupport"))
	if function := q.s.Proc(oid.OID(support)); function != nil {
		add(true, "SUPPORT "+q.proc(function))
	}
	if len(traits) > 0 {
		b.WriteString(" " + strings.Join(traits, " ") + "\n")
	}
	switch body := q.s.facts.sqlBody(p.OID); {
	case body != "":
		b.WriteString(body + "\n")
	case fact.text("_language") == "c":
		b.WriteString("AS '" + fact.text("probin") + "', $function$" + p.Source + "$function$\n")
	default:
		b.WriteString("AS $function$" + p.Source + "$function$\n")
	}
	return datum.Text(b.String()), nil
}

// procFact are the fields of a function's row that [Proc] does not have.
func (f *Facts) procFact(id oid.OID) *cursor {
	c := f.tables.table("pg_proc").cursor()
	column, want := c.at["oid"], decimal(id)
	for _, c.row = range c.table.rows {
		if c.row[column] == want {
			break
		}
	}
	language := "internal"
	f.each("pg_language", func(l *cursor) {
		if l.text("oid") == c.text("prolang") {
			language = l.text("lanname")
		}
	})
	c.at["_language"] = len(c.row)
	c.row = append(append([]string{}, c.row...), language)
	return c
}

// sqlBody is the body of a function that is written as one SQL statement.
func (f *Facts) sqlBody(id oid.OID) string { return f.procFact(id).text("prosqlbody") }

// loadConstraintDefs are the definitions of the constraints among the facts.
func (f *Facts) loadConstraintDefs() map[oid.OID]string {
	defs := map[oid.OID]string{}
	f.each("pg_constraint", func(c *cursor) { defs[c.oid("oid")] = c.text("_definition") })
	return defs
}
