package planner

import (
	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/sqlparse"
)

// The statements that are neither queries nor definitions, with every name
// folded, every value a string as SET and SHOW see it, and every query planned.
type (
	// Transaction is BEGIN, COMMIT, ROLLBACK, SAVEPOINT and the like.
	Transaction struct {
		Kind      TransactionKind
		Savepoint string
		Modes     TransactionModes
		Chain     bool   // COMMIT AND CHAIN
		GID       string // of the statements of two-phase commit
	}
	// SetTransaction is SET TRANSACTION or, with Session, SET SESSION
	// CHARACTERISTICS AS TRANSACTION.
	SetTransaction struct {
		Modes   TransactionModes
		Session bool
	}
	// Set is SET name = value. A nil Value means DEFAULT. A list of values is
	// joined as Postgres does, quoted where it needs to be.
	Set struct {
		Name  string
		Value *string
		Local bool
	}
	// Reset is RESET name, or RESET ALL with an empty name.
	Reset struct{ Name string }
	// Show is SHOW name, or SHOW ALL with an empty name.
	Show struct{ Name string }
	// Prepare is PREPARE name (types) AS statement.
	Prepare struct {
		Name      string
		Params    []oid.OID // declared types, 0 for unknown
		Statement *sqlparse.Statement
		Text      string // the statement's text
		Plan      Plan
	}
	// Execute is EXECUTE name (args).
	Execute struct {
		Name string
		Args []Expr // evaluated without a row; coerced by the executor to the parameters' types
	}
	// Deallocate is DEALLOCATE name, or ALL with an empty name.
	Deallocate struct{ Name string }
	// DeclareCursor is DECLARE name CURSOR FOR query.
	DeclareCursor struct {
		Name                           string
		Binary, Scroll, NoScroll, Hold bool
		Insensitive                    bool
		Plan                           *QueryPlan
	}
	// Fetch is FETCH or MOVE.
	Fetch struct {
		Name      string
		Direction FetchDirection
		Count     int64 // math.MaxInt64 for ALL; may be negative for FetchForward and FetchBackward
		Move      bool
	}
	// CloseCursor is CLOSE name, or ALL with an empty name.
	CloseCursor struct{ Name string }
	// Copy is COPY. Exactly one of Table with Columns, and Query is set.
	Copy struct {
		Table   *catalog.Relation
		Columns []*catalog.Column
		// Insert, for COPY FROM, inserts the rows of RowSet 0, whose values are in
		// the order of Columns: it fills in defaults and checks.
		Insert  *CopyInsert
		Query   *QueryPlan // COPY (query) TO, COPY table TO
		From    bool
		Options CopyOptions
	}
	// CopyInsert is how COPY FROM makes whole rows: Defaults computes the
	// columns that the data does not give, once per row.
	CopyInsert struct {
		Modify         *ModifyPlan // its Source and Values are nil; Columns are all that get a value
		Defaults       *RowQuery   // without inputs; one value for each of DefaultColumns; nil without any
		DefaultColumns []*catalog.Column
		// Where, when not nil, is one boolean over the live columns.
		Where *RowQuery
	}
	// Explain is EXPLAIN.
	Explain struct {
		Plan    Plan
		Analyze bool
		Verbose bool
		Costs   bool
		Timing  bool
		Buffers bool
		Summary bool
		Format  string // "text", "json", "yaml", "xml"
	}
	// Listen is LISTEN channel.
	Listen struct{ Channel string }
	// Unlisten is UNLISTEN channel, or * with an empty name.
	Unlisten struct{ Channel string }
	// Notify is NOTIFY channel, payload.
	Notify struct{ Channel, Payload string }
	// Discard is DISCARD ALL, PLANS, SEQUENCES or TEMP.
	Discard struct{ What string }
	// LockTable is LOCK TABLE … IN mode MODE.
	LockTable struct {
		Tables []*catalog.Relation
		Mode   string // "ACCESS SHARE", …
		NoWait bool
	}
	// Reindex is REINDEX of indexes. Block is what Postgres calls it where it
	// does not run inside a transaction block, empty where it does.
	Reindex struct {
		Indexes      []*catalog.Relation
		Concurrently bool
		Block        string
	}
	// Maintain is VACUUM, ANALYZE, CLUSTER or CHECKPOINT, on tables or on
	// everything.
	Maintain struct {
		Verb   string
		Tables []*catalog.Relation
		Full   bool
	}
	// Do is DO with a block that is understood.
	Do struct{ Block *DoBlock }
)

// TransactionKind says which transaction statement it is.
type TransactionKind uint8

// Transaction statements.
const (
	TransactionBegin TransactionKind = iota
	TransactionCommit
	TransactionRollback
	TransactionSavepoint
	TransactionRelease
	TransactionRollbackTo
	TransactionPrepare          // PREPARE TRANSACTION
	TransactionCommitPrepared   // COMMIT PREPARED
	TransactionRollbackPrepared // ROLLBACK PREPARED
)

// TransactionModes are the characteristics that BEGIN and SET TRANSACTION name;
// empty ones are left as they are.
type TransactionModes struct {
	Isolation  string // "read committed", …
	ReadOnly   string // "on", "off"
	Deferrable string
	Snapshot   string
}

// FetchDirection is the direction of FETCH and MOVE.
type FetchDirection uint8

// Fetch directions.
const (
	FetchForward FetchDirection = iota
	FetchBackward
	FetchAbsolute
	FetchRelative
)

// CopyOptions are COPY's options with their defaults filled in.
type CopyOptions struct {
	Format        string // "text", "csv", "binary"
	Delimiter     byte
	Null          string
	Header        bool
	HeaderMatch   bool
	Quote         byte
	Escape        byte
	ForceQuote    []int // positions in the columns; ForceQuoteAll for *
	ForceQuoteAll bool
	ForceNotNull  []int
	ForceNull     []int
	Encoding      string
	Freeze        bool
}

func (*Transaction) utility()    {}
func (*SetTransaction) utility() {}
func (*Set) utility()            {}
func (*Reset) utility()          {}
func (*Show) utility()           {}
func (*Prepare) utility()        {}
func (*Execute) utility()        {}
func (*Deallocate) utility()     {}
func (*DeclareCursor) utility()  {}
func (*Fetch) utility()          {}
func (*CloseCursor) utility()    {}
func (*Copy) utility()           {}
func (*Explain) utility()        {}
func (*Listen) utility()         {}
func (*Unlisten) utility()       {}
func (*Notify) utility()         {}
func (*Discard) utility()        {}
func (*LockTable) utility()      {}
func (*Maintain) utility()       {}
func (*Reindex) utility()        {}
func (*Do) utility()             {}

// Parameter is one that EXECUTE passes: its value before the coercion to the
// parameter's type.
type Parameter struct {
	Type  oid.OID
	Value datum.Datum
}
