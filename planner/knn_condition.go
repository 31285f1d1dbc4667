package planner

import (
	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// Condition is a qual on one column of a searched table that is met by a range
// of its values, so that the executor can answer it from the column's values in
// order, without the row.
type Condition struct {
	Column *catalog.Column
	// Op is =, <, <=, >, >= of one of Values; "in", = of any of them; "any", =
	// of an element of an array, the only one of Values; "null" and "not null".
	Op     string
	Values []Expr
}

// ranged are the types whose order is that of their btree operators whatever
// the collation, by which values of other types they are compared with.
var ranged = map[oid.OID]string{
	oid.Bool: "bool", oid.Int2: "int", oid.Int4: "int", oid.Int8: "int", oid.Float4: "float4", oid.Float8: "float8",
	oid.Numeric: "numeric", oid.Text: "text", oid.VarChar: "text", oid.UUID: "uuid", oid.Bytea: "bytea",
	oid.Date: "date", oid.Time: "time", oid.Timestamp: "timestamp", oid.TimestampTZ: "timestamptz",
}

// swapped are the comparisons read from the right.
var swapped = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

// condition recognises a qual; false for all that is not plain.
func condition(x Expr, entry *Entry) (c Condition, ok bool) {
	switch x := x.(type) {
	case *Var:
		c.Column, c.Op, c.Values = rangedColumn(x, entry), "=", []Expr{trueConst}
		return c, c.Column != nil && x.Typ == oid.Bool
	case *Bool:
		if x.Op == "NOT" {
			c.Column, c.Op, c.Values = rangedColumn(x.Args[0], entry), "=", []Expr{falseConst}
			return c, c.Column != nil && x.Args[0].Type() == oid.Bool
		}
	case *NullTest:
		c.Column, c.Op = rangedColumn(x.Arg, entry), "null"
		if x.Not {
			c.Op = "not null"
		}
		return c, c.Column != nil && !x.RowWise
	case *FuncCall:
		if x.Op == nil || len(x.Args) != 2 || swapped[x.Op.Name] == "" || ranged[x.Op.Left] == "" || ranged[x.Op.Left] != ranged[x.Op.Right] {
			return c, false
		}
		c.Op = x.Op.Name
		for i, arg := range x.Args {
			if c.Column = rangedColumn(arg, entry); c.Column != nil && computable(x.Args[1-i]) {
				if i == 1 {
					c.Op = swapped[c.Op]
				}
				c.Values = []Expr{x.Args[1-i]}
				return c, ranged[c.Column.Type] == ranged[x.Op.Left]
			}
		}
	case *InList:
		c.Column, c.Op, c.Values = rangedColumn(x.Left, entry), "in", x.Items
		return c, c.Column != nil && !x.Not && x.Op != nil && ranged[x.Op.Left] == ranged[c.Column.Type] &&
			ranged[x.Op.Left] == ranged[x.Op.Right] && allComputable([][]Expr{x.Items})
	case *ArrayOp:
		c.Column, c.Op, c.Values = rangedColumn(x.Left, entry), "any", []Expr{x.Right}
		return c, c.Column != nil && x.Any && x.Op != nil && x.Op.Name == "=" && ranged[x.Op.Left] == ranged[c.Column.Type] &&
			ranged[x.Op.Left] == ranged[x.Op.Right] && computable(x.Right)
	}
	return c, false
}

// rangedColumn is the column of the entry that x is, nil for anything else.
func rangedColumn(x Expr, entry *Entry) *catalog.Column {
	if r, ok := x.(*Relabel); ok && ranged[r.Typ] != "" {
		x = r.Arg
	}
	v, ok := x.(*Var)
	if !ok || v.Entry != entry || entry.Columns[v.Col].System {
		return nil
	}
	c := entry.Columns[v.Col].Column
	if c == nil || c.Companion != "" || ranged[c.Type] == "" || c.Collation != 0 && c.Collation != oid.DefaultCollation && c.Collation != oid.CCollation {
		return nil
	}
	return c
}

// conditions recognises all of a list of quals, nil if there is another one
// among them.
func (e *emitter) conditions(quals []Expr, entry *Entry) []Condition {
	var all []Condition
	for _, x := range quals {
		c, ok := condition(x, entry)
		if !ok {
			return nil
		}
		for i := range c.Values {
			if i == 0 {
				c.Values = append([]Expr(nil), c.Values...)
			}
			c.Values[i] = fold(e.env, c.Values[i])
		}
		all = append(all, c)
	}
	return all
}

// trueConst and falseConst are what a boolean column is compared with.
var (
	trueConst  = &Const{Typed: Typed{Typ: oid.Bool, Mod: -1}, Value: datum.Bool(true)}
	falseConst = &Const{Typed: Typed{Typ: oid.Bool, Mod: -1}, Value: datum.Bool(false)}
)
