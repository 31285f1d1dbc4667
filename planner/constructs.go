package planner

import (
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// caseExpr analyses CASE. The simple form compares a CaseValue in each branch.
func (s *scope) caseExpr(n *pg_query.CaseExpr) Expr {
	before := s.conditional
	s.conditional = "CASE"
	defer func() { s.conditional = before }()
	c := &Case{Typed: s.at(0, n.Location)}
	var value *CaseValue
	if n.Arg != nil {
		c.Arg = s.resolved(s.expr(n.Arg))
		value = &CaseValue{Typed{c.Arg.Type(), c.Arg.Typmod(), 0}}
	}
	results := []Expr{nil} // the default first, as it decides the type before others
	for _, arg := range n.Args {
		w := arg.GetCaseWhen()
		cond := s.expr(w.Expr)
		if value != nil {
			cond = s.operate([]string{"="}, value, cond, w.Location)
		}
		c.Whens = append(c.Whens, When{Cond: s.coerceBool(cond, "CASE/WHEN")})
		results = append(results, s.expr(w.Result))
	}
	if n.Defresult != nil {
		results[0] = s.expr(n.Defresult)
	} else {
		results[0] = &Const{Typed: Typed{Typ: oid.Unknown, Mod: -1}}
	}
	typ := s.selectCommon(results, "CASE")
	for i := range results {
		results[i] = s.coerceCommon(results[i], typ, s.caseContext(i))
	}
	for i := range c.Whens {
		c.Whens[i].Result = results[i+1]
	}
	if n.Defresult != nil {
		c.Else = results[0]
	}
	c.Typ = typ
	c.Mod = commonTypmod(c.results(), typ)
	return c
}

func (s *scope) caseContext(i int) string {
	if i == 0 {
		return "CASE/ELSE"
	}
	return "CASE/WHEN"
}

func (c *Case) results() []Expr {
	var out []Expr
	for _, w := range c.Whens {
		out = append(out, w.Result)
	}
	if c.Else == nil {
		return append(out, &Const{Typed: Typed{Typ: c.Typ, Mod: -1}})
	}
	return append(out, c.Else)
}

func (s *scope) coalesceExpr(n *pg_query.CoalesceExpr) Expr {
	before := s.conditional
	s.conditional = "COALESCE"
	defer func() { s.conditional = before }()
	args := s.exprs(n.Args)
	typ := s.selectCommon(args, "COALESCE")
	for i := range args {
		args[i] = s.coerceCommon(args[i], typ, "COALESCE")
	}
	c := &Coalesce{Typed: s.at(typ, n.Location), Args: args}
	c.Mod = commonTypmod(args, typ)
	return c
}

func (s *scope) minMaxExpr(n *pg_query.MinMaxExpr) Expr {
	name := "LEAST"
	if n.Op == pg_query.MinMaxOp_IS_GREATEST {
		name = "GREATEST"
	}
	args := s.exprs(n.Args)
	typ := s.selectCommon(args, name)
	for i := range args {
		args[i] = s.coerceCommon(args[i], typ, name)
	}
	if !s.hasOrder(typ) {
		s.failAt(n.Location, pgerr.UndefinedFunction, "could not identify a comparison function for type %s", s.typeName(typ))
	}
	m := &MinMax{Typed: s.at(typ, n.Location), Greatest: name == "GREATEST", Args: args}
	m.Mod = commonTypmod(args, typ)
	return m
}

// maxColumns is how many columns a row may have.
const maxColumns = 1664

func (s *scope) rowExpr(n *pg_query.RowExpr) Expr {
	fields := s.expandedList(n.Args)
	if len(fields) > maxColumns {
		s.failAt(n.Location, pgerr.TooManyColumns, "ROW expressions can have at most %d entries", maxColumns)
	}
	r := &RowExpr{Typed: s.at(oid.Record, n.Location)}
	for i, f := range fields {
		r.Fields = append(r.Fields, s.resolved(f))
		r.Names = append(r.Names, "f"+itoa(i+1))
	}
	return r
}

// rowFields are the fields of a row whose types the other side decides.
func (s *scope) rowFields(n *pg_query.RowExpr) []Expr { return s.expandedList(n.Args) }

// arrayExpr analyses ARRAY[…]. An array type may come from a cast around it.
func (s *scope) arrayExpr(n *pg_query.A_ArrayExpr, array oid.OID, typmod int32) Expr {
	list := &ArrayExpr{Typed: s.at(array, n.Location)}
	elem := oid.OID(0)
	if array != 0 {
		elem = s.cat.ElementOf(array)
	}
	var elems []Expr
	for _, el := range n.Elements {
		if inner := el.GetAArrayExpr(); inner != nil {
			list.Nested = true
			elems = append(elems, s.arrayExpr(inner, array, typmod))
			continue
		}
		e := s.expr(el)
		if s.element(e.Type()) != 0 && !s.vectorLike(e.Type()) {
			list.Nested = true
		}
		elems = append(elems, e)
	}
	switch {
	case array != 0 && list.Nested:
	case array != 0:
	case len(elems) == 0:
		fail(pgerr.New(pgerr.IndeterminateDatatype, "cannot determine type of empty array").
			WithHint("Explicitly cast to the desired type, for example ARRAY[]::integer[].").At(s.pos(n.Location)))
	default:
		common := s.selectCommon(elems, "ARRAY")
		if list.Nested {
			array, elem = common, s.element(common)
			if elem == 0 {
				s.failAt(n.Location, pgerr.UndefinedObject, "could not find element type for data type %s", s.typeName(common))
			}
		} else {
			elem, array = common, s.cat.ArrayOf(common)
			if array == 0 {
				s.failAt(n.Location, pgerr.UndefinedObject, "could not find array type for data type %s", s.typeName(common))
			}
		}
	}
	cast := list.Typ != 0
	for i, e := range elems {
		target := elem
		if list.Nested {
			target = array
		}
		if cast {
			r := s.coerceTo(e, target, typmod, explicit, -1)
			if r == nil {
				fail(pgerr.Newf(pgerr.CannotCoerce, "cannot cast type %s to %s", s.typeName(e.Type()), s.typeName(target)).At(exprPos(e)))
			}
			elems[i] = r
		} else {
			elems[i] = s.coerceCommon(e, target, "ARRAY")
		}
	}
	list.Typ, list.Elem, list.Elems = array, elem, elems
	if cast {
		list.Mod = typmod
	}
	return list
}

// vectorLike are the types that have elements without being arrays.
func (s *scope) vectorLike(t oid.OID) bool { return t == oid.Int2Vector || t == oid.OIDVector }

// valueFunctionFact says what a CURRENT_… construct calls.
type valueFunctionFact struct {
	typ    oid.OID
	source string // function of no arguments whose value it is
	cast   bool   // the function gives another type
}

var valueFunctions = map[pg_query.SQLValueFunctionOp]valueFunctionFact{
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_DATE:        {oid.Date, "now", true},
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIME:        {oid.TimeTZ, "now", true},
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N:      {oid.TimeTZ, "now", true},
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP:   {oid.TimestampTZ, "now", false},
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N: {oid.TimestampTZ, "now", false},
	pg_query.SQLValueFunctionOp_SVFOP_LOCALTIME:           {oid.Time, "now", true},
	pg_query.SQLValueFunctionOp_SVFOP_LOCALTIME_N:         {oid.Time, "now", true},
	pg_query.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP:      {oid.Timestamp, "now", true},
	pg_query.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:    {oid.Timestamp, "now", true},
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_ROLE:        {oid.Name, "current_user", false},
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_USER:        {oid.Name, "current_user", false},
	pg_query.SQLValueFunctionOp_SVFOP_USER:                {oid.Name, "current_user", false},
	pg_query.SQLValueFunctionOp_SVFOP_SESSION_USER:        {oid.Name, "session_user", false},
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG:     {oid.Name, "current_database", false},
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA:      {oid.Name, "current_schema", false},
}

// valueNames is how each is written.
var valueNames = map[pg_query.SQLValueFunctionOp]string{
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_DATE:        "current_date",
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIME:        "current_time",
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N:      "current_time",
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP:   "current_timestamp",
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N: "current_timestamp",
	pg_query.SQLValueFunctionOp_SVFOP_LOCALTIME:           "localtime",
	pg_query.SQLValueFunctionOp_SVFOP_LOCALTIME_N:         "localtime",
	pg_query.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP:      "localtimestamp",
	pg_query.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:    "localtimestamp",
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_ROLE:        "current_role",
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_USER:        "current_user",
	pg_query.SQLValueFunctionOp_SVFOP_USER:                "user",
	pg_query.SQLValueFunctionOp_SVFOP_SESSION_USER:        "session_user",
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG:     "current_catalog",
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA:      "current_schema",
}

// valueFunction analyses CURRENT_DATE and its kin as calls.
func (s *scope) valueFunction(n *pg_query.SQLValueFunction) Expr {
	fact := valueFunctions[n.Op]
	e := s.callNamed(fact.source, n.Location, FormSQL)
	if fact.cast {
		e = s.coerceTo(e, fact.typ, -1, explicit, n.Location)
		hidden := hideCoercion(e)
		if c, ok := hidden.(*FuncCall); ok {
			c.Form = FormSQL
		}
		e = hidden
	}
	if strings.HasSuffix(pg_query.SQLValueFunctionOp_name[int32(n.Op)], "_N") && n.Typmod >= 0 {
		e = &CoerceTypmod{Typed: Typed{fact.typ, n.Typmod, s.pos(n.Location)}, Arg: e, Explicit: false}
	}
	return e
}

// groupingFunc analyses GROUPING(…); its arguments are matched with GROUP BY
// when that is known.
func (s *scope) groupingFunc(n *pg_query.GroupingFunc) Expr {
	if len(n.Args) > 31 {
		s.failAt(n.Location, pgerr.TooManyArguments, "GROUPING must have fewer than 32 arguments")
	}
	if !clauseFacts[s.clause].aggregates {
		s.failAt(n.Location, pgerr.GroupingError, "grouping operations are not allowed in %s", clauseFacts[s.clause].name)
	}
	g := &Grouping{Typed: s.at(oid.Int4, n.Location)}
	s.groupings = append(s.groupings, pendingGrouping{g, s.exprs(n.Args)})
	s.query.HasAggregates = true
	return g
}

// pendingGrouping is a GROUPING whose arguments wait for GROUP BY.
type pendingGrouping struct {
	node *Grouping
	args []Expr
}

// resolveGroupings finds the arguments of GROUPING in GROUP BY.
func (s *scope) resolveGroupings() {
	for _, p := range s.groupings {
		for _, arg := range p.args {
			at := slices.IndexFunc(s.query.GroupBy, func(e Expr) bool { return equalExprs(e, arg) })
			if at < 0 {
				fail(pgerr.New(pgerr.GroupingError,
					"arguments to GROUPING must be grouping expressions of the associated query level").At(exprPos(arg)))
			}
			p.node.Args = append(p.node.Args, at)
		}
	}
}

// resolved gives an undetermined literal or parameter the type text.
func (s *scope) resolved(e Expr) Expr {
	if e.Type() == oid.Unknown {
		return s.coerce(e, oid.Text, -1, implicit, -1)
	}
	return e
}

// literal analyses a constant. Strings and NULL have no type yet.
func (s *scope) literal(n *pg_query.A_Const) Expr {
	c := &Const{Typed: s.at(oid.Unknown, n.Location)}
	if n.Isnull {
		return c
	}
	switch v := n.Val.(type) {
	case *pg_query.A_Const_Ival:
		c.Typ, c.Value = oid.Int4, datum.Int(int64(v.Ival.GetIval()))
	case *pg_query.A_Const_Fval:
		s.number(c, v.Fval.GetFval())
	case *pg_query.A_Const_Boolval:
		c.Typ, c.Value = oid.Bool, datum.Bool(v.Boolval.GetBoolval())
	case *pg_query.A_Const_Sval:
		c.Value = datum.Text(v.Sval.GetSval())
	case *pg_query.A_Const_Bsval:
		c.Typ = oid.Bit
		c.Value = s.readLiteral(oid.Bit, -1, v.Bsval.GetBsval(), c.Pos)
	}
	return c
}

// number gives a numeral that is no int4 its type: bigint where it is a whole
// number that fits, else numeric.
func (s *scope) number(c *Const, text string) {
	if v, ok := parseInteger(text); ok {
		c.Typ, c.Value = oid.Int8, datum.Int(v)
		if int64(int32(v)) == v {
			c.Typ = oid.Int4
		}
		return
	}
	c.Typ = oid.Numeric
	c.Value = s.readLiteral(oid.Numeric, -1, text, c.Pos)
}
