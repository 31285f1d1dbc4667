package planner

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// clauseExpr analyses an expression as part of a clause.
func (s *scope) clauseExpr(n *pg_query.Node, c clause) Expr {
	return s.inClause(c, func() Expr { return s.expr(n) })
}

// condition analyses WHERE, ON, HAVING and the like.
func (s *scope) condition(n *pg_query.Node, c clause, construct string) Expr {
	if n == nil {
		return nil
	}
	return s.coerceBool(s.clauseExpr(n, c), construct)
}

// expr analyses an expression.
func (s *scope) expr(n *pg_query.Node) Expr {
	switch n := n.GetNode().(type) {
	case *pg_query.Node_AConst:
		return s.literal(n.AConst)
	case *pg_query.Node_ColumnRef:
		return s.columnRef(n.ColumnRef)
	case *pg_query.Node_ParamRef:
		return s.paramRef(n.ParamRef)
	case *pg_query.Node_AExpr:
		return s.operatorExpr(n.AExpr)
	case *pg_query.Node_FuncCall:
		return s.funcCall(n.FuncCall)
	case *pg_query.Node_TypeCast:
		return s.typeCast(n.TypeCast)
	case *pg_query.Node_BoolExpr:
		return s.boolExpr(n.BoolExpr)
	case *pg_query.Node_SubLink:
		return s.subLink(n.SubLink)
	case *pg_query.Node_CaseExpr:
		return s.caseExpr(n.CaseExpr)
	case *pg_query.Node_CoalesceExpr:
		return s.coalesceExpr(n.CoalesceExpr)
	case *pg_query.Node_MinMaxExpr:
		return s.minMaxExpr(n.MinMaxExpr)
	case *pg_query.Node_NullTest:
		return s.nullTest(n.NullTest)
	case *pg_query.Node_BooleanTest:
		return s.booleanTest(n.BooleanTest)
	case *pg_query.Node_RowExpr:
		return s.rowExpr(n.RowExpr)
	case *pg_query.Node_AArrayExpr:
		return s.arrayExpr(n.AArrayExpr, 0, -1)
	case *pg_query.Node_AIndirection:
		return s.indirection(n.AIndirection)
	case *pg_query.Node_CollateClause:
		return s.collateClause(n.CollateClause)
	case *pg_query.Node_SqlvalueFunction:
		return s.valueFunction(n.SqlvalueFunction)
	case *pg_query.Node_GroupingFunc:
		return s.groupingFunc(n.GroupingFunc)
	case *pg_query.Node_SetToDefault:
		s.failAt(n.SetToDefault.Location, pgerr.SyntaxError, "DEFAULT is not allowed in this context")
	case *pg_query.Node_MultiAssignRef:
		return s.multiAssign(n.MultiAssignRef)
	case *pg_query.Node_NamedArgExpr:
		return s.expr(n.NamedArgExpr.Arg)
	case *pg_query.Node_CurrentOfExpr:
		s.unsupported(-1, "WHERE CURRENT OF")
	case *pg_query.Node_XmlExpr:
		s.unsupported(n.XmlExpr.Location, "XML")
	case *pg_query.Node_XmlSerialize:
		s.unsupported(n.XmlSerialize.Location, "XMLSERIALIZE")
	case *pg_query.Node_JsonObjectConstructor, *pg_query.Node_JsonArrayConstructor,
		*pg_query.Node_JsonArrayQueryConstructor, *pg_query.Node_JsonObjectAgg, *pg_query.Node_JsonArrayAgg:
		s.unsupported(-1, "the SQL/JSON constructor")
	case *pg_query.Node_JsonIsPredicate:
		s.unsupported(n.JsonIsPredicate.Location, "IS JSON")
	}
	fail(pgerr.Unsupported("this expression"))
	return nil
}

// exprs analyses a list.
func (s *scope) exprs(list []*pg_query.Node) []Expr {
	out := make([]Expr, len(list))
	for i, n := range list {
		out[i] = s.expr(n)
	}
	return out
}

// nodeLocation is where an expression of the tree begins, -1 when unknown.
func nodeLocation(n *pg_query.Node) int32 {
	earlier := func(own int32, arg *pg_query.Node) int32 {
		if arg == nil {
			return own
		}
		if l := nodeLocation(arg); l >= 0 && (own < 0 || l < own) {
			return l
		}
		return own
	}
	switch n := n.GetNode().(type) {
	case *pg_query.Node_AConst:
		return n.AConst.Location
	case *pg_query.Node_ColumnRef:
		return n.ColumnRef.Location
	case *pg_query.Node_ParamRef:
		return n.ParamRef.Location
	case *pg_query.Node_AExpr:
		return earlier(n.AExpr.Location, n.AExpr.Lexpr)
	case *pg_query.Node_FuncCall:
		return n.FuncCall.Location
	case *pg_query.Node_TypeCast:
		return earlier(n.TypeCast.Location, n.TypeCast.Arg)
	case *pg_query.Node_BoolExpr:
		return earlier(n.BoolExpr.Location, n.BoolExpr.Args[0])
	case *pg_query.Node_SubLink:
		return earlier(n.SubLink.Location, n.SubLink.Testexpr)
	case *pg_query.Node_CaseExpr:
		return n.CaseExpr.Location
	case *pg_query.Node_CoalesceExpr:
		return n.CoalesceExpr.Location
	case *pg_query.Node_MinMaxExpr:
		return n.MinMaxExpr.Location
	case *pg_query.Node_NullTest:
		return earlier(n.NullTest.Location, n.NullTest.Arg)
	case *pg_query.Node_BooleanTest:
		return earlier(n.BooleanTest.Location, n.BooleanTest.Arg)
	case *pg_query.Node_RowExpr:
		return n.RowExpr.Location
	case *pg_query.Node_AArrayExpr:
		return n.AArrayExpr.Location
	case *pg_query.Node_AIndirection:
		return nodeLocation(n.AIndirection.Arg)
	case *pg_query.Node_CollateClause:
		return earlier(n.CollateClause.Location, n.CollateClause.Arg)
	case *pg_query.Node_SqlvalueFunction:
		return n.SqlvalueFunction.Location
	case *pg_query.Node_GroupingFunc:
		return n.GroupingFunc.Location
	case *pg_query.Node_SetToDefault:
		return n.SetToDefault.Location
	case *pg_query.Node_ResTarget:
		return n.ResTarget.Location
	case *pg_query.Node_NamedArgExpr:
		return n.NamedArgExpr.Location
	case *pg_query.Node_SortBy:
		return nodeLocation(n.SortBy.Node)
	case *pg_query.Node_List:
		if len(n.List.Items) > 0 {
			return nodeLocation(n.List.Items[0])
		}
	case *pg_query.Node_TypeName:
		return n.TypeName.Location
	}
	return -1
}

// typeCast analyses CAST (x AS t), x::t and 't literal'.
func (s *scope) typeCast(n *pg_query.TypeCast) Expr {
	target, typmod := s.typeOf(n.TypeName)
	location := n.Location
	if location < 0 {
		location = n.TypeName.Location
	}
	if array := n.Arg.GetAArrayExpr(); array != nil {
		// ARRAY[…]::t[] gives the elements their type, so that it may be empty.
		base, baseMod := s.baseMod(target, typmod)
		if s.cat.ElementOf(base) != 0 {
			return s.castTo(s.arrayExpr(array, base, baseMod), target, typmod, location)
		}
	}
	return s.castTo(s.expr(n.Arg), target, typmod, location)
}

// castTo applies a written cast.
func (s *scope) castTo(e Expr, target oid.OID, typmod int32, location int32) Expr {
	if _, ok := e.(*Default); ok {
		s.failAt(location, pgerr.SyntaxError, "DEFAULT is not allowed in this context")
	}
	if r := s.coerceTo(e, target, typmod, explicit, location); r != nil {
		if c, ok := r.(*Const); ok && r != e && c.Pos == 0 {
			c.Pos = s.pos(location)
		}
		return r
	}
	e2 := pgerr.Newf(pgerr.CannotCoerce, "cannot cast type %s to %s", s.typeName(e.Type()), s.typeName(target))
	fail(e2.At(leftmost(s.pos(location), exprPos(e), location)))
	return nil
}

// leftmost is where Postgres points for a failed cast: at the cast.
func leftmost(cast, arg int, location int32) int {
	if location >= 0 {
		return cast
	}
	return arg
}

func (s *scope) boolExpr(n *pg_query.BoolExpr) Expr {
	op := "NOT"
	switch n.Boolop {
	case pg_query.BoolExprType_AND_EXPR:
		op = "AND"
	case pg_query.BoolExprType_OR_EXPR:
		op = "OR"
	}
	b := &Bool{Typed: s.at(oid.Bool, n.Location), Op: op}
	for _, arg := range n.Args {
		b.Args = append(b.Args, s.coerceBool(s.expr(arg), op))
	}
	return b
}

func (s *scope) nullTest(n *pg_query.NullTest) Expr {
	arg := s.expr(n.Arg)
	row := arg.Type() == oid.Record || s.rowRelation(arg.Type()) != nil
	return &NullTest{Typed: s.at(oid.Bool, n.Location), Arg: arg,
		Not: n.Nulltesttype == pg_query.NullTestType_IS_NOT_NULL, RowWise: row}
}

var boolTests = map[pg_query.BoolTestType]string{
	pg_query.BoolTestType_IS_TRUE: "TRUE", pg_query.BoolTestType_IS_NOT_TRUE: "NOT TRUE",
	pg_query.BoolTestType_IS_FALSE: "FALSE", pg_query.BoolTestType_IS_NOT_FALSE: "NOT FALSE",
	pg_query.BoolTestType_IS_UNKNOWN: "UNKNOWN", pg_query.BoolTestType_IS_NOT_UNKNOWN: "NOT UNKNOWN",
}

func (s *scope) booleanTest(n *pg_query.BooleanTest) Expr {
	test := boolTests[n.Booltesttype]
	return &BoolTest{Typed: s.at(oid.Bool, n.Location), Arg: s.coerceBool(s.expr(n.Arg), "IS "+test), Test: test}
}

func (s *scope) collateClause(n *pg_query.CollateClause) Expr {
	arg := s.expr(n.Arg)
	if arg.Type() != oid.Unknown && !s.collatable(arg.Type()) {
		s.failAt(n.Location, pgerr.DatatypeMismatch, "collations are not supported by type %s", s.typeName(arg.Type()))
	}
	id := s.collation(strs(n.Collname), n.Location)
	return &Collate{Typed: Typed{arg.Type(), arg.Typmod(), s.pos(n.Location)}, Arg: arg, Collation: id}
}
