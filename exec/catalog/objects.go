package catalog

import "voronoi/internal/oid"

// Object is anything that DDL makes and the executor stores as a row of its
// catalog table: a *Schema, *Relation, *TypeDef, *Extension, *Role, *Database,
// *Codebook, *Defaults or *Comment. Objects are immutable once they are part of
// a [Snapshot].
type Object interface {
	// ID is unique among all objects.
	ID() oid.OID
	// class is what tells the stored rows of different kinds apart.
	class() string
}

// TypeDef is a type made by CREATE TYPE or CREATE DOMAIN. The [Type] of it, and
// that of its array, are derived. A composite type is a [Relation] of
// KindComposite instead.
type TypeDef struct {
	OID    oid.OID
	Array  oid.OID
	Schema oid.OID
	Name   string
	Owner  oid.OID
	Kind   byte // 'e' enum, 'd' domain

	// Labels of an enum, in order.
	Labels []EnumLabel `json:",omitempty"`

	// Of a domain:
	Base      oid.OID       `json:",omitempty"`
	Typmod    int32         `json:",omitempty"`
	NotNull   bool          `json:",omitempty"`
	Default   string        `json:",omitempty"` // as pg_get_expr shows it
	Collation oid.OID       `json:",omitempty"`
	Checks    []*Constraint `json:",omitempty"`
}

// EnumLabel is one label of an enum type. Values are stored as Ordinal, so that
// SQLite's order of integers is that of the labels. Ordinals are spaced widely:
// a label added between two others takes a number between theirs, and no stored
// value changes.
type EnumLabel struct {
	OID     oid.OID
	Label   string
	Ordinal int64
}

// Extension is an installed extension.
type Extension struct {
	OID     oid.OID
	Name    string
	Schema  oid.OID
	Version string
	Owner   oid.OID
	// Implicit is set for the vector extension of a new database: it is there,
	// and CREATE EXTENSION may still be said once.
	Implicit bool `json:",omitempty"`
}

// Role is a role. Password is what the executor verifies, in the form that
// pg_authid shows: SCRAM-SHA-256$…
type Role struct {
	OID         oid.OID
	Name        string
	Super       bool    `json:",omitempty"`
	Inherit     bool    `json:",omitempty"`
	CreateRole  bool    `json:",omitempty"`
	CreateDB    bool    `json:",omitempty"`
	Login       bool    `json:",omitempty"`
	Replication bool    `json:",omitempty"`
	BypassRLS   bool    `json:",omitempty"`
	ConnLimit   int32   `json:",omitempty"`
	Password    string  `json:",omitempty"`
	ValidUntil  *string `json:",omitempty"` // timestamptz as text
	// MemberOf are the roles granted to this one.
	MemberOf []oid.OID `json:",omitempty"`
	Comment  string    `json:",omitempty"`
}

// Database is a database. A server has one file, so all of them show the same
// relations; several exist because clients connect by name.
type Database struct {
	OID     oid.OID
	Name    string
	Owner   oid.OID
	Comment string `json:",omitempty"`
}

// Codebook is a product quantizer trained by pq_train.
type Codebook struct {
	OID       oid.OID
	Name      string
	Table     oid.OID `json:",omitempty"` // what it was trained on
	Column    int16   `json:",omitempty"`
	Subspaces int     // m
	Centroids int     // k
	Dims      int
	MSE       float64
	Metric    string `json:",omitempty"`
	Seed      int64
	// Data are the centroids, m × k × dsub little-endian float32.
	Data []byte
}

// Defaults are settings stored by ALTER DATABASE … SET and ALTER ROLE … SET. A
// number of 0 means any.
type Defaults struct {
	OID      oid.OID
	Database oid.OID  `json:",omitempty"`
	Role     oid.OID  `json:",omitempty"`
	Settings []string // "name=value"
}

// Comment is a comment on an object that has no Comment field of its own.
type Comment struct {
	OID    oid.OID
	Class  oid.OID // the catalog that the object is in
	Object oid.OID
	Sub    int32 `json:",omitempty"`
	Text   string
}

// ID is the schema's number.
func (s *Schema) ID() oid.OID { return s.OID }

// ID is the relation's number.
func (r *Relation) ID() oid.OID { return r.OID }

// ID is the type's number.
func (t *TypeDef) ID() oid.OID { return t.OID }

// ID is the extension's number.
func (e *Extension) ID() oid.OID { return e.OID }

// ID is the role's number.
func (r *Role) ID() oid.OID { return r.OID }

// ID is the database's number.
func (d *Database) ID() oid.OID { return d.OID }

// ID is the codebook's number.
func (c *Codebook) ID() oid.OID { return c.OID }

// ID is the number of the row itself; the settings belong to others.
func (d *Defaults) ID() oid.OID { return d.OID }

// ID is the number of the comment itself, not of what it is on.
func (c *Comment) ID() oid.OID { return c.OID }

func (*Schema) class() string    { return "schema" }
func (*Relation) class() string  { return "relation" }
func (*TypeDef) class() string   { return "type" }
func (*Extension) class() string { return "extension" }
func (*Role) class() string      { return "role" }
func (*Database) class() string  { return "database" }
func (*Codebook) class() string  { return "codebook" }
func (*Defaults) class() string  { return "defaults" }
func (*Comment) class() string   { return "comment" }

// newObject makes an empty object of a class, nil for an unknown one.
func newObject(class string) Object {
	make, ok := classes[class]
	if !ok {
		return nil
	}
	return make()
}

var classes = map[string]func() Object{
	"schema":    func() Object { return new(Schema) },
	"relation":  func() Object { return new(Relation) },
	"type":      func() Object { return new(TypeDef) },
	"extension": func() Object { return new(Extension) },
	"role":      func() Object { return new(Role) },
	"database":  func() Object { return new(Database) },
	"codebook":  func() Object { return new(Codebook) },
	"defaults":  func() Object { return new(Defaults) },
	"comment":   func() Object { return new(Comment) },
}
