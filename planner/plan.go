package planner

import (
	"voronoi/exec/builtin"
	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// Env is what a statement is analysed and planned against.
type Env struct {
	Catalog *catalog.Snapshot
	// SearchPath is the effective path: pg_catalog first unless the setting
	// names it elsewhere. CreateSchema is where unqualified new objects go, 0
	// when there is none.
	SearchPath   []oid.OID
	CreateSchema oid.OID
	// Values reads literals; Settings gives plan-time settings.
	Values  *datum.Env
	Setting func(name string) string
	// ParamTypes are the types that the client declared, 0 for none; analysis
	// infers the others. VariableParams is false where no $n may occur.
	ParamTypes     []oid.OID
	VariableParams bool
	Notice         func(*pgerr.Error)
	// session is what stable and volatile functions ask; nil while planning,
	// when immutable calls alone are folded.
	session        builtin.Session
	Database, User string
}

// Plan is what the executor runs: *QueryPlan, *ModifyPlan, *UtilityPlan or one
// of the definitions in ddl*.go.
type Plan interface{ plan() }

// Common is what every plan that takes parameters says.
type Common struct {
	Params []oid.OID // types of $1, $2, …
	// Volatile plans are not cached: they hold something of the moment.
	Volatile bool
}

// Cacheable reports whether the plan may serve later executions.
func (c *Common) Cacheable() bool { return !c.Volatile }

// Parameters are the types of $1, $2, ….
func (c *Common) Parameters() []oid.OID { return c.Params }

// QueryPlan is one SQLite statement and what it needs.
type QueryPlan struct {
	Common
	SQL string
	// Columns are the result columns; the statement may deliver more after
	// them, for Ties.
	Columns []frontend.Column
	// Binds compute SQLite's parameters ?Inputs+1, ?Inputs+2, …; the Inputs
	// before them are given by whoever runs the plan (see RowQuery).
	Inputs int
	Binds  []Expr // each can be evaluated by Eval without a row
	// Functions and Modules must exist on the connection.
	Functions []*Function
	Modules   []*Module
	// Scans are the vector searches; the SQL names them by index as the handle
	// argument of voronoi_knn.
	Scans []*VectorScan
	// RowSets are lists of rows that are computed before the statement runs;
	// the SQL names them by index as the handle argument of voronoi_rows.
	RowSets [][][]Expr
	// Subplans are the inner statements of lateral modules, by handle.
	Subplans []*QueryPlan
	// Limit and Offset are evaluated once and applied by the executor where
	// they are not NULL; they are nil where the SQL has none or carries them.
	Limit, Offset Expr
	// Ties, when set, finishes an order that the SQL delivers by its first key
	// only: rows are buffered while the first key is equal and sorted by the
	// other keys; WithTies keeps the peers of the last row.
	Ties     *Ties
	WithTies bool
	// Writes is true when running the plan may write: nextval, or a
	// data-modifying CTE.
	Writes bool
	// Defines is true when the plan calls a function that changes the catalog:
	// it must read within a writing transaction.
	Defines bool
	// ReadsTables lists the tables whose rows the plan reads.
	Tables []oid.OID
	// Locking is the strongest FOR UPDATE or SHARE, "" for none.
	Locking *Locking
	// Modifying are data-modifying CTEs, to be run in order before the query;
	// each result is the row set that voronoi_cte reads by index.
	Modifying []*ModifyPlan
	// Explain gives the plan as EXPLAIN prints it, a line each.
	Explain func() []string
}

// Ties orders rows beyond the first sort key.
type Ties struct {
	First int // output position (from 0) of the first key
	Keys  []TieKey
}

// TieKey is a further sort key at an output position.
type TieKey struct {
	Col              int
	Type             *datum.Type
	Desc, NullsFirst bool
}

// Compare orders two values of the key's column.
func (k *TieKey) Compare(a, b datum.Datum) int {
	key := argumentKey{typ: k.Type, desc: k.Desc, nullsFirst: k.NullsFirst}
	return key.compare(a, b)
}

// Function is a Go function or aggregate that a statement calls by Name. The
// name says everything that distinguishes it: two Functions of one name are
// interchangeable.
type Function struct {
	Name      string
	Args      int // -1 for any number
	Strict    bool
	Volatile  bool
	Call      builtin.Call // Args and Result; the executor adds Env and Session
	Scalar    builtin.Scalar
	Aggregate func(c *builtin.Call) (builtin.Accumulator, error)
}

// ModuleKind says what a virtual table shows.
type ModuleKind uint8

// Kinds of modules.
const (
	ModuleKNN     ModuleKind = iota // voronoi_knn(handle [, query]): key, distance, answer
	ModuleRows                      // voronoi_rows(handle): c0, c1, …
	ModuleSet                       // a set-returning function: c0, c1, …, ordinality; hidden arguments a0, a1, …
	ModuleSystem                    // a relation of pg_catalog: its columns c1, c2, … by attnum
	ModuleLateral                   // a subplan run once an outer row: c0, c1, …; hidden arguments handle, then Args others
	ModuleCTE                       // voronoi_cte(handle): rows of a data-modifying CTE
)

// Module is a virtual table that a statement reads by Name; as with Function,
// the name says everything that distinguishes it.
type Module struct {
	Name    string
	Kind    ModuleKind
	Columns int // how many visible columns, where the kind does not say
	Args    int // how many hidden arguments
	// Of ModuleSet:
	Call   builtin.Call
	Set    func(c *builtin.Call, args []datum.Datum) (builtin.Rows, error)
	Strict bool // a NULL argument gives no rows
	// Of ModuleSystem:
	Relation *catalog.Relation
}

// VectorScan is one search of a vector column: rows of Table by distance.
type VectorScan struct {
	Table  *catalog.Relation
	Column *catalog.Column
	Metric Metric
	// Index is the vector index to use, nil for the exact scan.
	Index *catalog.Relation
	// Query is the vector searched for, evaluated once; nil when the SQL passes
	// it as an argument, row by row.
	Query Expr
	// Batch selects the vectors that will be searched for, where the SQL passes
	// them from an item that can be read ahead; nil otherwise.
	Batch *QueryPlan
	// Limit is how many rows are likely to be wanted: Limit plus Offset where
	// they are known, nil otherwise. The cursor goes on beyond it when asked.
	Limit Expr
	// Radii end the scan at a distance: no row beyond one of them is wanted, but
	// rows without a distance may be (WithNulls).
	Radii []Radius
	// Parts is set where no LIMIT tells how many rows are wanted: the index
	// serves then only what is fetched in parts, so that all rows at once come in
	// exact order.
	Parts bool
	// NaNFirst is true where the order is that of a function that falls as the
	// distance rises: what has no angle, whose distance is NaN, comes first.
	NaNFirst bool
	// Probes and Exact come from knn()'s arguments; nil leaves the settings.
	Probes, Exact Expr
	// WithNulls is true where rows whose distance is NULL are wanted too, after
	// all others (Postgres sorts NULL last): rows without a vector, or all rows
	// when the vector searched for is NULL. It is false where a qual refuses
	// them anyway.
	WithNulls bool
	// Filter is SQL that selects the keys of the rows that can qualify, for a
	// selective WHERE; "" when there is none. It uses Binds of its own.
	Filter *QueryPlan
	// Conditions are what Filter asks for, where each of its quals is met by a
	// range of a column's values; nil otherwise.
	Conditions []Condition
	// FilterStable is true where what Filter selects can differ between
	// statements although neither data, Binds nor settings do: it calls a stable
	// function of a row.
	FilterStable bool
	// Answer is the column of Table that the scan has as its column answer, so
	// that no row need be looked up; nil for none.
	Answer *catalog.Column

	entry *Entry // the table's place in the query, for EXPLAIN; nil for knn()
}

// knnModule is how statements read their vector scans.
var knnModule = &Module{Name: "voronoi_knn", Kind: ModuleKNN, Columns: 3, Args: 2}

// Metric is a distance by its operator.
type Metric uint8

// Metrics.
const (
	MetricL2      Metric = iota // <->
	MetricIP                    // <#>, the negative inner product
	MetricCosine                // <=>
	MetricL1                    // <+>
	MetricHamming               // <~>
	MetricJaccard               // <%>
)

// RowQuery computes expressions over given rows: its SQL's first parameters,
// ?1 to ?Inputs, are the values of the rows, in the order that the plan that
// holds it says; it delivers one row.
type RowQuery struct{ *QueryPlan }

// ModifyPlan is an INSERT, UPDATE or DELETE (rule S5): Source is read and
// spooled, then each row is written from Go.
type ModifyPlan struct {
	Common
	Command Command
	Table   *catalog.Relation
	// Source delivers, in this order: for UPDATE and DELETE the key of the row
	// to change; for INSERT and UPDATE one value for each of Columns; then
	// Carried columns that Returning needs of other tables. A row whose key
	// comes twice is changed once.
	Source *QueryPlan
	// Values is set instead of Source where INSERT's rows can be computed
	// without SQLite.
	Values  [][]Expr
	Columns []*catalog.Column
	Carried int
	// Checks are the CHECK constraints, over the live columns of the new row:
	// one RowQuery with one boolean column for each name. Nil without any.
	Checks     *RowQuery
	CheckNames []string
	// Generated computes the stored generated columns over the live columns of
	// the new row, in attnum order of GeneratedColumns. Nil without any.
	Generated        *RowQuery
	GeneratedColumns []*catalog.Column
	Conflict         *ConflictPlan
	// Indexes are the expression and partial indexes that uniqueness or vector
	// maintenance has to evaluate; plain ones need nothing.
	//
	// Returning's inputs are the live columns of the new row (of the old one
	// for DELETE), then the carried values. Nil without RETURNING.
	Returning *RowQuery
	// ViewCheck and such are not supported and refused by analysis.
	Explain func() []string
}

// ConflictPlan is ON CONFLICT.
type ConflictPlan struct {
	Arbiters []oid.OID // nil means any unique index
	Update   bool
	Columns  []*catalog.Column
	// Set delivers one value for each of Columns, then, if HasWhere, one
	// boolean. Its inputs are the live columns of the existing row, then those
	// of the proposed one.
	Set      *RowQuery
	HasWhere bool
}

// UtilityPlan is a statement that is neither a query nor a definition: SET,
// BEGIN, PREPARE and so on. Name is its command tag's first words.
type UtilityPlan struct {
	Common
	Name string
	Node Utility
}

// Utility is one of the nodes in utility.go.
type Utility interface{ utility() }

func (*QueryPlan) plan()   {}
func (*ModifyPlan) plan()  {}
func (*UtilityPlan) plan() {}
