package storage

import (
	"errors"
	"unsafe"

	"voronoi/internal/datum"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrNoPlan is BestIndex's answer to constraints of which a needed one is not
// usable in the join order that SQLite is trying: it tries another.
var ErrNoPlan = errors.New("no plan")

// Op is a constraint's operator.
type Op uint8

// Constraint operators, as SQLite numbers them.
const (
	OpEQ        Op = sqlite3.SQLITE_INDEX_CONSTRAINT_EQ
	OpGT        Op = sqlite3.SQLITE_INDEX_CONSTRAINT_GT
	OpLE        Op = sqlite3.SQLITE_INDEX_CONSTRAINT_LE
	OpLT        Op = sqlite3.SQLITE_INDEX_CONSTRAINT_LT
	OpGE        Op = sqlite3.SQLITE_INDEX_CONSTRAINT_GE
	OpMatch     Op = sqlite3.SQLITE_INDEX_CONSTRAINT_MATCH
	OpLike      Op = sqlite3.SQLITE_INDEX_CONSTRAINT_LIKE
	OpGlob      Op = sqlite3.SQLITE_INDEX_CONSTRAINT_GLOB
	OpNE        Op = sqlite3.SQLITE_INDEX_CONSTRAINT_NE
	OpIsNot     Op = sqlite3.SQLITE_INDEX_CONSTRAINT_ISNOT
	OpIsNotNull Op = sqlite3.SQLITE_INDEX_CONSTRAINT_ISNOTNULL
	OpIsNull    Op = sqlite3.SQLITE_INDEX_CONSTRAINT_ISNULL
	OpIs        Op = sqlite3.SQLITE_INDEX_CONSTRAINT_IS
	OpLimit     Op = sqlite3.SQLITE_INDEX_CONSTRAINT_LIMIT
	OpOffset    Op = sqlite3.SQLITE_INDEX_CONSTRAINT_OFFSET
)

// Constraint is one condition on a column of a virtual table.
type Constraint struct {
	Column int // from 0; -1 is the rowid
	Op     Op
	Usable bool // the other side is known when the scan begins

	// ArgIndex, when above 0, passes the other side to Filter as argument
	// ArgIndex-1. The numbers in use have no gaps.
	ArgIndex int
	// Omit, with ArgIndex, promises that the scan delivers only rows that
	// fulfil the condition, so that SQLite need not check.
	Omit bool
}

// OrderTerm is one sort key.
type OrderTerm struct {
	Column int
	Desc   bool
}

// IndexInfo is the question that SQLite asks of BestIndex and its answer.
type IndexInfo struct {
	Constraints []Constraint
	OrderBy     []OrderTerm
	// ColUsed has bit i for column i where the statement reads it; bit 63
	// stands for all columns from 63 on.
	ColUsed uint64
	// Distinct says what OrderBy is for: 0 the rows' order, 1 GROUP BY, 2
	// DISTINCT, 3 both DISTINCT and order.
	Distinct int

	Plan            int // handed to Filter
	OrderByConsumed bool
	EstimatedCost   float64
	EstimatedRows   int64
	Unique          bool // at most one row

	c *Conn
	p uintptr
}

// Value is what constraint i compares with, where SQLite knows it while it
// prepares; it aliases SQLite's memory.
func (in *IndexInfo) Value(i int) (datum.Datum, bool) {
	// The constraint's value belongs to the parse, the out word to Prepare.
	var v [1]uintptr
	out := sqlite3.Xsqlite3_malloc64(in.c.tls, 8)
	if out == 0 {
		return datum.Null, false
	}
	rc := sqlite3.Xsqlite3_vtab_rhs_value(in.c.tls, in.p, int32(i), out)
	v[0] = *(*uintptr)(ptr(out))
	sqlite3.Xsqlite3_free(in.c.tls, out)
	if rc != sqlite3.SQLITE_OK || v[0] == 0 {
		return datum.Null, false
	}
	return in.c.load(v[0]), true
}

// Collation names the collation by which constraint i compares.
func (in *IndexInfo) Collation(i int) string {
	return libc.GoString(sqlite3.Xsqlite3_vtab_collation(in.c.tls, in.p, int32(i)))
}

func tableBestIndex(tls *libc.TLS, vtab, info uintptr) (rc int32) {
	m := moduleOf(vtab)
	c := m.c
	defer c.guardCode(&rc, m.name, len(c.args))
	x := (*sqlite3.Tsqlite3_index_info)(ptr(info))
	in := IndexInfo{
		ColUsed:       x.FcolUsed,
		Distinct:      int(sqlite3.Xsqlite3_vtab_distinct(tls, info)),
		EstimatedCost: x.FestimatedCost,
		EstimatedRows: x.FestimatedRows,
		c:             c, p: info,
	}
	if n := x.FnConstraint; n > 0 {
		in.Constraints = make([]Constraint, n)
		for i, k := range unsafe.Slice((*sqlite3.Tsqlite3_index_constraint)(ptr(x.FaConstraint)), n) {
			in.Constraints[i] = Constraint{Column: int(k.FiColumn), Op: Op(k.Fop), Usable: k.Fusable != 0}
		}
	}
	if n := x.FnOrderBy; n > 0 {
		in.OrderBy = make([]OrderTerm, n)
		for i, k := range unsafe.Slice((*sqlite3.Tsqlite3_index_orderby)(ptr(x.FaOrderBy)), n) {
			in.OrderBy[i] = OrderTerm{Column: int(k.FiColumn), Desc: k.Fdesc != 0}
		}
	}
	if err := m.BestIndex(&in); err != nil {
		if errors.Is(err, ErrNoPlan) {
			return sqlite3.SQLITE_CONSTRAINT
		}
		c.blame(err)
		return sqlite3.SQLITE_ERROR
	}
	if n := x.FnConstraint; n > 0 {
		usage := unsafe.Slice((*sqlite3.Tsqlite3_index_constraint_usage)(ptr(x.FaConstraintUsage)), n)
		for i, k := range in.Constraints {
			usage[i].FargvIndex = int32(k.ArgIndex)
			usage[i].Fomit = 0
			if k.Omit {
				usage[i].Fomit = 1
			}
		}
	}
	x.FidxNum = int32(in.Plan)
	x.ForderByConsumed = 0
	if in.OrderByConsumed {
		x.ForderByConsumed = 1
	}
	x.FestimatedCost, x.FestimatedRows = in.EstimatedCost, in.EstimatedRows
	if in.Unique {
		x.FidxFlags |= sqlite3.SQLITE_INDEX_SCAN_UNIQUE
	}
	return sqlite3.SQLITE_OK
}
