package planner

import (
	"fmt"
	"strconv"
	"strings"

	"voronoi/internal/datum"
)

// exprKey is a text that two expressions share exactly if they compute the same
// from the same row. It serves to find an expression that a plan node already
// delivers (ORDER BY distance beside distance in the target list, a grouping
// column), to bind equal constants once, and to name functions made for one
// expression.
//
// Columns are told apart by the entry's address, so a key with a column in it
// means something within one statement only.
func exprKey(e Expr) string {
	var b strings.Builder
	writeKey(&b, e)
	return b.String()
}

func equalExprs(a, b Expr) bool { return exprKey(a) == exprKey(b) }

func writeKey(b *strings.Builder, e Expr) {
	if e == nil {
		b.WriteByte('-')
		return
	}
	b.WriteByte('(')
	switch e := e.(type) { // the frequent ones, which may be large
	case *Const:
		var n [24]byte
		b.WriteByte('=')
		b.Write(strconv.AppendUint(n[:0], uint64(e.Typ), 10))
		b.WriteByte(byte('0' + e.Value.Kind()))
		switch e.Value.Kind() {
		case datum.KindInt:
			b.Write(strconv.AppendInt(n[:0], e.Value.Int(), 10))
		case datum.KindFloat:
			b.Write(strconv.AppendFloat(n[:0], e.Value.Float(), 'x', -1, 64))
		case datum.KindText, datum.KindBlob:
			b.Write(strconv.AppendInt(n[:0], int64(len(e.Value.Bytes())), 10))
			b.WriteByte(':')
			b.Write(e.Value.Bytes())
		}
		b.WriteByte(')')
		return
	case *Param:
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(e.Index))
		b.WriteByte(')')
		return
	}
	writeHead(b, e)
	if q, ok := e.(*Subquery); ok {
		// Two subqueries are never taken for equal.
		fmt.Fprintf(b, "query %p", q.Query)
	} else {
		operands(e, func(x Expr) {
			b.WriteByte(' ')
			writeKey(b, x)
		})
	}
	b.WriteByte(')')
}

// writeHead writes what distinguishes the node itself; the operands follow.
func writeHead(b *strings.Builder, e Expr) {
	fmt.Fprintf(b, "%T:%d:%d", e, e.Type(), e.Typmod())
	flag := func(on bool, c byte) {
		if on {
			b.WriteByte(c)
		}
	}
	switch e := e.(type) {
	case *Var:
		fmt.Fprintf(b, "%p.%d", e.Entry, e.Col)
	case *FuncCall:
		fmt.Fprintf(b, "#%d%v", e.Proc.OID, e.ArgTypes)
		flag(e.Variadic, 'v')
	case *AggCall:
		fmt.Fprintf(b, "#%d%v^%d/%d/%d/", e.Proc.OID, e.ArgTypes, e.Up, len(e.Direct), len(e.Args))
		flag(e.Distinct, 'd')
		flag(e.Star, '*')
		flag(e.Filter != nil, 'f')
		writeOrder(b, e.OrderBy)
	case *WindowCall:
		fmt.Fprintf(b, "#%d%v/%d", e.Proc.OID, e.ArgTypes, len(e.Args))
		flag(e.Star, '*')
		flag(e.Filter != nil, 'f')
		if w := e.Window; w != nil {
			fmt.Fprintf(b, "/%d", len(w.Partition))
			writeOrder(b, w.OrderBy)
			if w.Frame != nil {
				fmt.Fprintf(b, "%s %s %s %s", w.Frame.Mode, w.Frame.Start.Kind, w.Frame.End.Kind, w.Frame.Exclude)
			}
		}
	case *Bool:
		b.WriteString(e.Op)
	case *Case:
		flag(e.Arg != nil, 'a')
		flag(e.Else != nil, 'e')
	case *MinMax:
		flag(e.Greatest, 'g')
	case *NullTest:
		flag(e.Not, '!')
		flag(e.RowWise, 'r')
	case *BoolTest:
		b.WriteString(e.Test)
	case *Distinct:
		flag(e.Not, '!')
	case *ArrayOp:
		fmt.Fprintf(b, "#%d", e.Proc.OID)
		flag(e.Any, 'a')
	case *InList:
		fmt.Fprintf(b, "#%d", e.Proc.OID)
		flag(e.Not, '!')
	case *SubqueryColumn:
		b.WriteString(strconv.Itoa(e.Col))
	case *ArrayExpr:
		flag(e.Nested, 'n')
	case *RowExpr:
		if e.Whole != nil {
			fmt.Fprintf(b, "%p", e.Whole)
		}
	case *RowCompare:
		b.WriteString(e.Op)
	case *Field:
		b.WriteString(strconv.Itoa(e.Index))
	case *Subscript:
		writeBounds(b, e.Lower, e.Upper, e.Slice)
	case *SubscriptAssign:
		writeBounds(b, e.Lower, e.Upper, e.Slice)
	case *CoerceTypmod:
		flag(e.Explicit, 'x')
	case *Collate:
		fmt.Fprintf(b, "#%d", e.Collation)
	case *Grouping:
		fmt.Fprintf(b, "%v", e.Args)
	case *countExpr:
		b.WriteByte('0' + byte(e.What))
	}
}

func writeOrder(b *strings.Builder, keys []SortKey) {
	for _, k := range keys {
		fmt.Fprintf(b, "[%t %t]", k.Desc, k.NullsFirst)
	}
}

// writeBounds says which bounds are given, since operands skips the others.
func writeBounds(b *strings.Builder, lower, upper []Expr, slice bool) {
	for _, list := range [][]Expr{lower, upper} {
		b.WriteByte('/')
		for _, x := range list {
			if x == nil {
				b.WriteByte('_')
			} else {
				b.WriteByte('x')
			}
		}
	}
	if slice {
		b.WriteByte(':')
	}
}
