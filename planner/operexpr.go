package planner

import (
	"strconv"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func itoa(n int) string { return strconv.Itoa(n) }

// parseInteger reads an integer literal of the scanner: digits, or 0x, 0o, 0b.
func parseInteger(text string) (int64, bool) {
	base := 10
	digits := strings.ReplaceAll(text, "_", "")
	if len(digits) > 2 && digits[0] == '0' {
		switch digits[1] | 0x20 {
		case 'x':
			base, digits = 16, digits[2:]
		case 'o':
			base, digits = 8, digits[2:]
		case 'b':
			base, digits = 2, digits[2:]
		}
	}
	v, err := strconv.ParseInt(digits, base, 64)
	return v, err == nil
}

// operatorExpr analyses what the grammar calls A_Expr: operators and the
// constructs that stand for them.
func (s *scope) operatorExpr(n *pg_query.A_Expr) Expr {
	switch n.Kind {
	case pg_query.A_Expr_Kind_AEXPR_OP:
		return s.plainOperator(n)
	case pg_query.A_Expr_Kind_AEXPR_OP_ANY:
		return s.operateArray(strs(n.Name), true, s.expr(n.Lexpr), s.expr(n.Rexpr), n.Location)
	case pg_query.A_Expr_Kind_AEXPR_OP_ALL:
		return s.operateArray(strs(n.Name), false, s.expr(n.Lexpr), s.expr(n.Rexpr), n.Location)
	case pg_query.A_Expr_Kind_AEXPR_DISTINCT, pg_query.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		return s.distinctFrom(n)
	case pg_query.A_Expr_Kind_AEXPR_NULLIF:
		return s.nullIf(n)
	case pg_query.A_Expr_Kind_AEXPR_IN:
		return s.inList(n)
	case pg_query.A_Expr_Kind_AEXPR_LIKE, pg_query.A_Expr_Kind_AEXPR_ILIKE, pg_query.A_Expr_Kind_AEXPR_SIMILAR:
		return s.operate(strs(n.Name), s.expr(n.Lexpr), s.expr(n.Rexpr), n.Location)
	default:
		return s.between(n)
	}
}

func isNullLiteral(n *pg_query.Node) bool { return n.GetAConst() != nil && n.GetAConst().Isnull }

func (s *scope) plainOperator(n *pg_query.A_Expr) Expr {
	names := strs(n.Name)
	lrow, rrow := n.Lexpr.GetRowExpr(), n.Rexpr.GetRowExpr()
	rsub := n.Rexpr.GetSubLink()
	if lrow != nil && rsub != nil && rsub.SubLinkType == pg_query.SubLinkType_EXPR_SUBLINK {
		return s.compareRowToSubquery(names, lrow, rsub, n.Location)
	}
	if lrow != nil && rrow != nil {
		return s.compareRows(names, s.rowFields(lrow), s.rowFields(rrow), n.Location)
	}
	if s.env.Setting != nil && len(names) == 1 && names[0] == "=" && s.env.Setting("transform_null_equals") == "on" {
		if isNullLiteral(n.Rexpr) != isNullLiteral(n.Lexpr) {
			arg := n.Lexpr
			if isNullLiteral(n.Lexpr) {
				arg = n.Rexpr
			}
			return s.nullTest(&pg_query.NullTest{Arg: arg, Location: n.Location, Nulltesttype: pg_query.NullTestType_IS_NULL})
		}
	}
	var left Expr
	if n.Lexpr != nil {
		left = s.expr(n.Lexpr)
	}
	return s.operate(names, left, s.expr(n.Rexpr), n.Location)
}

// distinctFrom analyses IS [NOT] DISTINCT FROM.
func (s *scope) distinctFrom(n *pg_query.A_Expr) Expr {
	not := n.Kind == pg_query.A_Expr_Kind_AEXPR_NOT_DISTINCT
	if isNullLiteral(n.Rexpr) || isNullLiteral(n.Lexpr) {
		arg := n.Lexpr
		if isNullLiteral(n.Lexpr) {
			arg = n.Rexpr
		}
		e := s.expr(arg)
		return &NullTest{Typed: s.at(oid.Bool, n.Location), Arg: e, Not: !not}
	}
	lrow, rrow := n.Lexpr.GetRowExpr(), n.Rexpr.GetRowExpr()
	if lrow != nil && rrow != nil {
		left, right := s.rowFields(lrow), s.rowFields(rrow)
		if len(left) != len(right) {
			s.failAt(n.Location, pgerr.SyntaxError, "unequal number of entries in row expressions")
		}
		var parts []Expr
		for i := range left {
			parts = append(parts, s.distinct(strs(n.Name), left[i], right[i], not, n.Location))
		}
		return s.combine(parts, !not, n.Location)
	}
	return s.distinct(strs(n.Name), s.expr(n.Lexpr), s.expr(n.Rexpr), not, n.Location)
}

func (s *scope) distinct(names []string, left, right Expr, not bool, location int32) Expr {
	eq := s.operate(names, left, right, location)
	if eq.Typ != oid.Bool {
		s.failAt(location, pgerr.DatatypeMismatch, "IS DISTINCT FROM requires = operator to yield boolean")
	}
	s.oneValue(eq, "IS DISTINCT FROM", location)
	return &Distinct{Typed: s.at(oid.Bool, location), Equal: eq, Not: not}
}

func (s *scope) oneValue(e *FuncCall, construct string, location int32) {
	if e.Proc.Set {
		s.failAt(location, pgerr.DatatypeMismatch, "%s must not return a set", construct)
	}
}

// combine joins conditions by OR or AND.
func (s *scope) combine(parts []Expr, or bool, location int32) Expr {
	if len(parts) == 1 {
		return parts[0]
	}
	b := &Bool{Typed: s.at(oid.Bool, location), Op: "AND", Args: parts}
	if or {
		b.Op = "OR"
	}
	return b
}

func (s *scope) nullIf(n *pg_query.A_Expr) Expr {
	left, right := s.expr(n.Lexpr), s.expr(n.Rexpr)
	eq := s.operate(strs(n.Name), left, right, n.Location)
	if eq.Typ != oid.Bool {
		s.failAt(n.Location, pgerr.DatatypeMismatch, "NULLIF requires = operator to yield boolean")
	}
	s.oneValue(eq, "NULLIF", n.Location)
	first := eq.Args[0]
	return &NullIf{Typed: Typed{first.Type(), first.Typmod(), s.pos(n.Location)}, Equal: eq, First: first}
}

// between analyses BETWEEN, which is two comparisons.
func (s *scope) between(n *pg_query.A_Expr) Expr {
	bounds := n.Rexpr.GetList().GetItems()
	not := n.Kind == pg_query.A_Expr_Kind_AEXPR_NOT_BETWEEN || n.Kind == pg_query.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM
	symmetric := n.Kind == pg_query.A_Expr_Kind_AEXPR_BETWEEN_SYM || n.Kind == pg_query.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM
	low, high := ">=", "<="
	if not {
		low, high = "<", ">"
	}
	pair := func(a, b *pg_query.Node) Expr {
		return s.combine([]Expr{
			s.operate([]string{low}, s.expr(n.Lexpr), s.expr(a), n.Location),
			s.operate([]string{high}, s.expr(n.Lexpr), s.expr(b), n.Location),
		}, not, n.Location)
	}
	first := pair(bounds[0], bounds[1])
	if !symmetric {
		return first
	}
	return s.combine([]Expr{first, pair(bounds[1], bounds[0])}, !not, n.Location)
}

// inList analyses x [NOT] IN (a, b, …). Items that agree on a type become one
// list; those that contain columns or rows are compared one by one.
func (s *scope) inList(n *pg_query.A_Expr) Expr {
	names := strs(n.Name)
	not := names[0] == "<>"
	lrow := n.Lexpr.GetRowExpr()
	if lrow != nil {
		var parts []Expr
		for _, item := range n.Rexpr.GetList().GetItems() {
			left := s.rowFields(lrow)
			row := item.GetRowExpr()
			if row == nil {
				parts = append(parts, s.coerceBool(s.operate(names, s.expr(n.Lexpr), s.expr(item), n.Location), "IN"))
				continue
			}
			parts = append(parts, s.compareRows(names, left, s.rowFields(row), n.Location))
		}
		return s.combine(parts, !not, n.Location)
	}
	left := s.expr(n.Lexpr)
	items := s.exprs(n.Rexpr.GetList().GetItems())
	plain := items
	all := append([]Expr{left}, plain...)
	if typ, _ := s.commonType(all); typ != 0 && typ != oid.Record && len(items) > 1 && s.cat.ArrayOf(typ) != 0 && s.allCoercible(all, typ) {
		for i := range items {
			items[i] = s.coerceCommon(items[i], typ, "IN")
		}
		op := s.findOperator(names, left.Type(), typ, n.Location)
		types, declared := []oid.OID{left.Type(), typ}, []oid.OID{op.Left, op.Right}
		s.enforceGeneric(types, declared, op.Result)
		left = s.coerceArg(left, declared[0])
		for i := range items {
			items[i] = s.coerceArg(items[i], declared[1])
		}
		if proc := s.equality(op, not); proc != nil {
			return &InList{Typed: s.at(oid.Bool, n.Location), Not: not, Proc: proc, Op: op, Left: left, Items: items}
		}
	}
	var parts []Expr
	for i, item := range items {
		l := left
		if i > 0 {
			l = mapExpr(left, func(Expr) Expr { return nil })
		}
		parts = append(parts, s.coerceBool(s.operate(names, l, item, n.Location), "IN"))
	}
	return s.combine(parts, !not, n.Location)
}

func (s *scope) allCoercible(list []Expr, typ oid.OID) bool {
	for _, e := range list {
		if !s.canCoerce(e.Type(), typ, implicit) {
			return false
		}
	}
	return true
}

// equality is the function that tells whether two values are equal for the
// operator of IN, or the negator's for NOT IN.
func (s *scope) equality(op *catalog.Operator, not bool) *catalog.Proc {
	if not {
		negator := s.cat.Operator(op.Negator)
		if negator == nil {
			return nil
		}
		op = negator
	}
	return s.cat.Proc(op.Proc)
}

// compareRows analyses (a, b) op (c, d): equality column by column, order
// lexicographically.
func (s *scope) compareRows(names []string, left, right []Expr, location int32) Expr {
	if len(left) != len(right) {
		s.failAt(location, pgerr.SyntaxError, "unequal number of entries in row expressions")
	}
	if len(left) == 0 {
		s.failAt(location, pgerr.FeatureNotSupported, "cannot compare rows of zero length")
	}
	calls := make([]*FuncCall, len(left))
	for i := range left {
		calls[i] = s.operate(names, left[i], right[i], location)
		if calls[i].Typ != oid.Bool {
			fail(pgerr.Newf(pgerr.DatatypeMismatch, "row comparison operator must yield type boolean, not type %s",
				s.typeName(calls[i].Typ)).At(s.pos(location)))
		}
		s.oneValue(calls[i], "row comparison operator", location)
	}
	if len(calls) == 1 {
		return calls[0]
	}
	return s.combineRow(names, calls, location)
}

// combineRow makes one condition of the comparisons of columns.
func (s *scope) combineRow(names []string, calls []*FuncCall, location int32) Expr {
	op := names[len(names)-1]
	switch op {
	case "=", "<>":
		parts := make([]Expr, len(calls))
		for i, c := range calls {
			parts[i] = c
		}
		return s.combine(parts, op == "<>", location)
	case "<", "<=", ">", ">=":
	default:
		fail(pgerr.Newf(pgerr.FeatureNotSupported, "could not determine interpretation of row comparison operator %s", op).
			WithHint("Row comparison operators must be associated with btree operator families.").At(s.pos(location)))
	}
	r := &RowCompare{Typed: s.at(oid.Bool, location), Op: op}
	for _, c := range calls {
		r.Left, r.Right = append(r.Left, c.Args[0]), append(r.Right, c.Args[1])
		r.Less = append(r.Less, s.sibling(c.Op, op[:1], location))
		r.Equal = append(r.Equal, s.sibling(c.Op, "=", location))
	}
	return r
}

// sibling is the function of another comparison over the same types.
func (s *scope) sibling(op *catalog.Operator, name string, location int32) *catalog.Proc {
	for _, o := range s.cat.OperatorsNamed(name) {
		if o.Left == op.Left && o.Right == op.Right && o.Schema == op.Schema {
			return s.cat.Proc(o.Proc)
		}
	}
	s.failAt(location, pgerr.FeatureNotSupported, "could not determine interpretation of row comparison operator %s", op.Name)
	return nil
}
