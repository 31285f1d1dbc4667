package planner

import (
	"voronoi/exec/catalog"
	"voronoi/internal/oid"
)

// Definitions: the statements that change the catalog. Names are bound to
// schemas and objects, types resolved, expressions analysed and deparsed to the
// texts that the catalog keeps. Objects that may be missing under IF EXISTS are
// already gone from the lists, with their notices given; an object that exists
// under IF NOT EXISTS makes the definition Skip.
type (
	// CreateTable is CREATE TABLE, CREATE TABLE AS and SELECT INTO.
	CreateTable struct {
		Skip bool
		// Relation has schema, name, columns, options, persistence and CHECK and
		// FOREIGN KEY constraints (a self-reference has Foreign 0); numbers and
		// physical names are the executor's to give.
		Relation *catalog.Relation
		// Indexes are those of primary key and unique constraints, whose
		// constraints are Constraint, then those of LIKE … INCLUDING INDEXES.
		Indexes   []*NewIndex
		Sequences []*NewSequence
		// Query fills the table (CREATE TABLE AS) unless NoData.
		Query    *QueryPlan
		NoData   bool
		Tag      string // "CREATE TABLE", "SELECT"
		OnCommit string // "", "DROP", "DELETE ROWS"
	}
	// NewIndex is an index to be made. Table is nil when it is part of the
	// CreateTable around it.
	NewIndex struct {
		Table      *catalog.Relation
		Relation   *catalog.Relation // name, schema, options; Index with its keys
		Constraint *catalog.Constraint
	}
	// NewSequence is a sequence to be made, owned by a column when Column > 0.
	NewSequence struct {
		Relation *catalog.Relation
		Column   int16
	}
	// CreateIndex is CREATE INDEX.
	CreateIndex struct {
		Skip         bool
		Index        *NewIndex
		Concurrently bool
	}
	// CreateView is CREATE [OR REPLACE] VIEW; Replaces is the view that exists.
	CreateView struct {
		Relation *catalog.Relation
		Replaces *catalog.Relation
	}
	// CreateSequence is CREATE SEQUENCE.
	CreateSequence struct {
		Skip     bool
		Sequence *NewSequence
		Owner    *catalog.Relation // OWNED BY
	}
	// CreateSchema is CREATE SCHEMA.
	CreateSchema struct {
		Skip     bool
		Schema   *catalog.Schema
		Elements []string // texts of the statements within
	}
	// CreateType is CREATE TYPE … AS ENUM and CREATE DOMAIN.
	CreateType struct{ Type *catalog.TypeDef }
	// CreateComposite is CREATE TYPE … AS (…).
	CreateComposite struct{ Relation *catalog.Relation }
	// CreateExtension is CREATE EXTENSION.
	CreateExtension struct {
		Skip      bool
		Extension *catalog.Extension
	}
	// AlterTable is ALTER TABLE, with its commands in order. It also stands for
	// ALTER INDEX, VIEW and SEQUENCE where they do the same.
	AlterTable struct {
		Skip     bool
		Relation *catalog.Relation
		Commands []AlterCommand
		Tag      string // "ALTER TABLE", "ALTER INDEX", …
	}
	// AlterSequence is ALTER SEQUENCE: the new definition, and a restart value.
	AlterSequence struct {
		Skip     bool
		Relation *catalog.Relation
		Sequence *catalog.Sequence
		Restart  *int64
	}
	// AlterEnum is ALTER TYPE … ADD VALUE and RENAME VALUE.
	AlterEnum struct {
		Type         *catalog.TypeDef
		Label        string
		Neighbor     string // BEFORE or AFTER which label; "" at the end
		After        bool
		Rename       string // the old label, for RENAME VALUE
		SkipIfExists bool
	}
	// AlterObject is RENAME TO, SET SCHEMA and OWNER TO for anything that is not
	// a column.
	AlterObject struct {
		Skip   bool
		Object catalog.Object
		Name   string  // new name, "" if unchanged
		Schema oid.OID // new schema, 0 if unchanged
		Owner  string  // new owner, "" if unchanged
		Tag    string
	}
	// Drop is DROP of anything. Cascade drops what depends on it.
	Drop struct {
		Objects []catalog.Object
		Cascade bool
		Tag     string // "DROP TABLE", …
	}
	// Truncate is TRUNCATE.
	Truncate struct {
		Tables          []*catalog.Relation
		RestartIdentity bool
		Cascade         bool
	}
	// CommentOn is COMMENT ON. Text is nil to remove the comment.
	CommentOn struct {
		Address catalog.Address
		Text    *string
	}
	// AlterDefaults is ALTER DATABASE and ALTER ROLE … SET and RESET. An empty
	// Setting with a nil Value resets all.
	AlterDefaults struct {
		Database, Role string
		Setting        string
		Value          *string
		Tag            string
	}
	// RoleDefinition is CREATE, ALTER and DROP ROLE.
	RoleDefinition struct {
		Skip bool
		Role *catalog.Role
		Old  *catalog.Role // the role that is altered or dropped
		Drop bool
		Tag  string
	}
	// NoOp is a statement that is accepted and changes nothing here: GRANT,
	// ALTER … SET STORAGE of a type, SECURITY LABEL.
	NoOp struct{ Tag string }
)

// AlterCommand is one command of ALTER TABLE.
type AlterCommand interface{ alter() }

// The commands of ALTER TABLE.
type (
	// AddColumn adds a column, with its constraints and, for serial and
	// identity, its sequence. Fill computes its value for existing rows: nil
	// for NULL.
	AddColumn struct {
		Column      *catalog.Column
		Constraints []*catalog.Constraint
		Indexes     []*NewIndex
		Sequence    *NewSequence
		Fill        *RowQuery // over the live columns of the table as it was
		// FillSequence gives existing rows values of Sequence instead.
		FillSequence bool
	}
	// DropColumn drops a column.
	DropColumn struct {
		Column  *catalog.Column
		Cascade bool
	}
	// AlterColumn replaces a column's definition: default, NOT NULL, storage,
	// identity, name.
	AlterColumn struct {
		Old, New     *catalog.Column
		Sequence     *NewSequence // ADD GENERATED … AS IDENTITY
		DropSequence bool
		// Columns, Constraints and Indexes are others whose texts follow a
		// renaming.
		Columns     []*catalog.Column
		Constraints []*catalog.Constraint
		Indexes     []*catalog.Relation
	}
	// AlterColumnType changes a column's type; Using computes the new values
	// over the live columns.
	AlterColumnType struct {
		Old, New *catalog.Column
		Using    *RowQuery
	}
	// AddConstraint adds a constraint; Check evaluates a CHECK over the live
	// columns; Index is that of a primary key or unique constraint.
	AddConstraint struct {
		Constraint *catalog.Constraint
		Index      *NewIndex
		Check      *RowQuery
		NotNull    []*catalog.Column // columns that a primary key makes NOT NULL
	}
	// DropConstraint drops a constraint.
	DropConstraint struct {
		Constraint *catalog.Constraint
		Cascade    bool
	}
	// ValidateConstraint checks a NOT VALID constraint.
	ValidateConstraint struct {
		Constraint *catalog.Constraint
		Check      *RowQuery
	}
	// RenameConstraint renames a constraint, and its index.
	RenameConstraint struct {
		Constraint *catalog.Constraint
		Name       string
	}
	// SetOptions changes reloptions to the given list.
	SetOptions struct{ Options []string }
	// SetNothing is a command that is accepted and changes nothing here.
	SetNothing struct{}
)

func (*AddColumn) alter()          {}
func (*DropColumn) alter()         {}
func (*AlterColumn) alter()        {}
func (*AlterColumnType) alter()    {}
func (*AddConstraint) alter()      {}
func (*DropConstraint) alter()     {}
func (*ValidateConstraint) alter() {}
func (*RenameConstraint) alter()   {}
func (*SetOptions) alter()         {}
func (*SetNothing) alter()         {}

func (*CreateTable) plan()     {}
func (*CreateIndex) plan()     {}
func (*CreateView) plan()      {}
func (*CreateSequence) plan()  {}
func (*CreateSchema) plan()    {}
func (*CreateType) plan()      {}
func (*CreateComposite) plan() {}
func (*CreateExtension) plan() {}
func (*AlterTable) plan()      {}
func (*AlterSequence) plan()   {}
func (*AlterEnum) plan()       {}
func (*AlterObject) plan()     {}
func (*Drop) plan()            {}
func (*Truncate) plan()        {}
func (*CommentOn) plan()       {}
func (*AlterDefaults) plan()   {}
func (*RoleDefinition) plan()  {}
func (*NoOp) plan()            {}
