package catalog

import "voronoi/internal/oid"

// RelKind is pg_class.relkind.
type RelKind byte

// Kinds of relations.
const (
	KindTable     RelKind = 'r'
	KindIndex     RelKind = 'i'
	KindSequence  RelKind = 'S'
	KindView      RelKind = 'v'
	KindMatView   RelKind = 'm'
	KindComposite RelKind = 'c'
)

// Relation is a table, view, sequence or index. Relations are immutable once
// they are part of a [Snapshot]: DDL makes an altered copy.
//
// Dynamic relations are stored by the executor as the JSON of this struct, in
// the same SQLite transaction as the DDL; what is tagged "-" is derived.
type Relation struct {
	OID         oid.OID
	Schema      oid.OID
	Name        string
	Kind        RelKind
	RowType     oid.OID `json:",omitempty"` // its row type, tables and views
	ArrayType   oid.OID `json:",omitempty"` // the array type of that
	Owner       oid.OID
	Persistence byte `json:",omitempty"` // 'p' permanent, 't' temporary; 0 means 'p'
	// Physical is the SQLite table's name. Its key column is KeyColumn.
	Physical string    `json:",omitempty"`
	Columns  []*Column `json:",omitempty"` // by attnum, dropped ones included
	Options  []string  `json:",omitempty"` // reloptions, "name=value"
	Comment  string    `json:",omitempty"`
	// Checks, uniqueness and references of a table.
	Constraints []*Constraint `json:",omitempty"`
	// Indexes are the OIDs of a table's indexes, in order of creation.
	Indexes []oid.OID `json:",omitempty"`

	Index    *Index    `json:",omitempty"` // for KindIndex
	View     *View     `json:",omitempty"` // for KindView
	Sequence *Sequence `json:",omitempty"` // for KindSequence

	// System is set for the relations of pg_catalog and information_schema,
	// whose rows are made by the catalog itself.
	System *SystemRelation `json:"-"`
}

// KeyColumn is the hidden INTEGER PRIMARY KEY of every physical table: a number
// that is never changed and never reused (rule S2).
const KeyColumn = "_key"

// Column is one attribute of a relation.
type Column struct {
	Name    string
	Attnum  int16 // from 1; never reused
	Type    oid.OID
	Typmod  int32 // -1 for none
	NotNull bool  `json:",omitempty"`
	// Default is the default expression as pg_get_expr shows it, "" for none;
	// for a generated column the generation expression.
	Default    string  `json:",omitempty"`
	DefaultOID oid.OID `json:",omitempty"` // of its pg_attrdef row
	Generated  byte    `json:",omitempty"` // 's' stored, else 0
	Identity   byte    `json:",omitempty"` // 'a' always, 'd' by default, else 0
	Sequence   oid.OID `json:",omitempty"` // the sequence owned by a serial or identity column
	Dropped    bool    `json:",omitempty"`
	Collation  oid.OID `json:",omitempty"`
	Storage    byte    `json:",omitempty"` // attstorage, where SET STORAGE changed it
	Comment    string  `json:",omitempty"`
	// Physical is the SQLite column, in Companion if that is not "": vector
	// columns live in a table of their own, by the same key (rule S2).
	Physical  string `json:",omitempty"`
	Companion string `json:",omitempty"`
	// Missing is the text form of the value that rows from before ALTER TABLE
	// … ADD COLUMN … DEFAULT have; nil where every row has a value of its own.
	Missing *string `json:",omitempty"`
}

// ConstraintKind is pg_constraint.contype.
type ConstraintKind byte

// Kinds of constraints. NOT NULL is an attribute of the column.
const (
	ConstraintCheck   ConstraintKind = 'c'
	ConstraintForeign ConstraintKind = 'f'
	ConstraintPrimary ConstraintKind = 'p'
	ConstraintUnique  ConstraintKind = 'u'
)

// Constraint is one table constraint.
type Constraint struct {
	OID     oid.OID
	Name    string
	Kind    ConstraintKind
	Columns []int16 `json:",omitempty"` // attnums
	Index   oid.OID `json:",omitempty"` // the index of a primary key or unique constraint; of a foreign key, the referenced one
	Check   string  `json:",omitempty"` // as pg_get_expr shows it
	// Of a foreign key:
	Foreign        oid.OID `json:",omitempty"` // referenced table
	ForeignColumns []int16 `json:",omitempty"`
	OnUpdate       byte    `json:",omitempty"` // 'a' no action, 'r' restrict, 'c' cascade, 'n' set null, 'd' set default
	OnDelete       byte    `json:",omitempty"`
	MatchFull      bool    `json:",omitempty"`
	Deferrable     bool    `json:",omitempty"`
	Deferred       bool    `json:",omitempty"` // initially
	NotValid       bool    `json:",omitempty"`
	Comment        string  `json:",omitempty"`
}

// Index is what an index relation adds to a relation.
type Index struct {
	Table   oid.OID
	Method  string // "btree", "hash", "gin", "ivfflat", "hnsw", …
	Unique  bool   `json:",omitempty"`
	Primary bool   `json:",omitempty"`
	// NullsNotDistinct makes two NULLs of a unique index equal.
	NullsNotDistinct bool       `json:",omitempty"`
	Keys             []IndexKey // key columns, then included ones
	Included         int        `json:",omitempty"` // how many of Keys are INCLUDE columns
	Predicate        string     `json:",omitempty"` // of a partial index, as pg_get_expr shows it
	Valid            bool
	// KeyColumn is the column of the table's SQLite table that holds the keys of
	// a unique index which SQLite could not have over the columns themselves
	// (expressions, a predicate, arrays, vectors, equal NULLs); "" for others.
	KeyColumn string `json:",omitempty"`
	// Vectors is the column that a vector index over an expression, or one with a
	// predicate, has in a companion table of its own: a vector for each row that
	// the index has. Nil for an index over a column of the table as it is.
	Vectors *Column `json:",omitempty"`
}

// KeyColumnPrefix begins the names of such columns.
const KeyColumnPrefix = "voronoi_key_"

// IndexKey is one column of an index.
type IndexKey struct {
	Attnum     int16   `json:",omitempty"` // 0 for an expression
	Expr       string  `json:",omitempty"` // as pg_get_expr shows it
	Type       oid.OID // of the key
	OpClass    oid.OID `json:",omitempty"`
	Desc       bool    `json:",omitempty"`
	NullsFirst bool    `json:",omitempty"`
}

// View is what a view adds to a relation.
type View struct {
	// Query is the view's query, with names as bound at creation; SearchPath is
	// the path under which to analyse it again.
	Query      string
	SearchPath []string
	Rule       oid.OID `json:",omitempty"` // of its pg_rewrite row
	// Uses are the columns that the query reads, and relations as a whole with
	// Attnum 0: what cannot be dropped without the view.
	Uses []Use `json:",omitempty"`
}

// Use is a column, or with Attnum 0 a relation, that a view reads.
type Use struct {
	Relation oid.OID
	Attnum   int16 `json:",omitempty"`
}

// Sequence is what a sequence adds to a relation. Its value is not part of the
// catalog (rule S9).
type Sequence struct {
	Type             oid.OID
	Start, Increment int64
	Min, Max, Cache  int64
	Cycle            bool    `json:",omitempty"`
	OwnerTable       oid.OID `json:",omitempty"`
	OwnerColumn      int16   `json:",omitempty"`
	Internal         bool    `json:",omitempty"` // of an identity column
}

// Column finds a live column by name; nil when there is none.
func (r *Relation) Column(name string) *Column {
	for _, c := range r.Columns {
		if c.Name == name && !c.Dropped {
			return c
		}
	}
	return nil
}

// Attribute finds a column by number, dropped or not; nil when there is none.
func (r *Relation) Attribute(attnum int16) *Column {
	if attnum < 1 || int(attnum) > len(r.Columns) {
		return nil
	}
	return r.Columns[attnum-1]
}

// Live gives the columns that are not dropped, in order.
func (r *Relation) Live() []*Column {
	live := make([]*Column, 0, len(r.Columns))
	for _, c := range r.Columns {
		if !c.Dropped {
			live = append(live, c)
		}
	}
	return live
}
