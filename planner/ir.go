package planner

import (
	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// The analysed statement: what parse analysis makes of the syntax tree and what
// emission turns into a plan. Every name is bound, every expression typed,
// every coercion explicit.

// Command says what a Query does.
type Command uint8

// Commands.
const (
	CommandSelect Command = iota
	CommandInsert
	CommandUpdate
	CommandDelete
)

// Query is one analysed SELECT, VALUES, INSERT, UPDATE or DELETE.
type Query struct {
	Command Command
	CTEs    []*CTE

	// From is the join tree; its items are joined by commas.
	From  []FromItem
	Where Expr

	// Targets are the output columns. Junk targets come last: they serve
	// ORDER BY, GROUP BY and DISTINCT ON and are not part of the result.
	Targets []*Target

	GroupBy      []Expr   // plain GROUP BY
	GroupingSets [][]Expr // with GROUPING SETS, ROLLUP or CUBE: every set, expanded; GroupBy then holds their union
	Having       Expr
	Windows      []*Window
	Distinct     bool
	DistinctOn   []Expr
	OrderBy      []SortKey
	Limit        Expr // bigint
	Offset       Expr // bigint
	WithTies     bool
	Locking      []*Locking // FOR UPDATE and its kin

	// SetOp is set instead of From for UNION, INTERSECT and EXCEPT; Targets
	// are then Vars of SetOp.Entry.
	SetOp *SetOp
	// Values is set instead of From for a bare VALUES: one []Expr a row, of
	// equal types by column; Targets are then Vars of ValuesEntry.
	Values      [][]Expr
	ValuesEntry *Entry

	HasAggregates bool // this level groups, be it with GROUP BY, HAVING or an aggregate alone
	HasWindows    bool
	HasSetFuncs   bool // set-returning functions in Targets

	// Of INSERT, UPDATE and DELETE. Target ranges beside From: it is not one
	// of From's items.
	Target      *Entry // the relation that is changed
	Source      *Query // INSERT: the rows; nil for DEFAULT VALUES
	SourceEntry *Entry // INSERT: the row of Source, to which Assignment values refer
	// Columns holds, for INSERT, every column that the statement names or that
	// has a default; others become NULL. Generated columns are not in it.
	Columns    []*Assignment
	Conflict   *Conflict
	Returning  []*Target
	Overriding byte // 's' OVERRIDING SYSTEM VALUE, 'u' USER VALUE, 0 none
}

// Target is one output column.
type Target struct {
	Expr Expr
	Name string
	Junk bool
	// Table and Attnum tell where a plain column came from.
	Table  oid.OID
	Attnum int16
}

// Assignment gives a column of Query.Target its new value. For INSERT, Value is
// an expression over SourceEntry's row, or a default. For UPDATE it is an
// expression over the range.
type Assignment struct {
	Column *catalog.Column
	Value  Expr
}

// CTE is one WITH query.
type CTE struct {
	Name         string
	Columns      []string
	Query        *Query
	Recursive    bool
	Materialized byte // 'm' MATERIALIZED, 'n' NOT MATERIALIZED, 0 default
	Refs         int  // how often it is referenced
}

// SetOpKind is UNION, INTERSECT or EXCEPT.
type SetOpKind uint8

// Kinds of set operations.
const (
	Union SetOpKind = iota
	Intersect
	Except
)

// SetOp combines two queries of equal column types. A side that is itself a set
// operation is a Query whose SetOp is set.
type SetOp struct {
	Kind        SetOpKind
	All         bool
	Left, Right *Query
	Entry       *Entry // names and types of the output columns
}

// EntryKind says what a range entry is.
type EntryKind uint8

// Kinds of range entries.
const (
	EntryRelation EntryKind = iota // table, or system relation
	EntrySubquery                  // subquery in FROM; a view is one too, with its query analysed
	EntryFunction                  // set-returning or scalar function in FROM
	EntryValues                    // VALUES in FROM
	EntryCTE                       // reference to a WITH query
	EntryResult                    // output of a set operation, EXCLUDED, an INSERT's source row
)

// Entry is one range table entry: something with columns that Vars refer to.
// Entries are compared by pointer.
type Entry struct {
	Kind       EntryKind
	Alias      string // name by which columns are qualified, for messages and EXPLAIN
	Columns    []EntryColumn
	Relation   *catalog.Relation // EntryRelation, and the view of an EntrySubquery that is one
	Query      *Query            // EntrySubquery
	Lateral    bool              // the subquery or function refers to entries at its left
	CTE        *CTE              // EntryCTE
	Funcs      []*TableFunc      // EntryFunction; several for ROWS FROM
	Ordinality bool              // WITH ORDINALITY adds a last bigint column
	Values     [][]Expr          // EntryValues
	// Inner is false when an outer join may make the entry's columns NULL.
	Nullable bool

	// ordered is set by rewriting on a subquery whose order what is around it
	// relies on: it must not be merged.
	ordered bool
	// derived are the vector indexes over expressions of the entry.
	derived []derivedIndex
	// opaque entries were written in a syntax that the entry does not remember.
	opaque bool
}

// EntryColumn is one column of an entry. For EntryRelation they are the live
// columns of the relation, in order, and Column says which.
type EntryColumn struct {
	Name   string
	Type   oid.OID
	Typmod int32
	Column *catalog.Column // nil except for EntryRelation
	// System columns ("xmin", "ctid", "tableoid", …) follow the live ones of a
	// relation as far as a statement names them.
	System bool
}

// TableFunc is one function in FROM.
type TableFunc struct {
	Call    *FuncCall // its Proc may return a scalar, a record or a set of either
	Other   Expr      // instead of Call: any other expression that Postgres allows there
	Columns int       // how many columns it contributes
}

// FromItem is a node of the join tree: *FromEntry or *Join.
type FromItem interface{ fromItem() }

// FromEntry is a leaf.
type FromEntry struct{ Entry *Entry }

// JoinKind is the kind of a join.
type JoinKind uint8

// Kinds of joins.
const (
	JoinInner JoinKind = iota
	JoinLeft
	JoinRight
	JoinFull
	JoinCross
)

// Join is an explicit join. NATURAL and USING are already conditions; columns
// merged by them are COALESCEs or Vars where they are named.
type Join struct {
	Kind        JoinKind
	Left, Right FromItem
	On          Expr     // nil for JoinCross
	Using       []string // the columns that USING or NATURAL has merged

	// opaque joins have an alias, which no expression here remembers.
	opaque bool
}

func (*FromEntry) fromItem() {}
func (*Join) fromItem()      {}

// SortKey is one key of ORDER BY.
type SortKey struct {
	Expr       Expr
	Target     int // index in Targets of an equal expression; always one, junk if need be; -1 inside aggregates and windows
	Desc       bool
	NullsFirst bool
}

// Window is one window definition, inline ones included.
type Window struct {
	Name      string
	Base      string // the window that this one extends
	Partition []Expr
	OrderBy   []SortKey
	Frame     *Frame // nil for the default
	// CopiedOrder is set where OrderBy is that of Base.
	CopiedOrder bool
}

// Frame is an explicit window frame.
type Frame struct {
	Mode       string // "ROWS", "RANGE", "GROUPS"
	Start, End FrameBound
	Between    bool   // both ends were written
	Exclude    string // "", "CURRENT ROW", "GROUP", "TIES"
}

// FrameBound is one end of a frame.
type FrameBound struct {
	Kind   string // "UNBOUNDED PRECEDING", "PRECEDING", "CURRENT ROW", "FOLLOWING", "UNBOUNDED FOLLOWING"
	Offset Expr
}

// Locking is FOR UPDATE and its kin.
type Locking struct {
	Entries    []*Entry
	Strength   string // "UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"
	NoWait     bool
	SkipLocked bool
}

// Conflict is ON CONFLICT.
type Conflict struct {
	// Arbiters are the unique indexes that the target names; nil means any.
	Arbiters []oid.OID
	Update   bool
	Excluded *Entry
	Set      []*Assignment // over Target and Excluded
	Where    Expr
}

// Expr is a typed expression.
type Expr interface {
	Type() oid.OID
	Typmod() int32
}

// Typed is embedded in every expression.
type Typed struct {
	Typ oid.OID
	Mod int32
	// Pos is the expression's place in the statement text, in characters from
	// 1, 0 when unknown: where run-time and later plan-time errors point.
	Pos int
}

// Type is the expression's type.
func (t Typed) Type() oid.OID { return t.Typ }

// Typmod is the expression's type modifier, -1 for none.
func (t Typed) Typmod() int32 { return t.Mod }

// CallForm says how a call was written, for deparsing.
type CallForm uint8

// Forms of calls.
const (
	FormCall CallForm = iota
	FormOperator
	FormCast         // an explicit cast
	FormImplicitCast // a coercion that analysis added
	FormSQL          // a construct with syntax of its own: EXTRACT, AT TIME ZONE, …
)

// The expressions.
type (
	// Const is a literal, already read by its type's input.
	Const struct {
		Typed
		Value datum.Datum
	}
	// Param is $Index, from 1.
	Param struct {
		Typed
		Index int
	}
	// Var is a column of an entry, of this query or of one around it. Up counts
	// how many query levels up the entry belongs.
	Var struct {
		Typed
		Entry *Entry
		Col   int // index in Entry.Columns
		Up    int
	}
	// FuncCall calls a function or an operator's function or a cast's function.
	FuncCall struct {
		Typed
		Proc *catalog.Proc
		// Args are coerced to ArgTypes, the declared types with polymorphic ones
		// made actual; defaults are filled in. The extra arguments of a VARIADIC
		// function are collected into one ArrayExpr, except for VARIADIC "any".
		Args     []Expr
		ArgTypes []oid.OID
		Op       *catalog.Operator // FormOperator
		Form     CallForm
		Variadic bool // the last argument was written VARIADIC
	}
	// AggCall is an aggregate over the rows of a group of the query Up levels up.
	AggCall struct {
		Typed
		Proc     *catalog.Proc
		Direct   []Expr // of an ordered-set aggregate
		Args     []Expr
		ArgTypes []oid.OID
		Star     bool // count(*)
		Distinct bool
		OrderBy  []SortKey // also WITHIN GROUP
		Filter   Expr
		Up       int
	}
	// WindowCall is a window function or an aggregate over a window.
	WindowCall struct {
		Typed
		Proc     *catalog.Proc
		Args     []Expr
		ArgTypes []oid.OID
		Star     bool
		Filter   Expr
		Window   *Window
	}
	// Bool is AND, OR (two or more Args) or NOT (one).
	Bool struct {
		Typed
		Op   string // "AND", "OR", "NOT"
		Args []Expr
	}
	// Case is CASE. With Arg, every condition holds a CaseValue where Arg's value
	// is compared.
	Case struct {
		Typed
		Arg   Expr
		Whens []When
		Else  Expr // nil means NULL
	}
	// CaseValue stands for the Arg of the Case around it.
	CaseValue struct{ Typed }
	// Coalesce is COALESCE.
	Coalesce struct {
		Typed
		Args   []Expr
		Merged string // the column of a FULL JOIN that this is, "" for one that was written
	}
	// NullIf is NULLIF; Equal compares Args, of which the first is the result.
	NullIf struct {
		Typed
		Equal *FuncCall // over the two arguments, coerced
		First Expr      // the first argument in the result type
	}
	// MinMax is GREATEST or LEAST.
	MinMax struct {
		Typed
		Greatest bool
		Args     []Expr
	}
	// NullTest is IS [NOT] NULL. RowWise tests every field of a row.
	NullTest struct {
		Typed
		Arg     Expr
		Not     bool
		RowWise bool
	}
	// BoolTest is IS [NOT] TRUE, FALSE, UNKNOWN.
	BoolTest struct {
		Typed
		Arg  Expr
		Test string // "TRUE", "NOT TRUE", "FALSE", "NOT FALSE", "UNKNOWN", "NOT UNKNOWN"
	}
	// Distinct is IS [NOT] DISTINCT FROM; Equal compares the two arguments.
	Distinct struct {
		Typed
		Equal *FuncCall
		Not   bool // IS NOT DISTINCT FROM
	}
	// ArrayOp is scalar op ANY|ALL (array).
	ArrayOp struct {
		Typed
		Proc *catalog.Proc
		Op   *catalog.Operator
		Any  bool
		Left Expr
		// Right is an array whose elements have the type of Proc's second argument.
		Right Expr
	}
	// InList is scalar IN (list) or NOT IN over items of one type, for which
	// Equal compares.
	InList struct {
		Typed
		Not   bool
		Proc  *catalog.Proc // equality
		Op    *catalog.Operator
		Left  Expr
		Items []Expr
	}
	// Subquery is a query in an expression. A scalar one of several columns has
	// type record and one RowExpr as its query's target; Field takes it apart.
	Subquery struct {
		Typed
		Kind  SubqueryKind
		Query *Query
		// Of SubqueryAny and SubqueryAll: Left op columns of Query, by rows;
		// Compare are calls over SubqueryColumn operands, combined by AND (by OR
		// for <>); for <, <=, >, >= over rows RowCompare is set instead.
		Compare    []*FuncCall
		RowCompare *RowCompare
		Or         bool
	}
	// SubqueryColumn stands for a column of the Subquery around it, in Compare.
	SubqueryColumn struct {
		Typed
		Col int
	}
	// ArrayExpr is ARRAY[…]; Nested elements are arrays that become dimensions.
	ArrayExpr struct {
		Typed
		Elem   oid.OID
		Elems  []Expr
		Nested bool
	}
	// RowExpr is ROW(…), or a whole row of an entry: then Whole is set, and the
	// value is NULL where an outer join made the entry's row so.
	RowExpr struct {
		Typed  // oid.Record or a row type
		Fields []Expr
		Names  []string
		Whole  *Entry
	}
	// RowCompare is (a, b) < (c, d); equality of rows is a Bool of comparisons.
	RowCompare struct {
		Typed
		Op    string // "<", "<=", ">", ">="
		Left  []Expr
		Right []Expr
		Less  []*catalog.Proc // per column: the operator's < (or >) function
		Equal []*catalog.Proc
	}
	// Field is (row).name.
	Field struct {
		Typed
		Arg   Expr
		Index int // from 0
		Name  string
	}
	// Subscript is array[i], or array[l:u] when any bound is a slice.
	Subscript struct {
		Typed
		Arg   Expr
		Upper []Expr // integers; nil elements are omitted slice bounds
		Lower []Expr // for slices, else nil
		Slice bool
	}
	// SubscriptAssign is array with the element or slice at a place replaced by
	// Value: what UPDATE … SET a[i] = … stores.
	SubscriptAssign struct {
		Typed
		Arg   Expr // the array as it is
		Upper []Expr
		Lower []Expr
		Slice bool
		Value Expr // an element, or an array for a slice
	}
	// Relabel changes the type without changing the value: a binary coercible
	// cast.
	Relabel struct {
		Typed
		Arg  Expr
		Form CallForm
	}
	// CoerceIO converts through text output and input.
	CoerceIO struct {
		Typed
		Arg  Expr
		Form CallForm
	}
	// CoerceTypmod applies a type modifier to a value of the same type.
	CoerceTypmod struct {
		Typed
		Arg      Expr
		Explicit bool
	}
	// CoerceArray converts the elements of an array one by one: Elem holds a
	// CaseValue for the element.
	CoerceArray struct {
		Typed
		Arg  Expr
		Elem Expr
		Form CallForm
	}
	// CoerceDomain checks a value against the constraints of a domain.
	CoerceDomain struct {
		Typed
		Arg  Expr
		Form CallForm
	}
	// Collate is expr COLLATE name.
	Collate struct {
		Typed
		Arg       Expr
		Collation oid.OID
	}
	// Default is DEFAULT in VALUES or SET, where the column's default was not
	// put in its place by analysis.
	Default struct{ Typed }
	// Grouping is GROUPING(…) over members of GroupBy.
	Grouping struct {
		Typed
		Args []int // indexes in GroupBy
	}
)

// When is one branch of CASE.
type When struct{ Cond, Result Expr }

// SubqueryKind says how a query in an expression is used.
type SubqueryKind uint8

// Kinds of subqueries.
const (
	SubqueryScalar SubqueryKind = iota
	SubqueryExists
	SubqueryAny // also IN
	SubqueryAll
	SubqueryArray // ARRAY(SELECT …)
)
